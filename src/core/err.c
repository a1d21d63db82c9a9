// SPDX-License-Identifier: GPL-2.0
#include "core/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void make_one_line(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

int bt_err_set(struct bt_err *err, int code, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (err) {
		err->code = code;
		va_start(args, format);
		vsnprintf(err->text, sizeof(err->text), format, args);
		va_end(args);
		make_one_line(err->text);
	}
	errno = saved;
	return -code;
}

int bt_err_prefix(struct bt_err *err, const char *format, ...)
{
	char rest[BT_ERR_TEXT];
	va_list args;
	int used;

	if (!err)
		return -EIO;
	memcpy(rest, err->text, sizeof(rest));
	va_start(args, format);
	used = vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	if (used >= 0 && (size_t)used < sizeof(err->text))
		snprintf(err->text + used, sizeof(err->text) - (size_t)used, ": %s", rest);
	make_one_line(err->text);
	return -err->code;
}

enum bt_exit bt_err_exit(const struct bt_err *err)
{
	switch (err->code) {
	case 0:
		return BT_EXIT_OK;
	case EINVAL:
		return BT_EXIT_USAGE;
	case ENODEV:
	case EOPNOTSUPP:
		return BT_EXIT_IMPOSSIBLE;
	default:
		return BT_EXIT_FAILED;
	}
}

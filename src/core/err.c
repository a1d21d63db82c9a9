// SPDX-License-Identifier: GPL-2.0
#include "core/err.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"

int bt_err_set(struct bt_err *err, int code, const char *format, ...)
{
	char text[BT_ERR_TEXT];
	int saved = errno;
	va_list args;

	if (err) {
		err->code = code;
		va_start(args, format);
		vsnprintf(text, sizeof(text), format, args);
		va_end(args);
		bt_copy_clean(err->text, sizeof(err->text), text);
	}
	errno = saved;
	return -code;
}

int bt_err_prefix(struct bt_err *err, const char *format, ...)
{
	char text[2 * BT_ERR_TEXT + sizeof(": ")];
	va_list args;

	if (!err)
		return -EIO;
	va_start(args, format);
	vsnprintf(text, BT_ERR_TEXT, format, args);
	va_end(args);
	strcat(strcat(text, ": "), err->text);
	bt_copy_clean(err->text, sizeof(err->text), text);
	return -err->code;
}

enum bt_exit bt_err_exit(const struct bt_err *err)
{
	switch (err->code) {
	case 0:
		return BT_EXIT_OK;
	case EINVAL:
		return BT_EXIT_USAGE;
	case BT_EREGRESSION:
		return BT_EXIT_REGRESSION;
	case ENODEV:
	case EOPNOTSUPP:
		return BT_EXIT_IMPOSSIBLE;
	default:
		return BT_EXIT_FAILED;
	}
}

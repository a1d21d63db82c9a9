// SPDX-License-Identifier: GPL-2.0
#include "core/inifile.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#include "core/util.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct reader {
	const struct bt_ini_ops *ops;
	void *context;
	const char *at;		/* behind the present line */
	unsigned *line;
	int code;		/* of the first failure, which ends the reading */
	struct bt_err *err;
};

/* inih's handler; it knows of no way to end the reading, that is left to next_line(). */
static int on_key(void *context, const char *section, const char *name, const char *value)
{
	struct reader *r = context;

	(void)section;
	if (!r->code)
		r->code = r->ops->key(r->context, name, value);
	return 1;
}

/*
 * inih's reader: a line into buf, NULL at the end. With a newline, the last one, too; without the
 * blanks before it, which would make it the continuation of the line above.
 */
static char *next_line(char *buf, int size, void *context)
{
	struct reader *r = context;
	size_t length;

	if (r->code || !*r->at)
		return NULL;
	++*r->line;
	length = strcspn(r->at, "\n");
	if (length > BT_INI_LINE_MAX || length + 2 > (size_t)size) {
		r->code = bt_err_set(r->err, EINVAL, "longer than %u bytes", BT_INI_LINE_MAX);
		return NULL;
	}
	memcpy(buf, r->at, length);
	memcpy(buf + length, "\n", 2);
	r->at += length + (r->at[length] == '\n');
	length = strspn(buf, " \t\r\v\f");
	memmove(buf, buf + length, strlen(buf + length) + 1);
	if (*buf == '[')
		r->code = r->ops->heading(r->context, buf);
	return r->code ? NULL : buf;
}

int bt_ini_read(const char *text, const struct bt_ini_ops *ops, void *context, unsigned *line,
		struct bt_err *err)
{
	struct reader r = { .ops = ops, .context = context, .at = text, .line = line, .err = err };
	int bad;

	*line = 0;
	if (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		r.at += strlen(BYTE_ORDER_MARK);
	bad = ini_parse_stream(next_line, &r, on_key, &r);
	/* inih goes on after a line that it does not understand: it may come before a failure. */
	if (bad > 0 && (!r.code || (unsigned)bad < *line)) {
		*line = (unsigned)bad;
		return bt_err_set(err, EINVAL, "KEY = VALUE or [SECTION] is expected");
	}
	if (bad < 0 && !r.code)
		return bt_err_set(err, ENOMEM, "out of memory");
	return r.code;
}

int bt_ini_heading(const char *line, size_t most, char **name, struct bt_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";
	size_t length = strspn(line + 1, allowed);
	const char *end = line + 1 + length;

	if (length && length <= most && *end == ']' &&
	    strchr("\n;#", end[1 + strspn(end + 1, " \t\r")])) {
		*name = bt_xasprintf("%.*s", (int)length, line + 1);
		return 0;
	}
	return bt_err_set(err, EINVAL, "%.*s: [NAME] is expected, up to %zu letters, digits and "
			  "._+-", (int)strcspn(line, "\r\n"), line, most);
}

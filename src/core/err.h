/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors: functions return 0 (or a count) on success and -errno on failure; those that can say more
 * fill a struct bt_err, where the context is, with one line that names what failed, on what, why,
 * and the way out. Only main() and the screen print it.
 */
#ifndef BT_ERR_H
#define BT_ERR_H

#include <stdarg.h>

#define BT_ERR_TEXT 512

struct bt_err {
	int code;		/* positive errno, or BT_EREGRESSION; 0 = none */
	char text[BT_ERR_TEXT];	/* one line, no newline, UTF-8 */
};

/* Exit codes of every program. */
enum bt_exit { BT_EXIT_OK = 0, BT_EXIT_FAILED = 1, BT_EXIT_USAGE = 2, BT_EXIT_REGRESSION = 3,
	       BT_EXIT_IMPOSSIBLE = 77 };

/* A code besides those of errno, whose largest is 4095: all went well, but a result is worse. */
#define BT_EREGRESSION 4096

/*
 * Fills err (may be NULL) and returns -code. Control characters in the result become '?', a text
 * that is too long is cut. errno is left alone.
 */
int bt_err_set(struct bt_err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text that is there. Returns -err->code. */
int bt_err_prefix(struct bt_err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * EINVAL -> USAGE; BT_EREGRESSION -> REGRESSION; ENODEV, EOPNOTSUPP (ENOTSUP) -> IMPOSSIBLE;
 * others -> FAILED.
 */
enum bt_exit bt_err_exit(const struct bt_err *err);

#endif

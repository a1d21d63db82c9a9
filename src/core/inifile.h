/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text in the syntax of INI files. inih splits its lines; what inih does not tell, the number of a
 * line and where a section begins, is seen by the reader that hands the lines out.
 */
#ifndef BT_INIFILE_H
#define BT_INIFILE_H

#include <stddef.h>

#include "core/err.h"

#define BT_INI_LINE_MAX 197u	/* bytes of a line that inih reads whole */

/* Each returns 0, or -errno with the reader's err filled, which ends the reading. */
struct bt_ini_ops {
	/* A line that begins with '[', up to its newline: bt_ini_heading() finds its name. */
	int (*heading)(void *context, const char *line);
	int (*key)(void *context, const char *name, const char *value);
};

/*
 * Hands all lines of text to ops, in their order; *line is the number of the present one, from 1,
 * and after a failure of the one that failed. -EINVAL: a line is too long, or neither a heading nor
 * NAME = VALUE; -ENOMEM; or what ops said. err names neither text nor line: the caller does.
 */
int bt_ini_read(const char *text, const struct bt_ini_ops *ops, void *context, unsigned *line,
		struct bt_err *err);
/* The name in "[NAME]", of at most `most` letters, digits and ._+- (caller frees). -EINVAL. */
int bt_ini_heading(const char *line, size_t most, char **name, struct bt_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * gnuplot as a child process: a program in, a picture out, and no file in between, so that no path
 * ever stands in a program. It is started without a shell and without anybody's ~/.gnuplot.
 */
#ifndef BT_GNUPLOT_H
#define BT_GNUPLOT_H

#include <stddef.h>

#include "core/err.h"

#define BT_GNUPLOT_BYTES_MAX (64u << 20)	/* of a picture */

/*
 * Runs a program, which draws to its standard output, and gives what came there (caller frees).
 * -EOPNOTSUPP: there is no gnuplot; -ETIMEDOUT after a minute; -EIO: it failed, err has its last
 * line; -EFBIG. For one thread at a time, as it finds gnuplot by the environment's PATH.
 */
int bt_gnuplot_run(const char *program, size_t size, char **picture, size_t *picture_size,
		   struct bt_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of buddytop-work: what programs print, told line by line. */
#ifndef BT_WORK_LINES_H
#define BT_WORK_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "work/job.h"

#define BT_LINES_SIZE 1024u	/* a longer line is told in pieces */

struct bt_lines {
	int in, out;		/* ends of a pipe: ours, non-blocking, and the program's */
	size_t used;
	char text[BT_LINES_SIZE];
};

int bt_lines_open(struct bt_lines *lines, struct bt_err *err);
/* Tells {"id":N,"output":"..."} for each line that is there. False once nobody writes any more. */
bool bt_lines_read(struct bt_lines *lines, struct bt_work_call *call);
/* Tells what is left, and closes both ends. */
void bt_lines_close(struct bt_lines *lines, struct bt_work_call *call);

#endif

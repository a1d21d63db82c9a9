/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the memory of processes has changed: the frames of a session only say what it is. Compared is
 * with the reading before, and with the first one since somebody began to look.
 */
#ifndef UI_TASKS_H
#define UI_TASKS_H

#include "frame/frame.h"

struct ui_tasks {
	struct bt_frame_tasks now, before, first;	/* state BT_DETAIL_NONE: there is none */
};

/* Takes the reading of a frame, if it has one that is new. */
void ui_tasks_follow(struct ui_tasks *tasks, const struct bt_frame_tasks *shown);
/* Compared is with the present reading from now on. */
void ui_tasks_rebase(struct ui_tasks *tasks);
/* The same process in another reading: by number and name, which together are not used again soon. */
const struct bt_frame_task *ui_tasks_find(const struct bt_frame_tasks *in,
					  const struct bt_frame_task *task);

#endif

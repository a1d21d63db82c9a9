// SPDX-License-Identifier: GPL-2.0
#include "ui/tasks.h"

#include <string.h>

void ui_tasks_follow(struct ui_tasks *tasks, const struct bt_frame_tasks *shown)
{
	if (shown->state != BT_DETAIL_KNOWN ||
	    (tasks->now.state == BT_DETAIL_KNOWN && tasks->now.mono_ns == shown->mono_ns))
		return;
	tasks->before = tasks->now;
	tasks->now = *shown;
	if (tasks->first.state == BT_DETAIL_NONE)
		tasks->first = *shown;
}

void ui_tasks_rebase(struct ui_tasks *tasks)
{
	tasks->first = tasks->now;
}

const struct bt_frame_task *ui_tasks_find(const struct bt_frame_tasks *in,
					  const struct bt_frame_task *task)
{
	for (unsigned i = 0; in->state == BT_DETAIL_KNOWN && i < in->count; i++) {
		if (in->task[i].pid == task->pid && !strcmp(in->task[i].name, task->name))
			return &in->task[i];
	}
	return NULL;
}

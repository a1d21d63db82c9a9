// SPDX-License-Identifier: GPL-2.0
/* The processes with the most memory, by libproc2: one file of each process is read. */
#include <fcntl.h>
#include <libproc2/pids.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/files.h"

enum { ITEM_PID, ITEM_NAME, ITEM_STATE, ITEM_RSS_KIB, ITEM_SWAP_KIB, ITEM_BOTH_KIB, ITEMS };

static bool open_pids(struct bt_system *system)
{
	static enum pids_item items[ITEMS] = {
		[ITEM_PID] = PIDS_ID_PID,	[ITEM_NAME] = PIDS_CMD,
		[ITEM_STATE] = PIDS_STATE,	[ITEM_RSS_KIB] = PIDS_VM_RSS,
		[ITEM_SWAP_KIB] = PIDS_VM_SWAP, [ITEM_BOTH_KIB] = PIDS_VM_USED,
	};

	return system->pids || procps_pids_new(&system->pids, items, ITEMS) >= 0;
}

void bt_system_close_tasks(struct bt_system *system)
{
	if (system->pids)
		procps_pids_unref(&system->pids);
}

/* The number in /proc/<pid>/<file>; false when the process is gone or hidden. */
static bool read_score(uint32_t pid, const char *file, int64_t *score)
{
	char path[64], text[32], *end;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	*score = strtoll(text, &end, 10);
	return end != text;
}

static void fill_task(struct bt_frame_task *task, const struct pids_result *from)
{
	int64_t score;

	*task = (struct bt_frame_task){
		.pid = (uint32_t)from[ITEM_PID].result.s_int,
		.state = { from[ITEM_STATE].result.s_ch },
		.rss_bytes = (uint64_t)from[ITEM_RSS_KIB].result.ul_int * 1024,
		.swap_bytes = (uint64_t)from[ITEM_SWAP_KIB].result.ul_int * 1024,
		.oom_score = BT_UNKNOWN,
		.oom_score_adj = BT_UNKNOWN_SIGNED,
	};
	bt_copy_clean(task->name, sizeof(task->name), from[ITEM_NAME].result.str);
	if (read_score(task->pid, "oom_score", &score) && score >= 0)
		task->oom_score = (uint64_t)score;
	if (read_score(task->pid, "oom_score_adj", &score))
		task->oom_score_adj = score;
}

/* Kernel threads have no memory of their own and do not appear. */
static void scan(struct bt_system *system, struct bt_frame_tasks *tasks)
{
	struct pids_fetch *fetch;

	tasks->state = BT_DETAIL_FAILED;
	tasks->count = 0;
	fetch = open_pids(system) ? procps_pids_reap(system->pids, PIDS_FETCH_TASKS_ONLY) : NULL;
	if (!fetch)
		return;
	tasks->state = BT_DETAIL_KNOWN;
	tasks->processes = (uint64_t)fetch->counts->total;
	procps_pids_sort(system->pids, fetch->stacks, fetch->counts->total, PIDS_VM_USED,
			 PIDS_SORT_DESCEND);
	while (tasks->count < BT_MAX_TASKS && fetch->stacks[tasks->count] &&
	       fetch->stacks[tasks->count]->head[ITEM_BOTH_KIB].result.ul_int) {
		fill_task(&tasks->task[tasks->count], fetch->stacks[tasks->count]->head);
		tasks->count++;
	}
}

void bt_system_read_tasks(struct bt_system *system, struct bt_frame *frame)
{
	struct bt_frame_tasks *tasks = &system->tasks;

	if (*system->root)
		return;
	if (bt_want_due(BT_WANT_INDEX_TASKS, tasks->state, tasks->mono_ns, frame->mono_ns)) {
		tasks->mono_ns = bt_mono_ns();
		scan(system, tasks);
		tasks->read_ns = bt_mono_ns() - tasks->mono_ns;
	}
	frame->tasks = *tasks;
}

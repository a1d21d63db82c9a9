/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A stream of made-up compilations: processes that grow, read what others wrote, write a file, and
 * exit. Which ones they are is a pure function of the seed.
 */
#ifndef BT_WORK_SYNTH_H
#define BT_WORK_SYNTH_H

#include <stdint.h>

#define BT_SYNTH_CHILDREN_MAX 100000u

struct bt_synth_settings {
	uint64_t seed;
	uint64_t bytes;			/* never more than this at once, files included */
	uint64_t duration_ns;		/* what all take by plan, `threads` at a time */
	unsigned threads;
};

struct bt_synth_child {
	uint64_t anon_bytes;		/* what it grows to */
	uint64_t file_bytes;		/* what it writes to a file of its own */
	uint64_t life_ns;		/* over which it does */
	unsigned reads[2];		/* children whose files it reads; its own number: none */
};

struct bt_synth_plan {
	struct bt_synth_settings settings;
	uint64_t anon_limit_bytes;	/* of all that run at once: a child waits until it fits */
	unsigned count;
	struct bt_synth_child *children;
};

/*
 * Three quarters of bytes are for anonymous memory, a quarter for files, which stay. Sizes are
 * u^3 * largest, u uniform: half of them are below an eighth of the largest and one in five above
 * half of it; their mean, a quarter of it, times the threads is the limit, as far as one child may
 * be that large. Lives are uniform from a half to three halves of their mean, of which there are 16
 * in the duration. Sizes are whole pages, at least one.
 */
struct bt_synth_plan *bt_synth_plan(const struct bt_synth_settings *settings);
void bt_synth_plan_free(struct bt_synth_plan *plan);

/*
 * In the process that was forked for it: allocates nothing but what the plan says. dir_fd: where
 * the files are, named by number. Never returns; its exit code is an errno.
 */
void bt_synth_child(const struct bt_synth_plan *plan, unsigned number, int dir_fd)
	__attribute__((noreturn));

#endif

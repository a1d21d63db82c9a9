/* SPDX-License-Identifier: GPL-2.0 */
/* buddytop bench and write: how far it is, on standard error. */
#ifndef BT_CMD_BENCH_PROGRESS_H
#define BT_CMD_BENCH_PROGRESS_H

#include "bench/bench.h"

struct bench_progress {
	bool quiet;
	bool terminal;		/* standard error is one: a line that is written over */
	unsigned columns;
	bool shown;		/* that line is there now */
};

void bench_progress_begin(struct bench_progress *shown, bool quiet);
/* What is done, of so many; left_ns may be unknown. */
struct bench_progress_place {
	unsigned position, total;	/* from 1 */
	uint64_t elapsed_ns, left_ns;
};

/* Bar, times, and a text behind them, where standard error is a terminal. */
void bench_progress_line(struct bench_progress *shown, const struct bench_progress_place *place,
			 const char *text);
/* The same of a benchmark: what is done now, last figures, time left. */
void bench_progress_show(struct bench_progress *shown, const struct bt_bench_progress *now);
/* One repetition is done: a line that stays. */
void bench_progress_done(struct bench_progress *shown, const struct bt_bench_progress *now);
/* Takes the line away, so that something else can be written. */
void bench_progress_clear(struct bench_progress *shown);

#endif

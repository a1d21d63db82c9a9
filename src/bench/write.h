/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What it takes user space to get pages and to give them back: threads, each on a CPU of its own,
 * share one anonymous mapping. One iteration is
 *
 *	map	mmap(), by one thread; with populate, the kernel fills it here
 *	fault	each thread writes one word to every page of its share
 *	drop	each thread gives its share to madvise(MADV_DONTNEED)
 *	unmap	munmap() of all of it, by one thread
 *
 * with a barrier before fault and drop: the phases, options and columns of the `write` benchmark of
 * llfree-rs, whose times are whole milliseconds. Here they are kept in nanoseconds.
 *
 * Advice about huge pages comes after the mapping, as there: what populate fills, huge or not, is
 * left to the settings of the machine. A drop takes private pages away; of a shared mapping it
 * takes the entries of the page tables alone, and its pages go with unmap.
 */
#ifndef BT_WRITE_H
#define BT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/json.h"
#include "frame/frame.h"

#define BT_WRITE_RUNS_MAX 64u
#define BT_WRITE_ITERATIONS_MAX 10000u

enum bt_write_phase {
	BT_WRITE_MAP, BT_WRITE_FAULT, BT_WRITE_DROP, BT_WRITE_UNMAP, BT_WRITE_PHASES
};
extern const char *const bt_write_phase_name[BT_WRITE_PHASES];

struct bt_write_plan {
	uint64_t memory_bytes;		/* of all threads together, whole pages */
	uint64_t page_bytes;
	uint64_t huge_page_bytes;	/* BT_UNKNOWN: this kernel has none that are transparent */
	unsigned iterations;
	unsigned run_count;
	unsigned threads[BT_WRITE_RUNS_MAX];	/* of each run, at most cpu_count */
	unsigned cpu_count;
	uint16_t cpus[BT_MAX_CPUS];	/* thread n runs on cpus[n] */
	bool huge;			/* MADV_HUGEPAGE, else MADV_NOHUGEPAGE */
	bool populate;			/* MAP_POPULATE */
	bool private;			/* MAP_PRIVATE, else MAP_SHARED */
	bool rand;			/* pages in an order drawn by chance, over all shares */
	uint64_t seed;			/* of that order */
};

/* One thread in one iteration. */
struct bt_write_thread {
	unsigned cpu;
	uint64_t pages;			/* of its share */
	uint64_t fault_ns, drop_ns;
	uint64_t minor_faults;		/* of its fault phase, by getrusage() */
};

struct bt_write_iteration {
	uint64_t map_ns, unmap_ns;
	/* By smaps; BT_UNKNOWN where it does not say. */
	uint64_t huge_bytes;		/* mapped as huge pages after fault */
	uint64_t fault_rss_bytes, drop_rss_bytes; /* mapped after these phases */
	struct bt_write_thread *threads; /* as many as the run has */
};

struct bt_write_run {
	unsigned threads;
	unsigned done;			/* iterations that are complete, from the first on */
	struct bt_write_iteration *iterations; /* plan.iterations of them */
};

struct bt_write_result {
	struct bt_write_plan plan;
	struct bt_machine machine;	/* source "user" */
	char thp_shmem[BT_NAME];	/* huge pages of shared memory: "never", "advise" ...; "" = ? */
	int64_t start_utc_ns, end_utc_ns;
	bool partial;
	char partial_reason[BT_ERR_TEXT];
	struct bt_write_run runs[BT_WRITE_RUNS_MAX]; /* plan.run_count of them */
};

/* ---- doing it ----------------------------------------------------------------------------- */

struct bt_write_progress {
	unsigned position, total;	/* iterations of all runs, from 1 */
	const struct bt_write_run *run;
	unsigned iteration;		/* of this run, from 1 */
	enum bt_write_phase phase;
	uint64_t done_pages, pages;	/* of the fault phase */
	uint64_t elapsed_ns, left_ns;	/* BT_UNKNOWN before the first iteration is complete */
};

struct bt_write_options {
	int stop_fd;			/* readable: end; -1 = none */
	/* Called before each phase, and some times a second during fault; may be NULL. */
	void (*progress)(void *context, const struct bt_write_progress *now);
	/* An iteration is complete; may be NULL. */
	void (*done)(void *context, const struct bt_write_progress *now);
	/* Tests: a phase but unmap has ended, all threads wait; may be NULL. */
	void (*ended)(void *context, enum bt_write_phase phase, const char *at, size_t size);
	void *context;
};

/*
 * Whether the machine can do the plan. available_bytes: what may be taken of it, BT_UNKNOWN: nobody
 * knows. The twentieth part of the machine's memory, at least 64 MiB, is to be left. -EINVAL: it is
 * not enough for a page each, or too much for what there is, which is named; -EOPNOTSUPP: huge
 * pages are wanted, and the kernel has none.
 */
int bt_write_check(const struct bt_write_plan *plan, const struct bt_machine *machine,
		   uint64_t available_bytes, struct bt_err *err);
/* What the plan takes of memory: its pages, and where they are shuffled, their order. */
uint64_t bt_write_needs_bytes(const struct bt_write_plan *plan);

/* A result without iterations; the caller fills in the machine and frees it. */
struct bt_write_result *bt_write_create(const struct bt_write_plan *plan);
void bt_write_free(struct bt_write_result *result);
/*
 * All runs of a plan that was checked. Also after an error the result has the iterations that are
 * complete, and is marked partial. -EINTR: stop_fd; else the errno of the call that err names.
 */
int bt_write_run(struct bt_write_result *result, const struct bt_write_options *options,
		 struct bt_err *err);

/* ---- numbers ------------------------------------------------------------------------------ */

/* Share of thread `index`: pages [*first, *first + result) of the mapping, in whole units. */
uint64_t bt_write_share(uint64_t pages, unsigned threads, uint64_t unit_pages, unsigned index,
			uint64_t *first);
/* Pages that no two threads may share: those of a huge page where they are wanted, else 1. */
uint64_t bt_write_unit_pages(const struct bt_write_plan *plan);

struct bt_write_bounds {
	uint64_t min, avg, max;
};

/* As the original: the sum divided by the count, without the rest. All 0 of no values. */
struct bt_write_bounds bt_write_bounds(const uint64_t *values, size_t count);
/* Time of a phase in whole ms, as the original: each thread's is cut before they are added. */
struct bt_write_bounds bt_write_ms(const struct bt_write_run *run, unsigned iteration,
				   enum bt_write_phase phase);
/*
 * Whole ns a page: of fault and drop a thread's time by the pages of its share, of map and unmap
 * the time by all pages.
 */
struct bt_write_bounds bt_write_page_ns(const struct bt_write_run *run, unsigned iteration,
					enum bt_write_phase phase);
/*
 * The same, not cut: a value for each iteration that is complete, of fault and drop one for each of
 * its threads. Returns how many; values has room for done * threads.
 */
size_t bt_write_values(const struct bt_write_run *run, enum bt_write_phase phase, double *values);
uint64_t bt_write_pages(const struct bt_write_iteration *iteration, unsigned threads);

/* Those values as a whole, in ns a page; percentiles as bt_stats_quantile(). */
struct bt_write_summary {
	enum bt_write_phase phase;
	size_t count;
	double min, mean, p50, p90, p99, max;
};

/* NaN, and a count of 0, before an iteration is complete. */
void bt_write_summary(const struct bt_write_run *run, enum bt_write_phase phase,
		      struct bt_write_summary *summary);

/* ---- telling ------------------------------------------------------------------------------ */

/* For people: a table for each run, remarks below. At most 80 columns. */
void bt_write_print(FILE *out, const struct bt_write_result *result);
/*
 * A line for each iteration. original: the columns of that program alone, in ms; else before them
 * x (threads), iteration and mem (GiB), as its driver writes them, and behind them the same in ns a
 * page, with pages, minor faults and huge bytes.
 */
void bt_write_csv(FILE *out, const struct bt_write_result *result, bool original);
/* buddytop.5 has the keys. */
void bt_write_encode(struct bt_json_writer *w, const struct bt_write_result *result);

#endif

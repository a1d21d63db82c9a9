/* SPDX-License-Identifier: GPL-2.0 */
/* A measurement of what user space can get: how to do it, and what is known of it. */
#ifndef BT_MEASURE_H
#define BT_MEASURE_H

#include <stdint.h>

#include "core/err.h"

#define BT_MEASURE_REGION_BYTES (64ull << 20)	/* few mappings, yet no single huge one */
#define BT_MEASURE_REGION_MIN (2ull << 20)

/* How to measure. Zeroed: until the OOM kill. */
struct bt_measure_options {
	uint64_t limit_bytes;	/* 0 = none; else taken in whole pages */
	/*
	 * Of one mapping; 0 = BT_MEASURE_REGION_BYTES. It is halved, down to BT_MEASURE_REGION_MIN,
	 * while the kernel refuses one of that size (strict overcommit).
	 */
	uint64_t region_bytes;
	/*
	 * 1..100: stop when tasks of the machine were stalled for memory (PSI "some") for so much
	 * of the last half second; 0 = never.
	 */
	uint32_t stop_psi_percent;
};

/* -EINVAL: the member that is out of its bounds, named as in buddytop.5. */
int bt_measure_check(const struct bt_measure_options *options, struct bt_err *err);

enum bt_measure_state {
	BT_MEASURE_NONE,	/* nothing was measured yet; no other member says anything */
	BT_MEASURE_RUNNING,
	BT_MEASURE_DONE,
	BT_MEASURE_FAILED,	/* reached_bytes says nothing about the memory there is */
	BT_MEASURE_STATE_COUNT
};

/* Why it ended. FAILED goes with the state FAILED alone, the others with DONE. */
enum bt_measure_end {
	BT_MEASURE_END_NONE,		/* it has not */
	BT_MEASURE_END_LIMIT,		/* limit_bytes were reached */
	BT_MEASURE_END_PRESSURE,	/* stop_psi_percent was reached */
	BT_MEASURE_END_OOM_KILL,	/* the OOM killer ended it */
	BT_MEASURE_END_REFUSED,		/* the kernel refused a page or a mapping */
	BT_MEASURE_END_FAILED,
	BT_MEASURE_END_COUNT
};

/* How pages were filled: by MADV_POPULATE_WRITE (Linux 5.14), or a byte was written to each. */
enum bt_measure_fill {
	BT_MEASURE_FILL_UNKNOWN,	/* an agent that does not tell */
	BT_MEASURE_FILL_POPULATE,
	BT_MEASURE_FILL_TOUCH,
	BT_MEASURE_FILL_COUNT
};

/* Whether the measuring process had a cgroup of its own (system/cgroup.h). */
enum bt_measure_cgroup {
	BT_MEASURE_CGROUP_UNKNOWN,	/* an agent that does not tell */
	BT_MEASURE_CGROUP_OWN,
	BT_MEASURE_CGROUP_SHARED,	/* that of its parent: no_cgroup says why */
	BT_MEASURE_CGROUP_COUNT
};

/* As documents and the agent protocol name them; NULL for NONE of the ends and for UNKNOWN. */
extern const char *const bt_measure_state_name[BT_MEASURE_STATE_COUNT];
extern const char *const bt_measure_end_name[BT_MEASURE_END_COUNT];
extern const char *const bt_measure_fill_name[BT_MEASURE_FILL_COUNT];
extern const char *const bt_measure_cgroup_name[BT_MEASURE_CGROUP_COUNT];

/* What is known of a measurement; also what a source and the agent protocol tell of it. */
struct bt_measure {
	enum bt_measure_state state;
	enum bt_measure_end end;
	uint64_t reached_bytes;
	uint64_t limit_bytes;		/* 0 = none */
	uint32_t stop_psi_percent;	/* 0 = never */
	uint64_t region_bytes;		/* of the mappings, as halved; BT_UNKNOWN: not told */
	uint64_t elapsed_ns;		/* until the last page that it got */
	uint64_t threads;		/* that took memory at once; BT_UNKNOWN: not told */
	enum bt_measure_fill fill;
	enum bt_measure_cgroup cgroup;
	char text[128];		/* end PRESSURE, REFUSED, FAILED: the particulars; else "" */
	char no_cgroup[128];	/* cgroup SHARED: why; else "" */
};

/* The text of an end by PRESSURE, with the percentage. */
#define BT_MEASURE_STALLED_TEXT "tasks were stalled for %u %% of the last half second"

/* Sets the end, and the state that goes with it. */
void bt_measure_finish(struct bt_measure *measure, enum bt_measure_end end);
/* The state that goes with an end. NONE: running. */
enum bt_measure_state bt_measure_state_at(enum bt_measure_end end);
/* reached_bytes over elapsed_ns, in bytes a second; NaN before there is a time. */
double bt_measure_rate(const struct bt_measure *measure);

#endif

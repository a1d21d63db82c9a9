/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a benchmark measured: every repetition of every run of a plan, with what its frames say and
 * whole histograms. The document (schema buddytop-result, buddytop.5) holds all of it; result_encode.c
 * writes it, result_decode.c reads it. Not for several threads at once on the same result.
 */
#ifndef BT_RESULT_H
#define BT_RESULT_H

#include "bench/plan.h"
#include "core/json.h"
#include "frame/interval.h"
#include "frame/metric.h"
#include "system/measure.h"

#define BT_RESULT_VERSION 1u
#define BT_RESULT_BYTES_MAX (256u << 20)	/* of a document that is read */
#define BT_RESULT_SAMPLES_MAX 4096u	/* of one repetition; then two neighbours become one */

/* The parts of a repetition, in their order. */
enum bt_phase {
	BT_PHASE_IDLE,		/* drained: the first probe */
	BT_PHASE_WARMUP,	/* load, until it is steady */
	BT_PHASE_LOAD,		/* load alone, measured */
	BT_PHASE_PRESSED,	/* load and the second probe at the same time */
	BT_PHASE_COUNT
};
extern const char *const bt_phase_name[BT_PHASE_COUNT];	/* "idle", "warmup", "load", "antagonized" */

/* Counted between the first and the last frame of a phase, over all CPUs. */
struct bt_result_counts {
	uint64_t alloc_blocks, alloc_pages, free_blocks, failures, backoffs, throttled, preempted,
		remote_blocks, remote_pages;
};

struct bt_result_phase {
	bool known;			/* it was there, at least in part */
	bool complete;
	int64_t start_utc_ns;
	struct bt_point point;		/* the phase as one interval; its histograms are the whole */
	struct bt_result_counts counts;
	uint64_t oom_notifications;	/* the module heard of; under guard bench it does nothing */
	struct bt_measure measure;	/* state BT_MEASURE_NONE: no probe */
};

/* One interval of the sampler within a repetition, for graphs over time. */
struct bt_result_sample {
	uint64_t at_ns;			/* end, since the beginning of the repetition */
	uint64_t length_ns;
	uint8_t phase;			/* enum bt_phase */
	double allocs_per_s;
	uint64_t available_bytes, held_bytes;
	uint32_t alloc_bins[BT_LOG2_BINS];	/* allocations by latency, bt_hist_log2_bin() */
};

/* What makes a repetition no result: "" where nothing did. */
#define BT_FLAW 160

struct bt_result_repetition {
	unsigned number;		/* from 1, within its run */
	unsigned position;		/* from 1, among all that were done: the order of time */
	int64_t start_utc_ns, end_utc_ns;
	bool complete;			/* false: it was interrupted */
	char way[16];			/* without the module: how blocks were allocated; "" = by it */
	char flaw[BT_FLAW];		/* a guard that fired, somebody else's config ...: not counted */
	bool steady;			/* a steady state was reached before it was measured */
	uint64_t steady_after_ns;	/* from the start of the load; BT_UNKNOWN: it was not */
	double steady_spread;		/* of the last rates: largest distance from their mean, 0.2 = 20 % */
	struct bt_result_phase phases[BT_PHASE_COUNT];
	uint64_t oom_kills;		/* processes, the probes among them; BT_UNKNOWN */
	double steal_ratio;		/* of all CPU time, taken by the hypervisor; NaN unknown */
	struct bt_result_sample *samples;
	unsigned sample_count;
	char **warnings;		/* noise of this repetition */
	unsigned warning_count;
};

struct bt_result_run {
	char *section, *label;
	struct bt_config config;	/* as it was published */
	bool known;			/* config is: the run was begun */
	char left_out[BT_FLAW];		/* why this machine cannot do it; "" = it can */
	struct bt_result_repetition *repetitions;	/* in the order of number; those done */
	unsigned repetition_count;
	unsigned wanted;		/* of the plan */
};

struct bt_result {
	char *path;			/* it was read from; NULL: it was not */
	char program[32];		/* version of buddytop */
	char *source;			/* as given to --source */
	struct bt_machine machine;
	char *plan_name, *plan_text;
	uint64_t seed, interval_ns;
	int64_t start_utc_ns, end_utc_ns;
	double load1_before;		/* load average of the minute before all of it; NaN unknown */
	bool latencies;			/* false: left out of the document on request */
	bool partial;
	char partial_reason[BT_FLAW];	/* "interrupted", "time limit of 60 s"; "" = complete */
	char **warnings;		/* of the machine and the whole time */
	unsigned warning_count;
	struct bt_result_run *runs;
	unsigned run_count;
};

struct bt_result *bt_result_create(const struct bt_plan *plan);
void bt_result_free(struct bt_result *result);
/* Appends one, number and all else 0 or unknown; valid until the next one of the run. */
struct bt_result_repetition *bt_result_add(struct bt_result_run *run);
/* Takes the last one away. */
void bt_result_drop(struct bt_result_run *run);
/* Appends a copy unless it is there. */
void bt_result_warn(char ***warnings, unsigned *count, const char *text);
/* Appends a sample; merges neighbours when there are BT_RESULT_SAMPLES_MAX. */
void bt_result_sample(struct bt_result_repetition *repetition, const struct bt_result_sample *sample);
/* Adds it to the last one where that is of the same phase. */
void bt_result_extend(struct bt_result_repetition *repetition, const struct bt_result_sample *sample);
/* complete and without flaw: its numbers count. */
bool bt_result_counts(const struct bt_result_repetition *repetition);
/*
 * Numbers of blocks that were allocated in different ways are no repetitions of each other: the first
 * one that counts says which way it is. NULL: none counts.
 */
const char *bt_result_way(const struct bt_result_run *run);
/* That of the run, or none yet. */
bool bt_result_way_fits(const struct bt_result_run *run, const char *way);

/* All counted repetitions of a run together: histogram of one operation over the phases in mask. */
#define BT_PHASES_LOADED (1u << BT_PHASE_LOAD | 1u << BT_PHASE_PRESSED)
void bt_result_hist(const struct bt_result_run *run, unsigned phases, enum bt_op op,
		    struct bt_hist *hist);
/* The same of whole bulk calls. */
void bt_result_bulk_hist(const struct bt_result_run *run, unsigned phases, struct bt_hist *hist);

/*
 * The numbers of a repetition by name, for tables, comparison and CSV. buddytop.7 gives the meaning
 * of each key.
 */
struct bt_result_metric {
	const char *key;		/* "idle_available_bytes" */
	const char *label;		/* "available idle" */
	enum bt_unit unit;
	enum bt_better better;
	bool latency;			/* of a histogram: left out with latencies */
	bool detail;			/* left out where there is little room */
	const char *against;		/* key of what it is compared with in one run, or NULL */
	enum bt_phase phase;		/* whose point has it, as */
	const char *point_metric;	/* a key of bt_metrics; or it is found by */
	double (*value)(const struct bt_result_repetition *repetition);
};
extern const struct bt_result_metric bt_result_metrics[];
extern const unsigned bt_result_metric_count;
/* NULL: there is none of this key. */
const struct bt_result_metric *bt_result_metric_find(const char *key);
/* NaN: unknown, or not part of the plan. */
double bt_result_value(const struct bt_result_metric *metric,
		       const struct bt_result_repetition *repetition);
/* "1.23 GiB"; NaN "?"; buf 24 bytes. */
const char *bt_result_metric_text(const struct bt_result_metric *metric, double value, char *buf,
				  size_t size);
/* Of the counted repetitions whose value is known, into values (room for repetition_count). */
unsigned bt_result_values(const struct bt_result_run *run, const struct bt_result_metric *metric,
			  double *values);

/* The document. */
void bt_result_encode(struct bt_json_writer *w, const struct bt_result *result);
/* -EPROTO: not one, or damaged; err names the member. */
int bt_result_decode(const struct bt_json *root, struct bt_result **result, struct bt_err *err);
/* Writes it compact and as bt_write_file(): atomically, what was there is replaced. */
int bt_result_write(const struct bt_result *result, const char *path, struct bt_err *err);
/* -EPROTO as above, -ENOENT ...; result->path is path. err is not NULL. */
int bt_result_read(struct bt_result **result, const char *path, struct bt_err *err);

/*
 * How many probes of repetitions without flaw, those cut short too, ended at their limit or by
 * pressure: there was at least as much. Out of *probes that came to an end.
 */
unsigned bt_result_bounded(const struct bt_result_run *run, unsigned *probes);

/*
 * The document of page_alloc_bench: an object of integer arrays, NAME_orderN. Latencies are drawn
 * from the histograms (at most 50000 an operation and order, seed), which a member says whose name
 * tells it; so do others for a partial result, an emulated machine, probes that were bounded, runs
 * left out. A probe counts when it is complete and its repetition has no flaw, all else when the
 * repetition is complete, too.
 */
void bt_result_encode_pab(struct bt_json_writer *w, const struct bt_result *result);
/* -EINVAL: the plan has two runs of one order, which that document cannot tell apart. */
int bt_result_check_pab(const struct bt_plan *plan, struct bt_err *err);

/* What a writer holds, into a file, as bt_write_file(). -EIO: it cannot be encoded. */
int bt_document_write(struct bt_json_writer *w, const char *path, struct bt_err *err);

#endif

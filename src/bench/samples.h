/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `compare` compares: per configuration and metric a list of numbers, whatever document they
 * come from - a result, a microbenchmark, runs of the lab, a recording, page_alloc_bench's JSON.
 */
#ifndef BT_SAMPLES_H
#define BT_SAMPLES_H

#include "bench/result.h"
#include "session/kbench.h"

enum bt_samples_kind {
	BT_SAMPLES_RESULT, BT_SAMPLES_RECORDING, BT_SAMPLES_PAB, BT_SAMPLES_KBENCH, BT_SAMPLES_LAB
};

/* What is no reason against a comparison, but can be the cause of a difference. */
enum bt_samples_fact {
	BT_FACT_THP, BT_FACT_GOVERNOR, BT_FACT_SMT, BT_FACT_COMMAND_LINE, BT_FACT_MICROCODE,
	BT_FACT_MODULE, BT_FACT_ABI, BT_FACT_INIT_ON_ALLOC, BT_FACT_INTERVAL, BT_FACT_CLOCK,
	BT_FACT_QEMU, BT_FACT_HOST_KERNEL,
	BT_FACT_COUNT
};
extern const char *const bt_samples_fact_name[BT_FACT_COUNT];	/* "huge pages" */

struct bt_samples_series {
	char *config;			/* label of the configuration: "order=4 cpus=2" */
	char *metric;			/* key: "idle_available_bytes" */
	const char *label;		/* of the metric */
	enum bt_unit unit;
	enum bt_better better;
	bool edges;			/* of a histogram's buckets, which hold the true value */
	double *values;
	size_t count;
};

struct bt_samples {
	char *path;
	enum bt_samples_kind kind;
	/* What must be the same in two documents for a comparison; "" = the document does not say. */
	struct {
		char host[BT_NAME], kernel[128], cpu_model[128], source[BT_NAME], accel[BT_NAME];
		uint64_t memory_bytes, cpu_count, node_count;	/* BT_UNKNOWN: not said */
		enum bt_reality reality;
		bool known;		/* pab: nothing is */
	} machine;
	char *facts[BT_FACT_COUNT];	/* NULL: not said */
	unsigned warnings;		/* of noise, of the document and its repetitions */
	/*
	 * Text of the plan without comments and blanks, of the lab "CONFIG: NAME=VALUE" of each
	 * parameter; "" not said.
	 */
	char *plan;
	bool independent;		/* false: intervals or iterations of one run are in it */
	bool partial;
	char note[BT_FLAW];		/* what else a reader of its numbers should know; "" = nothing */
	struct bt_samples_series *series;
	size_t series_count;
};

/*
 * Which kind of document it is is told by what stands in it, not by its name. Of a recording the
 * configurations are all parameters of the load, until bt_samples_shorten(). -EPROTO: none that can
 * be compared, or damaged; -ENODATA: there are no numbers in it.
 */
int bt_samples_read(struct bt_samples **samples, const char *path, struct bt_err *err);
/* Of what is in memory; its labels live as long as the program. */
struct bt_samples *bt_samples_of_result(const struct bt_result *result);
struct bt_samples *bt_samples_of_kbench(const struct bt_kbench *result, const char *path);
struct bt_lab_runs;
/* NULL: runs of several machines, or real and emulated ones, are among them. */
struct bt_samples *bt_samples_of_lab(const struct bt_lab_runs *runs, struct bt_err *err);
void bt_samples_free(struct bt_samples *samples);
/* By what stands in it, a folder is of the lab; the errors of bt_samples_read(). */
int bt_samples_kind_of(const char *path, enum bt_samples_kind *kind, struct bt_err *err);
/* "result", "recording", "page_alloc_bench", "microbenchmark", "run of the lab" */
extern const char *const bt_samples_kind_name[];
/*
 * Recordings among them: leaves of each configuration what is not the same in all of them, "order=4",
 * and "load" where nothing is. Once for all that are compared, before anything is looked for.
 */
void bt_samples_shorten(struct bt_samples *const *samples, unsigned count);
/*
 * A plan without what changes nothing of what is measured: comments, blanks, and how often and in
 * which order (repetitions, seed, shuffle). The caller's to free.
 */
char *bt_samples_plan_text(const char *text);
/* NULL: there is none. */
const struct bt_samples_series *bt_samples_find(const struct bt_samples *samples,
						const char *config, const char *metric);
/*
 * Why these two are not comparable: a sentence for each reason through say(); returns how many. A
 * different kernel is what is compared, not a reason against it; so MemTotal, which is without what
 * the kernel took for itself, may differ by a twentieth. Of two documents of page_alloc_bench
 * nothing is known but whether their writer called the machine emulated or simulated.
 */
unsigned bt_samples_differ(const struct bt_samples *a, const struct bt_samples *b,
			   void (*say)(void *context, const char *text), void *context);

/* How a document is called among several: "A" is the first. */
static inline char bt_samples_letter(unsigned document)
{
	return (char)('A' + document);
}

#endif

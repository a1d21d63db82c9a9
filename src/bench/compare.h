/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two or more documents: for each number that the first one and another have, whether it differs,
 * by how much, and how sure that is. Tables, JSON and the exit code of `compare` come from here.
 */
#ifndef BT_COMPARE_H
#define BT_COMPARE_H

#include <stdio.h>

#include "bench/samples.h"
#include "bench/stats.h"

#define BT_COMPARE_DOCUMENTS_MAX 26u	/* they are called A to Z */

struct bt_compare_options {
	double confidence;		/* of the intervals, 0.95 */
	double alpha;			/* level of the test, 0.05 */
	double noise_percent;		/* differences of medians below it are none; 2 */
	double regression_percent;	/* NaN: what is worse is not called a regression */
	uint64_t seed;			/* of the bootstrap */
	bool force;			/* compare although it is not comparable */
	char **metrics;			/* keys; only these, in their order in A. NULL: all */
	unsigned metric_count;
};
extern const struct bt_compare_options bt_compare_defaults;

/* What can be said of a difference; the order is that of nothing. */
enum bt_verdict {
	BT_VERDICT_TOO_FEW,	/* samples of these sizes never reach alpha */
	BT_VERDICT_NONE,	/* p > alpha, 0 within the interval, or less than the noise */
	BT_VERDICT_MORE,
	BT_VERDICT_LESS,
	/* The same of times, and of rates of which more is better. */
	BT_VERDICT_FASTER,
	BT_VERDICT_SLOWER,
	BT_VERDICT_COUNT
};
extern const char *const bt_verdict_text[BT_VERDICT_COUNT];

enum bt_effect { BT_EFFECT_NONE, BT_EFFECT_BETTER, BT_EFFECT_WORSE };

struct bt_compare_row {
	unsigned document;		/* the one that is compared with the first, from 1 */
	const struct bt_samples_series *a, *b;
	struct bt_summary summary_a, summary_b;
	struct bt_difference difference; /* its intervals NaN where there are too few values */
	double p;
	enum bt_verdict verdict;
	enum bt_effect effect;
	bool below_noise;		/* all but its size would show a difference; verdict NONE */
	bool regression;		/* worse by the percentage, or from 0 */
};

struct bt_comparison {
	struct bt_compare_options options;
	const struct bt_samples *const *documents;
	unsigned document_count;
	struct bt_compare_row *rows;	/* by document, then as the series stand in the first */
	size_t row_count;
	char **reasons;			/* why it is not comparable; compared by force */
	unsigned reason_count;
	char **notes;			/* what a reader should know, in sentences */
	unsigned note_count;
	/* Of the rows; tested are all but those with too few values. */
	unsigned tested, better, worse, other, none, too_few, regressions;
	/* Metrics of configurations of the first document that others lack; whole configurations. */
	unsigned missing, missing_configs;
};

/*
 * Two to BT_COMPARE_DOCUMENTS_MAX documents, bt_samples_shorten()ed, that outlive the result. -EPERM: they
 * are not comparable and force is not set, err has the reasons; -ENODATA: they have nothing in
 * common; -EINVAL: no document has one of the metrics.
 */
int bt_compare(struct bt_comparison **comparison, const struct bt_samples *const *documents,
	       unsigned count, const struct bt_compare_options *options, struct bt_err *err);
void bt_compare_free(struct bt_comparison *comparison);
/* One row's statistics and verdict, of series a and b. */
void bt_compare_series(const struct bt_compare_options *options, const struct bt_samples_series *a,
		       const struct bt_samples_series *b, struct bt_compare_row *row);
/* A value in the unit of a series, "1.23 GiB"; buf: 24 bytes. */
const char *bt_compare_text(const struct bt_samples_series *series, double value, char *buf,
			    size_t size);
/* A row as tables show it, "" where it has nothing to say; narrow: shorter verdicts. */
enum bt_compare_column {
	BT_COLUMN_METRIC, BT_COLUMN_A, BT_COLUMN_IQR_A, BT_COLUMN_B, BT_COLUMN_IQR_B,
	BT_COLUMN_RUNS, BT_COLUMN_DIFFERENCE, BT_COLUMN_CI, BT_COLUMN_P, BT_COLUMN_VERDICT,
	BT_COLUMN_COUNT
};
#define BT_COMPARE_CELL 48
void bt_compare_cells(const struct bt_compare_row *row, bool narrow,
		      char cells[BT_COLUMN_COUNT][BT_COMPARE_CELL]);

/*
 * The documents that come of it. changed: only rows whose verdict tells a difference.
 * Text: width of the lines in characters, 0 = as wide as it gets.
 */
void bt_compare_print(const struct bt_comparison *comparison, FILE *out, bool changed,
		      unsigned width);
void bt_compare_markdown(const struct bt_comparison *comparison, FILE *out, bool changed);
void bt_compare_csv(const struct bt_comparison *comparison, FILE *out, bool changed);
/* Schema buddytop-comparison (buddytop.5). */
void bt_compare_encode(const struct bt_comparison *comparison, struct bt_json_writer *w,
		       bool changed);

#endif

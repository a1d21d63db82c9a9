/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of results, of microbenchmarks and of runs of the lab. A kind of picture is a row of a
 * table, which writes a program for gnuplot with its numbers in it; several kinds are panels of one
 * picture. Texts of documents, which may come from anywhere, reach a program only through
 * bt_plot_quote() (plot_text.h).
 */
#ifndef BT_PLOT_H
#define BT_PLOT_H

#include <stdio.h>

#include "bench/result.h"
#include "lab/runs.h"
#include "session/kbench.h"

enum bt_plot_format { BT_PLOT_SVG, BT_PLOT_PNG, BT_PLOT_PDF, BT_PLOT_FORMATS };

#define BT_PLOT_DOCUMENTS_MAX 6u	/* that are told apart by colour */
#define BT_PLOT_SIDE_MIN 300u
#define BT_PLOT_SIDE_MAX 10000u

struct bt_plot {
	const struct bt_result *const *results;	/* the first is what others are compared with */
	/* Instead of results: microbenchmarks, and what each is called; NULL: there are results. */
	const struct bt_kbench *const *kbenches;
	const char *const *names;
	/* Or runs of the lab, with their tables. */
	const struct bt_lab_runs *const *labs;
	bool published;		/* of the lab: what HyperAlloc's authors published, beside it */
	unsigned count;
	const char *kind;	/* name of a bt_plot_kinds; NULL, "all": all with numbers */
	const char *metric;	/* of compare: key of a bt_result_metrics; NULL: the usual */
	const char *run;	/* configurations whose label matches it (fnmatch(3)); NULL: all */
	unsigned repetition;	/* of heatmap and rate; 0: the first that counts */
	const char *title;	/* NULL: plan, host, kernel, time */
	unsigned width, height;	/* pixels, 96 to an inch; 0: what the panels need */
	enum bt_plot_format format;
};

struct bt_plot_box;

enum bt_plot_of { BT_PLOT_OF_RESULTS, BT_PLOT_OF_KBENCHES, BT_PLOT_OF_LABS };

struct bt_plot_kind {
	const char *name;	/* "available" */
	const char *title;	/* above the panel */
	const char *needs;	/* what it needs: "a probe" */
	const char *shows;	/* what is seen, for those who do not see it: one sentence */
	enum bt_plot_of of;	/* documents of which sort it is */
	bool (*has)(const struct bt_plot *plot);	/* the numbers that it needs */
	void (*write)(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out);
};

/* Of what the documents are. */
enum bt_plot_of bt_plot_sort(const struct bt_plot *plot);

/* In the order of the panels. */
extern const struct bt_plot_kind bt_plot_kinds[];
extern const unsigned bt_plot_kind_count;
/* NULL: there is none of this name. */
const struct bt_plot_kind *bt_plot_kind_find(const char *name);

/* By the ending of a file's name, ".svg"; -EINVAL names those that there are. */
int bt_plot_format(const char *path, enum bt_plot_format *format, struct bt_err *err);
/* "1200x800"; -EINVAL also outside of BT_PLOT_SIDE_MIN and _MAX. */
int bt_plot_size(const char *text, struct bt_plot *plot, struct bt_err *err);

/* That a machine's numbers are not those of a machine; "" of a real one. */
const char *bt_plot_reality(enum bt_reality reality);
/* What of a document is not to be overlooked, "EMULATED: ...  PARTIAL: ..."; "" = nothing. */
void bt_plot_warning(const struct bt_result *result, char *text, size_t size);

/*
 * The program that draws it to gnuplot's standard output (caller frees). -EINVAL: no such kind,
 * metric, configuration or repetition, or too many documents; -ENODATA: no numbers for it.
 */
int bt_plot_program(const struct bt_plot *plot, char **program, size_t *size, struct bt_err *err);
/* The picture in its format (caller frees); besides errors as of bt_gnuplot_run(). */
int bt_plot_draw(const struct bt_plot *plot, char **picture, size_t *size, struct bt_err *err);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * An input is folders of runs of the lab, ours and those of hyperalloc-bench, as fuzz_put_files()
 * takes them apart: what `compare` and `plot` read. A run is written and read again.
 */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/plot.h"
#include "bench/samples.h"
#include "lab/export.h"
#include "lab/run_json.h"

#define ROWS_MAX 2000u	/* of a table, that pictures are made of: more takes time, and no other path */

static const char *const paths[] = {
	"/lab/a/result.json",
	"/lab/a/samples.csv",
	"/lab/a/stream.csv",
	"/lab/a/ftq.csv",
	"/lab/b/meta.json",
	"/lab/b/out.csv",
	"/lab/b/out_0.csv",
	"/lab/b/times_0.json",
	"/lab/b/vm_0/out_0.csv",
	"/lab/b/vm_0/times_0.json",
};

static void write_again(const struct bt_lab_run *run)
{
	struct fuzz_document first, second;
	uint64_t rows[BT_LAB_TABLES_MAX];
	struct bt_lab_run *again = NULL;
	struct bt_err err = { 0 };

	fuzz_document_begin(&first);
	fuzz_document_begin(&second);
	bt_lab_run_encode(first.writer, run);
	if (bt_lab_run_decode(fuzz_document_parse(&first), &again, rows, &err))
		fuzz_must(false, "what was written is refused: %s", err.text);
	for (unsigned i = 0; i < run->table_count; i++) {
		fuzz_must(rows[i] == run->tables[i].rows, "a table has other rows");
		again->tables[i].rows = run->tables[i].rows; /* a document has not the cells */
	}
	bt_lab_run_encode(second.writer, again);
	fuzz_must_equal(&first, &second, "a run of the lab");
	bt_lab_run_free(again);
	fuzz_document_end(&second);
	fuzz_document_end(&first);
}

static bool is_small(const struct bt_lab_runs *runs)
{
	for (unsigned i = 0; i < runs->count; i++) {
		for (unsigned k = 0; k < runs->runs[i]->table_count; k++) {
			if (runs->runs[i]->tables[k].rows > ROWS_MAX)
				return false;
		}
	}
	return true;
}

static void draw(const struct bt_lab_runs *runs)
{
	const struct bt_plot plot = { .labs = &runs, .count = 1, .published = true,
				      .names = (const char *const[]){ "fuzz" } };
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	if (bt_plot_program(&plot, &program, &size, &err))
		fuzz_must_say(&err);
	else
		free(program);
}

static void export(const struct bt_lab_runs *runs)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	bt_lab_export_csv(out, runs->runs, runs->count);
	fclose(out);
	free(text);
}

static void try_all(const char *folder)
{
	struct bt_lab_runs *runs = NULL;
	struct bt_samples *samples;
	struct bt_err err = { 0 };

	if (bt_lab_runs_read(&runs, folder, true, &err)) {
		fuzz_must_say(&err);
		return;
	}
	fuzz_must(runs->count > 0, "no runs, and no error");
	for (unsigned i = 0; i < runs->count; i++)
		write_again(runs->runs[i]);
	samples = bt_samples_of_lab(runs, &err);
	if (!samples)
		fuzz_must_say(&err);
	bt_samples_free(samples);
	export(runs);
	if (is_small(runs))
		draw(runs);
	bt_lab_runs_free(runs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *folder = bt_xasprintf("%s/lab", fuzz_directory());

	fuzz_put_files(data, size, paths, BT_ARRAY_SIZE(paths));
	try_all(folder);
	fuzz_remove_files(paths, BT_ARRAY_SIZE(paths));
	free(folder);
	return 0;
}

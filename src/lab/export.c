// SPDX-License-Identifier: GPL-2.0
#include "lab/export.h"

#include <math.h>
#include <stdlib.h>

#include "bench/table.h"
#include "lab/metric.h"

static void put_config(FILE *out, const struct bt_lab_run *run)
{
	fprintf(out, "%s,", bt_lab_benchmark_name[run->benchmark]);
	bt_csv_cell(out, run->mode);
	fputc(',', out);
	bt_csv_cell(out, run->label);
}

/* What a number is to be believed: emulated ones are marked in each line. */
static void put_doubt(FILE *out, const struct bt_lab_run *run)
{
	fprintf(out, ",%s,", bt_reality_name[run->reality]);
	bt_csv_cell(out, run->accel);
	fprintf(out, ",%s\n", run->unproven ? "yes" : "no");
}

static void put_value(FILE *out, const struct bt_lab_run *run,
		      const struct bt_lab_metric_kind *kind, unsigned iteration, double value)
{
	put_config(out, run);
	fprintf(out, ",%u,%u,%s,%s,", run->repetition, iteration, kind->key,
		bt_unit_name[kind->unit]);
	if (!isnan(value))
		fprintf(out, "%.17g", value);
	put_doubt(out, run);
}

static void put_run(FILE *out, const struct bt_lab_run *run)
{
	for (unsigned i = 0; i < bt_lab_metric_kind_count; i++) {
		double *values;
		unsigned count = bt_lab_values(&bt_lab_metric_kinds[i], run, &values);

		for (unsigned v = 0; v < count; v++)
			put_value(out, run, &bt_lab_metric_kinds[i], v + 1, values[v]);
		free(values);
	}
}

/* A line that has no value: what is missing is neither zero nor forgotten. */
static void put_unavailable(FILE *out, const struct bt_lab_run *run)
{
	put_config(out, run);
	fprintf(out, ",%u,,unavailable,,", run->repetition);
	put_doubt(out, run);
}

void bt_lab_export_csv(FILE *out, struct bt_lab_run *const *runs, unsigned count)
{
	fputs("benchmark,mode,label,repetition,iteration,metric,unit,value,reality,accel,unproven\n",
	      out);
	for (unsigned i = 0; i < count; i++) {
		if (bt_lab_counts(runs[i]))
			put_run(out, runs[i]);
		else if (runs[i]->end == BT_LAB_UNAVAILABLE && !runs[i]->warm_up)
			put_unavailable(out, runs[i]);
	}
}

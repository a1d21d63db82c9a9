// SPDX-License-Identifier: GPL-2.0
/* What is to be said of a result besides its numbers. */
#include <math.h>
#include <stdarg.h>

#include "bench/print_rows.h"

struct remarks {
	FILE *out;
	const char *mark;
	unsigned count;
};

static void begin_line(struct remarks *remarks)
{
	fprintf(remarks->out, "%s%s", remarks->count++ ? "" : "\n", remarks->mark);
}

__attribute__((format(printf, 2, 3)))
static void say(struct remarks *remarks, const char *format, ...)
{
	va_list args;

	begin_line(remarks);
	va_start(args, format);
	vfprintf(remarks->out, format, args);
	va_end(args);
	fputc('\n', remarks->out);
}

/* Of one that was cut short: the number that each of its complete phases is there for. */
static void print_known(FILE *out, const struct bt_result_repetition *repetition)
{
	static const struct {
		enum bt_phase phase;
		const char *key;
	} rows[] = {
		{ BT_PHASE_IDLE, "idle_available_bytes" },
		{ BT_PHASE_LOAD, "allocs_per_s" },
		{ BT_PHASE_PRESSED, "antagonized_available_bytes" },
	};
	char text[BT_PRINT_TEXT];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		const struct bt_result_metric *metric = bt_result_metric_find(rows[i].key);
		double value = bt_result_value(metric, repetition);

		if (repetition->phases[rows[i].phase].complete && !isnan(value))
			fprintf(out, "; %s %s", metric->label,
				bt_result_metric_text(metric, value, text, sizeof(text)));
	}
}

static void say_not_counted(struct remarks *remarks, const struct bt_result_run *run,
			    const struct bt_result_repetition *repetition)
{
	bool flawed = repetition->flaw[0];

	if (bt_result_counts(repetition))
		return;
	begin_line(remarks);
	fprintf(remarks->out, "not counted: %s, repetition %u: %s%s%s", run->label,
		repetition->number, repetition->flaw, flawed && !repetition->complete ? "; " : "",
		repetition->complete ? "" : "not complete");
	if (!flawed)
		print_known(remarks->out, repetition);
	fputc('\n', remarks->out);
}

static void say_bounded(struct remarks *remarks, const struct bt_result_run *run)
{
	unsigned probes, bounded = bt_result_bounded(run, &probes);

	if (bounded)
		say(remarks, "%s: %u of %u probes ended at their limit or by pressure,\n"
		    "  so there was at least as much", run->label, bounded, probes);
}

static void say_of_run(struct remarks *remarks, const struct bt_result_run *run)
{
	if (run->left_out[0])
		say(remarks, "left out: %s", run->left_out);
	say_bounded(remarks, run);
	for (unsigned i = 0; i < run->repetition_count; i++) {
		const struct bt_result_repetition *r = &run->repetitions[i];

		say_not_counted(remarks, run, r);
		for (unsigned j = 0; j < r->warning_count; j++)
			say(remarks, "warning: %s, repetition %u: %s", run->label, r->number,
			    r->warnings[j]);
	}
}

bool bt_print_remarks(FILE *out, const struct bt_result *result, const char *mark)
{
	struct remarks remarks = { .out = out, .mark = mark };

	for (unsigned i = 0; i < result->run_count; i++)
		say_of_run(&remarks, &result->runs[i]);
	return remarks.count;
}

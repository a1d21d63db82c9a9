// SPDX-License-Identifier: GPL-2.0
/* Panels of curves: how latencies are distributed, and how the rate went over time. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_data.h"
#include "bench/plot_phase.h"
#include "bench/plot_text.h"

#define LEGEND_LETTER 7.8
#define LEGEND_LETTERS 18u	/* of what else is in the legend */

/* The legend stands beside the axes; lines above them are for what else there is. */
static void put_frame(const struct bt_plot *plot, const struct bt_plot_box *box,
		      const struct bt_plot_curves *curves, unsigned lines, const char *says,
		      FILE *out)
{
	unsigned letters = bt_plot_curve_letters(plot, curves);
	double right = 76 + LEGEND_LETTER * (letters > LEGEND_LETTERS ? letters : LEGEND_LETTERS);
	char caption[160];

	bt_plot_frame(out, box, &(struct bt_plot_margins){ .right = right, .below = 60,
							   .legend_lines = lines });
	fprintf(out, "set key at screen %.6g,%.6g left top Left reverse vertical maxcols 1\n",
		(box->left + box->width - (right - 12) * box->zoom) / box->page_width,
		(box->bottom + box->height - 46 * box->zoom) / box->page_height);
	snprintf(caption, sizeof(caption), curves->more ? "%s; %u more are not shown (--run)" :
		 "%s", says, curves->more);
	bt_plot_caption(out, box, caption);
}

static void put_legend(const struct bt_plot *plot, const struct bt_plot_curves *curves,
		       unsigned index, FILE *out)
{
	char colour[8];

	fprintf(out, "%skeyentry with lines linecolor rgb '%s' linewidth 2 title ",
		index ? ", \\\n\t" : "plot ",
		bt_plot_curve_colour(plot, curves, index, colour));
	bt_plot_curve_name(plot, &curves->curve[index], out);
}

/* ---- latency ------------------------------------------------------------------------------ */

/*
 * The axis of shares: -log10(1 - share), which gives each further nine as much room, so that the
 * tail is seen beside the median. A share of 1 has no place; it is drawn at the top.
 */
#define NINES_MAX 7u

static double nines(double share)
{
	return share < 1 ? fmin(-log10(1 - share), NINES_MAX) : NINES_MAX;
}

/* What is timed: a bulk call is one operation, whatever the pages it brings. */
static const struct timed {
	bool bulk;
	enum bt_op op;		/* of those that are not bulk calls */
	const char *name, *title, *style;
} timed[] = {
	{ .op = BT_OP_ALLOC, .name = "alloc", .title = "alloc", .style = "dashtype 1 linewidth 2" },
	{ .bulk = true, .name = "bulk", .title = "bulk call", .style = "dashtype '.' linewidth 2.5" },
	{ .op = BT_OP_FREE, .name = "free", .title = "free", .style = "dashtype '-' linewidth 1.5" },
};

static void sum_phases(const struct bt_result_run *run, const struct timed *what, unsigned phases,
		       struct bt_hist *hist)
{
	if (what->bulk)
		bt_result_bulk_hist(run, phases, hist);
	else
		bt_result_hist(run, phases, what->op, hist);
}

/* The phase whose latencies are shown: the load alone, the same as in the tables. */
static void latencies(const struct bt_result_run *run, const struct timed *what,
		      struct bt_hist *hist)
{
	sum_phases(run, what, 1u << BT_PHASE_LOAD, hist);
	if (!hist->total)
		sum_phases(run, what, 1u << BT_PHASE_PRESSED, hist);
}

static bool was_timed(const struct bt_result_run *run, const struct timed *what)
{
	struct bt_hist *hist = bt_xcalloc(1, sizeof(*hist));
	bool has;

	latencies(run, what, hist);
	has = hist->total > 0;
	free(hist);
	return has;
}

static bool has_latencies(const struct bt_plot *plot, const struct bt_result_run *run)
{
	(void)plot;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(timed); i++) {
		if (was_timed(run, &timed[i]))
			return true;
	}
	return false;
}

bool bt_plot_latency_has(const struct bt_plot *plot)
{
	struct bt_plot_curves curves;

	bt_plot_curves(plot, has_latencies, &curves);
	return curves.count > 0;
}

struct reach {
	double low_ns, high_ns;
	uint64_t total;		/* of the largest histogram */
};

/* Steps at the upper edges of buckets: at most so long is what has been counted by then. */
static void put_steps(FILE *out, const struct bt_hist *hist, struct reach *reach)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < BT_HIST_BUCKETS; i++) {
		double edge_ns = fmax((double)bt_hist_floor(i + 1) - 1, 1);

		if (!hist->count[i])
			continue;
		if (!sum) {
			double floor_ns = fmax((double)bt_hist_floor(i), 1);

			reach->low_ns = fmin(reach->low_ns, floor_ns);
			fprintf(out, "%.10g 0\n", floor_ns);
		}
		sum += hist->count[i];
		fprintf(out, "%.10g %.6g\n", edge_ns, nines((double)sum / (double)hist->total));
		reach->high_ns = fmax(reach->high_ns, edge_ns);
	}
	reach->total = hist->total > reach->total ? hist->total : reach->total;
}

static void put_share_axis(FILE *out, uint64_t total)
{
	static const char *const shares[NINES_MAX + 1] = {
		"0", "90", "99", "99.9", "99.99", "99.999", "99.9999", "100",
	};
	/* With so many operations the last of them alone is this share. */
	unsigned top = (unsigned)fmin(ceil(log10((double)total + 1)), NINES_MAX);

	fprintf(out, "set yrange [0:%u]\nset ylabel 'percent of operations, at most this long'\n"
		"set ytics nomirror ('0' 0, '50' %.6g", top, nines(0.5));
	for (unsigned i = 1; i <= top; i++)
		fprintf(out, ", '%s' %u", i == top ? "100" : shares[i], i);
	fputs(")\n", out);
}

/* The lines that there are, as bits: of each curve a bit for each of what is timed. */
static uint64_t put_latencies(FILE *out, const struct bt_plot_curves *curves, struct reach *reach)
{
	struct bt_hist *hist = bt_xcalloc(1, sizeof(*hist));
	uint64_t lines = 0;

	for (unsigned i = 0; i < curves->count * BT_ARRAY_SIZE(timed); i++) {
		const struct timed *what = &timed[i % BT_ARRAY_SIZE(timed)];
		unsigned curve = i / BT_ARRAY_SIZE(timed);

		latencies(curves->curve[curve].run, what, hist);
		if (!hist->total)
			continue;
		lines |= 1ull << i;
		fprintf(out, "$%s%u << EOD\n", what->name, curve);
		put_steps(out, hist, reach);
		fputs("EOD\n", out);
	}
	free(hist);
	return lines;
}

static_assert(BT_PLOT_CURVES_MAX * BT_ARRAY_SIZE(timed) <= 64, "a bit for each line");

void bt_plot_latency_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct reach reach = { .low_ns = INFINITY, .high_ns = 1 };
	struct bt_plot_curves curves;
	uint64_t lines, of_each_curve = 0;
	char colour[8];

	bt_plot_curves(plot, has_latencies, &curves);
	lines = put_latencies(out, &curves, &reach);
	bt_plot_time_axis(out, "x", reach.low_ns, reach.high_ns);
	put_share_axis(out, reach.total);
	put_frame(plot, box, &curves, 0, "latency under load, upper edges of buckets (up to 1/8 "
		  "high)", out);
	for (unsigned i = 0; i < curves.count; i++) {
		put_legend(plot, &curves, i, out);
		of_each_curve |= 1ull << i * BT_ARRAY_SIZE(timed);
	}
	for (unsigned k = 0; k < BT_ARRAY_SIZE(timed); k++) {
		if (lines & of_each_curve << k)
			fprintf(out, ", \\\n\tkeyentry with lines %s linecolor rgb 'black' title '%s'",
				timed[k].style, timed[k].title);
	}
	for (unsigned i = 0; i < curves.count * BT_ARRAY_SIZE(timed); i++) {
		const struct timed *what = &timed[i % BT_ARRAY_SIZE(timed)];
		unsigned curve = i / BT_ARRAY_SIZE(timed);

		if (lines >> i & 1)
			fprintf(out, ", \\\n\t$%s%u using 1:2 with steps %s linecolor rgb '%s' notitle",
				what->name, curve, what->style,
				bt_plot_curve_colour(plot, &curves, curve, colour));
	}
	fputc('\n', out);
}

/* ---- rate --------------------------------------------------------------------------------- */

static bool has_rate(const struct bt_plot *plot, const struct bt_result_run *run)
{
	const struct bt_result_repetition *repetition = bt_plot_repetition(plot, run);
	unsigned known = 0;

	for (unsigned i = 0; repetition && i < repetition->sample_count; i++)
		known += !isnan(repetition->samples[i].allocs_per_s);
	return known > 1;
}

bool bt_plot_rate_has(const struct bt_plot *plot)
{
	struct bt_plot_curves curves;

	bt_plot_curves(plot, has_rate, &curves);
	return curves.count > 0;
}

/* A rate stands in the middle of the time that it is of. */
static void put_rate(FILE *out, const struct bt_result_sample *sample)
{
	fprintf(out, "%.10g %.10g\n", ((double)sample->at_ns - (double)sample->length_ns / 2) /
		BT_NS_PER_S, sample->allocs_per_s);
}

/* A row without numbers breaks the line. */
static void put_rates(FILE *out, const struct bt_result_repetition *repetition, double *highest)
{
	for (unsigned i = 0; i < repetition->sample_count; i++) {
		const struct bt_result_sample *sample = &repetition->samples[i];

		if (isnan(sample->allocs_per_s))
			fputc('\n', out);
		else
			put_rate(out, sample);
		*highest = fmax(*highest, sample->allocs_per_s);
	}
}

/* Where a phase of a curve begins: its first rate. */
static void put_begins(FILE *out, const struct bt_plot *plot, const struct bt_plot_curves *curves,
		       enum bt_phase phase)
{
	fprintf(out, "$begin%d << EOD\n", (int)phase);
	for (unsigned i = 0; i < curves->count; i++) {
		const struct bt_result_repetition *repetition =
			bt_plot_repetition(plot, curves->curve[i].run);
		unsigned k = bt_plot_phase_begin(repetition, phase);

		if (k < repetition->sample_count && !isnan(repetition->samples[k].allocs_per_s))
			put_rate(out, &repetition->samples[k]);
	}
	fputs("EOD\n", out);
}

static const struct {
	enum bt_phase phase;
	const char *sign;
} begins[] = {
	{ BT_PHASE_LOAD, "pointtype 6 pointsize 1.4" },
	{ BT_PHASE_PRESSED, "pointtype 7 pointsize 1.2" },
};

/* Returns the highest rate. */
static double put_rate_data(const struct bt_plot *plot, const struct bt_plot_curves *curves,
			    FILE *out)
{
	double highest = 0;

	for (unsigned i = 0; i < curves->count; i++) {
		fprintf(out, "$rate%u << EOD\n", i);
		put_rates(out, bt_plot_repetition(plot, curves->curve[i].run), &highest);
		fputs("EOD\n", out);
	}
	for (unsigned k = 0; k < BT_ARRAY_SIZE(begins); k++)
		put_begins(out, plot, curves, begins[k].phase);
	return highest;
}

/* One that was asked for is drawn whether it counts or not: the caption says which do not. */
static void text_uncounted(const struct bt_plot *plot, const struct bt_plot_curves *curves,
			   char *caption, size_t size)
{
	const char *first = NULL;
	char flaw[192];
	unsigned count = 0;

	for (unsigned i = 0; i < curves->count; i++) {
		const char *text = bt_plot_flaw(bt_plot_repetition(plot, curves->curve[i].run),
						flaw);

		if (*text && !count++)
			first = curves->curve[i].run->label;
	}
	snprintf(caption, size, "seconds since the beginning of the repetition");
	if (count == 1 && curves->count == 1)
		strncat(caption, flaw, size - strlen(caption) - 1);
	else if (count)
		snprintf(caption + strlen(caption), size - strlen(caption),
			 "; %u do not count, first that of %.100s", count, first);
}

void bt_plot_rate_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	struct bt_plot_curves curves;
	char colour[8], caption[400];
	const char *name;
	double unit;

	bt_plot_curves(plot, has_rate, &curves);
	unit = bt_plot_rate_unit(put_rate_data(plot, &curves, out), &name);
	text_uncounted(plot, &curves, caption, sizeof(caption));
	put_frame(plot, box, &curves, curves.count == 1 ? 3 : 0, caption, out);
	fprintf(out, "set ylabel '%sallocations per second'\nset yrange [0:*]\n", name);
	/* Phases of several runs begin at times of their own. */
	if (curves.count == 1)
		bt_plot_phase_write(bt_plot_repetition(plot, curves.curve[0].run), box, out);
	for (unsigned i = 0; i < curves.count; i++)
		put_legend(plot, &curves, i, out);
	for (unsigned i = 0; i < curves.count; i++)
		fprintf(out, ", \\\n\t$rate%u using 1:($2 / %.10g) with lines linewidth 2 linecolor "
			"rgb '%s' notitle", i, unit,
			bt_plot_curve_colour(plot, &curves, i, colour));
	for (unsigned k = 0; k < BT_ARRAY_SIZE(begins) && curves.count > 1; k++)
		fprintf(out, ", \\\n\t$begin%d using 1:($2 / %.10g) with points %s linecolor rgb "
			"'black' title 'begin: %s'", (int)begins[k].phase, unit, begins[k].sign,
			bt_phase_name[begins[k].phase]);
	fputc('\n', out);
}

// SPDX-License-Identifier: GPL-2.0
/* The panel of latency over time, and the phases that panels over time show. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plot_data.h"
#include "bench/plot_phase.h"
#include "bench/plot_text.h"

#define COLUMNS_MAX 240u	/* of the heatmap: what a panel has room for */

/* ---- phases ------------------------------------------------------------------------------- */

unsigned bt_plot_phase_begin(const struct bt_result_repetition *repetition, enum bt_phase phase)
{
	unsigned i = 0;

	while (i < repetition->sample_count && repetition->samples[i].phase != phase)
		i++;
	return i;
}

static double start_s(const struct bt_result_sample *sample)
{
	double length_ns = fmin((double)sample->length_ns, (double)sample->at_ns);

	return ((double)sample->at_ns - length_ns) / BT_NS_PER_S;
}

#define PHASE_LINES 3u
#define PHASE_LETTER 8.5	/* pixels of one in a name of a phase, about */
#define PHASE_SIDES 320.0	/* pixels beside a panel with a legend of long names, about */

/* The lowest line that has room for a name at start; PHASE_LINES: none has. */
static unsigned find_line(const double end[PHASE_LINES], double start)
{
	unsigned line = 0;

	while (line < PHASE_LINES && start < end[line])
		line++;
	return line;
}

void bt_plot_spans_write(const struct bt_plot_span *spans, unsigned count, double length,
			 const struct bt_plot_box *box, FILE *out)
{
	static const char *const names_at[] = { "1.02", "1.06", "1.10" };
	static const char *const lines_to[] = { "1.035", "1.075", "1.115", "1" };
	double room = fmax(box->width / box->zoom - PHASE_SIDES, 1), end[PHASE_LINES] = { 0 };

	for (unsigned i = 0; i < count; i++) {
		double start = spans[i].start;
		/* A short one has not room for its name: the next is above it, or has none. */
		unsigned line = find_line(end, start);

		fprintf(out, "set arrow %u from first %.10g, graph 0 to first %.10g, graph %s "
			"nohead front dashtype '-' linecolor rgb '" BT_PLOT_GREY "'\n",
			i + 1, start, start, lines_to[line]);
		if (line == PHASE_LINES)
			continue;
		end[line] = start + (double)(strlen(spans[i].name) + 1) * PHASE_LETTER * length /
				    room;
		fprintf(out, "set label %u '%s' at first %.10g, graph %s offset 0.3, 0", i + 1,
			spans[i].name, start, names_at[line]);
		bt_plot_font(out, box, 11);
		fputc('\n', out);
	}
}

void bt_plot_phase_write(const struct bt_result_repetition *repetition,
			 const struct bt_plot_box *box, FILE *out)
{
	struct bt_plot_span spans[BT_PHASE_COUNT];
	unsigned count = 0;
	double length_s = 0;

	for (unsigned phase = 0; phase < BT_PHASE_COUNT; phase++) {
		unsigned first = bt_plot_phase_begin(repetition, phase);

		if (first == repetition->sample_count)
			continue;
		length_s = (double)repetition->samples[repetition->sample_count - 1].at_ns /
			   BT_NS_PER_S;
		spans[count++] = (struct bt_plot_span){
			start_s(&repetition->samples[first]), bt_phase_name[phase] };
	}
	bt_plot_spans_write(spans, count, length_s, box, out);
}

/* ---- heatmap ------------------------------------------------------------------------------ */

static bool has_bins(const struct bt_plot *plot, const struct bt_result_run *run)
{
	const struct bt_result_repetition *repetition = bt_plot_repetition(plot, run);
	uint64_t sum = 0;

	for (unsigned i = 0; repetition && i < repetition->sample_count; i++) {
		for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
			sum += repetition->samples[i].alloc_bins[bin];
	}
	return sum > 0;
}

bool bt_plot_heatmap_has(const struct bt_plot *plot)
{
	struct bt_plot_curves curves;

	bt_plot_curves(plot, has_bins, &curves);
	return curves.count > 0;
}

/* Neighbours of one phase, so many that the panel has room for all. */
struct column {
	double start_s, length_s;
	uint64_t bins[BT_LOG2_BINS];
};

static unsigned take_column(const struct bt_result_repetition *repetition, unsigned first,
			    unsigned most, struct column *column)
{
	unsigned i = first;

	*column = (struct column){ .start_s = start_s(&repetition->samples[first]) };
	for (; i < repetition->sample_count && i - first < most &&
	       repetition->samples[i].phase == repetition->samples[first].phase; i++) {
		for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
			column->bins[bin] += repetition->samples[i].alloc_bins[bin];
		column->length_s = (double)repetition->samples[i].at_ns / BT_NS_PER_S -
				   column->start_s;
	}
	return i - first;
}

struct cells {
	unsigned low_bin, high_bin;
	double least, most;		/* operations per second */
};

static void put_cells(FILE *out, const struct column *column, struct cells *cells)
{
	for (unsigned bin = 0; bin < BT_LOG2_BINS && column->length_s > 0; bin++) {
		double per_s = (double)column->bins[bin] / column->length_s;

		if (!column->bins[bin])
			continue;
		fprintf(out, "%.10g %.10g %.10g %.10g %.6g\n", column->start_s,
			column->start_s + column->length_s, exp2(bin), exp2(bin + 1), per_s);
		cells->low_bin = bin < cells->low_bin ? bin : cells->low_bin;
		cells->high_bin = bin > cells->high_bin ? bin : cells->high_bin;
		cells->least = fmin(cells->least, per_s);
		cells->most = fmax(cells->most, per_s);
	}
}

/* The samples of a load with bulk calls have those, see add_sample() of phase.c. */
static bool has_bulk_calls(const struct bt_result_repetition *repetition)
{
	for (unsigned phase = 0; phase < BT_PHASE_COUNT; phase++) {
		if (repetition->phases[phase].point.bulk_hist.total)
			return true;
	}
	return false;
}

static void put_axes(FILE *out, const struct cells *cells, bool bulk)
{
	bt_plot_palette(out);
	bt_plot_time_axis(out, "y", exp2(cells->low_bin), exp2(cells->high_bin + 1));
	fprintf(out, "set ylabel 'latency of %s'\nset logscale cb\n"
		"set cbrange [1e%d:1e%d]\n"
		"set format cb '%%.0s%%c'\nset cblabel '%s per second'\nset key off\n",
		bulk ? "a whole bulk call" : "an allocation",
		(int)floor(log10(cells->least)), (int)floor(log10(cells->most)) + 1,
		bulk ? "bulk calls" : "allocations");
}

static void put_caption(const struct bt_plot *plot, const struct bt_plot_box *box,
			const struct bt_plot_curve *curve, const struct bt_result_repetition *repetition, FILE *out)
{
	char of[4] = "", flaw[192], caption[400];

	if (plot->count > 1)
		snprintf(of, sizeof(of), "%c, ", bt_samples_letter(curve->document));
	snprintf(caption, sizeof(caption), "seconds since the beginning of repetition %u of %s%.120s%s",
		 repetition->number, of, curve->run->label, bt_plot_flaw(repetition, flaw));
	bt_plot_caption(out, box, caption);
}

void bt_plot_heatmap_write(const struct bt_plot *plot, const struct bt_plot_box *box, FILE *out)
{
	const struct bt_plot_margins margins = { .right = 116, .below = 60, .legend_lines = 3 };
	struct cells cells = { .low_bin = BT_LOG2_BINS, .least = INFINITY };
	const struct bt_result_repetition *repetition;
	struct bt_plot_curves curves;
	struct column column;
	unsigned most;
	double end_s;

	bt_plot_curves(plot, has_bins, &curves);
	repetition = bt_plot_repetition(plot, curves.curve[0].run);
	fputs("$cells << EOD\n", out);
	most = repetition->sample_count / COLUMNS_MAX + 1;
	for (unsigned i = 0; i < repetition->sample_count;) {
		i += take_column(repetition, i, most, &column);
		put_cells(out, &column, &cells);
	}
	fputs("EOD\n", out);
	end_s = (double)repetition->samples[repetition->sample_count - 1].at_ns / BT_NS_PER_S;
	bt_plot_frame(out, box, &margins);
	bt_plot_colour_box(out, box, &margins);
	put_axes(out, &cells, has_bulk_calls(repetition));
	put_caption(plot, box, &curves.curve[0], repetition, out);
	bt_plot_phase_write(repetition, box, out);
	/* Each cell reaches a little below those after it: no paper shows through in between. */
	fprintf(out, "set xrange [0:%.10g]\nplot $cells using (($1 + $2) / 2):(sqrt($3 * $4)):1:"
		"($2 + %.10g):3:($4 * 1.01):5 with boxxyerror fillstyle solid noborder "
		"linecolor palette notitle\n", end_s, end_s / 1500);
}

// SPDX-License-Identifier: GPL-2.0
/* Where: latency by node, and by CPU what is known of each. */
#include <math.h>

#include "ui/graph.h"
#include "ui/latency.h"
#include "ui/panel.h"

enum form { FORM_NODES, FORM_CPUS };
static const char *const form_names[] = { "by node", "by CPU", NULL };

#define NAME_COLS 9
#define NUMBER_COLS 10
#define CPU_NUMBER_COLS 11
#define OP_NUMBERS 4

static const char *const node_heads[OP_NUMBERS] = { "count", "p50 <=", "p99 <=", "max <=" };

/* ---- by node ----------------------------------------------------------------------------- */

/* Numbers of each operation that fit side by side. */
static int numbers_that_fit(int cols)
{
	int numbers = (cols - NAME_COLS) / NUMBER_COLS / BT_OP_COUNT;

	return numbers > OP_NUMBERS ? OP_NUMBERS : numbers;
}

/* Of a node the upper edges of octaves are known; of all, those of the histogram's buckets. */
static uint64_t quantile(const struct ui_model *model, int node, unsigned op,
			 const double bins[BT_LOG2_BINS], unsigned row)
{
	static const double share[UI_LATENCY_ROWS] = {
		[BT_P50] = 0.5, [BT_P90] = 0.9, [BT_P99] = 0.99, [BT_P999] = 0.999,
		[UI_LATENCY_MAX] = 1,
	};

	return node < 0 ? ui_latency_ns(model->point, op, row) :
			  ui_octave_quantile(bins, share[row]);
}

static void draw_node_numbers(const struct ui_model *model, int node, const struct ui_area *area,
			      int row, int numbers)
{
	static const unsigned shown[OP_NUMBERS] = { 0, BT_P50, BT_P99, UI_LATENCY_MAX };
	double bins[BT_LOG2_BINS], count;
	int col = NAME_COLS;
	char text[OP_NUMBERS][UI_TEXT];

	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		bool known = ui_latency_octaves(model, model->point, node, op, bins);

		count = 0;
		for (unsigned bin = 0; bin < BT_LOG2_BINS; bin++)
			count += known ? bins[bin] : 0;
		bt_text_count(known ? count : NAN, text[0], UI_TEXT);
		for (unsigned number = 1; number < OP_NUMBERS; number++)
			ui_text_latency(&model->units,
					known ? quantile(model, node, op, bins, shown[number]) :
						BT_UNKNOWN, text[number]);
		for (int number = 0; number < numbers; number++) {
			col += NUMBER_COLS;
			ui_put_right(area, row, col, number == 2 ? UI_ROLE_STRONG : UI_ROLE_NORMAL,
				     text[number]);
		}
	}
}

static void draw_node_heads(const struct ui_area *area, int numbers)
{
	int col = NAME_COLS;

	ui_put(area, 0, 0, UI_ROLE_DIM, "CPUs of");
	for (unsigned op = 0; op < BT_OP_COUNT; op++) {
		for (int number = 0; number < numbers; number++) {
			col += NUMBER_COLS;
			ui_put_right(area, 0, col, UI_ROLE_DIM,
				     number ? node_heads[number] : ui_op_name[op]);
		}
	}
}

static void draw_nodes(const struct ui_model *model, const struct ui_panel_state *state,
		       const struct ui_area *area)
{
	int numbers = numbers_that_fit(area->rect.cols);
	unsigned nodes = model->machine->node_count;
	unsigned node = state->mode == FORM_NODES ?
			ui_first_row(state->selected, nodes, area->rect.rows - 2) : 0;

	if (!ui_model_has_rates(model)) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	draw_node_heads(area, numbers);
	ui_put(area, 1, 0, UI_ROLE_NORMAL, "all");
	draw_node_numbers(model, -1, area, 1, numbers);
	for (int row = 2; row < area->rect.rows && node < nodes; row++, node++) {
		ui_putf(area, row, 0, UI_ROLE_NORMAL, "node %u", node);
		draw_node_numbers(model, (int)node, area, row, numbers);
	}
	if (node < nodes && area->rect.rows > 2)
		ui_put_more(area);
}

/* ---- by CPU ------------------------------------------------------------------------------ */

enum { CPU_ALLOCS, CPU_MAX_ALLOC, CPU_MAX_FREE, CPU_PREEMPTED, CPU_NUMBERS };
static const char *const cpu_heads[CPU_NUMBERS] = {
	[CPU_ALLOCS] = "allocs/s", [CPU_MAX_ALLOC] = "max alloc",
	[CPU_MAX_FREE] = "max free", [CPU_PREEMPTED] = "preempted",
};

static void draw_cpu(const struct ui_model *model, unsigned cpu, const struct ui_area *area,
		     int row, bool selected)
{
	const struct bt_frame_cpu *now = &model->frame->cpus[cpu];
	const struct bt_point_cpu *rates = model->interval && cpu < model->interval->cpu_count ?
					   &model->interval->cpus[cpu] : NULL;
	char text[CPU_NUMBERS][UI_TEXT];
	int col = NAME_COLS;

	if (selected)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	ui_putf(area, row, 1, selected ? UI_ROLE_STRONG : UI_ROLE_NORMAL, "%u n%u", cpu,
		model->machine->cpu_node[cpu]);
	ui_text_rate(rates ? (double)rates->allocs_per_s : NAN, text[CPU_ALLOCS]);
	ui_text_latency(&model->units, ui_longest_ns(now->alloc_max_ns), text[CPU_MAX_ALLOC]);
	ui_text_latency(&model->units, ui_longest_ns(now->free_max_ns), text[CPU_MAX_FREE]);
	bt_text_count((double)now->preempted, text[CPU_PREEMPTED], UI_TEXT);
	for (unsigned number = 0; number < CPU_NUMBERS; number++) {
		col += CPU_NUMBER_COLS;
		if (col <= area->rect.cols)
			ui_put_right(area, row, col, UI_ROLE_NORMAL,
				     now->online ? text[number] : number ? "" : "offline");
	}
}

static void draw_cpu_heads(const struct ui_area *area)
{
	int col = NAME_COLS;

	ui_put(area, 0, 1, UI_ROLE_DIM, "CPU");
	for (unsigned number = 0; number < CPU_NUMBERS; number++) {
		col += CPU_NUMBER_COLS;
		if (col <= area->rect.cols)
			ui_put_right(area, 0, col, UI_ROLE_DIM, cpu_heads[number]);
	}
}

/* Of the selected CPU there is a histogram of its own, because frames hold it while it is. */
static void draw_selected(const struct ui_model *model, unsigned cpu, unsigned op,
			  const struct ui_area *area, int line)
{
	static const double share[UI_LATENCY_ROWS] = {
		[BT_P50] = 0.5, [BT_P90] = 0.9, [BT_P99] = 0.99, [BT_P999] = 0.999,
	};
	static const unsigned priority[UI_LATENCY_ROWS] = {
		[BT_P99] = 1, [UI_LATENCY_MAX] = 2, [BT_P50] = 3, [BT_P999] = 4, [BT_P90] = 5,
	};
	const struct bt_frame_cpu_hist *selected = model->interval ? &model->interval->selected :
								     NULL;
	struct ui_row words = { 0 };
	char text[UI_TEXT];
	uint64_t ns;

	if (!selected || selected->cpu != (int)cpu) {
		ui_putf(area, line, 1, UI_ROLE_DIM, "%u %s: two samples since it was selected", cpu,
			ui_op_name[op]);
		return;
	}
	ui_row_add(&words, 0, UI_ROLE_STRONG, "", "%u %s", cpu, ui_op_name[op]);
	for (unsigned row = 0; row < UI_LATENCY_ROWS; row++) {
		ns = row == UI_LATENCY_MAX ? bt_hist_max_edge(&selected->hist[op]) :
					     bt_hist_quantile(&selected->hist[op], share[row]);
		ui_row_add(&words, priority[row], UI_ROLE_NORMAL, ui_latency_name[row], "%s",
			   ui_text_latency(&model->units, ns, text));
	}
	ui_row_draw(&words, area, line, 1, area->rect.cols - 1);
}

#define SELECTED_FROM_ROWS 5

static void draw_cpus(const struct ui_model *model, const struct ui_panel_state *state,
		      const struct ui_area *area)
{
	bool detail = state->mode == FORM_CPUS && area->rect.rows >= SELECTED_FROM_ROWS;
	int rows = area->rect.rows - 1 - (detail ? (int)BT_OP_COUNT : 0);
	unsigned cpus, cpu;

	if (!model->frame || !model->frame->has_module) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, ui_why_unknown(model));
		return;
	}
	draw_cpu_heads(area);
	cpus = model->frame->cpu_count;
	/* The selected one stays in sight. */
	cpu = state->mode == FORM_CPUS && rows > 0 && state->selected >= (unsigned)rows ?
		      state->selected + 1 - (unsigned)rows : 0;
	for (int row = 1; row <= rows && cpu < cpus; row++, cpu++)
		draw_cpu(model, cpu, area, row,
			 state->mode == FORM_CPUS && cpu == state->selected);
	for (unsigned op = 0; detail && op < BT_OP_COUNT; op++)
		draw_selected(model, state->selected, op, area, 1 + rows + (int)op);
}

/* ---- all --------------------------------------------------------------------------------- */

#define NODE_TABLE_COLS (NAME_COLS + BT_OP_COUNT * OP_NUMBERS * NUMBER_COLS)
#define CPU_TABLE_COLS (NAME_COLS + CPU_NUMBERS * CPU_NUMBER_COLS)
#define BETWEEN_COLS 6

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	bool both = area->rect.cols >= NODE_TABLE_COLS + BETWEEN_COLS + CPU_TABLE_COLS;
	struct ui_area part = *area;

	if (both || state->mode == FORM_NODES) {
		part = ui_area_part(area, 0, 0, area->rect.rows,
				    both ? NODE_TABLE_COLS : area->rect.cols);
		draw_nodes(model, state, &part);
	}
	if (both || state->mode == FORM_CPUS) {
		part = ui_area_part(area, 0, both ? NODE_TABLE_COLS + BETWEEN_COLS : 0,
				    area->rect.rows, area->rect.cols);
		draw_cpus(model, state, &part);
	}
}

static int wants_cpu(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)model;
	return state->mode == FORM_CPUS ? (int)state->selected : -1;
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	if (state->mode == FORM_NODES)
		return model->machine->node_count;
	return model->frame ? model->frame->cpu_count : 0;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	(void)only;
	ui_latency_timing(model, 0, row);
}

const struct ui_panel_ops ui_panel_where = {
	.title = "Latency by node and CPU",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.selects = true,
	.wants_cpu = wants_cpu,
	.modes = form_names,
};

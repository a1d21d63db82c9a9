// SPDX-License-Identifier: GPL-2.0
/* The kernel's own counts of allocations by node, and how much of them the antagonist is. */
#include <math.h>

#include "ui/chart.h"
#include "ui/panel.h"

/* In the order in which they are given room. */
static const struct {
	enum bt_numastat stat;
	const char *head;
} columns[] = {
	{ BT_NUMA_HIT, "hit" },	      { BT_NUMA_MISS, "miss" },
	{ BT_NUMA_FOREIGN, "foreign" }, { BT_NUMA_OTHER_NODE, "other" },
	{ BT_NUMA_LOCAL_NODE, "local" }, { BT_NUMA_INTERLEAVE_HIT, "interleave" },
};

#define LABEL_COLS 6
#define NUMBER_COLS 8
#define TREND_LEAST 4	/* with the blank before it */
#define TREND_MOST 16
#define TALL_MOST 4	/* rows of a node: filled columns, not yet lines of dots */

struct table {
	unsigned count;		/* of columns[] */
	int cols, trend;	/* of each */
};

static struct table table_for(int cols)
{
	struct table table = { .cols = NUMBER_COLS };
	int room = cols - LABEL_COLS;

	table.count = room / NUMBER_COLS < (int)BT_ARRAY_SIZE(columns) ?
		      (unsigned)(room > 0 ? room / NUMBER_COLS : 0) : BT_ARRAY_SIZE(columns);
	if (table.count == BT_ARRAY_SIZE(columns) &&
	    room / (int)table.count - NUMBER_COLS >= TREND_LEAST) {
		table.trend = room / (int)table.count - NUMBER_COLS;
		if (table.trend > TREND_MOST)
			table.trend = TREND_MOST;
		table.cols += table.trend;
	}
	return table;
}

/* Of one node, or (node_count) of all. */
static double rate_of(const struct ui_model *model, const struct bt_point *point, unsigned node,
		      enum bt_numastat stat)
{
	const struct bt_point_node *nodes = bt_point_nodes(model->history, point);
	unsigned count = model->machine->node_count;
	double sum = NAN;

	if (!nodes || !point->known_ns)
		return NAN;
	if (node < count)
		return (double)nodes[node].numastat_per_s[stat];
	for (node = 0; node < count; node++) {
		double rate = (double)nodes[node].numastat_per_s[stat];

		if (!isnan(rate))
			sum = isnan(sum) ? rate : sum + rate;
	}
	return sum;
}

static unsigned series(const struct ui_model *model, ui_point_fn at, unsigned node,
		       enum bt_numastat stat, double *values, unsigned want)
{
	const struct bt_point *point;
	unsigned have = 0;

	while (have < want && at(model, have))
		have++;
	for (unsigned age = 0; age < have; age++) {
		point = at(model, age);
		values[have - 1 - age] = point->gap ? UI_GAP : rate_of(model, point, node, stat);
	}
	return have;
}

static void draw_trend(const struct ui_model *model, unsigned node, enum bt_numastat stat,
		       const struct ui_area *area)
{
	double values[UI_SERIES_MAX], ghost[UI_SERIES_MAX];
	unsigned want = ui_chart_capacity(area);
	unsigned count = series(model, ui_model_point, node, stat, values, want);
	unsigned ghosts = series(model, ui_model_baseline_point, node, stat, ghost, want);
	struct ui_scale scale = { 0, 1, false };

	scale.high = fmax(ui_series_max(values, count), ui_series_max(ghost, ghosts));
	if (!(scale.high > 0))
		return;
	if (area->rect.rows > 1) /* in one row a line has no height */
		ui_chart_ghost(area, ghost, ghosts, &scale);
	ui_chart(area, values, count, &scale, UI_ROLE_GRAPH_A);
}

static enum ui_role role_of(enum bt_numastat stat, double rate, bool total)
{
	if (!(rate > 0))
		return UI_ROLE_DIM;
	if (stat == BT_NUMA_MISS || stat == BT_NUMA_FOREIGN)
		return UI_ROLE_WARN;
	return total ? UI_ROLE_STRONG : UI_ROLE_NORMAL;
}

/* tall: the rows it takes; the trends leave the last one blank where there are several. */
static void draw_row(const struct ui_model *model, unsigned node, const struct ui_area *area,
		     int row, int tall)
{
	struct table table = table_for(area->rect.cols);
	bool total = node == model->machine->node_count;
	int col = LABEL_COLS;
	struct ui_area trend;
	char text[UI_TEXT];

	if (total)
		ui_put(area, row, 0, UI_ROLE_STRONG, "total");
	else
		ui_putf(area, row, 0, UI_ROLE_NORMAL, "n%u", node);
	for (unsigned i = 0; i < table.count; i++, col += table.cols) {
		double rate = rate_of(model, model->point, node, columns[i].stat);

		ui_put_right(area, row, col + NUMBER_COLS, role_of(columns[i].stat, rate, total),
			     bt_text_count(rate, text, sizeof(text)));
		trend = ui_area_part(area, row, col + NUMBER_COLS + 1, tall > 1 ? tall - 1 : 1,
				     table.trend - 1);
		if (table.trend)
			draw_trend(model, node, columns[i].stat, &trend);
	}
}

/* Rows of a node: more than one where there are trends, and room for all nodes. */
static int rows_of_node(const struct ui_area *area, unsigned nodes)
{
	int tall = (area->rect.rows - 1) / (int)(nodes + 1);

	if (!table_for(area->rect.cols).trend || tall < 1)
		return 1;
	return tall < TALL_MOST ? tall : TALL_MOST;
}

static void draw_heads(const struct ui_area *area, int row)
{
	struct table table = table_for(area->rect.cols);

	ui_put(area, row, 0, UI_ROLE_DIM, "1/s");
	for (unsigned i = 0; i < table.count; i++) {
		int col = LABEL_COLS + (int)i * table.cols;
		struct ui_area head = ui_area_part(area, row, col, 1, NUMBER_COLS);
		const char *name = columns[i].head;

		if (ui_text_width(name) < NUMBER_COLS)
			ui_put_right(&head, 0, NUMBER_COLS, UI_ROLE_DIM, name);
		else if (table.trend)
			ui_put(area, row, col + 1, UI_ROLE_DIM, name);
		else
			ui_put_cut(&head, 0, 1, NUMBER_COLS - 1, UI_ROLE_DIM, name);
	}
}

/* Of the allocations that the kernel counts; both count a block once, whatever its order. */
static double antagonist_share(const struct ui_model *model)
{
	unsigned all = model->machine->node_count;
	double kernel = rate_of(model, model->point, all, BT_NUMA_HIT) +
			rate_of(model, model->point, all, BT_NUMA_MISS);
	double ratio = model->point->allocs_per_s / kernel;

	if (!ui_model_has_rates(model) || !(kernel > 0))
		return NAN;
	return ratio > 1 ? 1 : ratio;
}

static bool known(const struct ui_model *model)
{
	return model->point &&
	       !isnan(rate_of(model, model->point, model->machine->node_count, BT_NUMA_HIT));
}

static const char *why_unknown(const struct ui_model *model)
{
	if (!model->point || !model->point->known_ns)
		return model->point && model->point->gap ? ui_why_unknown(model) :
							   "? two samples are needed";
	return "? this kernel counts no NUMA allocations";
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	unsigned nodes = model->machine->node_count;
	unsigned room = area->rect.rows > 2 ? (unsigned)area->rect.rows - 2 : 0, first;
	int tall = rows_of_node(area, nodes);

	if (!known(model)) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, why_unknown(model));
		return;
	}
	draw_heads(area, 0);
	draw_row(model, nodes, area, 1, tall);
	first = nodes <= room ? 0 : state->scroll > nodes - room ? nodes - room : state->scroll;
	for (unsigned i = 0; i < room && first + i < nodes; i++)
		draw_row(model, first + i, area, ((int)i + 1) * tall + 1, tall);
	if (first + room < nodes)
		ui_put_glyph(area, area->rect.rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return model->machine->node_count;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	(void)only;
	if (!known(model))
		return;
	ui_row_add(row, 0, UI_ROLE_STRONG, "antagonist", "%s",
		   ui_text_percent(antagonist_share(model), text));
}

const struct ui_panel_ops ui_panel_numastat = {
	.title = "Kernel's numastat",
	.summary = summary,
	.draw = draw,
	.extent = extent,
};

// SPDX-License-Identifier: GPL-2.0
/* Memory pressure: the time in which some, and in which all tasks waited for memory; and swap. */
#include <math.h>
#include <stdio.h>

#include "ui/graph.h"
#include "ui/panel.h"
#include "ui/spark.h"

static double some_of(const struct bt_point *point)
{
	return point->psi_some_ratio;
}

static double full_of(const struct bt_point *point)
{
	return point->psi_full_ratio;
}

static double swap_of(const struct bt_point *point)
{
	return point->swap_used_bytes == BT_UNKNOWN ? NAN : (double)point->swap_used_bytes;
}

static const char *average(uint64_t centipercent, char buf[UI_TEXT])
{
	return ui_text_percent(centipercent == BT_UNKNOWN ? NAN : (double)centipercent / 10000,
			       buf);
}

static const char *known_bytes(const struct ui_model *model, uint64_t bytes, char buf[UI_TEXT])
{
	return bytes == BT_UNKNOWN ? "?" : ui_text_bytes(&model->units, bytes, buf);
}

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_frame *frame = model->frame;
	struct ui_row row = { 0 };
	char text[UI_TEXT], total[UI_TEXT];

	if (frame) {
		ui_row_add(&row, 1, UI_ROLE_NORMAL, "some in 10 s", "%s",
			   average(frame->psi.some_avg10_centipercent, text));
		ui_row_add(&row, 2, UI_ROLE_NORMAL, "full in 10 s", "%s",
			   average(frame->psi.full_avg10_centipercent, text));
	}
	if (frame && !frame->memory.swap_total_bytes)
		ui_row_add(&row, 0, UI_ROLE_DIM, "", "no swap");
	else if (frame && frame->memory.swap_total_bytes != BT_UNKNOWN)
		ui_row_add(&row, 0, UI_ROLE_NORMAL, "swap used", "%s of %s",
			   known_bytes(model, model->point->swap_used_bytes, text),
			   known_bytes(model, frame->memory.swap_total_bytes, total));
	else
		ui_row_add(&row, 0, UI_ROLE_NORMAL, "swap used", "%s",
			   known_bytes(model, model->point->swap_used_bytes, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

/* One line over time below its name and its value now. */
struct line {
	const char *name, *means, *briefly;
	ui_value_fn value;
	enum ui_role role;
};

static const struct line lines[] = {
	{ "some", "of the time one task or more waited for memory", "a task waited", some_of,
	  UI_ROLE_GRAPH_A },
	{ "full", "of the time all tasks that had work waited", "all waited", full_of,
	  UI_ROLE_GRAPH_C },
};

/* Both have the same scale, or their heights would say nothing about each other. */
static double common_high(const struct ui_model *model, const struct ui_area *plot)
{
	double high = ui_graph_max(model, plot, some_of);

	return high > 0.01 ? fmin(ui_nice_ceiling(high), 1) : 0.01;
}

static void draw_line(const struct ui_model *model, const struct line *line,
		      const struct ui_area *area)
{
	struct ui_area body = ui_area_part(area, 1, 0, area->rect.rows - 1, area->rect.cols);
	struct ui_graph graph = { .value = line->value, .role = line->role };
	struct ui_area plot = ui_graph_plot(&body);
	char text[UI_TEXT];
	int col;

	col = ui_put(area, 0, 0, UI_ROLE_NORMAL, line->name) + 1;
	col = ui_put(area, 0, col, UI_ROLE_STRONG,
		     ui_text_percent(line->value(model->point), text)) + 1;
	ui_put(area, 0, col, UI_ROLE_DIM,
	       ui_text_width(line->means) <= area->rect.cols - col ? line->means : line->briefly);
	if (plot.rect.rows <= 0)
		return;
	graph.scale.high = common_high(model, &plot);
	ui_graph_panel(model, &body, &graph, ui_text_percent(graph.scale.high, text), "0 %");
}

static void draw_swap(const struct ui_model *model, const struct ui_area *area)
{
	double values[UI_SERIES_MAX];
	int width = area->rect.cols;
	unsigned count = ui_model_series(model, swap_of, values, ui_spark_capacity(model, width));

	ui_put(area, 0, 0, UI_ROLE_NORMAL, "swap used");
	ui_spark(model, area, 1, 0, width, values, count, ui_series_max(values, count),
		 UI_ROLE_GRAPH_B);
}

#define LINE_ROWS 3
#define SWAP_ROWS 2

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	int rows = area->rect.rows - 1, each, row = 1;
	bool swap = rows >= 2 * LINE_ROWS + SWAP_ROWS && model->point &&
		    swap_of(model->point) > 0;
	struct ui_area part;

	(void)state;
	if (!model->point)
		return;
	draw_facts(model, area);
	if (isnan(some_of(model->point)) && model->frame &&
	    model->frame->psi.some_total_us == BT_UNKNOWN) {
		ui_put(area, 1, 0, UI_ROLE_DIM, "no pressure is told: the kernel was built or "
						"booted without PSI (psi=1)");
		return;
	}
	each = (rows - (swap ? SWAP_ROWS : 0)) / 2;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(lines) && each > 0; i++, row += each) {
		part = ui_area_part(area, row, 0, each, area->rect.cols);
		draw_line(model, &lines[i], &part);
	}
	part = ui_area_part(area, row, 0, SWAP_ROWS, area->rect.cols);
	if (swap)
		draw_swap(model, &part);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "some", "%s",
		   ui_text_percent(model->point ? some_of(model->point) : NAN, text));
	ui_row_add(row, 1, UI_ROLE_NORMAL, "full", "%s",
		   ui_text_percent(model->point ? full_of(model->point) : NAN, text));
}

const struct ui_panel_ops ui_panel_pressure = {
	.title = "Pressure",
	.metric = "psi_some_ratio",
	.summary = summary,
	.draw = draw,
};

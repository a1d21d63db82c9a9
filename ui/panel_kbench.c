// SPDX-License-Identifier: GPL-2.0
/* View 8: the plan of a microbenchmark as a form, and the run: how far it is, what it has. */
#include <math.h>
#include <string.h>

#include "ui/draft.h"
#include "ui/freemap.h"
#include "ui/kbench.h"
#include "ui/panel.h"
#include "ui/spark.h"

#define LABEL_COL 2
#define VALUE_COL 14
#define VALUE_COLS 14
#define HELP_COLS 60		/* from this width a row also says what it is */

/* ---- the plan ----------------------------------------------------------------------------- */

/* As it would be started: what it has not itself comes from the controls. */
static void full_plan(const struct ui_model *model, struct bt_kbench_plan *plan)
{
	const struct ui_kbench *kbench = model->kbench;

	*plan = kbench->run ? bt_kbench_result(kbench->run)->plan : kbench->plan;
	if (!kbench->run)
		plan->config = *model->wanted;
}

static void draw_field(const struct bt_kbench_plan *plan, unsigned row, bool selected,
		       const struct ui_area *area)
{
	const struct bt_kbench_field *field = row ? &bt_kbench_fields[row - 1] : NULL;
	bool idle = field && !strcmp(field->name, "percent") && plan->kind != BT_KBENCH_FRAG;
	int cols = area->rect.cols, width = cols - VALUE_COL;
	char text[256];

	if (selected)
		ui_put_glyph(area, 0, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	ui_put(area, 0, LABEL_COL, selected ? UI_ROLE_STRONG : UI_ROLE_DIM, ui_kbench_label(row));
	if (cols >= HELP_COLS) {
		width = VALUE_COLS - 1;
		ui_put_cut(area, 0, VALUE_COL + VALUE_COLS, cols - VALUE_COL - VALUE_COLS,
			   UI_ROLE_DIM, ui_kbench_help(plan, row));
	}
	ui_put_cut(area, 0, VALUE_COL, width,
		   idle ? UI_ROLE_DIM : selected ? UI_ROLE_STRONG : UI_ROLE_NORMAL,
		   ui_kbench_text(plan, row, text, sizeof(text)));
}

/* What it takes from the controls. */
static void draw_controls(const struct bt_kbench_plan *plan, const struct ui_area *area, int line)
{
	static const char *const names[] = { "gfp", "touch", "sample", "guard" };
	struct ui_row row = { 0 };
	char text[64];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++) {
		const struct bt_param *param = bt_param_find(names[i]);

		if (!param)
			continue;
		bt_param_text(param, &plan->config, text, sizeof(text));
		ui_row_add(&row, i, UI_ROLE_NORMAL, names[i], "%s", text);
	}
	ui_row_draw(&row, area, line, LABEL_COL, area->rect.cols - LABEL_COL);
}

/* What it comes to, or why it cannot be, as the machine is now. */
static void draw_check(const struct ui_model *model, const struct bt_kbench_plan *plan,
		       const struct ui_area *area, int row)
{
	int width = area->rect.cols - LABEL_COL, groups;
	char text[128];
	struct bt_err err;

	if (!model->live)
		return;
	groups = bt_kbench_groups(plan, model->machine, model->live, NULL, &err);
	if (groups < 0) {
		ui_put_wrapped(area, row, LABEL_COL, width, UI_ROLE_WARN, err.text);
		return;
	}
	snprintf(text, sizeof(text), "%d group%s, %llu iterations in all%s", groups,
		 groups == 1 ? "" : "s", (unsigned long long)groups * plan->iterations,
		 model->kbench->run ? "" : "; Enter changes, U starts");
	ui_put_wrapped(area, row, LABEL_COL, width, UI_ROLE_DIM, text);
}

static void plan_draw(const struct ui_model *model, const struct ui_panel_state *state,
		      const struct ui_area *area)
{
	unsigned count = ui_kbench_rows();
	int rows = area->rect.rows, fields = rows < (int)count ? rows : (int)count;
	struct bt_kbench_plan plan;
	unsigned first;

	if (!model->kbench)
		return;
	full_plan(model, &plan);
	/* Why it cannot be started matters more than the last fields. */
	if (fields == rows && rows > 2)
		fields -= 2;
	first = state->selected < (unsigned)fields ? 0 : state->selected - (unsigned)fields + 1;
	for (int row = 0; row < fields; row++) {
		struct ui_area line = ui_area_part(area, row, 0, 1, area->rect.cols);

		draw_field(&plan, first + (unsigned)row, state->selected == first + (unsigned)row,
			   &line);
	}
	draw_check(model, &plan, area, fields);
	if (rows > fields + 2)
		draw_controls(&plan, area, rows - 1);
}

static void plan_summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	(void)only;
	if (!model->kbench)
		return;
	if (model->no_control)
		ui_row_add(row, 0, UI_ROLE_WARN, "read only:", "%s", model->no_control);
	else if (model->kbench->run)
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " RUNS ");
	else
		ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s",
			   bt_kbench_name[model->kbench->plan.kind]);
}

static unsigned plan_extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)model, (void)state;
	return ui_kbench_rows();
}

const struct ui_panel_ops ui_panel_kbench_plan = {
	.title = "Plan",
	.summary = plan_summary,
	.draw = plan_draw,
	.extent = plan_extent,
	.selects = true,
};

/* ---- the run ------------------------------------------------------------------------------ */

#define SPARK_LABEL_COLS 18
#define SPARK_VALUE_COLS 9

static int draw_progress(const struct ui_model *model, const struct ui_area *area)
{
	const struct ui_kbench *kbench = model->kbench;
	uint64_t now_ns = model->status.now_ns, start_ns = kbench->start_ns;
	struct bt_kbench_progress now;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	bt_kbench_progress(kbench->run, &now);
	if (!now.group)
		return 0;
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "order", "%u", now.group->order);
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "threads", "%u", now.group->threads);
	ui_row_add(&row, 0, UI_ROLE_STRONG, "", "%s", now.phase);
	if (now.iteration)
		ui_row_add(&row, 2, UI_ROLE_NORMAL, "iteration", "%u of %u", now.iteration,
			   now.iterations);
	ui_row_add_right(&row, 3, UI_ROLE_DIM, "", "%s",
			 ui_text_clock(now_ns > start_ns ? now_ns - start_ns : 0, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
	snprintf(text, sizeof(text), " %u of %u", now.done, now.total);
	ui_bar(area, 1, 0, area->rect.cols - ui_text_width(text),
	       now.total ? (double)now.done / now.total : NAN, UI_ROLE_GRAPH_A);
	ui_put_right(area, 1, area->rect.cols, UI_ROLE_NORMAL, text);
	return 2;
}

/* Its own text may be long: all of it matters. */
static int draw_outcome(const struct ui_model *model, const struct bt_kbench *result,
			const struct ui_area *area)
{
	char text[256], length[UI_TEXT];

	if (result->complete)
		snprintf(text, sizeof(text), "complete, %u iterations in %s", result->row_count,
			 ui_text_clock(model->kbench->length_ns, length));
	else
		snprintf(text, sizeof(text), "NOT COMPLETE: %s",
			 result->flaw[0] ? result->flaw : "it was not finished");
	return ui_put_wrapped(area, 0, 0, area->rect.cols,
			      result->complete ? UI_ROLE_GOOD : UI_ROLE_BAD, text);
}

/* All iterations of a group in the width there is: of more than that, means of neighbours. */
static void draw_spark(const struct ui_area *area, int row, int col, int width,
		       const double *values, unsigned count, enum ui_role role)
{
	unsigned columns = count < (unsigned)width ? count : (unsigned)width;
	double high = ui_series_max(values, count);

	for (unsigned i = 0; i < columns; i++) {
		unsigned from = i * count / columns, to = (i + 1) * count / columns, known = 0;
		double sum = 0;

		for (unsigned k = from; k < to; k++) {
			sum += isnan(values[k]) ? 0 : values[k];
			known += !isnan(values[k]);
		}
		ui_spark_put(area, row, col + (int)i, known ? sum / known : NAN, high, role);
	}
}

static void draw_averages(const struct ui_model *model, const struct bt_kbench *result,
			  const struct bt_kbench_group *group, enum bt_op op,
			  const struct ui_area *area, int row)
{
	int width = area->rect.cols - SPARK_LABEL_COLS - SPARK_VALUE_COLS - 1;
	bool pair = result->plan.kind == BT_KBENCH_REPEAT;
	struct ui_kbench_summary summary;
	double values[UI_SERIES_MAX];
	char text[UI_TEXT];
	unsigned count = ui_kbench_series(result, group, op, values, UI_SERIES_MAX);

	ui_kbench_summary(result, group, &summary);
	ui_putf(area, row, 0, UI_ROLE_DIM, "o%u x%u %s avg", group->order, group->threads,
		pair ? "pair" : op == BT_OP_ALLOC ? "get" : "put");
	ui_put_right(area, row, SPARK_LABEL_COLS + SPARK_VALUE_COLS, UI_ROLE_STRONG,
		     ui_text_latency(&model->units, isnan(summary.avg_ns[op]) ? BT_UNKNOWN :
				     (uint64_t)summary.avg_ns[op], text));
	if (width > 0 && count)
		draw_spark(area, row, SPARK_LABEL_COLS + SPARK_VALUE_COLS + 1, width, values, count,
			   op == BT_OP_ALLOC ? UI_ROLE_GRAPH_A : UI_ROLE_GRAPH_B);
}

/* The newest groups, as many as there is room for. Returns the row below them. */
static int draw_groups(const struct ui_model *model, const struct bt_kbench *result,
			const struct ui_area *area, int row)
{
	unsigned ops = result->plan.kind == BT_KBENCH_REPEAT ? 1 : BT_OP_COUNT;
	unsigned room = row < area->rect.rows ? (unsigned)(area->rect.rows - row) / ops : 0;
	unsigned first = result->group_count > room ? result->group_count - room : 0;

	for (unsigned i = first; i < result->group_count; i++) {
		for (unsigned op = 0; op < ops; op++)
			draw_averages(model, result, &result->groups[i], op, area, row++);
	}
	return row;
}

static void run_draw(const struct ui_model *model, const struct ui_panel_state *state,
		     const struct ui_area *area)
{
	const struct bt_kbench *result = model->kbench ? ui_kbench_result(model->kbench) : NULL;
	const struct bt_kbench_group *last;
	struct ui_area below = *area;
	int row;

	(void)state;
	if (!result) {
		ui_put_wrapped(area, 0, 0, area->rect.cols, UI_ROLE_DIM,
			       "None has run yet. It runs in the kernel on the workers of the load, "
			       "which must be off; the controls wait for its end.");
		return;
	}
	row = model->kbench->run ? draw_progress(model, area) : draw_outcome(model, result, area);
	row = draw_groups(model, result, area, row);
	last = result->group_count ? &result->groups[result->group_count - 1] : NULL;
	if (!last || !last->map || last->map->state != BT_DETAIL_KNOWN)
		return;
	below.rect.row += row + 1;
	below.rect.rows -= row + 1;
	if (below.rect.rows >= UI_FREEMAP_LEGEND_ROWS)
		ui_freemap_draw(&below, last->map, &model->units);
}

static void run_summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_kbench *result = model->kbench ? ui_kbench_result(model->kbench) : NULL;

	(void)only;
	if (!result)
		return;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s", bt_kbench_name[result->plan.kind]);
	if (model->kbench->run)
		ui_row_add(row, 1, UI_ROLE_NORMAL, "", "U stops it");
	else if (!result->complete)
		ui_row_add(row, 1, UI_ROLE_BAD, "", "NOT COMPLETE");
}

const struct ui_panel_ops ui_panel_kbench_run = {
	.title = "Run",
	.summary = run_summary,
	.draw = run_draw,
};

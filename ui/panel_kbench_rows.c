// SPDX-License-Identifier: GPL-2.0
/* Each iteration of a microbenchmark, the newest last. */
#include <stdio.h>

#include "ui/kbench.h"
#include "ui/panel.h"

#define GROUP_COLS 16		/* order, threads, iteration */

typedef const char *(*text_fn)(const struct ui_model *model, const struct bt_kbench_row *row,
			       char buf[UI_TEXT]);

#define TIME(name, member)                                                                        \
	static const char *name(const struct ui_model *model, const struct bt_kbench_row *row,     \
				char buf[UI_TEXT])                                                 \
	{                                                                                          \
		return ui_text_latency(&model->units, row->member, buf);                           \
	}

#define COUNT(name, member)                                                                       \
	static const char *name(const struct ui_model *model, const struct bt_kbench_row *row,     \
				char buf[UI_TEXT])                                                 \
	{                                                                                          \
		(void)model;                                                                       \
		snprintf(buf, UI_TEXT, row->member == BT_UNKNOWN ? "?" : "%llu",                   \
			 (unsigned long long)row->member);                                         \
		return buf;                                                                        \
	}

TIME(get_min, get.min_ns)
TIME(get_avg, get.avg_ns)
TIME(get_max, get.max_ns)
TIME(get_p50, get.latency.quantile_ns[BT_P50])
TIME(get_p99, get.latency.quantile_ns[BT_P99])
TIME(put_min, put.min_ns)
TIME(put_avg, put.avg_ns)
TIME(put_max, put.max_ns)
TIME(put_p50, put.latency.quantile_ns[BT_P50])
TIME(put_p99, put.latency.quantile_ns[BT_P99])
COUNT(failures, failures)
COUNT(preempted, preempted)
COUNT(free_frames, free_frames)
COUNT(free_pages, free_pages)

#define FRAG 1u
#define NOT_REPEAT 2u		/* its pair has one time, in both */

static const struct column {
	const char *head;
	int width;
	unsigned priority;	/* 0 stays longest */
	text_fn text;
	unsigned only;
} columns[] = {
	{ "get min", 10, 3, get_min, 0 },
	{ "get avg", 10, 0, get_avg, 0 },
	{ "get max", 10, 3, get_max, 0 },
	{ "get p50 <=", 11, 2, get_p50, 0 },
	{ "get p99 <=", 11, 1, get_p99, 0 },
	{ "put min", 10, 3, put_min, NOT_REPEAT },
	{ "put avg", 10, 0, put_avg, NOT_REPEAT },
	{ "put max", 10, 3, put_max, NOT_REPEAT },
	{ "put p50 <=", 11, 2, put_p50, 0 },
	{ "put p99 <=", 11, 1, put_p99, 0 },
	{ "frames", 9, 0, free_frames, FRAG },
	{ "pages", 10, 1, free_pages, FRAG },
	{ "failures", 9, 1, failures, 0 },
	{ "preempted", 10, 1, preempted, 0 },
};

static bool fits(const struct column *column, const struct bt_kbench_plan *plan)
{
	return !(column->only & FRAG && plan->kind != BT_KBENCH_FRAG) &&
	       !(column->only & NOT_REPEAT && plan->kind == BT_KBENCH_REPEAT);
}

/* The least important columns that still have room. */
static unsigned last_priority(const struct bt_kbench_plan *plan, int cols)
{
	unsigned priority = 4;

	while (priority--) {
		int width = GROUP_COLS;

		for (unsigned i = 0; i < BT_ARRAY_SIZE(columns); i++)
			width += fits(&columns[i], plan) && columns[i].priority <= priority ?
				 columns[i].width : 0;
		if (width <= cols)
			return priority;
	}
	return 0;
}

/* row NULL: the heads. */
static void put_row(const struct ui_model *model, const struct bt_kbench *result,
		    const struct bt_kbench_row *row, const struct ui_area *area, int at)
{
	unsigned last = last_priority(&result->plan, area->rect.cols);
	int col = GROUP_COLS;
	char text[UI_TEXT];

	if (row)
		ui_putf(area, at, 0, UI_ROLE_NORMAL, "%5u %4u %5u", row->order, row->threads,
			row->iteration + 1);
	else
		ui_put(area, at, 0, UI_ROLE_DIM, "order thrd  iter");
	for (unsigned i = 0; i < BT_ARRAY_SIZE(columns); i++) {
		const struct column *column = &columns[i];

		if (!fits(column, &result->plan) || column->priority > last)
			continue;
		col += column->width;
		if (row)
			ui_put_right(area, at, col, column->priority ? UI_ROLE_NORMAL :
				     UI_ROLE_STRONG, column->text(model, row, text));
		else
			ui_put_right(area, at, col, UI_ROLE_DIM, column->head);
	}
}

static const struct bt_kbench *result_of(const struct ui_model *model)
{
	return model->kbench ? ui_kbench_result(model->kbench) : NULL;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	const struct bt_kbench *result = result_of(model);
	unsigned rows = area->rect.rows > 1 ? (unsigned)area->rect.rows - 1 : 0, first, back;

	if (!result || !result->row_count) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM, "no iteration has ended yet");
		return;
	}
	put_row(model, result, NULL, area, 0);
	back = result->row_count > rows ? result->row_count - rows : 0;
	first = back - (state->scroll < back ? state->scroll : back);
	for (unsigned i = 0; i < rows && first + i < result->row_count; i++)
		put_row(model, result, &result->rows[first + i], area, (int)i + 1);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	const struct bt_kbench *result = result_of(model);

	(void)state;
	return result ? result->row_count : 0;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_kbench *result = result_of(model);

	(void)only;
	if (result)
		ui_row_add(row, 0, UI_ROLE_NORMAL, "", "%u ended", result->row_count);
}

const struct ui_panel_ops ui_panel_kbench_rows = {
	.title = "Iterations",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.from_end = true,
};

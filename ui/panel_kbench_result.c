// SPDX-License-Identifier: GPL-2.0
/* The result of a microbenchmark, each order and number of threads beside the previous one. */
#include <math.h>
#include <stdio.h>

#include "ui/compare.h"
#include "ui/kbench.h"
#include "ui/panel.h"

/* Less than so much of a difference is called neither less nor more. */
#define NOTABLE 0.05

/* One line of the table: a number of a group, now and in the previous result. */
struct line {
	unsigned order, threads;
	const char *name;
	const struct bt_metric *metric;
	double before, now;
};

static const struct bt_metric time_metric = { .unit = BT_UNIT_NS, .better = BT_BETTER_LESS };
static const struct bt_metric count_metric = { .unit = BT_UNIT_COUNT, .better = BT_BETTER_MORE };

/* ---- which numbers ------------------------------------------------------------------------ */

#define VALUE(name, member) \
	static double name(const struct ui_kbench_summary *summary) \
	{ \
		return summary->member; \
	}

VALUE(get_avg, avg_ns[BT_OP_ALLOC])
VALUE(put_avg, avg_ns[BT_OP_FREE])
VALUE(get_p99, p99_ns[BT_OP_ALLOC])
VALUE(put_p99, p99_ns[BT_OP_FREE])
VALUE(first_frames, first_frames)
VALUE(last_frames, last_frames)
VALUE(last_pages, last_pages)

#define BIT(kind) (1u << BT_KBENCH_##kind)
#define ALL (BIT(BULK) | BIT(REPEAT) | BIT(RAND) | BIT(FRAG))

static const struct number {
	const char *name;
	double (*value)(const struct ui_kbench_summary *summary);
	const struct bt_metric *metric;
	unsigned kinds;			/* of benchmarks that have it */
} numbers[] = {
	{ "pair avg", get_avg, &time_metric, BIT(REPEAT) },
	{ "get avg", get_avg, &time_metric, ALL & ~BIT(REPEAT) },
	{ "put avg", put_avg, &time_metric, ALL & ~BIT(REPEAT) },
	{ "get p99 <=", get_p99, &time_metric, ALL },
	{ "put p99 <=", put_p99, &time_metric, ALL },
	{ "frames first", first_frames, &count_metric, BIT(FRAG) },
	{ "frames last", last_frames, &count_metric, BIT(FRAG) },
	{ "pages last", last_pages, &count_metric, BIT(FRAG) },
};

static unsigned numbers_of(const struct bt_kbench *result)
{
	unsigned count = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(numbers); i++)
		count += numbers[i].kinds >> result->plan.kind & 1;
	return count;
}

/* ---- the table ---------------------------------------------------------------------------- */

/* Widths; 0: there is no room for it. */
struct columns {
	int group, name, before, now, difference, ratio;
};

/* Without a previous one there is nothing beside the numbers. */
static struct columns columns_of(const struct ui_area *area, bool beside)
{
	static const struct columns forms[] = {
		{ 20, 14, 12, 12, 12, 9 }, { 12, 13, 11, 11, 11, 8 }, { 8, 13, 0, 10, 0, 0 },
	};
	struct columns columns = forms[area->rect.cols >= 100 ? 0 : area->rect.cols >= 74 ? 1 : 2];

	if (!beside)
		columns.before = columns.difference = columns.ratio = 0;
	return columns;
}

static const char *verdict(const struct line *line, enum ui_role *role)
{
	bool more = line->now > line->before;

	*role = UI_ROLE_NORMAL;
	if (isnan(line->before) || isnan(line->now) ||
	    fabs(line->now - line->before) <= NOTABLE * fabs(line->before))
		return "";
	*role = more == (line->metric->better == BT_BETTER_MORE) ? UI_ROLE_GOOD : UI_ROLE_WARN;
	return more ? "more" : "less";
}

static void put_column(const struct ui_area *area, int row, int *col, int width, enum ui_role role,
		       const char *text)
{
	*col += width;
	if (width)
		ui_put_right(area, row, *col, role, text);
}

static void put_group(const struct line *line, const struct columns *columns,
		      const struct ui_area *area, int row)
{
	if (columns->group >= 20)
		ui_putf(area, row, 0, UI_ROLE_TITLE, "order %u, %u thread%s", line->order,
			line->threads, line->threads == 1 ? "" : "s");
	else
		ui_putf(area, row, 0, UI_ROLE_TITLE, "o%u x%u", line->order, line->threads);
}

/* Frames and pages to the last one: a few of them are what one looks for. */
static const char *number_text(const struct ui_model *model, const struct bt_metric *metric,
			       double value, char *buf, size_t size)
{
	if (isnan(value) || metric->unit != BT_UNIT_COUNT)
		return bt_metric_text(metric, &model->units, value, buf, size);
	snprintf(buf, size, "%.0f", value);
	return buf;
}

static void put_line(const struct ui_model *model, const struct line *line,
		     const struct columns *columns, bool first, const struct ui_area *area, int row)
{
	int col = columns->group + columns->name;
	char text[UI_COMPARE_TEXT];
	enum ui_role role;
	const char *word = verdict(line, &role);

	if (first)
		put_group(line, columns, area, row);
	ui_put(area, row, columns->group, UI_ROLE_DIM, line->name);
	put_column(area, row, &col, columns->before, UI_ROLE_NORMAL,
		   number_text(model, line->metric, line->before, text, sizeof(text)));
	put_column(area, row, &col, columns->now, UI_ROLE_STRONG,
		   number_text(model, line->metric, line->now, text, sizeof(text)));
	put_column(area, row, &col, columns->difference, UI_ROLE_NORMAL,
		   ui_compare_delta(line->metric, &model->units, line->before, line->now, text));
	put_column(area, row, &col, columns->ratio, UI_ROLE_NORMAL,
		   ui_compare_ratio(line->before, line->now, text));
	if (*word)
		ui_put(area, row, col + 2, role, word);
}

static void put_heads(const struct ui_area *area, const struct columns *columns, int row)
{
	int col = columns->group + columns->name;

	put_column(area, row, &col, columns->before, UI_ROLE_DIM, "previous");
	put_column(area, row, &col, columns->now, UI_ROLE_DIM, "now");
	put_column(area, row, &col, columns->difference, UI_ROLE_DIM, "difference");
	put_column(area, row, &col, columns->ratio, UI_ROLE_DIM, "ratio");
}

/* Lines from `skip` on of all groups. */
static void put_table(const struct ui_model *model, const struct bt_kbench *result,
		      const struct bt_kbench *previous, unsigned skip, const struct ui_area *area,
		      int row)
{
	const struct columns columns = columns_of(area, previous);
	unsigned each = numbers_of(result);

	for (unsigned g = skip / each; g < result->group_count && row < area->rect.rows; g++) {
		const struct bt_kbench_group *group = &result->groups[g];
		struct ui_kbench_summary now, before;
		unsigned number = 0, from = g == skip / each ? skip % each : 0;

		ui_kbench_summary(result, group, &now);
		ui_kbench_summary(previous, ui_kbench_group(previous, group->order, group->threads),
				  &before);
		for (unsigned i = 0; i < BT_ARRAY_SIZE(numbers) && row < area->rect.rows; i++) {
			const struct line line = {
				.order = group->order, .threads = group->threads,
				.name = numbers[i].name, .metric = numbers[i].metric,
				.now = numbers[i].value(&now), .before = numbers[i].value(&before),
			};

			if (!(numbers[i].kinds >> result->plan.kind & 1) || number++ < from)
				continue;
			put_line(model, &line, &columns, number == from + 1, area, row++);
		}
	}
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	const struct bt_kbench *result = model->kbench ? ui_kbench_result(model->kbench) : NULL;

	(void)state;
	return result ? result->group_count * numbers_of(result) : 0;
}

/* What must not be overlooked before the numbers are read. */
static int put_warnings(const struct bt_kbench *result, const struct bt_kbench *previous,
			const struct ui_area *area)
{
	char differs[256], text[320];
	int row = 0;

	if (result->flaw[0])
		row += ui_putf(area, row, 0, UI_ROLE_BAD, "NOT COMPLETE: %s", result->flaw) > 0;
	if (previous && !previous->complete)
		row += ui_putf(area, row, 0, UI_ROLE_WARN, "The previous one is not complete: %s",
			       previous->flaw) > 0;
	if (previous && *ui_kbench_differs(result, previous, differs, sizeof(differs))) {
		snprintf(text, sizeof(text), "Not the same plan: %s", differs);
		row += ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_WARN, text) > 0;
	}
	return row;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	const struct bt_kbench *result = model->kbench ? ui_kbench_result(model->kbench) : NULL;
	const struct bt_kbench *previous = result ? ui_kbench_previous(model->kbench) : NULL;
	unsigned count = extent(model, state), skip;
	struct columns columns;
	int row;

	if (!result) {
		ui_put_cut(area, 0, 0, area->rect.cols, UI_ROLE_DIM,
			   "A result is laid beside the previous one of the same benchmark.");
		return;
	}
	row = put_warnings(result, previous, area);
	columns = columns_of(area, previous);
	put_heads(area, &columns, row++);
	skip = ui_first_row(state->scroll, count, area->rect.rows - row);
	put_table(model, result, previous, skip, area, row);
	if (area->rect.rows > row && count - skip > (unsigned)(area->rect.rows - row))
		ui_put_more(area);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_kbench *result = model->kbench ? ui_kbench_result(model->kbench) : NULL;

	(void)only;
	if (!result)
		return;
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s", bt_kbench_name[result->plan.kind]);
	if (!ui_kbench_previous(model->kbench))
		ui_row_add(row, 1, UI_ROLE_DIM, "", "no previous one");
}

const struct ui_panel_ops ui_panel_kbench_result = {
	.title = "Result",
	.summary = summary,
	.draw = draw,
	.extent = extent,
};

// SPDX-License-Identifier: GPL-2.0
/* What the kernel does to find memory: a row for each rate, now, at most, and over time. */
#include <math.h>
#include <stdio.h>

#include "ui/panel.h"
#include "ui/spark.h"

#define NAME_COLS 19
#define VALUE_COLS 9
#define SPARK_MIN_COLS 8
#define BESIDE_COLS 10
#define WIDE_COLS 60

/* ---- the numbers -------------------------------------------------------------------------- */

#define RATE(name, id) \
	static double name(const struct bt_point *point) \
	{ \
		return point->vmstat_per_s[BT_VMSTAT_##id]; \
	}

RATE(stalls, ALLOCSTALL)
RATE(direct_scan, PGSCAN_DIRECT)
RATE(direct_steal, PGSTEAL_DIRECT)
RATE(kswapd_scan, PGSCAN_KSWAPD)
RATE(kswapd_steal, PGSTEAL_KSWAPD)
RATE(compact_stalls, COMPACT_STALL)
RATE(compact_success, COMPACT_SUCCESS)
RATE(compact_failure, COMPACT_FAIL)
RATE(swap_out, PSWPOUT)
RATE(swap_in, PSWPIN)
RATE(major_faults, PGMAJFAULT)
RATE(oom_kills, OOM_KILL)

/* Of the pages looked at, those that could be taken; nothing is known where none was looked at. */
static double efficiency(double steal, double scan)
{
	return scan > 0 ? fmin(steal / scan, 1) : NAN;
}

static double direct_efficiency(const struct bt_point *point)
{
	return efficiency(direct_steal(point), direct_scan(point));
}

static double kswapd_efficiency(const struct bt_point *point)
{
	return efficiency(kswapd_steal(point), kswapd_scan(point));
}

enum unit { EVENTS, PAGES, RATIO };

static const struct number {
	double (*value)(const struct bt_point *point);
	enum unit unit;
	enum ui_role role;		/* of a value above 0 */
} numbers[] = {
	{ stalls, EVENTS, UI_ROLE_WARN },
	{ direct_scan, PAGES, UI_ROLE_WARN },
	{ direct_steal, PAGES, UI_ROLE_WARN },
	{ direct_efficiency, RATIO, UI_ROLE_NORMAL },
	{ kswapd_scan, PAGES, UI_ROLE_NORMAL },
	{ kswapd_steal, PAGES, UI_ROLE_NORMAL },
	{ kswapd_efficiency, RATIO, UI_ROLE_NORMAL },
	{ compact_stalls, EVENTS, UI_ROLE_WARN },
	{ compact_success, EVENTS, UI_ROLE_GOOD },
	{ compact_failure, EVENTS, UI_ROLE_BAD },
	{ swap_out, PAGES, UI_ROLE_WARN },
	{ swap_in, PAGES, UI_ROLE_WARN },
	{ major_faults, EVENTS, UI_ROLE_NORMAL },
	{ oom_kills, EVENTS, UI_ROLE_BAD },
};

static const char *const row_names[BT_ARRAY_SIZE(numbers)] = {
	"allocation stalls", "direct scan", "direct reclaim", "direct efficiency", "kswapd scan",
	"kswapd reclaim", "kswapd efficiency", "compaction stalls", "compaction success",
	"compaction failure", "swap out", "swap in", "major faults", "OOM kills",
};

/* ---- the table ---------------------------------------------------------------------------- */

/* Pages in bytes: with pages of 64 KiB a page says little. */
static const char *text_of(const struct ui_model *model, const struct number *number, double value,
			   char buf[UI_TEXT])
{
	if (number->unit == RATIO)
		return ui_text_percent(value, buf);
	if (number->unit == PAGES && !isnan(value)) {
		char bytes[UI_TEXT];

		ui_text_narrow(&model->units, (uint64_t)(value * model->machine->page_bytes), bytes);
		snprintf(buf, UI_TEXT, "%.6s/s", bytes);
		return buf;
	}
	return ui_text_rate(value, buf);
}

/* The largest value in sight, or where something is compared, that of the baseline. */
static double beside(const struct ui_model *model, const struct number *number, double most)
{
	const struct bt_point *baseline = ui_model_baseline(model);

	return baseline ? number->value(baseline) : most;
}

static void draw_number(const struct ui_model *model, unsigned index, const struct ui_area *area,
			int row)
{
	const struct number *number = &numbers[index];
	bool wide = area->rect.cols >= WIDE_COLS;
	int col = NAME_COLS + VALUE_COLS, width = area->rect.cols - col - 2;
	double values[UI_SERIES_MAX], value = number->value(model->point), most;
	unsigned count;
	char text[UI_TEXT];

	ui_put(area, row, 0, UI_ROLE_NORMAL, row_names[index]);
	ui_put_right(area, row, col, value > 0 ? number->role : UI_ROLE_DIM,
		     text_of(model, number, value, text));
	width -= wide ? BESIDE_COLS : 0;
	if (width < SPARK_MIN_COLS)
		return;
	count = ui_model_series(model, number->value, values, ui_spark_capacity(model, width));
	most = ui_series_max(values, count);
	if (wide) {
		col += BESIDE_COLS;
		ui_put_right(area, row, col, UI_ROLE_DIM,
			     text_of(model, number, beside(model, number, most), text));
	}
	ui_spark(model, area, row, col + 2, width, values, count,
		 number->unit == RATIO ? 1 : most, UI_ROLE_GRAPH_A);
}

static void draw_heads(const struct ui_model *model, const struct ui_area *area)
{
	int col = NAME_COLS + VALUE_COLS;

	ui_put_right(area, 0, col, UI_ROLE_DIM, "now");
	if (area->rect.cols >= WIDE_COLS) {
		col += BESIDE_COLS;
		ui_put_right(area, 0, col, UI_ROLE_DIM, ui_model_baseline(model) ?
			     ui_model_compared_label(model) : "most");
	}
	ui_spark_head(model, area, 0, col + 2, area->rect.cols - col - 2);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	unsigned index = ui_first_row(state->scroll, BT_ARRAY_SIZE(numbers), area->rect.rows - 1);

	if (!model->point)
		return;
	draw_heads(model, area);
	for (int row = 1; row < area->rect.rows && index < BT_ARRAY_SIZE(numbers); row++)
		draw_number(model, index++, area, row);
	if (index < BT_ARRAY_SIZE(numbers))
		ui_put_more(area);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	double value = model->point ? stalls(model->point) : NAN;
	char text[UI_TEXT];

	(void)only;
	ui_row_add(row, 0, UI_ROLE_STRONG, "allocation stalls", "%s", ui_text_rate(value, text));
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)model;
	(void)state;
	return BT_ARRAY_SIZE(numbers);
}

const struct ui_panel_ops ui_panel_reclaim = {
	.title = "Reclaim",
	.metric = "allocstall_per_s",
	.summary = summary,
	.draw = draw,
	.extent = extent,
};

/* SPDX-License-Identifier: GPL-2.0 */
/* What is known of each CPU at the shown instant, for the grid and the table of view 5. */
#ifndef UI_CPUS_H
#define UI_CPUS_H

#include "ui/grid.h"
#include "ui/panel.h"

enum ui_cpu_value {
	UI_CPU_ALLOCS, UI_CPU_FAILURES, UI_CPU_THROTTLED,	/* a second */
	UI_CPU_BEHIND,		/* generations that are published, but not applied */
	UI_CPU_HELD,		/* bytes */
	UI_CPU_LONGEST,		/* ns, the longest allocation */
	UI_CPU_NUMBER,
	UI_CPU_VALUES
};

extern const char *const ui_cpu_value_name[UI_CPU_VALUES];

/* From the least to the most urgent. */
enum ui_cpu_condition {
	UI_CPU_FINE, UI_CPU_LEFT_OUT, UI_CPU_OFFLINE, UI_CPU_NOT_APPLIED, UI_CPU_IS_THROTTLED,
	UI_CPU_BACKING_OFF, UI_CPU_STUCK, UI_CPU_CONDITIONS
};

struct ui_cpu_condition_def {
	char letter;		/* 0: a glyph of the set */
	enum ui_glyph glyph;
	enum ui_role role;
	const char *name;	/* legend, filter */
};
extern const struct ui_cpu_condition_def ui_cpu_conditions[UI_CPU_CONDITIONS];

struct ui_cpus_view {
	const struct ui_model *model;
	const struct bt_point_cpu *cpus;	/* never NULL */
	const struct bt_frame *frame;		/* NULL in the past: less is known */
};

/* False: nothing is known of CPUs at the shown instant. */
bool ui_cpus_view(struct ui_cpus_view *view, const struct ui_model *model);
/* NaN: unknown. */
double ui_cpu_value(const struct ui_cpus_view *view, enum ui_cpu_value value, unsigned cpu);
const char *ui_cpu_value_text(const struct ui_cpus_view *view, enum ui_cpu_value value,
			      double number, char buf[UI_TEXT]);
enum ui_cpu_condition ui_cpu_condition(const struct ui_cpus_view *view, unsigned cpu);
/* "running", "offline", "?" where nothing is known. */
const char *ui_cpu_state(const struct ui_cpus_view *view, unsigned cpu);
/* "alloc 12.0 ms": the operation in flight; "" = none, or not known. */
const char *ui_cpu_in_flight(const struct ui_cpus_view *view, unsigned cpu, char buf[UI_TEXT]);
/* Share of its blocks since the module was loaded that were remote. */
double ui_cpu_remote(const struct ui_cpus_view *view, unsigned cpu);

/* ---- cpus_table.c: a row for each CPU ------------------------------------------------------ */

struct ui_cpu_table {
	const struct ui_cpus_view *view;
	unsigned count;
	uint16_t cpus[BT_MAX_CPUS];	/* in the order of the rows */
};

/*
 * The cells of the grid by a value, the most first, equal ones by number. step: CPUs in trouble
 * come before all others, and values that differ by less are equal; 0: neither.
 */
void ui_cpu_table_sort(struct ui_cpu_table *table, const struct ui_cpus_view *view,
		       const struct ui_grid *grid, enum ui_cpu_value by, double step);
unsigned ui_cpu_table_find(const struct ui_cpu_table *table, unsigned cpu);
/* With a line of heads; rows from first on. */
void ui_cpu_table_draw(const struct ui_cpu_table *table, const struct ui_area *area,
		       unsigned first, unsigned selected_cpu, enum ui_cpu_value by);

/* ---- cpus_detail.c ------------------------------------------------------------------------ */

/* One to three lines, as many as there are rows: what it is, its rates, its worker. */
void ui_cpu_detail_draw(const struct ui_cpus_view *view, unsigned cpu,
			const struct ui_area *area);

/* ---- cpus_trend.c ------------------------------------------------------------------------- */

/*
 * What is drawn over time where value is asked for: the history keeps rates, and instead of all
 * else that of allocations is shown.
 */
enum ui_cpu_value ui_cpu_trend_value(enum ui_cpu_value value);
/* A line of heads, then one for each CPU of the grid, all to one scale. */
void ui_cpu_trend_draw(const struct ui_cpus_view *view, const struct ui_grid *grid,
		       enum ui_cpu_value value, unsigned selected, const struct ui_area *area);

#endif

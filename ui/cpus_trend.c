// SPDX-License-Identifier: GPL-2.0
#include <math.h>

#include "ui/cpus.h"
#include "ui/spark.h"

#define LABEL_COLS 7
#define VALUE_COLS 10

enum ui_cpu_value ui_cpu_trend_value(enum ui_cpu_value value)
{
	return value < UI_CPU_BEHIND ? value : UI_CPU_ALLOCS;
}

/* Oldest first; a point without CPUs, or a CPU that was offline, is unknown. */
static unsigned series(const struct ui_model *model, enum ui_cpu_value value, unsigned cpu,
		       double *values, unsigned want)
{
	unsigned there = 0;

	while (there < want && ui_model_point(model, there))
		there++;
	for (unsigned age = 0; age < there; age++) {
		const struct bt_point *point = ui_model_point(model, age);
		const struct ui_cpus_view then = {
			.model = model, .cpus = bt_point_cpus(model->history, point),
		};

		values[there - 1 - age] = point->gap ? UI_GAP :
					  then.cpus ? ui_cpu_value(&then, value, cpu) : NAN;
	}
	return there;
}

void ui_cpu_trend_draw(const struct ui_cpus_view *view, const struct ui_grid *grid,
		       enum ui_cpu_value value, unsigned selected, const struct ui_area *area)
{
	int col = LABEL_COLS + VALUE_COLS + 2, width = area->rect.cols - col;
	unsigned capacity = ui_spark_capacity(view->model, width), count;
	double values[UI_SERIES_MAX], most = 0;
	char text[UI_TEXT];

	value = ui_cpu_trend_value(value);
	ui_put_right(area, 0, 5, UI_ROLE_DIM, "CPU");
	ui_put_right(area, 0, LABEL_COLS + VALUE_COLS, UI_ROLE_DIM, ui_cpu_value_name[value]);
	ui_spark_head(view->model, area, 0, col, width);
	for (unsigned i = 0; i < grid->count; i++) {
		count = series(view->model, value, grid->cells[i].cpu, values, capacity);
		most = fmax(most, ui_series_max(values, count));
	}
	for (unsigned i = 0; i < grid->count; i++) {
		unsigned cpu = grid->cells[i].cpu;
		int row = 1 + (int)i;

		ui_putf(area, row, 0, i == selected ? UI_ROLE_STRONG : UI_ROLE_DIM, "%5u", cpu);
		ui_put_right(area, row, LABEL_COLS + VALUE_COLS, UI_ROLE_NORMAL,
			     ui_cpu_value_text(view, value, ui_cpu_value(view, value, cpu), text));
		count = series(view->model, value, cpu, values, capacity);
		ui_spark(view->model, area, row, col, width, values, count,
			 most > 0 ? ui_nice_ceiling(most) : 1, UI_ROLE_GRAPH_A);
	}
}

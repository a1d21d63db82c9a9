// SPDX-License-Identifier: GPL-2.0
/* All that is known of one CPU, in three lines, the least important words going first. */
#include "core/mask.h"
#include "ui/cpus.h"
#include "ui/latency.h"

static void detail_place(const struct ui_cpus_view *view, unsigned cpu, struct ui_row *row)
{
	const struct bt_machine *machine = view->model->machine;
	const struct ui_cpu_condition_def *now = &ui_cpu_conditions[ui_cpu_condition(view, cpu)];
	__u64 threads[BT_CPU_WORDS] = { 0 };
	char text[UI_TEXT];

	for (unsigned i = 0; i < machine->cpu_count; i++)
		bt_mask_set(threads, i, machine->cpu_core[i] == machine->cpu_core[cpu] &&
					bt_mask_test(machine->possible_cpus, i));
	bt_mask_text(threads, BT_CPU_WORDS, text, sizeof(text));
	ui_row_add(row, 0, UI_ROLE_STRONG, "", "CPU %u", cpu);
	ui_row_add(row, 0, now->role == UI_ROLE_DIM ? UI_ROLE_NORMAL : now->role, "", "%s%s%s",
		   ui_cpu_state(view, cpu), *now->name ? ", " : "", now->name);
	ui_row_add(row, 3, UI_ROLE_NORMAL, "node", "%u", machine->cpu_node[cpu]);
	ui_row_add(row, 5, UI_ROLE_NORMAL, "core", "%u, threads %s", machine->cpu_core[cpu], text);
	ui_row_add(row, 1, UI_ROLE_WARN, "in operation", "%s", ui_cpu_in_flight(view, cpu, text));
}

static void add_value(const struct ui_cpus_view *view, struct ui_row *row, unsigned priority,
		      const char *label, enum ui_cpu_value value, unsigned cpu)
{
	double number = ui_cpu_value(view, value, cpu);
	char text[UI_TEXT];

	ui_row_add(row, priority, UI_ROLE_NORMAL, label, "%s",
		   ui_cpu_value_text(view, value, number, text));
}

static void detail_rates(const struct ui_cpus_view *view, unsigned cpu, struct ui_row *row)
{
	char text[UI_TEXT];

	add_value(view, row, 1, "allocs/s", UI_CPU_ALLOCS, cpu);
	add_value(view, row, 2, "failures/s", UI_CPU_FAILURES, cpu);
	add_value(view, row, 3, "throttled/s", UI_CPU_THROTTLED, cpu);
	if (!view->frame)
		return;
	add_value(view, row, 2, "held", UI_CPU_HELD, cpu);
	ui_row_add(row, 4, UI_ROLE_NORMAL, "remote", "%s",
		   ui_text_percent(ui_cpu_remote(view, cpu), text));
}

/* Of the past only what the points have; the rest is told to be missing, not to be 0. */
static void detail_worker(const struct ui_cpus_view *view, unsigned cpu, struct ui_row *row)
{
	const struct bt_frame *frame = view->frame;
	const struct bt_units *units = &view->model->units;
	char text[UI_TEXT];

	if (!frame) {
		ui_row_add(row, 0, UI_ROLE_DIM, "", "held, generation and the longest operations "
			   "are not kept in the history");
		return;
	}
	ui_row_add(row, 0, UI_ROLE_NORMAL, "generation", "%llu of %llu",
		   (unsigned long long)frame->cpus[cpu].generation,
		   (unsigned long long)frame->config.generation);
	ui_row_add(row, 1, UI_ROLE_NORMAL, "longest alloc", "%s",
		   ui_text_latency(units, ui_longest_ns(frame->cpus[cpu].alloc_max_ns), text));
	ui_row_add(row, 2, UI_ROLE_NORMAL, "longest free", "%s",
		   ui_text_latency(units, ui_longest_ns(frame->cpus[cpu].free_max_ns), text));
	if (frame->cpus[cpu].preempted != BT_UNKNOWN)
		ui_row_add(row, 3, UI_ROLE_NORMAL, "preempted", "%s, %s",
			   bt_text_count((double)frame->cpus[cpu].preempted, text, sizeof(text)),
			   ui_text_latency(units, frame->cpus[cpu].preempted_ns,
					   (char[UI_TEXT]){ 0 }));
	if (frame->cpus[cpu].last_ns && frame->cpus[cpu].last_ns <= frame->mono_ns)
		ui_row_add(row, 4, UI_ROLE_NORMAL, "last batch", "%s ago",
			   ui_text_latency(units, frame->mono_ns - frame->cpus[cpu].last_ns, text));
}

void ui_cpu_detail_draw(const struct ui_cpus_view *view, unsigned cpu, const struct ui_area *area)
{
	static void (*const lines[])(const struct ui_cpus_view *view, unsigned cpu,
				     struct ui_row *row) = { detail_place, detail_rates,
							     detail_worker };

	for (int i = 0; i < area->rect.rows && i < (int)BT_ARRAY_SIZE(lines); i++) {
		struct ui_row row = { 0 };

		lines[i](view, cpu, &row);
		ui_row_draw(&row, area, i, 0, area->rect.cols);
	}
}

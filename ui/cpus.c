// SPDX-License-Identifier: GPL-2.0
#include "ui/cpus.h"

#include <math.h>

#include "core/mask.h"
#include "core/param.h"
#include "ui/latency.h"

const char *const ui_cpu_value_name[UI_CPU_VALUES] = {
	[UI_CPU_ALLOCS] = "allocs/s",	    [UI_CPU_FAILURES] = "failures/s",
	[UI_CPU_THROTTLED] = "throttled/s", [UI_CPU_BEHIND] = "generations behind",
	[UI_CPU_HELD] = "held",		    [UI_CPU_LONGEST] = "longest alloc",
	[UI_CPU_NUMBER] = "CPU",
};

const struct ui_cpu_condition_def ui_cpu_conditions[UI_CPU_CONDITIONS] = {
	[UI_CPU_FINE] = { ' ', 0, UI_ROLE_NORMAL, "" },
	[UI_CPU_LEFT_OUT] = { 0, UI_GLYPH_ABSENT, UI_ROLE_DIM, "not in the mask" },
	[UI_CPU_OFFLINE] = { 0, UI_GLYPH_OFFLINE, UI_ROLE_DIM, "offline" },
	[UI_CPU_NOT_APPLIED] = { '~', 0, UI_ROLE_WARN, "not applied" },
	[UI_CPU_IS_THROTTLED] = { 't', 0, UI_ROLE_WARN, "throttled" },
	[UI_CPU_BACKING_OFF] = { 'b', 0, UI_ROLE_WARN, "back-off" },
	[UI_CPU_STUCK] = { '!', 0, UI_ROLE_BAD, "stuck" },
};

bool ui_cpus_view(struct ui_cpus_view *view, const struct ui_model *model)
{
	*view = (struct ui_cpus_view){ .model = model };
	if (!ui_model_has_rates(model))
		return false;
	view->cpus = bt_point_cpus(model->history, model->point);
	view->frame = model->frame && model->frame->has_module ? model->frame : NULL;
	return view->cpus != NULL;
}

static double known(uint64_t number)
{
	return number == BT_UNKNOWN ? NAN : (double)number;
}

static double behind(const struct ui_cpus_view *view, unsigned cpu)
{
	const struct bt_frame *frame = view->frame;

	if (!view->cpus[cpu].online)
		return NAN;
	/* Of the past it is only known whether, not how far. */
	if (!frame || frame->cpus[cpu].generation == BT_UNKNOWN)
		return view->cpus[cpu].applied ? 0 : NAN;
	return (double)(frame->config.generation - frame->cpus[cpu].generation);
}

double ui_cpu_value(const struct ui_cpus_view *view, enum ui_cpu_value value, unsigned cpu)
{
	const struct bt_point_cpu *now = &view->cpus[cpu];
	const struct bt_frame_cpu *live = view->frame ? &view->frame->cpus[cpu] : NULL;

	switch (value) {
	case UI_CPU_ALLOCS:
		return now->online ? (double)now->allocs_per_s : NAN;
	case UI_CPU_FAILURES:
		return now->online ? (double)now->failures_per_s : NAN;
	case UI_CPU_THROTTLED:
		return now->online ? (double)now->throttled_per_s : NAN;
	case UI_CPU_BEHIND:
		return behind(view, cpu);
	case UI_CPU_HELD:
		return live ? known(live->held_pages) * view->model->machine->page_bytes : NAN;
	case UI_CPU_LONGEST:
		return live ? known(ui_longest_ns(live->alloc_max_ns)) : NAN;
	default:
		return cpu;
	}
}

const char *ui_cpu_value_text(const struct ui_cpus_view *view, enum ui_cpu_value value,
			      double number, char buf[UI_TEXT])
{
	if (isnan(number))
		snprintf(buf, UI_TEXT, "?");
	else if (value == UI_CPU_HELD)
		ui_text_narrow(&view->model->units, (uint64_t)number, buf);
	else if (value == UI_CPU_LONGEST)
		ui_text_latency(&view->model->units, (uint64_t)number, buf);
	else if (value == UI_CPU_NUMBER || value == UI_CPU_BEHIND)
		snprintf(buf, UI_TEXT, "%.0f", number);
	else
		bt_text_count(number, buf, UI_TEXT);
	return buf;
}

/* Before the first publication: by the mask that it will have. Of the past it is not known. */
static bool left_out(const struct ui_cpus_view *view, unsigned cpu)
{
	const struct bt_frame *frame = view->frame;

	return frame && !bt_mask_test(frame->config.generation ? frame->config.cpus :
				      view->model->wanted->cpus, cpu);
}

static bool stuck(const struct ui_cpus_view *view, unsigned cpu)
{
	return view->frame ? bt_frame_in_flight_ns(view->frame, cpu) >= BT_STUCK_NS :
			     view->model->point->stuck_cpu == (int)cpu;
}

enum ui_cpu_condition ui_cpu_condition(const struct ui_cpus_view *view, unsigned cpu)
{
	const struct bt_point_cpu *now = &view->cpus[cpu];

	if (!now->online)
		return UI_CPU_OFFLINE;
	if (stuck(view, cpu))
		return UI_CPU_STUCK;
	if (now->state == BT_WORKER_BACKOFF)
		return UI_CPU_BACKING_OFF;
	if (now->state == BT_WORKER_THROTTLED)
		return UI_CPU_IS_THROTTLED;
	/* Before anything was published there is nothing to apply. */
	if (!now->applied && view->model->point->generation)
		return UI_CPU_NOT_APPLIED;
	return now->allocs_per_s > 0 || !left_out(view, cpu) ? UI_CPU_FINE : UI_CPU_LEFT_OUT;
}

const char *ui_cpu_state(const struct ui_cpus_view *view, unsigned cpu)
{
	return view->cpus[cpu].online ? bt_worker_name(view->cpus[cpu].state) : "offline";
}

const char *ui_cpu_in_flight(const struct ui_cpus_view *view, unsigned cpu, char buf[UI_TEXT])
{
	uint64_t ns = view->frame ? bt_frame_in_flight_ns(view->frame, cpu) : 0;
	char time[UI_TEXT];

	buf[0] = '\0';
	if (ns)
		snprintf(buf, UI_TEXT, "%s %s",
			 view->frame->cpus[cpu].op == BT_OP_FREE ? "free" : "alloc",
			 ui_text_latency(&view->model->units, ns, time));
	return buf;
}

double ui_cpu_remote(const struct ui_cpus_view *view, unsigned cpu)
{
	const struct bt_frame_cpu *live = view->frame ? &view->frame->cpus[cpu] : NULL;

	if (!live || !live->allocs || live->allocs == BT_UNKNOWN)
		return NAN;
	return known(live->remote_blocks) / (double)live->allocs;
}

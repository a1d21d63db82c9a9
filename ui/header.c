// SPDX-License-Identifier: GPL-2.0
/* The header: which machine, how real, what state, applied where, at what cost. */
#include <math.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"
#include "ui/beside.h"
#include "ui/draft.h"
#include "ui/latency.h"
#include "ui/panel.h"

#define BESIDE_NAMES_FROM_COLS 120

const char *ui_why_unknown(const struct ui_model *model)
{
	if (!model->live)
		return "waiting for the first sample";
	if (!model->live->has_module)
		return "? no module: nothing is allocated here";
	if (model->point && model->point->gap)
		return "? a gap: nothing is known of this time";
	if (model->past && model->point->known_ns)
		return "? not kept in the history";
	return "? two samples are needed";
}

const char *const ui_reality_badge[] = {
	[BT_REAL] = "", [BT_EMULATED] = " EMULATED ", [BT_SIMULATED] = " SIMULATED ",
};

/* Two are what the screen is about: on the smaller ones they stay longer than all but the state. */
static void add_kernels(const struct ui_model *model, int cols, struct ui_row *row)
{
	const struct ui_beside *beside = model->beside;
	bool wide = cols >= BESIDE_NAMES_FROM_COLS;

	if (beside && beside->two_kernels && !wide) {
		ui_row_add(row, 1, UI_ROLE_STRONG, "kernel", "%s against %s", beside->first,
			   ui_beside_word(beside));
		return;
	}
	ui_row_add(row, 4, UI_ROLE_NORMAL, "kernel", "%s", model->machine->kernel);
	if (beside)
		ui_row_add(row, 1, UI_ROLE_STRONG, "against", "%s",
			   wide ? beside->name : ui_beside_word(beside));
}

static void draw_machine(const struct ui_screen *screen, const struct ui_area *area)
{
	const struct ui_model *model = screen->model;
	const struct bt_machine *machine = model->machine;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 2, UI_ROLE_TITLE, "", "buddytop");
	if (area->rect.rows < 3)
		ui_row_add(&row, 1, UI_ROLE_STRONG, "view", "%u %s", screen->view + 1,
			   ui_views[screen->view].name);
	ui_row_add(&row, 0, UI_ROLE_BADGE, "", "%s", ui_reality_badge[machine->reality]);
	ui_row_add(&row, 3, UI_ROLE_STRONG, strcmp(machine->source, "vm") ? "host" : "guest", "%s",
		   machine->host);
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "source", "%s", machine->source);
	add_kernels(model, area->rect.cols, &row);
	ui_row_add(&row, 5, UI_ROLE_NORMAL, "", "%u CPUs, %u %s, %s",
		   bt_mask_weight(machine->possible_cpus, BT_CPU_WORDS), machine->node_count,
		   machine->node_count == 1 ? "node" : "nodes",
		   ui_text_bytes(&model->units, machine->memory_bytes, text));
	ui_row_add(&row, 6, UI_ROLE_DIM, "", "%s", machine->source_note);
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

/* Where in time the picture is, how long a step of it is, and what it is compared with. */
static void add_instant(const struct ui_model *model, struct ui_row *row)
{
	unsigned long long behind = (unsigned long long)model->behind_points;
	char clock[UI_TEXT], time[UI_TEXT];

	ui_text_clock(model->behind_ns, clock);
	if (model->past)
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " PAST %s: %s behind, %llu new ",
			   ui_point_time(model, model->point, time), clock, behind);
	else if (model->frozen)
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " FROZEN %s behind, %llu new ", clock,
			   behind);
	if (model->compare)
		ui_row_add(row, 2, UI_ROLE_BADGE, "", " COMPARED ");
	if (model->tier != BT_TIER_SAMPLE)
		ui_row_add(row, 3, UI_ROLE_STRONG, "step", "%s", ui_tier_name[model->tier]);
}

/* Lost, ended, paused, frozen: what one must know before any number. True if there was one. */
static bool add_banner(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_session_status *status = &model->status;
	char retry[32] = "", since[32] = "";
	bool any = true;

	if (status->state == BT_SESSION_LOST) {
		if (status->next_try)
			snprintf(retry, sizeof(retry), ", retry %u", status->next_try);
		if (status->interval_ns) /* no time passes where it is stepped */
			snprintf(since, sizeof(since), " %llu s",
				 (unsigned long long)(model->lost_for_ns / BT_NS_PER_S));
		ui_row_add(row, 0, UI_ROLE_ALARM, "", " SOURCE LOST%s: %s%s ", since,
			   status->error.text, retry);
	} else if (status->state == BT_SESSION_ENDED) {
		ui_row_add(row, 0, UI_ROLE_ALARM, "", model->is_replay ? " END, comma goes back " :
								   " END OF THE SOURCE ");
	} else if (status->state == BT_SESSION_PAUSED) {
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " PAUSED, p goes on ");
	} else {
		any = false;
	}
	add_instant(model, row);
	if (model->draft && model->draft->on)
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " DRAFT, D sends it ");
	return any || model->frozen;
}

static enum ui_role run_role(const struct bt_frame *frame)
{
	if (frame->run == BT_RUN_GO)
		return UI_ROLE_GOOD;
	return frame->reason > BT_REASON_USER ? UI_ROLE_WARN : UI_ROLE_STRONG;
}

/* Who published the generation in force, as the event log has it; "" when it does not know. */
static const char *publisher(const struct ui_model *model)
{
	uint64_t first, number;

	if (!model->session || !model->live->config.generation)
		return "";
	first = bt_session_event_first(model->session);
	for (number = bt_session_event_last(model->session); number && number >= first; number--) {
		const struct bt_event *event = bt_session_event(model->session, number);

		if (event && event->kind == BT_EVENT_CONTROL &&
		    event->generation == model->live->config.generation)
			return event->who;
	}
	return "";
}

/* What the load does and, when it stands still, who or what stopped it. */
static void add_run(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_frame *frame = model->live;

	if (!frame) {
		ui_row_add(row, 1, UI_ROLE_DIM, "", "waiting for the first sample");
		return;
	}
	if (!frame->has_module) {
		ui_row_add(row, 1, UI_ROLE_WARN, "", "no module");
		return;
	}
	ui_row_add(row, 1, run_role(frame), "load", "%s", bt_run_name(frame->run));
	if (frame->reason > BT_REASON_USER)
		ui_row_add(row, 2, UI_ROLE_WARN, "", "%s", bt_reason_text(frame->reason));
	else if (frame->run != BT_RUN_GO && frame->reason == BT_REASON_USER)
		ui_row_add(row, 4, UI_ROLE_NORMAL, "by", "%s", publisher(model));
}

static void add_applied(const struct ui_model *model, struct ui_row *row)
{
	static const char *const ops[] = { "allocating", "freeing" };
	const struct bt_frame *frame = model->live;
	struct bt_frame_totals totals;
	char text[UI_TEXT];
	uint8_t op;

	if (!frame || !frame->has_module || !frame->config.generation)
		return;
	bt_frame_totals(frame, &totals);
	ui_row_add(row, 3, totals.applied == totals.online ? UI_ROLE_NORMAL : UI_ROLE_WARN, "gen",
		   "%llu applied %u/%u", (unsigned long long)frame->config.generation,
		   totals.applied, totals.online);
	if (totals.stuck_cpu < 0)
		return;
	op = frame->cpus[totals.stuck_cpu].op;
	ui_row_add(row, 1, UI_ROLE_BAD, "", "waiting for CPU %d: %s %s", totals.stuck_cpu,
		   bt_text_ns(totals.stuck_ns, text, sizeof(text)),
		   op < BT_OP_COUNT ? ops[op] : "its work");
}

static void add_cost(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_session_status *status = &model->status;
	char text[UI_TEXT];

	if (status->late_samples)
		ui_row_add_right(row, 5, UI_ROLE_WARN, "late", "%llu",
				 (unsigned long long)status->late_samples);
	if (status->lost_samples)
		ui_row_add_right(row, 4, UI_ROLE_WARN, "lost", "%llu",
				 (unsigned long long)status->lost_samples);
	if (!isnan(model->own_cpu_ratio))
		ui_row_add_right(row, 7, UI_ROLE_NORMAL, "own cost", "%s of a CPU",
				 ui_text_percent(model->own_cpu_ratio, text));
	if (status->interval_ns && !model->is_replay)
		ui_row_add_right(row, 6, UI_ROLE_NORMAL, "every", "%s",
				 bt_text_ns(status->interval_ns, text, sizeof(text)));
	else if (!status->interval_ns)
		ui_row_add_right(row, 6, UI_ROLE_NORMAL, "", "stepped");
}

/* One row for everything, the state first: what is left on the smallest screens. */
static void draw_status_line(const struct ui_model *model, const struct ui_area *area)
{
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	if (!add_banner(model, &row) && model->live && model->live->has_module)
		ui_row_add(&row, 0, run_role(model->live), "", "%s",
			   bt_run_name(model->live->run));
	else
		add_run(model, &row);
	ui_header_session(model, &row);
	ui_row_add(&row, 1, UI_ROLE_BADGE, "", "%s",
		   model->machine->reality == BT_SIMULATED ? "SIMULATED" :
		   model->machine->reality == BT_EMULATED ? "EMULATED" : "");
	if (point) {
		ui_row_add(&row, 2, UI_ROLE_STRONG, "available", "%s",
			   ui_text_bytes(&model->units, point->available_bytes, text));
		ui_row_add(&row, 3, UI_ROLE_NORMAL, "", "%s",
			   ui_text_rate(point->allocs_per_s, text));
		ui_row_add(&row, 5, UI_ROLE_NORMAL, "remote", "%s",
			   ui_text_percent(point->remote_ratio, text));
		ui_row_add(&row, 4, UI_ROLE_NORMAL, "p99", "%s",
			   ui_text_latency(&model->units,
					   ui_latency_ns(point, ui_latency_op(model, BT_OP_ALLOC),
							 BT_P99), text));
	}
	ui_row_add(&row, 6, UI_ROLE_DIM, "on", "%s", model->machine->host);
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

/*
 * The views by their digits, each at its place whichever is chosen; where not all names fit, only
 * the chosen one has its own. On the smaller screens the first row names it.
 */
static void draw_views(const struct ui_screen *screen, const struct ui_area *area)
{
	int col = 0, width = 0;

	for (unsigned view = 0; view < UI_VIEW_COUNT; view++)
		width += (int)strlen(" 1  ") + ui_text_width(ui_views[view].name);
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		bool chosen = view == screen->view;
		bool named = chosen || width <= area->rect.cols;

		col = ui_putf(area, 2, col, chosen ? UI_ROLE_SELECTED : UI_ROLE_NORMAL, " %u %s%s",
			      view + 1, named ? ui_views[view].name : "", named ? " " : "");
	}
}

void ui_header_draw(const struct ui_screen *screen, const struct ui_area *area)
{
	const struct ui_model *model = screen->model;
	struct ui_row row = { 0 };

	if (area->rect.rows < 2) {
		draw_status_line(model, area);
		return;
	}
	draw_machine(screen, area);
	add_banner(model, &row);
	ui_header_session(model, &row);
	add_run(model, &row);
	add_applied(model, &row);
	add_cost(model, &row);
	ui_row_draw(&row, area, 1, 0, area->rect.cols);
	if (area->rect.rows >= 3)
		draw_views(screen, area);
}

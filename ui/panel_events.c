// SPDX-License-Identifier: GPL-2.0
/* The event log: every change of control, every refusal and fault, newest at the bottom. */
#include <time.h>

#include "ui/panel.h"

#define TIME_COLS 10
#define KIND_COLS 9
#define WHO_COLS 12
#define WHO_FROM_COLS 70

static const char *time_text(const struct ui_model *model, int64_t utc_ns, uint64_t mono_ns,
			     char buf[UI_TEXT])
{
	time_t s = (time_t)(utc_ns / (int64_t)BT_NS_PER_S);
	struct tm utc;

	/* Before the first sample a virtual clock has not begun. */
	if (model->status.virtual_clock && mono_ns)
		snprintf(buf, UI_TEXT, "%.1f s", (double)mono_ns / (double)BT_NS_PER_S);
	else if (!utc_ns || !gmtime_r(&s, &utc) || !strftime(buf, UI_TEXT, "%H:%M:%S", &utc))
		snprintf(buf, UI_TEXT, "?");
	return buf;
}

const char *ui_event_time(const struct ui_model *model, const struct bt_event *event,
			  char buf[UI_TEXT])
{
	return time_text(model, event->utc_ns, event->mono_ns, buf);
}

const char *ui_point_time(const struct ui_model *model, const struct bt_point *point,
			  char buf[UI_TEXT])
{
	return time_text(model, point->utc_ns, point->mono_ns, buf);
}

enum ui_role ui_event_role(enum bt_event_kind kind)
{
	static const enum ui_role roles[BT_EVENT_KINDS] = {
		[BT_EVENT_CONTROL] = UI_ROLE_NORMAL, [BT_EVENT_APPLIED] = UI_ROLE_GOOD,
		[BT_EVENT_REFUSED] = UI_ROLE_WARN,   [BT_EVENT_STOPPED] = UI_ROLE_WARN,
		[BT_EVENT_FAILURE] = UI_ROLE_BAD,    [BT_EVENT_OOM] = UI_ROLE_BAD,
		[BT_EVENT_LOST] = UI_ROLE_BAD,	     [BT_EVENT_BACK] = UI_ROLE_GOOD,
		[BT_EVENT_NOTE] = UI_ROLE_NORMAL,    [BT_EVENT_MARK] = UI_ROLE_STRONG,
	};

	return roles[kind];
}

static const struct bt_event *event_at(const struct ui_model *model, unsigned back)
{
	uint64_t last;

	if (!model->session)
		return NULL;
	last = bt_session_event_last(model->session);
	if (last < bt_session_event_first(model->session) + back)
		return NULL;
	return bt_session_event(model->session, last - back);
}

static unsigned event_count(const struct ui_model *model)
{
	uint64_t first, last;

	if (!model->session)
		return 0;
	first = bt_session_event_first(model->session);
	last = bt_session_event_last(model->session);
	return first && last >= first ? (unsigned)(last - first + 1) : 0;
}

/* With who did it, where that has no column: "undo: order 3 -> 0". */
static void event_text(const struct bt_event *event, bool who, char *buf, size_t size)
{
	bool by = !who && event->kind == BT_EVENT_CONTROL;

	snprintf(buf, size, "%s%s%s", by ? event->who : "", by ? ": " : "", event->text);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_event *last = event_at(model, 0);
	char text[256];

	if (only && last) {
		event_text(last, false, text, sizeof(text));
		ui_row_add(row, 0, ui_event_role(last->kind), "", "%.60s", text);
	}
	ui_row_add(row, 1, UI_ROLE_DIM, "", "%u%s", event_count(model),
		   model->status.virtual_clock ? ", source clock" : ", UTC");
}

static void draw_event(const struct ui_model *model, const struct bt_event *event,
		       const struct ui_area *area, int row)
{
	bool who = area->rect.cols >= WHO_FROM_COLS;
	int col = TIME_COLS + KIND_COLS + (who ? WHO_COLS : 0);
	char text[256], line[300], time[UI_TEXT];

	ui_put_right(area, row, TIME_COLS - 1, UI_ROLE_DIM, ui_event_time(model, event, time));
	ui_put(area, row, TIME_COLS, ui_event_role(event->kind), bt_event_kind_name[event->kind]);
	if (who)
		ui_put_cut(area, row, TIME_COLS + KIND_COLS, WHO_COLS - 1, UI_ROLE_DIM, event->who);
	event_text(event, who, text, sizeof(text));
	if (event->generation)
		snprintf(line, sizeof(line), "%s (gen %llu)", text,
			 (unsigned long long)event->generation);
	else
		snprintf(line, sizeof(line), "%s", text);
	ui_put_cut(area, row, col, area->rect.cols - col, UI_ROLE_NORMAL, line);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	unsigned count = event_count(model), rows = (unsigned)area->rect.rows;
	unsigned shown = count < rows ? count : rows, scroll = state->scroll;

	if (scroll > count - shown)
		scroll = count - shown;
	for (unsigned i = 0; i < shown; i++) {
		const struct bt_event *event = event_at(model, scroll + i);

		if (event)
			draw_event(model, event, area, (int)(shown - 1 - i));
	}
	if (scroll && rows)
		ui_put_glyph(area, (int)rows - 1, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)state;
	return event_count(model);
}

const struct ui_panel_ops ui_panel_events = {
	.title = "Events",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.from_end = true,
};

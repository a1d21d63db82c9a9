// SPDX-License-Identifier: GPL-2.0
/* Where to in time: a typed time, or one of the instants that graphs mark with a line. */
#include <string.h>

#include "ui/app.h"

#define JUMP_COLS 76
#define JUMP_ROWS 16
#define LIST_ROW 3
#define TIME_COLS 12
#define KIND_COLS 10

static bool is_listed(const struct bt_event *event)
{
	static const bool listed[BT_EVENT_KINDS] = {
		[BT_EVENT_MARK] = true, [BT_EVENT_CONTROL] = true, [BT_EVENT_STOPPED] = true,
		[BT_EVENT_FAILURE] = true, [BT_EVENT_OOM] = true, [BT_EVENT_LOST] = true,
	};

	return listed[event->kind];
}

/* Of those listed, the newest being index 0; NULL beyond the oldest. */
static const struct bt_event *listed_at(const struct ui_app *app, unsigned index)
{
	uint64_t number = bt_session_event_last(app->session);

	for (; number && number >= bt_session_event_first(app->session); number--) {
		const struct bt_event *event = bt_session_event(app->session, number);

		if (event && is_listed(event) && !index--)
			return event;
	}
	return NULL;
}

static void go(struct ui_app *app)
{
	struct ui_jump jump = app->overlay.jump;
	const struct bt_event *event = listed_at(app, jump.selected);

	if (jump.line.length || !event) {
		if (ui_app_jump(app, jump.line.text, &app->overlay.jump.err))
			return;
	} else {
		ui_app_go_event(app, event);
	}
	ui_overlay_close(app);
}

static void jump_key(struct ui_app *app, int key)
{
	struct ui_jump *jump = &app->overlay.jump;

	switch (key) {
	case UI_KEY_ENTER:
		go(app);
		break;
	case UI_KEY_UP:
		jump->selected -= jump->selected > 0;
		break;
	case UI_KEY_DOWN:
		jump->selected += listed_at(app, jump->selected + 1) != NULL;
		break;
	default:
		if (ui_line_key(&jump->line, key))
			jump->err.code = 0;
	}
}

static void draw_list(struct ui_app *app, const struct ui_area *area)
{
	const struct ui_jump *jump = &app->overlay.jump;
	unsigned rows = (unsigned)(area->rect.rows > 0 ? area->rect.rows : 0);
	unsigned first = jump->selected >= rows ? jump->selected - rows + 1 : 0;
	bool chosen = !jump->line.length;

	if (!listed_at(app, 0))
		ui_put(area, 0, 2, UI_ROLE_DIM, "there are no marks yet; m makes one");
	for (unsigned row = 0; row < rows; row++) {
		const struct bt_event *event = listed_at(app, first + row);
		bool selected = chosen && first + row == jump->selected;
		char time[UI_TEXT];

		if (!event)
			break;
		if (selected)
			ui_put_glyph(area, (int)row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
		ui_put_right(area, (int)row, TIME_COLS - 1, UI_ROLE_DIM,
			     ui_event_time(app->model, event, time));
		ui_put(area, (int)row, TIME_COLS, ui_event_role(event->kind),
		       bt_event_kind_name[event->kind]);
		ui_put_cut(area, (int)row, TIME_COLS + KIND_COLS,
			   area->rect.cols - TIME_COLS - KIND_COLS,
			   selected ? UI_ROLE_SELECTED : UI_ROLE_NORMAL, event->text);
	}
}

static const char *hint(const struct ui_model *model)
{
	if (model->is_replay)
		return "5m from the beginning, +30s, -30s, 12:34:56 UTC, mark 2; or choose:";
	return model->status.virtual_clock ?
	       "90s by the virtual clock, -5m from now, a mark's text; or choose:" :
	       "12:34 or 12:34:56 UTC, -5m from now, a mark's text; or choose:";
}

static void jump_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_jump *jump = &app->overlay.jump;
	struct ui_area inside = ui_box(screen, JUMP_ROWS, JUMP_COLS, "Jump to a time",
				       "Enter go   Up Down choose   Esc cancel");
	struct ui_area list = ui_area_part(&inside, LIST_ROW, 0, inside.rect.rows - LIST_ROW,
					   inside.rect.cols);

	ui_put(&inside, 0, 0, UI_ROLE_KEY, ":");
	ui_line_draw(&jump->line, &inside, 0, 2);
	ui_put_cut(&inside, 1, 0, inside.rect.cols, jump->err.code ? UI_ROLE_BAD : UI_ROLE_DIM,
		   jump->err.code ? jump->err.text : hint(app->model));
	draw_list(app, &list);
}

static const struct ui_overlay_ops jump_ops = { .key = jump_key, .draw = jump_draw };

void ui_jump_open(struct ui_app *app)
{
	memset(&app->overlay.jump, 0, sizeof(app->overlay.jump));
	app->overlay.ops = &jump_ops;
}

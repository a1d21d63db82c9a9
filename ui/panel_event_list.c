// SPDX-License-Identifier: GPL-2.0
/* View 7: the whole event log, the newest first, and all about the selected one below. */
#include <string.h>

#include "ui/filter.h"
#include "ui/panel.h"

bool ui_event_fits(const struct ui_filter *filter, const struct bt_event *event)
{
	char generation[32] = "";
	const struct ui_filter_row row = {
		.number = -1, .node = -1,
		.texts = { bt_event_kind_name[event->kind], event->who, event->text, generation },
	};

	if (event->generation)
		snprintf(generation, sizeof(generation), "gen %llu",
			 (unsigned long long)event->generation);
	return ui_filter_fits(filter, &row);
}

const char *ui_event_instant(const struct ui_model *model, const struct bt_event *event,
			     char buf[UI_TEXT])
{
	if (model->status.virtual_clock)
		return ui_event_time(model, event, buf);
	bt_utc_text(event->utc_ns, buf, UI_TEXT);
	return buf;
}

/* ---- the list, newest first --------------------------------------------------------------- */

#define EVENTS_MAX 1024	/* as many as a session keeps */

struct list {
	unsigned count, selected;
	const struct bt_event *events[EVENTS_MAX];
};

/*
 * state->selected is the number of an event, so that the selection stays with it while others come;
 * 0, or one that has gone: the newest.
 */
static void build(struct list *list, const struct ui_model *model,
		  const struct ui_panel_state *state)
{
	uint64_t number = model->session ? bt_session_event_last(model->session) : 0;
	struct ui_filter filter;

	ui_filter_parse(&filter, state->filter);
	list->count = list->selected = 0;
	for (; number && list->count < EVENTS_MAX; number--) {
		const struct bt_event *event = bt_session_event(model->session, number);

		if (!event)
			break;
		if (!ui_event_fits(&filter, event))
			continue;
		if (number == state->selected)
			list->selected = list->count;
		list->events[list->count++] = event;
	}
}

const struct bt_event *ui_event_selected(const struct ui_model *model,
					 const struct ui_panel_state *state)
{
	struct list list;

	build(&list, model, state);
	return list.count ? list.events[list.selected] : NULL;
}

/* ---- columns ---------------------------------------------------------------------------- */

struct columns {
	int time, age, kind, who, generation, text;	/* where each begins; -1: no room */
};

static struct columns columns_for(int cols)
{
	if (cols >= 100)
		return (struct columns){ 2, 13, 23, 33, 48, 57 };
	if (cols >= 70)
		return (struct columns){ 2, 13, -1, 23, -1, 36 };
	return (struct columns){ 2, -1, -1, -1, -1, 13 };
}

static const char *age_text(const struct ui_model *model, const struct bt_event *event,
			    char buf[UI_TEXT])
{
	uint64_t now_ns = model->status.now_ns;

	/* Before the first sample there is no clock to measure with. */
	if (!event->mono_ns)
		return strcpy(buf, "?");
	return ui_text_clock(now_ns > event->mono_ns ? now_ns - event->mono_ns : 0, buf);
}

static void draw_heads(const struct ui_model *model, const struct ui_area *area)
{
	struct columns at = columns_for(area->rect.cols);

	ui_put(area, 0, at.time, UI_ROLE_DIM, model->status.virtual_clock ? "clock" : "UTC");
	if (at.age >= 0)
		ui_put(area, 0, at.age, UI_ROLE_DIM, "age");
	if (at.kind >= 0)
		ui_put(area, 0, at.kind, UI_ROLE_DIM, "kind");
	if (at.who >= 0)
		ui_put(area, 0, at.who, UI_ROLE_DIM, at.kind >= 0 ? "who" : "kind");
	if (at.generation >= 0)
		ui_put(area, 0, at.generation, UI_ROLE_DIM, "gen");
	ui_put(area, 0, at.text, UI_ROLE_DIM, "what");
}

static void draw_event(const struct ui_model *model, const struct bt_event *event, bool selected,
		       const struct ui_area *area, int row)
{
	struct columns at = columns_for(area->rect.cols);
	enum ui_role role = ui_event_role(event->kind);
	char text[UI_TEXT];

	if (selected)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	ui_put(area, row, at.time, selected ? UI_ROLE_SELECTED : UI_ROLE_NORMAL,
	       ui_event_time(model, event, text));
	if (at.age >= 0)
		ui_put(area, row, at.age, UI_ROLE_DIM, age_text(model, event, text));
	/* Where columns are few, the kind stands in the place of who. */
	if (at.who >= 0)
		ui_put(area, row, at.kind >= 0 ? at.kind : at.who, role,
		       bt_event_kind_name[event->kind]);
	if (at.kind >= 0)
		ui_put_cut(area, row, at.who, at.generation - at.who - 1, UI_ROLE_DIM, event->who);
	if (at.generation >= 0 && event->generation)
		ui_putf(area, row, at.generation, UI_ROLE_DIM, "%llu",
			(unsigned long long)event->generation);
	ui_put_cut(area, row, at.text, area->rect.cols - at.text - 1,
		   at.who >= 0 ? UI_ROLE_NORMAL : role, event->text);
}

/* ---- the selected event ------------------------------------------------------------------- */

#define DETAIL_ROWS 5	/* a rule, two lines, and two more for a long text */
#define DETAIL_FROM 10

/* "order 0 -> 3" in its parts; false: not of this form. */
static bool split_change(const struct bt_event *event, char parts[3][sizeof(event->text)])
{
	const char *arrow = strstr(event->text, " -> "), *space = strchr(event->text, ' ');

	if (event->kind != BT_EVENT_CONTROL || !arrow || !space || space >= arrow)
		return false;
	snprintf(parts[0], sizeof(event->text), "%.*s", (int)(space - event->text), event->text);
	snprintf(parts[1], sizeof(event->text), "%.*s", (int)(arrow - space - 1), space + 1);
	snprintf(parts[2], sizeof(event->text), "%s", arrow + 4);
	return true;
}

static void draw_detail(const struct ui_model *model, const struct bt_event *event,
			const struct ui_area *area)
{
	char text[UI_TEXT], age[UI_TEXT], parts[3][sizeof(event->text)];
	struct ui_area line = ui_area_part(area, 0, 0, 1, area->rect.cols);
	struct ui_row row = { 0 };
	int at = 2;

	ui_area_fill(&line, area->canvas->glyphs->glyph[UI_GLYPH_HLINE], UI_ROLE_RULE);
	ui_row_add(&row, 0, ui_event_role(event->kind), "", "%s", bt_event_kind_name[event->kind]);
	ui_row_add(&row, 1, UI_ROLE_NORMAL, "at", "%s", ui_event_instant(model, event, text));
	ui_row_add(&row, 3, UI_ROLE_NORMAL, "age", "%s", age_text(model, event, age));
	ui_row_add(&row, 2, UI_ROLE_NORMAL, "who", "%s", event->who);
	if (event->generation)
		ui_row_add(&row, 4, UI_ROLE_NORMAL, "generation", "%llu",
			   (unsigned long long)event->generation);
	ui_row_add(&row, 5, UI_ROLE_DIM, "", "number %llu", (unsigned long long)event->number);
	ui_row_add_right(&row, 6, UI_ROLE_DIM, "", "Enter: go to this time");
	ui_row_draw(&row, area, 1, 0, area->rect.cols);
	if (split_change(event, parts)) {
		row = (struct ui_row){ 0 };
		ui_row_add(&row, 0, UI_ROLE_STRONG, "", "%s", parts[0]);
		ui_row_add(&row, 1, UI_ROLE_NORMAL, "old", "%s", parts[1]);
		ui_row_add(&row, 0, UI_ROLE_STRONG, "new", "%s", parts[2]);
		ui_row_draw(&row, area, at, 0, area->rect.cols);
	} else {
		ui_put_wrapped(area, at, 0, area->rect.cols, UI_ROLE_STRONG, event->text);
	}
}

/* ---- the panel -------------------------------------------------------------------------- */

static int list_rows(int rows)
{
	int left = rows - 1 - (rows >= DETAIL_FROM ? DETAIL_ROWS : 0);

	return left > 0 ? left : 0;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	unsigned rows = (unsigned)list_rows(area->rect.rows), first;
	struct ui_area part;
	struct list list;

	build(&list, model, state);
	if (!list.count) {
		ui_put(area, 0, 0, UI_ROLE_DIM, state->filter[0] ? "no event fits the filter" :
						"nothing has happened yet");
		return;
	}
	draw_heads(model, area);
	first = list.selected >= rows ? list.selected - rows + 1 : 0;
	for (unsigned i = 0; i < rows && first + i < list.count; i++)
		draw_event(model, list.events[first + i], first + i == list.selected, area,
			   (int)i + 1);
	if (first + rows < list.count)
		ui_put_glyph(area, (int)rows, area->rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
	part = ui_area_part(area, (int)rows + 1, 0, DETAIL_ROWS, area->rect.cols);
	if (part.rect.rows == DETAIL_ROWS)
		draw_detail(model, list.events[list.selected], &part);
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	struct list list;

	build(&list, model, state);
	return list.count;
}

static bool move(const struct ui_model *model, struct ui_panel_state *state,
		 const struct ui_rect *inside, enum ui_move how)
{
	int page = list_rows(inside->rows) > 1 ? list_rows(inside->rows) : 1, to;
	const int by[UI_MOVES] = {
		[UI_MOVE_UP] = -1, [UI_MOVE_DOWN] = 1,
		[UI_MOVE_PAGE_UP] = -page, [UI_MOVE_PAGE_DOWN] = page,
	};
	struct list list;

	if (!by[how])
		return false;
	build(&list, model, state);
	if (!list.count)
		return true;
	to = (int)list.selected + by[how];
	to = to < 0 ? 0 : to >= (int)list.count ? (int)list.count - 1 : to;
	/* At the top the selection follows what is new. */
	state->selected = to ? (unsigned)list.events[to]->number : 0;
	return true;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_event *newest;
	const struct ui_panel_state all = { 0 };
	struct list list;

	build(&list, model, &all);
	newest = list.count ? list.events[0] : NULL;
	if (only && newest)
		ui_row_add(row, 0, ui_event_role(newest->kind), "", "%.60s", newest->text);
	ui_row_add(row, 1, UI_ROLE_DIM, "", "%u, newest first", list.count);
}

const struct ui_panel_ops ui_panel_event_list = {
	.title = "Events",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.move = move,
	.selects = true,
	.filters = true,
};

// SPDX-License-Identifier: GPL-2.0
/* The processes with the most memory, and how it changes: so one sees who is being squeezed. */
#include <stdio.h>
#include <string.h>

#include "ui/chart.h"
#include "ui/reading.h"
#include "ui/panel.h"
#include "ui/tasks.h"

#define BAR_MIN_COLS 8
#define BAR_MAX_COLS 60

struct view {
	const struct ui_model *model;
	const struct bt_frame_tasks *tasks;
	const struct bt_frame_task *shown[BT_MAX_TASKS];	/* those that fit the filter */
	unsigned count;
	uint64_t most_bytes;
};

static uint64_t sum_of(const struct bt_frame_task *task)
{
	return (task->rss_bytes == BT_UNKNOWN ? 0 : task->rss_bytes) +
	       (task->swap_bytes == BT_UNKNOWN ? 0 : task->swap_bytes);
}

static struct view view_of(const struct ui_model *model, const struct ui_panel_state *state)
{
	struct view view = { .model = model, .tasks = model->frame ? &model->frame->tasks : NULL };
	struct ui_filter filter;

	ui_filter_parse(&filter, state->filter);
	for (unsigned i = 0; view.tasks && i < view.tasks->count; i++) {
		const struct bt_frame_task *task = &view.tasks->task[i];
		const struct ui_filter_row row = { .number = (long)task->pid, .node = -1,
						   .texts = { task->name } };

		if (sum_of(task) > view.most_bytes)
			view.most_bytes = sum_of(task);
		if (ui_filter_fits(&filter, &row))
			view.shown[view.count++] = task;
	}
	return view;
}

/* ---- columns ------------------------------------------------------------------------------ */

static const char *state_text(const struct bt_frame_task *task, enum ui_role *role)
{
	static const struct {
		char letter;
		const char *word;
	} words[] = {
		{ 'R', "running" }, { 'S', "sleeping" }, { 'D', "waiting" }, { 'T', "stopped" },
		{ 't', "traced" },  { 'Z', "zombie" },	 { 'I', "idle" },    { 'X', "dead" },
	};

	*role = task->state[0] == 'D' ? UI_ROLE_WARN : UI_ROLE_DIM;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(words); i++) {
		if (task->state[0] == words[i].letter)
			return words[i].word;
	}
	return "?";
}

/* "+1.20Mi", "-3.00Mi", "0"; "new" where the process was not there. */
static void change_text(const struct view *view, const struct bt_frame_tasks *since,
			const struct bt_frame_task *task, char buf[UI_TEXT], enum ui_role *role)
{
	const struct bt_frame_task *before = ui_tasks_find(since, task);
	uint64_t now = task->rss_bytes, then;
	char text[UI_TEXT];

	*role = UI_ROLE_DIM;
	snprintf(buf, UI_TEXT, "%s", since->state == BT_DETAIL_KNOWN ? "new" : "?");
	if (!before || before->rss_bytes == BT_UNKNOWN || now == BT_UNKNOWN)
		return;
	then = before->rss_bytes;
	if (now == then) {
		snprintf(buf, UI_TEXT, "0");
		return;
	}
	*role = now < then ? UI_ROLE_WARN : UI_ROLE_NORMAL;
	ui_text_narrow(&view->model->units, now < then ? then - now : now - then, text);
	snprintf(buf, UI_TEXT, "%c%.8s", now < then ? '-' : '+', text);
}

enum column { PID, NAME, STATE, BAR, RESIDENT, SWAPPED, CHANGE, SINCE, SCORE, ADJUST, COLUMNS };

static const struct {
	int cols, from_cols;	/* shown where the panel is so wide */
	bool left;
} columns[COLUMNS] = {
	[PID] = { 8, 0, false },	[NAME] = { 17, 0, true },
	[STATE] = { 10, 100, true },	[BAR] = { 0, 60, true },
	[RESIDENT] = { 9, 0, false },	[SWAPPED] = { 9, 50, false },
	[CHANGE] = { 10, 100, false },	[SINCE] = { 10, 40, false },
	[SCORE] = { 11, 72, false },	[ADJUST] = { 9, 110, false },
};

static const char *const zone_heads[COLUMNS] = {
	"pid", "name", "state", "memory", "resident", "swapped", "change", "since", "OOM score", "adjust",
};

static void text_of(const struct view *view, enum column column, const struct bt_frame_task *task,
		    char buf[UI_TEXT], enum ui_role *role)
{
	const struct ui_model *model = view->model;

	*role = UI_ROLE_NORMAL;
	switch (column) {
	case PID:
		snprintf(buf, UI_TEXT, "%u", task->pid);
		*role = UI_ROLE_DIM;
		break;
	case NAME:
		snprintf(buf, UI_TEXT, "%s", task->name);
		break;
	case STATE:
		snprintf(buf, UI_TEXT, "%s", state_text(task, role));
		break;
	case RESIDENT:
		ui_text_narrow(&model->units, task->rss_bytes, buf);
		*role = UI_ROLE_STRONG;
		break;
	case SWAPPED:
		ui_text_narrow(&model->units, task->swap_bytes, buf);
		*role = task->swap_bytes ? UI_ROLE_WARN : UI_ROLE_RULE;
		break;
	case CHANGE:
		change_text(view, &model->tasks->before, task, buf, role);
		break;
	case SINCE:
		change_text(view, &model->tasks->first, task, buf, role);
		break;
	case SCORE:
		snprintf(buf, UI_TEXT, task->oom_score == BT_UNKNOWN ? "?" : "%llu",
			 (unsigned long long)task->oom_score);
		break;
	default:
		snprintf(buf, UI_TEXT, task->oom_score_adj == BT_UNKNOWN_SIGNED ? "?" : "%lld",
			 (long long)task->oom_score_adj);
		*role = UI_ROLE_DIM;
	}
}

/* What is resident, and behind it, in another glyph, what is in swap. */
static void draw_bar(const struct view *view, const struct bt_frame_task *task,
		     const struct ui_area *area, int row, int col, int width)
{
	wchar_t swapped = ui_shade_char(area->canvas->glyphs, 0.4);
	double scale = view->most_bytes ? width / (double)view->most_bytes : 0;
	int sum = (int)((double)sum_of(task) * scale + 0.5);
	int rss = (int)((double)(sum_of(task) - (task->swap_bytes == BT_UNKNOWN ? 0 :
						 task->swap_bytes)) * scale + 0.5);

	for (int i = 0; i < sum; i++) {
		if (i < rss)
			ui_put_glyph(area, row, col + i, UI_ROLE_GRAPH_A, UI_GLYPH_BAR);
		else
			ui_put_char(area, row, col + i, UI_ROLE_WARN, swapped);
	}
}

static int bar_cols(int cols)
{
	int room = cols - 1;

	for (unsigned i = 0; i < COLUMNS; i++)
		room -= cols >= columns[i].from_cols ? columns[i].cols : 0;
	return room < BAR_MIN_COLS ? 0 : room > BAR_MAX_COLS ? BAR_MAX_COLS : room;
}

/* task NULL: the heads. */
static void draw_row(const struct view *view, const struct bt_frame_task *task,
		     const struct ui_area *area, int row)
{
	int col = 0;

	for (unsigned i = 0; i < COLUMNS; i++) {
		int width = i == BAR ? bar_cols(area->rect.cols) : columns[i].cols;
		enum ui_role role = UI_ROLE_DIM;
		char text[UI_TEXT];

		if (area->rect.cols < columns[i].from_cols)
			continue;
		snprintf(text, sizeof(text), "%s", zone_heads[i]);
		if (task && i == BAR)
			draw_bar(view, task, area, row, col, width - 1);
		else if (task)
			text_of(view, i, task, text, &role);
		if (columns[i].left && (i != BAR || !task) && width > 8)
			ui_put_cut(area, row, col + 1, width - 2, role, text);
		else if (i != BAR)
			ui_put_right(area, row, col + width - (i == PID), role, text);
		col += width;
	}
}

/* ---- the panel ---------------------------------------------------------------------------- */

static void draw_facts(const struct view *view, const struct ui_area *area)
{
	const struct bt_frame_tasks *tasks = view->tasks;
	const struct ui_tasks *follow = view->model->tasks;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, UI_ROLE_NORMAL, "processes", "%llu",
		   (unsigned long long)tasks->processes);
	ui_row_add(&row, 3, UI_ROLE_DIM, "read", "%s",
		   ui_reading_age(view->model, tasks->mono_ns, text));
	ui_row_add(&row, 4, UI_ROLE_DIM, "in", "%s",
		   ui_text_latency(&view->model->units, tasks->read_ns, text));
	if (follow->first.state == BT_DETAIL_KNOWN)
		ui_row_add(&row, 1, UI_ROLE_DIM, "since", "%s ago",
			   ui_text_clock(tasks->mono_ns - follow->first.mono_ns, text));
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct view view = view_of(model, state);
	const char *why = ui_reading_why_not(model, view.tasks ? view.tasks->state : 0);
	unsigned selected = state->selected < view.count ? state->selected : 0;
	int rows = area->rect.rows - 2;
	unsigned first = (int)selected >= rows && rows > 0 ? selected - (unsigned)rows + 1 : 0;

	if (why) {
		ui_put(area, 0, 0, UI_ROLE_NORMAL, why);
		return;
	}
	draw_facts(&view, area);
	draw_row(&view, NULL, area, 1);
	for (int row = 2; row - 2 < rows && first < view.count; row++, first++) {
		draw_row(&view, view.shown[first], area, row);
		if (first == selected)
			ui_put_glyph(area, row, 0, UI_ROLE_KEY, UI_GLYPH_POINTER);
	}
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_frame_tasks *tasks = model->frame ? &model->frame->tasks : NULL;
	const char *why = ui_reading_why_not(model, tasks ? tasks->state : 0);
	char text[UI_TEXT];

	(void)only;
	if (why) {
		ui_row_add(row, 0, UI_ROLE_DIM, "", "%s", why);
		return;
	}
	if (!tasks->count)
		return;
	ui_row_add(row, 0, UI_ROLE_STRONG, "most memory", "%s", tasks->task[0].name);
	ui_row_add(row, 1, UI_ROLE_NORMAL, "", "%s",
		   ui_text_bytes(&model->units, sum_of(&tasks->task[0]), text));
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	return view_of(model, state).count;
}

const struct ui_panel_ops ui_panel_tasks = {
	.title = "Tasks",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.selects = true,
	.filters = true,
	.wants = BT_WANT_TASKS,
};

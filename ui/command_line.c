// SPDX-License-Identifier: GPL-2.0
/* The command line at the foot of the screen: what is typed, would be done, and could follow. */
#include <string.h>

#include "session/load.h"
#include "ui/app.h"
#include "ui/text.h"

#define NAME_COLS 18
#define CANDIDATE_COLS 78	/* from twice this width two columns */
#define CANDIDATE_ROWS 8
#define FOOT_ROWS 3		/* what it means, what is expected, the line itself */

static void look_up(struct ui_app *app)
{
	struct ui_command_line *edit = &app->overlay.command;
	struct bt_config config;
	const struct ui_complete_world world = {
		.machine = app->model->machine,
		.config = &config,
		.undo = app->draft.on ? &app->draft.undo : &app->undo,
		.session = app->session,
		.loads = app->loads,
	};

	ui_app_config(app, &config);
	ui_complete(&world, edit->line.text, edit->line.cursor, &edit->completion);
	edit->chosen = -1;
}

/* ---- keys ------------------------------------------------------------------------------- */

static void put_candidate(struct ui_app *app, unsigned which)
{
	struct ui_command_line *edit = &app->overlay.command;

	edit->chosen = (int)which;
	ui_line_replace(&edit->line, edit->completion.from,
			edit->completion.candidates[which].text);
}

/* The only candidate with a blank, else what all have in common, else one after the other. */
static void complete(struct ui_app *app, bool back)
{
	struct ui_command_line *edit = &app->overlay.command;
	struct ui_completion *completion = &edit->completion;
	unsigned count = completion->count, common = ui_complete_common(completion);
	char text[UI_CANDIDATE_TEXT + 1];

	if (edit->chosen >= 0 || (count > 1 && common <= edit->line.cursor - completion->from)) {
		put_candidate(app, edit->chosen < 0 ? (back ? count - 1 : 0) :
				   ((unsigned)edit->chosen + (back ? count - 1 : 1)) % count);
		return;
	}
	if (!count)
		return;
	snprintf(text, sizeof(text), "%.*s%s", (int)common, completion->candidates[0].text,
		 count == 1 && !completion->candidates[0].open ? " " : "");
	ui_line_replace(&edit->line, completion->from, text);
	look_up(app);
}

static void recall(struct ui_app *app, bool back)
{
	struct ui_command_line *edit = &app->overlay.command;
	const char *line;

	if (!edit->recalling) {
		edit->recalling = true;
		edit->recall_at = app->recall.count;
		snprintf(edit->typed, sizeof(edit->typed), "%s", edit->line.text);
	}
	line = ui_recall_find(&app->recall, edit->typed, &edit->recall_at, back);
	if (!line && back)
		return;
	if (!line)
		edit->recall_at = app->recall.count;
	ui_line_set(&edit->line, line ? line : edit->typed);
	look_up(app);
}

/* What is run may open another overlay: this one closes first; an error opens it again. */
static void run(struct ui_app *app)
{
	struct ui_command_line mine = app->overlay.command;
	struct bt_err err = { 0 };

	ui_recall_add(&app->recall, mine.line.text);
	ui_overlay_close(app);
	if (!ui_command_run(app, mine.line.text, &err))
		return;
	app->message[0] = '\0';
	ui_command_line_open(app);
	ui_line_set(&app->overlay.command.line, mine.line.text);
	app->overlay.command.err = err;
	look_up(app);
}

static void command_key(struct ui_app *app, int key)
{
	struct ui_command_line *edit = &app->overlay.command;

	switch (key) {
	case UI_KEY_ENTER:
		run(app);
		break;
	case UI_KEY_TAB:
	case UI_KEY_BACK_TAB:
		complete(app, key == UI_KEY_BACK_TAB);
		break;
	case UI_KEY_UP:
	case UI_KEY_DOWN:
		recall(app, key == UI_KEY_UP);
		break;
	default:
		if (!ui_line_key(&edit->line, key))
			return;
		edit->err.code = 0;
		edit->recalling = false;
		look_up(app);
	}
}

/* ---- drawing ---------------------------------------------------------------------------- */

/* The config that a line of assignments, or that names a load, leads to; false: it is another. */
static bool is_config(struct ui_app *app, const char *line, struct bt_config *config)
{
	static const char word[] = "load ";
	const struct bt_load *load;
	char name[UI_LINE_MAX];

	if (strncmp(line, word, strlen(word)))
		return !ui_control_assign(config, line, &app->model->limits, NULL);
	line += strspn(line + strlen(word), " ") + strlen(word);
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
	return !bt_loads_find(app->loads, name, &load, NULL) &&
	       !bt_session_load_config(app->session, load, config, NULL, NULL);
}

/* What Enter would do: the rows that change; or why it was refused. */
static void draw_meaning(struct ui_app *app, const struct ui_area *area, int row)
{
	const struct ui_command_line *edit = &app->overlay.command;
	struct bt_config before, after;
	char text[UI_CONTROL_TEXT];
	struct bt_err err;

	if (edit->err.code) {
		ui_put_wrapped(area, row > 0 ? row - 1 : row, 0, area->rect.cols, UI_ROLE_BAD,
			       edit->err.text);
		return;
	}
	ui_app_config(app, &before);
	after = before;
	if (!is_config(app, edit->line.text + strspn(edit->line.text, " :"), &after))
		return;
	if (bt_config_check(&after, &app->model->limits, &err))
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_WARN, err.text);
	else
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_GOOD,
			   ui_control_text(&before, &after, text, sizeof(text)));
}

static void draw_candidate(const struct ui_area *area, int row, int col, int width,
			   const struct ui_candidate *candidate, bool chosen)
{
	int end = ui_put_cut(area, row, col, width, chosen ? UI_ROLE_SELECTED : UI_ROLE_KEY,
			     candidate->text);

	end = end < col + NAME_COLS ? col + NAME_COLS : end + 2;
	if (end < col + width)
		ui_put_cut(area, row, end, col + width - end, UI_ROLE_DIM, candidate->help);
}

static void draw_candidates(const struct ui_command_line *edit, const struct ui_area *area)
{
	int columns = area->rect.cols >= 2 * CANDIDATE_COLS ? 2 : 1, rows = area->rect.rows;
	int width = (area->rect.cols - 2 * (columns - 1)) / columns, first = 0;
	int room = rows * columns, count = (int)edit->completion.count;

	while (edit->chosen >= first + room)
		first += room;
	for (int i = first; i < first + room && i < count; i++)
		draw_candidate(area, (i - first) % rows, (i - first) / rows * (width + 2), width,
			       &edit->completion.candidates[i], i == edit->chosen);
}

static void draw_rule(const struct ui_command_line *edit, const struct ui_area *area, int room)
{
	const struct ui_completion *completion = &edit->completion;
	char title[64] = "Command", keys[64] = "Tab completes   Up Down history   Esc";

	ui_area_fill(area, area->canvas->glyphs->glyph[UI_GLYPH_HLINE], UI_ROLE_RULE);
	if ((int)completion->count > room)
		snprintf(title, sizeof(title), "Command, %u%s candidates", completion->count,
			 completion->more ? "+" : "");
	ui_put_char(area, 0, 1, UI_ROLE_NORMAL, L' ');
	ui_put_char(area, 0, ui_put_cut(area, 0, 2, area->rect.cols - 3, UI_ROLE_FOCUS, title),
		    UI_ROLE_NORMAL, L' ');
	if (area->rect.cols < (int)(strlen(title) + strlen(keys)) + 8)
		return;
	ui_putf_right(area, 0, area->rect.cols - 1, UI_ROLE_DIM, " %s ", keys);
}

static void command_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_command_line *edit = &app->overlay.command;
	int rows = screen->rect.rows, cols = screen->rect.cols, count;
	int columns = cols >= 2 * CANDIDATE_COLS ? 2 : 1;
	int foot = rows < FOOT_ROWS ? rows : FOOT_ROWS;
	struct ui_area box, part;

	count = ((int)edit->completion.count + columns - 1) / columns;
	if (count > CANDIDATE_ROWS)
		count = CANDIDATE_ROWS;
	if (count > rows - foot - 1)
		count = rows - foot - 1 > 0 ? rows - foot - 1 : 0;
	box = ui_area_part(screen, rows - foot - count - 1, 0, foot + count + 1, cols);
	if (rows <= foot)
		box = ui_area_part(screen, 0, 0, rows, cols);
	ui_area_fill(&box, L' ', UI_ROLE_NORMAL);
	rows = box.rect.rows;
	if (rows > foot) {
		part = ui_area_part(&box, 0, 0, 1, cols);
		draw_rule(edit, &part, count * columns);
		part = ui_area_part(&box, 1, 0, count, cols);
		draw_candidates(edit, &part);
	}
	if (rows >= 3 && !edit->err.code)
		ui_put_cut(&box, rows - 3, 0, cols, UI_ROLE_DIM, edit->completion.hint);
	if (rows >= 2)
		draw_meaning(app, &box, rows - 2);
	ui_put(&box, rows - 1, 0, UI_ROLE_KEY, ":");
	ui_line_draw(&edit->line, &box, rows - 1, 1);
}

static const struct ui_overlay_ops command_ops = { .key = command_key, .draw = command_draw };

void ui_command_line_open(struct ui_app *app)
{
	memset(&app->overlay.command, 0, sizeof(app->overlay.command));
	app->overlay.ops = &command_ops;
	look_up(app);
}

// SPDX-License-Identifier: GPL-2.0
/* The set-up screen: what it shows and what its keys do. Every change is in force at once. */
#include <string.h>

#include "ui/app.h"
#include "ui/chart.h"
#include "ui/control.h"

/* ---- lines of the screen ---------------------------------------------------------------- */

enum line_kind { LINE_HEAD, LINE_SETTING, LINE_PANEL, LINE_ROLES, LINE_GRAPHS, LINE_GLYPHS };

struct line {
	enum line_kind kind;
	const char *text;	/* heading; name of a view, at its first panel */
	unsigned which;		/* setting, panel, row of roles, glyph set */
};

#define LINES_MAX 64

struct lines {
	struct line line[LINES_MAX];
	unsigned count;
};

static void add(struct lines *lines, enum line_kind kind, const char *text, unsigned which)
{
	if (lines->count < LINES_MAX)
		lines->line[lines->count++] = (struct line){ kind, text, which };
}

static void add_panels(struct lines *lines)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels), first = lines->count;

		for (unsigned i = 0; i < count; i++) {
			if (ui_panels[panels[i]])
				add(lines, LINE_PANEL,
				    lines->count == first ? ui_views[view].name : "", panels[i]);
		}
	}
}

static void collect(struct lines *lines)
{
	lines->count = 0;
	add(lines, LINE_HEAD, "Colours", 0);
	add(lines, LINE_SETTING, "", UI_SETTING_THEME);
	add(lines, LINE_ROLES, "", 0);
	add(lines, LINE_ROLES, "", 1);
	add(lines, LINE_GRAPHS, "", 0);
	add(lines, LINE_HEAD, "Characters", 0);
	add(lines, LINE_SETTING, "", UI_SETTING_GLYPHS);
	for (unsigned i = 0; ui_glyph_sets[i]; i++)
		add(lines, LINE_GLYPHS, "", i);
	add(lines, LINE_HEAD, "Time and units", 0);
	add(lines, LINE_SETTING, "", UI_SETTING_INTERVAL);
	add(lines, LINE_SETTING, "", UI_SETTING_BYTES);
	add(lines, LINE_SETTING, "", UI_SETTING_LATENCY);
	add(lines, LINE_HEAD, "Views and their panels", 0);
	add(lines, LINE_SETTING, "", UI_SETTING_VIEW);
	add_panels(lines);
}

static bool can_be_selected(const struct line *line)
{
	return line->kind == LINE_SETTING || line->kind == LINE_PANEL;
}

/* The line of a row that can be selected; the last one for a number that is too large. */
static unsigned line_of_row(const struct lines *lines, unsigned row)
{
	unsigned at = 0;

	for (unsigned i = 0; i < lines->count; i++) {
		if (!can_be_selected(&lines->line[i]))
			continue;
		at = i;
		if (!row--)
			break;
	}
	return at;
}

static unsigned count_rows(const struct lines *lines)
{
	unsigned rows = 0;

	for (unsigned i = 0; i < lines->count; i++)
		rows += can_be_selected(&lines->line[i]);
	return rows;
}

/* ---- keys ------------------------------------------------------------------------------- */

/* A set of characters that the locale has not is passed over. */
static void step_choice(struct ui_app *app, const struct ui_setting_choice *choice, int by)
{
	struct ui_settings *now = &app->setup.now;
	unsigned count = 0, at = choice->get(now);

	while (choice->name(count))
		count++;
	do {
		at = (at + count + (unsigned)by) % count;
		choice->set(now, at);
	} while (now->glyphs && !ui_glyphs_fit(now->glyphs, app->codeset));
}

static void step_interval(struct ui_app *app, int by)
{
	uint64_t ms = app->model->status.interval_ns / BT_NS_PER_MS;
	struct bt_err err;

	if (!ms)
		ui_app_say(app, UI_ROLE_WARN, "time is stepped here (:step)");
	else if (ui_app_set_interval(app, ui_step_125(ms, by > 0) * BT_NS_PER_MS, &err))
		ui_app_say_error(app, &err);
}

static void toggle_panel(struct ui_app *app, enum ui_panel panel)
{
	struct ui_settings *now = &app->setup.now;
	bool show = now->hidden & UI_PANEL_BIT(panel);

	if (!ui_settings_show_panel(now, panel, show))
		ui_app_say(app, UI_ROLE_WARN, "not possible: a view keeps at least one panel");
	app->setup.touched |= UI_SETTING_BIT(UI_SETTING_HIDDEN);
}

static void change(struct ui_app *app, int by)
{
	const struct ui_setting_choice *choice;
	const struct line *line;
	struct lines lines;

	collect(&lines);
	line = &lines.line[line_of_row(&lines, app->setup.selected)];
	if (line->kind == LINE_PANEL) {
		toggle_panel(app, line->which);
	} else {
		choice = ui_setting_choice(line->which);
		if (choice)
			step_choice(app, choice, by);
		else
			step_interval(app, by);
		app->setup.touched |= UI_SETTING_BIT(line->which);
	}
	ui_setup_follow_session(app);
	ui_setup_apply(app);
}

static void restore_defaults(struct ui_app *app)
{
	struct ui_settings settings;
	struct bt_err err;

	ui_settings_default(&settings);
	if (app->model->status.interval_ns)
		ui_app_set_interval(app, settings.interval_ns, &err);
	app->setup.now = settings;
	app->setup.touched = (1u << UI_SETTING_COUNT) - 1;
	ui_setup_apply(app);
	ui_app_say(app, UI_ROLE_NORMAL, "defaults are in force; S saves them");
}

static void save(struct ui_app *app)
{
	struct bt_err err;

	if (app->setup.file && app->setup.file->path[0] && !ui_setup_unsaved(app))
		ui_app_say(app, UI_ROLE_NORMAL, "nothing to save: %s says so already",
			   app->setup.file->path);
	else if (ui_setup_save(app, &err))
		ui_app_say_error(app, &err);
	else
		ui_app_say(app, UI_ROLE_GOOD, "saved: %s", app->setup.file->path);
}

static void setup_key(struct ui_app *app, int key)
{
	struct lines lines;
	unsigned rows;

	collect(&lines);
	rows = count_rows(&lines);
	switch (key) {
	case UI_KEY_DOWN:
	case 'j':
		app->setup.selected = (app->setup.selected + 1) % rows;
		break;
	case UI_KEY_UP:
	case 'k':
		app->setup.selected = (app->setup.selected + rows - 1) % rows;
		break;
	case UI_KEY_RIGHT:
	case 'l':
	case ' ':
	case UI_KEY_ENTER:
		change(app, 1);
		break;
	case UI_KEY_LEFT:
	case 'h':
		change(app, -1);
		break;
	case 'R':
		restore_defaults(app);
		break;
	case 'S':
	case 's':
		save(app);
		break;
	case UI_KEY_F0 + 2:
	case 'q':
		ui_overlay_close(app);
		break;
	}
}

/* ---- drawing ---------------------------------------------------------------------------- */

#define SETUP_COLS 78
#define VALUE_COL 15
#define NOTE_COL 30
#define NOTE_MIN_COLS 20
#define PANEL_COL 25	/* behind the longest name of a view */
#define ROOMY_COLS 60

/* Samples stand below the values where there is room. */
static int sample_col(const struct ui_area *area)
{
	return area->rect.cols >= ROOMY_COLS ? VALUE_COL : 2;
}

static void draw_roles(const struct ui_area *area, int row, unsigned which)
{
	static const struct {
		unsigned row;
		enum ui_role role;
		const char *word;
	} samples[] = {
		{ 0, UI_ROLE_NORMAL, "text" }, { 0, UI_ROLE_DIM, "label" },
		{ 0, UI_ROLE_STRONG, "number" }, { 0, UI_ROLE_TITLE, "title" },
		{ 0, UI_ROLE_FOCUS, "focus" }, { 0, UI_ROLE_KEY, "key" },
		{ 0, UI_ROLE_RULE, "rule" },
		{ 1, UI_ROLE_GOOD, "good" }, { 1, UI_ROLE_WARN, "warning" },
		{ 1, UI_ROLE_BAD, "bad" }, { 1, UI_ROLE_BADGE, " BADGE " },
		{ 1, UI_ROLE_ALARM, " ALARM " }, { 1, UI_ROLE_SELECTED, "selected" },
	};
	int col = sample_col(area);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(samples); i++) {
		if (samples[i].row == which)
			col = ui_put(area, row, col, samples[i].role, samples[i].word) + 1;
	}
}

static void draw_graphs(const struct ui_area *area, int row)
{
	static const enum ui_role graphs[] = { UI_ROLE_GRAPH_A, UI_ROLE_GRAPH_B, UI_ROLE_GRAPH_C };
	int col = sample_col(area);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(graphs); i++, col += 5)
		ui_bar(area, row, col, 4, 0.999, graphs[i]);
	col = ui_put(area, row, col + 1, UI_ROLE_DIM, "few ");
	for (unsigned i = 0; i < 2 * UI_HEAT_STEPS; i++)
		ui_put_heat(area, row, col++, (i + 1) / (2.0 * UI_HEAT_STEPS));
	ui_put(area, row, col, UI_ROLE_DIM, " many");
}

static int put_chars(const struct ui_area *area, int row, int col, const wchar_t *text)
{
	for (; *text; text++)
		ui_put_char(area, row, col++, UI_ROLE_NORMAL, *text);
	return col + 1;
}

static void draw_glyphs(const struct ui_app *app, const struct ui_area *area, int row,
			const struct ui_glyphs *set)
{
	const wchar_t corner[] = {
		set->glyph[UI_GLYPH_TOP_LEFT], set->glyph[UI_GLYPH_HLINE],
		set->glyph[UI_GLYPH_TOP_RIGHT], set->glyph[UI_GLYPH_VLINE],
		set->glyph[UI_GLYPH_POINTER], set->glyph[UI_GLYPH_ELLIPSIS], L'\0',
	};
	int col = ui_putf(area, row, sample_col(area), UI_ROLE_DIM, "%-8s ", set->name);

	if (!ui_glyphs_fit(set, app->codeset)) {
		ui_put(area, row, col, UI_ROLE_DIM, "not in this locale, which is not UTF-8");
		return;
	}
	col = put_chars(area, row, col, corner);
	col = put_chars(area, row, col, set->level + 1);
	col = put_chars(area, row, col, set->shade + 1);
	if (set->braille)
		put_chars(area, row, col, L"\u28c0\u2860\u2814\u280a\u2809");
}

static const char *value_text(const struct ui_app *app, enum ui_setting setting,
			      char buf[UI_TEXT])
{
	const struct ui_setting_choice *choice = ui_setting_choice(setting);

	if (choice)
		snprintf(buf, UI_TEXT, "%s", choice->name(choice->get(&app->setup.now)));
	else if (app->model->status.interval_ns)
		bt_text_ns(app->model->status.interval_ns, buf, UI_TEXT);
	else
		snprintf(buf, UI_TEXT, "stepped");
	return buf;
}

/* A word on what the value means, or where it comes from. */
static const char *note_text(const struct ui_app *app, enum ui_setting setting, char buf[128])
{
	const struct ui_setup *setup = &app->setup;
	char one[UI_TEXT], two[UI_TEXT];
	unsigned bit = UI_SETTING_BIT(setting);

	buf[0] = '\0';
	if (setup->file && !(setup->touched & bit) &&
	    !(ui_settings_differ(&setup->now, &setup->start) & bit) &&
	    (ui_settings_differ(&setup->start, &setup->file->settings) & bit))
		return "for this run, by an option or the environment";
	switch (setting) {
	case UI_SETTING_THEME:
		return app->colours ? setup->now.theme->help : "this terminal has no colours";
	case UI_SETTING_GLYPHS:
		if (!setup->now.glyphs)
			snprintf(buf, 128, "what is safe here: %s", setup->safe_glyphs->name);
		break;
	case UI_SETTING_INTERVAL:
		return "between two samples, 20 ms to 60 s";
	case UI_SETTING_BYTES:
		snprintf(buf, 128, "%s: %s, %s",
			 setup->now.units.bytes == BT_BYTES_BINARY ? "1 KiB is 1024 bytes" :
								     "1 kB is 1000 bytes",
			 ui_text_bytes(&setup->now.units, 1536 << 20, one),
			 ui_text_narrow(&setup->now.units, 1536 << 20, two));
		break;
	case UI_SETTING_LATENCY:
		snprintf(buf, 128, "%s, %s", ui_text_latency(&setup->now.units, 812, one),
			 ui_text_latency(&setup->now.units, 16384, two));
		break;
	default:
		return "shown at the start";
	}
	return buf;
}

static void draw_setting(const struct ui_app *app, const struct ui_area *area, int row,
			 enum ui_setting setting, bool selected)
{
	const struct ui_setting_choice *choice = ui_setting_choice(setting);
	char text[UI_TEXT], note[128];

	ui_put(area, row, 2, UI_ROLE_NORMAL, choice ? choice->label : "interval");
	ui_put(area, row, VALUE_COL, selected ? UI_ROLE_SELECTED : UI_ROLE_STRONG,
	       value_text(app, setting, text));
	if (area->rect.cols >= NOTE_COL + NOTE_MIN_COLS)
		ui_put_cut(area, row, NOTE_COL, area->rect.cols - NOTE_COL, UI_ROLE_DIM,
			   note_text(app, setting, note));
}

static void draw_panel(const struct ui_app *app, const struct ui_area *area, int row,
		       const struct line *line, bool selected)
{
	bool shows = !(app->setup.now.hidden & UI_PANEL_BIT(line->which));
	int col = area->rect.cols >= ROOMY_COLS ? PANEL_COL : VALUE_COL;

	ui_put_cut(area, row, 2, col - 3, UI_ROLE_DIM, line->text);
	ui_put(area, row, col, UI_ROLE_NORMAL, shows ? "[x]" : "[ ]");
	ui_put_cut(area, row, col + 4, area->rect.cols - col - 4,
		   selected ? UI_ROLE_SELECTED : shows ? UI_ROLE_NORMAL : UI_ROLE_DIM,
		   ui_panels[line->which]->title);
}

static void draw_line(const struct ui_app *app, const struct ui_area *area, int row,
		      const struct line *line, bool selected)
{
	if (selected)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	switch (line->kind) {
	case LINE_HEAD:
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_TITLE, line->text);
		break;
	case LINE_SETTING:
		draw_setting(app, area, row, line->which, selected);
		break;
	case LINE_PANEL:
		draw_panel(app, area, row, line, selected);
		break;
	case LINE_ROLES:
		draw_roles(area, row, line->which);
		break;
	case LINE_GRAPHS:
		draw_graphs(area, row);
		break;
	case LINE_GLYPHS:
		draw_glyphs(app, area, row, ui_glyph_sets[line->which]);
		break;
	}
}

static void draw_file(const struct ui_app *app, const struct ui_area *area, int row)
{
	const struct ui_settings_file *file = app->setup.file;
	const char *state = ui_setup_unsaved(app) ? "not saved" :
			    file && file->present ? "saved" : "defaults";
	struct ui_row words = { 0 };

	ui_row_add(&words, 0, ui_setup_unsaved(app) ? UI_ROLE_WARN : UI_ROLE_GOOD, "", "%s", state);
	ui_row_add(&words, 1, UI_ROLE_DIM, "", "%s",
		   !file ? "no file" : file->path[0] ? file->path : file->no_place.text);
	ui_row_draw(&words, area, row, 0, area->rect.cols);
}

static void setup_draw(struct ui_app *app, const struct ui_area *screen)
{
	struct ui_area inside, list;
	unsigned selected, first = 0;
	struct lines lines;

	ui_setup_follow_session(app);
	collect(&lines);
	selected = line_of_row(&lines, app->setup.selected);
	inside = ui_box(screen, (int)lines.count + 2, SETUP_COLS, "Set-up",
			"S save   R defaults   Esc leave   Up Down select   Left Right change");
	list = ui_area_part(&inside, 0, 0, inside.rect.rows - 1, inside.rect.cols);
	if ((int)selected + 2 > list.rect.rows)
		first = selected + 2 - (unsigned)list.rect.rows;
	for (unsigned row = 0; (int)row < list.rect.rows && first + row < lines.count; row++)
		draw_line(app, &list, (int)row, &lines.line[first + row], first + row == selected);
	draw_file(app, &inside, inside.rect.rows - 1);
}

static const struct ui_overlay_ops setup_ops = { .key = setup_key, .draw = setup_draw };

void ui_setup_open(struct ui_app *app)
{
	app->overlay.ops = &setup_ops;
}

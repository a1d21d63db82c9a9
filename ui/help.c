// SPDX-License-Identifier: GPL-2.0
/*
 * All keys, from their table, beside each other where there is room, and how blocks are had without
 * the module; what is typed looks for some.
 */
#include <string.h>

#include "ui/app.h"

#define KEYS_COLS 12
#define GAP_COLS 3
/* One column of the text, and the width of the inside from which on there are two. */
#define COLUMN_COLS 74
#define TWO_FROM (2 * COLUMN_COLS)
#define ONE_COLS 100
#define SEARCH_FROM 8

static bool found(const struct ui_binding *binding, const char *wanted)
{
	char names[48];

	return strcasestr(binding->help, wanted) || strcasestr(binding->group, wanted) ||
	       strstr(ui_binding_names(binding, names, sizeof(names)), wanted);
}

#define WAYS_TITLE "Ways to allocate without the module"

static bool says(const struct bt_machine_way *way, const char *text, const char *wanted)
{
	return strcasestr(WAYS_TITLE, wanted) || strcasestr(way->name, wanted) ||
	       strcasestr(text, wanted);
}

/* Those of a source that has them come first: they say what can be had here at all. */
static int put_ways(const struct bt_machine *machine, const char *wanted,
		    const struct ui_area *area, int first, int cols)
{
	char text[BT_WAY_TEXT];
	int row = 0;

	for (unsigned i = 0; i < machine->way_count; i++) {
		const struct bt_machine_way *way = &machine->ways[i];

		bt_machine_way_text(way, text, sizeof(text));
		if (!says(way, text, wanted))
			continue;
		if (area && !row)
			ui_put(area, -first, 0, UI_ROLE_TITLE, WAYS_TITLE);
		row += !row;
		if (area)
			ui_put_right(area, row - first, KEYS_COLS, UI_ROLE_KEY, way->name);
		row += ui_put_wrapped(area, row - first, KEYS_COLS + 2, cols - KEYS_COLS - 2,
				      way->orders ? UI_ROLE_NORMAL : UI_ROLE_WARN, text);
	}
	return row;
}

/* Rows of what fits; draws those from first on when area is given. */
static int put_keys(const struct bt_machine *machine, const char *wanted,
		    const struct ui_area *area, int first, int cols)
{
	const char *group = "";
	char names[48];
	int row = put_ways(machine, wanted, area, first, cols);

	for (unsigned i = 0; i < ui_binding_count; i++) {
		const struct ui_binding *binding = &ui_bindings[i];

		if (!found(binding, wanted))
			continue;
		if (strcmp(group, binding->group)) {
			group = binding->group;
			row += row > 0;
			if (area)
				ui_put(area, row - first, 0, UI_ROLE_TITLE, group);
			row++;
		}
		if (area)
			ui_put_right(area, row - first, KEYS_COLS, UI_ROLE_KEY,
				     ui_binding_names(binding, names, sizeof(names)));
		row += ui_put_wrapped(area, row - first, KEYS_COLS + 2, cols - KEYS_COLS - 2,
				      UI_ROLE_NORMAL, binding->help);
	}
	return row;
}

/* Rows it takes: none where keys need all of them. */
static int draw_search(const struct ui_help *help, const struct ui_area *inside)
{
	struct ui_area field = ui_area_part(inside, 0, 2, 1, inside->rect.cols - 2);

	if (inside->rect.rows < SEARCH_FROM && !help->line.length)
		return 0;
	ui_put(inside, 0, 0, UI_ROLE_KEY, "/");
	ui_line_draw(&help->line, &field, 0, 0);
	return 2;
}

static void help_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct bt_machine *machine = bt_session_machine(app->session);
	struct ui_help *help = &app->overlay.help;
	int columns = screen->rect.cols - 4 >= TWO_FROM ? 2 : 1;
	int cols = columns == 2 ? screen->rect.cols - 4 : ONE_COLS;
	int width = (cols - (columns - 1) * GAP_COLS) / columns, rows, most, top;
	struct ui_area inside, part;

	/* The box stays as large as all keys need while fewer and fewer fit what is typed. */
	rows = (put_keys(machine, "", NULL, 0, width) + columns - 1) / columns;
	inside = ui_box(screen, rows + 2, cols, "Keys",
			"Up Down PgUp PgDn scroll   letters search   Esc closes");
	if (columns == 1)
		width = inside.rect.cols;
	top = draw_search(help, &inside);
	rows = inside.rect.rows - top;
	most = put_keys(machine, help->line.text, NULL, 0, width) - columns * rows;
	if ((int)help->scroll > most)
		help->scroll = most > 0 ? (unsigned)most : 0;
	for (int i = 0; i < columns; i++) {
		part = ui_area_part(&inside, top, i * (width + GAP_COLS), rows, width);
		put_keys(machine, help->line.text, &part, (int)help->scroll + i * rows, width);
	}
	if (most > (int)help->scroll)
		ui_put_glyph(&inside, inside.rect.rows - 1, inside.rect.cols - 1, UI_ROLE_WARN,
			     UI_GLYPH_MORE_DOWN);
}

#define PAGE_ROWS 10u

/* scroll is cut to what there is when it is drawn. */
static void help_key(struct ui_app *app, int key)
{
	struct ui_help *help = &app->overlay.help;

	switch (key) {
	case UI_KEY_DOWN:
		help->scroll += 1;
		break;
	case UI_KEY_UP:
		help->scroll -= help->scroll > 0;
		break;
	case UI_KEY_PAGE_DOWN:
		help->scroll += PAGE_ROWS;
		break;
	case UI_KEY_PAGE_UP:
		help->scroll -= help->scroll < PAGE_ROWS ? help->scroll : PAGE_ROWS;
		break;
	case UI_KEY_ENTER:
	case UI_KEY_F0 + 1:
		ui_overlay_close(app);
		break;
	default:
		/* What opened it closes it, while nothing is looked for. */
		if (key == '?' && !help->line.length)
			ui_overlay_close(app);
		else if (ui_line_key(&help->line, key))
			help->scroll = 0;
	}
}

static const struct ui_overlay_ops help_ops = { .key = help_key, .draw = help_draw };

void ui_help_open(struct ui_app *app)
{
	app->overlay.ops = &help_ops;
	app->overlay.help.scroll = 0;
	ui_line_set(&app->overlay.help.line, "");
}

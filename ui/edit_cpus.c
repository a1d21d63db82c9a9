// SPDX-License-Identifier: GPL-2.0
/* The CPU mask: a grid of all CPUs, a line for each node or more, and the same as a typed list. */
#include <string.h>

#include "core/mask.h"
#include "ui/app.h"

#define LABEL_COLS 13		/* "node 0    12 " */
#define SHORT_LABEL_COLS 8	/* "0    12 ", on narrow screens */
#define SHORT_BELOW_COLS 56
#define COUNT_COLS 10		/* "  128/128" */
#define GROUP 8			/* CPUs between two blanks */
#define LINE_MOST 64		/* CPUs in a line */
#define FOOT_ROWS 5		/* a blank, list, what the cursor is on, keys, legend */
#define LEAST_COLS 72		/* for the words below the grid */

/* ---- keys ------------------------------------------------------------------------------- */

static void mask_to_line(struct ui_cpus *edit)
{
	char text[UI_LINE_MAX];

	bt_mask_text(edit->draft.cpus, BT_CPU_WORDS, text, sizeof(text));
	ui_line_set(&edit->line, text);
	edit->err.code = 0;
}

static void line_to_mask(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	edit->err.code = 0;
	bt_param_set(bt_param_find("cpus"), &edit->draft, edit->line.text, &app->model->limits,
		     &edit->err);
}

/* First press marks one end; the second gives every CPU between the state that this end has not. */
static void range(struct ui_cpus *edit)
{
	if (edit->range_from < 0) {
		edit->range_from = (int)edit->cursor;
		return;
	}
	ui_cpu_grid_range(&edit->grid, (unsigned)edit->range_from, edit->cursor, edit->draft.cpus);
	edit->range_from = -1;
}

static void apply(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;
	struct bt_config config;
	struct bt_err err;

	if (edit->err.code)
		return;
	ui_app_config(app, &config);
	memcpy(config.cpus, edit->draft.cpus, sizeof(config.cpus));
	if (!ui_app_change(app, &config, "key", &err)) {
		ui_overlay_close(app);
		return;
	}
	edit->err = err;
	app->message[0] = '\0';
}

static bool move_key(struct ui_cpus *edit, int key)
{
	const struct ui_cpu_grid *grid = &edit->grid;
	unsigned *cursor = &edit->cursor;

	switch (key) {
	case UI_KEY_LEFT:
	case 'h':
		*cursor -= *cursor > 0;
		break;
	case UI_KEY_RIGHT:
	case 'l':
		*cursor += *cursor + 1 < grid->count;
		break;
	case UI_KEY_UP:
	case 'k':
	case UI_KEY_DOWN:
	case 'j':
		*cursor = ui_cpu_grid_vertical(grid, *cursor, edit->per_line,
					       key == UI_KEY_DOWN || key == 'j');
		break;
	case UI_KEY_PAGE_UP:
	case UI_KEY_PAGE_DOWN:
		*cursor = ui_cpu_grid_next_node(grid, *cursor, key == UI_KEY_PAGE_DOWN);
		break;
	case UI_KEY_HOME:
		*cursor = 0;
		break;
	case UI_KEY_END:
		*cursor = grid->count - 1;
		break;
	default:
		return false;
	}
	return true;
}

static bool mask_key(struct ui_cpus *edit, int key)
{
	unsigned cpu = edit->grid.cpu[edit->cursor];
	__u64 *mask = edit->draft.cpus;

	switch (key) {
	case ' ':
		bt_mask_set(mask, cpu, !bt_mask_test(mask, cpu));
		break;
	case 'x':
		range(edit);
		break;
	case 'n':
		ui_cpu_grid_toggle_node(&edit->grid, edit->cursor, mask);
		break;
	case 't':
		ui_cpu_grid_one_thread(&edit->grid, mask);
		break;
	case 'A':
	case 'N':
		ui_cpu_grid_all(&edit->grid, mask, key == 'A');
		break;
	case 'I':
		ui_cpu_grid_invert(&edit->grid, mask);
		break;
	default:
		return false;
	}
	mask_to_line(edit);
	return true;
}

static void cpus_key(struct ui_app *app, int key)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	if (key == UI_KEY_ENTER) {
		apply(app);
	} else if (key == UI_KEY_TAB || key == UI_KEY_BACK_TAB) {
		edit->typing = !edit->typing;
	} else if (!edit->typing && (move_key(edit, key) || mask_key(edit, key))) {
		return;
	} else if (edit->typing || (key >= '0' && key <= '9') || key == '^') {
		/* A list typed from the grid starts afresh. */
		if (!edit->typing)
			ui_line_set(&edit->line, "");
		edit->typing = true;
		if (ui_line_key(&edit->line, key))
			line_to_mask(app);
	}
}

/* ---- drawing ---------------------------------------------------------------------------- */

enum cpu_state { CPU_USUAL, CPU_OFFLINE, CPU_NOT_ALLOWED };

static enum cpu_state state_of(const struct ui_app *app, unsigned cpu)
{
	const struct bt_frame *frame = app->model->frame;

	if (frame && cpu < frame->cpu_count && !frame->cpus[cpu].online)
		return CPU_OFFLINE;
	return bt_mask_test(app->model->machine->allowed_cpus, cpu) ? CPU_USUAL : CPU_NOT_ALLOWED;
}

static wchar_t cpu_char(const struct ui_glyphs *glyphs, enum cpu_state state, bool in)
{
	static const wchar_t taken[] = { L'#', L'o', L'+' };
	const wchar_t left[] = { glyphs->glyph[UI_GLYPH_ABSENT], glyphs->glyph[UI_GLYPH_OFFLINE],
				 L'_' };

	return in ? taken[state] : left[state];
}

struct grid {
	struct ui_app *app;
	const struct ui_area *area;
	int label_cols, rows;
	unsigned per_line;
};

static void draw_cpu(const struct grid *grid, int row, int col, unsigned place)
{
	const struct ui_cpus *edit = &grid->app->overlay.cpus;
	unsigned cpu = edit->grid.cpu[place];
	bool in = bt_mask_test(edit->draft.cpus, cpu);
	enum cpu_state state = state_of(grid->app, cpu);
	enum ui_role role = state != CPU_USUAL ? UI_ROLE_DIM : in ? UI_ROLE_GOOD : UI_ROLE_NORMAL;
	int from = edit->range_from, at = (int)place, cursor = (int)edit->cursor;

	if (from >= 0 && ((at >= from && at <= cursor) || (at <= from && at >= cursor)))
		role = UI_ROLE_BADGE;
	if (!edit->typing && at == cursor)
		role = UI_ROLE_SELECTED;
	ui_put_char(grid->area, row, col, role, cpu_char(grid->area->canvas->glyphs, state, in));
}

/* Node and first CPU of a line; the node's count beside its first line. */
static void draw_label(const struct grid *grid, int row, unsigned node, unsigned place)
{
	const struct ui_cpus *edit = &grid->app->overlay.cpus;
	unsigned cpu = edit->grid.cpu[place];

	if (grid->label_cols == LABEL_COLS)
		ui_putf(grid->area, row, 0, UI_ROLE_DIM, "node %-2u %4u", node, cpu);
	else
		ui_putf(grid->area, row, 0, UI_ROLE_DIM, "%-2u %4u", node, cpu);
	if (place == edit->grid.start[node])
		ui_putf_right(grid->area, row, grid->area->rect.cols, UI_ROLE_NORMAL, "%u/%u",
			      ui_cpu_grid_taken(&edit->grid, node, edit->draft.cpus),
			      ui_cpu_grid_size(&edit->grid, node));
}

static void draw_grid(const struct grid *grid)
{
	const struct ui_cpus *edit = &grid->app->overlay.cpus;

	for (unsigned node = 0; node < edit->grid.node_count; node++) {
		unsigned start = edit->grid.start[node];
		int first = (int)ui_cpu_grid_line(&edit->grid, start, grid->per_line) -
			    (int)edit->top;

		for (unsigned place = start; place < edit->grid.start[node + 1]; place++) {
			unsigned in_line = (place - start) % grid->per_line;
			int row = first + (int)((place - start) / grid->per_line);

			if (row < 0 || row >= grid->rows)
				continue;
			if (!in_line)
				draw_label(grid, row, node, place);
			draw_cpu(grid, row, grid->label_cols + (int)(in_line + in_line / GROUP),
				 place);
		}
	}
}

static void draw_cursor_text(struct ui_app *app, const struct ui_area *area, int row)
{
	static const char *const states[] = { "", ", offline", ", not allowed to this program" };
	const struct ui_cpus *edit = &app->overlay.cpus;
	unsigned cpu = edit->grid.cpu[edit->cursor], core = edit->grid.core[edit->cursor], first;
	char text[128], sibling[32] = "";

	if (edit->err.code) {
		ui_put_cut(area, row, 6, area->rect.cols - 6, UI_ROLE_BAD, edit->err.text);
		return;
	}
	if (edit->range_from >= 0) {
		first = edit->grid.cpu[edit->range_from];
		snprintf(text, sizeof(text), "x takes CPU %u to %u %s", first, cpu,
			 bt_mask_test(edit->draft.cpus, first) ? "out" : "in");
		ui_put_cut(area, row, 6, area->rect.cols - 6, UI_ROLE_WARN, text);
		return;
	}
	if (core != cpu)
		snprintf(sibling, sizeof(sibling), ", thread of CPU %u", core);
	snprintf(text, sizeof(text), "%u of %u CPUs; here CPU %u%s%s",
		 bt_mask_weight(edit->draft.cpus, BT_CPU_WORDS), edit->grid.count, cpu, sibling,
		 states[state_of(app, cpu)]);
	ui_put_cut(area, row, 6, area->rect.cols - 6, UI_ROLE_DIM, text);
}

/* Only those states that some CPU is in. */
static void draw_legend(struct ui_app *app, const struct ui_area *area, int row)
{
	static const char *const words[] = { "in, out", "offline", "not allowed" };
	const struct ui_glyphs *glyphs = area->canvas->glyphs;
	const struct ui_cpu_grid *grid = &app->overlay.cpus.grid;
	bool seen[BT_ARRAY_SIZE(words)] = { true };
	int col = 0;

	for (unsigned place = 0; place < grid->count; place++)
		seen[state_of(app, grid->cpu[place])] = true;
	for (unsigned state = 0; state < BT_ARRAY_SIZE(words); state++) {
		if (!seen[state])
			continue;
		col = ui_put(area, row, col, UI_ROLE_DIM, words[state]) + 1;
		ui_put_char(area, row, col, UI_ROLE_STRONG, cpu_char(glyphs, state, true));
		ui_put_char(area, row, col + 2, UI_ROLE_STRONG, cpu_char(glyphs, state, false));
		col += 5;
	}
	if (col < area->rect.cols)
		ui_put_cut(area, row, col, area->rect.cols - col, UI_ROLE_DIM,
			   "digits or Tab: type 0-3,8,^2 or 0xff");
}

static void draw_foot(struct ui_app *app, const struct ui_area *area, int row)
{
	static const char keys[] = "Space one  x range  n node  t one thread a core  "
				   "A all  N none  I invert";
	const struct ui_cpus *edit = &app->overlay.cpus;
	bool room = area->rect.cols >= ui_text_width(keys);

	ui_put(area, row, 0, edit->typing ? UI_ROLE_FOCUS : UI_ROLE_DIM, "list");
	if (edit->typing)
		ui_line_draw(&edit->line, area, row, 6);
	else
		ui_put_cut(area, row, 6, area->rect.cols - 6, UI_ROLE_STRONG, edit->line.text);
	draw_cursor_text(app, area, row + 1);
	ui_put_cut(area, row + 2, 0, area->rect.cols, UI_ROLE_DIM,
		   room ? keys : "Space x:range n:node t:1/core A N I");
	draw_legend(app, area, row + 3);
}

/* As many CPUs in a line, a power of two, as fit and as the largest node has. */
static unsigned cpus_per_line(const struct ui_cpu_grid *grid, int cols)
{
	unsigned largest = 1, per_line = LINE_MOST;

	for (unsigned node = 0; node < grid->node_count; node++) {
		if (ui_cpu_grid_size(grid, node) > largest)
			largest = ui_cpu_grid_size(grid, node);
	}
	while (per_line > GROUP && ((int)(per_line + per_line / GROUP - 1) > cols ||
				    per_line / 2 >= largest))
		per_line /= 2;
	return per_line;
}

static void scroll_to_cursor(struct ui_cpus *edit, int rows)
{
	unsigned line = ui_cpu_grid_line(&edit->grid, edit->cursor, edit->per_line);

	if (edit->top > line)
		edit->top = line;
	if (line >= edit->top + (unsigned)rows)
		edit->top = line - (unsigned)rows + 1;
}

static void cpus_draw(struct ui_app *app, const struct ui_area *screen)
{
	struct ui_cpus *edit = &app->overlay.cpus;
	int room = screen->rect.cols - 4, width, lines;
	struct grid grid = {
		.app = app, .label_cols = room < SHORT_BELOW_COLS ? SHORT_LABEL_COLS : LABEL_COLS,
	};
	struct ui_area inside;
	char title[64] = "CPUs";

	edit->per_line = cpus_per_line(&edit->grid, room - grid.label_cols - COUNT_COLS);
	grid.per_line = edit->per_line;
	width = grid.label_cols + (int)(grid.per_line + grid.per_line / GROUP) + COUNT_COLS;
	if (width < LEAST_COLS)
		width = LEAST_COLS;
	lines = (int)ui_cpu_grid_line(&edit->grid, edit->grid.count, grid.per_line);
	if (lines > screen->rect.rows - 2 - FOOT_ROWS)
		snprintf(title, sizeof(title), "CPUs, line %u of %d",
			 ui_cpu_grid_line(&edit->grid, edit->cursor, grid.per_line) + 1, lines);
	inside = ui_box(screen, lines + FOOT_ROWS, width < room ? width : room, title,
			"Enter apply   Esc cancel   PgUp PgDn node");
	grid.area = &inside;
	grid.rows = inside.rect.rows - FOOT_ROWS < 1 ? 1 : inside.rect.rows - FOOT_ROWS;
	scroll_to_cursor(edit, grid.rows);
	draw_grid(&grid);
	draw_foot(app, &inside, grid.rows + 1);
}

static const struct ui_overlay_ops cpus_ops = { .key = cpus_key, .draw = cpus_draw };

void ui_cpus_open(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	memset(edit, 0, sizeof(*edit));
	ui_app_config(app, &edit->draft);
	ui_cpu_grid_init(&edit->grid, app->model->machine);
	edit->per_line = LINE_MOST;
	edit->range_from = -1;
	mask_to_line(edit);
	app->overlay.ops = &cpus_ops;
}

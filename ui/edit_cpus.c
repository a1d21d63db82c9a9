// SPDX-License-Identifier: GPL-2.0
/* The CPU mask: a grid of all CPUs, a line for each node or more, and the same as a typed list. */
#include <string.h>

#include "core/mask.h"
#include "ui/app.h"

#define LABEL_COLS 13	/* "node 0    12 " */
#define GROUP 8		/* CPUs between two blanks */
#define FIELD_ROWS 3	/* typed list, its fault, a blank */
#define LEGEND_ROWS 2
#define GRID_COLS 88

/* ---- the order in which the grid shows CPUs: by node, then by number ---------------------- */

static bool possible(const struct bt_machine *machine, unsigned cpu)
{
	return bt_mask_test(machine->possible_cpus, cpu);
}

/* The next CPU of a node from `from` on, or cpu_count. */
static unsigned next_of_node(const struct bt_machine *machine, unsigned node, unsigned from)
{
	while (from < machine->cpu_count &&
	       (!possible(machine, from) || machine->cpu_node[from] != node))
		from++;
	return from;
}

/* CPUs of a node before `before`. */
static unsigned node_rank(const struct bt_machine *machine, unsigned node, unsigned before)
{
	unsigned rank = 0;

	for (unsigned cpu = next_of_node(machine, node, 0); cpu < before;
	     cpu = next_of_node(machine, node, cpu + 1))
		rank++;
	return rank;
}

static unsigned nth_of_node(const struct bt_machine *machine, unsigned node, unsigned rank)
{
	unsigned cpu = next_of_node(machine, node, 0);

	while (rank-- && cpu < machine->cpu_count)
		cpu = next_of_node(machine, node, cpu + 1);
	return cpu;
}

/* The next CPU (step 1) or the one before (step -1) in the grid's order; cpu itself at its ends. */
static unsigned neighbour(const struct bt_machine *machine, unsigned cpu, int step)
{
	unsigned node = machine->cpu_node[cpu], found;

	if (step > 0) {
		found = next_of_node(machine, node, cpu + 1);
		while (found == machine->cpu_count && ++node < machine->node_count)
			found = next_of_node(machine, node, 0);
		return found < machine->cpu_count ? found : cpu;
	}
	for (found = cpu; found-- > 0;) {
		if (possible(machine, found) && machine->cpu_node[found] == node)
			return found;
	}
	while (node-- > 0) {
		unsigned count = node_rank(machine, node, machine->cpu_count);

		if (count)
			return nth_of_node(machine, node, count - 1);
	}
	return cpu;
}

/* ---- changes ---------------------------------------------------------------------------- */

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

typedef bool (*wanted_fn)(const struct bt_machine *machine, const struct ui_cpus *edit,
			  unsigned cpu);

static bool every(const struct bt_machine *machine, const struct ui_cpus *edit, unsigned cpu)
{
	(void)machine, (void)edit, (void)cpu;
	return true;
}

static bool none(const struct bt_machine *machine, const struct ui_cpus *edit, unsigned cpu)
{
	(void)machine, (void)edit, (void)cpu;
	return false;
}

static bool inverted(const struct bt_machine *machine, const struct ui_cpus *edit, unsigned cpu)
{
	(void)machine;
	return !bt_mask_test(edit->draft.cpus, cpu);
}

static bool first_of_core(const struct bt_machine *machine, const struct ui_cpus *edit,
			  unsigned cpu)
{
	return bt_mask_test(edit->draft.cpus, cpu) && machine->cpu_core[cpu] == cpu;
}

static void set_all(struct ui_app *app, wanted_fn wanted)
{
	const struct bt_machine *machine = app->model->machine;
	struct ui_cpus *edit = &app->overlay.cpus;

	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
		if (possible(machine, cpu))
			bt_mask_set(edit->draft.cpus, cpu, wanted(machine, edit, cpu));
	}
}

/* The node of the cursor: all on, or all off when they are. */
static void toggle_node(struct ui_app *app)
{
	const struct bt_machine *machine = app->model->machine;
	struct ui_cpus *edit = &app->overlay.cpus;
	unsigned node = machine->cpu_node[edit->cursor], cpu;
	bool all = true;

	for (cpu = next_of_node(machine, node, 0); cpu < machine->cpu_count;
	     cpu = next_of_node(machine, node, cpu + 1))
		all &= bt_mask_test(edit->draft.cpus, cpu);
	for (cpu = next_of_node(machine, node, 0); cpu < machine->cpu_count;
	     cpu = next_of_node(machine, node, cpu + 1))
		bt_mask_set(edit->draft.cpus, cpu, !all);
}

/* First press marks one end; the second gives every CPU between the state that this end has not. */
static void range(struct ui_app *app)
{
	const struct bt_machine *machine = app->model->machine;
	struct ui_cpus *edit = &app->overlay.cpus;
	unsigned from, to;
	bool on;

	if (edit->range_from < 0) {
		edit->range_from = (int)edit->cursor;
		return;
	}
	from = (unsigned)edit->range_from;
	to = edit->cursor;
	on = !bt_mask_test(edit->draft.cpus, from);
	if (from > to) {
		to = from;
		from = edit->cursor;
	}
	for (unsigned cpu = from; cpu <= to; cpu++) {
		if (possible(machine, cpu))
			bt_mask_set(edit->draft.cpus, cpu, on);
	}
	edit->range_from = -1;
}

static void move(struct ui_app *app, int cells)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	for (; cells > 0; cells--)
		edit->cursor = neighbour(app->model->machine, edit->cursor, 1);
	for (; cells < 0; cells++)
		edit->cursor = neighbour(app->model->machine, edit->cursor, -1);
}

static void toggle_one(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	bt_mask_set(edit->draft.cpus, edit->cursor, !bt_mask_test(edit->draft.cpus, edit->cursor));
}

static void apply(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;
	struct bt_config draft;

	if (edit->err.code)
		return;
	ui_app_config(app, &draft);
	memcpy(draft.cpus, edit->draft.cpus, sizeof(draft.cpus));
	if (!ui_app_change(app, &draft, "key", &edit->err))
		ui_overlay_close(app);
	app->message[0] = '\0';
}

static bool grid_key(struct ui_app *app, int key)
{
	switch (key) {
	case UI_KEY_LEFT:
	case 'h':
		move(app, -1);
		return true;
	case UI_KEY_RIGHT:
	case 'l':
		move(app, 1);
		return true;
	case UI_KEY_UP:
	case 'k':
		move(app, -GROUP);
		return true;
	case UI_KEY_DOWN:
	case 'j':
		move(app, GROUP);
		return true;
	case ' ':
		toggle_one(app);
		break;
	case 'x':
		range(app);
		break;
	case 'n':
		toggle_node(app);
		break;
	case 't':
		set_all(app, first_of_core);
		break;
	case 'A':
		set_all(app, every);
		break;
	case 'N':
		set_all(app, none);
		break;
	case 'I':
		set_all(app, inverted);
		break;
	default:
		return false;
	}
	mask_to_line(&app->overlay.cpus);
	return true;
}

static void cpus_key(struct ui_app *app, int key)
{
	struct ui_cpus *edit = &app->overlay.cpus;

	if (key == UI_KEY_ENTER) {
		apply(app);
	} else if (key == UI_KEY_TAB || key == UI_KEY_BACK_TAB) {
		edit->typing = !edit->typing;
	} else if (!edit->typing && grid_key(app, key)) {
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

struct grid {
	struct ui_app *app;
	const struct ui_area *area;
	unsigned per_line;
	int top, rows;		/* lines of the grid that show */
};

static void draw_cpu(const struct grid *grid, int row, int col, unsigned cpu)
{
	const struct ui_cpus *edit = &grid->app->overlay.cpus;
	const struct ui_glyphs *glyphs = grid->area->canvas->glyphs;
	const struct bt_frame *frame = grid->app->model->live;
	bool in = bt_mask_test(edit->draft.cpus, cpu);
	bool online = !frame || cpu >= frame->cpu_count || frame->cpus[cpu].online;
	wchar_t ch = online ? in ? L'#' : glyphs->glyph[UI_GLYPH_ABSENT] :
		     in ? L'o' : glyphs->glyph[UI_GLYPH_OFFLINE];
	enum ui_role role = !online ? UI_ROLE_DIM : in ? UI_ROLE_GOOD : UI_ROLE_NORMAL;

	if (!edit->typing && cpu == edit->cursor)
		role = UI_ROLE_SELECTED;
	else if ((int)cpu == edit->range_from)
		role = UI_ROLE_BADGE;
	ui_put_char(grid->area, row, col, role, ch);
}

/* Lines that the grid takes; draws those that show. *cursor_line: where the cursor stands. */
static int draw_grid(const struct grid *grid, int *cursor_line)
{
	const struct bt_machine *machine = grid->app->model->machine;
	int line = 0;

	for (unsigned node = 0; node < machine->node_count; node++) {
		unsigned at = 0;

		for (unsigned cpu = next_of_node(machine, node, 0); cpu < machine->cpu_count;
		     cpu = next_of_node(machine, node, cpu + 1), at++) {
			int row = line + (int)(at / grid->per_line) - grid->top;
			unsigned in_line = at % grid->per_line;

			if (cpu == grid->app->overlay.cpus.cursor)
				*cursor_line = line + (int)(at / grid->per_line);
			if (row < 0 || row >= grid->rows)
				continue;
			if (!in_line)
				ui_putf(grid->area, row, 0, UI_ROLE_DIM, "node %-2u %4u", node,
					cpu);
			draw_cpu(grid, row, LABEL_COLS + (int)(in_line + in_line / GROUP), cpu);
		}
		line += (int)((at + grid->per_line - 1) / grid->per_line);
	}
	return line;
}

static unsigned cpus_per_line(int cols)
{
	int groups = (cols - LABEL_COLS + 1) / (GROUP + 1);

	return groups < 1 ? 1 : (unsigned)groups * GROUP;
}

static void draw_field(struct ui_app *app, const struct ui_area *area, int row)
{
	const struct ui_cpus *edit = &app->overlay.cpus;
	const struct bt_machine *machine = app->model->machine;

	ui_put(area, row, 0, edit->typing ? UI_ROLE_FOCUS : UI_ROLE_DIM, "list");
	if (edit->typing)
		ui_line_draw(&edit->line, area, row, 6);
	else
		ui_put_cut(area, row, 6, area->rect.cols - 6, UI_ROLE_STRONG, edit->line.text);
	if (edit->err.code)
		ui_put_cut(area, row + 1, 6, area->rect.cols - 6, UI_ROLE_BAD, edit->err.text);
	else
		ui_putf(area, row + 1, 6, UI_ROLE_DIM, "%u of %u CPUs; the cursor is on CPU %u",
			bt_mask_weight(edit->draft.cpus, BT_CPU_WORDS),
			bt_mask_weight(machine->possible_cpus, BT_CPU_WORDS), edit->cursor);
}

static void cpus_draw(struct ui_app *app, const struct ui_area *screen)
{
	struct ui_cpus *edit = &app->overlay.cpus;
	struct grid grid = { .app = app };
	int width = screen->rect.cols - 4 < GRID_COLS ? screen->rect.cols - 4 : GRID_COLS;
	int cursor_line = 0, lines;
	char legend[128], absent[5], offline[5];
	struct ui_area nothing = ui_area_part(screen, 0, 0, 0, 0), inside;

	grid.area = &nothing;
	grid.per_line = cpus_per_line(width);
	lines = draw_grid(&grid, &cursor_line);
	inside = ui_box(screen, lines + FIELD_ROWS + LEGEND_ROWS, width, "CPUs",
			"Enter apply   Esc cancel   Tab list");
	grid.area = &inside;
	grid.per_line = cpus_per_line(inside.rect.cols);
	grid.rows = inside.rect.rows - FIELD_ROWS - LEGEND_ROWS;
	if (grid.rows < 1)
		grid.rows = 1;
	if ((int)edit->top > cursor_line)
		edit->top = (unsigned)cursor_line;
	if (cursor_line >= (int)edit->top + grid.rows)
		edit->top = (unsigned)(cursor_line - grid.rows + 1);
	grid.top = (int)edit->top;
	draw_grid(&grid, &cursor_line);
	draw_field(app, &inside, grid.rows + 1);
	ui_put_cut(&inside, grid.rows + 3, 0, inside.rect.cols, UI_ROLE_DIM,
		   "Space one  x range  n node  t one thread a core  A all  N none  I invert");
	snprintf(legend, sizeof(legend),
		 "# in  %s out  o offline, in  %s offline, out; digits type a "
		 "list: 0-3,8,^2",
		 ui_glyph_text(inside.canvas, UI_GLYPH_ABSENT, absent),
		 ui_glyph_text(inside.canvas, UI_GLYPH_OFFLINE, offline));
	ui_put_cut(&inside, grid.rows + 4, 0, inside.rect.cols, UI_ROLE_DIM, legend);
}

static const struct ui_overlay_ops cpus_ops = { .key = cpus_key, .draw = cpus_draw };

void ui_cpus_open(struct ui_app *app)
{
	struct ui_cpus *edit = &app->overlay.cpus;
	const struct bt_machine *machine = app->model->machine;

	memset(edit, 0, sizeof(*edit));
	ui_app_config(app, &edit->draft);
	edit->range_from = -1;
	edit->cursor = bt_mask_next(machine->possible_cpus, BT_CPU_WORDS, 0);
	mask_to_line(edit);
	app->overlay.ops = &cpus_ops;
}

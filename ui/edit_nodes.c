// SPDX-License-Identifier: GPL-2.0
/* The node policy and, where it takes some, its nodes, with what they have and how far they are. */
#include <string.h>

#include "core/mask.h"
#include "ui/app.h"

#define NODES_COLS 76
#define NAME_COLS 13
#define TEXT_ROWS 7		/* besides the lists: effect of the policy, heads, value, blanks */
#define BOTH_FROM_ROWS 14	/* with fewer only the focused list shows */
#define OTHER_SOCKET 20		/* distance from which on the kernel takes a node for remote */

static const struct bt_param *node_param(void)
{
	return bt_param_find("node");
}

static bool takes_nodes(unsigned policy)
{
	return policy == BT_NODE_PREFER || policy == BT_NODE_BIND || policy == BT_NODE_INTERLEAVE;
}

static bool has_memory(const struct ui_app *app, unsigned node)
{
	return bt_mask_test(app->model->machine->memory_nodes, node);
}

static unsigned distance(const struct ui_app *app, unsigned from, unsigned to)
{
	return from < BT_MAX_NODES && to < BT_MAX_NODES ?
	       app->model->machine->distance[from][to] : 0;
}

/* ---- keys ------------------------------------------------------------------------------- */

/* Nodes belong to a policy that takes some: choosing one chooses such a policy. */
static bool need_list(struct ui_app *app)
{
	struct ui_nodes *edit = &app->overlay.nodes;

	if (!takes_nodes(edit->policy))
		edit->policy = BT_NODE_BIND;
	return edit->policy != BT_NODE_PREFER;
}

static void toggle(struct ui_app *app)
{
	struct ui_nodes *edit = &app->overlay.nodes;
	bool on = bt_mask_test(edit->nodes, edit->cursor);

	if (!has_memory(app, edit->cursor))
		return;
	if (!need_list(app))
		memset(edit->nodes, 0, sizeof(edit->nodes));
	bt_mask_set(edit->nodes, edit->cursor, !on);
}

/* Every memory node, or those of the cursor's socket. */
static void take(struct ui_app *app, bool socket)
{
	struct ui_nodes *edit = &app->overlay.nodes;

	if (!need_list(app))
		edit->policy = BT_NODE_BIND;
	memset(edit->nodes, 0, sizeof(edit->nodes));
	for (unsigned node = 0; node < edit->count; node++) {
		if (!socket || node == edit->cursor ||
		    distance(app, edit->cursor, node) - 1u < OTHER_SOCKET - 1u)
			bt_mask_set(edit->nodes, node, has_memory(app, node));
	}
}

static void fill_config(struct ui_app *app, struct bt_config *config)
{
	const struct ui_nodes *edit = &app->overlay.nodes;

	ui_app_config(app, config);
	config->node_policy = edit->policy;
	if (takes_nodes(edit->policy))
		memcpy(config->nodes, edit->nodes, sizeof(config->nodes));
	else
		memset(config->nodes, 0, sizeof(config->nodes));
}

static void apply(struct ui_app *app)
{
	struct bt_config config;
	struct bt_err err;

	fill_config(app, &config);
	if (!ui_app_change(app, &config, "key", &err)) {
		ui_overlay_close(app);
		return;
	}
	app->overlay.nodes.err = err;
	app->message[0] = '\0';
}

static void move(struct ui_nodes *edit, bool down)
{
	unsigned *at = edit->in_nodes ? &edit->cursor : &edit->policy;
	unsigned count = edit->in_nodes ? edit->count : BT_NODE_COUNT;

	*at = (*at + (down ? 1 : count - 1)) % count;
}

static void nodes_key(struct ui_app *app, int key)
{
	struct ui_nodes *edit = &app->overlay.nodes;

	edit->err.code = 0;
	switch (key) {
	case UI_KEY_DOWN:
	case 'j':
	case UI_KEY_UP:
	case 'k':
		move(edit, key == UI_KEY_DOWN || key == 'j');
		break;
	case UI_KEY_TAB:
	case UI_KEY_BACK_TAB:
		edit->in_nodes = !edit->in_nodes;
		break;
	case UI_KEY_LEFT:
	case 'h':
		edit->in_nodes = false;
		break;
	case UI_KEY_RIGHT:
	case 'l':
		edit->in_nodes = true;
		break;
	case ' ':
		toggle(app);
		break;
	case 'A':
	case 's':
		take(app, key == 's');
		break;
	case UI_KEY_ENTER:
		apply(app);
		break;
	}
}

/* ---- drawing ---------------------------------------------------------------------------- */

static int draw_policies(struct ui_app *app, const struct ui_area *area)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	const struct bt_choice *choices = node_param()->choices;
	int row;

	for (row = 0; row < BT_NODE_COUNT; row++) {
		bool selected = (unsigned)row == edit->policy;

		if (selected)
			ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
		ui_put(area, row, 2, !selected ? UI_ROLE_NORMAL :
		       edit->in_nodes ? UI_ROLE_STRONG : UI_ROLE_SELECTED, choices[row].name);
		ui_put_cut(area, row, 2 + NAME_COLS, area->rect.cols - 2 - NAME_COLS,
			   UI_ROLE_DIM, choices[row].help);
	}
	return row;
}

static void draw_distance(const struct ui_area *area, int row, int end, enum ui_role role,
			  unsigned apart)
{
	if (apart)
		ui_putf_right(area, row, end, role, "%u", apart);
	else
		ui_put_right(area, row, end, role, "?");
}

#define DISTANCE_COL 46
#define DISTANCE_COLS 4

static bool all_fit(const struct ui_nodes *edit, const struct ui_area *area)
{
	return DISTANCE_COL + (int)edit->count * DISTANCE_COLS <= area->rect.cols;
}

/* Distances of a node to all, as firmware tells them; to the cursor's where they do not fit. */
static void draw_distances(struct ui_app *app, const struct ui_area *area, int row, unsigned from)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	int end = DISTANCE_COL + DISTANCE_COLS - 1;

	if (!all_fit(edit, area)) {
		draw_distance(area, row, end, UI_ROLE_NORMAL, distance(app, edit->cursor, from));
		return;
	}
	for (unsigned to = 0; to < edit->count; to++, end += DISTANCE_COLS)
		draw_distance(area, row, end, to == edit->cursor ? UI_ROLE_STRONG : UI_ROLE_DIM,
			      distance(app, from, to));
}

static void draw_distance_heads(const struct ui_nodes *edit, const struct ui_area *area, int row)
{
	int end = DISTANCE_COL + DISTANCE_COLS - 1;

	if (area->rect.cols < end)
		return;
	if (!all_fit(edit, area)) {
		ui_putf(area, row, DISTANCE_COL, UI_ROLE_DIM, "distance to node %u", edit->cursor);
		return;
	}
	for (unsigned to = 0; to < edit->count; to++, end += DISTANCE_COLS)
		ui_putf_right(area, row, end, UI_ROLE_DIM, "n%u", to);
}

#define TOTAL_END 42

static void draw_node(struct ui_app *app, const struct ui_area *area, int row, unsigned node)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	const struct bt_machine *machine = app->model->machine;
	const struct bt_frame *frame = app->model->frame;
	bool on = bt_mask_test(edit->nodes, node) && takes_nodes(edit->policy);
	bool here = node == edit->cursor;
	uint64_t free_bytes = BT_UNKNOWN, total_bytes = BT_UNKNOWN;
	char free_text[UI_TEXT], total_text[UI_TEXT];
	unsigned cpus = 0;

	for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++)
		cpus += machine->cpu_node[cpu] == node &&
			bt_mask_test(machine->possible_cpus, cpu);
	if (frame && node < frame->node_count) {
		free_bytes = frame->nodes[node].free_bytes;
		total_bytes = frame->nodes[node].total_bytes;
	}
	if (here)
		ui_put_glyph(area, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	ui_putf(area, row, 2, here && edit->in_nodes ? UI_ROLE_SELECTED :
		on ? UI_ROLE_STRONG : UI_ROLE_NORMAL, "[%s] %2u",
		!has_memory(app, node) ? "-" : on ? "x" : " ", node);
	ui_putf_right(area, row, 15, UI_ROLE_NORMAL, "%u", cpus);
	if (!has_memory(app, node)) {
		ui_put(area, row, 18, UI_ROLE_DIM, "no memory");
	} else {
		ui_put_right(area, row, 29, UI_ROLE_NORMAL,
			     ui_text_bytes(&app->model->units, free_bytes, free_text));
		if (area->rect.cols >= TOTAL_END)
			ui_put_right(area, row, TOTAL_END, UI_ROLE_DIM,
				     ui_text_bytes(&app->model->units, total_bytes, total_text));
	}
	draw_distances(app, area, row, node);
}

static void draw_nodes(struct ui_app *app, const struct ui_area *area, int row, int rows)
{
	struct ui_nodes *edit = &app->overlay.nodes;

	ui_put(area, row, 2, UI_ROLE_DIM, "node");
	ui_put_right(area, row, 15, UI_ROLE_DIM, "CPUs");
	ui_put_right(area, row, 29, UI_ROLE_DIM, "free now");
	if (area->rect.cols >= TOTAL_END)
		ui_put_right(area, row, TOTAL_END, UI_ROLE_DIM, "memory");
	draw_distance_heads(edit, area, row);
	if (edit->cursor < edit->top)
		edit->top = edit->cursor;
	if (rows > 1 && edit->cursor >= edit->top + (unsigned)rows - 1)
		edit->top = edit->cursor - (unsigned)rows + 2;
	for (int i = 1; i < rows && edit->top + (unsigned)i - 1 < edit->count; i++)
		draw_node(app, area, row + i, edit->top + (unsigned)i - 1);
}

/* The value as it would be sent, or why it would be refused. */
static void draw_value(struct ui_app *app, const struct ui_area *area, int row)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	struct bt_config config;
	struct bt_err err;
	char text[256];

	fill_config(app, &config);
	if (edit->err.code)
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_BAD, edit->err.text);
	else if (bt_config_check(&config, &app->model->limits, &err))
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_WARN, err.text);
	else if (bt_param_text(node_param(), &config, text, sizeof(text)) > 0)
		ui_put_cut(area, row, 0, area->rect.cols, UI_ROLE_STRONG, text);
}

static void nodes_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	int width = DISTANCE_COL + (int)edit->count * DISTANCE_COLS;
	bool wide = width > NODES_COLS && width <= screen->rect.cols - 4;
	struct ui_area inside = ui_box(screen, BT_NODE_COUNT + TEXT_ROWS + (int)edit->count,
				       wide ? width : NODES_COLS, "Nodes and distances",
				       "Tab list   Space node   A all   s socket   "
				       "Enter apply   Esc");
	int rows = inside.rect.rows, row = 0;

	if (rows >= BOTH_FROM_ROWS || !edit->in_nodes) {
		row = draw_policies(app, &inside) + 1;
		ui_picker_draw_detail(app, node_param(), edit->policy, &inside, row);
		row += 3;
	}
	if (rows >= BOTH_FROM_ROWS || edit->in_nodes)
		draw_nodes(app, &inside, row, rows - row - 2);
	draw_value(app, &inside, rows - 1);
}

static const struct ui_overlay_ops nodes_ops = { .key = nodes_key, .draw = nodes_draw };

void ui_nodes_open(struct ui_app *app)
{
	struct ui_nodes *edit = &app->overlay.nodes;
	struct bt_config config;

	memset(edit, 0, sizeof(*edit));
	ui_app_config(app, &config);
	edit->policy = config.node_policy < BT_NODE_COUNT ? config.node_policy : BT_NODE_LOCAL;
	memcpy(edit->nodes, config.nodes, sizeof(edit->nodes));
	edit->count = app->model->machine->node_count;
	app->overlay.ops = &nodes_ops;
}

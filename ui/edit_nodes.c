// SPDX-License-Identifier: GPL-2.0
/* The node policy and, where it takes some, its nodes. */
#include <string.h>

#include "core/mask.h"
#include "ui/app.h"

#define NODES_COLS 76
#define NAME_COLS 13

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

static void toggle(struct ui_app *app)
{
	struct ui_nodes *edit = &app->overlay.nodes;
	bool on = bt_mask_test(edit->nodes, edit->cursor);

	if (!takes_nodes(edit->policy) || !has_memory(app, edit->cursor))
		return;
	if (edit->policy == BT_NODE_PREFER)
		memset(edit->nodes, 0, sizeof(edit->nodes));
	bt_mask_set(edit->nodes, edit->cursor, !on);
}

static void fill_draft(struct ui_app *app, struct bt_config *draft)
{
	const struct ui_nodes *edit = &app->overlay.nodes;

	ui_app_config(app, draft);
	draft->node_policy = edit->policy;
	if (takes_nodes(edit->policy))
		memcpy(draft->nodes, edit->nodes, sizeof(draft->nodes));
	else
		memset(draft->nodes, 0, sizeof(draft->nodes));
}

static void nodes_key(struct ui_app *app, int key)
{
	struct ui_nodes *edit = &app->overlay.nodes;
	unsigned nodes = app->model->machine->node_count;
	struct bt_config draft;

	edit->err.code = 0;
	switch (key) {
	case UI_KEY_DOWN:
	case 'j':
		edit->policy = (edit->policy + 1) % BT_NODE_COUNT;
		break;
	case UI_KEY_UP:
	case 'k':
		edit->policy = (edit->policy + BT_NODE_COUNT - 1) % BT_NODE_COUNT;
		break;
	case UI_KEY_LEFT:
	case 'h':
		edit->cursor = (edit->cursor + nodes - 1) % nodes;
		break;
	case UI_KEY_RIGHT:
	case 'l':
		edit->cursor = (edit->cursor + 1) % nodes;
		break;
	case ' ':
		toggle(app);
		break;
	case UI_KEY_ENTER:
		fill_draft(app, &draft);
		if (!ui_app_change(app, &draft, "key", &edit->err))
			ui_overlay_close(app);
		app->message[0] = '\0';
		break;
	}
}

static void draw_nodes(struct ui_app *app, const struct ui_area *area, int row)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	unsigned nodes = app->model->machine->node_count;
	int room = (area->rect.cols - 7) / 5;
	int hidden = (int)edit->cursor - room + 1;
	unsigned first = room > 0 && hidden > 0 ? (unsigned)hidden : 0;

	ui_put(area, row, 0, UI_ROLE_DIM, "nodes");
	for (int i = 0; i < room && first + (unsigned)i < nodes; i++) {
		unsigned node = first + (unsigned)i;
		bool on = bt_mask_test(edit->nodes, node) && takes_nodes(edit->policy);
		const char *mark = !has_memory(app, node) ? "-" : on ? "x" : " ";

		ui_putf(area, row, 7 + i * 5,
			node == edit->cursor ? UI_ROLE_SELECTED :
			on ? UI_ROLE_STRONG : UI_ROLE_NORMAL, "%2u%s%s%s", node, "[", mark, "]");
	}
}

static void nodes_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_nodes *edit = &app->overlay.nodes;
	const struct bt_choice *choices = node_param()->choices;
	struct ui_area inside = ui_box(screen, BT_NODE_COUNT + 4, NODES_COLS, "Nodes",
				       "Up Down policy   Left Right Space nodes   Enter apply");
	struct bt_config draft;
	char text[256];
	struct bt_err err;
	int row;

	for (row = 0; row < BT_NODE_COUNT; row++) {
		bool selected = (unsigned)row == edit->policy;

		if (selected)
			ui_put_glyph(&inside, row, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
		ui_put(&inside, row, 2, selected ? UI_ROLE_SELECTED : UI_ROLE_NORMAL,
		       choices[row].name);
		ui_put_cut(&inside, row, 2 + NAME_COLS, inside.rect.cols - 2 - NAME_COLS,
			   UI_ROLE_DIM, choices[row].help);
	}
	draw_nodes(app, &inside, row + 1);
	fill_draft(app, &draft);
	if (edit->err.code)
		ui_put_cut(&inside, row + 3, 0, inside.rect.cols, UI_ROLE_BAD, edit->err.text);
	else if (bt_config_check(&draft, &app->model->limits, &err))
		ui_put_cut(&inside, row + 3, 0, inside.rect.cols, UI_ROLE_WARN, err.text);
	else if (bt_param_text(node_param(), &draft, text, sizeof(text)) > 0)
		ui_put_cut(&inside, row + 3, 0, inside.rect.cols, UI_ROLE_STRONG, text);
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
	app->overlay.ops = &nodes_ops;
}

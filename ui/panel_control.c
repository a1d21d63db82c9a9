// SPDX-License-Identifier: GPL-2.0
/* Every control: what was sent, what is applied, what is proposed instead, what it means here. */
#include <string.h>

#include "ui/draft.h"
#include "ui/keys.h"
#include "ui/panel.h"

#define KEY_COL 1		/* after the pointer */
#define DRAFT_COL 2		/* '*' where the draft differs from what was sent */
#define LABEL_COL 3
#define VALUE_COL 14
#define VALUE_COLS 16
#define COLUMN_MIN_COLS 25	/* of several columns of parameters */
#define EFFECT_COLS 58		/* from this width a row also says what the value means */

static unsigned ways_here(const struct bt_machine *machine)
{
	unsigned here = 0;

	for (unsigned i = 0; i < machine->way_count; i++)
		here += machine->ways[i].orders != 0;
	return here;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_frame *frame = model->live;
	char text[UI_TEXT], order[BT_PARAM_TEXT];

	if (model->draft && model->draft->on)
		ui_row_add(row, 0, UI_ROLE_BADGE, "", " DRAFT %u %s ",
			   ui_draft_changes(model->draft),
			   ui_draft_changes(model->draft) == 1 ? "change" : "changes");
	if (only) {
		ui_effect_value(bt_param_find("order"), model->wanted, order, sizeof(order));
		ui_row_add(row, 0, UI_ROLE_NORMAL, "order", "%s", order);
		ui_effect_value(bt_param_find("cpus"), model->wanted, text, sizeof(text));
		ui_row_add(row, 1, UI_ROLE_NORMAL, "CPUs", "%s", text);
	} else if (model->no_control)
		ui_row_add(row, 0, UI_ROLE_WARN, "read only:", "%s", model->no_control);
	else if (!frame || !frame->has_module)
		ui_row_add(row, 0, UI_ROLE_DIM, "", "no module");
	else if (frame->way[0])
		ui_row_add(row, 0, UI_ROLE_NORMAL, "way", "%s (no module, ? has all)",
			   frame->way);
	else if (model->machine->way_count)
		ui_row_add(row, 0, UI_ROLE_NORMAL, "no module", "%u of %u ways here (? has them)",
			   ways_here(model->machine), model->machine->way_count);
	else if (frame->config.generation)
		ui_row_add(row, 0, UI_ROLE_NORMAL, "generation", "%llu",
			   (unsigned long long)frame->config.generation);
}

/* What a row shows: the value in force or proposed, and what it was before. */
struct shown {
	const struct bt_config *config;	/* the value that its effect is told of */
	bool edited, drafted, pending;
	char text[600];
};

/* "0 -> 3", or "-> 3" where that is too wide. */
static void change_text(unsigned row, const struct bt_config *from, const struct bt_config *to,
			int width, char *buf, size_t size)
{
	char old[256], new[256];

	ui_control_value(row, from, old, sizeof(old));
	ui_control_value(row, to, new, sizeof(new));
	if (snprintf(buf, size, "%s -> %s", old, new) > width)
		snprintf(buf, size, "-> %s", new);
}

static void find_shown(const struct ui_model *model, unsigned row, int width, struct shown *shown)
{
	const struct bt_config *applied = ui_model_applied(model), *proposed = NULL;
	const struct ui_draft *draft = model->draft;

	if (draft)
		proposed = ui_draft_proposal(draft, row, model->wanted);
	shown->config = proposed ? proposed : model->wanted;
	shown->edited = proposed && draft->edit.open && draft->edit.row == row;
	shown->drafted = proposed && !ui_control_same(row, proposed, model->wanted);
	shown->pending = !proposed && applied && !ui_control_same(row, applied, model->wanted);
	if (shown->drafted)
		change_text(row, model->wanted, proposed, width, shown->text, sizeof(shown->text));
	else if (shown->pending)
		change_text(row, applied, model->wanted, width, shown->text, sizeof(shown->text));
	else
		ui_control_value(row, shown->config, shown->text, sizeof(shown->text));
}

static enum ui_role value_role(const struct shown *shown, bool selected)
{
	if (shown->edited)
		return UI_ROLE_SELECTED;
	if (shown->drafted || shown->pending)
		return UI_ROLE_WARN;
	return selected ? UI_ROLE_STRONG : UI_ROLE_NORMAL;
}

/* Key, mark of the draft, name. */
static void draw_name(const struct ui_area *area, unsigned row, bool drafted, bool selected)
{
	const struct bt_param *param = ui_control_param(row);
	const struct ui_binding *binding = param ? ui_keys_of_param(param->name) :
						   ui_keys_find('w');
	char key[16];

	if (selected)
		ui_put_glyph(area, 0, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	if (binding)
		ui_put(area, 0, KEY_COL, UI_ROLE_KEY,
		       ui_key_name(binding->key[0], key, sizeof(key)));
	if (drafted)
		ui_put_char(area, 0, DRAFT_COL, UI_ROLE_WARN, L'*');
	ui_put(area, 0, LABEL_COL, selected ? UI_ROLE_STRONG : UI_ROLE_DIM, ui_control_label(row));
}

static int draw_value(const struct ui_model *model, const struct ui_area *area,
		      const struct shown *shown, int width, bool selected)
{
	struct ui_area field;

	if (!shown->edited || !model->draft->edit.typing)
		return ui_put_cut(area, 0, VALUE_COL, width, value_role(shown, selected),
				  shown->text);
	field = ui_area_part(area, 0, VALUE_COL, 1, VALUE_COLS - 1);
	ui_line_draw(&model->draft->edit.line, &field, 0, 0);
	return VALUE_COL + VALUE_COLS - 1;
}

static void draw_row(const struct ui_model *model, unsigned row, bool selected,
		     const struct ui_area *area)
{
	int cols = area->rect.cols, width = cols - VALUE_COL, col;
	struct shown shown;
	char effect[UI_EFFECT];

	find_shown(model, row, width, &shown);
	draw_name(area, row, shown.drafted, selected);
	if (cols >= EFFECT_COLS && !shown.pending && !shown.drafted)
		width = VALUE_COLS - 1;
	col = draw_value(model, area, &shown, width, selected);
	if (cols < EFFECT_COLS)
		return;
	col = col < VALUE_COL + VALUE_COLS ? VALUE_COL + VALUE_COLS : col + 1;
	ui_control_effect(row, shown.config, model->machine, effect);
	ui_put_cut(area, 0, col, cols - col, shown.drafted ? UI_ROLE_NORMAL : UI_ROLE_DIM, effect);
}

/* First row of the only column, so that the selected one shows. */
static unsigned first_row(unsigned selected, unsigned rows)
{
	unsigned count = ui_control_rows();

	if (rows >= count || selected < rows / 2)
		return 0;
	return selected - rows / 2 + rows > count ? count - rows : selected - rows / 2;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	unsigned rows = (unsigned)area->rect.rows, count = ui_control_rows();
	unsigned columns = (count + rows - 1) / rows, first = 0;
	int width;

	if ((int)columns * COLUMN_MIN_COLS > area->rect.cols) {
		columns = 1;
		first = first_row(state->selected, rows);
	}
	width = (area->rect.cols - 2 * ((int)columns - 1)) / (int)columns;
	for (unsigned i = 0; i < columns * rows && first + i < count; i++) {
		struct ui_area cell = ui_area_part(area, (int)(i % rows),
						   (int)(i / rows) * (width + 2), 1, width);

		draw_row(model, first + i, state->selected == first + i, &cell);
	}
}

static unsigned extent(const struct ui_model *model, const struct ui_panel_state *state)
{
	(void)model, (void)state;
	return ui_control_rows();
}

const struct ui_panel_ops ui_panel_control = {
	.title = "Control",
	.summary = summary,
	.draw = draw,
	.extent = extent,
	.selects = true,
};

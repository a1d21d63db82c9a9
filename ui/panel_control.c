// SPDX-License-Identifier: GPL-2.0
/* Every live parameter: what was sent, what is applied, and what it means here. */
#include <string.h>

#include "ui/control.h"
#include "ui/effect.h"
#include "ui/keys.h"
#include "ui/panel.h"

#define KEY_COL 1		/* after the pointer */
#define LABEL_COL 3
#define VALUE_COL 14
#define VALUE_COLS 16
#define COLUMN_MIN_COLS 25	/* of several columns of parameters */
#define EFFECT_COLS 58		/* from this width a row also says what the value means */

unsigned ui_control_rows(void)
{
	return bt_param_count + 1;
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	const struct bt_frame *frame = model->frame;
	char text[UI_TEXT];

	if (only) {
		ui_row_add(row, 0, UI_ROLE_NORMAL, "order", "%u", model->wanted->order);
		ui_effect_value(bt_param_find("cpus"), model->wanted, text, sizeof(text));
		ui_row_add(row, 1, UI_ROLE_NORMAL, "CPUs", "%s", text);
	} else if (model->no_control)
		ui_row_add(row, 0, UI_ROLE_WARN, "read only:", "%s", model->no_control);
	else if (!frame || !frame->has_module)
		ui_row_add(row, 0, UI_ROLE_DIM, "", "no module");
	else if (frame->config.generation)
		ui_row_add(row, 0, UI_ROLE_NORMAL, "generation", "%llu",
			   (unsigned long long)frame->config.generation);
}

static void value_text(const struct bt_param *param, const struct bt_config *config, char *buf,
		       size_t size)
{
	if (param)
		ui_effect_value(param, config, buf, size);
	else
		snprintf(buf, size, "%s", bt_run_name(config->run));
}

static void effect_text(const struct ui_model *model, const struct bt_param *param,
			char buf[UI_EFFECT])
{
	static const char *const runs[BT_RUN_COUNT] = {
		[BT_RUN_DRAIN] = "hold nothing, sleep", [BT_RUN_GO] = "run the pattern",
		[BT_RUN_KEEP] = "sleep, keep what is held",
	};

	if (param)
		ui_effect(param, model->wanted, model->machine, buf);
	else
		snprintf(buf, UI_EFFECT, "%s",
			 model->wanted->run < BT_RUN_COUNT ? runs[model->wanted->run] : "?");
}

/*
 * "3", or "0 -> 3" while what was sent is not yet in force ("-> 3" where that is too wide). Returns
 * whether it is pending.
 */
static bool both_values(const struct ui_model *model, const struct bt_param *param, int width,
			char *buf, size_t size)
{
	const struct bt_config *applied = ui_model_applied(model);
	char sent[256], now[256];

	value_text(param, model->wanted, sent, sizeof(sent));
	if (applied)
		value_text(param, applied, now, sizeof(now));
	if (!applied || !strcmp(sent, now)) {
		snprintf(buf, size, "%s", sent);
		return false;
	}
	if (snprintf(buf, size, "%s -> %s", now, sent) > width)
		snprintf(buf, size, "-> %s", sent);
	return true;
}

static void draw_row(const struct ui_model *model, unsigned index, bool selected,
		     const struct ui_area *area)
{
	const struct bt_param *param = index ? &bt_params[index - 1] : NULL;
	const struct ui_binding *binding = param ? ui_keys_of_param(param->name) :
						   ui_keys_find('w');
	int cols = area->rect.cols, width = cols - VALUE_COL, col;
	bool pending;
	char text[600], effect[UI_EFFECT], key[16];

	if (selected)
		ui_put_glyph(area, 0, 0, UI_ROLE_WARN, UI_GLYPH_POINTER);
	if (binding)
		ui_put(area, 0, KEY_COL, UI_ROLE_KEY,
		       ui_key_name(binding->key[0], key, sizeof(key)));
	ui_put(area, 0, LABEL_COL, selected ? UI_ROLE_STRONG : UI_ROLE_DIM,
	       param ? param->label : "workers");
	pending = both_values(model, param, width, text, sizeof(text));
	if (cols >= EFFECT_COLS && !pending)
		width = VALUE_COLS - 1;
	col = ui_put_cut(area, 0, VALUE_COL, width,
			 pending ? UI_ROLE_WARN : selected ? UI_ROLE_STRONG : UI_ROLE_NORMAL, text);
	if (cols < EFFECT_COLS)
		return;
	col = col < VALUE_COL + VALUE_COLS ? VALUE_COL + VALUE_COLS : col + 1;
	effect_text(model, param, effect);
	ui_put_cut(area, 0, col, cols - col, UI_ROLE_DIM, effect);
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

// SPDX-License-Identifier: GPL-2.0
#include "ui/undo.h"

#include <stdio.h>
#include <string.h>

void ui_undo_push(struct ui_undo *undo, const struct ui_change *change)
{
	if (undo->count == UI_UNDO_MAX)
		ui_undo_drop(undo, UI_UNDO_MAX - 1);
	undo->changes[undo->count++] = *change;
}

const struct ui_change *ui_undo_at(const struct ui_undo *undo, unsigned back)
{
	return back < undo->count ? &undo->changes[undo->count - 1 - back] : NULL;
}

void ui_undo_drop(struct ui_undo *undo, unsigned back)
{
	struct ui_change *change;

	if (back >= undo->count)
		return;
	change = &undo->changes[undo->count - 1 - back];
	memmove(change, change + 1, back * sizeof(*change));
	undo->count--;
}

unsigned ui_undo_apply(const struct ui_change *change, struct bt_config *config)
{
	const struct bt_config now = *config;

	ui_control_merge(config, &change->after, &change->before);
	return ui_control_changes(&now, config);
}

const char *ui_undo_text(const struct ui_change *change, char *buf, size_t size)
{
	char before[16], after[16];

	switch (change->kind) {
	case UI_CHANGE_CONFIG:
		return ui_control_text(&change->before, &change->after, buf, size);
	case UI_CHANGE_INTERVAL:
		snprintf(buf, size, "interval %s -> %s",
			 bt_text_ns(change->interval_before_ns, before, sizeof(before)),
			 bt_text_ns(change->interval_after_ns, after, sizeof(after)));
		return buf;
	case UI_CHANGE_RESET:
		break;
	}
	snprintf(buf, size, "reset of what is shown");
	return buf;
}

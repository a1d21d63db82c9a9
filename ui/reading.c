// SPDX-License-Identifier: GPL-2.0
#include "ui/reading.h"

#include <stdio.h>
#include <string.h>

const char *ui_reading_why_not(const struct ui_model *model, enum bt_detail state)
{
	if (model->past)
		return "not kept in history";
	switch (model->frame ? state : BT_DETAIL_NONE) {
	case BT_DETAIL_KNOWN:
		return NULL;
	case BT_DETAIL_NEEDS_ROOT:
		return "needs root";
	case BT_DETAIL_NOT_IN_KERNEL:
		return "not in this kernel";
	case BT_DETAIL_FAILED:
		return "could not be read";
	default:
		break;
	}
	if (!strcmp(model->machine->source, "replay"))
		return "not in this recording";
	return "comes with the next sample";
}

const char *ui_reading_age(const struct ui_model *model, uint64_t mono_ns, char buf[UI_TEXT])
{
	uint64_t now = model->frame->mono_ns, ns = now > mono_ns ? now - mono_ns : 0;

	if (ns < BT_NS_PER_S)
		snprintf(buf, UI_TEXT, "now");
	else
		snprintf(buf, UI_TEXT, "%llu s ago", (unsigned long long)(ns / BT_NS_PER_S));
	return buf;
}

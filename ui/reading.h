/* SPDX-License-Identifier: GPL-2.0 */
/* What panels say of readings that a frame holds only when somebody wants them. */
#ifndef UI_READING_H
#define UI_READING_H

#include "ui/model.h"
#include "ui/text.h"

/*
 * Why there is nothing to show of a reading that ended in state, in few words; NULL when there is.
 * frame NULL: none at the shown instant.
 */
const char *ui_reading_why_not(const struct ui_model *model, enum bt_detail state);
/* "now", "3 s ago": how old a reading of mono_ns is in the shown frame. */
const char *ui_reading_age(const struct ui_model *model, uint64_t mono_ns, char buf[UI_TEXT]);

#endif

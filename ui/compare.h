/* SPDX-License-Identifier: GPL-2.0 */
/* What the baseline says to a number of now. */
#ifndef UI_COMPARE_H
#define UI_COMPARE_H

#include "frame/metric.h"
#include "ui/model.h"
#include "ui/text.h"

#define UI_COMPARE_TEXT 32

/* "+1.23M/s", "-3.0 points", "0"; "?" when one is not known. */
const char *ui_compare_delta(const struct bt_metric *metric, const struct bt_units *units,
			     double before, double now, char buf[UI_COMPARE_TEXT]);
/* "x1.25"; "?" when one is not known, "-" when it was 0. */
const char *ui_compare_ratio(double before, double now, char buf[UI_COMPARE_TEXT]);
/*
 * For the title of a panel with this main number (its key): both of the above, while compared; in a
 * title with less room without what it is compared with, or the ratio alone.
 */
void ui_compare_add(const struct ui_model *model, const char *key, struct ui_row *row, int room);

#endif

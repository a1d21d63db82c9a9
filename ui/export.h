/* SPDX-License-Identifier: GPL-2.0 */
/* The event log as a file for other programs. */
#ifndef UI_EXPORT_H
#define UI_EXPORT_H

#include "ui/filter.h"
#include "ui/model.h"

/*
 * Events that fit the filter, oldest first: CSV with a line of names (RFC 4180) where the name of
 * the file ends with .csv, else JSON Lines, the objects of a recording's events. All or nothing;
 * -EEXIST when something of that name is there. count: how many were written.
 */
int ui_export_events(const struct ui_model *model, const struct ui_filter *filter,
		     const char *path, unsigned *count, struct bt_err *err);

/* One line of CSV, with its end; to is at least UI_EXPORT_LINE. Returns its length. */
#define UI_EXPORT_LINE 1024
unsigned ui_export_csv(const struct bt_event *event, char to[UI_EXPORT_LINE]);

#endif

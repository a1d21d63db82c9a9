/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tables as CSV files: a line with the columns' names, then one for each row; numbers as %.17g,
 * which gives back the same double, and nothing where a number is not known.
 */
#ifndef BT_LAB_CSV_H
#define BT_LAB_CSV_H

#include "lab/run.h"

/* In place, and on the disk when it returns. -ENOSPC ... */
int bt_lab_csv_write(const struct bt_lab_table *table, const char *path, struct bt_err *err);
/*
 * Appends the rows of a file that has just the table's columns. "nan" is not known, either. -ENOENT
 * ...; -EPROTO: damaged, err names the line; what was read until then is in the table.
 */
int bt_lab_csv_read(struct bt_lab_table *table, const char *path, struct bt_err *err);

#endif

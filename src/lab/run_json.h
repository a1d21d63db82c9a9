/* SPDX-License-Identifier: GPL-2.0 */
/* The document of a run (schema buddytop-lab, buddytop.5): all of it but the rows of its tables. */
#ifndef BT_LAB_RUN_JSON_H
#define BT_LAB_RUN_JSON_H

#include "core/json.h"
#include "lab/run.h"

#define BT_LAB_SCHEMA "buddytop-lab"
#define BT_LAB_VERSION 1u

/* "[a-z0-9_]+", at most 48: what a table or a column may be called, as files are named by it. */
bool bt_lab_name_is_good(const char *name);

void bt_lab_run_encode(struct bt_json_writer *w, const struct bt_lab_run *run);
/*
 * Its tables have columns and no rows; how many rows each should have comes into rows. -EPROTO: not
 * one, or damaged; err names the member. The caller frees *run.
 */
int bt_lab_run_decode(const struct bt_json *root, struct bt_lab_run **run,
		      uint64_t rows[BT_LAB_TABLES_MAX], struct bt_err *err);

#endif

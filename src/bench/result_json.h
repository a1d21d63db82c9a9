/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of the result document: rows that its encoder and its decoder share. */
#ifndef BT_RESULT_JSON_H
#define BT_RESULT_JSON_H

#include "bench/result.h"
#include "frame/fields.h"

#define BT_RESULT_SCHEMA "buddytop-result"

extern const struct bt_field_table bt_result_top;		/* struct bt_result */
extern const struct bt_field_table bt_result_repetition_rows;	/* struct bt_result_repetition */
extern const struct bt_field_table bt_result_phase_rows;	/* struct bt_result_phase */
extern const struct bt_field_table bt_result_count_rows;	/* struct bt_result_counts */
extern const struct bt_field_table bt_result_sample_rows;	/* struct bt_result_sample */

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* The members of a frame's JSON object, for its encoder and its decoder (see buddytop.5). */
#ifndef BT_FRAME_SCHEMA_H
#define BT_FRAME_SCHEMA_H

#include "frame/fields.h"

extern const struct bt_field_table bt_schema_frame;	/* struct bt_frame: the top */
extern const struct bt_field_table bt_schema_module;	/* struct bt_frame: in "module" */
extern const struct bt_field_table bt_schema_ack;	/* struct bt_frame_ack */
extern const struct bt_field_table bt_schema_cpu;	/* struct bt_frame_cpu: a column each */
extern const struct bt_field_table bt_schema_step;	/* the same: its member step */
extern const struct bt_field_table bt_schema_calls;	/* struct bt_frame_calls */
extern const struct bt_field_table bt_schema_memory;	/* struct bt_frame_memory */
extern const struct bt_field_table bt_schema_psi;	/* struct bt_frame_psi */
extern const struct bt_field_table bt_schema_load;	/* struct bt_frame_load */
extern const struct bt_field_table bt_schema_node;	/* struct bt_frame_node */
extern const struct bt_field_table bt_schema_zone;	/* struct bt_frame_zone but its lists */
extern const struct bt_field_table bt_schema_hist;	/* struct bt_frame_hist but its buckets */

struct bt_frame;
struct bt_frame_host;

/* detail_json.c: what only some readers want; nothing where nobody did. */
void bt_detail_encode(struct bt_json_writer *w, const struct bt_frame *frame);
int bt_detail_decode(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err);

/* host_json.c: a guest as its host sees it; nothing where nobody does. */
void bt_host_encode(struct bt_json_writer *w, const struct bt_frame_host *host);
int bt_host_decode(const struct bt_json *node, struct bt_frame_host *host, struct bt_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Machines, configs and frames as JSON (schemas in buddytop.5): one encoder and one decoder for
 * recorder, snapshot, link and tests. CPUs are columns, one value where all CPUs have the same;
 * a histogram is its used buckets, bucket and count in turn; unknown numbers are left out (null in
 * a column). A decoder checks every bound and type.
 */
#ifndef BT_FRAME_JSON_H
#define BT_FRAME_JSON_H

#include "core/json.h"
#include "frame/frame.h"

#define BT_FRAME_SCHEMA_VERSION 1u
/*
 * Longest line a reader takes. A busy frame of 1024 CPUs and 16 nodes has less than 256 KiB after a
 * day; only counters near 2^64 and every histogram in use come near this.
 */
#define BT_FRAME_LINE_MAX (1024u * 1024)

/* Each writes one object under key (NULL: bare). */
void bt_machine_encode(struct bt_json_writer *w, const char *key, const struct bt_machine *machine);
void bt_config_encode(struct bt_json_writer *w, const char *key, const struct bt_config *config);
void bt_frame_encode(struct bt_json_writer *w, const char *key, const struct bt_frame *frame);

/* 0, or -EPROTO with err naming the member. The result is untouched on failure (frame: cleared). */
int bt_machine_decode(const struct bt_json *node, struct bt_machine *machine, struct bt_err *err);
int bt_config_decode(const struct bt_json *node, struct bt_config *config, struct bt_err *err);
int bt_frame_decode(const struct bt_json *node, struct bt_frame *frame, struct bt_err *err);

#endif

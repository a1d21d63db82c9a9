/* SPDX-License-Identifier: GPL-2.0 */
/* A point as JSON: its times, its state, what fell into it and every metric (metric.h). */
#ifndef BT_POINT_JSON_H
#define BT_POINT_JSON_H

#include "core/json.h"
#include "frame/interval.h"

/* The members alone, into an object that is open: the caller may have more to say in it. */
void bt_point_encode_members(struct bt_json_writer *w, const struct bt_point *point);
void bt_point_encode(struct bt_json_writer *w, const char *key, const struct bt_point *point);

/*
 * Back: times, state and metrics. Histograms are no members; what is absent is unknown. -EPROTO
 * names the member.
 */
int bt_point_decode(const struct bt_json *node, struct bt_point *point, struct bt_err *err);

#endif

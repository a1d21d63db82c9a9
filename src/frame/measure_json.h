/* SPDX-License-Identifier: GPL-2.0 */
/* A measurement as JSON: in the agent protocol and in results (buddytop.5). */
#ifndef BT_MEASURE_JSON_H
#define BT_MEASURE_JSON_H

#include "core/json.h"
#include "system/findlimit.h"

void bt_measure_encode(struct bt_json_writer *w, const char *key,
		       const struct bt_measure *measure);
/* -EPROTO names the member; measure is untouched then. */
int bt_measure_decode(const struct bt_json *node, struct bt_measure *measure, struct bt_err *err);

#endif

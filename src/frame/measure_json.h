/* SPDX-License-Identifier: GPL-2.0 */
/* The members of `measure` and of the answer to `measured` in the agent protocol (buddytop.5). */
#ifndef BT_MEASURE_JSON_H
#define BT_MEASURE_JSON_H

#include "core/json.h"
#include "system/measure.h"

/* Of the greeting's offers: whoever has it knows region_bytes and stop_psi_percent. */
#define BT_OFFER_MEASURE_OPTIONS "measure-options"

/* Into an open object; what is not asked for is left out, so that an older agent knows the rest. */
void bt_measure_options_encode(struct bt_json_writer *w, const struct bt_measure_options *options);
/*
 * -EPROTO names the member of a wrong type; a limit that is there and 0 is one, too, as somebody
 * has computed it. Bounds are bt_measure_check()'s.
 */
int bt_measure_options_decode(const struct bt_json *node, struct bt_measure_options *options,
			      struct bt_err *err);

void bt_measure_encode(struct bt_json_writer *w, const char *key, const struct bt_measure *measure);
/* -EPROTO: a member of a wrong type or name, or an end that does not go with the state. */
int bt_measure_decode(const struct bt_json *node, struct bt_measure *measure, struct bt_err *err);

#endif

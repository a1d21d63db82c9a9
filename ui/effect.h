/* SPDX-License-Identifier: GPL-2.0 */
/* What a parameter's value means on a machine, in a few words, for panel, editors and prompts. */
#ifndef UI_EFFECT_H
#define UI_EFFECT_H

#include "core/param.h"
#include "frame/frame.h"

#define UI_EFFECT 160

const char *ui_effect(const struct bt_param *param, const struct bt_config *config,
		      const struct bt_machine *machine, char buf[UI_EFFECT]);

/* The value for people: exact where it is short ("64M", "0-7"), "off" and "flat out" for zeros. */
const char *ui_effect_value(const struct bt_param *param, const struct bt_config *config,
			    char *buf, size_t size);

#endif

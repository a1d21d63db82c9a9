/* SPDX-License-Identifier: GPL-2.0 */
/* What a choice does to a machine, in more words than a row has, for the pickers. */
#ifndef UI_DETAIL_H
#define UI_DETAIL_H

#include "core/param.h"
#include "frame/frame.h"

#define UI_DETAIL 512

/* What it does; numbers are those of config with that choice. "" where its help says all. */
const char *ui_detail(const struct bt_param *param, unsigned choice, const struct bt_config *config,
		      const struct bt_machine *machine, char buf[UI_DETAIL]);
/* What it may do to others; NULL: nothing beyond the load itself. */
const char *ui_detail_warning(const struct bt_param *param, unsigned choice);

#endif

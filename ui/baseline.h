/* SPDX-License-Identifier: GPL-2.0 */
/* A window of the history that is kept to compare with: all of it as one point, and its series. */
#ifndef UI_BASELINE_H
#define UI_BASELINE_H

#include "frame/history.h"

struct ui_baseline {
	enum bt_tier tier;
	unsigned count;
	char way[16];			/* of source user, when it was taken; "" = none, or the module */
	struct bt_point *whole;		/* with tails */
	struct bt_point **points;	/* [count] with tails, the newest first */
};

/* Of the points of a tier from age newest on; NULL: there are none. */
struct ui_baseline *ui_baseline_take(const struct bt_history *history, enum bt_tier tier,
				     unsigned newest, unsigned count);
void ui_baseline_free(struct ui_baseline *baseline);

#endif

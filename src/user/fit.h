/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What of a configuration can be done without the module: which way does it, and what of it has to be
 * different. Pure.
 */
#ifndef BT_USER_FIT_H
#define BT_USER_FIT_H

#include "frame/frame.h"
#include "user/way.h"

struct bt_user_means {
	const struct bt_machine *machine;
	uint32_t orders[BT_WAY_COUNT];		/* proven; 0: the way is not there */
	enum bt_way_nodes nodes[BT_WAY_COUNT];
	__u64 allowed_nodes[BT_NODE_WORDS];	/* of the memory nodes those we may use */
	uint64_t room_bytes[BT_WAY_COUNT];	/* of all workers together; BT_UNKNOWN: no limit */
};

#define BT_USER_FIT_TEXT 128	/* that of struct bt_frame_ack */

/*
 * Makes config, which passed bt_config_check(), what will be done, and finds its way. 0: text says
 * what of it was changed and for which way, "" where nothing was. -EOPNOTSUPP: nothing here does it,
 * text says why; config is untouched then. One that drains needs no way: *way stays then.
 */
int bt_user_fit(const struct bt_user_means *means, struct bt_config *config,
		enum bt_way_number *way, char text[BT_USER_FIT_TEXT]);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page allocations by a child process, which has a worker on each CPU that we may use. The child is
 * the first whom the OOM killer takes, and dies with the thread that opened it; whatever it held is
 * given back by its death. Its guard keeps it from holding more than half of what is available, and
 * gives back below a floor and when tasks are stalled for memory (user/child.h).
 */
#ifndef BT_USER_LOAD_H
#define BT_USER_LOAD_H

#include "frame/frame.h"
#include "user/proof.h"

struct bt_user_load;

/*
 * ways: bits of those to try. Returns when they were tried; machine, which stays the caller's and
 * has to outlive the load, says which CPUs there are and bounds what is held. -errno: no child.
 */
int bt_user_load_open(struct bt_user_load **load, uint32_t ways, const struct bt_machine *machine,
		      struct bt_err *err);
/* Ends the child, and waits until all it held is given back. NULL is fine. */
void bt_user_load_close(struct bt_user_load *load);

const struct bt_proof *bt_user_load_proof(const struct bt_user_load *load,
					  enum bt_way_number way);
/* Whether the guard knows how long tasks are stalled for memory. */
bool bt_user_load_sees_stalls(const struct bt_user_load *load);
/* What bt_area_reader_create() reads. */
const void *bt_user_load_area(const struct bt_user_load *load, size_t *size);
int bt_user_load_pid(const struct bt_user_load *load);

/*
 * config is checked, and what the way can do; returns its generation. Never blocks. One thread at a
 * time.
 */
uint64_t bt_user_load_publish(struct bt_user_load *load, const struct bt_config *config,
			      enum bt_way_number way);
void bt_user_load_keepalive(struct bt_user_load *load);

struct bt_user_status {
	struct bt_config config;	/* with generation, and run as it is now */
	enum bt_way_number way;		/* of it */
	enum bt_reason reason;
	uint64_t publish_ns, lease_expiries, limit_expiries;
	bool blind;			/* fall-backs of small calls are not seen: nobody knows failures */
	char trouble[BT_TROUBLE_TEXT];	/* why a worker cannot do all of it; "" = it can */
};
/*
 * generation 0: nothing was published. -EIO: the child is gone, and what it held with it; err says
 * how it ended. One thread.
 */
int bt_user_load_status(struct bt_user_load *load, struct bt_user_status *status,
			struct bt_err *err);

#endif

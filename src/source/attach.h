/* SPDX-License-Identifier: GPL-2.0 */
/* The session at the other end of a socket: what attach.c adds to the remote source. */
#ifndef BT_ATTACH_H
#define BT_ATTACH_H

#include "core/json.h"
#include "source/source.h"

struct remote;
struct bt_attach;

/* Takes what an answer says besides its frame: events, and who is there. Under remote->lock. */
void bt_attach_take(struct bt_attach *attach, const struct bt_json *answer);
/* Events that have come so far. */
uint64_t bt_attach_events(const struct bt_attach *attach);
/* Whether it has said anything lately, be it only that it has no frame. */
bool bt_attach_alive(const struct bt_attach *attach);

#endif

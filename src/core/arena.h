/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory given out piece by piece and taken back all at once: a list of chunks that only grows and
 * is used again from its start after a reset. Single user; running out of memory is fatal.
 */
#ifndef BT_ARENA_H
#define BT_ARENA_H

#include <stddef.h>

struct bt_arena;

struct bt_arena *bt_arena_create(void);
void bt_arena_free(struct bt_arena *arena);
/* Everything taken before is invalid; the memory stays for what comes. */
void bt_arena_reset(struct bt_arena *arena);
/* Aligned for any type, not zeroed; valid until the next reset. */
void *bt_arena_take(struct bt_arena *arena, size_t size);

#endif

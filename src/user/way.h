/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ways to have the running kernel allocate pages of a chosen order without a module of our own: each
 * is a system call whose kernel side calls the page allocator. A way allocates units: so many blocks
 * of one order by one call, which are given back together.
 *
 * What a way's open() returns belongs to the thread that opened it.
 */
#ifndef BT_WAY_H
#define BT_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "kmod/buddytop_uapi.h"

#define BT_WAY_UNIT_BLOCKS_MAX BT_BATCH_MAX

enum bt_way_number {
	BT_WAY_PIPE,
	BT_WAY_PACKET,
	BT_WAY_PBUF,
	BT_WAY_SYSCTL,
	BT_WAY_ANON,
	BT_WAY_HUGE,
	BT_WAY_COUNT
};

/* What a pattern asks of a way. */
enum bt_way_use {
	BT_WAY_HOLD,		/* grow and keep, or grow and drain: hold, ramp */
	BT_WAY_CHURN,		/* burst, steady */
	BT_WAY_REPEAT,		/* one block at a time: repeat */
	BT_WAY_USES
};

/* What one thread will ask for. */
struct bt_way_terms {
	uint64_t max_pages;	/* to be held at once, for now */
};

struct bt_way {
	const char *name;	/* "packet" */
	const char *help;	/* what the kernel does */
	const char *gfp_text;	/* how it allocates */
	uint32_t orders;	/* bit n: order n; of those the kernel has */
	uint8_t gfp;		/* enum bt_gfp that comes nearest to gfp_text */
	uint8_t touch;		/* enum bt_touch that cannot be helped */
	uint8_t rank[BT_WAY_USES];	/* the lowest is preferred; 0: it cannot */
	bool fifo;		/* gives the oldest block back first, and no other */
	bool transient;		/* each block is gone when the call returns: nothing is held */
	bool timed;		/* a call is one block, so that its time is that block's */
	/* An order above 0 may be made of smaller pages, which no return value tells. */
	bool hides_failures;
	bool uses_vmalloc;	/* the same by vmalloc(), which VmallocUsed tells */
	bool networks;		/* needs CAP_NET_RAW, be it in a namespace of its own */
	uint32_t unit_blocks;	/* of one call at most */
	uint32_t units;		/* that a thread has at most; 0: as many as there is memory for */
	const char *limits;	/* besides memory: "RLIMIT_NOFILE" */
	/* Bytes that all threads together may hold; BT_UNKNOWN: as far as memory goes. NULL: that. */
	uint64_t (*room_bytes)(void);

	/* -errno and why it cannot be had here. */
	int (*open)(void **state, const struct bt_way_terms *terms, struct bt_err *err);
	/* Untimed, before each allocation; may be NULL. -errno: a limit of the way, not of memory. */
	int (*prepare)(void *state);
	/* 0, -ENOMEM: the page allocator had none, another -errno: a limit of the way. */
	int (*alloc)(void *state, unsigned order, unsigned blocks, uint32_t *unit);
	/*
	 * False: the pages go back later, so that this call's time says nothing. Transient ways
	 * have none.
	 */
	bool (*free)(void *state, unsigned order, uint32_t unit);
	/* Untimed, after each free; may be NULL. */
	void (*settle)(void *state);
	/* Gives everything back. */
	void (*close)(void *state);
};

extern const struct bt_way bt_way_pipe, bt_way_packet, bt_way_pbuf, bt_way_sysctl, bt_way_anon,
	bt_way_huge;
extern const struct bt_way *const bt_ways[BT_WAY_COUNT];

/* Bits 1 << enum bt_way_number. */
#define BT_WAYS_ALL ((1u << BT_WAY_COUNT) - 1)
/*
 * "packet", "packet+pipe", "none"; NULL or "" are all. 0 or -EINVAL, which names those there are.
 */
int bt_ways_parse(const char *text, uint32_t *ways, struct bt_err *err);
/* The same back: "pipe+packet"; "none". */
void bt_ways_text(uint32_t ways, char *buf, size_t size);
enum bt_way_use bt_way_use(uint32_t pattern);
/*
 * Pages that a unit has at least, so that a thread which holds max_pages has enough of them: a quarter
 * of the way's units is to do. What is freed and allocated anew by whole units, or what is left of one
 * up to the pattern's edge, can be of up to twice as many; 0: any will do.
 */
uint64_t bt_way_unit_least(const struct bt_way *way, uint64_t max_pages);

#endif

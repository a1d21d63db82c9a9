/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The device of testcall.c: a page allocation for each ioctl. For tests/bench alone, never
 * installed; only a module built with BT_TEST_CALLS=1 has it.
 */
#ifndef TESTCALL_H
#define TESTCALL_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define TESTCALL_DEVICE_NAME	"buddytop-testcall"
#define TESTCALL_SLOTS		4096u	/* blocks that one open file can hold */

/* Where to keep a block, and of what order it is. */
struct testcall_block {
	__u32 slot;		/* below TESTCALL_SLOTS */
	__u32 order;		/* ALLOC: 0 .. the kernel's largest; FREE: 0 */
};

/*
 * A block is named by its slot in the file that allocated it; closing the file frees all of them.
 * EINVAL: a slot or an order that there is not. ALLOC: ENOMEM no such block is free, EBUSY the slot
 * has one. FREE: ENOENT the slot is empty.
 */
#define TESTCALL_IOC_MAGIC	0xb8
#define TESTCALL_IOC_ALLOC	_IOW(TESTCALL_IOC_MAGIC, 0, struct testcall_block)
#define TESTCALL_IOC_FREE	_IOW(TESTCALL_IOC_MAGIC, 1, struct testcall_block)

/* What is done to the pairs of PAIRS, each by the antagonist's own code. */
enum testcall_mode {
	TESTCALL_BARE = 0,	/* nothing: allocate a block, free it */
	TESTCALL_CLOCK = 1,	/* timed: clock and histogram */
	TESTCALL_SAMPLED = 2,	/* the same to one in 16 */
	TESTCALL_OP = 3,	/* ant_op_alloc(), ant_op_free(): held meanwhile, all statistics */
	TESTCALL_OP_SAMPLED = 4, /* the same, one in 16 timed */
	TESTCALL_MODES
};

struct testcall_pairs {
	__u32 mode;
	__u32 order;
	__u64 pairs;		/* 1 .. 10 million */
	__u64 ns;		/* out: what they took by ktime */
};

/*
 * Blocks between `low` and `high` pages, first in, first out: grow to the one, shrink to the other,
 * and again, as the workers do, but with nothing around the calls.
 */
struct testcall_loop {
	__u32 order;
	__u32 touch;		/* enum bt_touch of the antagonist */
	__u64 low;
	__u64 high;		/* above low, at most `capacity` */
	__u64 capacity;		/* pages of the ring: the worker's share */
	__u64 pairs;		/* in: at least so many; out: so many */
	__u64 ns;		/* out: what they took by ktime, without filling to `low` */
	__u32 counter;		/* 1: its counter is read around each call, no more */
	__u32 reserved;
};

/* EINVAL: out of range; ENOMEM; EINTR. */
#define TESTCALL_IOC_PAIRS	_IOWR(TESTCALL_IOC_MAGIC, 3, struct testcall_pairs)
#define TESTCALL_IOC_LOOP	_IOWR(TESTCALL_IOC_MAGIC, 4, struct testcall_loop)

#endif

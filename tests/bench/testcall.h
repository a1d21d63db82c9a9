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

#endif

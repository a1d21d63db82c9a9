// SPDX-License-Identifier: GPL-2.0
/*
 * Rings of provided buffers of io_uring that the kernel allocates (IOU_PBUF_RING_MMAP, Linux 6.4):
 * registering one takes a block of the order its entries need, unregistering gives it back. Where
 * there is no such block, later kernels put one together of single pages and do not say so.
 */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "user/numbers.h"
#include "user/rights.h"
#include "user/way.h"

#define ENTRY_BYTES 16u		/* sizeof(struct io_uring_buf), part of the ABI */
#define GROUPS 65535u		/* of one io_uring: a group's number has 16 bits */
#define RINGS 256u
#define MMAP_FLAG 1u		/* IOU_PBUF_RING_MMAP, which headers before 6.4 do not have */

/* struct io_uring_buf_reg; headers before 6.4 call flags a pad. */
struct registration {
	uint64_t ring_addr;
	uint32_t ring_entries;
	uint16_t group, flags;
	uint64_t reserved[3];
};

struct pbuf {
	unsigned page_bytes;
	unsigned rings;		/* that are open */
	int fd[RINGS];
	struct bt_numbers groups;	/* GROUPS of each io_uring, one after the other */
};

static int change(int fd, unsigned what, struct registration *registration)
{
	return (int)syscall(SYS_io_uring_register, fd, what, registration, 1);
}

static int new_ring(struct pbuf *pbuf)
{
	struct io_uring_params parameters = { 0 };
	int fd;

	if (pbuf->rings == RINGS)
		return -EMFILE;
	fd = (int)syscall(SYS_io_uring_setup, 1, &parameters);
	if (fd < 0)
		return -errno;
	pbuf->fd[pbuf->rings++] = fd;
	return 0;
}

static void pbuf_close(void *state)
{
	struct pbuf *pbuf = state;

	while (pbuf->rings)
		close(pbuf->fd[--pbuf->rings]);
	free(pbuf->groups.back);
	free(pbuf);
}

/* A number for the next one, and a ring that has room for it. */
static int pbuf_prepare(void *state)
{
	struct pbuf *pbuf = state;

	return bt_numbers_next(&pbuf->groups) / GROUPS < pbuf->rings ? 0 : new_ring(pbuf);
}

static int pbuf_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct pbuf *pbuf = state;
	uint32_t number = bt_numbers_next(&pbuf->groups);
	struct registration registration = {
		.ring_entries = (pbuf->page_bytes << order) / ENTRY_BYTES,
		.group = (uint16_t)(number % GROUPS), .flags = MMAP_FLAG,
	};

	(void)blocks;
	if (change(pbuf->fd[number / GROUPS], IORING_REGISTER_PBUF_RING, &registration))
		return -errno;
	bt_numbers_take(&pbuf->groups);
	*unit = number;
	return 0;
}

static bool pbuf_free(void *state, unsigned order, uint32_t unit)
{
	struct pbuf *pbuf = state;
	struct registration registration = { .group = (uint16_t)(unit % GROUPS) };
	bool freed = !change(pbuf->fd[unit / GROUPS], IORING_UNREGISTER_PBUF_RING, &registration);

	(void)order;
	bt_numbers_give_back(&pbuf->groups, unit);
	return freed;
}

static const char *remedy(int code)
{
	if (code == ENOSYS)
		return " (not in this kernel)";
	if (code == EINVAL)
		return " (its buffers are the kernel's since Linux 6.4)";
	return code == EPERM || code == EACCES ? " (kernel.io_uring_disabled, or a sandbox)" : "";
}

static int pbuf_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	struct pbuf *pbuf = bt_xcalloc(1, sizeof(*pbuf));
	int code = new_ring(pbuf);
	uint32_t unit;

	(void)terms;
	pbuf->page_bytes = (unsigned)sysconf(_SC_PAGESIZE);
	if (!code)
		code = pbuf_alloc(pbuf, 0, 1, &unit);
	if (!code) {
		pbuf_free(pbuf, 0, unit);
		*state = pbuf;
		return 0;
	}
	pbuf_close(pbuf);
	return bt_err_set(err, -code, "io_uring: %s%s", strerror(-code), remedy(-code));
}

/* All rings of a user count, to those without CAP_IPC_LOCK. */
static uint64_t pbuf_room_bytes(void)
{
	struct rlimit limit;

	if (bt_has_capability(BT_CAP_IPC_LOCK) || getrlimit(RLIMIT_MEMLOCK, &limit) ||
	    limit.rlim_cur == RLIM_INFINITY)
		return BT_UNKNOWN;
	return limit.rlim_cur / 4 * 3; /* what describes the rings counts as well */
}

const struct bt_way bt_way_pbuf = {
	.name = "pbuf",
	.help = "buffer rings of io_uring",
	.gfp_text = "GFP_KERNEL_ACCOUNT, zeroed",
	.orders = 0xff,
	.gfp = BT_GFP_KERNEL,
	.rank = { [BT_WAY_HOLD] = 3, [BT_WAY_CHURN] = 2, [BT_WAY_REPEAT] = 1 },
	.timed = true,
	.hides_failures = true,
	.unit_blocks = 1,
	.limits = "RLIMIT_MEMLOCK, RLIMIT_NOFILE",
	.room_bytes = pbuf_room_bytes,
	.open = pbuf_open,
	.prepare = pbuf_prepare,
	.alloc = pbuf_alloc,
	.free = pbuf_free,
	.close = pbuf_close,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * Pipes of packets (O_DIRECT): each write of a byte takes a page of its own. A pipe keeps the first
 * pages that are read out of it for its next writes, and those would not come from the allocator;
 * so none is written to any more once it was read from, and one that is empty is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "user/rights.h"
#include "user/way.h"

#include "core/util.h"

#define PIPE_BYTES (1u << 20)	/* what /proc/sys/fs/pipe-max-size allows everybody by default */
#define KEPT 2u			/* tmp_page[] of struct pipe_inode_info; one before 6.14 */
#define SPARE_PAGES 2048u	/* of the user's limit, for the pipes of others */
#define SPARE_DESCRIPTORS 32u	/* for what else the process has open */

struct tube {
	struct tube *next;
	int out, in;
	unsigned slots, written, taken;
};

struct pipes {
	struct tube *oldest, *newest;
	unsigned page_bytes;
};

static struct tube *new_tube(unsigned page_bytes)
{
	struct tube *tube;
	int fds[2], bytes;

	if (pipe2(fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC))
		return NULL;
	bytes = fcntl(fds[1], F_SETPIPE_SZ, PIPE_BYTES);
	if (bytes < 0)
		bytes = fcntl(fds[1], F_GETPIPE_SZ);
	tube = bt_xcalloc(1, sizeof(*tube));
	tube->out = fds[0];
	tube->in = fds[1];
	tube->slots = (unsigned)bytes / page_bytes;
	return tube;
}

static void close_oldest(struct pipes *pipes)
{
	struct tube *tube = pipes->oldest;

	pipes->oldest = tube->next;
	if (!tube->next)
		pipes->newest = NULL;
	close(tube->in);
	close(tube->out);
	free(tube);
}

static int pipe_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	struct pipes *pipes = bt_xcalloc(1, sizeof(*pipes));

	(void)terms;
	(void)err;
	pipes->page_bytes = (unsigned)sysconf(_SC_PAGESIZE);
	*state = pipes;
	return 0;
}

static int pipe_prepare(void *state)
{
	struct pipes *pipes = state;
	struct tube *tube = pipes->newest;

	if (tube && tube->written < tube->slots && !tube->taken)
		return 0;
	tube = new_tube(pipes->page_bytes);
	if (!tube)
		return -errno;
	if (pipes->newest)
		pipes->newest->next = tube;
	else
		pipes->oldest = tube;
	pipes->newest = tube;
	return 0;
}

static int pipe_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct tube *tube = ((struct pipes *)state)->newest;

	(void)order;
	(void)blocks;
	*unit = 0;
	if (write(tube->in, "", 1) != 1)
		return -errno;
	tube->written++;
	return 0;
}

static bool pipe_free(void *state, unsigned order, uint32_t unit)
{
	struct tube *tube = ((struct pipes *)state)->oldest;
	char byte;

	(void)order;
	(void)unit;
	if (read(tube->out, &byte, 1) != 1)
		return false;
	return ++tube->taken > KEPT;
}

static void pipe_settle(void *state)
{
	struct pipes *pipes = state;
	const struct tube *tube = pipes->oldest;

	if (tube && tube->taken && tube->taken == tube->written)
		close_oldest(pipes);
}

static void pipe_close(void *state)
{
	struct pipes *pipes = state;

	while (pipes->oldest)
		close_oldest(pipes);
	free(pipes);
}

/* Two descriptors are a pipe. */
static uint64_t descriptors_room_bytes(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_max == RLIM_INFINITY)
		return BT_UNKNOWN;
	return (limit.rlim_max > SPARE_DESCRIPTORS ? limit.rlim_max - SPARE_DESCRIPTORS : 0) / 2 *
	       PIPE_BYTES;
}

/* pipe(7): pages of all pipes of a user, to those without CAP_SYS_RESOURCE and CAP_SYS_ADMIN. */
static uint64_t pages_room_bytes(void)
{
	char text[32];
	uint64_t pages;

	if (bt_has_capability(BT_CAP_SYS_RESOURCE) || bt_has_capability(BT_CAP_SYS_ADMIN) ||
	    !bt_read_line("/proc/sys/fs/pipe-user-pages-soft", text, sizeof(text)) ||
	    bt_parse_u64(text, &pages) || !pages)
		return BT_UNKNOWN;
	return (pages > SPARE_PAGES ? pages - SPARE_PAGES : 0) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t pipe_room_bytes(void)
{
	uint64_t descriptors = descriptors_room_bytes(), pages = pages_room_bytes();

	return descriptors < pages ? descriptors : pages;
}

const struct bt_way bt_way_pipe = {
	.name = "pipe",
	.help = "bytes in pipes of packets",
	.gfp_text = "GFP_HIGHUSER | __GFP_ACCOUNT, not zeroed",
	.orders = 0x1,
	.gfp = BT_GFP_KERNEL,
	.rank = { [BT_WAY_HOLD] = 1, [BT_WAY_CHURN] = 1 },
	.fifo = true,
	.timed = true,
	.unit_blocks = 1,
	.limits = "RLIMIT_NOFILE, pipe-user-pages-soft",
	.room_bytes = pipe_room_bytes,
	.open = pipe_open,
	.prepare = pipe_prepare,
	.alloc = pipe_alloc,
	.free = pipe_free,
	.settle = pipe_settle,
	.close = pipe_close,
};

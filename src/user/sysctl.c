// SPDX-License-Identifier: GPL-2.0
/*
 * Reads of /proc/sys by a large buffer: the kernel allocates one of its own of that size for the
 * length of the call (proc_sys_call_handler()), and copies no more than the few bytes there are.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/way.h"

#include "core/util.h"

#define PATH "/proc/sys/kernel/ostype"
#define ORDERS 0x7fcu		/* smaller ones are of the slab allocator */

struct sysctl {
	int fd;
	char *at;		/* address space alone: only its first page is ever written */
	size_t bytes, page_bytes;
};

static void sysctl_close(void *state)
{
	struct sysctl *sysctl = state;

	if (sysctl->at != MAP_FAILED)
		munmap(sysctl->at, sysctl->bytes);
	if (sysctl->fd >= 0)
		close(sysctl->fd);
	free(sysctl);
}

static int sysctl_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	struct sysctl *sysctl = bt_xcalloc(1, sizeof(*sysctl));
	int code;

	(void)terms;
	sysctl->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	sysctl->bytes = sysctl->page_bytes << (31 - __builtin_clz(ORDERS));
	sysctl->at = mmap(NULL, sysctl->bytes, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	sysctl->fd = open(PATH, O_RDONLY | O_CLOEXEC);
	code = errno;
	if (sysctl->at != MAP_FAILED && sysctl->fd >= 0) {
		*state = sysctl;
		return 0;
	}
	sysctl_close(sysctl);
	return bt_err_set(err, code, "cannot read " PATH ": %s", strerror(code));
}

/* A byte less than the block: the kernel adds one for the text's end. */
static int sysctl_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	const struct sysctl *sysctl = state;

	(void)blocks;
	*unit = 0;
	return pread(sysctl->fd, sysctl->at, (sysctl->page_bytes << order) - 1, 0) > 0 ? 0 : -errno;
}

const struct bt_way bt_way_sysctl = {
	.name = "sysctl",
	.help = "reads of /proc/sys, whose buffer is gone when they return",
	.gfp_text = "kvzalloc(GFP_KERNEL), zeroed",
	.orders = ORDERS,
	.gfp = BT_GFP_KERNEL_NORETRY,
	.rank = { [BT_WAY_REPEAT] = 2 },
	.transient = true,
	.timed = true,
	.hides_failures = true,
	.unit_blocks = 1,
	.limits = "RLIMIT_AS",
	.open = sysctl_open,
	.alloc = sysctl_alloc,
	.close = sysctl_close,
};

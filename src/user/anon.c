// SPDX-License-Identifier: GPL-2.0
/*
 * Anonymous memory of our own, page by page or huge page by huge page: movable blocks, allocated by
 * the fault of a first write and given back by MADV_DONTNEED. A fault that finds no memory does not
 * return an error: it calls the OOM killer.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "user/numbers.h"
#include "user/way.h"

#define HUGE_ORDER 9u
/*
 * Addresses at once. Where the kernel does not overcommit, all that is mapped is taken from what
 * other processes may map, touched or not.
 */
#define REGION_BYTES (64ull << 20)

struct anon {
	char **region;		/* mappings, of `bytes` each */
	uint32_t regions;
	uint32_t region_blocks;	/* one fewer than there is room for: the first whole one begins it */
	size_t bytes, block_bytes, page_bytes;
	int advice;
	struct bt_numbers blocks;
};

static void anon_close(void *state)
{
	struct anon *anon = state;

	while (anon->regions)
		munmap(anon->region[--anon->regions], anon->bytes);
	free(anon->region);
	free(anon->blocks.back);
	free(anon);
}

static int map_region(struct anon *anon)
{
	char *at = mmap(NULL, anon->bytes, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int code;

	if (at == MAP_FAILED)
		return -errno;
	if (madvise(at, anon->bytes, anon->advice)) {
		code = -errno;
		munmap(at, anon->bytes);
		return code;
	}
	anon->region = bt_xrealloc(anon->region, anon->regions + 1, sizeof(*anon->region));
	anon->region[anon->regions++] = at;
	return 0;
}

static char *block_at(const struct anon *anon, uint32_t number)
{
	char *region = anon->region[number / anon->region_blocks];

	return region + -(uintptr_t)region % anon->block_bytes +
	       number % anon->region_blocks * anon->block_bytes;
}

static int open_order(void **state, const struct bt_way_terms *terms, unsigned order, int advice,
		      struct bt_err *err)
{
	struct anon *anon = bt_xcalloc(1, sizeof(*anon));
	uint64_t blocks = terms->max_pages >> order;
	int code;

	anon->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	anon->block_bytes = anon->page_bytes << order;
	if (blocks > REGION_BYTES / anon->block_bytes)
		blocks = REGION_BYTES / anon->block_bytes;
	anon->region_blocks = blocks ? (uint32_t)blocks : 1;
	anon->bytes = (anon->region_blocks + 1) * anon->block_bytes;
	anon->advice = advice;
	code = map_region(anon);
	if (!code) {
		*state = anon;
		return 0;
	}
	anon_close(anon);
	return bt_err_set(err, -code, "no anonymous memory%s: %s", order ? " of huge pages" : "",
			  strerror(-code));
}

static int anon_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	int code = open_order(state, terms, 0, MADV_NOHUGEPAGE, NULL);

	/* A kernel without huge pages does not know the advice, and needs none. */
	return code == -EINVAL ? open_order(state, terms, 0, MADV_NORMAL, err) : code;
}

static int huge_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	char enabled[64];

	if (!bt_read_line("/sys/kernel/mm/transparent_hugepage/enabled", enabled, sizeof(enabled)))
		return bt_err_set(err, EOPNOTSUPP, "no transparent huge pages in this kernel");
	bt_keep_chosen(enabled);
	if (!strcmp(enabled, "never"))
		return bt_err_set(err, EOPNOTSUPP, "transparent huge pages are off: write madvise "
				  "to /sys/kernel/mm/transparent_hugepage/enabled");
	return open_order(state, terms, HUGE_ORDER, MADV_HUGEPAGE, err);
}

static int anon_prepare(void *state)
{
	struct anon *anon = state;

	return bt_numbers_next(&anon->blocks) / anon->region_blocks < anon->regions ?
		       0 : map_region(anon);
}

static int anon_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct anon *anon = state;
	uint32_t number = bt_numbers_next(&anon->blocks);

	(void)order;
	(void)blocks;
	*(volatile char *)block_at(anon, number) = 1;
	bt_numbers_take(&anon->blocks);
	*unit = number;
	return 0;
}

static bool anon_free(void *state, unsigned order, uint32_t unit)
{
	struct anon *anon = state;
	bool freed = !madvise(block_at(anon, unit), anon->block_bytes, MADV_DONTNEED);

	(void)order;
	bt_numbers_give_back(&anon->blocks, unit);
	return freed;
}

/* The question is a call of its own, about a hundredth of what the kernel takes to clear the page. */
static int huge_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	const struct anon *anon = state;
	int code = anon_alloc(state, order, blocks, unit);
	unsigned char last = 0;
	char *end;

	if (code)
		return code;
	end = block_at(anon, *unit) + anon->block_bytes - anon->page_bytes;
	if (!mincore(end, anon->page_bytes, &last) && last & 1)
		return 0;
	anon_free(state, order, *unit); /* the first write brought a small page */
	return -ENOMEM;
}

const struct bt_way bt_way_anon = {
	.name = "anon",
	.help = "anonymous pages of a process",
	.gfp_text = "GFP_HIGHUSER_MOVABLE, zeroed",
	.orders = 0x1,
	.gfp = BT_GFP_MOVABLE,
	.touch = BT_TOUCH_FIRST,
	.rank = { [BT_WAY_HOLD] = 1, [BT_WAY_CHURN] = 1, [BT_WAY_REPEAT] = 1 },
	.timed = true,
	.hides_failures = true,
	.unit_blocks = 1,
	.limits = "RLIMIT_AS, vm.overcommit_memory",
	.open = anon_open,
	.prepare = anon_prepare,
	.alloc = anon_alloc,
	.free = anon_free,
	.close = anon_close,
};

const struct bt_way bt_way_huge = {
	.name = "huge",
	.help = "transparent huge pages of a process",
	.gfp_text = "GFP_TRANSHUGE, zeroed",
	.orders = 1u << HUGE_ORDER,
	.gfp = BT_GFP_MOVABLE,
	.touch = BT_TOUCH_FIRST,
	.rank = { [BT_WAY_HOLD] = 1, [BT_WAY_CHURN] = 1, [BT_WAY_REPEAT] = 1 },
	.timed = true,
	.unit_blocks = 1,
	.limits = "RLIMIT_AS, vm.overcommit_memory",
	.open = huge_open,
	.prepare = anon_prepare,
	.alloc = huge_alloc,
	.free = anon_free,
	.close = anon_close,
};

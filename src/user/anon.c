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

struct anon {
	char *mapping, *at;	/* at: the first whole block of it */
	size_t bytes, block_bytes, page_bytes;
	uint32_t most;		/* blocks there are addresses for */
	struct bt_numbers blocks;
};

static void anon_close(void *state)
{
	struct anon *anon = state;

	if (anon->mapping != MAP_FAILED)
		munmap(anon->mapping, anon->bytes);
	free(anon->blocks.back);
	free(anon);
}

static int open_order(void **state, const struct bt_way_terms *terms, unsigned order, int advice,
		      struct bt_err *err)
{
	struct anon *anon = bt_xcalloc(1, sizeof(*anon));
	uint64_t blocks = terms->max_pages >> order;
	int code;

	anon->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	anon->block_bytes = anon->page_bytes << order;
	anon->most = blocks < UINT32_MAX ? (uint32_t)blocks : UINT32_MAX;
	anon->bytes = (size_t)(anon->most + 1ull) * anon->block_bytes;
	anon->mapping = mmap(NULL, anon->bytes, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	code = errno;
	if (anon->mapping != MAP_FAILED && !madvise(anon->mapping, anon->bytes, advice)) {
		anon->at = anon->mapping + -(uintptr_t)anon->mapping % anon->block_bytes;
		*state = anon;
		return 0;
	}
	if (anon->mapping != MAP_FAILED)
		code = errno;
	anon_close(anon);
	return bt_err_set(err, code, "no anonymous memory%s: %s", order ? " of huge pages" : "",
			  strerror(code));
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

static int anon_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct anon *anon = state;
	uint32_t number = bt_numbers_next(&anon->blocks);

	(void)order;
	(void)blocks;
	if (number == anon->most)
		return -ENOSPC;
	*(volatile char *)(anon->at + number * anon->block_bytes) = 1;
	bt_numbers_take(&anon->blocks);
	*unit = number;
	return 0;
}

static bool anon_free(void *state, unsigned order, uint32_t unit)
{
	struct anon *anon = state;
	bool freed = !madvise(anon->at + unit * anon->block_bytes, anon->block_bytes, MADV_DONTNEED);

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
	end = anon->at + (*unit + 1) * anon->block_bytes - anon->page_bytes;
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
	.open = anon_open,
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
	.open = huge_open,
	.alloc = huge_alloc,
	.free = anon_free,
	.close = anon_close,
};

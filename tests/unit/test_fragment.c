// SPDX-License-Identifier: GPL-2.0
/*
 * Fragmentation indices. The zones are lines of /proc/buddyinfo of a Linux 6.18, with what that
 * kernel showed at the same moment in debugfs, extfrag/unusable_index and extfrag/extfrag_index;
 * the indices of requests that would fail are calculated by hand.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "frame/fragment.h"

#define ORDERS 11

static struct bt_blocks blocks_of(const uint64_t *count, unsigned orders)
{
	struct bt_blocks blocks = { .orders = orders };

	memcpy(blocks.count, count, orders * sizeof(*count));
	return blocks;
}

static const struct {
	uint64_t count[ORDERS];
	int unusable[ORDERS], largest;
	uint64_t largest_count;
} zones[] = {
	{ { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 3 }, { 0, 0, 0, 0, 0, 0, 0, 0, 0, 66, 200 }, 10, 3 },
	{ { 2, 3, 4, 2, 5, 4, 3, 4, 5, 3, 751 }, { 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4 }, 10, 751 },
};

static void as_the_kernel_says(void **state)
{
	(void)state;
	for (unsigned z = 0; z < BT_ARRAY_SIZE(zones); z++) {
		struct bt_blocks blocks = blocks_of(zones[z].count, ORDERS);
		uint64_t count;

		for (unsigned order = 0; order < ORDERS; order++) {
			assert_int_equal(bt_unusable_index(&blocks, order),
					 zones[z].unusable[order]);
			assert_int_equal(bt_fragmentation_index(&blocks, order), BT_INDEX_SUCCESS);
		}
		assert_int_equal(bt_blocks_largest(&blocks, &count), zones[z].largest);
		assert_int_equal(count, zones[z].largest_count);
	}
}

static void requests_that_would_fail(void **state)
{
	static const struct {
		uint64_t single_pages, pairs;
		unsigned order;
		int index;
	} rows[] = {
		{ 8, 0, 3, 750 },	/* 1000 - (1000 + 8000 / 8) / 8: enough pages, all apart */
		{ 1024, 0, 9, 998 },	/* 1000 - (1000 + 2000) / 1024 */
		{ 1, 0, 10, 0 },	/* 1000 - (1000 + 0) / 1: there is no memory */
		{ 2, 1, 2, 334 },	/* 1000 - (1000 + 4000 / 4) / 3 */
		{ 0, 1, 4, -125 },	/* 1000 - (1000 + 2000 / 16) / 1: far too little */
		{ 3, 5, 1, BT_INDEX_SUCCESS },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_blocks blocks = { .orders = ORDERS,
					    .count = { rows[i].single_pages, rows[i].pairs } };

		assert_int_equal(bt_fragmentation_index(&blocks, rows[i].order), rows[i].index);
	}
}

static void several_zones_together(void **state)
{
	struct bt_blocks blocks = { .orders = 0 };
	uint32_t narrow[BT_MAX_ORDERS];
	uint64_t wide[BT_MAX_ORDERS], count;

	(void)state;
	for (unsigned order = 0; order < BT_MAX_ORDERS; order++) {
		wide[order] = order < ORDERS ? zones[0].count[order] : BT_UNKNOWN;
		narrow[order] = order < ORDERS ? (uint32_t)zones[1].count[order] : UINT32_MAX;
	}
	bt_blocks_add(&blocks, wide);
	bt_blocks_add_narrow(&blocks, narrow);
	assert_int_equal(blocks.orders, ORDERS);
	assert_int_equal(blocks.count[8], 1 + 5);
	assert_int_equal(bt_blocks_largest(&blocks, &count), 10);
	assert_int_equal(count, 754);
	/* 3840 pages, and 2+6+16+16+80+128+192+512+1280+1536+769024 */
	assert_int_equal(bt_blocks_pages(&blocks), 3840 + 772792);
	assert_int_equal(bt_blocks_suitable(&blocks, 9), 2 * 754 + 4);
	/* (776632 - 1512 * 512) * 1000 / 776632 = 3.18 */
	assert_int_equal(bt_unusable_index(&blocks, 9), 3);
}

static void nothing_free_and_nothing_known(void **state)
{
	struct bt_blocks blocks = { .orders = ORDERS };
	uint64_t unknown[BT_MAX_ORDERS], count;

	(void)state;
	assert_int_equal(bt_unusable_index(&blocks, 0), 1000);
	assert_int_equal(bt_fragmentation_index(&blocks, 0), 0);
	assert_int_equal(bt_blocks_largest(&blocks, &count), -1);
	memset(unknown, 0xff, sizeof(unknown));
	blocks = (struct bt_blocks){ .orders = 0 };
	bt_blocks_add(&blocks, unknown);
	assert_int_equal(blocks.orders, 0);
	assert_int_equal(bt_unusable_index(&blocks, 0), BT_INDEX_UNKNOWN);
	assert_int_equal(bt_fragmentation_index(&blocks, 3), BT_INDEX_UNKNOWN);
	assert_int_equal(bt_blocks_largest(&blocks, &count), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_kernel_says),
		cmocka_unit_test(requests_that_would_fail),
		cmocka_unit_test(several_zones_together),
		cmocka_unit_test(nothing_free_and_nothing_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

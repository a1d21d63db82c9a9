// SPDX-License-Identifier: GPL-2.0
/* What of a config the ways can do. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"
#include "core/util.h"
#include "user/fit.h"

#define GIB (1ull << 30)

struct kit {
	struct bt_machine machine;
	struct bt_user_means means;
	struct bt_config config;
	enum bt_way_number way;
	char text[BT_USER_FIT_TEXT];
};

/*
 * Two nodes, four CPUs, of which we may use the first three; all ways there are, 8 GiB at most. Nodes
 * are followed as on Linux 6.1: not where the kernel asks for its own node by number.
 */
static struct kit new_kit(void)
{
	struct kit kit = {
		.machine = { .page_bytes = 4096, .max_order = 10, .cpu_count = 4, .node_count = 2,
			     .memory_bytes = 32 * GIB, .max_held_bytes = 8 * GIB,
			     .memory_nodes = { 3 }, .possible_cpus = { 0xf },
			     .allowed_cpus = { 0x7 } },
		.way = BT_WAY_COUNT,
	};

	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		kit.means.orders[i] = bt_ways[i]->orders;
		kit.means.room_bytes[i] = BT_UNKNOWN;
		kit.means.nodes[i] = i == BT_WAY_PBUF || i == BT_WAY_SYSCTL ?
				     BT_WAY_NODES_IGNORED : BT_WAY_NODES_FOLLOWED;
	}
	kit.means.allowed_nodes[0] = 3;
	return kit;
}

static int fit(struct kit *kit, const char *assignments)
{
	struct ant_limits limits = bt_machine_limits(&kit->machine);
	char *text = bt_xstrdup(assignments), *rest = text, *one;
	struct bt_err err;

	kit->means.machine = &kit->machine;
	bt_config_default(&kit->config, &limits, kit->machine.memory_bytes);
	kit->config.run = BT_RUN_GO;
	while ((one = strsep(&rest, " "))) {
		if (*one && bt_param_assign(&kit->config, one, &limits, &err))
			fail_msg("%s", err.text);
	}
	free(text);
	return bt_user_fit(&kit->means, &kit->config, &kit->way, kit->text);
}

static void each_config_has_its_way(void **state)
{
	static const struct {
		const char *config;
		enum bt_way_number way;
	} rows[] = {
		{ "order=0", BT_WAY_PIPE },
		{ "order=0 pattern=hold", BT_WAY_PIPE },
		{ "order=0 pattern=repeat", BT_WAY_PBUF },
		{ "order=3", BT_WAY_PBUF },
		{ "order=3 pattern=hold", BT_WAY_PACKET },
		{ "order=7 pattern=ramp", BT_WAY_PACKET },
		{ "order=8", BT_WAY_PACKET },
		{ "order=8 pattern=repeat", BT_WAY_SYSCTL },
		{ "order=10 pattern=hold", BT_WAY_PACKET },
		{ "order=0 gfp=movable", BT_WAY_ANON },
		{ "order=9 gfp=movable pattern=repeat", BT_WAY_HUGE },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit kit = new_kit();

		if (fit(&kit, rows[i].config))
			fail_msg("%s: %s", rows[i].config, kit.text);
		if (kit.way != rows[i].way)
			fail_msg("%s: way %s", rows[i].config, bt_ways[kit.way]->name);
	}
}

static void what_cannot_be_done_is_told(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	assert_int_equal(fit(&kit, "order=0 gfp=atomic touch=all pattern=hold free=lifo cpus=0-3"), 0);
	assert_string_equal(kit.text, "gfp=kernel, touch=none, free=fifo, cpus=0-2, as way pipe "
				      "has it");
	assert_int_equal(kit.config.gfp, BT_GFP_KERNEL);
	assert_int_equal(kit.config.cpus[0], 7);
	/* What a pipe cannot, rings of buffers can; where there are none, packets are further off. */
	kit = new_kit();
	assert_int_equal(fit(&kit, "order=0 gfp=kernel cpus=1 pattern=burst free=random"), 0);
	assert_int_equal(kit.way, BT_WAY_PBUF);
	assert_int_equal(kit.config.free_order, BT_FREE_RANDOM);
	kit = new_kit();
	kit.means.orders[BT_WAY_PBUF] = 0;
	assert_int_equal(fit(&kit, "order=0 gfp=kernel cpus=1 pattern=burst free=random"), 0);
	assert_string_equal(kit.text, "free=fifo, as way pipe has it");
	kit = new_kit();
	assert_int_equal(fit(&kit, "order=3 gfp=kernel-noretry cpus=1 pattern=hold free=random"), 0);
	assert_string_equal(kit.text, "");
	assert_int_equal(kit.config.free_order, BT_FREE_RANDOM);
	assert_int_equal(fit(&kit, "order=0 cpus=1 gfp=kernel guard=bench reserve=0"), 0);
	assert_string_equal(kit.text, "guard=safe, as way pipe has it");
}

/*
 * 2 GiB less eight bytes a page are 523265 pages; a 128th of them, 4089 pages, are 16 blocks of 256.
 * What is only held comes by calls that are large enough anyway.
 */
static void bursts_are_as_large_as_sockets_are_few(void **state)
{
	static const char common[] = "order=8 cpus=1 held=2G gfp=kernel-noretry";
	static const struct {
		const char *more, *text;
		uint32_t batch;
	} rows[] = {
		{ "batch=1", "batch=16, as way packet has it", 16 },
		{ "batch=1 pattern=steady free=random", "batch=16, as way packet has it", 16 },
		{ "batch=16", "", 16 },
		{ "batch=64", "", 64 },
		{ "batch=1 pattern=hold", "", 1 },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct kit kit = new_kit();
		char *config = bt_xasprintf("%s %s", common, rows[i].more);

		assert_int_equal(fit(&kit, config), 0);
		assert_int_equal(kit.way, BT_WAY_PACKET);
		assert_string_equal(kit.text, rows[i].text);
		assert_int_equal(kit.config.batch_blocks, rows[i].batch);
		free(config);
	}
}

static void nodes_are_for_ways_that_obey(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	assert_int_equal(fit(&kit, "order=0 cpus=1 gfp=kernel node=bind:1"), 0);
	assert_int_equal(kit.way, BT_WAY_PIPE);
	assert_string_equal(kit.text, "");
	assert_int_equal(kit.config.node_policy, BT_NODE_BIND);
	assert_int_equal(kit.config.nodes[0], 2);
	/* Without the policy that is pbuf's. */
	assert_int_equal(fit(&kit, "order=3 cpus=1 node=interleave:0-1"), 0);
	assert_int_equal(kit.way, BT_WAY_PACKET);
	assert_int_equal(fit(&kit, "order=9 cpus=1 node=remote gfp=movable"), 0);
	assert_int_equal(kit.way, BT_WAY_HUGE);
	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		kit.means.nodes[i] = i == BT_WAY_ANON ? BT_WAY_NODES_FOLLOWED :
							BT_WAY_NODES_UNKNOWN;
	assert_int_equal(fit(&kit, "order=0 cpus=1 node=prefer:0"), -EOPNOTSUPP);
	assert_string_equal(kit.text, "no way for order 0, pattern burst, kernel memory, node prefer:0 "
				      "(obeyed by: anon)");
}

static void nodes_of_others_are_refused(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	kit.means.allowed_nodes[0] = 1;
	assert_int_equal(fit(&kit, "order=0 cpus=1 node=bind:1"), -EOPNOTSUPP);
	assert_string_equal(kit.text, "node: our cpuset allows only memory of 0");
	assert_int_equal(fit(&kit, "order=0 cpus=1 node=remote"), -EOPNOTSUPP);
	assert_int_equal(fit(&kit, "order=0 cpus=1 node=bind:0"), 0);
	assert_int_equal(fit(&kit, "order=0 cpus=1"), 0);
}

/* Then all of it is what any policy says, and no way has to obey. */
static void one_node_is_any_policy(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	kit.machine.memory_nodes[0] = kit.means.allowed_nodes[0] = 1;
	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		kit.means.nodes[i] = BT_WAY_NODES_UNKNOWN;
	assert_int_equal(fit(&kit, "order=3 cpus=1 gfp=kernel node=bind:0"), 0);
	assert_int_equal(kit.way, BT_WAY_PBUF);
	assert_string_equal(kit.text, "");
}

static void a_way_with_more_room_comes_first(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	kit.means.room_bytes[BT_WAY_PBUF] = 6 << 20;
	assert_int_equal(fit(&kit, "order=3 cpus=0-2 held=64M gfp=kernel-noretry"), 0);
	assert_int_equal(kit.way, BT_WAY_PACKET);
	assert_int_equal(fit(&kit, "order=3 cpus=0-2 held=6M gfp=kernel"), 0);
	assert_int_equal(kit.way, BT_WAY_PBUF);
	/* Nothing else is there: then less of it. */
	kit.means.orders[BT_WAY_PACKET] = 0;
	assert_int_equal(fit(&kit, "order=3 cpus=0-2 held=64M gfp=kernel"), 0);
	assert_int_equal(kit.config.max_held_bytes, 6 << 20);
	assert_string_equal(kit.text, "held=6MiB, as way pbuf has it");
}

static void refusals_say_why(void **state)
{
	struct kit kit = new_kit();

	(void)state;
	assert_int_equal(fit(&kit, "order=4 gfp=movable"), -EOPNOTSUPP);
	assert_string_equal(kit.text, "no way for order 4, pattern burst, gfp movable (there: "
				      "pipe+packet+pbuf+sysctl+anon+huge)");
	assert_int_equal(kit.config.order, 4);
	assert_int_equal(fit(&kit, "order=2 cpus=3"), -EOPNOTSUPP);
	assert_non_null(strstr(kit.text, "cpus"));
	memset(kit.means.orders, 0, sizeof(kit.means.orders));
	assert_int_equal(fit(&kit, "order=0"), -EOPNOTSUPP);
	assert_non_null(strstr(kit.text, "(there: none)"));
	/* What gives everything back needs none. */
	kit.config.run = BT_RUN_DRAIN;
	assert_int_equal(bt_user_fit(&kit.means, &kit.config, &kit.way, kit.text), 0);
	kit.config.run = BT_RUN_STEP;
	kit.config.step = BT_STEP_GET;
	kit.config.step_blocks = 1;
	assert_int_equal(bt_user_fit(&kit.means, &kit.config, &kit.way, kit.text), -EOPNOTSUPP);
	assert_string_equal(kit.text, "steps of a microbenchmark need the module");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_config_has_its_way),
		cmocka_unit_test(what_cannot_be_done_is_told),
		cmocka_unit_test(bursts_are_as_large_as_sockets_are_few),
		cmocka_unit_test(nodes_are_for_ways_that_obey),
		cmocka_unit_test(nodes_of_others_are_refused),
		cmocka_unit_test(one_node_is_any_policy),
		cmocka_unit_test(a_way_with_more_room_comes_first),
		cmocka_unit_test(refusals_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

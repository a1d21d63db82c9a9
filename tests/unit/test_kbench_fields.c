// SPDX-License-Identifier: GPL-2.0
/* The plan of a microbenchmark as people write it. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "session/kbench.h"

/* Four CPUs, two on each of two nodes; CPU 3 is offline. */
static struct bt_machine machine = {
	.cpu_count = 4, .node_count = 2, .max_order = 10, .page_bytes = 4096,
	.memory_bytes = 1ull << 30, .max_held_bytes = 1ull << 29, .cpu_node = { 0, 0, 1, 1 },
};

static struct bt_frame *make_frame(void)
{
	struct bt_frame *frame = bt_frame_create(&machine);

	frame->cpu_count = 4;
	for (unsigned cpu = 0; cpu < 3; cpu++)
		frame->cpus[cpu].online = true;
	return frame;
}

static int set(struct bt_kbench_plan *plan, const char *name, const char *text, struct bt_err *err)
{
	const struct bt_kbench_field *field = bt_kbench_field_find(name);

	assert_non_null(field);
	return field->set(field, plan, text, &machine, err);
}

static void assert_text(const struct bt_kbench_plan *plan, const char *name, const char *text)
{
	const struct bt_kbench_field *field = bt_kbench_field_find(name);
	char buf[64];

	field->get(field, plan, buf, sizeof(buf));
	assert_string_equal(buf, text);
}

static void values_are_taken(void **state)
{
	static const struct {
		const char *name, *text, *shown;
	} rows[] = {
		{ "orders", "4,0", "0,4" }, { "orders", "1-3", "1-3" }, { "threads", "2", "2" },
		{ "allocs", "17", "17" }, { "iterations", "1", "1" }, { "node", "1", "1" },
		{ "node", "any", "any" }, { "percent", "100", "100" },
		{ "seed", "18446744073709551614", "18446744073709551614" }, /* one more: unknown */
	};
	struct bt_kbench_plan plan;
	struct bt_err err = { 0 };

	(void)state;
	bt_kbench_plan_default(&plan, &machine);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		if (set(&plan, rows[i].name, rows[i].text, &err))
			fail_msg("%s", err.text);
		assert_text(&plan, rows[i].name, rows[i].shown);
	}
	assert_int_equal(plan.order_count, 3);
	assert_int_equal(plan.orders[2], 3);
	assert_int_equal(plan.node, -1);
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		const char *name, *text, *part;
	} rows[] = {
		{ "orders", "11", "orders" }, { "orders", "3-1", "backwards" },
		{ "orders", "", "orders" }, { "orders", "none", "one number at least" },
		{ "threads", "x", "threads" }, { "allocs", "0", "no number from 1" },
		{ "allocs", "all", "no number" }, { "iterations", "-1", "no number from 1 to 100000" },
		{ "iterations", "100001", "no number" }, { "node", "2", "node from 0 to 1" },
		{ "node", "", "neither any" }, { "percent", "101", "from 1 to 100" },
		{ "seed", "1x", "no number" },
	};
	struct bt_kbench_plan plan, before;
	struct bt_err err = { 0 };

	(void)state;
	bt_kbench_plan_default(&plan, &machine);
	before = plan;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		if (set(&plan, rows[i].name, rows[i].text, &err) != -EINVAL)
			fail_msg("%s=%s is taken", rows[i].name, rows[i].text);
		if (!strstr(err.text, rows[i].part))
			fail_msg("%s=%s: %s", rows[i].name, rows[i].text, err.text);
		assert_memory_equal(&plan, &before, sizeof(plan));
	}
	assert_null(bt_kbench_field_find("order"));
}

/* Online CPUs of the node, as many blocks as may be held; back to what is usual, and only then. */
static void frag_takes_all(void **state)
{
	struct bt_frame *frame = make_frame();
	struct bt_kbench_plan plan;
	struct bt_err err = { 0 };

	(void)state;
	bt_kbench_plan_default(&plan, &machine);
	assert_int_equal(set(&plan, "allocs", "5", &err), 0);
	bt_kbench_set_kind(&plan, BT_KBENCH_RAND, &machine, frame);
	assert_text(&plan, "allocs", "5");
	bt_kbench_set_kind(&plan, BT_KBENCH_FRAG, &machine, frame);
	assert_text(&plan, "allocs", "all");
	assert_text(&plan, "threads", "3");
	assert_text(&plan, "iterations", "10");
	assert_int_equal(set(&plan, "allocs", "all", &err), 0);
	bt_kbench_set_kind(&plan, BT_KBENCH_BULK, &machine, frame);
	assert_text(&plan, "allocs", "4096");
	assert_text(&plan, "threads", "1");
	assert_text(&plan, "iterations", "100");
	plan.node = 1;
	bt_kbench_set_kind(&plan, BT_KBENCH_FRAG, &machine, frame);
	assert_text(&plan, "threads", "1");	/* CPU 3 is offline */
	bt_frame_free(frame);
}

static void names_are_found(void **state)
{
	enum bt_kbench_kind kind = BT_KBENCH_KINDS;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_kbench_find_kind("repeat", &kind, &err), 0);
	assert_int_equal(kind, BT_KBENCH_REPEAT);
	assert_int_equal(bt_kbench_find_kind("rep", &kind, &err), -EINVAL);
	assert_non_null(strstr(err.text, "bulk, repeat, rand, frag"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_taken),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(frag_takes_all),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

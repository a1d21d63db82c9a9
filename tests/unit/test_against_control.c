// SPDX-License-Identifier: GPL-2.0
/* Two simulated machines: the second is told what the first is told. */
#include "tests/unit/test.h"
#include "tests/unit/against_rig.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

static const struct bt_config *of(const struct bt_session *session)
{
	return &bt_session_frame(session)->config;
}

static void both_get_what_the_first_is_told(void **state)
{
	struct bt_err err = { 0 };
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 2);
	assert_int_equal(bt_session_token(rig.second), 0);	/* nobody asked for anything */
	press(&rig, "]]]");
	press(&rig, "wy");
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->order, 3);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	press(&rig, "u");		/* starting is undone */
	press(&rig, "u");
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->order, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	/* By whom does not matter: this is what a client on the socket calls. */
	rig_publish(rig.first, "order=5 pattern=ramp start", &err);
	ui_app_update(&rig.app);
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->order, 5);
	assert_int_equal(of(rig.second)->pattern, BT_PATTERN_RAMP);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	press(&rig, "!");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.first)->run, BT_RUN_DRAIN);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	/* Its own log would say everything twice. */
	assert_null(rig_event(rig.first, BT_EVENT_NOTE, "order"));
	rig_close(&rig);
}

/* 2 GiB, of which the module takes at most 90 %: less than a tenth of the first's memory. */
static void a_smaller_one_holds_what_it_may(void **state)
{
	struct rig rig;
	uint64_t most;

	(void)state;
	rig_open(&rig, "sim:1,cpus=4,nodes=2,memory=64G", "sim:2,cpus=4,nodes=2,memory=2G");
	pass(&rig, 2);
	most = bt_session_machine(rig.second)->max_held_bytes;
	assert_true(bt_session_config(rig.first)->max_held_bytes > most);
	press(&rig, "]");
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->order, 1);
	assert_int_equal(of(rig.second)->max_held_bytes, most);
	rig_close(&rig);
}

static void a_refusal_is_said_and_stops_nothing(void **state)
{
	struct rig rig;

	(void)state;
	/* Node 1 of the second has no memory, so it cannot be bound to. */
	rig_open(&rig, FIRST, "sim:2,cpus=4,nodes=2,cpuonly=1");
	pass(&rig, 2);
	press(&rig, ":node bind:1\n");
	assert_shows(&rig, "sim:2: ");
	pass(&rig, 2);
	assert_int_equal(of(rig.first)->node_policy, BT_NODE_BIND);
	assert_non_null(rig_event(rig.first, BT_EVENT_NOTE, "not sent: "));
	assert_shows(&rig, "did not take the last change");
	press(&rig, ":node local\n");
	pass(&rig, 2);
	assert_null(strstr(picture(&rig), "did not take"));
	rig_close(&rig);
}

/* The first ends by itself; the second goes on, and what is next asked for goes to both. */
static void what_ends_by_itself_ends_alone(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST ",fault=oom@6s", SECOND);
	pass(&rig, 2);
	press(&rig, "wy");
	pass(&rig, 8);
	assert_int_equal(bt_session_frame(rig.first)->run, BT_RUN_DRAIN);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	assert_shows(&rig, "sim:2 running");
	press(&rig, "!");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	rig_close(&rig);
}

/* Its phases wait for the echoes of one machine. */
static void a_microbenchmark_is_of_the_first(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 2);
	press(&rig, "UU");
	press(&rig, "y");
	assert_non_null(rig.app.kbench.run);
	for (unsigned i = 0; i < 2000 && rig.app.kbench.run; i++) {
		pass(&rig, 1);
		assert_int_not_equal(of(rig.second)->run, BT_RUN_STEP);
	}
	assert_null(rig.app.kbench.run);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_get_what_the_first_is_told),
		cmocka_unit_test(a_smaller_one_holds_what_it_may),
		cmocka_unit_test(a_refusal_is_said_and_stops_nothing),
		cmocka_unit_test(what_ends_by_itself_ends_alone),
		cmocka_unit_test(a_microbenchmark_is_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

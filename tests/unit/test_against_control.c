// SPDX-License-Identifier: GPL-2.0
/* Two simulated machines: the second is told what the first is told. */
#include "tests/unit/test.h"
#include "tests/unit/against_rig.h"

#include <unistd.h>

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, &bt_source_replay, NULL };

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

/* 2 GiB again: 3.2 GiB of 64 are to be left, of which no more than 5 % can be meant there. */
static void a_reserve_is_a_share_of_its_memory(void **state)
{
	struct rig rig;
	uint64_t most;

	(void)state;
	rig_open(&rig, "sim:1,cpus=4,nodes=2,memory=64G", "sim:2,cpus=4,nodes=2,memory=2G");
	pass(&rig, 2);
	press(&rig, ":held 4G\n:reserve 3200M\n");
	pass(&rig, 2);
	most = of(rig.second)->reserve_bytes;
	assert_int_equal(of(rig.first)->reserve_bytes, 3200ull << 20);
	/* 3200 MiB * 2 / 64, less than one page of rounding. */
	assert_true(most <= 100ull << 20 && most > (100ull << 20) - 4096);
	assert_non_null(rig_event(rig.first, BT_EVENT_NOTE, "may hold less: "));
	rig_close(&rig);
}

/* A machine that is equal but for a little gets the very same. */
static void a_little_less_memory_changes_nothing(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, "sim:1,cpus=4,nodes=2,memory=2G", "sim:2,cpus=4,nodes=2,memory=2000M");
	pass(&rig, 2);
	press(&rig, ":held 1G\n:reserve 100M\n");
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->max_held_bytes, 1ull << 30);
	assert_int_equal(of(rig.second)->reserve_bytes, 100ull << 20);
	assert_null(rig_event(rig.first, BT_EVENT_NOTE, "may hold less: "));
	rig_close(&rig);
}

/* What the operator says yes to names both; one who was asked for one of them alone is asked again. */
static void a_start_is_asked_for_on_both(void **state)
{
	struct bt_err err = { 0 };
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST, SECOND);
	pass(&rig, 2);
	/* A client on the socket was not asked about the second. */
	rig_publish(rig.first, "order=5 start", &err);
	ui_app_update(&rig.app);
	pass(&rig, 2);
	assert_int_equal(of(rig.second)->order, 5);
	assert_int_equal(bt_session_frame(rig.first)->run, BT_RUN_GO);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	assert_non_null(rig_event(rig.first, BT_EVENT_NOTE, "sim:2 has no load: nobody was asked"));
	press(&rig, "!");
	rig.app.start_agreed = true;	/* as by a microbenchmark, which is of the first alone */
	press(&rig, "w");
	assert_shows(&rig, "The same on sim:2 (sim, source sim)");
	press(&rig, "y");
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	press(&rig, "ww");	/* asked once */
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	rig_close(&rig);
}

static void both_run(struct rig *rig)
{
	pass(rig, 2);
	press(rig, "wy");
	pass(rig, 2);
	assert_int_equal(bt_session_frame(rig->second)->run, BT_RUN_GO);
}

static void lose_the_first(struct rig *rig)
{
	for (unsigned i = 0; i < 20 && rig_state(rig->first) != BT_SESSION_LOST; i++) {
		uint64_t seq = rig_seq(rig->first);

		bt_session_kick(rig->first);
		rig_until(rig->first, rig_seq(rig->first) > seq ||
			  rig_state(rig->first) == BT_SESSION_LOST);
	}
	assert_int_equal(rig_state(rig->first), BT_SESSION_LOST);
	pass_second(rig, 1);
}

static void stopping_reaches_it_without_the_first(void **state)
{
	static const char *const stops[] = { "!", ":stop\n" };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(stops); i++) {
		struct rig rig;

		rig_open(&rig, FIRST ",fault=lost@8s", SECOND);
		both_run(&rig);
		lose_the_first(&rig);
		assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
		press(&rig, stops[i]);
		pass_second(&rig, 2);
		assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
		assert_shows(&rig, "stop sent to sim:2 alone: ");
		rig_close(&rig);
	}
}

/* The first comes back without a load. */
static void no_load_outlives_that_of_a_first_that_was_lost(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, FIRST ",fault=lost@8s", SECOND);
	both_run(&rig);
	lose_the_first(&rig);
	bt_session_kick(rig.first);
	rig_until(rig.first, !bt_session_frame(rig.first));
	ui_app_update(&rig.app);	/* seen while there is no sample yet */
	rig_until(rig.first, bt_session_frame(rig.first));
	ui_app_update(&rig.app);
	pass(&rig, 2);
	assert_int_equal(bt_session_frame(rig.first)->run, BT_RUN_DRAIN);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	rig_close(&rig);
}

/* What a recording was told was told to a machine of then, by somebody of then. */
static void a_recording_commands_nobody(void **state)
{
	char *path = bt_xasprintf("/tmp/against-test-%d.jsonl", (int)getpid());
	char *spec = bt_xasprintf("replay:%s", path);
	struct bt_session *recorded = open_session(FIRST);
	struct bt_err err = { 0 };
	struct rig rig;

	(void)state;
	assert_int_equal(bt_session_record(recorded, path, &err), 0);
	rig_frames(recorded, 3);
	rig_publish(recorded, "order=3 start", &err);
	rig_frames(recorded, 3);
	rig_publish(recorded, "order=4", &err);
	rig_frames(recorded, 3);
	bt_session_close(recorded);
	rig_open(&rig, spec, SECOND);
	pass(&rig, 8);
	assert_int_equal(bt_session_frame(rig.first)->config.order, 4);
	assert_int_equal(bt_session_token(rig.second), 0);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	/* But a load that somebody else started there can be stopped. */
	rig_publish(rig.second, "start", &err);
	pass_second(&rig, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_GO);
	press(&rig, "!");
	pass_second(&rig, 2);
	assert_int_equal(bt_session_frame(rig.second)->run, BT_RUN_DRAIN);
	rig_close(&rig);
	unlink(path);
	free(spec);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_get_what_the_first_is_told),
		cmocka_unit_test(a_smaller_one_holds_what_it_may),
		cmocka_unit_test(a_refusal_is_said_and_stops_nothing),
		cmocka_unit_test(what_ends_by_itself_ends_alone),
		cmocka_unit_test(a_microbenchmark_is_of_the_first),
		cmocka_unit_test(a_reserve_is_a_share_of_its_memory),
		cmocka_unit_test(a_little_less_memory_changes_nothing),
		cmocka_unit_test(a_start_is_asked_for_on_both),
		cmocka_unit_test(stopping_reaches_it_without_the_first),
		cmocka_unit_test(no_load_outlives_that_of_a_first_that_was_lost),
		cmocka_unit_test(a_recording_commands_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Steps in the event log: the first as every change, those that follow together. */
#include "tests/unit/test.h"
#include "tests/unit/session_rig.h"

const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, NULL };

static void publish_step(struct bt_session *session, enum bt_step step, uint64_t seed)
{
	struct bt_config config = *bt_session_config(session);
	struct bt_err err = { 0 };

	bt_config_run(&config, step == BT_STEP_NONE ? BT_RUN_DRAIN : BT_RUN_STEP);
	config.step = step;
	config.step_blocks = step == BT_STEP_NONE ? 0 : 16;
	config.seed = seed;
	if (bt_session_publish(session, &config, "test", &err))
		fail_msg("%s", err.text);
	rig_frames(session, 2);
}

static unsigned count_events(const struct bt_session *session, enum bt_event_kind kind)
{
	unsigned count = 0;

	for (uint64_t n = bt_session_event_last(session); n; n--) {
		const struct bt_event *event = bt_session_event(session, n);

		count += event && event->kind == kind;
	}
	return count;
}

static void steps_are_told_together(void **state)
{
	struct bt_session_options options = { .source = "sim:1,cpus=2" };
	const struct bt_event *event;
	struct bt_session *session;
	struct bt_err err = { 0 };
	unsigned applied;

	(void)state;
	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(session, 2);
	publish_step(session, BT_STEP_GET, 1);
	applied = count_events(session, BT_EVENT_APPLIED);
	publish_step(session, BT_STEP_PUT, 2);
	publish_step(session, BT_STEP_GET, 3);
	publish_step(session, BT_STEP_PUT, 4);
	assert_non_null(rig_event(session, BT_EVENT_CONTROL, "step get 16 blocks, seed 1"));
	assert_null(rig_event(session, BT_EVENT_CONTROL, "seed 2"));
	assert_null(rig_event(session, BT_EVENT_CONTROL, "more step"));
	assert_int_equal(count_events(session, BT_EVENT_APPLIED), applied);
	assert_int_equal(bt_session_frame(session)->config.generation, 4);
	publish_step(session, BT_STEP_NONE, 0);
	event = rig_event(session, BT_EVENT_CONTROL, "3 more steps, the last put 16 blocks, seed 4");
	assert_non_null(event);
	assert_int_equal(event->generation, 4);	/* not that of what ended them */
	assert_int_equal(rig_event(session, BT_EVENT_CONTROL, "stop")->generation, 5);
	assert_int_equal(count_events(session, BT_EVENT_APPLIED), applied + 1);
	bt_session_close(session);
}

/* Steps of another order are another group: its first is told with what changed. */
static void another_group_is_told(void **state)
{
	struct bt_session_options options = { .source = "sim:1,cpus=2" };
	struct bt_session *session;
	struct bt_err err = { 0 };
	struct bt_config config;

	(void)state;
	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(session, 2);
	publish_step(session, BT_STEP_GET, 1);
	publish_step(session, BT_STEP_PUT, 2);
	config = *bt_session_config(session);
	config.order++;
	config.seed = 3;
	config.step = BT_STEP_GET;
	if (bt_session_publish(session, &config, "test", &err))
		fail_msg("%s", err.text);
	assert_non_null(rig_event(session, BT_EVENT_CONTROL, "1 more step, the last"));
	assert_non_null(rig_event(session, BT_EVENT_CONTROL, "order 0 -> 1"));
	assert_non_null(rig_event(session, BT_EVENT_CONTROL, "step get 16 blocks, seed 3"));
	bt_session_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_are_told_together),
		cmocka_unit_test(another_group_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

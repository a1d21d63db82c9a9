// SPDX-License-Identifier: GPL-2.0
/*
 * Sessions over a source that does what the test says: events, acks, lost sources, pauses, leases,
 * and that nothing waits for a slow read. Also built for the thread sanitizer.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <pthread.h>

#include "tests/unit/session_rig.h"

#define CPUS 4u

/* What the mock source is told and what it has seen; one lock for all. */
static struct {
	pthread_mutex_t lock;
	int open_result, read_result, publish_errno;
	uint64_t read_takes_ns;
	unsigned slow_reads;	/* begun */
	unsigned opens, closes, reads, keepalives, publishes;
	unsigned applied;		/* CPUs that echo */
	uint64_t generation, seq;
	struct bt_config config;
	struct bt_frame_ack ack;
	uint8_t run, reason;
	uint64_t failures, oom_notifications;
	bool virtual_clock, offline;
	uint64_t now_ns;
} mock;

#define LOCKED(statement)                              \
	do {                                           \
		pthread_mutex_lock(&mock.lock);        \
		statement;                             \
		pthread_mutex_unlock(&mock.lock);      \
	} while (0)

static unsigned mock_get(const unsigned *field)
{
	unsigned value;

	LOCKED(value = *field);
	return value;
}

static void mock_reset(void)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	memset(&mock, 0, sizeof(mock));
	mock.lock = lock;
	mock.applied = CPUS;
	mock.now_ns = BT_NS_PER_S;
}

static int mock_open(void **state, const struct bt_source_options *options,
		     struct bt_machine *machine, struct bt_err *err)
{
	int rc;

	(void)options;
	memset(machine, 0, sizeof(*machine));
	machine->page_bytes = 4096;
	machine->max_order = 10;
	machine->cpu_count = CPUS;
	machine->node_count = 1;
	machine->memory_bytes = 8ull << 30;
	machine->max_held_bytes = 2ull << 30;
	machine->memory_nodes[0] = 1;
	machine->possible_cpus[0] = (1u << CPUS) - 1;
	snprintf(machine->host, sizeof(machine->host), "a/b host");
	*state = &mock;
	LOCKED(mock.opens++; rc = mock.open_result);
	return rc ? bt_err_set(err, -rc, "mock cannot open") : 0;
}

static void fill(struct bt_frame *frame)
{
	bt_frame_clear(frame);
	frame->seq = ++mock.seq;
	mock.now_ns += 100 * BT_NS_PER_MS;
	frame->mono_ns = mock.now_ns;
	frame->utc_ns = (int64_t)mock.now_ns;
	frame->has_module = true;
	frame->config = mock.config;
	frame->config.generation = mock.generation;
	frame->ack = mock.ack;
	frame->run = mock.run;
	frame->reason = mock.reason;
	frame->oom_notifications = mock.oom_notifications;
	frame->oom_freed_pages = 0;
	frame->publish_ns = BT_NS_PER_S;
	for (unsigned c = 0; c < CPUS; c++) {
		frame->cpus[c] = (struct bt_frame_cpu){
			.generation = c < mock.applied ? mock.generation : 0,
			.online = !(mock.offline && c == 1),
			.failures = mock.failures,
			.op = BT_OP_NONE,
		};
	}
}

static int mock_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	uint64_t takes;
	int rc;

	(void)state;
	LOCKED(takes = mock.read_takes_ns; mock.slow_reads += takes != 0);
	if (takes)
		bt_sleep_until_ns(bt_mono_ns() + takes);
	LOCKED(mock.reads++; rc = mock.read_result; if (!rc) fill(frame));
	return rc ? bt_err_set(err, -rc, "mock is gone") : 0;
}

static int mock_publish(void *state, const struct bt_config *config, uint64_t token,
			struct bt_err *err)
{
	(void)state;
	(void)err;
	pthread_mutex_lock(&mock.lock);
	mock.publishes++;
	mock.ack = (struct bt_frame_ack){ .token = token, .error = mock.publish_errno };
	if (mock.publish_errno) {
		snprintf(mock.ack.text, sizeof(mock.ack.text), "no such luck");
	} else {
		mock.config = *config;
		mock.ack.generation = ++mock.generation;
		mock.run = (uint8_t)config->run;
		mock.reason = BT_REASON_USER;
	}
	pthread_mutex_unlock(&mock.lock);
	return 0;
}

static int mock_keepalive(void *state)
{
	(void)state;
	LOCKED(mock.keepalives++);
	return 0;
}

static void mock_close(void *state)
{
	(void)state;
	LOCKED(mock.closes++; mock.generation = 0; mock.seq = 0; mock.run = 0);
}

static const struct bt_source_ops source_mock = {
	.name = "mock", .help = "", .open = mock_open, .read = mock_read, .publish = mock_publish,
	.keepalive = mock_keepalive, .close = mock_close,
};
/* Another controller has it until the test says that it has gone. */
static const char *mock_no_control(void *state)
{
	(void)state;
	return mock_get(&mock.opens) > 1 ? NULL : "another controller has it";
}

static const struct bt_source_ops source_taken = {
	.name = "taken", .help = "", .open = mock_open, .read = mock_read, .publish = mock_publish,
	.keepalive = mock_keepalive, .no_control = mock_no_control, .close = mock_close,
};
static const struct bt_source_ops source_dumb = {
	.name = "dumb", .help = "", .open = mock_open, .read = mock_read, .close = mock_close,
};

const struct bt_source_ops *const bt_sources[] = { &source_mock, &source_taken, &source_dumb,
						 NULL };

/* What a test has left open when it failed, lest its sampler runs into the next test. */
static struct bt_session *opened;

static struct bt_session *open_session(struct bt_session_options options)
{
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (!options.source)
		options.source = "mock";
	options.history = true;
	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	opened = session;
	return session;
}

static void close_session(struct bt_session *session)
{
	opened = NULL;
	bt_session_close(session);
}

static int setup(void **state)
{
	(void)state;
	mock_reset();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	close_session(opened);
	return 0;
}

/* ---- control --------------------------------------------------------------------------- */

static void test_change_is_logged_by_field(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };
	const struct bt_event *event;

	(void)state;
	rig_frames(s, 1);
	assert_int_equal(rig_publish(s, "order=3 cpus=0-1 start", &err), 0);
	event = rig_event(s, BT_EVENT_CONTROL, "order 0 -> 3");
	assert_non_null(event);
	assert_string_equal(event->who, "test");
	assert_int_equal(event->generation, 0);
	assert_non_null(rig_event(s, BT_EVENT_CONTROL, "cpus 0-3 -> 0-1"));
	assert_non_null(rig_event(s, BT_EVENT_CONTROL, "start"));
	assert_null(rig_event(s, BT_EVENT_CONTROL, "batch"));
	rig_frames(s, 1);
	assert_int_equal(event->generation, 1); /* once it has one */
	assert_non_null(rig_event(s, BT_EVENT_APPLIED, "4/4"));
	assert_int_equal(bt_session_config(s)->order, 3);
	close_session(s);
	assert_int_equal(mock.closes, 1);
}

static void test_refused_by_the_check(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_config config = *bt_session_config(s);
	struct bt_err err = { 0 };

	(void)state;
	config.order = 11;
	assert_int_equal(bt_session_publish(s, &config, "test", &err), -EINVAL);
	assert_non_null(strstr(err.text, "order"));
	assert_int_equal(mock.publishes, 0);
	assert_int_equal(bt_session_config(s)->order, 0);
	close_session(s);
}

static void test_refused_by_the_source(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };

	(void)state;
	rig_frames(s, 1);
	assert_int_equal(rig_publish(s, "order=2", &err), 0);
	rig_frames(s, 1);
	LOCKED(mock.publish_errno = ENOMEM);
	assert_int_equal(rig_publish(s, "order=7", &err), 0);
	assert_int_equal(bt_session_config(s)->order, 7);
	rig_frames(s, 1);
	assert_non_null(rig_event(s, BT_EVENT_REFUSED, "no such luck"));
	assert_int_equal(bt_session_config(s)->order, 2); /* what the source runs */
	close_session(s);
}

static void test_slow_cpu_is_named(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };

	(void)state;
	LOCKED(mock.applied = 2);
	rig_frames(s, 1);
	rig_publish(s, "start", &err);
	rig_frames(s, 12); /* 1.2 s of its clock */
	assert_non_null(rig_event(s, BT_EVENT_NOTE, "applied on 2/4 CPUs, waiting for CPU 2"));
	assert_null(rig_event(s, BT_EVENT_APPLIED, ""));
	LOCKED(mock.applied = CPUS);
	rig_frames(s, 1);
	assert_non_null(rig_event(s, BT_EVENT_APPLIED, "4/4"));
	close_session(s);
}

static void test_stop_by_the_module(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };
	uint64_t before;

	(void)state;
	rig_frames(s, 1);
	rig_publish(s, "start", &err);
	rig_frames(s, 1);
	assert_int_equal(bt_session_config(s)->run, BT_RUN_GO);
	/* The module's own stop is a generation, too, but not another client's. */
	LOCKED(mock.run = BT_RUN_DRAIN; mock.config.run = BT_RUN_DRAIN; mock.generation++;
	       mock.reason = BT_REASON_LEASE; mock.oom_notifications = 1; mock.offline = true);
	before = bt_session_event_last(s);
	rig_frames(s, 1);
	assert_null(rig_event(s, BT_EVENT_CONTROL, "stop"));
	assert_int_equal(bt_session_event_last(s), before + 3);
	assert_non_null(rig_event(s, BT_EVENT_STOPPED, "lease"));
	assert_non_null(rig_event(s, BT_EVENT_OOM, "notifier"));
	assert_non_null(rig_event(s, BT_EVENT_NOTE, "CPU 1 is offline"));
	assert_int_equal(bt_session_config(s)->run, BT_RUN_DRAIN);
	close_session(s);
}

/* Another controller of the same source: controls follow it, and the log says what it did. */
static void test_another_client(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	const struct bt_event *event;
	struct bt_err err = { 0 };

	(void)state;
	rig_frames(s, 1);
	rig_publish(s, "order=2", &err);
	rig_frames(s, 1);
	LOCKED(mock.config.order = 6; mock.generation++; mock.ack.token = 0);
	rig_frames(s, 1);
	event = rig_event(s, BT_EVENT_CONTROL, "order 2 -> 6");
	assert_non_null(event);
	assert_string_equal(event->who, "another client");
	assert_int_equal(bt_session_config(s)->order, 6);
	close_session(s);
}

static void test_failures_are_an_episode(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	uint64_t first;

	(void)state;
	rig_frames(s, 2);
	LOCKED(mock.failures = 5);
	rig_frames(s, 1);
	assert_non_null(rig_event(s, BT_EVENT_FAILURE, "20 allocations failed in 100 ms"));
	first = bt_session_event_last(s);
	LOCKED(mock.failures = 9);
	rig_frames(s, 1);
	assert_int_equal(bt_session_event_last(s), first);
	close_session(s);
}

static void test_stop_now(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };
	uint64_t before;

	(void)state;
	rig_frames(s, 1);
	rig_publish(s, "start order=4", &err);
	rig_frames(s, 1);
	before = bt_session_event_last(s);
	assert_int_equal(bt_session_stop_now(s, "key", &err), 0);
	assert_int_equal(bt_session_event_last(s), before + 1);
	assert_non_null(rig_event(s, BT_EVENT_CONTROL, "stop"));
	LOCKED(assert_int_equal(mock.config.run, BT_RUN_DRAIN));
	assert_int_equal(bt_session_config(s)->order, 4);
	assert_int_equal(bt_session_config(s)->run, BT_RUN_DRAIN);
	close_session(s);
}

/* An observer that another controller left gets control by opening the source again. */
static void test_takeover_of_a_free_source(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .source = "taken" });
	struct bt_err err = { 0 };

	(void)state;
	assert_string_equal(bt_session_no_control(s), "another controller has it");
	rig_frames(s, 1);
	assert_int_equal(bt_session_takeover(s, &err), 0);
	rig_until(s, !bt_session_no_control(s));
	assert_int_equal(mock_get(&mock.closes), 1);
	rig_frames(s, 1);
	assert_int_equal(rig_publish(s, "start", &err), 0);
	assert_int_equal(bt_session_takeover(s, &err), -EALREADY);
	close_session(s);
	assert_int_equal(mock_get(&mock.closes), 2);
}

static void test_no_control(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .source = "dumb" });
	struct bt_err err = { 0 };

	(void)state;
	assert_non_null(bt_session_no_control(s));
	assert_int_equal(bt_session_stop_now(s, "key", &err), -EPERM);
	close_session(s);
	s = open_session((struct bt_session_options){ .source_options = { .read_only = true } });
	assert_non_null(bt_session_no_control(s));
	assert_int_equal(rig_publish(s, "start", &err), -EPERM);
	close_session(s);
}

/* A read that takes its time holds up neither a publication, nor a stop, nor a keep-alive. */
static void test_control_does_not_wait_for_a_read(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };

	(void)state;
	rig_frames(s, 1);
	LOCKED(mock.read_takes_ns = 2 * BT_NS_PER_S);
	bt_session_kick(s);
	rig_until(s, mock_get(&mock.slow_reads));
	assert_int_equal(rig_publish(s, "start lease=100ms", &err), 0);
	assert_int_equal(bt_session_stop_now(s, "key", &err), 0);
	rig_until(s, mock_get(&mock.keepalives));
	assert_int_equal(mock_get(&mock.publishes), 2);
	assert_int_equal(mock_get(&mock.reads), 1);	/* it goes on */
	close_session(s);
}

/* ---- lease ----------------------------------------------------------------------------- */

static void test_keepalive_comes_from_steps(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	struct bt_err err = { 0 };
	unsigned before;
	uint64_t start;

	(void)state;
	rig_frames(s, 1);
	start = bt_mono_ns();
	rig_publish(s, "lease=200ms", &err);
	rig_until(s, mock_get(&mock.keepalives) >= 5); /* one every 50 ms */
	assert_true(bt_mono_ns() - start >= 4 * 50 * BT_NS_PER_MS);
	before = mock_get(&mock.keepalives);
	bt_sleep_until_ns(bt_mono_ns() + 300 * BT_NS_PER_MS); /* a client that hangs */
	assert_int_equal(mock_get(&mock.keepalives), before);
	bt_session_pause(s, true); /* one that has paused does not */
	rig_idle(s, 300 * BT_NS_PER_MS);
	assert_true(mock_get(&mock.keepalives) > before);
	close_session(s);
}

static void test_relay_makes_none(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .relay_keepalive = true });
	struct bt_err err = { 0 };

	(void)state;
	rig_frames(s, 1);
	rig_publish(s, "lease=100ms start", &err);
	rig_idle(s, 300 * BT_NS_PER_MS);
	assert_int_equal(mock_get(&mock.keepalives), 0);
	close_session(s);
}

/* ---- sampling -------------------------------------------------------------------------- */

static void test_interval(void **state)
{
	uint64_t began_ns = bt_mono_ns();
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });
	struct bt_err err = { 0 };
	unsigned count, most;

	(void)state;
	rig_idle(s, 410 * BT_NS_PER_MS);
	/* One at once, one each interval, and on a busy machine the time is longer than asked. */
	most = (unsigned)((bt_mono_ns() - began_ns) / (20 * BT_NS_PER_MS)) + 1;
	assert_in_range(rig_seq(s), 4, most);
	assert_in_range(bt_history_count(bt_session_history(s), BT_TIER_SAMPLE), 4, most);
	assert_int_equal(bt_session_set_interval(s, BT_NS_PER_MS, &err), -EINVAL);
	assert_int_equal(bt_session_set_interval(s, 61 * BT_NS_PER_S, &err), -EINVAL);
	assert_int_equal(bt_session_set_interval(s, 60 * BT_NS_PER_S, &err), 0);
	rig_idle(s, 50 * BT_NS_PER_MS);
	count = mock_get(&mock.reads);
	rig_idle(s, 100 * BT_NS_PER_MS);
	assert_int_equal(mock_get(&mock.reads), count);
	/* A publication brings a frame out of turn, which is no interval. */
	count = bt_history_count(bt_session_history(s), BT_TIER_SAMPLE);
	rig_publish(s, "order=1", &err);
	rig_until(s, bt_session_frame(s)->extra);
	assert_int_equal(bt_history_count(bt_session_history(s), BT_TIER_SAMPLE), count);
	close_session(s);
}

static void test_pause_leaves_a_gap(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });
	unsigned count, gaps = 0;
	uint64_t seq;

	(void)state;
	rig_until(s, bt_history_count(bt_session_history(s), BT_TIER_SAMPLE) >= 3);
	bt_session_pause(s, true);
	assert_int_equal(rig_state(s), BT_SESSION_PAUSED);
	rig_idle(s, 60 * BT_NS_PER_MS);
	seq = rig_seq(s);
	rig_idle(s, 100 * BT_NS_PER_MS);
	assert_int_equal(rig_seq(s), seq);
	bt_session_pause(s, false);
	rig_until(s, rig_seq(s) >= seq + 3);
	count = bt_history_count(bt_session_history(s), BT_TIER_SAMPLE);
	for (unsigned age = 0; age < count; age++)
		gaps += bt_history_at(bt_session_history(s), BT_TIER_SAMPLE, age)->gap;
	assert_int_equal(gaps, 1);
	close_session(s);
}

static void test_slow_reader_loses_samples_not_memory(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });
	struct bt_session_status status;
	uint64_t began_ns;
	unsigned most;

	(void)state;
	began_ns = bt_mono_ns();
	while (mock_get(&mock.reads) < 80 && bt_mono_ns() < began_ns + RIG_LIMIT_NS) /* room for 64 */
		bt_sleep_until_ns(bt_mono_ns() + 20 * BT_NS_PER_MS);
	bt_session_status(s, &status);
	assert_true(status.lost_samples >= 1);
	/* A step takes only so many at once. While they are taken, more come. */
	began_ns = bt_mono_ns();
	rig_until(s, rig_seq(s) >= 64);
	most = (unsigned)((bt_mono_ns() - began_ns) / (20 * BT_NS_PER_MS)) + 2;
	assert_in_range(rig_seq(s), 64, 64 + most);
	close_session(s);
}

/* One read that takes 15 intervals: those missed are counted, and not made up for in a burst. */
static void test_late_samples(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });
	struct bt_session_status status;
	uint64_t start, most;
	unsigned reads;

	(void)state;
	rig_until(s, rig_seq(s) >= 2);
	start = bt_mono_ns();
	LOCKED(mock.read_takes_ns = 300 * BT_NS_PER_MS);
	rig_until(s, mock_get(&mock.slow_reads));
	LOCKED(mock.read_takes_ns = 0);
	reads = mock_get(&mock.reads);
	rig_until(s, mock_get(&mock.reads) >= reads + 5);
	/* The slow one, and then no more than one each 20 ms. */
	most = 3 + (bt_mono_ns() - start - 300 * BT_NS_PER_MS) / (20 * BT_NS_PER_MS);
	assert_in_range(mock_get(&mock.reads) - reads, 5, most);
	bt_session_status(s, &status);
	assert_in_range(status.late_samples, 5, 40);
	close_session(s);
}

/* ---- lost sources ---------------------------------------------------------------------- */

static void test_lost_and_back(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 50 * BT_NS_PER_MS });
	struct bt_session_status status;
	const struct bt_point *gap;
	struct bt_err err = { 0 };
	uint64_t start;

	(void)state;
	rig_until(s, bt_history_count(bt_session_history(s), BT_TIER_SAMPLE) >= 2);
	rig_publish(s, "order=3 start", &err);
	LOCKED(mock.read_result = -ENODEV; mock.open_result = -ENODEV);
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	bt_session_status(s, &status);
	start = status.lost_ns;
	assert_non_null(rig_event(s, BT_EVENT_LOST, "mock is gone"));
	assert_int_equal(mock_get(&mock.closes), 1);
	assert_non_null(bt_session_frame(s)); /* the last data stays */
	assert_int_equal(rig_publish(s, "order=1", &err), -ENOTCONN);
	assert_non_null(strstr(err.text, "mock is gone"));
	bt_session_status(s, &status);
	assert_string_equal(status.error.text, "mock is gone");
	/* Tried again after 1 s, in vain, then after 2 s. */
	rig_until(s, (bt_session_status(s, &status), status.next_try == 2));
	assert_in_range(bt_mono_ns() - start, BT_NS_PER_S, 3 * BT_NS_PER_S);
	assert_string_equal(status.error.text, "mock cannot open");
	LOCKED(mock.read_result = 0; mock.open_result = 0);
	rig_until(s, rig_state(s) == BT_SESSION_LIVE);
	assert_in_range(bt_mono_ns() - start, 3 * BT_NS_PER_S, 9 * BT_NS_PER_S);
	assert_non_null(rig_event(s, BT_EVENT_BACK, "after 2 tries"));
	rig_until(s, rig_seq(s) >= 2);
	/* The history goes on, behind a gap that tells what it is. */
	gap = bt_history_at(bt_session_history(s), BT_TIER_SAMPLE, (unsigned)rig_seq(s) - 1);
	assert_true(gap->gap);
	assert_true(gap->flags & BT_POINT_LOST);
	assert_int_equal(bt_session_config(s)->run, BT_RUN_DRAIN);
	assert_int_equal(rig_publish(s, "order=1", &err), 0);
	close_session(s);
	assert_int_equal(mock.opens, 3);
	assert_int_equal(mock.closes, 2);
}

static void test_lost_on_demand_tries_when_asked(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });

	(void)state;
	rig_frames(s, 1);
	LOCKED(mock.read_result = -EIO);
	bt_session_kick(s);
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	LOCKED(mock.read_result = 0);
	rig_idle(s, 100 * BT_NS_PER_MS);
	assert_int_equal(mock_get(&mock.opens), 1);
	/* What was asked for comes, without being asked for again. */
	bt_session_kick(s);
	rig_until(s, rig_state(s) == BT_SESSION_LIVE && bt_session_frame(s));
	rig_frames(s, 1);
	close_session(s);
}

/* No answer is not the end: the source stays open, and data comes back by itself. */
static void test_silent_and_back(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 50 * BT_NS_PER_MS });
	uint64_t start;

	(void)state;
	rig_until(s, rig_seq(s) >= 2);
	LOCKED(mock.read_result = -ETIMEDOUT; mock.read_takes_ns = 50 * BT_NS_PER_MS);
	start = bt_mono_ns();
	rig_until(s, rig_state(s) == BT_SESSION_LOST);
	assert_in_range(bt_mono_ns() - start, 2900 * BT_NS_PER_MS, 9000 * BT_NS_PER_MS);
	LOCKED(mock.read_result = 0);
	rig_until(s, rig_state(s) == BT_SESSION_LIVE);
	assert_non_null(rig_event(s, BT_EVENT_BACK, "answers again"));
	close_session(s);
	assert_int_equal(mock.opens, 1);
}

static void test_end(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });

	(void)state;
	rig_until(s, rig_seq(s) >= 2);
	LOCKED(mock.read_result = -ENODATA);
	rig_until(s, rig_state(s) == BT_SESSION_ENDED);
	assert_non_null(bt_session_frame(s));
	close_session(s);
	assert_int_equal(mock.opens, 1);
}

/* A viewer that does not look for long enough has missed samples: the log says how many. */
static void test_lost_samples(void **state)
{
	const unsigned away_samples = 80;	/* 64 are kept for it */
	uint64_t end_ns = bt_mono_ns() + RIG_LIMIT_NS;
	struct bt_session *s = open_session((struct bt_session_options){
		.interval_ns = 20 * BT_NS_PER_MS });
	struct bt_session_status status;
	unsigned before;

	(void)state;
	rig_until(s, rig_seq(s) > 0);
	assert_null(rig_event(s, BT_EVENT_NOTE, "samples lost"));
	before = mock_get(&mock.reads);
	while (mock_get(&mock.reads) < before + away_samples && bt_mono_ns() < end_ns)
		bt_sleep_until_ns(bt_mono_ns() + 20 * BT_NS_PER_MS);
	rig_until(s, rig_event(s, BT_EVENT_NOTE, "samples lost"));
	bt_session_status(s, &status);
	assert_true(status.lost_samples > 0);
	close_session(s);
}

static void test_open_fails(void **state)
{
	const struct bt_session_options options = { .source = "mock", .interval_ns = BT_NS_PER_S };
	struct bt_session *s;
	struct bt_err err = { 0 };

	(void)state;
	mock.open_result = -EPERM;
	assert_int_equal(bt_session_open(&s, &options, &err), -EPERM);
	assert_string_equal(err.text, "mock cannot open");
	assert_int_equal(bt_session_open(&s, &(struct bt_session_options){.source = "none"}, &err),
			 -EINVAL);
	assert_int_equal(bt_session_open(&s, &(struct bt_session_options){ .source = "mock",
					 .interval_ns = 1 }, &err), -EINVAL);
}

static void test_event_log_keeps_the_last(void **state)
{
	struct bt_session *s = open_session((struct bt_session_options){ .interval_ns = 0 });
	uint64_t first;

	(void)state;
	for (unsigned i = 0; i < 3000; i++)
		bt_session_note(s, BT_EVENT_NOTE, "a\nb", "number %u\n", i);
	first = bt_session_event_first(s);
	assert_int_equal(bt_session_event_last(s) - first, 1023);
	assert_null(bt_session_event(s, first - 1));
	assert_null(bt_session_event(s, bt_session_event_last(s) + 1));
	assert_null(bt_session_event(s, 0));
	assert_int_equal(bt_session_event(s, first)->number, first);
	assert_string_equal(bt_session_event(s, bt_session_event_last(s))->who, "a?b");
	close_session(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_change_is_logged_by_field, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_by_the_check, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused_by_the_source, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_cpu_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_by_the_module, setup, teardown),
		cmocka_unit_test_setup_teardown(test_another_client, setup, teardown),
		cmocka_unit_test_setup_teardown(test_failures_are_an_episode, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stop_now, setup, teardown),
		cmocka_unit_test_setup_teardown(test_takeover_of_a_free_source, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_control, setup, teardown),
		cmocka_unit_test_setup_teardown(test_control_does_not_wait_for_a_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keepalive_comes_from_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_relay_makes_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interval, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pause_leaves_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow_reader_loses_samples_not_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_late_samples, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_on_demand_tries_when_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(test_silent_and_back, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_samples, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_event_log_keeps_the_last, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

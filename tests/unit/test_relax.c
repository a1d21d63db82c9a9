// SPDX-License-Identifier: GPL-2.0
/*
 * A session that nobody looks at closely sleeps: at most one wake-up a second for samples by the clock and
 * for keep-alives together, nothing lost, and whatever cannot wait is told at once.
 */
#include "tests/unit/test.h"
#include "tests/unit/session_rig.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

/* The simulated machine, counting keep-alives. */
static struct bt_source_ops counting;
const struct bt_source_ops *const bt_sources[] = { &counting, NULL };

static atomic_uint keepalives;

static int count_keepalive(void *state)
{
	(void)state;
	atomic_fetch_add(&keepalives, 1);
	return 0;
}

static int setup(void **state)
{
	struct bt_session_options options = { .source = "sim:1",
					      .interval_ns = 20 * BT_NS_PER_MS };
	struct bt_session *session;

	counting = bt_source_sim;
	counting.keepalive = count_keepalive;
	atomic_store(&keepalives, 0);
	if (bt_session_open(&session, &options, NULL))
		return -1;
	rig_until(session, rig_seq(session) > 2);
	*state = session;
	return 0;
}

static int teardown(void **state)
{
	bt_session_close(*state);
	return 0;
}

/* How often the session's descriptor became readable within ns; steps it each time. */
static unsigned wakes(struct bt_session *session, uint64_t ns)
{
	uint64_t end = bt_mono_ns() + ns;
	unsigned count = 0;

	for (uint64_t now; (now = bt_mono_ns()) < end;) {
		struct pollfd fd = { .fd = bt_session_fd(session), .events = POLLIN };

		if (poll(&fd, 1, (int)((end - now) / BT_NS_PER_MS) + 1) > 0)
			count++;
		bt_session_step(session);
	}
	return count;
}

/*
 * Samples come one by one: for 25 some 25 wake-ups, half as many on a busy machine; asleep it is one for
 * fifty. Samples that a busy machine has missed are none.
 */
static void assert_awake(struct bt_session *session)
{
	uint64_t seq = rig_seq(session), end = bt_mono_ns() + RIG_LIMIT_NS;
	unsigned count = 0;

	while (rig_seq(session) < seq + 25 && bt_mono_ns() < end)
		count += wakes(session, 100 * BT_NS_PER_MS);
	seq = rig_seq(session) - seq;
	assert_true(seq >= 25);
	assert_in_range(25 * count, 12 * seq, 30 * seq);
}

static void wakes_once_a_second_and_loses_nothing(void **state)
{
	struct bt_session *session = *state;
	struct bt_session_status status;
	uint64_t seq;
	unsigned count;

	bt_session_relax(session, true);
	wakes(session, BT_NS_PER_S);	/* to the end of a second that was begun before */
	seq = rig_seq(session);
	count = wakes(session, 2 * BT_NS_PER_S);
	/* By hand: 50 samples a second are one wake-up; the third may fall on an end. */
	assert_in_range(count, 1, 3);
	bt_session_relax(session, false);
	rig_until(session, rig_seq(session) > seq + 10);
	bt_session_status(session, &status);
	assert_int_equal(status.lost_samples, 0);
	assert_awake(session);
}

static void tells_at_once_what_was_asked(void **state)
{
	struct bt_session *session = *state;
	uint64_t start;

	bt_session_relax(session, true);
	wakes(session, BT_NS_PER_S / 2);
	start = bt_mono_ns();
	while (!bt_session_frame(session)->extra) {
		bt_session_kick(session);
		wakes(session, 100 * BT_NS_PER_MS);
		assert_true(bt_mono_ns() - start < 5 * BT_NS_PER_S);
	}
}

/* Pausing shows all samples up to then. */
static void tells_what_waits_before_a_pause(void **state)
{
	struct bt_session *session = *state;
	uint64_t seq;

	bt_session_relax(session, true);
	wakes(session, 1500 * BT_NS_PER_MS);
	seq = rig_seq(session);
	usleep(300000);
	bt_session_pause(session, true);
	wakes(session, 200 * BT_NS_PER_MS);
	assert_true(rig_seq(session) > seq);
}

static void a_client_keeps_it_awake(void **state)
{
	struct bt_session *session = *state;
	struct bt_err err;
	int pair[2];

	bt_session_relax(session, true);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(bt_session_attach(session, pair[1], pair[1], "test", &err), 0);
	wakes(session, 100 * BT_NS_PER_MS);
	assert_awake(session);
	close(pair[0]);
	rig_until(session, !rig_clients(session));
	close(pair[1]);
	wakes(session, 100 * BT_NS_PER_MS);
	assert_in_range(wakes(session, 2 * BT_NS_PER_S), 1, 3);
}

/*
 * The usual lease of 5 s is renewed with each wake-up, and makes none; by hand: 4 +- 1 times in 4 s. Where
 * a wake-up is late because the machine is busy, the timer has to make one: then once more, whereas a
 * timer that always makes its own is seen each time.
 */
static void keeps_alive_within_its_wake_ups(void **state)
{
	struct bt_session *session = *state;
	struct bt_err err;
	unsigned before, count, tries = 0;

	bt_session_relax(session, true);
	assert_int_equal(rig_publish(session, "lease=5s start", &err), 0);
	wakes(session, BT_NS_PER_S);
	do {
		before = atomic_load(&keepalives);
		count = wakes(session, 4 * BT_NS_PER_S);
	} while (count > 5 && ++tries < 4);
	assert_in_range(count, 1, 5);
	assert_in_range(atomic_load(&keepalives) - before, 3, 7);
}

/* The timer is there for leases that are shorter than a second's sleep allows. */
static void keeps_a_short_lease_alive(void **state)
{
	struct bt_session *session = *state;
	struct bt_err err;
	unsigned before;

	bt_session_relax(session, true);
	assert_int_equal(rig_publish(session, "lease=1s start", &err), 0);
	before = atomic_load(&keepalives);
	wakes(session, BT_NS_PER_S);
	assert_true(atomic_load(&keepalives) - before >= 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(wakes_once_a_second_and_loses_nothing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(tells_at_once_what_was_asked, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_what_waits_before_a_pause, setup, teardown),
		cmocka_unit_test_setup_teardown(a_client_keeps_it_awake, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_alive_within_its_wake_ups, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_a_short_lease_alive, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

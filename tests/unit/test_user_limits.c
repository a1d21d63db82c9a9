// SPDX-License-Identifier: GPL-2.0
/* The process with the workers: what it does not take, and when it stops. */
#include "tests/unit/test.h"

#include <sys/resource.h>

#include "tests/unit/user_load_rig.h"

/* ---- limits -------------------------------------------------------------------------------- */

/*
 * The machine's bound is 1 TiB, and 2 GiB of addresses there are: enough for what is to be held, for
 * more of it later, and for the process.
 */
static void maps_what_it_needs(const void *context, char verdict[VERDICT])
{
	const struct rlimit addresses = { 2ull << 30, 2ull << 30 };
	struct kit kit;

	(void)context;
	if (!look_at_machine(&kit, verdict))
		return;
	kit.machine.max_held_bytes = 1ull << 40;
	if (setrlimit(RLIMIT_AS, &addresses) || !start_kit(&kit, 1u << BT_WAY_ANON, verdict))
		return;
	kit.config.gfp = BT_GFP_MOVABLE;
	for (uint64_t held = 8 * MIB; !*verdict && held <= 256 * MIB; held *= 32) {
		kit.config.max_held_bytes = held;
		bt_user_load_publish(kit.load, &kit.config, BT_WAY_ANON);
		if (!await_held(&kit, held))
			snprintf(verdict, VERDICT, "holds %llu KiB of %llu",
				 (unsigned long long)held_bytes(&kit) / 1024,
				 (unsigned long long)held / 1024);
	}
	bt_user_load_close(kit.load);
}

static void no_more_is_mapped_than_needed(void **state)
{
	(void)state;
	/* A sanitizer's own addresses are beyond any limit. */
	if (!BT_SANITIZED)
		check_as(false, "addresses", &(struct check){ maps_what_it_needs, NULL });
}

/*
 * Of 64 descriptors no 32 pipes can be made, so that no 32 MiB can be held: the first worker that
 * gets no more says so, in words of errno(3), and of the next job there is nothing to be said.
 */
static void says_what_is_full(const void *context, char verdict[VERDICT])
{
	const struct rlimit descriptors = { 64, 64 };
	uint64_t end_ns = bt_mono_ns() + LIMIT_NS;
	struct bt_user_status status = { .trouble = "" };
	struct bt_err err = { 0 };
	struct kit kit;

	(void)context;
	if (setrlimit(RLIMIT_NOFILE, &descriptors) || !open_kit(&kit, 1u << BT_WAY_PIPE, verdict))
		return;
	if (bt_way_pipe.room_bytes() != 16 * MIB)
		snprintf(verdict, VERDICT, "there is said to be room for %llu",
			 (unsigned long long)bt_way_pipe.room_bytes());
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	while (!*status.trouble && bt_mono_ns() < end_ns &&
	       !bt_user_load_status(kit.load, &status, &err))
		usleep(1000);
	if (!strstr(status.trouble, "by way pipe: Too many open files (RLIMIT_NOFILE, "))
		snprintf(verdict, VERDICT, "said: %.200s", status.trouble);
	kit.config.max_held_bytes = 4 * MIB;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	if (!await_held(&kit, 4 * MIB) || bt_user_load_status(kit.load, &status, &err) ||
	    *status.trouble)
		snprintf(verdict, VERDICT, "of 4 MiB: %.200s", status.trouble);
	bt_user_load_close(kit.load);
}

/*
 * 8192 pages a CPU in bursts of 64: some 128 sockets, and as many again where each burst is made of
 * what is left of one and the rest. However often it turns: 512 are the end.
 */
static void has_few_sockets(const void *context, char verdict[VERDICT])
{
	/* 3000 frees are 750 bursts; where a grace period of RCU is long, each takes 35 ms. */
	uint64_t enough = 3000, end_ns = bt_mono_ns() + 6 * LIMIT_NS;
	struct kit kit;
	unsigned sockets = 0;

	(void)context;
	if (!open_kit(&kit, 1u << BT_WAY_PACKET, verdict))
		return;
	kit.config.order = 4;
	kit.config.pattern = BT_PATTERN_STEADY;
	kit.config.batch_blocks = 4;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PACKET);
	while (TOTAL(&kit, frees) < enough && bt_mono_ns() < end_ns)
		usleep(1000);
	sockets = descriptors_of(bt_user_load_pid(kit.load), "socket:");
	if (TOTAL(&kit, frees) < enough || !sockets || sockets > 256 * kit.machine.cpu_count)
		snprintf(verdict, VERDICT, "%llu frees, %u sockets",
			 (unsigned long long)TOTAL(&kit, frees), sockets);
	bt_user_load_close(kit.load);
}

static void what_is_full_is_told(void **state)
{
	(void)state;
	check_as(false, "descriptors", &(struct check){ says_what_is_full, NULL });
	check_as(false, "sockets", &(struct check){ has_few_sockets, NULL });
}

/* ---- what stops it ------------------------------------------------------------------------- */

static void stops(const void *context, char verdict[VERDICT])
{
	const enum bt_reason *reason = context;
	struct bt_user_status status = { .reason = BT_REASON_NONE };
	struct bt_err err = { 0 };
	struct kit kit;
	uint64_t end_ns;

	if (!open_kit(&kit, 1u << BT_WAY_PIPE, verdict))
		return;
	kit.config.lease_ms = *reason == BT_REASON_LEASE ? 300 : 0;
	kit.config.run_limit_ms = *reason == BT_REASON_TIME_LIMIT ? 300 : 0;
	kit.config.max_held_bytes = 4 * MIB;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	end_ns = bt_mono_ns() + LIMIT_NS;
	while (status.reason != *reason && bt_mono_ns() < end_ns) {
		if (bt_user_load_status(kit.load, &status, &err))
			break;
		usleep(1000);
	}
	if (status.reason != *reason || status.config.run != BT_RUN_DRAIN || !await_held(&kit, 0))
		snprintf(verdict, VERDICT, "reason %u, run %u, held %llu %.100s", status.reason,
			 status.config.run, (unsigned long long)held_bytes(&kit), err.text);
	else if (status.lease_expiries + status.limit_expiries != 1)
		snprintf(verdict, VERDICT, "not counted once");
	bt_user_load_close(kit.load);
}

static void lease_and_time_limit_stop_it(void **state)
{
	static const enum bt_reason reasons[] = { BT_REASON_LEASE, BT_REASON_TIME_LIMIT };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(reasons); i++)
		check_as(false, "stop", &(struct check){ stops, &reasons[i] });
}

/* Pipes that hold all they are to. */
static bool open_and_hold(struct kit *kit, char verdict[VERDICT])
{
	if (!open_kit(kit, 1u << BT_WAY_PIPE, verdict))
		return false;
	bt_user_load_publish(kit->load, &kit->config, BT_WAY_PIPE);
	if (!await_held(kit, HELD))
		snprintf(verdict, VERDICT, "holds nothing to give back");
	return true;
}

/* A reserve that is more than there is: nothing may be held. */
static void reserve_all(struct kit *kit, char verdict[VERDICT])
{
	kit->config.reserve_bytes = kit->machine.memory_bytes;
	bt_user_load_publish(kit->load, &kit->config, BT_WAY_PIPE);
	if (!await_held(kit, 0))
		snprintf(verdict, VERDICT, "below the reserve it holds %llu",
			 (unsigned long long)held_bytes(kit));
}

static void keeps_the_reserve(const void *context, char verdict[VERDICT])
{
	struct kit kit;
	uint64_t end_ns = bt_mono_ns() + LIMIT_NS;

	(void)context;
	if (!open_and_hold(&kit, verdict))
		return;
	reserve_all(&kit, verdict);
	while (!TOTAL(&kit, throttled) && bt_mono_ns() < end_ns)
		usleep(1000);
	if (!TOTAL(&kit, throttled))
		snprintf(verdict, VERDICT, "and does not say so");
	bt_user_load_close(kit.load);
}

/* 64 MiB at a page a second: hours. */
static void is_not_paced(const void *context, char verdict[VERDICT])
{
	struct kit kit;

	(void)context;
	if (!open_and_hold(&kit, verdict))
		return;
	kit.config.pace_ops = 1;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	usleep(200000);
	if (!await_held(&kit, HELD))
		snprintf(verdict, VERDICT, "gives back what it need not");
	reserve_all(&kit, verdict);
	bt_user_load_close(kit.load);
}

/*
 * A machine that is said to have 64 times its memory: 3 % of that are more than is available, while
 * without a word in the config all could be held.
 */
static void keeps_the_floor(const void *context, char verdict[VERDICT])
{
	struct kit kit;
	uint64_t end_ns = bt_mono_ns() + LIMIT_NS;

	(void)context;
	if (!look_at_machine(&kit, verdict))
		return;
	kit.machine.memory_bytes *= 64;
	if (!start_kit(&kit, 1u << BT_WAY_PIPE, verdict))
		return;
	kit.config.reserve_bytes = 0;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	while (!TOTAL(&kit, throttled) && bt_mono_ns() < end_ns)
		usleep(1000);
	if (!TOTAL(&kit, throttled) || held_bytes(&kit))
		snprintf(verdict, VERDICT, "below the floor it holds %llu",
			 (unsigned long long)held_bytes(&kit));
	bt_user_load_close(kit.load);
}

static void the_reserve_is_kept(void **state)
{
	(void)state;
	check_as(false, "reserve", &(struct check){ keeps_the_reserve, NULL });
	check_as(false, "pace", &(struct check){ is_not_paced, NULL });
	check_as(false, "floor", &(struct check){ keeps_the_floor, NULL });
}

/* ---- itself -------------------------------------------------------------------------------- */

/* The guard's memory stays, and what the workers take can be given back all the same. */
static void the_guard_is_locked(void **state)
{
	char verdict[VERDICT] = "", path[64];
	struct kit kit;
	uint64_t locked_kib;

	(void)state;
	if (geteuid() || BT_SANITIZED) {
		print_message("skip: %s\n", geteuid() ? "not root" : "sanitizers take mlockall() for done");
		skip();
	}
	assert_true(open_kit(&kit, 1u << BT_WAY_ANON, verdict));
	snprintf(path, sizeof(path), "/proc/%d/status", bt_user_load_pid(kit.load));
	locked_kib = proc_sum(path, "VmLck:");
	assert_true(locked_kib > 0);
	kit.config.gfp = BT_GFP_MOVABLE;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_ANON);
	assert_true(await_held(&kit, HELD));
	assert_true(proc_sum(path, "VmLck:") <= locked_kib + 1024);
	assert_true(proc_sum(path, "RssAnon:") * 1024 >= HELD / 8 * 7);
	kit.config.run = BT_RUN_DRAIN;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_ANON);
	assert_true(await_held(&kit, 0));
	assert_true(proc_sum(path, "RssAnon:") * 1024 < HELD / 2);
	bt_user_load_close(kit.load);
}

/* As nobody: only packet sockets are worth a user namespace. */
static void stays_where_it_is(const void *context, char verdict[VERDICT])
{
	char path[64], ours[64] = "", its[64] = "";
	struct kit kit;

	(void)context;
	if (!open_kit(&kit, 1u << BT_WAY_PIPE, verdict))
		return;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", bt_user_load_pid(kit.load));
	if (readlink("/proc/self/ns/user", ours, sizeof(ours) - 1) < 0 ||
	    readlink(path, its, sizeof(its) - 1) < 0 || strcmp(ours, its))
		snprintf(verdict, VERDICT, "is in '%s' instead of '%s'", its, ours);
	bt_user_load_close(kit.load);
}

static void pipes_take_no_namespace(void **state)
{
	(void)state;
	check_as(true, "pipe", &(struct check){ stays_where_it_is, NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_is_mapped_than_needed),
		cmocka_unit_test(what_is_full_is_told),
		cmocka_unit_test(lease_and_time_limit_stop_it),
		cmocka_unit_test(the_reserve_is_kept),
		cmocka_unit_test(the_guard_is_locked),
		cmocka_unit_test(pipes_take_no_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* The measuring process against the kernel's own account of it in /proc. */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "system/findlimit.h"

#define MIB (1ull << 20)

static struct bt_findlimit *start(uint64_t limit_bytes)
{
	struct bt_findlimit *run = NULL;
	struct bt_err err = { 0 };

	if (bt_findlimit_start(&run, limit_bytes, &err))
		fail_msg("%s", err.text);
	return run;
}

/* Polls until it has ended, at most 20 s. */
static struct bt_measure wait_end(struct bt_findlimit *run)
{
	uint64_t end_ns = bt_mono_ns() + 20 * BT_NS_PER_S;
	struct bt_measure measure;

	do {
		bt_findlimit_poll(run, &measure);
		if (measure.state != BT_MEASURE_RUNNING)
			return measure;
		usleep(1000);
	} while (bt_mono_ns() < end_ns);
	fail_msg("still running after 20 s");
	return measure;
}

/* A number of /proc/PID/FILE behind name; -1 when there is none (the process is gone). */
static long long proc_number(int pid, const char *file, const char *name)
{
	char path[64], *text, *at;
	long long value = -1;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	if (bt_read_file(path, MIB, &text, NULL) < 0)
		return -1;
	at = strstr(text, name);
	if (at)
		value = strtoll(at + strlen(name), NULL, 10);
	free(text);
	return value;
}

static void reaches_its_limit(void **state)
{
	struct bt_findlimit *run = start(64 * MIB);
	struct bt_measure measure = wait_end(run);

	(void)state;
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.reached_bytes, 64 * MIB);
	assert_int_equal(measure.limit_bytes, 64 * MIB);
	assert_false(measure.oom_killed);
	assert_string_equal(measure.text, "");
	assert_true(measure.elapsed_ns > 0);
	bt_findlimit_free(run);
}

/* Stopped half-way, what it says it has is what the kernel says it has. */
static void reached_is_resident(void **state)
{
	struct bt_findlimit *run = start(512 * MIB);
	int pid = bt_findlimit_pid(run);
	struct bt_measure measure;
	long long resident_kib;

	(void)state;
	do {
		usleep(200);
		bt_findlimit_poll(run, &measure);
		assert_int_equal(measure.state, BT_MEASURE_RUNNING);
	} while (measure.reached_bytes < 64 * MIB);
	kill(pid, SIGSTOP);
	waitpid(pid, NULL, WUNTRACED);
	bt_findlimit_poll(run, &measure);
	resident_kib = proc_number(pid, "smaps_rollup", "\nAnonymous:");
	assert_true(resident_kib * 1024 >= (long long)measure.reached_bytes);
	/* Beside it, the step each of at most 64 threads is in, and what the parent left it. */
	assert_true(resident_kib * 1024 <
		    (long long)(measure.reached_bytes + 64 * MIB / 4 + 8 * MIB));
	assert_int_equal(proc_number(pid, "oom_score_adj", ""), 1000);
	bt_findlimit_free(run);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void holds_no_descriptor(void **state)
{
	int fds[2];
	char byte;
	struct bt_findlimit *run;
	struct bt_measure measure;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	run = start(1024 * MIB);
	close(fds[1]);
	/* The end of file comes long before its end: the child has closed its copy. */
	assert_int_equal(read(fds[0], &byte, 1), 0);
	bt_findlimit_poll(run, &measure);
	assert_int_equal(measure.state, BT_MEASURE_RUNNING);
	assert_true(measure.reached_bytes < 512 * MIB);
	close(fds[0]);
	bt_findlimit_free(run);
}

static void killed_by_a_person_is_no_oom(void **state)
{
	static const int signals[] = { SIGKILL, SIGTERM };
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(signals); i++) {
		struct bt_findlimit *run = start(1024 * MIB);
		struct bt_measure measure;

		usleep(5000);
		kill(bt_findlimit_pid(run), signals[i]);
		measure = wait_end(run);
		assert_int_equal(measure.state, BT_MEASURE_FAILED);
		assert_false(measure.oom_killed);
		assert_string_not_equal(measure.text, "");
		bt_findlimit_free(run);
	}
}

static void dies_with_its_parent(void **state)
{
	int fds[2], child_pid = 0, parent_pid, i;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	parent_pid = fork();
	if (!parent_pid) {
		struct bt_findlimit *run = NULL;
		struct bt_measure measure = { 0 };

		if (bt_findlimit_start(&run, 1024 * MIB, NULL))
			_exit(1);
		while (!measure.reached_bytes)
			bt_findlimit_poll(run, &measure);
		child_pid = bt_findlimit_pid(run);
		kill(child_pid, SIGSTOP);
		bt_write_all(fds[1], &child_pid, sizeof(child_pid));
		_exit(0);
	}
	assert_int_equal(read(fds[0], &child_pid, sizeof(child_pid)), sizeof(child_pid));
	waitpid(parent_pid, NULL, 0);
	/* Nobody of ours is left to wait for it: gone, or a zombie of init, within 5 s. */
	for (i = 0; i < 500 && proc_number(child_pid, "status", "\nVmRSS:") >= 0; i++)
		usleep(10000);
	assert_int_equal(proc_number(child_pid, "status", "\nVmRSS:"), -1);
	close(fds[0]);
	close(fds[1]);
}

static void refuses_less_than_a_page(void **state)
{
	struct bt_findlimit *run = NULL;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_findlimit_start(&run, 100, &err), -EINVAL);
	assert_non_null(strstr(err.text, "100"));
	assert_null(run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_its_limit),
		cmocka_unit_test(reached_is_resident),
		cmocka_unit_test(holds_no_descriptor),
		cmocka_unit_test(killed_by_a_person_is_no_oom),
		cmocka_unit_test(dies_with_its_parent),
		cmocka_unit_test(refuses_less_than_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

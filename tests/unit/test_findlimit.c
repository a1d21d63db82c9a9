// SPDX-License-Identifier: GPL-2.0
/* The measuring process against the kernel's own account of it in /proc. */
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "system/findlimit.h"

#define MIB (1ull << 20)

static struct bt_findlimit *start_as(const struct bt_measure_options *options)
{
	struct bt_findlimit *run = NULL;
	struct bt_err err = { 0 };

	if (bt_findlimit_start(&run, options, &err))
		fail_msg("%s", err.text);
	return run;
}

static struct bt_findlimit *start(uint64_t limit_bytes)
{
	const struct bt_measure_options options = { .limit_bytes = limit_bytes };

	return start_as(&options);
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
	cpu_set_t cpus;

	(void)state;
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.reached_bytes, 64 * MIB);
	assert_int_equal(measure.limit_bytes, 64 * MIB);
	assert_int_equal(measure.end, BT_MEASURE_END_LIMIT);
	assert_string_equal(measure.text, "");
	assert_true(measure.elapsed_ns > 0);
	assert_int_equal(sched_getaffinity(0, sizeof(cpus), &cpus), 0);
	assert_int_equal(measure.threads, CPU_COUNT(&cpus));
	assert_int_equal(measure.region_bytes, 64 * MIB);
	/* Whether there is a cgroup for it is the machine's affair; that it is told is ours. */
	assert_int_equal(measure.no_cgroup[0] != '\0', measure.cgroup == BT_MEASURE_CGROUP_SHARED);
	assert_int_not_equal(measure.cgroup, BT_MEASURE_CGROUP_UNKNOWN);
	bt_findlimit_free(run);
}

/* A limit that is no multiple of anything but a page. */
static void reaches_an_odd_limit(void **state)
{
	uint64_t limit = 70 * MIB + 3 * (uint64_t)sysconf(_SC_PAGESIZE);
	struct bt_findlimit *run = start(limit + 1);
	struct bt_measure measure = wait_end(run);

	(void)state;
	assert_int_equal(measure.end, BT_MEASURE_END_LIMIT);
	assert_int_equal(measure.reached_bytes, limit);
	assert_int_equal(measure.limit_bytes, limit);
	bt_findlimit_free(run);
}

/* Starts under a limit of address space: so much more than this process has. */
static struct bt_findlimit *start_within(uint64_t more_bytes,
					 const struct bt_measure_options *options)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct rlimit before, limit;
	struct bt_findlimit *run;

	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	limit = before;
	limit.rlim_cur = (uint64_t)proc_number(getpid(), "statm", "") * page + more_bytes;
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	run = start_as(options);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	return run;
}

/* Sanitizers reserve so much address space for each thread that a limit of it says nothing. */
static void needs_plain_threads(void)
{
#if BT_SANITIZED
	skip();
#endif
}

/* 300 MiB more hold neither 1 GiB nor half of it, and two threads' 128 MiB at most. */
static void halves_its_regions(void **state)
{
	const struct bt_measure_options options = { .limit_bytes = 64 * MIB,
						    .region_bytes = 1024 * MIB };
	struct bt_findlimit *run;
	struct bt_measure measure;

	(void)state;
	needs_plain_threads();
	run = start_within(300 * MIB, &options);
	measure = wait_end(run);
	assert_int_equal(measure.end, BT_MEASURE_END_LIMIT);
	assert_int_equal(measure.reached_bytes, 64 * MIB);
	assert_true(measure.region_bytes <= 256 * MIB && measure.region_bytes >= 2 * MIB);
	assert_int_equal(1024 * MIB % measure.region_bytes, 0);
	bt_findlimit_free(run);
}

static void tells_a_refusal(void **state)
{
	const struct bt_measure_options options = { .limit_bytes = 1024 * MIB };
	struct bt_findlimit *run;
	struct bt_measure measure;

	(void)state;
	needs_plain_threads();
	run = start_within(200 * MIB, &options);
	measure = wait_end(run);
	assert_int_equal(measure.state, BT_MEASURE_DONE);
	assert_int_equal(measure.end, BT_MEASURE_END_REFUSED);
	assert_non_null(strstr(measure.text, strerror(ENOMEM)));
	/* What is left unused is less than a smallest region, beside the threads' stacks. */
	assert_in_range(measure.reached_bytes, 197 * MIB - measure.threads * MIB / 2, 200 * MIB);
	assert_int_equal(measure.region_bytes, 2 * MIB);
	bt_findlimit_free(run);
}

/* madvise(..., MADV_POPULATE_WRITE) is EINVAL from now on, as on a kernel before 5.14. */
static bool forget_populate(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_madvise, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MADV_POPULATE_WRITE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = BT_ARRAY_SIZE(code), .filter = code };

	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	       !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void touches_without_populate(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		const struct bt_measure_options options = { .limit_bytes = 32 * MIB };
		struct bt_findlimit *run;
		struct bt_measure measure;
		bool good;

		if (!forget_populate() || bt_findlimit_start(&run, &options, NULL))
			_exit(77);
		measure = wait_end(run);
		bt_findlimit_free(run);
		good = measure.end == BT_MEASURE_END_LIMIT &&
		       measure.reached_bytes == 32 * MIB && measure.fill == BT_MEASURE_FILL_TOUCH;
		_exit(!good);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define LATE_TRIES 5	/* of a machine that lets us look when it is all over */

/* One that has come so far and still runs. */
static struct bt_findlimit *half_way(uint64_t bytes, uint64_t limit_bytes, struct bt_measure *measure)
{
	for (unsigned i = 0; i < LATE_TRIES; i++) {
		struct bt_findlimit *run = start(limit_bytes);

		do {
			usleep(200);
			bt_findlimit_poll(run, measure);
		} while (measure->state == BT_MEASURE_RUNNING && measure->reached_bytes < bytes);
		if (measure->state == BT_MEASURE_RUNNING)
			return run;
		assert_int_equal(measure->end, BT_MEASURE_END_LIMIT);
		bt_findlimit_free(run);
	}
	fail_msg("it never still ran");
	return NULL;
}

/* Stopped half-way, what it says it has is what the kernel says it has. */
static void reached_is_resident(void **state)
{
	struct bt_measure measure;
	struct bt_findlimit *run = half_way(64 * MIB, 512 * MIB, &measure);
	int pid = bt_findlimit_pid(run);
	long long resident_kib;

	(void)state;
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

/* The end of file comes long before its end: the child has closed its copy. */
static bool closes_early(void)
{
	struct bt_findlimit *run;
	struct bt_measure measure;
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	run = start(1024 * MIB);
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 0);
	bt_findlimit_poll(run, &measure);
	close(fds[0]);
	bt_findlimit_free(run);
	return measure.state == BT_MEASURE_RUNNING && measure.reached_bytes < 512 * MIB;
}

static void holds_no_descriptor(void **state)
{
	unsigned tries = 1;

	(void)state;
	while (!closes_early() && tries < LATE_TRIES)
		tries++;
	assert_true(tries < LATE_TRIES);
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
		assert_int_equal(measure.end, BT_MEASURE_END_FAILED);
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
		const struct bt_measure_options options = { .limit_bytes = 1024 * MIB };
		struct bt_findlimit *run = NULL;
		struct bt_measure measure = { 0 };

		if (bt_findlimit_start(&run, &options, NULL))
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

static void refuses_what_is_out_of_bounds(void **state)
{
	static const struct {
		struct bt_measure_options options;
		const char *says;
	} cases[] = {
		{ { .limit_bytes = 100 }, "limit of 100" },
		{ { .limit_bytes = MIB, .region_bytes = 2 * MIB - 1 }, "region_bytes 2097151" },
		{ { .limit_bytes = MIB, .stop_psi_percent = 101 }, "stop_psi_percent 101" },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_findlimit *run = NULL;
		struct bt_err err = { 0 };

		assert_int_equal(bt_findlimit_start(&run, &cases[i].options, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_null(run);
	}
}

/* 3 GiB in 1.5 s; nothing before there is a time. */
static void rate_is_bytes_a_second(void **state)
{
	struct bt_measure measure = { .state = BT_MEASURE_DONE, .reached_bytes = 3072 * MIB,
				      .elapsed_ns = 1500000000 };

	(void)state;
	assert_true(bt_measure_rate(&measure) == 2147483648.0);
	measure.elapsed_ns = 0;
	assert_true(isnan(bt_measure_rate(&measure)));
	measure = (struct bt_measure){ .state = BT_MEASURE_NONE };
	assert_true(isnan(bt_measure_rate(&measure)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reaches_its_limit),
		cmocka_unit_test(reached_is_resident),
		cmocka_unit_test(holds_no_descriptor),
		cmocka_unit_test(killed_by_a_person_is_no_oom),
		cmocka_unit_test(dies_with_its_parent),
		cmocka_unit_test(reaches_an_odd_limit),
		cmocka_unit_test(halves_its_regions),
		cmocka_unit_test(tells_a_refusal),
		cmocka_unit_test(touches_without_populate),
		cmocka_unit_test(refuses_what_is_out_of_bounds),
		cmocka_unit_test(rate_is_bytes_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Children: their output and end are told, and they never outlive us. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/child.h"

static int run_shell(const char *script, char *output, size_t size,
		     const struct bt_patience *patience, struct bt_err *err)
{
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };

	return bt_child_run(&(struct bt_child_job){ .argv = argv, .text = "testing",
						    .log_path = "/dev/null", .output = output,
						    .output_size = size }, patience, err);
}

static void output_and_code_come_back(void **state)
{
	struct bt_err err = { 0 };
	char output[64], small[4];

	(void)state;
	assert_int_equal(run_shell("echo out; echo no >&2; exit 3", output, sizeof(output), NULL,
				   &err), 3);
	assert_string_equal(output, "out");
	assert_int_equal(run_shell("echo 123456", small, sizeof(small), NULL, &err), 0);
	assert_string_equal(small, "123");
	assert_int_equal(run_shell("kill -TERM $$", output, sizeof(output), NULL, &err), 128 + 15);
}

static void what_cannot_run_is_named(void **state)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct bt_child_job job = { .argv = argv, .text = "x", .log_path = "/dev/null" };
	struct bt_err err = { 0 };
	char output[8];

	(void)state;
	assert_int_equal(bt_child_run(&job, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/program"));
	assert_int_equal(run_shell("true", output, sizeof(output), NULL, &err), 0);
	job.log_path = "/nonexistent/log";
	assert_int_equal(bt_child_run(&job, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/log"));
}

/* Signals blocked by a screen, ignored ones, and other descriptors are not inherited. */
static void it_starts_afresh(void **state)
{
	struct bt_err err = { 0 };
	char output[128];
	sigset_t block, before;
	int fd = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(fd >= 0);
	sigfillset(&block);
	sigprocmask(SIG_SETMASK, &block, &before);
	assert_int_equal(run_shell("grep SigBlk /proc/self/status; exec ls /proc/self/fd",
				   output, sizeof(output), NULL, &err), 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	close(fd);
	/* The last is the directory that ls reads. */
	assert_string_equal(output, "SigBlk:\t0000000000000000\n0\n1\n2\n3");
}

/* Where nobody reaps orphans a zombie is left, which is dead too; it may go at any moment. */
static bool is_dead(pid_t pid)
{
	char *path = bt_xasprintf("/proc/%d/status", pid), *text = NULL;
	bool dead = bt_read_file(path, 65536, &text, NULL) < 0 || strstr(text, "State:\tZ");

	free(text);
	free(path);
	return dead;
}

/* A question each tenth of a second: time for a shell on a busy machine to say what it started. */
#define GIVE_UP_CALLS 30

static bool gives_up(void *context, const char *text)
{
	unsigned *calls = context;

	assert_non_null(strstr(text, "testing, "));
	return ++*calls < GIVE_UP_CALLS;
}

static void giving_up_ends_the_whole_group(void **state)
{
	unsigned calls = 0;
	struct bt_patience patience = { gives_up, &calls };
	struct bt_err err = { 0 };
	char output[32];
	int grandchild;

	(void)state;
	assert_int_equal(run_shell("sleep 60 & echo $!; wait", output, sizeof(output), &patience,
				   &err), -ECANCELED);
	assert_int_equal(calls, GIVE_UP_CALLS);
	assert_int_equal(sscanf(output, "%d", &grandchild), 1);
	for (unsigned i = 0; i < 100 && !is_dead(grandchild); i++)
		usleep(10000);
	assert_true(is_dead(grandchild));
}

static bool gives_up_soon(void *context, const char *text)
{
	(void)text;
	return access(context, F_OK);
}

/* With a time of grace SIGTERM comes first, and the child's own end is waited for. */
static void grace_lets_it_clean_up(void **state)
{
	char ready[] = "/tmp/buddytop-child-XXXXXX", script[256], output[32];
	struct bt_patience patience = { gives_up_soon, ready };
	const char *const argv[] = { "/bin/sh", "-c", script, NULL };
	struct bt_child_job job = { .argv = argv, .text = "testing", .log_path = "/dev/null",
				    .directory = "/tmp", .grace_ns = 20 * BT_NS_PER_S };
	struct bt_err err = { 0 };

	(void)state;
	close(mkstemp(ready));
	unlink(ready);
	snprintf(script, sizeof(script), "trap 'echo clean >$(pwd)/%s; exit' TERM; : >%s; "
		 "while :; do sleep 0.05; done", ready + 5, ready);
	assert_int_equal(bt_child_run(&job, &patience, &err), -ECANCELED);
	assert_true(bt_read_line(ready, output, sizeof(output)));
	assert_string_equal(output, "clean");
	unlink(ready);
	/* One that does not care is killed all the same. */
	snprintf(script, sizeof(script), "trap '' TERM; : >%s; while :; do sleep 0.05; done", ready);
	job.grace_ns = 200 * BT_NS_PER_MS;
	assert_int_equal(bt_child_run(&job, &patience, &err), -ECANCELED);
	unlink(ready);
}

static void a_descriptor_is_kept(void **state)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const char *const argv[] = { "/bin/ls", "/proc/self/fd", NULL };
	struct bt_err err = { 0 };
	char output[64], name[16];
	struct bt_child_job job = { .argv = argv, .text = "testing", .log_path = "/dev/null",
				    .output = output, .output_size = sizeof(output) };

	(void)state;
	assert_true(fd > STDERR_FILENO);
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 77);
	snprintf(name, sizeof(name), "\n%d", fd);
	assert_int_equal(bt_child_run(&job, NULL, &err), 0);
	assert_null(strstr(output, name));
	job.keep_fd = fd;
	assert_int_equal(bt_child_run(&job, NULL, &err), 0);
	assert_non_null(strstr(output, name));
	close(fd);
}

/* Not even SIGKILL, which leaves no time to clean up, leaves a guest behind. */
static void a_killed_parent_takes_its_child_along(void **state)
{
	int ends[2], null_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t parent, child;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (!parent) {
		const char *const argv[] = { "/bin/sleep", "60", NULL };

		child = bt_child_start(&(struct bt_child_spec){ .argv = argv, .out_fd = null_fd,
								.err_fd = null_fd }, NULL);
		if (write(ends[1], &child, sizeof(child)) != sizeof(child))
			_exit(1);
		pause();
	}
	assert_int_equal(read(ends[0], &child, sizeof(child)), sizeof(child));
	assert_true(child > 0);
	assert_false(is_dead(child));
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	for (unsigned i = 0; i < 200 && !is_dead(child); i++)
		usleep(10000);
	assert_true(is_dead(child));
	close(ends[0]);
	close(ends[1]);
	close(null_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_and_code_come_back),
		cmocka_unit_test(what_cannot_run_is_named),
		cmocka_unit_test(it_starts_afresh),
		cmocka_unit_test(giving_up_ends_the_whole_group),
		cmocka_unit_test(grace_lets_it_clean_up),
		cmocka_unit_test(a_descriptor_is_kept),
		cmocka_unit_test(a_killed_parent_takes_its_child_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

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
		cmocka_unit_test(a_killed_parent_takes_its_child_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

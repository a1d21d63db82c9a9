// SPDX-License-Identifier: GPL-2.0
/* Keys of the terminal: who has the workers' process open gets their signals, it does not. */
#include "tests/unit/test.h"

#include <pty.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "tests/unit/user_load_rig.h"

#define LEASE_MS 300

/* What the processes of a test tell each other. */
struct scene {
	atomic_int worker;	/* pid of the workers' process, once it holds what it is to */
	atomic_int interrupts;	/* SIGINT that the opener got */
	atomic_bool stopped;	/* the opener is */
	atomic_bool went_on;	/* after the interrupt it gave back and took again */
	atomic_bool failed;
};

static struct scene *scene;

static void interrupted(int number)
{
	(void)number;
	atomic_fetch_add(&scene->interrupts, 1);
}

static bool run_and_hold(struct kit *kit, uint32_t run, uint64_t bytes)
{
	kit->config.run = run;
	kit->config.lease_ms = 0;
	bt_user_load_publish(kit->load, &kit->config, BT_WAY_PIPE);
	return await_held(kit, bytes);
}

/* Answers ^C by going on, and keeps the load alive for as long as it runs itself. */
static void opener(void)
{
	char verdict[VERDICT] = "";
	struct kit kit;

	signal(SIGINT, interrupted);
	if (!open_kit(&kit, 1u << BT_WAY_PIPE, verdict) || !run_and_hold(&kit, BT_RUN_GO, HELD)) {
		atomic_store(&scene->failed, true);
		_exit(1);
	}
	atomic_store(&scene->worker, bt_user_load_pid(kit.load));
	while (!atomic_load(&scene->interrupts))
		usleep(1000);
	if (!run_and_hold(&kit, BT_RUN_DRAIN, 0) || !run_and_hold(&kit, BT_RUN_GO, HELD))
		atomic_store(&scene->failed, true);
	kit.config.lease_ms = LEASE_MS;
	bt_user_load_publish(kit.load, &kit.config, BT_WAY_PIPE);
	atomic_store(&scene->went_on, true);
	for (;;) {
		bt_user_load_keepalive(kit.load);
		usleep(1000);
	}
}

/* As a shell: the job is a group of its own in the foreground, and its stops are looked at. */
static void leader(void)
{
	int status;
	pid_t job = fork();

	if (!job) {
		/* SIGHUP, which a stopped job gets without its shell, may be ignored. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGTTOU, SIG_IGN);
		setpgid(0, 0);
		tcsetpgrp(0, getpid());
		opener();
	}
	while (waitpid(job, &status, WUNTRACED) == job && WIFSTOPPED(status))
		atomic_store(&scene->stopped, true);
	_exit(0);
}

/* The workers' process has no others. */
static unsigned pipes_of(int pid)
{
	return descriptors_of(pid, "pipe:");
}

#define AWAIT(condition) do { \
	uint64_t end_ns = bt_mono_ns() + LIMIT_NS; \
	while (!(condition) && !atomic_load(&scene->failed) && bt_mono_ns() < end_ns) \
		usleep(1000); \
	assert_false(atomic_load(&scene->failed)); \
	assert_true(condition); \
} while (0)

static void keys_are_for_the_opener_alone(void **state)
{
	int terminal, worker;
	pid_t shell;

	(void)state;
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(scene != MAP_FAILED);
	shell = forkpty(&terminal, NULL, NULL, NULL);
	if (!shell)
		leader();
	AWAIT(atomic_load(&scene->worker));
	worker = atomic_load(&scene->worker);
	assert_true(pipes_of(worker) > 0);
	assert_int_equal(write(terminal, "\003", 1), 1);
	AWAIT(atomic_load(&scene->went_on));
	assert_true(pipes_of(worker) > 0);
	assert_int_equal(write(terminal, "\032", 1), 1);
	AWAIT(atomic_load(&scene->stopped));
	/* The guard is not: its lease ends the load of one that does not keep it alive. */
	AWAIT(!pipes_of(worker));
	close(terminal);
	kill(shell, SIGKILL);
	assert_int_equal(waitpid(shell, NULL, 0), shell);
	munmap(scene, sizeof(*scene));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_for_the_opener_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

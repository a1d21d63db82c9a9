// SPDX-License-Identifier: GPL-2.0
#include "source/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define TERM_MS 1000
#define LAST_WORDS_MS 200	/* between the end of its output and its own */

static void close_pair(int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

/* In the child: its own group (it ends as a whole), no signal blocked or ignored. */
static void become_shell(const char *command, const int child[3], pid_t parent)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	sigset_t none;

	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return;
	for (int fd = 0; fd < 3; fd++) {
		if (child[fd] == fd)
			fcntl(fd, F_SETFD, 0);
		else if (dup2(child[fd], fd) < 0)
			return;
	}
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execv("/bin/sh", argv);
}

static int run_shell(pid_t *pid, const char *command, const int child[3])
{
	pid_t parent = getpid();

	*pid = fork();
	if (!*pid) {
		become_shell(command, child, parent);
		_exit(127);
	}
	if (*pid < 0)
		return -errno;
	setpgid(*pid, *pid);
	return 0;
}

int bt_spawn_start(struct bt_spawn *spawn, const char *command, struct bt_err *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, errs[2] = { -1, -1 };
	int rc = 0;

	*spawn = (struct bt_spawn){ .pid_fd = -1 };
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(errs, O_CLOEXEC))
		rc = -errno;
	if (!rc)
		rc = run_shell(&spawn->pid, command, (int[]){ in[0], out[1], errs[1] });
	if (rc) {
		close_pair(in);
		close_pair(out);
		close_pair(errs);
		return bt_err_set(err, -rc, "cannot run '%s': %s", command, strerror(-rc));
	}
	close(in[0]);
	close(out[1]);
	close(errs[1]);
	spawn->out = in[1];
	spawn->in = out[0];
	spawn->err = errs[0];
	fcntl(spawn->err, F_SETFL, O_NONBLOCK);
	spawn->pid_fd = pidfd_open(spawn->pid, 0);
	return 0;
}

void bt_spawn_listen(struct bt_spawn *spawn)
{
	char text[1024];
	ssize_t got;

	/* Bounded: one that only complains must not keep us here. */
	for (unsigned i = 0; i < 64; i++) {
		char *last;

		got = read(spawn->err, text, sizeof(text) - 1);
		if (got <= 0)
			return;
		while (got && text[got - 1] == '\n')
			got--;
		text[got] = '\0';
		last = strrchr(text, '\n');
		if (got)
			bt_copy_clean(spawn->said, sizeof(spawn->said), last ? last + 1 : text);
	}
}

static void wait_ms(const struct bt_spawn *spawn, int ms)
{
	struct pollfd fd = { .fd = spawn->pid_fd, .events = POLLIN };

	if (spawn->pid_fd >= 0)
		poll(&fd, 1, ms);
	else
		usleep((useconds_t)ms * 1000);
}

/* A shell tells a signal that ended its command as 128 + number. */
static void describe(const struct bt_spawn *spawn, bool by_signal, int code, char *text,
		     size_t size)
{
	if (!by_signal && code > 128 && code < 128 + NSIG) {
		by_signal = true;
		code -= 128;
	}
	snprintf(text, size, "%s %d%s%s", by_signal ? "was killed by signal" : "exited with", code,
		 spawn->said[0] ? ": " : "", spawn->said);
}

bool bt_spawn_ended(struct bt_spawn *spawn, char *text, size_t size)
{
	siginfo_t info = { 0 };

	wait_ms(spawn, LAST_WORDS_MS);
	if (waitid(P_PID, (id_t)spawn->pid, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return false;
	bt_spawn_listen(spawn);
	describe(spawn, info.si_code != CLD_EXITED, info.si_status, text, size);
	return true;
}

void bt_spawn_end(struct bt_spawn *spawn, unsigned limit_ms, char *text, size_t size)
{
	siginfo_t info = { 0 };
	int status = 0;

	close(spawn->in);
	close(spawn->out);
	wait_ms(spawn, (int)limit_ms);
	/* The leader is not reaped before its group has been ended: its number stays ours. */
	if (waitid(P_PID, (id_t)spawn->pid, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid) {
		kill(-spawn->pid, SIGTERM);
		wait_ms(spawn, TERM_MS);
	}
	kill(-spawn->pid, SIGKILL);
	bt_spawn_listen(spawn);
	close(spawn->err);
	while (waitpid(spawn->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (spawn->pid_fd >= 0)
		close(spawn->pid_fd);
	describe(spawn, WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) :
		 WEXITSTATUS(status), text, size);
}

// SPDX-License-Identifier: GPL-2.0
#include "source/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define TERM_MS 1000

extern char **environ;

static void close_pair(int pair[2])
{
	if (pair[0] >= 0)
		close(pair[0]);
	if (pair[1] >= 0)
		close(pair[1]);
}

/* Its own group (it ends as a whole), no signal blocked or ignored. */
static int run_shell(pid_t *pid, const char *command, const int child[3])
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, defaults;
	int rc;

	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &defaults);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_adddup2(&files, child[fd], fd);
	rc = posix_spawnp(pid, "sh", &files, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return -rc;
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
	snprintf(text, size, "%s %d%s%s", WIFSIGNALED(status) ? "killed by signal" : "exited with",
		 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
		 spawn->said[0] ? ": " : "", spawn->said);
}

// SPDX-License-Identifier: GPL-2.0
#include "vm/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define TICK_MS 100

/* What we lowered for ourselves is not for a guest: the OOM killer may take that. */
static void ordinary_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "0", 1) < 0) {
		/* It was raised by whoever started us, and may not be lowered. */
	}
	close(fd);
}

static void default_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child. Only returns when it failed. */
static void become(const struct bt_child_spec *spec, pid_t parent)
{
	int null_fd;

	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		return;
	ordinary_oom_score();
	null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null_fd < 0 || dup2(null_fd, STDIN_FILENO) < 0 ||
	    dup2(spec->out_fd, STDOUT_FILENO) < 0 || dup2(spec->err_fd, STDERR_FILENO) < 0)
		return;
	close_range(STDERR_FILENO + 1, ~0u, CLOSE_RANGE_CLOEXEC);
	for (unsigned i = 0; i < spec->fd_count; i++)
		fcntl(spec->fds[i], F_SETFD, 0);
	if (spec->root && (chroot(spec->root) || chdir("/")))
		return;
	if (spec->directory && chdir(spec->directory))
		return;
	default_signals();
	execvp(spec->argv[0], (char *const *)spec->argv);
}

/* The pipe closes at exec; before that it carries the errno of what failed. */
pid_t bt_child_start(const struct bt_child_spec *spec, struct bt_err *err)
{
	int report[2], failure = 0;
	pid_t parent = getpid(), pid;
	ssize_t got;

	if (pipe2(report, O_CLOEXEC))
		return bt_err_set(err, errno, "pipe: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		become(spec, parent);
		failure = errno ? errno : ECHILD;
		got = write(report[1], &failure, sizeof(failure));
		_exit(got == sizeof(failure) ? 127 : 126);
	}
	if (pid < 0)
		failure = errno;
	close(report[1]);
	if (pid > 0) {
		setpgid(pid, pid);
		do
			got = read(report[0], &failure, sizeof(failure));
		while (got < 0 && errno == EINTR);
	}
	close(report[0]);
	if (!failure)
		return pid;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return bt_err_set(err, failure, "could not run %s: %s", spec->argv[0], strerror(failure));
}

bool bt_child_ended(pid_t pid, int *status)
{
	return waitpid(pid, status, WNOHANG) == pid;
}

void bt_child_kill(pid_t pid)
{
	kill(-pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

const char *bt_child_status_text(int status, char *buf, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(buf, size, "killed by signal %d (%s)", WTERMSIG(status),
			 strsignal(WTERMSIG(status)));
	else
		snprintf(buf, size, "exit %d", WEXITSTATUS(status));
	return buf;
}

bool bt_patience_ask(const struct bt_patience *patience, const char *text, uint64_t since_ns)
{
	char line[256];

	if (!patience || !patience->progress)
		return true;
	snprintf(line, sizeof(line), "%s, %u s", text,
		 (unsigned)((bt_mono_ns() - since_ns) / BT_NS_PER_S));
	return patience->progress(patience->context, line);
}

/* Takes what is there; output keeps the beginning. False at the end of the stream. */
static bool collect(const struct bt_child_job *job, int fd, size_t *used)
{
	char rest[512];
	ssize_t got = read(fd, rest, sizeof(rest));

	if (got <= 0)
		return got < 0 && (errno == EINTR || errno == EAGAIN);
	for (ssize_t i = 0; i < got && *used + 1 < job->output_size; i++)
		job->output[(*used)++] = rest[i];
	if (job->output)
		job->output[*used] = '\0';
	return true;
}

/* make removes half of a file when it gets SIGTERM, and leaves it when it gets SIGKILL. */
static void give_up(pid_t pid, uint64_t grace_ns)
{
	uint64_t until_ns = bt_mono_ns() + grace_ns;
	siginfo_t info;

	if (grace_ns)
		kill(-pid, SIGTERM);
	do {
		info.si_pid = 0;
		if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) || info.si_pid)
			break;
		poll(NULL, 0, TICK_MS);
	} while (bt_mono_ns() < until_ns);
	bt_child_kill(pid);
}

static int wait_for(pid_t pid, int out_fd, const struct bt_child_job *job,
		    const struct bt_patience *patience, struct bt_err *err)
{
	struct pollfd wait = { .fd = out_fd, .events = POLLIN };
	uint64_t since_ns = bt_mono_ns();
	size_t used = 0;
	int status;

	while (!bt_child_ended(pid, &status)) {
		if (!bt_patience_ask(patience, job->text, since_ns)) {
			give_up(pid, job->grace_ns);
			return bt_err_set(err, ECANCELED, "%s: given up", job->text);
		}
		if (poll(&wait, 1, TICK_MS) > 0 && !collect(job, out_fd, &used))
			wait.fd = -1;
	}
	while (wait.fd >= 0 && poll(&wait, 1, 0) > 0 && collect(job, out_fd, &used))
		;
	while (used && job->output[used - 1] == '\n')
		job->output[--used] = '\0';
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int bt_child_run(const struct bt_child_job *job, const struct bt_patience *patience,
		 struct bt_err *err)
{
	int log_fd = open(job->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	int out[2], code;
	pid_t pid;

	if (log_fd < 0)
		return bt_err_set(err, errno, "%s: %s", job->log_path, strerror(errno));
	if (pipe2(out, O_CLOEXEC)) {
		code = bt_err_set(err, errno, "pipe: %s", strerror(errno));
		goto err_log;
	}
	if (job->output)
		job->output[0] = '\0';
	pid = bt_child_start(&(struct bt_child_spec){
		.argv = job->argv, .directory = job->directory, .err_fd = log_fd,
		.out_fd = job->output ? out[1] : log_fd,
		.fds = { job->keep_fd }, .fd_count = job->keep_fd > 0 }, err);
	close(out[1]);
	code = pid < 0 ? (int)pid : wait_for(pid, out[0], job, patience, err);
	close(out[0]);
err_log:
	close(log_fd);
	return code;
}

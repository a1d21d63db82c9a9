// SPDX-License-Identifier: GPL-2.0
#include "bench/gnuplot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"

#define LIMIT_MS 60000
#define SAID_MAX 65536u

/* Files in memory instead of pipes: nobody waits for anybody, whatever is read or written first. */
static int open_files(int fds[3])
{
	static const char *const names[3] = { "program", "picture", "errors" };

	for (unsigned i = 0; i < 3; i++) {
		fds[i] = memfd_create(names[i], MFD_CLOEXEC);
		if (fds[i] < 0)
			return -errno;
	}
	return 0;
}

static int start(const int fds[3], pid_t *pid)
{
	char *argv[] = { (char *)"gnuplot", (char *)"-d", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t defaults;
	int rc;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, fds[i], i);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	sigaddset(&defaults, SIGXFSZ);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(pid, argv[0], &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -rc;
}

/* Its exit status, or -ETIMEDOUT after it was killed. */
static int wait_for(pid_t pid)
{
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	uint64_t limit_ns = bt_mono_ns() + LIMIT_MS * BT_NS_PER_MS, now_ns;
	int status = 0;
	bool late = end.fd < 0;

	while (!late && !end.revents) {
		now_ns = bt_mono_ns();
		late = now_ns >= limit_ns;
		poll(&end, 1, late ? 0 : (int)((limit_ns - now_ns) / BT_NS_PER_MS) + 1);
	}
	if (!end.revents)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (end.fd >= 0)
		close(end.fd);
	return end.revents ? status : -ETIMEDOUT;
}

/* All that is in a file, NUL-terminated; cut at limit. */
static char *content(int fd, size_t limit, size_t *size)
{
	struct stat st = { 0 };
	char *text;

	fstat(fd, &st);
	*size = (size_t)st.st_size < limit ? (size_t)st.st_size : limit;
	text = bt_xcalloc(1, *size + 1);
	for (size_t used = 0; used < *size;) {
		ssize_t got = pread(fd, text + used, *size - used, (off_t)used);

		if (got <= 0) {
			*size = used;
			break;
		}
		used += (size_t)got;
	}
	return text;
}

/* What it complained about: the line of the fault comes last, after an echo and a caret. */
static int complain(int err_fd, int status, struct bt_err *err)
{
	size_t size;
	char *said = content(err_fd, SAID_MAX, &size), *line;

	while (size && strchr(" \n", said[size - 1]))
		said[--size] = '\0';
	line = strrchr(said, '\n');
	line = line ? line + 1 : said;
	line += strspn(line, " ");
	if (WIFSIGNALED(status))
		bt_err_set(err, EIO, "gnuplot was killed by signal %d (%s)", WTERMSIG(status),
			   strsignal(WTERMSIG(status)));
	else
		bt_err_set(err, EIO, "gnuplot drew nothing: exit %d%s%s", WEXITSTATUS(status),
			   *line ? ": " : "", line);
	free(said);
	return -EIO;
}

static int run(const int fds[3], const char *program, size_t size, struct bt_err *err)
{
	struct stat st = { 0 };
	pid_t pid;
	int rc = bt_write_all(fds[0], program, size);

	if (!rc && lseek(fds[0], 0, SEEK_SET) < 0)
		rc = -errno;
	if (rc)
		return bt_err_set(err, -rc, "no room for gnuplot's program: %s", strerror(-rc));
	rc = start(fds, &pid);
	if (rc == -ENOENT)
		return bt_err_set(err, EOPNOTSUPP, "there is no gnuplot here, which draws the "
				  "pictures: install it (Debian: gnuplot-nox)");
	if (rc)
		return bt_err_set(err, -rc, "cannot run gnuplot: %s", strerror(-rc));
	rc = wait_for(pid);
	if (rc < 0)
		return bt_err_set(err, -rc, "gnuplot was ended, it took more than %d s",
				  LIMIT_MS / 1000);
	fstat(fds[1], &st);
	if (rc || !st.st_size)
		return complain(fds[2], rc, err);
	if (st.st_size > BT_GNUPLOT_BYTES_MAX)
		return bt_err_set(err, EFBIG, "the picture is larger than %u MiB",
				  BT_GNUPLOT_BYTES_MAX >> 20);
	return 0;
}

int bt_gnuplot_run(const char *program, size_t size, char **picture, size_t *picture_size,
		   struct bt_err *err)
{
	int fds[3] = { -1, -1, -1 };
	int rc = open_files(fds);

	if (rc)
		bt_err_set(err, -rc, "no files in memory for gnuplot: %s", strerror(-rc));
	else
		rc = run(fds, program, size, err);
	if (!rc)
		*picture = content(fds[1], BT_GNUPLOT_BYTES_MAX, picture_size);
	for (unsigned i = 0; i < 3; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	return rc;
}

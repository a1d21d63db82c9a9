// SPDX-License-Identifier: GPL-2.0
#include "core/util.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_FILE_BYTES (1u << 20)

/* Reads until the end; -EFBIG above limit. The files of /proc have no size to ask for. */
static ssize_t read_all(int fd, size_t limit, char **out)
{
	size_t room = 4096, used = 0;
	char *buf = bt_xcalloc(1, room);
	ssize_t got;

	for (;;) {
		if (used + 1 == room) {
			room *= 2;
			buf = bt_xrealloc(buf, room, 1);
		}
		got = read(fd, buf + used, room - used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
		if (used > limit) {
			errno = EFBIG;
			got = -1;
			break;
		}
	}
	if (got < 0) {
		int code = errno;

		free(buf);
		return -code;
	}
	buf[used] = '\0';
	*out = buf;
	return (ssize_t)used;
}

ssize_t bt_read_file(const char *path, size_t limit, char **out, struct bt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return bt_err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	size = read_all(fd, limit, out);
	close(fd);
	if (size < 0)
		return bt_err_set(err, (int)-size, "cannot read %s: %s", path,
				  strerror((int)-size));
	return size;
}

bool bt_read_line(const char *path, char *to, size_t size)
{
	char *text;

	to[0] = '\0';
	if (bt_read_file(path, LINE_FILE_BYTES, &text, NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	bt_copy_clean(to, size, text);
	free(text);
	return true;
}

void bt_keep_chosen(char *line)
{
	const char *word = strchr(line, '[');
	size_t length = word ? strcspn(++word, "]") : 0;

	if (length)
		memmove(line, word, length);
	line[length] = '\0';
}

int bt_write_all(int fd, const void *data, size_t size)
{
	const char *from = data;

	while (size) {
		ssize_t done = write(fd, from, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		from += done;
		size -= (size_t)done;
	}
	return 0;
}

/* A new file beside path; its name (caller frees) in *name. */
static int create_beside(const char *path, mode_t mode, char **name)
{
	unsigned attempt;

	for (attempt = 0; attempt < 100; attempt++) {
		int fd;

		*name = bt_xasprintf("%s.%d-%u.tmp", path, (int)getpid(), attempt);
		fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd >= 0)
			return fd;
		free(*name);
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

static int sync_directory_of(const char *path)
{
	char *copy = bt_xstrdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code = 0;

	free(copy);
	if (fd < 0)
		return -errno;
	/* Some filesystems cannot sync a directory: then the rename is as safe as it can be. */
	if (fsync(fd) && errno != EINVAL)
		code = -errno;
	close(fd);
	return code;
}

/* Filesystems that cannot rename so (NFS) can link, which replaces nothing either. */
static int rename_new(const char *name, const char *path)
{
	if (!renameat2(AT_FDCWD, name, AT_FDCWD, path, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL || link(name, path))
		return -errno;
	unlink(name);
	return 0;
}

static int write_whole(const char *path, const void *data, size_t size, mode_t mode,
		       bool replace, struct bt_err *err)
{
	char *name;
	int fd = create_beside(path, mode, &name);
	int code;

	if (fd < 0)
		return bt_err_set(err, -fd, "cannot create %s: %s", path, strerror(-fd));
	code = bt_write_all(fd, data, size);
	if (!code && fsync(fd))
		code = -errno;
	if (close(fd) && !code)
		code = -errno;
	if (!code && replace && rename(name, path))
		code = -errno;
	else if (!code && !replace)
		code = rename_new(name, path);
	if (code)
		unlink(name);
	else
		code = sync_directory_of(path);
	free(name);
	if (code)
		return bt_err_set(err, -code, "cannot write %s: %s", path, strerror(-code));
	return 0;
}

/* What standard output leads to: "/dev/stdout", or the same file by its name. */
static bool is_standard_output(const struct stat *st)
{
	struct stat out;

	return !fstat(STDOUT_FILENO, &out) && out.st_dev == st->st_dev && out.st_ino == st->st_ino;
}

bool bt_file_is_replaced(const char *path)
{
	struct stat st;

	return stat(path, &st) || (S_ISREG(st.st_mode) && !is_standard_output(&st));
}

/* Behind what standard output has got by now, which is why that is not opened once more. */
static int open_as_it_is(const char *path)
{
	struct stat st;
	int fd;

	if (!stat(path, &st) && is_standard_output(&st)) {
		fflush(stdout);
		fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	} else {
		fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

static int write_into(const char *path, const void *data, size_t size, struct bt_err *err)
{
	int fd = open_as_it_is(path);
	int code = fd < 0 ? fd : bt_write_all(fd, data, size);

	if (fd >= 0 && close(fd) && !code)
		code = -errno;
	return code ? bt_err_set(err, -code, "cannot write %s: %s", path, strerror(-code)) : 0;
}

/* What a link leads to (caller frees); all else, and one that leads nowhere yet, is itself. */
static char *target_of(const char *path)
{
	struct stat st;
	char *target = NULL;

	if (!lstat(path, &st) && S_ISLNK(st.st_mode))
		target = realpath(path, NULL);
	return target ? target : bt_xstrdup(path);
}

int bt_write_file(const char *path, const void *data, size_t size, mode_t mode, struct bt_err *err)
{
	char *target;
	int code;

	if (!bt_file_is_replaced(path))
		return write_into(path, data, size, err);
	target = target_of(path);
	code = write_whole(target, data, size, mode, true, err);
	free(target);
	return code;
}

/* To replace a file takes no permission of its own, but those of its directory. */
int bt_file_may_be_written(const char *path, struct bt_err *err)
{
	bool replaced = bt_file_is_replaced(path);
	char *target = target_of(path);
	struct stat st;
	int code = 0;

	if (!stat(target, &st) && S_ISDIR(st.st_mode))
		code = EISDIR;
	else if (access(replaced ? dirname(target) : target, replaced ? W_OK | X_OK : W_OK))
		code = errno;
	free(target);
	return code ? bt_err_set(err, code, "cannot write %s: %s", path, strerror(code)) : 0;
}

int bt_write_new_file(const char *path, const void *data, size_t size, mode_t mode,
		      struct bt_err *err)
{
	int code = write_whole(path, data, size, mode, false, err);

	return code == -EEXIST ? bt_err_set(err, EEXIST, "%s is there already", path) : code;
}

int bt_make_path(const char *path, mode_t mode, struct bt_err *err)
{
	char *copy = bt_xstrdup(path);
	char *part = copy;
	struct stat st;
	int code = 0;

	while (!code && part) {
		part = *part ? strchr(part + 1, '/') : NULL;
		if (part)
			*part = '\0';
		if (mkdir(copy, mode) && errno != EEXIST)
			code = errno;
		if (part)
			*part = '/';
	}
	free(copy);
	if (!code && stat(path, &st))
		code = errno;
	if (!code && !S_ISDIR(st.st_mode))
		code = ENOTDIR;
	if (code)
		return bt_err_set(err, code, "cannot make directory %s: %s", path, strerror(code));
	return 0;
}

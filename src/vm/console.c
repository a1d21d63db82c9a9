// SPDX-License-Identifier: GPL-2.0
#include "vm/console.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

#define TAIL_BYTES 65536

static int is_log(const struct dirent *entry)
{
	return !strncmp(entry->d_name, "console-", 8);
}

/* Names begin with the time, so their order is that of age. */
static void remove_old(const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_log, alphasort);

	for (int i = 0; i < count; i++) {
		char *path = bt_xasprintf("%s/%s", dir, entries[i]->d_name);

		if (i < count - BT_CONSOLE_KEPT)
			unlink(path);
		free(path);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

int bt_console_create(const char *dir, char *path, struct bt_err *err)
{
	char time[32];
	int fd;

	bt_utc_compact(bt_utc_ns(), time, sizeof(time));
	if (snprintf(path, PATH_MAX, "%s/console-%s-%d.log", dir, time, getpid()) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	remove_old(dir);
	return fd;
}

/* The end of the file, terminated; the size. */
static size_t read_tail(const char *path, char tail[TAIL_BYTES])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;
	off_t end;

	if (fd >= 0) {
		end = lseek(fd, 0, SEEK_END);
		got = pread(fd, tail, TAIL_BYTES - 1, end > TAIL_BYTES ? end - TAIL_BYTES + 1 : 0);
		close(fd);
	}
	tail[got > 0 ? got : 0] = '\0';
	return got > 0 ? (size_t)got : 0;
}

static void trim(char *text)
{
	size_t length = strlen(text);

	while (length && strchr("\r\n ", text[length - 1]))
		text[--length] = '\0';
}

bool bt_console_reason(const char *path, char *text, size_t size)
{
	static const char panic[] = "Kernel panic - not syncing";
	char *tail = bt_xcalloc(1, TAIL_BYTES), *line;
	bool panicked;

	read_tail(path, tail);
	line = strstr(tail, panic);
	panicked = line;
	if (panicked) {
		line[strcspn(line, "\r\n")] = '\0';
	} else {
		trim(tail);
		line = strrchr(tail, '\n');
		line = line ? line + 1 : tail;
	}
	bt_copy_clean(text, size, line);
	free(tail);
	return panicked;
}

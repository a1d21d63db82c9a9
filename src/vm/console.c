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
#define BEFORE_HEAD_BYTES 512

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

/* The line around at, without the kernel's time; ends it. */
static const char *line_around(const char *text, char *at)
{
	char *time_end;

	at[strcspn(at, "\r\n")] = '\0';
	while (at > text && at[-1] != '\n')
		at--;
	time_end = *at == '[' ? strstr(at, "] ") : NULL;
	return time_end ? time_end + 2 : at;
}

/* What the kernel panicked over: the head of its first oops, or the BUG that is told right before that. */
static const char *fault_line(char *text)
{
	char *head = strstr(text, " [#1] "), *bug;

	if (!head)
		return "";
	bug = strstr(head - text > BEFORE_HEAD_BYTES ? head - BEFORE_HEAD_BYTES : text, "BUG: ");
	return line_around(text, bug && bug < head ? bug : head);
}

static void put_panic(char *tail, char *panic, char *text, size_t size)
{
	const char *fault;
	char *whole;

	panic[strcspn(panic, "\r\n")] = '\0';
	whole = bt_xstrdup(panic);
	*panic = '\0';
	fault = fault_line(tail);
	panic = bt_xasprintf("%s%s%s", fault, *fault ? "; " : "", whole);
	bt_copy_clean(text, size, panic);
	free(panic);
	free(whole);
}

bool bt_console_reason(const char *path, char *text, size_t size)
{
	char *tail = bt_xcalloc(1, TAIL_BYTES), *panic, *last;

	read_tail(path, tail);
	panic = strstr(tail, "Kernel panic - not syncing");
	if (panic) {
		put_panic(tail, panic, text, size);
	} else {
		trim(tail);
		last = strrchr(tail, '\n');
		bt_copy_clean(text, size, last ? last + 1 : tail);
	}
	free(tail);
	return panic;
}

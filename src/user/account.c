// SPDX-License-Identifier: GPL-2.0
#include "user/account.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

#define TEXT_BYTES 16384u

int bt_account_open(struct bt_account *account, struct bt_err *err)
{
	account->vmstat_fd = open("/proc/vmstat", O_RDONLY | O_CLOEXEC);
	account->meminfo_fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	if (account->vmstat_fd >= 0 && account->meminfo_fd >= 0)
		return 0;
	bt_err_set(err, errno, "/proc/vmstat, /proc/meminfo: %s", strerror(errno));
	bt_account_close(account);
	return -err->code;
}

void bt_account_close(struct bt_account *account)
{
	if (account->vmstat_fd >= 0)
		close(account->vmstat_fd);
	if (account->meminfo_fd >= 0)
		close(account->meminfo_fd);
	account->vmstat_fd = account->meminfo_fd = -1;
}

static bool read_text(int fd, char text[TEXT_BYTES])
{
	ssize_t got = pread(fd, text, TEXT_BYTES - 1, 0);

	text[got > 0 ? got : 0] = '\0';
	return got > 0;
}

/* Adds what stands behind the name of a line that begins with start. */
static void add(const char *line, const char *start, uint64_t *sum)
{
	if (strncmp(line, start, strlen(start)))
		return;
	*sum = (*sum == BT_UNKNOWN ? 0 : *sum) + strtoull(line + strcspn(line, " \n"), NULL, 10);
}

static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line ? line + 1 : NULL;
}

struct bt_account_pages bt_account_pages(const struct bt_account *account)
{
	struct bt_account_pages pages = { BT_UNKNOWN, BT_UNKNOWN };
	char text[TEXT_BYTES];

	if (!read_text(account->vmstat_fd, text))
		return pages;
	for (const char *line = text; line; line = next_line(line)) {
		add(line, "pgalloc_", &pages.alloc);
		add(line, "pgfree ", &pages.free);
	}
	return pages;
}

uint64_t bt_account_bytes(const struct bt_account *account, const char *key)
{
	size_t length = strlen(key);
	char text[TEXT_BYTES];

	if (!read_text(account->meminfo_fd, text))
		return BT_UNKNOWN;
	for (const char *line = text; line; line = next_line(line)) {
		if (!strncmp(line, key, length) && line[length] == ':')
			return strtoull(line + length + 1, NULL, 10) * 1024;
	}
	return BT_UNKNOWN;
}

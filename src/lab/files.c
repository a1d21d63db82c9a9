// SPDX-License-Identifier: GPL-2.0
#include "lab/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "system/files.h"

#define MEMINFO_BYTES (64u << 10)

const char *lab_path(char buf[PATH_MAX], const char *root, const char *format, ...)
{
	size_t used = (size_t)snprintf(buf, PATH_MAX, "%s", root);
	va_list args;

	va_start(args, format);
	if (used < PATH_MAX)
		vsnprintf(buf + used, PATH_MAX - used, format, args);
	va_end(args);
	return buf;
}

bool lab_line(const char *root, const char *path, char *to, size_t size)
{
	char buf[PATH_MAX];

	return bt_read_line(lab_path(buf, root, "%s", path), to, size);
}

bool lab_number(const char *root, const char *path, uint64_t *value)
{
	char line[64];

	return lab_line(root, path, line, sizeof(line)) && !bt_parse_u64(line, value);
}

bool lab_meminfo(const char *root, const char *name, uint64_t *value)
{
	char path[PATH_MAX], *text;
	const char *line, *at;
	bool found = false;

	if (bt_read_file(lab_path(path, root, "/proc/meminfo"), MEMINFO_BYTES, &text, NULL) < 0)
		return false;
	for (line = text; line && !found; line = bt_scan_line(line)) {
		if (strncmp(line, name, strlen(name)) || line[strlen(name)] != ':')
			continue;
		at = line + strlen(name) + 1;
		found = bt_scan_u64(&at, value);
		if (found && bt_scan_word(&at, "kB"))
			*value *= 1024;
	}
	free(text);
	return found;
}

void lab_link_name(const char *path, char *to, size_t size)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *slash;

	target[length < 0 ? 0 : length] = '\0';
	slash = strrchr(target, '/');
	bt_copy_clean(to, size, slash ? slash + 1 : target);
}

int lab_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC), code;

	if (fd < 0)
		return -errno;
	code = bt_write_all(fd, text, strlen(text));
	close(fd);
	return code;
}

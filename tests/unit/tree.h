/* SPDX-License-Identifier: GPL-2.0 */
/* Trees of small files that stand for /proc and /sys, below the directory of directory.h. */
#ifndef BT_TEST_TREE_H
#define BT_TEST_TREE_H

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "tests/unit/directory.h"

/* Path below the directory, into one of two static buffers. */
static const char *tree_path(const char *path)
{
	static char paths[2][PATH_MAX];
	static unsigned next;

	next ^= 1;
	snprintf(paths[next], PATH_MAX, "%s%s", directory, path);
	return paths[next];
}

/* The directories above it, too. */
static void tree_parents(const char *path)
{
	char *parent = bt_xstrdup(tree_path(path));

	*strrchr(parent, '/') = '\0';
	assert_int_equal(bt_make_path(parent, 0755, NULL), 0);
	free(parent);
}

static void tree_put(const char *path, const char *text)
{
	FILE *file;

	tree_parents(path);
	file = fopen(tree_path(path), "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* First line. */
static inline const char *tree_get(const char *path)
{
	static char line[256];

	return bt_read_line(tree_path(path), line, sizeof(line)) ? line : "(none)";
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small files of /proc and /sys below a root, which is "" but in tests. Paths have a form and its
 * arguments, and begin with a slash.
 */
#ifndef BT_LAB_FILES_H
#define BT_LAB_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Into buf; what is too long is cut, and then not found. */
const char *lab_path(char buf[PATH_MAX], const char *root, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* bt_read_line() of it. */
bool lab_line(const char *root, const char *path, char *to, size_t size);
/* The number that is all of its first line. */
bool lab_number(const char *root, const char *path, uint64_t *value);
/* "SwapTotal:  1024 kB" of /proc/meminfo; without a unit the number itself. */
bool lab_meminfo(const char *root, const char *name, uint64_t *value);
/* The last part of what a symbolic link leads to ("vfio-pci"); "" without it. */
void lab_link_name(const char *path, char *to, size_t size);
/* Writes text in one write() into a file that is there. -errno. */
int lab_write(const char *path, const char *text);

#endif

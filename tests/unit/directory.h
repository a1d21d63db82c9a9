/* SPDX-License-Identifier: GPL-2.0 */
/* A directory for the files of a test program: set-up and tear-down of its group. */
#ifndef BT_TEST_DIRECTORY_H
#define BT_TEST_DIRECTORY_H

static char directory[64];

/* Into a static buffer. */
static inline const char *in_directory(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/buddytop-test-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

#endif

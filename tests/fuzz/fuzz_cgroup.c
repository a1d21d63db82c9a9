// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what tells where control groups are, as fuzz_put_files() takes it apart. Nothing of
 * it is done: the program's mkdir(), rmdir() and open() to write are those below (see LDFLAGS).
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/cgroup.h"

#define PID 4194304 /* above every pid there is */
#define OURS "/buddytop-probe-"

static const char *const paths[] = {
	"/proc/self/mountinfo",
	"/proc/self/cgroup",
	"/sys/fs/cgroup/cgroup.controllers",
	"/sys/fs/cgroup/cgroup.subtree_control",
	"/sys/fs/cgroup/a/cgroup.subtree_control",
	"/sys/fs/cgroup/a/b/cgroup.subtree_control",
	"/own/memory.events",
};

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_rmdir(const char *path);

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash : "";
}

/* Two files of a cgroup are written, no other one. */
int __wrap_open(const char *path, int flags, ...)
{
	const char *part = last_part(path);

	if ((flags & O_ACCMODE) == O_RDONLY)
		return __real_open(path, flags);
	fuzz_must(!strcmp(part, "/cgroup.subtree_control") || !strcmp(part, "/cgroup.procs"),
		  "%s is written", path);
	return __real_open("/dev/null", O_WRONLY | O_CLOEXEC);
}

/* Those of the files above are real. */
int __wrap_mkdir(const char *path, mode_t mode)
{
	return strncmp(last_part(path), OURS, strlen(OURS)) ? __real_mkdir(path, mode) : 0;
}

int __wrap_rmdir(const char *path)
{
	fuzz_must(!strncmp(last_part(path), OURS, strlen(OURS)), "%s is removed", path);
	return 0;
}

static void enter(void)
{
	struct bt_cgroup *cgroup = bt_xcalloc(1, sizeof(*cgroup));
	const char *root = fuzz_directory();
	struct bt_err err = { 0 };
	char name[32];

	snprintf(name, sizeof(name), OURS "%d", PID);
	if (bt_cgroup_enter(cgroup, root, PID, &err)) {
		fuzz_must_say(&err);
		fuzz_must(!*cgroup->path, "refused, and %s is there", cgroup->path);
	} else {
		fuzz_must(!strncmp(cgroup->path, root, strlen(root)) &&
				  !strcmp(last_part(cgroup->path), name),
			  "%s is no place below %s", cgroup->path, root);
		bt_cgroup_remove(cgroup);
	}
	free(cgroup);
}

static void count_kills(void)
{
	struct bt_cgroup *cgroup = bt_xcalloc(1, sizeof(*cgroup));

	snprintf(cgroup->path, sizeof(cgroup->path), "%s/own", fuzz_directory());
	bt_cgroup_oom_kills(cgroup);
	free(cgroup);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_put_files(data, size, paths, BT_ARRAY_SIZE(paths));
	enter();
	count_kills();
	fuzz_remove_files(paths, BT_ARRAY_SIZE(paths));
	return 0;
}

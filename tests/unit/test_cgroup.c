// SPDX-License-Identifier: GPL-2.0
/*
 * Where the measuring process gets its cgroup, on trees of directories. What the kernel does in a
 * real one, a stand-in for mkdir() and rmdir() does here: a new cgroup has files, and they go with
 * it.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "system/cgroup.h"

#define SYSTEMD "31 30 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define OTHERS "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n29 22 0:26 / /proc rw - proc proc rw\n"

static const char *const kernel_files[] = { "cgroup.procs", "memory.events" };

static bool makes_no_files;	/* a kernel that is out of everything */

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __real_rmdir(const char *path);
int __wrap_rmdir(const char *path);

static void put(const char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(const char *text, const char *format, ...)
{
	char path[PATH_MAX];
	va_list args;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(bt_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	unsigned i;

	if (__real_mkdir(path, mode))
		return -1;
	if (makes_no_files || !strstr(path, "/buddytop-probe-"))
		return 0;
	for (i = 0; i < BT_ARRAY_SIZE(kernel_files); i++)
		put("", "%s/%s", path, kernel_files[i]);
	return 0;
}

/* "populated": somebody is in it, or the kernel is not through with whoever was. */
int __wrap_rmdir(const char *path)
{
	char file[PATH_MAX];
	unsigned i;

	snprintf(file, sizeof(file), "%s/populated", path);
	if (!access(file, F_OK)) {
		errno = EBUSY;
		return -1;
	}
	for (i = 0; i < BT_ARRAY_SIZE(kernel_files); i++) {
		snprintf(file, sizeof(file), "%s/%s", path, kernel_files[i]);
		unlink(file);
	}
	return __real_rmdir(path);
}

static int setup(void **state)
{
	char *root = bt_xstrdup("/tmp/bt-cgroup-XXXXXX"), path[PATH_MAX];

	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/proc/self", root);
	assert_int_equal(bt_make_path(path, 0755, NULL), 0);
	*state = root;
	return 0;
}

static int teardown(void **state)
{
	char command[PATH_MAX];

	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

/* A cgroup of the tree; NULL: it has no such file. */
static void add_cgroup(const char *root, const char *cgroup, const char *controllers,
		       const char *subtree)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", root, cgroup);
	assert_int_equal(bt_make_path(path, 0755, NULL), 0);
	if (controllers)
		put(controllers, "%s/cgroup.controllers", path);
	if (subtree)
		put(subtree, "%s/cgroup.subtree_control", path);
}

static char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static char *text_of(const char *format, ...)
{
	static char text[4096];
	char path[PATH_MAX], *read = NULL;
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	assert_true(bt_read_file(path, sizeof(text) - 1, &read, NULL) >= 0);
	strcpy(text, read);
	free(read);
	return text;
}

static void assert_at(const struct bt_cgroup *cgroup, const char *root, const char *below)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", root, below);
	assert_string_equal(cgroup->path, path);
}

/* What root finds on a machine with systemd, and what becomes of it. */
static void below_the_mount(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;
	char path[PATH_MAX + 16];

	put(OTHERS SYSTEMD, "%s/proc/self/mountinfo", root);
	add_cgroup(root, "", "cpuset cpu io memory pids\n", "cpu memory pids\n");
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 4242, NULL), 0);
	assert_at(&cgroup, root, "/buddytop-probe-4242");
	assert_string_equal(text_of("%s/cgroup.procs", cgroup.path), "4242");
	/* What is set already is left alone. */
	assert_string_equal(text_of("%s/sys/fs/cgroup/cgroup.subtree_control", root),
			    "cpu memory pids\n");
	/* Fields of Documentation/admin-guide/cgroup-v2.rst; oom_group_kill is another count. */
	put("low 0\nhigh 0\nmax 0\noom 0\noom_kill 1\noom_group_kill 7\n", "%s/memory.events",
	    cgroup.path);
	assert_int_equal(bt_cgroup_oom_kills(&cgroup), 1);
	put("low 0\noom 3\n", "%s/memory.events", cgroup.path);
	assert_true(bt_cgroup_oom_kills(&cgroup) == BT_UNKNOWN);
	put("", "%s/populated", cgroup.path);
	assert_int_equal(bt_cgroup_remove(&cgroup), -EBUSY);
	assert_string_not_equal(cgroup.path, "");
	snprintf(path, sizeof(path), "%s/populated", cgroup.path);
	unlink(path);
	assert_int_equal(bt_cgroup_remove(&cgroup), 0);
	assert_string_equal(cgroup.path, "");
	assert_int_equal(bt_cgroup_remove(&cgroup), 0);
	assert_true(bt_cgroup_oom_kills(&cgroup) == BT_UNKNOWN);
}

static void passes_memory_on(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;

	put(OTHERS SYSTEMD, "%s/proc/self/mountinfo", root);
	add_cgroup(root, "", "memory_x memory\n", "");
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 7, NULL), 0);
	assert_string_equal(text_of("%s/sys/fs/cgroup/cgroup.subtree_control", root), "+memory");
}

/* Leftovers: of a process that is gone, of one that lives (ours), and what is no leftover. */
static void sweeps(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;
	char names[4][64] = { "", "", "/buddytop-probe-x", "/other-1" }, path[PATH_MAX];
	pid_t gone = fork();
	unsigned i;

	if (!gone)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	put(SYSTEMD, "%s/proc/self/mountinfo", root);
	add_cgroup(root, "", "memory\n", "memory\n");
	snprintf(names[0], sizeof(names[0]), "/buddytop-probe-%d", (int)gone);
	snprintf(names[1], sizeof(names[1]), "/buddytop-probe-%d", (int)getpid());
	for (i = 0; i < BT_ARRAY_SIZE(names); i++)
		add_cgroup(root, names[i], NULL, NULL);
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 7, NULL), 0);
	for (i = 0; i < BT_ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/sys/fs/cgroup%s", root, names[i]);
		assert_int_equal(access(path, F_OK), i ? 0 : -1);
	}
}

/* One of a dead process of the same number has counted what is none of ours. */
static void does_not_inherit_counts(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;
	char path[PATH_MAX];

	put(SYSTEMD, "%s/proc/self/mountinfo", root);
	add_cgroup(root, "", "memory\n", "memory\n");
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup/buddytop-probe-%d", root, (int)getpid());
	assert_int_equal(__wrap_mkdir(path, 0755), 0);
	put("oom_kill 5\n", "%s/memory.events", path);
	assert_int_equal(bt_cgroup_enter(&cgroup, root, getpid(), NULL), 0);
	assert_string_equal(text_of("%s/memory.events", cgroup.path), "");
}

/*
 * As a user of systemd, who may write from user@1000.service downwards: the mount's files cannot be
 * written (here: are not there), the slices pass memory on but nothing can be made in them.
 */
static void below_what_was_delegated(void **state)
{
	static const char own[] = "/user.slice/user@1000.service/app.slice/vte.scope";
	const char *root = *state;
	struct bt_cgroup cgroup;
	char path[PATH_MAX];

	put(SYSTEMD, "%s/proc/self/mountinfo", root);
	snprintf(path, sizeof(path), "3:cpu:/x\n0::%s\n", own);
	put(path, "%s/proc/self/cgroup", root);
	add_cgroup(root, "", "memory\n", NULL);
	add_cgroup(root, "/user.slice", "memory\n", "pids\n");
	add_cgroup(root, "/user.slice/user@1000.service", "memory\n", "memory pids\n");
	add_cgroup(root, "/user.slice/user@1000.service/app.slice", "memory\n", "memory pids\n");
	add_cgroup(root, own, "memory\n", "");
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 7, NULL), 0);
	assert_at(&cgroup, root, "/user.slice/user@1000.service/buddytop-probe-7");
	assert_string_equal(text_of("%s/sys/fs/cgroup/user.slice/cgroup.subtree_control", root),
			    "pids\n");
}

/* A container sees a part of the hierarchy: its mount's root is above our cgroup's path. */
static void in_a_part_of_the_hierarchy(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;

	put("31 30 0:28 /pod/box /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
	    "%s/proc/self/mountinfo", root);
	put("0::/pod/box/job\n", "%s/proc/self/cgroup", root);
	add_cgroup(root, "", "memory\n", NULL);
	add_cgroup(root, "/job", "memory\n", "memory\n");
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 7, NULL), 0);
	assert_at(&cgroup, root, "/job/buddytop-probe-7");
}

static void says_why_not(void **state)
{
	static const struct {
		const char *mountinfo, *controllers, *says;
	} cases[] = {
		{ OTHERS, NULL, "no cgroup v2 is mounted" },
		/* Of a hybrid hierarchy: memory belongs to v1. */
		{ OTHERS "30 22 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
		  SYSTEMD, "\n", "no cgroup v2 memory controller" },
		{ SYSTEMD, "cpu hugetlb\n", "no cgroup v2 memory controller" },
		{ SYSTEMD, "memory\n", "/a does not pass the memory controller on" },
		{ "31 30\n- cgroup2 \n x - cgroup2 \n", NULL, "no cgroup v2" },
	};
	const char *root = *state;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_cgroup cgroup;
		struct bt_err err = { 0 };

		put(cases[i].mountinfo, "%s/proc/self/mountinfo", root);
		put("0::/a\n", "%s/proc/self/cgroup", root);
		add_cgroup(root, "", cases[i].controllers, NULL);
		assert_true(bt_cgroup_enter(&cgroup, root, 7, &err) < 0);
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %u: %s", i, err.text);
		assert_string_equal(cgroup.path, "");
	}
}

/* A cgroup that cannot be moved into leaves no trace. */
static void undoes_a_half(void **state)
{
	const char *root = *state;
	struct bt_cgroup cgroup;
	struct bt_err err = { 0 };
	char path[PATH_MAX];

	put(SYSTEMD, "%s/proc/self/mountinfo", root);
	put("0::/\n", "%s/proc/self/cgroup", root);
	add_cgroup(root, "", "memory\n", "memory\n");
	makes_no_files = true;
	assert_int_equal(bt_cgroup_enter(&cgroup, root, 7, &err), -ENOENT);
	makes_no_files = false;
	assert_non_null(strstr(err.text, "cannot move into a cgroup below"));
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup/buddytop-probe-7", root);
	assert_int_equal(access(path, F_OK), -1);
	assert_string_equal(cgroup.path, "");
}

/* Files as in Documentation/admin-guide/cgroup-v2.rst; the sums are by hand. */
static void room_of_limits(void **state)
{
	const char *root = *state;
	char path[PATH_MAX], below[PATH_MAX + 32], *pressure;
	struct bt_cgroup_limits limits;
	uint64_t of_bytes;

	assert_true(bt_cgroup_room_bytes(root) == BT_UNKNOWN);
	put(OTHERS SYSTEMD, "%s/proc/self/mountinfo", root);
	put("9:memory:/elsewhere\n0::/a/b\n", "%s/proc/self/cgroup", root);
	add_cgroup(root, "", "memory\n", "memory\n");
	add_cgroup(root, "/a/b", "memory\n", "");
	snprintf(path, sizeof(path), "%s/sys/fs/cgroup/a", root);
	assert_true(bt_cgroup_room_bytes(root) == BT_UNKNOWN);
	put("max\n", "%s/memory.max", path);
	put("5000\n", "%s/memory.current", path);
	put("max\n", "%s/b/memory.max", path);
	put("4000\n", "%s/b/memory.current", path);
	assert_true(bt_cgroup_room_bytes(root) == BT_UNKNOWN);
	put("10000\n", "%s/b/memory.max", path);
	assert_int_equal(bt_cgroup_room_bytes(root), 6000);
	/* Page cache is no obstacle: 10000 - (4000 - 300 - 700). */
	put("anon 3000\nactive_file 300\ninactive_file 700\n", "%s/b/memory.stat", path);
	assert_int_equal(bt_cgroup_room_bytes(root), 7000);
	/* The one above has less left: 8000 - 5000; then it is beyond its limit. */
	put("8000\n", "%s/memory.max", path);
	assert_int_equal(bt_cgroup_room_bytes(root), 3000);
	put("4999\n", "%s/memory.max", path);
	assert_int_equal(bt_cgroup_room_bytes(root), 0);
	/* Which one's limit that is, and where the stalls of all below the highest limit are. */
	bt_cgroup_limits_find(&limits, root);
	assert_int_equal(bt_cgroup_limits_room(&limits, BT_UNKNOWN, &of_bytes), 0);
	assert_int_equal(of_bytes, 4999);
	put("20000\n", "%s/memory.max", path);
	assert_int_equal(bt_cgroup_limits_room(&limits, BT_UNKNOWN, &of_bytes), 7000);
	assert_int_equal(of_bytes, 10000);
	/* 10000 - 4000 are enough, or its page cache is looked at; 20000 - 5000 of the other are. */
	assert_int_equal(bt_cgroup_limits_room(&limits, 6000, &of_bytes), 6000);
	assert_int_equal(of_bytes, 10000);
	assert_int_equal(bt_cgroup_limits_room(&limits, 6001, &of_bytes), 7000);
	pressure = bt_cgroup_limits_pressure(&limits);
	snprintf(below, sizeof(below), "%s/memory.pressure", path);
	assert_string_equal(pressure, below);
	free(pressure);
	put("max\n", "%s/memory.max", path);
	put("max\n", "%s/b/memory.max", path);
	assert_null(bt_cgroup_limits_pressure(&limits));
	assert_true(bt_cgroup_limits_room(&limits, BT_UNKNOWN, &of_bytes) == BT_UNKNOWN);
	bt_cgroup_limits_forget(&limits);
	/* A container's mount is its own cgroup. */
	put("0::/\n", "%s/proc/self/cgroup", root);
	put("700\n", "%s/sys/fs/cgroup/memory.max", root);
	put("200\n", "%s/sys/fs/cgroup/memory.current", root);
	assert_int_equal(bt_cgroup_room_bytes(root), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(below_the_mount, setup, teardown),
		cmocka_unit_test_setup_teardown(passes_memory_on, setup, teardown),
		cmocka_unit_test_setup_teardown(sweeps, setup, teardown),
		cmocka_unit_test_setup_teardown(does_not_inherit_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(below_what_was_delegated, setup, teardown),
		cmocka_unit_test_setup_teardown(in_a_part_of_the_hierarchy, setup, teardown),
		cmocka_unit_test_setup_teardown(says_why_not, setup, teardown),
		cmocka_unit_test_setup_teardown(undoes_a_half, setup, teardown),
		cmocka_unit_test_setup_teardown(room_of_limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

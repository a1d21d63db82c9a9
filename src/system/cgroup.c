// SPDX-License-Identifier: GPL-2.0
#include "system/cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util.h"

#define PREFIX "buddytop-probe-"
#define FILE_LIMIT (1u << 20)

/* Where cgroups are: the directory of the mount, and our own cgroup below it ("/a/b", or "/"). */
struct place {
	char mount[PATH_MAX], own[PATH_MAX];
};

/* ---- finding ------------------------------------------------------------------------------ */

static char *read_below(const char *root, const char *path)
{
	char *full = bt_xasprintf("%s%s", root, path), *text = NULL;

	if (bt_read_file(full, FILE_LIMIT, &text, NULL) < 0)
		text = NULL;
	free(full);
	return text;
}

/*
 * "31 30 0:28 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw": the fourth word is what
 * of the hierarchy is mounted, the fifth where.
 */
static bool take_mount(char *line, const char *root, struct place *place, char inside[PATH_MAX])
{
	char *type = strstr(line, " - cgroup2 "), *word, *rest = line;
	unsigned i;

	if (!type)
		return false;
	for (i = 0; i < 3; i++)
		strsep(&rest, " ");
	word = strsep(&rest, " ");
	snprintf(inside, PATH_MAX, "%s", word);
	word = strsep(&rest, " ");
	return word && snprintf(place->mount, PATH_MAX, "%s%s", root, word) < PATH_MAX;
}

static bool find_mount(const char *root, struct place *place, char inside[PATH_MAX])
{
	char *text = read_below(root, "/proc/self/mountinfo"), *rest = text, *line;
	bool found = false;

	while (!found && (line = strsep(&rest, "\n")))
		found = take_mount(line, root, place, inside);
	free(text);
	return found;
}

/* Our line of /proc/self/cgroup, "0::/user.slice/...", without the part that is not mounted. */
static void find_own(const char *root, struct place *place, const char *inside)
{
	char *text = read_below(root, "/proc/self/cgroup"), *rest = text, *line;
	size_t length = strcmp(inside, "/") ? strlen(inside) : 0;

	strcpy(place->own, "/");
	while ((line = strsep(&rest, "\n"))) {
		if (!strncmp(line, "0::", 3) && !strncmp(line + 3, inside, length) &&
		    line[3 + length] == '/')
			snprintf(place->own, PATH_MAX, "%s", line + 3 + length);
	}
	free(text);
}

/* Whether a file of a cgroup, a line of names, has "memory" in it. */
static bool has_memory(const char *directory, const char *file)
{
	char *path = bt_xasprintf("/%s", file), *text = read_below(directory, path);
	char *rest = text, *word;
	bool found = false;

	while (!found && (word = strsep(&rest, " \n")))
		found = !strcmp(word, "memory");
	free(text);
	free(path);
	return found;
}

/* ---- making ------------------------------------------------------------------------------- */

static int put(const char *directory, const char *file, const char *text)
{
	char *path = bt_xasprintf("%s/%s", directory, file);
	int fd = open(path, O_WRONLY | O_CLOEXEC), code;

	code = fd < 0 ? -errno : bt_write_all(fd, text, strlen(text));
	if (fd >= 0)
		close(fd);
	free(path);
	return code;
}

static bool is_of_the_dead(const char *name)
{
	uint64_t pid;

	return !strncmp(name, PREFIX, strlen(PREFIX)) &&
	       !bt_parse_u64(name + strlen(PREFIX), &pid) && pid && pid <= INT_MAX &&
	       kill((pid_t)pid, 0) && errno == ESRCH;
}

/* What runs that were killed have left. One that somebody is in cannot be removed. */
static void sweep(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path = bt_xasprintf("%s/%s", directory, entry->d_name);

		if (is_of_the_dead(entry->d_name))
			rmdir(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

/* One of a dead process that had the same number has its counts: a fresh one does not. */
static int make_fresh(const char *path)
{
	if (!mkdir(path, 0755))
		return 0;
	if (errno != EEXIST || rmdir(path) || mkdir(path, 0755))
		return -errno;
	return 0;
}

static int enter_below(struct bt_cgroup *cgroup, const char *directory, pid_t pid,
		       struct bt_err *err)
{
	char number[16];
	int code;

	if (snprintf(cgroup->path, PATH_MAX, "%s/" PREFIX "%d", directory, (int)pid) >= PATH_MAX)
		code = -ENAMETOOLONG;
	else
		code = make_fresh(cgroup->path);
	if (code) {
		cgroup->path[0] = '\0';
		return bt_err_set(err, -code, "no cgroup below %s: %s", directory, strerror(-code));
	}
	snprintf(number, sizeof(number), "%d", (int)pid);
	code = put(cgroup->path, "cgroup.procs", number);
	if (!code)
		return 0;
	rmdir(cgroup->path);
	cgroup->path[0] = '\0';
	return bt_err_set(err, -code, "cannot move into a cgroup below %s: %s", directory,
			  strerror(-code));
}

static int enter_at(struct bt_cgroup *cgroup, const char *directory, bool top, pid_t pid,
		    struct bt_err *err)
{
	int code = 0;

	if (!has_memory(directory, "cgroup.subtree_control"))
		code = top ? put(directory, "cgroup.subtree_control", "+memory") : -EOPNOTSUPP;
	if (code)
		return bt_err_set(err, -code, "%s does not pass the memory controller on%s%s",
				  directory, top ? ": " : "", top ? strerror(-code) : "");
	sweep(directory);
	return enter_below(cgroup, directory, pid, err);
}

int bt_cgroup_enter(struct bt_cgroup *cgroup, const char *root, pid_t pid, struct bt_err *err)
{
	char inside[PATH_MAX], *directory, *end;
	struct place place;
	int code;

	cgroup->path[0] = '\0';
	if (!find_mount(root, &place, inside))
		return bt_err_set(err, EOPNOTSUPP, "no cgroup v2 is mounted");
	if (!has_memory(place.mount, "cgroup.controllers"))
		return bt_err_set(err, EOPNOTSUPP, "no cgroup v2 memory controller");
	code = enter_at(cgroup, place.mount, true, pid, err);
	if (!code)
		return 0;
	find_own(root, &place, inside);
	/* Each ancestor from the highest down, and ours last. */
	for (end = place.own; code && end[1]; ) {
		end += 1 + strcspn(end + 1, "/");
		directory = bt_xasprintf("%s%.*s", place.mount, (int)(end - place.own), place.own);
		code = enter_at(cgroup, directory, false, pid, err);
		free(directory);
		if (!*end)
			break;
	}
	return code;
}

/* ---- afterwards --------------------------------------------------------------------------- */

/* "oom_kill 3": the number on the line of that name ("" = of a file with one number, or "max"). */
static uint64_t number_in(const char *text, const char *name)
{
	uint64_t number = BT_UNKNOWN, value;
	const char *line = text;
	char *end;

	while (line && *line) {
		if (!strncmp(line, name, strlen(name))) {
			value = strtoull(line + strlen(name), &end, 10);
			if (end > line + strlen(name))
				number = value;
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return number;
}

static uint64_t number_of(const char *directory, const char *file, const char *name)
{
	char *text = read_below(directory, file);
	uint64_t number = number_in(text, name);

	free(text);
	return number;
}

uint64_t bt_cgroup_oom_kills(const struct bt_cgroup *cgroup)
{
	return cgroup->path[0] ? number_of(cgroup->path, "/memory.events", "oom_kill ") :
				 BT_UNKNOWN;
}

int bt_cgroup_remove(struct bt_cgroup *cgroup)
{
	if (cgroup->path[0] && rmdir(cgroup->path) && errno != ENOENT)
		return -errno;
	cgroup->path[0] = '\0';
	return 0;
}

/* ---- limits ------------------------------------------------------------------------------- */

static uint64_t cache_of(const char *directory)
{
	char *text = read_below(directory, "/memory.stat");
	uint64_t active = number_in(text, "active_file ");
	uint64_t inactive = number_in(text, "inactive_file ");

	free(text);
	return (active == BT_UNKNOWN ? 0 : active) + (inactive == BT_UNKNOWN ? 0 : inactive);
}

/* The kernel adds up counts of all CPUs for memory.stat: it is read only where its cache matters. */
static uint64_t room_in(const char *directory, uint64_t max, uint64_t enough_bytes)
{
	uint64_t used = number_of(directory, "/memory.current", ""), cache;

	if (used == BT_UNKNOWN)
		return BT_UNKNOWN;
	if (max > used && max - used >= enough_bytes)
		return max - used;
	cache = cache_of(directory);
	used -= cache < used ? cache : used;
	return max > used ? max - used : 0;
}

void bt_cgroup_limits_find(struct bt_cgroup_limits *limits, const char *root)
{
	char inside[PATH_MAX];
	struct place place;

	*limits = (struct bt_cgroup_limits){ .count = 0 };
	if (!find_mount(root, &place, inside))
		return;
	find_own(root, &place, inside);
	/* Ours first, then each above it; the mount itself may be a container's, with a limit. */
	for (;;) {
		limits->directory = bt_xrealloc(limits->directory, limits->count + 1,
						sizeof(*limits->directory));
		limits->directory[limits->count++] = bt_xasprintf("%s%s", place.mount, place.own);
		if (!place.own[0])
			return;
		*strrchr(place.own, '/') = '\0';
	}
}

void bt_cgroup_limits_forget(struct bt_cgroup_limits *limits)
{
	while (limits->count)
		free(limits->directory[--limits->count]);
	free(limits->directory);
	limits->directory = NULL;
}

uint64_t bt_cgroup_limits_room(const struct bt_cgroup_limits *limits, uint64_t enough_bytes,
			       uint64_t *of_bytes)
{
	uint64_t room = BT_UNKNOWN;

	*of_bytes = BT_UNKNOWN;
	for (unsigned i = 0; i < limits->count; i++) {
		uint64_t max = number_of(limits->directory[i], "/memory.max", ""), here;

		here = max == BT_UNKNOWN ? max : room_in(limits->directory[i], max, enough_bytes);
		if (here < room) {
			room = here;
			*of_bytes = max;
		}
	}
	return room;
}

char *bt_cgroup_limits_pressure(const struct bt_cgroup_limits *limits)
{
	for (unsigned i = limits->count; i-- > 0; ) {
		if (number_of(limits->directory[i], "/memory.max", "") != BT_UNKNOWN)
			return bt_xasprintf("%s/memory.pressure", limits->directory[i]);
	}
	return NULL;
}

uint64_t bt_cgroup_room_bytes(const char *root)
{
	struct bt_cgroup_limits limits;
	uint64_t room, of_bytes;

	bt_cgroup_limits_find(&limits, root);
	room = bt_cgroup_limits_room(&limits, BT_UNKNOWN, &of_bytes);
	bt_cgroup_limits_forget(&limits);
	return room;
}

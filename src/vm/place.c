// SPDX-License-Identifier: GPL-2.0
#include "vm/place.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

struct place {
	const char *environment;
	const char *beside;	/* seen from the program's directory in a build tree */
	const char *installed;
};

static const struct place places[BT_PLACE_PARTS] = {
	[BT_PLACE_INIT] = { "BUDDYTOP_INIT", "buddytop-init", BT_PKGLIBEXECDIR "/buddytop-init" },
	[BT_PLACE_AGENT] = { "BUDDYTOP_AGENT", "buddytop-agent", BT_BINDIR "/buddytop-agent" },
	[BT_PLACE_WORK] = { "BUDDYTOP_WORK", "buddytop-work", BT_PKGLIBEXECDIR "/buddytop-work" },
	[BT_PLACE_FETCH_KERNEL] = { "BUDDYTOP_FETCH_KERNEL", "fetch-kernel",
				    BT_PKGLIBEXECDIR "/fetch-kernel" },
	[BT_PLACE_KMOD] = { "BUDDYTOP_KMOD_DIR", "../kmod", BT_PKGDATADIR "/kmod" },
};

static int beside_program(const char *relative, char path[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length < 0)
		return -errno;
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return -ENOENT;
	*slash = '\0';
	if (snprintf(path, PATH_MAX, "%s/%s", self, relative) >= PATH_MAX)
		return -ENAMETOOLONG;
	return access(path, R_OK) ? -errno : 0;
}

int bt_place_find(enum bt_place_part part, char path[PATH_MAX], struct bt_err *err)
{
	const struct place *place = &places[part];
	const char *given = getenv(place->environment);

	if (given && *given) {
		snprintf(path, PATH_MAX, "%s", given);
		if (!access(path, R_OK))
			return 0;
		return bt_err_set(err, ENODEV, "%s (from %s): %s", given, place->environment,
				  strerror(errno));
	}
	if (!beside_program(place->beside, path))
		return 0;
	snprintf(path, PATH_MAX, "%s", place->installed);
	if (!access(path, R_OK))
		return 0;
	return bt_err_set(err, ENODEV,
			  "neither %s nor %s beside the program is there; %s can name it",
			  place->installed, place->beside, place->environment);
}

static int user_path(const char *variable, const char *fallback, const char *name,
		     char path[PATH_MAX], struct bt_err *err)
{
	const char *base = getenv(variable), *home = getenv("HOME");
	int length;

	if (base && *base == '/')
		length = snprintf(path, PATH_MAX, "%s/buddytop%s", base, name);
	else if (home && *home == '/')
		length = snprintf(path, PATH_MAX, "%s/%s/buddytop%s", home, fallback, name);
	else
		return bt_err_set(err, ENOENT, "neither %s nor HOME is set to a directory",
				  variable);
	if (length >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", variable);
	return 0;
}

static int user_directory(const char *variable, const char *fallback, const char *name,
			  char path[PATH_MAX], struct bt_err *err)
{
	int ret = user_path(variable, fallback, name, path, err);

	return ret ? ret : bt_make_path(path, 0700, err);
}

int bt_place_cache(const char *name, char path[PATH_MAX], struct bt_err *err)
{
	char part[64];

	snprintf(part, sizeof(part), "/%s", name);
	return user_directory("XDG_CACHE_HOME", ".cache", part, path, err);
}

int bt_place_state(char path[PATH_MAX], struct bt_err *err)
{
	return user_directory("XDG_STATE_HOME", ".local/state", "", path, err);
}

int bt_place_config(char path[PATH_MAX], struct bt_err *err)
{
	return user_path("XDG_CONFIG_HOME", ".config", "", path, err);
}

int bt_place_config_file(const char *name, char path[PATH_MAX], struct bt_err *err)
{
	int ret = bt_place_config(path, err);
	size_t length = ret ? 0 : strlen(path);

	if (!ret &&
	    snprintf(path + length, PATH_MAX - length, "/%s", name) >= (int)(PATH_MAX - length))
		ret = bt_err_set(err, ENAMETOOLONG, "%s is too long", path);
	return ret;
}

void bt_place_remove(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(path);
}

/* Their names have the number of the process that made them. */
static void remove_stale(const char *base)
{
	DIR *dir = opendir(base);
	struct dirent *entry;
	int pid;

	while (dir && (entry = readdir(dir))) {
		char *path;

		if (sscanf(entry->d_name, "buddytop-vm-%d-", &pid) != 1 || !kill(pid, 0) ||
		    errno != ESRCH)
			continue;
		path = bt_xasprintf("%s/%s", base, entry->d_name);
		bt_place_remove(path);
		free(path);
	}
	if (dir)
		closedir(dir);
}

int bt_place_private(char path[PATH_MAX], struct bt_err *err)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	if (!base || *base != '/' || access(base, W_OK))
		base = "/tmp";
	remove_stale(base);
	if (snprintf(path, PATH_MAX, "%s/buddytop-vm-%d-XXXXXX", base, getpid()) < PATH_MAX &&
	    mkdtemp(path))
		return 0;
	path[0] = '\0';
	return bt_err_set(err, errno, "%s/buddytop-vm-*: %s", base, strerror(errno));
}

int bt_place_program(const char *name, char path[PATH_MAX])
{
	const char *from = getenv("PATH");

	if (strchr(name, '/')) {
		snprintf(path, PATH_MAX, "%s", name);
		return access(path, X_OK) ? -errno : 0;
	}
	for (; from && *from; from += strspn(from, ":")) {
		int length = (int)strcspn(from, ":");

		snprintf(path, PATH_MAX, "%.*s/%s", length, from, name);
		if (!access(path, X_OK))
			return 0;
		from += length;
	}
	return -ENOENT;
}

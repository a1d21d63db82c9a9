// SPDX-License-Identifier: GPL-2.0
/* Where plans are: files, and those that were installed. */
#include "bench/plan.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/util.h"

#define SUFFIX ".ini"

static size_t length_without_suffix(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SUFFIX);

	return length > suffix && !strcmp(name + length - suffix, SUFFIX) ? length - suffix : length;
}

static const char *plans_directory(void)
{
	const char *given = getenv("BUDDYTOP_PLANS");

	return given && *given ? given : BT_PKGDATADIR "/plans";
}

static int is_plan(const struct dirent *entry)
{
	return *entry->d_name != '.' &&
	       length_without_suffix(entry->d_name) < strlen(entry->d_name);
}

/* "gfp, huge, numa"; "none" where there are none. Caller frees. */
static char *list_plans(const char *directory)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_plan, alphasort);
	char *list = bt_xstrdup(count > 0 ? "" : "none");

	for (int i = 0; i < count; i++) {
		char *before = list;

		list = bt_xasprintf("%s%s%.*s", before, i ? ", " : "",
				    (int)length_without_suffix(entries[i]->d_name),
				    entries[i]->d_name);
		free(before);
		free(entries[i]);
	}
	free(entries);
	return list;
}

static bool is_there(const char *path)
{
	struct stat state;

	return !stat(path, &state) && !S_ISDIR(state.st_mode);
}

static int refuse_name(const char *name, struct bt_err *err)
{
	char *list = list_plans(plans_directory());

	bt_err_set(err, ENOENT, "there is no plan '%s', neither as a file nor in %s (there: %s)",
		   name, plans_directory(), list);
	free(list);
	return -ENOENT;
}

/* The file that a path or the name of an installed plan means. Caller frees. */
static int find_plan(const char *path, char **found, struct bt_err *err)
{
	if (strchr(path, '/') || is_there(path)) {
		*found = bt_xstrdup(path);
		return 0;
	}
	*found = bt_xasprintf("%s/%.*s" SUFFIX, plans_directory(),
			      (int)length_without_suffix(path), path);
	if (is_there(*found))
		return 0;
	free(*found);
	return refuse_name(path, err);
}

static int parse_file(struct bt_plan **plan, const char *path, struct bt_err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	ssize_t size;
	char *text, *name;
	int code;

	size = bt_read_file(path, BT_PLAN_BYTES_MAX, &text, err);
	if (size < 0)
		return (int)size;
	name = bt_xasprintf("%.*s", (int)length_without_suffix(base), base);
	if (strlen(text) != (size_t)size)
		code = bt_err_set(err, EINVAL, "plan %s: %s is no text: it has a byte 0", name,
				  path);
	else
		code = bt_plan_parse(plan, name, text, err);
	free(name);
	free(text);
	return code;
}

int bt_plan_read(struct bt_plan **plan, const char *path, struct bt_err *err)
{
	char *found;
	int code = find_plan(path, &found, err);

	*plan = NULL;
	if (code)
		return code;
	code = parse_file(plan, found, err);
	free(found);
	return code;
}

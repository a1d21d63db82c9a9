// SPDX-License-Identifier: GPL-2.0
#include "lab/runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/import.h"

#define DEPTH_MAX 8u		/* of folders in folders */

bool bt_lab_counts(const struct bt_lab_run *run)
{
	return run->end == BT_LAB_OK && !run->warm_up;
}

const char *bt_lab_config(const struct bt_lab_run *run, char buf[BT_LAB_CONFIG])
{
	snprintf(buf, BT_LAB_CONFIG, "%s %s%s%s", bt_lab_benchmark_name[run->benchmark], run->mode,
		 run->label[0] ? " " : "", run->label);
	return buf;
}

/* ---- the list ----------------------------------------------------------------------------- */

void bt_lab_runs_add(struct bt_lab_runs *runs, struct bt_lab_run *run)
{
	runs->runs = bt_xrealloc(runs->runs, runs->count + 1, sizeof(*runs->runs));
	runs->runs[runs->count++] = run;
}

void bt_lab_runs_free(struct bt_lab_runs *runs)
{
	if (!runs)
		return;
	for (unsigned i = 0; i < runs->count; i++)
		bt_lab_run_free(runs->runs[i]);
	free(runs->runs);
	free(runs->path);
	free(runs);
}

static int in_order(const void *a, const void *b)
{
	const struct bt_lab_run *x = *(struct bt_lab_run *const *)a;
	const struct bt_lab_run *y = *(struct bt_lab_run *const *)b;
	int order = (x->benchmark > y->benchmark) - (x->benchmark < y->benchmark);

	if (!order)
		order = strcmp(x->mode, y->mode);
	if (!order)
		order = strcmp(x->label, y->label);
	if (!order)	/* what is not to be mixed is not of one group (group.h) */
		order = (x->reality > y->reality) - (x->reality < y->reality);
	if (!order)
		order = strcmp(x->accel, y->accel);
	if (!order)
		order = strcmp(x->host.host, y->host.host);
	if (!order)
		order = (x->repetition > y->repetition) - (x->repetition < y->repetition);
	if (!order)
		order = (x->begin_utc_ns > y->begin_utc_ns) - (x->begin_utc_ns < y->begin_utc_ns);
	return order;
}

/* ---- folders ------------------------------------------------------------------------------ */

static bool has_file(const char *folder, const char *name)
{
	char *path = bt_xasprintf("%s/%s", folder, name);
	bool there = !access(path, F_OK);

	free(path);
	return there;
}

static int read_one(struct bt_lab_runs *runs, const char *folder, bool tables, struct bt_err *err)
{
	struct bt_lab_run *run;
	int rc = bt_lab_run_read(&run, folder, tables, err);

	if (!rc)
		bt_lab_runs_add(runs, run);
	return rc;
}

static int is_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

static int read_below(struct bt_lab_runs *runs, const char *folder, bool tables, unsigned depth,
		      struct bt_err *err);

static int read_entry(struct bt_lab_runs *runs, const char *folder, const char *name, bool tables,
		      unsigned depth, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s", folder, name);
	struct stat status;
	int rc = 0;

	/* Not every file system says in its listing what an entry is. */
	if (!lstat(path, &status) && S_ISDIR(status.st_mode))
		rc = read_below(runs, path, tables, depth, err);
	free(path);
	return rc;
}

static int read_entries(struct bt_lab_runs *runs, const char *folder, bool tables, unsigned depth,
			struct bt_err *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_folder, alphasort), rc = 0;

	if (count < 0)
		return bt_err_set(err, errno, "cannot read %s: %s", folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (!rc)
			rc = read_entry(runs, folder, entries[i]->d_name, tables, depth, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int read_below(struct bt_lab_runs *runs, const char *folder, bool tables, unsigned depth,
		      struct bt_err *err)
{
	if (runs->count >= BT_LAB_RUNS_MAX)
		return bt_err_set(err, EPROTO, "%s: more than %u runs", runs->path,
				  BT_LAB_RUNS_MAX);
	if (has_file(folder, "result.json"))
		return read_one(runs, folder, tables, err);
	if (has_file(folder, "meta.json"))
		return bt_lab_import(runs, folder, err);
	return depth < DEPTH_MAX ? read_entries(runs, folder, tables, depth + 1, err) : 0;
}

/* The folder that a path means: of a result.json the one it is in. The caller frees. */
static int find_folder(const char *path, char **folder, struct bt_err *err)
{
	const char *slash = strrchr(path, '/');
	struct stat status;

	if (stat(path, &status))
		return bt_err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	if (S_ISDIR(status.st_mode)) {
		*folder = bt_xstrdup(path);
		return 0;
	}
	if (strcmp(slash ? slash + 1 : path, "result.json"))
		return bt_err_set(err, EPROTO, "%s: a run of the lab is read as a folder, with the "
				  "tables that are beside its result.json: name that", path);
	*folder = slash ? bt_xasprintf("%.*s", (int)(slash - path) + 1, path) : bt_xstrdup(".");
	return 0;
}

int bt_lab_runs_read(struct bt_lab_runs **runs, const char *path, bool tables, struct bt_err *err)
{
	struct bt_lab_runs *read;
	char *folder = NULL;
	int rc = find_folder(path, &folder, err);

	if (rc)
		return rc;
	read = bt_xcalloc(1, sizeof(*read));
	read->path = bt_xstrdup(path);
	rc = read_below(read, folder, tables, 0, err);
	if (!rc && !read->count)
		rc = bt_err_set(err, ENODATA, "%s: there is no finished run of buddytop lab in it",
				path);
	free(folder);
	if (rc) {
		bt_lab_runs_free(read);
		return rc;
	}
	qsort(read->runs, read->count, sizeof(*read->runs), in_order);
	*runs = read;
	return 0;
}

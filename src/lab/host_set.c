// SPDX-License-Identifier: GPL-2.0
/* Setting, undoing and restoring. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/files.h"
#include "lab/host_row.h"

static int write_value(const struct bt_host *host, const struct bt_host_setting *setting,
		       const char *value, struct bt_err *err)
{
	char path[PATH_MAX];
	int code = lab_write(lab_path(path, host->root, "%s", setting->path), value);

	return code ? bt_err_set(err, -code, "cannot write %s to %s: %s", value, path,
				 strerror(-code)) : 0;
}

static void read_now(const struct bt_host *host, struct bt_host_setting *setting)
{
	host_read(host, setting->path, setting->now, sizeof(setting->now));
}

static void cannot(struct bt_host_setting *setting, const char *why)
{
	setting->state = BT_HOST_CANNOT;
	snprintf(setting->why, sizeof(setting->why), "%s", why);
}

/* ---- set ----------------------------------------------------------------------------------- */

static int set_one(const struct bt_host *host, struct bt_host_setting *setting, struct bt_err *err)
{
	const struct host_row *row = host_row_find(setting->name, setting->path);
	char path[PATH_MAX];

	/* A thread of a core that SMT has taken away. */
	if (access(lab_path(path, host->root, "%s", setting->path), F_OK)) {
		cannot(setting, "went away with its CPU");
		return 0;
	}
	/* An earlier setting may have changed the file beside it. */
	if (!host_want(host, row, setting)) {
		setting->state = BT_HOST_CANNOT;
		return 0;
	}
	return write_value(host, setting, setting->set, err);
}

/* From the last to the first: as they were found, or the number of those that could not be. */
static unsigned undo(struct bt_host *host, unsigned count)
{
	unsigned failures = 0;

	while (count--) {
		struct bt_host_setting *setting = &host->settings[count];

		if (setting->state == BT_HOST_CHANGE &&
		    write_value(host, setting, setting->was, NULL))
			failures++;
	}
	return failures;
}

static int undo_all(struct bt_host *host, unsigned count, const char *record, struct bt_err *err)
{
	int code = -err->code;

	if (undo(host, count)) {
		bt_err_prefix(err, "not all could be put back, see buddytop lab restore");
		return code;
	}
	unlink(record);
	bt_err_prefix(err, "all is back as it was");
	return code;
}

/* What the kernel made of a value may be another: that is what restoring will find. */
static void take_effects(struct bt_host *host)
{
	for (unsigned i = 0; i < host->count; i++) {
		struct bt_host_setting *setting = &host->settings[i];

		if (setting->state != BT_HOST_CHANGE)
			continue;
		read_now(host, setting);
		if (!strcmp(setting->now, setting->was))
			cannot(setting, "it was written, and had no effect");
		else
			memcpy(setting->set, setting->now, sizeof(setting->set));
	}
}

static int check_no_record(const struct bt_host *host, const char *record, struct bt_err *err)
{
	struct bt_host *before;
	int code = bt_host_load(&before, host->root, record, err);
	bool stale = !code && before->earlier_boot;

	bt_host_free(before);
	if (code == -ENOENT || stale)
		return 0;
	return code ? code : bt_err_set(err, EEXIST, "the machine is prepared already (%s): "
					"buddytop lab restore comes first", record);
}

int bt_host_set(struct bt_host *host, const char *record, struct bt_err *err)
{
	struct bt_err local = { 0 };
	int code = check_no_record(host, record, err);
	unsigned i;

	if (code || !bt_host_count(host, BT_HOST_CHANGE))
		return code;
	err = err ? err : &local;
	host->utc_ns = bt_utc_ns();
	code = host_record_write(host, record, err);
	if (code)
		return code;
	for (i = 0; i < host->count; i++) {
		if (host->settings[i].state != BT_HOST_CHANGE)
			continue;
		code = set_one(host, &host->settings[i], err);
		if (code)
			return undo_all(host, i, record, err);
	}
	take_effects(host);
	code = host_record_write(host, record, err);
	return code ? undo_all(host, host->count, record, err) : 0;
}

/* ---- restore ------------------------------------------------------------------------------- */

static void compare(const struct bt_host *host, struct bt_host_setting *setting)
{
	read_now(host, setting);
	if (!strcmp(setting->now, setting->was))
		setting->state = BT_HOST_SAME;
	else if (!strcmp(setting->now, setting->set))
		setting->state = BT_HOST_CHANGE;
	else
		setting->state = BT_HOST_FOREIGN;
}

int bt_host_load(struct bt_host **host, const char *root, const char *record, struct bt_err *err)
{
	int code;

	*host = host_create(root);
	code = host_record_read(*host, record, err);
	if (code == -ENOENT)
		bt_err_set(err, ENOENT, "%s is not there: nothing was prepared", record);
	if (code) {
		bt_host_free(*host);
		*host = NULL;
		return code;
	}
	for (unsigned i = 0; i < (*host)->count; i++)
		compare(*host, &(*host)->settings[i]);
	return 0;
}

static int restore_one(const struct bt_host *host, struct bt_host_setting *setting,
		       struct bt_err *err)
{
	int code = write_value(host, setting, setting->was, err);

	if (code)
		return code;
	read_now(host, setting);
	if (strcmp(setting->now, setting->was))
		return bt_err_set(err, EIO, "%s%s: %s was written, and it is %s", host->root,
				  setting->path, setting->was, setting->now);
	setting->state = BT_HOST_SAME;
	return 0;
}

/* Only what is left of it. */
static int finish_record(const struct bt_host *host, const char *record, unsigned left,
			 struct bt_err *err)
{
	if (left)
		return host_record_write(host, record, err);
	if (unlink(record))
		return bt_err_set(err, errno, "cannot remove %s: %s", record, strerror(errno));
	return 0;
}

int bt_host_restore(struct bt_host *host, const char *record, enum bt_host_foreign foreign,
		    struct bt_err *err)
{
	int code = 0, now;
	unsigned left;

	for (unsigned i = host->earlier_boot ? 0 : host->count; i--;) {
		struct bt_host_setting *setting = &host->settings[i];

		if (setting->state == BT_HOST_CHANGE ||
		    (setting->state == BT_HOST_FOREIGN && foreign == BT_HOST_FORCE)) {
			now = restore_one(host, setting, code ? NULL : err);
			code = code ? code : now;
		}
	}
	left = host->earlier_boot ? 0 : bt_host_count(host, BT_HOST_CHANGE) +
		(foreign == BT_HOST_FORGET ? 0 : bt_host_count(host, BT_HOST_FOREIGN));
	now = finish_record(host, record, left, code ? NULL : err);
	if (code || now)
		return code ? code : now;
	return left ? bt_err_set(err, EBUSY, "%u setting%s changed by others since, and kept: "
				 "--force puts %s back too, --forget leaves it so", left,
				 left == 1 ? " was" : "s were", left == 1 ? "it" : "them") : 0;
}

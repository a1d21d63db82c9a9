/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the host's settings: their table and their record. */
#ifndef BT_LAB_HOST_ROW_H
#define BT_LAB_HOST_ROW_H

#include "lab/host.h"

/* How a setting is read, checked and set. */
struct host_row {
	const char *name;
	const char *pattern;	/* of its files' paths, for glob() */
	const char *wanted;	/* the value, or */
	const char *wanted_of;	/* the file beside it that has the value */
	const char *listed_in;	/* a file beside it that lists the values there are; or NULL */
	const char *as_good;	/* values, with blanks between, that need no change; or NULL */
	const char *hopeless;	/* values that show that it cannot be changed; or NULL */
};

extern const struct host_row host_rows[];	/* ends with a row that has no name */

/* The row that a path belongs to; NULL: none of ours. */
const struct host_row *host_row_find(const char *name, const char *path);
bool host_read(const struct bt_host *host, const char *path, char *to, size_t size);
/* The value that it should have, as things are now; false with setting->why. */
bool host_want(const struct bt_host *host, const struct host_row *row,
	       struct bt_host_setting *setting);
struct bt_host *host_create(const char *root);
struct bt_host_setting *host_add(struct bt_host *host, const char *name, const char *path);

/* The settings that are to be changed or are in the way of that. Whole or not at all. */
int host_record_write(const struct bt_host *host, const char *record, struct bt_err *err);
/* Without the present values. */
int host_record_read(struct bt_host *host, const char *record, struct bt_err *err);

#endif

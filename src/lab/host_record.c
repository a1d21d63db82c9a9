// SPDX-License-Identifier: GPL-2.0
/* The record of what settings were. */
#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "lab/host_row.h"
#include "lab/record.h"

#define SCHEMA "buddytop-lab-host"

static void write_setting(struct bt_json_writer *w, const struct bt_host_setting *setting)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "setting", setting->name);
	bt_json_string(w, "path", setting->path);
	bt_json_string(w, "was", setting->was);
	bt_json_string(w, "set", setting->set);
	bt_json_end_object(w);
}

int host_record_write(const struct bt_host *host, const char *path, struct bt_err *err)
{
	struct bt_json_writer *w = lab_record_begin(SCHEMA, host->root);

	bt_json_i64(w, "utc_ns", host->utc_ns);
	bt_json_array(w, "settings");
	for (unsigned i = 0; i < host->count; i++) {
		if (host->settings[i].state == BT_HOST_CHANGE ||
		    host->settings[i].state == BT_HOST_FOREIGN)
			write_setting(w, &host->settings[i]);
	}
	bt_json_end_array(w);
	return lab_record_end(w, path, err);
}

/* Whoever restores may be root: no other file than those of the table is ever written to. */
static int read_setting(struct bt_host *host, const struct bt_json *node, struct bt_err *err)
{
	const char *name = bt_json_get_string(node, "setting");
	const char *path = bt_json_get_string(node, "path");
	const char *was = bt_json_get_string(node, "was"), *set = bt_json_get_string(node, "set");
	const struct host_row *row = name && path ? host_row_find(name, path) : NULL;
	struct bt_host_setting *setting;

	if (!row || !was || !set || strlen(path) >= sizeof(setting->path) ||
	    strlen(was) >= sizeof(setting->was) || strlen(set) >= sizeof(setting->set))
		return bt_err_set(err, EINVAL, "settings[%u] is none that lab prepare makes",
				  host->count);
	setting = host_add(host, row->name, path);
	strcpy(setting->was, was);
	strcpy(setting->set, set);
	return 0;
}

int host_record_read(struct bt_host *host, const char *path, struct bt_err *err)
{
	struct lab_record record;
	const struct bt_json *list, *node;
	int code = lab_record_open(&record, path, SCHEMA, host->root, err);

	if (code)
		return code;
	host->earlier_boot = record.earlier_boot;
	bt_json_get_i64(record.document, "utc_ns", &host->utc_ns);
	list = bt_json_get_array(record.document, "settings");
	if (!list)
		code = bt_err_set(err, EINVAL, "%s: it has no settings", path);
	for (node = list ? list->child : NULL; node && !code; node = node->next) {
		code = read_setting(host, node, err);
		if (code)
			bt_err_prefix(err, "%s", path);
	}
	lab_record_close(&record);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/* The record of what settings were: one document, schema buddytop-lab-host. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/util.h"
#include "lab/files.h"
#include "lab/host_row.h"

#define RECORD_BYTES (1u << 20)
#define SCHEMA "buddytop-lab-host"
#define SCHEMA_VERSION 1u
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

static void write_setting(struct bt_json_writer *w, const struct bt_host_setting *setting)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "setting", setting->name);
	bt_json_string(w, "path", setting->path);
	bt_json_string(w, "was", setting->was);
	bt_json_string(w, "set", setting->set);
	bt_json_end_object(w);
}

int host_record_write(const struct bt_host *host, const char *record, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	char boot[64];
	const char *text;
	size_t size;
	int code;

	lab_line(host->root, BOOT_ID, boot, sizeof(boot));
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", SCHEMA);
	bt_json_u64(w, "version", SCHEMA_VERSION);
	bt_json_end_object(w);
	bt_json_string(w, "boot_id", boot);
	bt_json_i64(w, "utc_ns", host->utc_ns);
	bt_json_array(w, "settings");
	for (unsigned i = 0; i < host->count; i++) {
		if (host->settings[i].state == BT_HOST_CHANGE ||
		    host->settings[i].state == BT_HOST_FOREIGN)
			write_setting(w, &host->settings[i]);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
	text = bt_json_writer_text(w, &size);
	code = bt_write_file(record, text, size, 0600, err);
	bt_json_writer_free(w);
	return code;
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

static int read_document(struct bt_host *host, const struct bt_json *root, struct bt_err *err)
{
	const struct bt_json *list = bt_json_get_array(root, "settings");
	const char *name = bt_json_get_string(bt_json_get_object(root, "schema"), "name");
	const char *boot = bt_json_get_string(root, "boot_id");
	uint64_t version = 0;
	char now[64];
	int code = 0;

	bt_json_get_u64(bt_json_get_object(root, "schema"), "version", &version);
	if (!name || strcmp(name, SCHEMA) || !list || !boot)
		return bt_err_set(err, EINVAL, "it is no " SCHEMA);
	if (version != SCHEMA_VERSION)
		return bt_err_set(err, EINVAL, "its version is not %u: another buddytop wrote it",
				  SCHEMA_VERSION);
	lab_line(host->root, BOOT_ID, now, sizeof(now));
	host->earlier_boot = strcmp(boot, now);
	bt_json_get_i64(root, "utc_ns", &host->utc_ns);
	for (const struct bt_json *node = list->child; node && !code; node = node->next)
		code = read_setting(host, node, err);
	return code;
}

int host_record_read(struct bt_host *host, const char *record, struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *root;
	char *text;
	ssize_t size = bt_read_file(record, RECORD_BYTES, &text, err);
	int code = -EINVAL;

	if (size < 0)
		return (int)size;
	reader = bt_json_reader_create(RECORD_BYTES);
	root = bt_json_parse(reader, text, (size_t)size, err);
	if (root)
		code = read_document(host, root, err);
	bt_json_reader_free(reader);
	free(text);
	return code ? bt_err_prefix(err, "%s", record) : 0;
}

// SPDX-License-Identifier: GPL-2.0
#include "lab/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/files.h"

#define RECORD_BYTES (1u << 20)
#define RECORD_VERSION 1u
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

struct bt_json_writer *lab_record_begin(const char *schema, const char *root)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	char boot[64];

	lab_line(root, BOOT_ID, boot, sizeof(boot));
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", schema);
	bt_json_u64(w, "version", RECORD_VERSION);
	bt_json_end_object(w);
	bt_json_string(w, "boot_id", boot);
	return w;
}

int lab_record_end(struct bt_json_writer *w, const char *path, struct bt_err *err)
{
	const char *text;
	size_t size;
	int code;

	bt_json_end_object(w);
	text = bt_json_writer_text(w, &size);
	code = bt_write_file(path, text, size, 0600, err);
	bt_json_writer_free(w);
	return code;
}

static int check_head(struct lab_record *record, const char *schema, const char *root,
		      struct bt_err *err)
{
	const struct bt_json *head = bt_json_get_object(record->document, "schema");
	const char *name = bt_json_get_string(head, "name");
	const char *boot = bt_json_get_string(record->document, "boot_id");
	uint64_t version = 0;
	char now[64];

	if (!name || strcmp(name, schema) || !boot || !bt_json_get_u64(head, "version", &version))
		return bt_err_set(err, EINVAL, "it is no %s", schema);
	if (version != RECORD_VERSION)
		return bt_err_set(err, EINVAL, "its version is not %u: another buddytop wrote it",
				  RECORD_VERSION);
	lab_line(root, BOOT_ID, now, sizeof(now));
	record->earlier_boot = strcmp(boot, now);
	return 0;
}

int lab_record_open(struct lab_record *record, const char *path, const char *schema,
		    const char *root, struct bt_err *err)
{
	char *text;
	ssize_t size;
	int code = -EINVAL;

	if (access(path, F_OK) && errno == ENOENT)
		return -ENOENT;
	size = bt_read_file(path, RECORD_BYTES, &text, err);
	if (size < 0)
		return (int)size;
	record->reader = bt_json_reader_create(RECORD_BYTES);
	record->document = bt_json_parse(record->reader, text, (size_t)size, err);
	if (record->document)
		code = check_head(record, schema, root, err);
	free(text);
	if (code) {
		lab_record_close(record);
		return bt_err_prefix(err, "%s", path);
	}
	return 0;
}

void lab_record_close(struct lab_record *record)
{
	bt_json_reader_free(record->reader);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of what was changed on this machine, to undo it by: a JSON document with a schema and the
 * kernel's boot_id, since nothing of it outlives a boot.
 */
#ifndef BT_LAB_RECORD_H
#define BT_LAB_RECORD_H

#include <stdbool.h>

#include "core/json.h"

/* A writer within the document's outermost object, which has its head. root: before /proc. */
struct bt_json_writer *lab_record_begin(const char *schema, const char *root);
/* Ends that object and writes the file, whole or not at all; frees the writer. */
int lab_record_end(struct bt_json_writer *w, const char *path, struct bt_err *err);

struct lab_record {
	const struct bt_json *document;	/* valid until lab_record_close() */
	bool earlier_boot;
	struct bt_json_reader *reader;
};

/* -ENOENT: there is none (err is not filled then). Close it after success. */
int lab_record_open(struct lab_record *record, const char *path, const char *schema,
		    const char *root, struct bt_err *err);
void lab_record_close(struct lab_record *record);

#endif

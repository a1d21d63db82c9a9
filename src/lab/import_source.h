/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of the import: a folder of hyperalloc-bench that is read. */
#ifndef BT_LAB_IMPORT_SOURCE_H
#define BT_LAB_IMPORT_SOURCE_H

#include "core/json.h"
#include "lab/runs.h"

#define BT_LAB_IMPORT_BYTES_MAX (1u << 20)	/* of a JSON file */

/* A folder that is read, and its meta.json. */
struct bt_lab_source {
	const char *folder;
	const struct bt_json *args, *sys;
	char mode[BT_LAB_TEXT];
	double memory_gib, target_gib;
};

/* A file's document; the reader owns *root. */
int bt_lab_import_json(struct bt_json_reader *reader, const char *path,
		       const struct bt_json **root, struct bt_err *err);
/* A run of that folder, without numbers. */
struct bt_lab_run *bt_lab_import_run(const struct bt_lab_source *source,
				     enum bt_lab_benchmark benchmark, unsigned repetition);
/* An argument of theirs, if it was given, as a parameter of ours with its unit. */
void bt_lab_import_argument(struct bt_lab_run *run, const struct bt_lab_source *source,
			    const char *theirs, const char *ours, const char *unit);

/* Compiling and multivm: all runs that there are (import_guests.c). */
int bt_lab_import_guests(struct bt_lab_runs *runs, const struct bt_lab_source *source,
			 enum bt_lab_benchmark benchmark, struct bt_err *err);

#endif

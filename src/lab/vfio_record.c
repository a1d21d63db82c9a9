// SPDX-License-Identifier: GPL-2.0
/* The record of which drivers devices had. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/record.h"
#include "lab/vfio_part.h"

#define SCHEMA "buddytop-lab-vfio"

/* Names go into paths of files that root writes to. */
static bool is_name(const char *text)
{
	return text && strlen(text) < BT_VFIO_NAME && !strchr(text, '/') && strcmp(text, "..");
}

static int read_device(struct vfio_record *record, const struct bt_json *node, struct bt_err *err)
{
	const char *bdf = bt_json_get_string(node, "bdf");
	const char *driver = bt_json_get_string(node, "driver");
	const char *override = bt_json_get_string(node, "override");
	struct bt_vfio_device *device = &record->devices[record->count];

	if (record->count == VFIO_RECORD_MAX)
		return bt_err_set(err, EINVAL, "more than %u devices", VFIO_RECORD_MAX);
	if (!bdf || !is_name(driver) || !is_name(override) || !vfio_address(bdf, device->bdf))
		return bt_err_set(err, EINVAL, "devices[%u] is none that lab vfio bind makes",
				  record->count);
	strcpy(device->driver, driver);
	strcpy(device->override, override);
	record->count++;
	return 0;
}

int vfio_record_read(struct vfio_record *record, const char *root, const char *path,
		     struct bt_err *err)
{
	const struct bt_json *list, *node;
	struct lab_record document;
	int code = lab_record_open(&document, path, SCHEMA, root, err);

	*record = (struct vfio_record){ 0 };
	if (code)
		return code == -ENOENT ? 0 : code;
	list = document.earlier_boot ? NULL : bt_json_get_array(document.document, "devices");
	for (node = list ? list->child : NULL; node && !code; node = node->next) {
		code = read_device(record, node, err);
		if (code)
			bt_err_prefix(err, "%s", path);
	}
	lab_record_close(&document);
	return code;
}

int vfio_record_write(const struct vfio_record *record, const char *root, const char *path,
		      struct bt_err *err)
{
	struct bt_json_writer *w;

	if (!record->count && unlink(path) && errno != ENOENT)
		return bt_err_set(err, errno, "cannot remove %s: %s", path, strerror(errno));
	if (!record->count)
		return 0;
	w = lab_record_begin(SCHEMA, root);
	bt_json_array(w, "devices");
	for (unsigned i = 0; i < record->count; i++) {
		bt_json_object(w, NULL);
		bt_json_string(w, "bdf", record->devices[i].bdf);
		bt_json_string(w, "driver", record->devices[i].driver);
		bt_json_string(w, "override", record->devices[i].override);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	return lab_record_end(w, path, err);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* The map of free pages that a snapshot, or the end of a recording, has in its frame. */
#ifndef BT_FREEMAP_DOCUMENT_H
#define BT_FREEMAP_DOCUMENT_H

#include "frame/freemap.h"

struct bt_freemap_document {
	struct bt_machine machine;	/* that it is of */
	int64_t utc_ns;			/* of the frame */
	struct bt_frame_freemap *map;	/* of state known */
};

/*
 * Of a recording the last one. -EPROTO: neither kind of document, or damaged; -ENODATA: there is no
 * map in it, with the reason. Free also what is not filled.
 */
int bt_freemap_document_read(struct bt_freemap_document *document, const char *path,
			     struct bt_err *err);
void bt_freemap_document_free(struct bt_freemap_document *document);

#endif

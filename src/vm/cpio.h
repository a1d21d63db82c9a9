/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writer of the cpio format "newc" that the kernel unpacks as its initramfs. Owner root, time 0, so
 * that the same contents give the same archive.
 */
#ifndef BT_CPIO_H
#define BT_CPIO_H

#include <stdio.h>

#include "core/err.h"

struct bt_cpio {
	FILE *out;		/* the caller's; write errors stay in it until bt_cpio_end() */
	unsigned inode;
};

void bt_cpio_begin(struct bt_cpio *cpio, FILE *out);
/* Names have no leading slash. The directories a name goes through come before it. */
void bt_cpio_directory(struct bt_cpio *cpio, const char *name);
void bt_cpio_file(struct bt_cpio *cpio, const char *name, unsigned mode, const void *data,
		  size_t size);
/* The file at path as name, with every directory above it. */
int bt_cpio_copy(struct bt_cpio *cpio, const char *name, unsigned mode, const char *path,
		 struct bt_err *err);
/*
 * All that is in the directory at path, in the order of names, where the archive has its root.
 * Links are followed.
 */
int bt_cpio_tree(struct bt_cpio *cpio, const char *path, struct bt_err *err);
/* Trailer and flush; -errno of the first write that failed. */
int bt_cpio_end(struct bt_cpio *cpio);

#endif

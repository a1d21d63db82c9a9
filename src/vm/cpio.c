// SPDX-License-Identifier: GPL-2.0
#include "vm/cpio.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/util.h"

#define FILE_LIMIT (256u << 20)

/* Both header with name and data are padded to a multiple of four bytes. */
static void pad(struct bt_cpio *cpio, size_t size)
{
	static const char zeros[4];

	fwrite(zeros, 1, -size & 3u, cpio->out);
}

static void entry(struct bt_cpio *cpio, const char *name, unsigned mode, const void *data,
		  size_t size)
{
	size_t name_size = strlen(name) + 1;
	int header_size;

	header_size = fprintf(cpio->out,
			      "070701"		/* magic */
			      "%08x%08x"	/* inode, mode */
			      "%08x%08x"	/* uid, gid */
			      "%08x%08x"	/* links, time */
			      "%08zx"		/* size of the data */
			      "%08x%08x%08x%08x" /* device it lies on, device it is */
			      "%08zx%08x",	/* size of the name, checksum (unused) */
			      cpio->inode++, mode, 0, 0, S_ISDIR(mode) ? 2 : 1, 0, size, 0, 0, 0, 0,
			      name_size, 0);
	if (header_size < 0)
		return;
	fwrite(name, 1, name_size, cpio->out);
	pad(cpio, (size_t)header_size + name_size);
	fwrite(data, 1, size, cpio->out);
	pad(cpio, size);
}

void bt_cpio_begin(struct bt_cpio *cpio, FILE *out)
{
	*cpio = (struct bt_cpio){ .out = out, .inode = 1 };
}

void bt_cpio_directory(struct bt_cpio *cpio, const char *name)
{
	entry(cpio, name, S_IFDIR | 0755, "", 0);
}

void bt_cpio_file(struct bt_cpio *cpio, const char *name, unsigned mode, const void *data,
		  size_t size)
{
	entry(cpio, name, S_IFREG | mode, data, size);
}

/* A directory that is there already is no error for the kernel. */
static void parents(struct bt_cpio *cpio, const char *name)
{
	char *copy = bt_xstrdup(name);

	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bt_cpio_directory(cpio, copy);
		*slash = '/';
	}
	free(copy);
}

int bt_cpio_copy(struct bt_cpio *cpio, const char *name, unsigned mode, const char *path,
		 struct bt_err *err)
{
	char *data;
	ssize_t size = bt_read_file(path, FILE_LIMIT, &data, err);

	if (size < 0)
		return (int)size;
	parents(cpio, name);
	bt_cpio_file(cpio, name, mode, data, (size_t)size);
	free(data);
	return 0;
}

int bt_cpio_end(struct bt_cpio *cpio)
{
	errno = 0;
	entry(cpio, "TRAILER!!!", 0, "", 0);
	if (fflush(cpio->out) || ferror(cpio->out))
		return errno ? -errno : -EIO;
	return 0;
}

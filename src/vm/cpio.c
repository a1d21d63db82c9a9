// SPDX-License-Identifier: GPL-2.0
#include "vm/cpio.h"

#include <dirent.h>
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

static int tree(struct bt_cpio *cpio, const char *name, const char *path, struct bt_err *err);

static int tree_entry(struct bt_cpio *cpio, const char *name, const char *path, struct bt_err *err)
{
	struct stat status;

	if (stat(path, &status))
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	if (S_ISREG(status.st_mode))
		return bt_cpio_copy(cpio, name, status.st_mode & S_IXUSR ? 0755 : 0644, path, err);
	if (!S_ISDIR(status.st_mode))
		return bt_err_set(err, EINVAL, "%s: neither a file nor a directory", path);
	bt_cpio_directory(cpio, name);
	return tree(cpio, name, path, err);
}

static int tree(struct bt_cpio *cpio, const char *name, const char *path, struct bt_err *err)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), code = 0;

	if (count < 0)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		const char *own = entries[i]->d_name;
		char *to = bt_xasprintf("%s%s%s", name, *name ? "/" : "", own);
		char *from = bt_xasprintf("%s/%s", path, own);

		if (!code && strcmp(own, ".") && strcmp(own, ".."))
			code = tree_entry(cpio, to, from, err);
		free(from);
		free(to);
		free(entries[i]);
	}
	free(entries);
	return code;
}

int bt_cpio_tree(struct bt_cpio *cpio, const char *path, struct bt_err *err)
{
	return tree(cpio, "", path, err);
}

int bt_cpio_end(struct bt_cpio *cpio)
{
	errno = 0;
	entry(cpio, "TRAILER!!!", 0, "", 0);
	if (fflush(cpio->out) || ferror(cpio->out))
		return errno ? -errno : -EIO;
	return 0;
}

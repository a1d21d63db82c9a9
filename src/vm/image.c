// SPDX-License-Identifier: GPL-2.0
#include "vm/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/cpio.h"

#define LOAD_LIMIT 65536u

static int add_modules(struct bt_cpio *cpio, const struct bt_image *image, const char *load,
		       struct bt_err *err)
{
	char *names = bt_xstrdup(load), *rest = names;
	int ret = 0;

	for (char *name = strsep(&rest, "\n"); name && !ret; name = strsep(&rest, "\n")) {
		char *from, *to;

		if (!*name)
			continue;
		from = bt_xasprintf("%s/modules/%s", image->kit, name);
		to = bt_xasprintf(BT_GUEST_MODULES "/%s", name);
		ret = bt_cpio_copy(cpio, to, 0644, from, err);
		free(from);
		free(to);
	}
	free(names);
	return ret;
}

/* Ours comes last: it needs none of the others, and they are what tells us when it fails. */
static int add_kernel_parts(struct bt_cpio *cpio, const struct bt_image *image, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/modules.%s", image->kit, image->spare ? "spare" : "load");
	char *load = NULL, *list;
	int ret = 0;

	if (*image->kit && bt_read_file(path, LOAD_LIMIT, &load, err) < 0)
		ret = -ENODEV;
	free(path);
	if (ret)
		return ret;
	list = bt_xasprintf("%sbuddytop.ko\n", load ? load : "");
	ret = add_modules(cpio, image, load ? load : "", err);
	if (!ret)
		ret = bt_cpio_copy(cpio, BT_GUEST_MODULES "/buddytop.ko", 0644, image->module, err);
	if (!ret)
		bt_cpio_file(cpio, BT_GUEST_MODULES_LOAD, 0644, list, strlen(list));
	free(list);
	free(load);
	return ret;
}

static int add_file(struct bt_cpio *cpio, const char *assignment, struct bt_err *err)
{
	const char *file = strchr(assignment, '=');
	char *name;
	int ret;

	if (*assignment != '/' || !file || !file[1])
		return bt_err_set(err, EINVAL, "file for the guest: '%s' is not /GUEST_PATH=FILE",
				  assignment);
	name = bt_xasprintf("%.*s", (int)(file - assignment) - 1, assignment + 1);
	ret = bt_cpio_copy(cpio, name, access(file + 1, X_OK) ? 0644 : 0755, file + 1, err);
	free(name);
	return ret;
}

static int fill(struct bt_cpio *cpio, const struct bt_image *image, struct bt_err *err)
{
	static const char *const directories[] = { "dev", "proc", "sys", "tmp", "run", "mnt" };
	int ret;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(directories); i++)
		bt_cpio_directory(cpio, directories[i]);
	ret = bt_cpio_copy(cpio, "init", 0755, image->init, err);
	if (!ret && image->agent)
		ret = bt_cpio_copy(cpio, BT_GUEST_AGENT, 0755, image->agent, err);
	if (!ret && image->work)
		ret = bt_cpio_copy(cpio, BT_GUEST_WORK, 0755, image->work, err);
	if (!ret)
		ret = add_kernel_parts(cpio, image, err);
	if (!ret && image->tree)
		ret = bt_cpio_tree(cpio, image->tree, err);
	for (unsigned i = 0; i < image->add_count && !ret; i++)
		ret = add_file(cpio, image->add[i], err);
	return ret;
}

int bt_image_write(const struct bt_image *image, const char *path, struct bt_err *err)
{
	FILE *out = fopen(path, "wxe");
	struct bt_cpio cpio;
	int ret, end;

	if (!out)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	bt_cpio_begin(&cpio, out);
	ret = fill(&cpio, image, err);
	end = bt_cpio_end(&cpio);
	if (!ret && end)
		ret = bt_err_set(err, -end, "%s: %s", path, strerror(-end));
	fclose(out);
	if (ret)
		unlink(path);
	return ret;
}

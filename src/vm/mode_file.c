// SPDX-License-Identifier: GPL-2.0
/* All modes: the table's, and over them those of modes.ini. */
#include <errno.h>
#include <ini.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/util.h"
#include "vm/mode_kind.h"
#include "vm/place.h"

struct bt_modes {
	struct bt_mode mode[BT_MODES_MAX];
	unsigned count;
	const char *path;		/* while it is read */
	struct bt_err *err;
};

static const struct key {
	const char *name;
	size_t offset;
} keys[] = {
	{ "qemu", offsetof(struct bt_mode, qemu) },
	{ "kernel", offsetof(struct bt_mode, kernel) },
	{ "kdir", offsetof(struct bt_mode, kdir) },
	{ "module", offsetof(struct bt_mode, module) },
	{ "append", offsetof(struct bt_mode, append) },
	{ "vfio-device", offsetof(struct bt_mode, vfio_devices) },
};

static char **field_of(struct bt_mode *mode, const struct key *key)
{
	return (char **)((char *)mode + key->offset);
}

static const struct key *find_key(const char *name)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		if (!strcmp(keys[i].name, name))
			return &keys[i];
	}
	return NULL;
}

static struct bt_mode *find(struct bt_modes *modes, const char *name)
{
	for (unsigned i = 0; i < modes->count; i++) {
		if (!strcmp(modes->mode[i].name, name))
			return &modes->mode[i];
	}
	return NULL;
}

static void set(struct bt_mode *mode, const struct key *key, const char *value)
{
	char **field = field_of(mode, key);

	free(*field);
	*field = bt_xstrdup(value);
}

/* A mode begins with what the one that it is like has by now. */
static struct bt_mode *add(struct bt_modes *modes, const char *name, const struct bt_mode *like)
{
	struct bt_mode *mode;

	if (modes->count == BT_MODES_MAX || strlen(name) >= BT_MODE_NAME)
		return NULL;
	mode = &modes->mode[modes->count++];
	*mode = (struct bt_mode){ .kind = like->kind, .vfio = like->vfio };
	snprintf(mode->name, sizeof(mode->name), "%s", name);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		const char *value = *field_of((struct bt_mode *)like, &keys[i]);

		if (value)
			set(mode, &keys[i], value);
	}
	return mode;
}

static void add_table(struct bt_modes *modes)
{
	for (unsigned i = 0; i < bt_mode_kind_count; i++) {
		struct bt_mode plain = { .kind = &bt_mode_kinds[i] };
		char name[BT_MODE_NAME];

		add(modes, bt_mode_kinds[i].name, &plain);
		plain.vfio = true;
		snprintf(name, sizeof(name), "%s" BT_MODE_VFIO_SUFFIX, bt_mode_kinds[i].name);
		add(modes, name, &plain);
	}
}

/* ---- the file ----------------------------------------------------------------------------- */

/* inih wants 0 for an error, and goes on: on_key() takes no more then. */
static int refuse(struct bt_modes *modes, const char *section, const char *name, const char *why)
{
	bt_err_set(modes->err, EINVAL, "%s: [%s] %s: %s", modes->path, section, name, why);
	return 0;
}

/* "NAME+vfio" */
static struct bt_mode *find_with_vfio(struct bt_modes *modes, const char *name)
{
	char other[BT_MODE_NAME + sizeof(BT_MODE_VFIO_SUFFIX)];

	snprintf(other, sizeof(other), "%s" BT_MODE_VFIO_SUFFIX, name);
	return find(modes, other);
}

/* Of a mode without devices of the host there is one with them, too. */
static int on_like(struct bt_modes *modes, const char *section, const char *value)
{
	const struct bt_mode *like = find(modes, value), *like_with = find_with_vfio(modes, value);
	char other[BT_MODE_NAME + sizeof(BT_MODE_VFIO_SUFFIX)];

	snprintf(other, sizeof(other), "%s" BT_MODE_VFIO_SUFFIX, section);
	if (!*section)
		return refuse(modes, section, "like", "a mode needs a name: [NAME]");
	if (find(modes, section))
		return refuse(modes, section, "like", "the mode is there already");
	if (!like)
		return refuse(modes, section, "like", "no such mode");
	if (!add(modes, section, like) || (like_with && !add(modes, other, like_with)))
		return refuse(modes, section, "like", "too many modes, or too long a name");
	return 1;
}

static int on_key(void *context, const char *section, const char *name, const char *value)
{
	struct bt_modes *modes = context;
	const struct key *key = find_key(name);
	struct bt_mode *mode = find(modes, section);
	struct bt_mode *with_vfio = find_with_vfio(modes, section);

	if (modes->err->code)
		return 0;
	if (!strcmp(name, "like"))
		return on_like(modes, section, value);
	if (!mode)
		return refuse(modes, section, name, "a mode of one's own begins with: like = MODE");
	if (!key)
		return refuse(modes, section, name, "no such key (like, qemu, kernel, kdir, module, "
						    "append, vfio-device)");
	set(mode, key, value);
	/* What is said of a mode holds with devices of the host, too. */
	if (with_vfio)
		set(with_vfio, key, value);
	return 1;
}

int bt_modes_path(char path[PATH_MAX], struct bt_err *err)
{
	return bt_place_config_file("modes.ini", path, err);
}

static int read_file(struct bt_modes *modes, const char *path, bool optional, struct bt_err *err)
{
	struct stat file;
	int line;

	if (stat(path, &file) || !S_ISREG(file.st_mode))
		return optional ? 0 : bt_err_set(err, ENOENT, "%s: no such file", path);
	modes->path = path;
	modes->err = err;
	err->code = 0;
	line = ini_parse(path, on_key, modes);
	if (err->code)
		return -err->code;
	if (!line)
		return 0;
	if (line > 0)
		return bt_err_set(err, EINVAL, "%s: line %d is neither [MODE] nor key = value",
				  path, line);
	return bt_err_set(err, EIO, "%s: cannot be read", path);
}

int bt_modes_read(struct bt_modes **out, const char *path, struct bt_err *err)
{
	struct bt_modes *modes = bt_xcalloc(1, sizeof(*modes));
	char usual[PATH_MAX];
	struct bt_err ignored;
	int ret = 0;

	add_table(modes);
	if (path && *path)
		ret = read_file(modes, path, false, err);
	else if (!path && !bt_modes_path(usual, &ignored))
		ret = read_file(modes, usual, true, err);
	if (ret) {
		bt_modes_free(modes);
		return ret;
	}
	*out = modes;
	return 0;
}

void bt_modes_free(struct bt_modes *modes)
{
	for (unsigned i = 0; modes && i < modes->count; i++) {
		for (unsigned key = 0; key < BT_ARRAY_SIZE(keys); key++)
			free(*field_of(&modes->mode[i], &keys[key]));
	}
	free(modes);
}

unsigned bt_modes_count(const struct bt_modes *modes)
{
	return modes->count;
}

const struct bt_mode *bt_modes_at(const struct bt_modes *modes, unsigned index)
{
	return &modes->mode[index];
}

int bt_modes_find(const struct bt_modes *modes, const char *name, const struct bt_mode **mode,
		  struct bt_err *err)
{
	char list[BT_ERR_TEXT] = "";
	size_t used = 0;

	*mode = find((struct bt_modes *)modes, name);
	if (*mode)
		return 0;
	for (unsigned i = 0; i < modes->count && used < sizeof(list); i++) {
		if (!modes->mode[i].vfio)
			used += (size_t)snprintf(list + used, sizeof(list) - used, " %s",
						 modes->mode[i].name);
	}
	return bt_err_set(err, EINVAL, "mode '%s': there are%s, each also with "
			  BT_MODE_VFIO_SUFFIX, name, list);
}

int bt_modes_override(struct bt_modes *modes, const char *name, const char *value,
		      struct bt_err *err)
{
	const struct key *key = find_key(name);

	if (!key)
		return bt_err_set(err, EINVAL, "modes have no '%s'", name);
	for (unsigned i = 0; i < modes->count; i++)
		set(&modes->mode[i], key, value);
	return 0;
}

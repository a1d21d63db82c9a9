// SPDX-License-Identifier: GPL-2.0
/* The steps of a build, in their order, and how each knows whether it is done. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/build_part.h"

static bool has_linux(const struct bt_build *build)
{
	return *build->linux_src;
}

static bool has_qemu(const struct bt_build *build)
{
	return *build->qemu_src;
}

static bool always(const struct bt_build *build)
{
	(void)build;
	return true;
}

static bool is_there(const char *directory, const char *name)
{
	char *path = bt_xasprintf("%s/%s", directory, name);
	bool there = !access(path, R_OK);

	free(path);
	return there;
}

/* ---- the modes file ---------------------------------------------------------------------------- */

static void set_key(struct build_mode_keys *keys, const char *name, const char *value)
{
	keys->key[keys->count++] = (struct build_mode_key){ name, value };
}

/* The text that is there ("" without a file) and the one that should be; the caller frees both. */
static int merge_modes(const struct bt_build *build, char **was, char **text, char *replaced,
		       size_t size, struct bt_err *err)
{
	char *image = bt_xasprintf("%s/" BUILD_IMAGE, build->kernel_dir);
	char *qemu = bt_xasprintf("%s/" BUILD_QEMU_NAME, build->qemu_dir);
	struct build_mode_keys keys = { 0 };
	int ret = 0;

	if (access(build->modes_file, F_OK))
		*was = bt_xstrdup("");
	else
		ret = (int)bt_read_file(build->modes_file, BUILD_TEXT_LIMIT, was, err);
	if (ret >= 0) {
		if (build->options->like)
			set_key(&keys, "like", build->options->like);
		if (has_linux(build)) {
			set_key(&keys, "kernel", image);
			set_key(&keys, "kdir", build->kernel_dir);
			set_key(&keys, "module", NULL);
		}
		if (has_qemu(build))
			set_key(&keys, "qemu", qemu);
		*text = build_modes_text(*was, build->options->mode, &keys, build->dir, replaced,
					 size);
	}
	free(qemu);
	free(image);
	return ret < 0 ? ret : 0;
}

int build_modes_replaced(const struct bt_build *build, char *replaced, size_t size,
			 struct bt_err *err)
{
	char *was, *text;
	int ret = merge_modes(build, &was, &text, replaced, size, err);

	if (ret)
		return ret;
	free(was);
	free(text);
	return 0;
}

static int write_modes(struct bt_build *build, const char *log, struct bt_err *err)
{
	char replaced[BT_ERR_TEXT], *was, *text, *parent, *slash;
	int ret = merge_modes(build, &was, &text, replaced, sizeof(replaced), err);

	(void)log;
	if (ret)
		return ret;
	parent = bt_xstrdup(build->modes_file);
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		ret = bt_make_path(parent, 0755, err);
	}
	if (!ret)
		ret = bt_write_file(build->modes_file, text, strlen(text), 0644, err);
	free(parent);
	free(was);
	free(text);
	return ret;
}

static bool modes_due(const struct bt_build *build, enum build_step step)
{
	char replaced[BT_ERR_TEXT], *was, *text;
	bool due = true;

	(void)step;
	if (merge_modes(build, &was, &text, replaced, sizeof(replaced), NULL))
		return true;
	due = strcmp(was, text);
	free(was);
	free(text);
	return due;
}

/* ---- stamps ------------------------------------------------------------------------------------ */

/* What a step depends on, and what it leaves in the directory. The others have no stamp. */
static const struct {
	char *(*state)(const struct bt_build *build);
	const char *product;
} stamps[BUILD_STEPS] = {
	[BUILD_CONFIGURE_KERNEL] = { build_kernel_config_state, "kernel/.config" },
	[BUILD_KERNEL] = { build_kernel_state, "kernel/" BUILD_IMAGE },
	[BUILD_CONFIGURE_QEMU] = { build_qemu_config_state, "qemu/build.ninja" },
	[BUILD_QEMU] = { build_qemu_state, "qemu/" BUILD_QEMU_NAME },
};

static char *stamp_path(const struct bt_build *build, enum build_step step)
{
	return bt_xasprintf("%s/%s.done", build->dir, build_rows[step].name);
}

/* A later step is due when an earlier one of the same sources is. */
static bool stamp_due(const struct bt_build *build, enum build_step step)
{
	char *path = stamp_path(build, step), *state = stamps[step].state(build), *was = NULL;
	bool due = build->options->again || !is_there(build->dir, stamps[step].product) ||
		   bt_read_file(path, BUILD_TEXT_LIMIT, &was, NULL) < 0 || strcmp(was, state);

	free(was);
	free(state);
	free(path);
	return due;
}

int build_stamp(const struct bt_build *build, enum build_step step, struct bt_err *err)
{
	char *path, *state;
	int ret;

	if (!stamps[step].state)
		return 0;
	if (!is_there(build->dir, stamps[step].product))
		return bt_err_set(err, EIO, "%s ended well, but %s/%s is not there (log: %s/%s.log)",
				  build_rows[step].text, build->dir, stamps[step].product,
				  build->dir, build_rows[step].name);
	path = stamp_path(build, step);
	state = stamps[step].state(build);
	ret = bt_write_file(path, state, strlen(state), 0644, err);
	free(state);
	free(path);
	return ret;
}

void build_unstamp(const struct bt_build *build, enum build_step step)
{
	char *path = stamp_path(build, step);

	unlink(path);
	free(path);
}

/*
 * Minutes and space are estimates for the plan. Linux 6.1 with tinyconfig and what guests need is 1271
 * objects, and took 24 minutes of one CPU; x86_64_defconfig has more than twice as many. Of QEMU
 * nothing was measured.
 */
const struct build_row build_rows[BUILD_STEPS] = {
	[BUILD_CONFIGURE_KERNEL] = { "kernel-config", "configuring the kernel", 1, 20,
				     has_linux, stamp_due, build_configure_kernel },
	[BUILD_KERNEL] = { "kernel", "building the kernel", 55, 1500, has_linux, stamp_due,
			   build_make_kernel },
	[BUILD_MODULE] = { "module", "building the module for it", 1, 10, has_linux, build_module_due,
			   build_make_module },
	[BUILD_CONFIGURE_QEMU] = { "qemu-config", "configuring QEMU", 1, 50, has_qemu, stamp_due,
				   build_configure_qemu },
	[BUILD_QEMU] = { "qemu", "building QEMU", 30, 1000, has_qemu, stamp_due, build_make_qemu },
	[BUILD_MODES] = { "modes", "writing the modes file", 0, 0, always, modes_due, write_modes },
};

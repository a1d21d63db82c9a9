// SPDX-License-Identifier: GPL-2.0
/* What a build refuses before it has done anything: modes, sources, programs. */
#include "tests/unit/test.h"

#include <errno.h>

#include "tests/unit/lab_build_rig.h"

static void refused(const struct bt_build_options *options, int code, const char *why)
{
	struct bt_build *build = NULL;
	struct bt_err err = { 0 };
	int ret = bt_build_plan(&build, options, &err);

	if (!ret)
		bt_build_free(build);
	if (ret != code || !strstr(err.text, why))
		fail_msg("%d '%s', not %d '%s'", ret, err.text, code, why);
}

static void modes_are_checked(void **state)
{
	struct bt_build_options options = options_of("mine");

	(void)state;
	refused(&options, -EINVAL, "--like MODE");
	options.mode = "../x";
	refused(&options, -EINVAL, "a name has letters");
	options.mode = "base-auto+vfio";
	refused(&options, -EINVAL, "build the one without");
	options = options_of("base-auto");
	options.like = "base-manual";
	refused(&options, -EINVAL, "without --like");
	options = options_of("base-auto");
	options.linux_src = NULL;
	refused(&options, -EINVAL, "nothing to build");
	options = options_of("llfree-auto");
	refused(&options, -ENODEV, "--qemu-src (hyperalloc-qemu) missing");
	options.linux_src = NULL;
	options.qemu_src = qemu;
	refused(&options, -ENODEV, "--linux-src (hyperalloc-linux) missing");
	options = options_of("huge-auto");
	options.qemu_src = qemu;
	refused(&options, -ENODEV, "no --enable-balloon-huge");
	tree_put("/config/modes.ini", "[base-auto]\nmodule = /m.ko\n");
	options = options_of("mine");
	options.like = "base-auto";
	refused(&options, -EINVAL, "does not fit another kernel");
}

static void sources_are_checked(void **state)
{
	struct bt_build_options options = options_of("base-auto");

	(void)state;
	options.qemu_src = qemu;
	options.config = "./nothing.config";
	refused(&options, -ENOENT, "--config ./nothing.config");
	options.config = NULL;
	tree_put("/linux/.config", "");
	refused(&options, -ENODEV, "/linux mrproper");
	unlink(tree_path("/linux/.config"));
	unlink(tree_path("/linux/Kconfig"));
	refused(&options, -ENODEV, "no tree of Linux");
	tree_put("/linux/Kconfig", "");
	tree_put("/qemu/subprojects/keycodemapdb.wrap", "");
	refused(&options, -ENODEV, "meson subprojects download keycodemapdb");
	tree_put("/qemu/subprojects/keycodemapdb/tools/keymap-gen", "");
	tree_put("/qemu/ui/keycodemapdb/README", "");
	refused(&options, -ENODEV, "submodule update --init ui/keycodemapdb");
	unlink(tree_path("/qemu/VERSION"));
	refused(&options, -ENODEV, "no tree of QEMU");
	options.qemu_src = "/nonexistent";
	refused(&options, -ENODEV, "/nonexistent");
}

/* Names of Debian's packages, all in one error. */
static void missing_programs_are_named(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char path[PATH_MAX];

	(void)state;
	options.qemu_src = qemu;
	unlink(tree_path("/bin/flex"));
	unlink(tree_path("/bin/bc"));
	unlink(tree_path("/bin/ninja"));
	put_program("/bin/pkg-config", "#!/bin/sh\n[ $2 = glib-2.0 ]\n");
	/* Without the machine's own; sh of the scripts has its path. */
	snprintf(path, sizeof(path), "%s/bin", directory);
	setenv("PATH", path, 1);
	refused(&options, -ENODEV, " flex bc");
	refused(&options, -ENODEV, " ninja-build libpixman-1-dev (");
	options.qemu_src = NULL;
	put_program("/bin/flex", "");
	put_program("/bin/bc", "");
	unlink(tree_path("/bin/gcc"));
	refused(&options, -ENODEV, " gcc (");
	setenv("PATH", all_path, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(modes_are_checked),
		TEST(sources_are_checked),
		TEST(missing_programs_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* Trees that are made up, and a make, a ninja and a configure that write down what they are told. */
#ifndef BT_TEST_LAB_BUILD_RIG_H
#define BT_TEST_LAB_BUILD_RIG_H

#include <sys/stat.h>

#include "lab/build.h"
#include "tests/unit/tree.h"

/* Files that steer it: hang, fail, lost (lines that olddefconfig drops). */
static const char make_script[] =
	"#!/bin/sh\n"
	"top=${0%/bin/make}\n"
	"for word; do case $word in O=*) out=${word#O=} ;; M=*) module=${word#M=} ;; esac; done\n"
	"if [ \"${module-}\" ]; then echo module >>$top/did; : >$module/buddytop.ko; exit; fi\n"
	"case $* in\n"
	"*olddefconfig*) echo olddefconfig >>$top/did\n"
	"	[ ! -e $top/lost ] || { grep -vxf $top/lost $out/.config >$out/new\n"
	"	mv $out/new $out/.config; } ;;\n"
	"*bzImage*) echo bzImage >>$top/did\n"
	"	[ ! -e $top/hang ] || { sleep 60 & : >$top/hangs; wait; }\n"
	"	[ ! -e $top/fail ] || { echo '  CC      mm/x.o'; echo 'mm/x.c:3: error: no such page'\n"
	"	echo 'make: *** [x] Error 1'; exit 2; } >&2\n"
	"	mkdir -p $out/arch/x86/boot; echo image >$out/arch/x86/boot/bzImage ;;\n"
	"*) echo $word >>$top/did; printf 'CONFIG_BASE=y\\nCONFIG_SOUND=m\\n' >$out/.config ;;\n"
	"esac\n";

/* With what QEMU's own says of its options. */
static const char configure_script[] =
	"#!/bin/sh\n"
	"# --disable-docs) --disable-download) --enable-llfree) --with-git-submodules=*)\n"
	"top=%s\n"
	"echo configure >>$top/did; echo \"$@\" >$top/configured; : >build.ninja\n";

static const char ninja_script[] =
	"#!/bin/sh\n"
	"echo ninja >>${0%/bin/ninja}/did; : >$2/qemu-system-x86_64\n";

static char src[PATH_MAX], qemu[PATH_MAX], dir[PATH_MAX], modes[PATH_MAX], all_path[PATH_MAX];

static void put_program(const char *path, const char *text)
{
	tree_put(path, text);
	assert_int_equal(chmod(tree_path(path), 0755), 0);
}

static void put_linux(void)
{
	tree_put("/linux/Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 99\nEXTRAVERSION =\n");
	tree_put("/linux/Kconfig", "");
	tree_put("/linux/arch/x86/Kconfig", "");
}

static void put_qemu(void)
{
	char text[1024];

	snprintf(text, sizeof(text), configure_script, directory);
	put_program("/qemu/configure", text);
	tree_put("/qemu/VERSION", "8.2.1\n");
	tree_put("/qemu/hw/virtio/virtio.c", "");
}

static void put_programs(void)
{
	static const char *const others[] = { "flex", "bison", "bc", "perl", "gcc", "ld", "python3",
					      "pkg-config" };
	char path[64];

	put_program("/bin/make", make_script);
	put_program("/bin/ninja", ninja_script);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(others); i++) {
		snprintf(path, sizeof(path), "/bin/%s", others[i]);
		put_program(path, "#!/bin/sh\n");
	}
}

/* Everything anew. */
static int set_up(void **state)
{
	if (make_directory(state))
		return -1;
	put_linux();
	put_qemu();
	put_programs();
	tree_put("/kmod/main.c", "");
	tree_put("/did", "");
	snprintf(src, sizeof(src), "%s/linux", directory);
	snprintf(qemu, sizeof(qemu), "%s/qemu", directory);
	snprintf(dir, sizeof(dir), "%s/build", directory);
	snprintf(modes, sizeof(modes), "%s/config/modes.ini", directory);
	snprintf(all_path, sizeof(all_path), "%s/bin:/usr/bin:/bin", directory);
	setenv("PATH", all_path, 1);
	setenv("XDG_CACHE_HOME", tree_path("/cache"), 1);
	setenv("BUDDYTOP_KMOD_DIR", tree_path("/kmod"), 1);
	unsetenv("LLVM");
	return 0;
}

static struct bt_build_options options_of(const char *mode)
{
	return (struct bt_build_options){ .mode = mode, .linux_src = src, .dir = dir,
					  .modes_file = modes, .assume_yes = true };
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, remove_directory)

#endif

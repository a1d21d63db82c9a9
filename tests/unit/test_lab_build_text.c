// SPDX-License-Identifier: GPL-2.0
/* What a build writes: the kernel's configuration, and one section of the modes file. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "lab/build_part.h"

/* ---- the configuration --------------------------------------------------------------------- */

static bool has_line(const char *text, const char *line)
{
	char *wanted = bt_xasprintf("\n%s\n", line), *whole = bt_xasprintf("\n%s", text);
	bool found = strstr(whole, wanted);

	free(whole);
	free(wanted);
	return found;
}

static void modules_are_left_out(void **state)
{
	char *text = build_config_text("CONFIG_EXT4_FS=m\nCONFIG_HZ=250\nCONFIG_SOUND=m\n"
				       "CONFIG_LOCALVERSION=\"=m\"", BT_PARTS_STOCK);

	(void)state;
	assert_true(has_line(text, "# CONFIG_SOUND is not set"));
	assert_true(has_line(text, "CONFIG_HZ=250"));
	assert_true(has_line(text, "CONFIG_LOCALVERSION=\"=m\""));
	/* A guest needs what was a module: the line behind wins. */
	assert_true(strstr(text, "\nCONFIG_EXT4_FS=y\n") >
		    strstr(text, "# CONFIG_EXT4_FS is not set\n"));
	free(text);
}

/* Names of Linux 6.1's Kconfig files and of hyperalloc-linux's drivers/virtio/Kconfig. */
static void modes_have_their_lines(void **state)
{
	static const char *const any[] = {
		"CONFIG_VIRTIO_CONSOLE=y", "CONFIG_VIRTIO_BALLOON=y", "CONFIG_VIRTIO_MEM=y",
		"CONFIG_PAGE_REPORTING=y", "CONFIG_MEMORY_HOTREMOVE=y", "CONFIG_DEVTMPFS=y",
		"# CONFIG_DEBUG_INFO_BTF is not set", "CONFIG_SYSTEM_TRUSTED_KEYS=\"\"" };

	(void)state;
	for (int parts = BT_PARTS_STOCK; parts <= BT_PARTS_LLFREE; parts++) {
		char *text = build_config_text("", (enum bt_mode_parts)parts);
		bool llfree = parts == BT_PARTS_LLFREE;

		for (unsigned i = 0; i < BT_ARRAY_SIZE(any); i++)
			assert_true(has_line(text, any[i]));
		assert_int_equal(has_line(text, "CONFIG_LLFREE=y"), llfree);
		assert_int_equal(has_line(text, "CONFIG_VIRTIO_LLFREE_BALLOON=y"), llfree);
		free(text);
	}
}

/* The text without one of its lines. */
static char *without(const char *text, const char *line)
{
	char *copy = bt_xstrdup(text), *found = strstr(copy, line);

	assert_non_null(found);
	memmove(found, found + strlen(line), strlen(found + strlen(line)) + 1);
	return copy;
}

static void lost_lines_are_named(void **state)
{
	char *whole = build_config_text("", BT_PARTS_STOCK), *less, *least, lost[256];
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(build_config_check(whole, BT_PARTS_STOCK, lost, sizeof(lost), &err), 0);
	assert_string_equal(lost, "");
	less = without(whole, "CONFIG_PSI=y\n");
	assert_int_equal(build_config_check(less, BT_PARTS_STOCK, lost, sizeof(lost), &err), 0);
	assert_string_equal(lost, " CONFIG_PSI");
	least = without(less, "CONFIG_VIRTIO_MEM=y\n");
	assert_int_equal(build_config_check(least, BT_PARTS_STOCK, lost, sizeof(lost), &err),
			 -ENODEV);
	assert_non_null(strstr(err.text, "no CONFIG_VIRTIO_MEM:"));
	assert_int_equal(build_config_check(whole, BT_PARTS_LLFREE, lost, sizeof(lost), &err),
			 -ENODEV);
	assert_non_null(strstr(err.text, "no CONFIG_LLFREE CONFIG_VIRTIO_LLFREE_BALLOON: "
			       "is it an LLFree branch"));
	free(least);
	free(less);
	free(whole);
}

/* "# CONFIG_X is not set" and CONFIG_XY=y are no CONFIG_X=y. */
static void other_names_do_not_count(void **state)
{
	char *whole = build_config_text("", BT_PARTS_STOCK), *less, *other, lost[256];
	struct bt_err err = { 0 };

	(void)state;
	less = without(whole, "CONFIG_VIRTIO_PCI=y\n");
	other = bt_xasprintf("%sMY_CONFIG_VIRTIO_PCI=y\n# CONFIG_VIRTIO_PCI is not set\n"
			     "CONFIG_VIRTIO_PCI_LEGACY=y\n", less);
	assert_int_equal(build_config_check(other, BT_PARTS_STOCK, lost, sizeof(lost), &err),
			 -ENODEV);
	free(other);
	free(less);
	free(whole);
}

/* ---- the modes file -------------------------------------------------------------------------- */

static const struct build_mode_keys keys = {
	.key = { { "like", "base-auto" }, { "kernel", "/own/new/bz" }, { "kdir", "/own/new" },
		 { "module", NULL } },
	.count = 4 };

#define OURS "like = base-auto\nkernel = /own/new/bz\nkdir = /own/new\n"

static void check_merge(const char *before, const char *after, const char *lost)
{
	char replaced[256], *text, *again;

	text = build_modes_text(before, "mine", &keys, "/own", replaced, sizeof(replaced));
	assert_string_equal(text, after);
	assert_string_equal(replaced, lost);
	again = build_modes_text(text, "mine", &keys, "/own", replaced, sizeof(replaced));
	assert_string_equal(again, after);
	assert_string_equal(replaced, "");
	free(again);
	free(text);
}

static void a_section_is_added(void **state)
{
	(void)state;
	check_merge("", "[mine]\n" OURS, "");
	check_merge("; all mine\n[base-auto]\nqemu=/q\n", "; all mine\n[base-auto]\nqemu=/q\n\n"
		    "[mine]\n" OURS, "");
	check_merge("[base-auto]\nqemu = /q", "[base-auto]\nqemu = /q\n\n[mine]\n" OURS, "");
}

static void other_lines_stay_as_they_are(void **state)
{
	(void)state;
	check_merge("# top\r\n\n[a]\n like=virtio-mem\nkernel = /a\n  more\n\n\n"
		    "[mine]\n; why\nappend = x\nlike = base-auto\n\n# of b\n[b]\nlike = a\nkdir=/b\n",
		    "# top\r\n\n[a]\n like=virtio-mem\nkernel = /a\n  more\n\n\n"
		    "[mine]\n; why\nappend = x\nlike = base-auto\nkernel = /own/new/bz\n"
		    "kdir = /own/new\n\n# of b\n[b]\nlike = a\nkdir=/b\n", "");
}

/* What an earlier build wrote is nobody's; what a user wrote is told. */
static void lines_of_a_user_are_told(void **state)
{
	(void)state;
	check_merge("[mine]\nlike = base-auto\nkernel = /own/old/bz\nkdir = /own/old\n",
		    "[mine]\n" OURS, "");
	check_merge("[mine]\nlike=base-auto\nkernel: /my/bz\nmodule = /my/m.ko\nkdir = /owner\n",
		    "[mine]\n" OURS, "kernel = /my/bz, module = /my/m.ko, kdir = /owner");
}

/* inih: a line that begins with a blank goes on with the value before it. */
static void values_of_more_lines_go_as_a_whole(void **state)
{
	(void)state;
	check_merge("[mine]\nlike = base-auto\nkernel = /own/a\n  b\nappend = x\n  y\n",
		    "[mine]\nlike = base-auto\nkernel = /own/new/bz\nappend = x\n  y\n"
		    "kdir = /own/new\n", "");
}

static void sections_of_like_names_are_others(void **state)
{
	(void)state;
	check_merge("[mine2]\nkernel = /m\n[min]\nkernel = /n\n",
		    "[mine2]\nkernel = /m\n[min]\nkernel = /n\n\n[mine]\n" OURS, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_are_left_out),
		cmocka_unit_test(modes_have_their_lines),
		cmocka_unit_test(lost_lines_are_named),
		cmocka_unit_test(other_names_do_not_count),
		cmocka_unit_test(a_section_is_added),
		cmocka_unit_test(other_lines_stay_as_they_are),
		cmocka_unit_test(lines_of_a_user_are_told),
		cmocka_unit_test(values_of_more_lines_go_as_a_whole),
		cmocka_unit_test(sections_of_like_names_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * What a start says when it fails. QEMU and fetch-kernel are shell scripts here that behave as the
 * real ones do in each failure; a real boot is tests/guest's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/accel.h"
#include "vm/vm.h"

struct fixture {
	char dir[32];
	char path[PATH_MAX];	/* of the last file made */
	struct bt_vm_options options;
	struct bt_err err;
	struct bt_vm *vm;
	unsigned calls;
};

/* Path of name in the fixture's directory; valid until the next call. */
static const char *place(struct fixture *f, const char *name)
{
	snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
	return f->path;
}

static const char *make_file(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	assert_int_equal(bt_write_file(place(f, name), text, strlen(text), mode, &f->err), 0);
	return f->path;
}

/* A kit as fetch-kernel makes it; the image is empty, the stand-in for QEMU does not look. */
static const char script[] =
	"#!/bin/sh\n"
	"echo \"$*\" >>\"$TEST_DIR/calls\"\n"
	"case $1 in\n"
	"--installed) echo 'no image of this kernel' >&2; exit 77 ;;\n"
	"--cached) test -d \"$TEST_DIR/kit\" && echo \"$TEST_DIR/kit\" && exit; exit 77 ;;\n"
	"--plan) echo '6.1.0-1-amd64: 4 packages, 84 MB'; exit ;;\n"
	"esac\n"
	"echo 'could not download' >&2; exit 1\n";

static int set_up(void **state)
{
	struct fixture *f = bt_xcalloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/bt-vm-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	setenv("TEST_DIR", f->dir, 1);
	setenv("XDG_CACHE_HOME", place(f, "cache"), 1);
	setenv("XDG_STATE_HOME", place(f, "state"), 1);
	setenv("XDG_RUNTIME_DIR", f->dir, 1);
	setenv("BUDDYTOP_INIT", make_file(f, "init", "init", 0755), 1);
	setenv("BUDDYTOP_AGENT", make_file(f, "agent", "agent", 0755), 1);
	setenv("BUDDYTOP_FETCH_KERNEL", make_file(f, "fetch", script, 0755), 1);
	bt_vm_options_default(&f->options);
	f->options.accel = "tcg";
	f->options.module = strdup(make_file(f, "buddytop.ko", "module", 0644));
	f->options.qemu = strdup(make_file(f, "qemu", "#!/bin/sh\n"
						      "echo $$ >\"$TEST_DIR/pid\"\n"
						      "sleep 60\n", 0755));
	f->options.context = f;
	*state = f;
	return 0;
}

static void make_kit(struct fixture *f)
{
	assert_int_equal(bt_make_path(place(f, "kit"), 0755, &f->err), 0);
	make_file(f, "kit/vmlinux", "", 0644);
	make_file(f, "kit/modules.load", "", 0644);
}

static int start(struct fixture *f)
{
	int ret = bt_vm_start(&f->vm, &f->options, &f->err);

	if (ret)
		assert_int_equal(f->err.code, -ret);
	return ret;
}

/* Neither a private directory nor the stand-in's process is left. */
static void assert_nothing_left(struct fixture *f)
{
	DIR *dir = opendir(f->dir);
	struct dirent *entry;
	char *text = NULL;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		assert_int_not_equal(strncmp(entry->d_name, "buddytop-vm-", 12), 0);
	closedir(dir);
	if (bt_read_file(place(f, "pid"), 64, &text, NULL) < 0)
		return;
	assert_true(atoi(text) > 0);
	assert_int_equal(kill(atoi(text), 0), -1);
	free(text);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = bt_xasprintf("rm -rf %s", f->dir);

	assert_nothing_left(f);
	assert_int_equal(system(command), 0);
	free(command);
	free((void *)f->options.module);
	free((void *)f->options.qemu);
	free(f);
	return 0;
}

static void assert_says(struct fixture *f, const char *text)
{
	if (!strstr(f->err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", f->err.text, text);
}

static void without_qemu(void **state)
{
	struct fixture *f = *state;

	free((void *)f->options.qemu);
	f->options.qemu = strdup("qemu-that-is-not-there");
	assert_int_equal(start(f), -ENODEV);
	assert_says(f, "qemu-system-x86");
	assert_int_equal(bt_err_exit(&f->err), BT_EXIT_IMPOSSIBLE);
}

static bool answer_no(void *context, const char *question)
{
	struct fixture *f = context;

	f->calls++;
	assert_non_null(strstr(question, "84 MB"));
	assert_null(strstr(question, "module"));	/* that one is named, not built */
	return false;
}

static bool was_called_with(struct fixture *f, const char *arguments)
{
	char *text = NULL;
	bool found;

	if (bt_read_file(place(f, "calls"), 65536, &text, NULL) < 0)
		return false;
	found = strstr(text, arguments);
	free(text);
	return found;
}

static void nothing_is_downloaded_without_a_yes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(start(f), -ENODEV);	/* nobody to ask */
	assert_says(f, "84 MB");
	assert_int_equal(bt_err_exit(&f->err), BT_EXIT_IMPOSSIBLE);
	f->options.ask = answer_no;
	assert_int_equal(start(f), -ENODEV);
	assert_int_equal(f->calls, 1);
	assert_true(was_called_with(f, "--plan latest"));
	assert_false(was_called_with(f, "\nlatest"));
}

static void a_failed_download_says_why(void **state)
{
	struct fixture *f = *state;

	f->options.assume_yes = true;
	assert_int_equal(start(f), -ENODEV);
	assert_says(f, "could not download");
	assert_true(was_called_with(f, "\nlatest"));
}

static void a_missing_added_file_is_named(void **state)
{
	struct fixture *f = *state;

	make_kit(f);
	f->options.add.items[f->options.add.count++] = "/x=/nonexistent/file";
	assert_int_equal(start(f), -ENOENT);
	assert_says(f, "/nonexistent/file");
	f->options.add.items[0] = "x=/bin/sh";
	assert_int_equal(start(f), -EINVAL);
}

/* A broken image: QEMU runs and nothing ever comes. */
static void a_silent_guest_meets_its_limit(void **state)
{
	struct fixture *f = *state;
	uint64_t start_ns = bt_mono_ns();

	make_kit(f);
	f->options.boot_limit_ns = BT_NS_PER_S;
	assert_int_equal(start(f), -ETIMEDOUT);
	assert_true(bt_mono_ns() - start_ns < 10 * BT_NS_PER_S);
	assert_says(f, "did not boot in 1 s");
	assert_says(f, "/state/buddytop/console-");
}

static void stand_in(struct fixture *f, const char *text)
{
	make_file(f, "qemu", text, 0755);
	make_kit(f);
}

static void qemu_that_refuses_is_quoted(void **state)
{
	struct fixture *f = *state;

	stand_in(f, "#!/bin/sh\necho 'qemu: cannot set up guest memory' >&2\nexit 1\n");
	assert_int_equal(start(f), -EIO);
	assert_says(f, "exit 1");
	assert_says(f, "cannot set up guest memory");
}

/* The line is what a 6.1 kernel prints; with -no-reboot QEMU then ends by itself. */
static void a_panic_at_boot_is_quoted(void **state)
{
	struct fixture *f = *state;

	stand_in(f, "#!/bin/sh\necho '[ 1.2] Kernel panic - not syncing: No working init found.'\n"
		    "echo '[ 1.3] CPU: 0 PID: 1'\n");
	assert_int_equal(start(f), -EHOSTDOWN);
	assert_says(f, "Kernel panic - not syncing: No working init found.");
	assert_says(f, "/state/buddytop/console-");
}

/* A tree whose make does what RULE says; sources that it would build. */
static void make_tree(struct fixture *f, const char *rule)
{
	char *text = bt_xasprintf("modules:\n\t@echo make >>$(TEST_DIR)/builds\n\t@%s\n", rule);

	assert_int_equal(bt_make_path(place(f, "kit/build"), 0755, &f->err), 0);
	assert_int_equal(bt_make_path(place(f, "kmod"), 0755, &f->err), 0);
	assert_int_equal(bt_make_path(place(f, "kit/build/include/config"), 0755, &f->err), 0);
	make_file(f, "kit/build/.config", "", 0644);
	make_file(f, "kit/build/Makefile", text, 0644);
	make_file(f, "kmod/Kbuild", "obj-m := buddytop.o\n", 0644);
	setenv("BUDDYTOP_KMOD_DIR", place(f, "kmod"), 1);
	free((void *)f->options.module);
	f->options.module = NULL;
	free(text);
}

static void a_failed_build_is_quoted(void **state)
{
	struct fixture *f = *state;

	make_kit(f);
	f->options.assume_yes = true;
	make_tree(f, "echo CC main.o; echo 'main.c:7:1: error: no such thing'; echo more; exit 2");
	assert_int_equal(start(f), -EIO);
	assert_says(f, "main.c:7:1: error: no such thing");
	assert_says(f, ".log");
}

static unsigned builds(struct fixture *f)
{
	char *text = NULL;
	ssize_t size = bt_read_file(place(f, "builds"), 4096, &text, NULL);

	free(text);
	return size < 0 ? 0 : (unsigned)size / 5;
}

static bool answer_build_no(void *context, const char *question)
{
	struct fixture *f = context;

	f->calls++;
	assert_string_equal(question, "Build the module for kernel kit?");
	return false;
}

static void nothing_is_built_without_a_yes(void **state)
{
	struct fixture *f = *state;

	stand_in(f, "#!/bin/sh\nexit 1\n");
	make_tree(f, "echo module >$(M)/buddytop.ko");
	assert_int_equal(start(f), -ENODEV);	/* nobody to ask */
	assert_says(f, "--yes agrees");
	assert_int_equal(bt_err_exit(&f->err), BT_EXIT_IMPOSSIBLE);
	f->options.ask = answer_build_no;
	assert_int_equal(start(f), -ENODEV);
	assert_int_equal(f->calls, 1);
	assert_int_equal(builds(f), 0);
	f->options.assume_yes = true;
	assert_int_equal(start(f), -EIO);
	assert_int_equal(builds(f), 1);
	f->options.assume_yes = false;	/* what is built already needs no yes */
	assert_int_equal(start(f), -EIO);
	assert_int_equal(f->calls, 1);
}

static bool answer_yes(void *context, const char *question)
{
	struct fixture *f = context;

	f->calls++;
	assert_non_null(strstr(question, "84 MB"));
	assert_non_null(strstr(question, "build the module"));
	return true;
}

/* The script of the fixture, but for a download that works. */
static const char good_script[] =
	"#!/bin/sh\n"
	"case $1 in\n"
	"--installed|--cached) echo 'none' >&2; exit 77 ;;\n"
	"--plan) echo '6.1.0-1-amd64: 4 packages, 84 MB'; exit ;;\n"
	"esac\n"
	"echo \"$TEST_DIR/kit\"\n";

static void download_and_build_are_one_question(void **state)
{
	struct fixture *f = *state;

	stand_in(f, "#!/bin/sh\nexit 1\n");
	make_tree(f, "echo module >$(M)/buddytop.ko");
	make_file(f, "fetch", good_script, 0755);
	f->options.ask = answer_yes;
	assert_int_equal(start(f), -EIO);
	assert_says(f, "QEMU ended");
	assert_int_equal(f->calls, 1);
	assert_int_equal(builds(f), 1);
}

static void the_module_is_built_once_for_the_same_sources(void **state)
{
	struct fixture *f = *state;

	stand_in(f, "#!/bin/sh\nexit 1\n");
	f->options.assume_yes = true;
	make_tree(f, "echo module >$(M)/buddytop.ko");
	assert_int_equal(start(f), -EIO);
	assert_int_equal(start(f), -EIO);
	assert_says(f, "QEMU ended");
	assert_int_equal(builds(f), 1);
	make_file(f, "kmod/main.c", "int changed;\n", 0644);
	assert_int_equal(start(f), -EIO);
	assert_int_equal(builds(f), 2);
	/* A kernel that was built anew, with the configuration it had: other structures, another version. */
	make_file(f, "kit/build/include/config/kernel.release", "6.1.0+\n", 0644);
	assert_int_equal(start(f), -EIO);
	assert_int_equal(builds(f), 3);
	make_file(f, "kit/build/Module.symvers", "0x1 printk vmlinux EXPORT_SYMBOL\n", 0644);
	assert_int_equal(start(f), -EIO);
	assert_int_equal(start(f), -EIO);
	assert_int_equal(builds(f), 4);
}

/* A QEMU in which the image "good" comes to the end of its boot, and no other. */
static const char picky[] =
	"#!/bin/sh\n"
	"test \"$1\" = --version && echo 'QEMU emulator version 9' && exit\n"
	"echo probe >>\"$TEST_DIR/probes\"\n"
	"for word; do\n"
	"	case $before in -kernel) image=$word ;; esac\n"
	"	case $word in *path=*) console=${word##*path=} ;; -nonsense) exit 1 ;; esac\n"
	"	before=$word\n"
	"done\n"
	"case $image in */good) echo 'Kernel panic - not syncing: VFS' >\"$console\" ;; esac\n";

static const char *chosen(struct fixture *f, const char *image, bool own, unsigned probes)
{
	char *path = bt_xstrdup(place(f, image)), *text = NULL;
	const char *accel = NULL;

	assert_int_equal(bt_accel_choose(&accel, &(struct bt_accel_wish){
		.options = &f->options, .program = f->options.qemu, .image = path, .own_image = own,
		.dir = f->dir }, &f->err), 0);
	assert_int_equal(bt_read_file(place(f, "probes"), 4096, &text, NULL), 6 * probes);
	free(text);
	free(path);
	return accel;
}

/* A kernel that does not boot is no reason to emulate all others; nor is an argument of QEMU's. */
static void an_own_kernel_speaks_for_itself(void **state)
{
	struct fixture *f = *state;

	if (access("/dev/kvm", R_OK | W_OK)) {
		print_message("no /dev/kvm that could be tried\n");
		skip();
	}
	free((void *)f->options.qemu);
	f->options.qemu = strdup(make_file(f, "qemu", picky, 0755));
	f->options.accel = "auto";
	f->options.qemu_args.items[f->options.qemu_args.count++] = "-nonsense";
	make_file(f, "mine", "", 0644);
	make_file(f, "good", "", 0644);
	assert_string_equal(chosen(f, "mine", true, 1), "tcg");
	assert_string_equal(chosen(f, "mine", true, 1), "tcg");
	assert_string_equal(chosen(f, "good", false, 2), "kvm");
	/* Once it works, it works. */
	assert_string_equal(chosen(f, "mine", true, 2), "kvm");
	assert_string_equal(chosen(f, "good", false, 2), "kvm");
	/* Where a distribution's kernel does not boot, none does. */
	make_file(f, "qemu", "#!/bin/sh\ntest \"$1\" = --version && echo 'QEMU 10' && exit\n"
			     "echo probe >>\"$TEST_DIR/probes\"\n", 0755);
	assert_string_equal(chosen(f, "good", false, 3), "tcg");
	assert_string_equal(chosen(f, "mine", true, 3), "tcg");
	assert_string_equal(chosen(f, "good", false, 3), "tcg");
}

static bool third_time_no(void *context, const char *text)
{
	struct fixture *f = context;

	return !strstr(text, "booting") || ++f->calls < 3;
}

static void giving_up_ends_the_boot(void **state)
{
	struct fixture *f = *state;

	make_kit(f);
	f->options.progress = third_time_no;
	assert_int_equal(start(f), -ECANCELED);
	assert_int_equal(f->calls, 3);
}

static void a_full_disk_is_named(void **state)
{
	struct fixture *f = *state;

	make_kit(f);
	assert_int_equal(bt_make_path(place(f, "small"), 0755, &f->err), 0);
	if (mount("tmpfs", place(f, "small"), "tmpfs", 0, "size=16k")) {
		print_message("mounting a small file system: %s\n", strerror(errno));
		skip();
	}
	setenv("XDG_RUNTIME_DIR", place(f, "small"), 1);
	f->options.add.items[f->options.add.count++] = "/sh=/bin/sh";
	assert_int_equal(start(f), -ENOSPC);
	assert_int_equal(umount(place(f, "small")), 0);
	assert_says(f, "No space left");
}

static void nodes_and_accel_are_checked_first(void **state)
{
	struct fixture *f = *state;

	f->options.memory_bytes = 256 << 20;
	f->options.nodes = 16;
	assert_int_equal(start(f), -EINVAL);
	f->options.nodes = 1;
	f->options.accel = "hax";
	assert_int_equal(start(f), -EINVAL);
	assert_says(f, "accel=hax");
	assert_int_not_equal(access(place(f, "calls"), F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		CASE(without_qemu),
		CASE(nothing_is_downloaded_without_a_yes),
		CASE(a_failed_download_says_why),
		CASE(a_missing_added_file_is_named),
		CASE(a_silent_guest_meets_its_limit),
		CASE(qemu_that_refuses_is_quoted),
		CASE(a_panic_at_boot_is_quoted),
		CASE(a_failed_build_is_quoted),
		CASE(nothing_is_built_without_a_yes),
		CASE(download_and_build_are_one_question),
		CASE(the_module_is_built_once_for_the_same_sources),
		CASE(an_own_kernel_speaks_for_itself),
		CASE(giving_up_ends_the_boot),
		CASE(a_full_disk_is_named),
		CASE(nodes_and_accel_are_checked_first),
#undef CASE
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

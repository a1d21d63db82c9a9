// SPDX-License-Identifier: GPL-2.0
/*
 * The steps of a build, on trees that are made up and with a make, a ninja and a configure that only
 * write down what they were told: which are done, in what order, and what is left after an end.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "lab/build.h"
#include "tests/unit/lab_build_rig.h"
#include "vm/kernel.h"
#include "vm/mode.h"

#define LINUX_CONFIG_LINES "# CONFIG_OLD is not set\nCONFIG_SOUND=m\n"

/* How many steps were to do before it. */
static unsigned do_build(const struct bt_build_options *options, int wanted, struct bt_err *err)
{
	struct bt_build *build = NULL;
	unsigned due;
	int ret;

	memset(err, 0, sizeof(*err));
	tree_put("/did", "");
	ret = bt_build_plan(&build, options, err);
	if (ret)
		fail_msg("%s", err->text);
	due = bt_build_due(build);
	ret = bt_build_run(build, err);
	if (ret != wanted)
		fail_msg("%d: %s", ret, err->text);
	bt_build_free(build);
	return due;
}

/* A file, its lines in one; into a static buffer. */
static const char *words_of(const char *path)
{
	static char line[PATH_MAX];
	char *text;

	assert_true(bt_read_file(tree_path(path), sizeof(line) - 1, &text, NULL) >= 0);
	snprintf(line, sizeof(line), "%s", text);
	for (char *c = line; *c; c++)
		*c = *c == '\n' ? ' ' : *c;
	free(text);
	return line;
}

/* What the fakes were told to do. */
static const char *did(void)
{
	return words_of("/did");
}

/* ---- steps ------------------------------------------------------------------------------------ */

static void all_steps_in_order(void **state)
{
	struct bt_build_options options = options_of("mine");
	struct bt_modes *read;
	const struct bt_mode *mode;
	struct bt_err err;
	char text[PATH_MAX];

	(void)state;
	options.like = "base-auto";
	options.qemu_src = qemu;
	assert_int_equal(do_build(&options, 0, &err), 6);
	assert_string_equal(did(), "x86_64_defconfig olddefconfig bzImage module configure ninja ");
	assert_string_equal(tree_get("/configured"), "--target-list=x86_64-softmmu --disable-docs "
			    "--disable-download --with-git-submodules=ignore");
	assert_int_equal(bt_modes_read(&read, modes, &err), 0);
	assert_int_equal(bt_modes_find(read, "mine", &mode, &err), 0);
	snprintf(text, sizeof(text), "%.200s/kernel/arch/x86/boot/bzImage", dir);
	assert_string_equal(mode->kernel, text);
	snprintf(text, sizeof(text), "%.200s/kernel", dir);
	assert_string_equal(mode->kdir, text);
	snprintf(text, sizeof(text), "%.200s/qemu/qemu-system-x86_64", dir);
	assert_string_equal(mode->qemu, text);
	assert_null(mode->module);
	bt_modes_free(read);
	/* Nothing to do, with --like and without, and nothing is done. */
	assert_int_equal(do_build(&options, 0, &err), 0);
	options.like = NULL;
	assert_int_equal(do_build(&options, 0, &err), 0);
	assert_string_equal(did(), "");
	options.again = true;
	assert_int_equal(do_build(&options, 0, &err), 5);
}

static void qemu_alone_leaves_the_kernel(void **state)
{
	struct bt_build_options options = options_of("base-manual");
	char text[PATH_MAX];
	struct bt_err err;

	(void)state;
	options.linux_src = NULL;
	options.qemu_src = qemu;
	tree_put("/config/modes.ini", "[base-manual]\nkernel = /a\nmodule = /b\n");
	assert_int_equal(do_build(&options, 0, &err), 3);
	assert_string_equal(did(), "configure ninja ");
	snprintf(text, sizeof(text), "[base-manual] kernel = /a module = /b "
		 "qemu = %.200s/qemu/qemu-system-x86_64 ", dir);
	assert_string_equal(words_of("/config/modes.ini"), text);
}

static void the_configuration_is_what_was_named(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char config[PATH_MAX], *text;
	struct bt_err err;

	(void)state;
	options.config = "tinyconfig";
	assert_int_equal(do_build(&options, 0, &err), 4);
	assert_string_equal(did(), "tinyconfig olddefconfig bzImage module ");
	tree_put("/my.config", LINUX_CONFIG_LINES "CONFIG_MINE=y\n");
	snprintf(config, sizeof(config), "%s/my.config", directory);
	options.config = config;
	assert_int_equal(do_build(&options, 0, &err), 3);
	assert_string_equal(did(), "olddefconfig bzImage module ");
	assert_true(bt_read_file(tree_path("/build/kernel/.config"), 65536, &text, NULL) > 0);
	assert_non_null(strstr(text, "CONFIG_MINE=y\n"));
	assert_non_null(strstr(text, "# CONFIG_SOUND is not set\n"));
	assert_null(strstr(text, "CONFIG_BASE"));
	free(text);
	tree_put("/my.config", LINUX_CONFIG_LINES "CONFIG_MINE=n\n");
	assert_int_equal(do_build(&options, 0, &err), 3);
}

/* ---- ends in the middle -------------------------------------------------------------------------- */

static bool until_it_hangs(void *context, const char *text)
{
	(void)text;
	return access(context, F_OK);
}

static void what_was_given_up_goes_on(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char hangs[PATH_MAX];
	struct bt_err err;

	(void)state;
	tree_put("/hang", "");
	snprintf(hangs, sizeof(hangs), "%s/hangs", directory);
	options.patience = (struct bt_patience){ until_it_hangs, hangs };
	do_build(&options, -ECANCELED, &err);
	unlink(tree_path("/hang"));
	unlink(hangs);
	assert_int_equal(do_build(&options, 0, &err), 3);
	assert_string_equal(did(), "bzImage module ");
}

/* SIGKILL: what make has started still holds the lock, until it is at its end, too. */
static void what_was_killed_goes_on(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char sleeper[256];
	struct bt_err err;
	pid_t pid;

	(void)state;
	tree_put("/hang", "");
	pid = fork();
	if (!pid) {
		do_build(&options, 0, &err);
		_exit(0);
	}
	while (access(tree_path("/hangs"), F_OK))
		usleep(10000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	unlink(tree_path("/hang"));
	do_build(&options, -EBUSY, &err);
	assert_string_equal(did(), "");
	/* fuser of the lock: its own group, whose leader was killed with us. */
	snprintf(sleeper, sizeof(sleeper), "for p in /proc/[0-9]*; do ls -l $p/fd 2>/dev/null | "
		 "grep -q %s/build/lock && kill ${p#/proc/}; done; true", directory);
	assert_int_equal(system(sleeper), 0);
	while (bt_sleep_until_ns(bt_mono_ns() + 50 * BT_NS_PER_MS) && !access(dir, F_OK)) {
		struct bt_build *build = NULL;
		int ret;

		assert_int_equal(bt_build_plan(&build, &options, &err), 0);
		assert_int_equal(bt_build_due(build), 3);
		tree_put("/did", "");
		ret = bt_build_run(build, &err);
		bt_build_free(build);
		if (ret == -EBUSY)
			continue;
		assert_int_equal(ret, 0);
		break;
	}
	assert_string_equal(did(), "bzImage module ");
}

/* What one compiler has built is not what a kernel of the other is given. */
static void a_module_is_of_its_compiler(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	struct bt_kernel kernel = { .agreed = true };
	struct bt_err err;

	(void)state;
	do_build(&options, 0, &err);
	snprintf(kernel.tree, sizeof(kernel.tree), "%.*s/kernel", (int)sizeof(kernel.tree) - 8, dir);
	snprintf(kernel.image, sizeof(kernel.image), "%.*s/kernel/arch/x86/boot/bzImage",
		 (int)sizeof(kernel.image) - 40, dir);
	assert_true(bt_kernel_module_cached(&kernel));
	setenv("LLVM", "1", 1);
	assert_false(bt_kernel_module_cached(&kernel));
	unsetenv("LLVM");
	assert_true(bt_kernel_module_cached(&kernel));
	/* And of the build whose image is booted. */
	assert_int_equal(utimensat(AT_FDCWD, kernel.image, NULL, 0), 0);
	assert_false(bt_kernel_module_cached(&kernel));
}

static bool collect(void *context, const char *text)
{
	char *told = context;

	snprintf(told + strlen(told), 1024 - strlen(told), "%s\n", text);
	return true;
}

static void a_failure_has_its_first_error(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char told[1024] = "";
	struct bt_err err;

	(void)state;
	tree_put("/fail", "");
	options.patience = (struct bt_patience){ collect, told };
	do_build(&options, -EIO, &err);
	assert_non_null(strstr(err.text, "building the kernel failed (exit 2): mm/x.c:3: error: no "
			       "such page (log: "));
	assert_non_null(strstr(err.text, "/build/kernel.log)"));
	assert_non_null(strstr(told, "mm/x.c:3: error: no such page\nmake: *** [x] Error 1\n"));
	unlink(tree_path("/fail"));
	assert_int_equal(do_build(&options, 0, &err), 3);
}

static void lost_options_are_named(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char told[1024] = "";
	struct bt_err err;

	(void)state;
	tree_put("/lost", "CONFIG_VIRTIO_BALLOON=y\n");
	do_build(&options, -ENODEV, &err);
	assert_non_null(strstr(err.text, "no CONFIG_VIRTIO_BALLOON"));
	tree_put("/lost", "CONFIG_PSI=y\n");
	options.patience = (struct bt_patience){ collect, told };
	assert_int_equal(do_build(&options, 0, &err), 4);
	assert_non_null(strstr(told, "goes without CONFIG_PSI\n"));
}

static void what_changed_is_done_again(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	struct bt_err err;

	(void)state;
	do_build(&options, 0, &err);
	tree_put("/linux/Makefile", "VERSION = 6\nPATCHLEVEL = 2\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n");
	assert_int_equal(do_build(&options, 0, &err), 3);
	tree_put("/kmod/main.c", "/* another one */");
	assert_int_equal(do_build(&options, 0, &err), 1);
	assert_string_equal(did(), "module ");
	unlink(tree_path("/build/kernel/arch/x86/boot/bzImage"));
	assert_int_equal(do_build(&options, 0, &err), 2);
}

/* An edit that is not committed is seen by git's help. */
static void edits_are_seen(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	struct bt_err err;
	char command[PATH_MAX];

	(void)state;
	if (system("git --version >/dev/null 2>&1")) {
		print_message("no git here\n");
		skip();
	}
	snprintf(command, sizeof(command), "cd %s/linux && git init -q . && git add . && git -c "
		 "user.name=n -c user.email=e@e commit -q -m one", directory);
	assert_int_equal(system(command), 0);
	do_build(&options, 0, &err);
	assert_int_equal(do_build(&options, 0, &err), 0);
	tree_put("/linux/Kconfig", "# edited\n");
	assert_int_equal(do_build(&options, 0, &err), 3);
	tree_put("/linux/Kconfig", "# edited twice\n");
	assert_int_equal(do_build(&options, 0, &err), 3);
	assert_int_equal(do_build(&options, 0, &err), 0);
}

/* ---- the modes file -------------------------------------------------------------------------------- */

static bool agree(void *context, const char *question)
{
	char *asked = context;

	snprintf(asked + strlen(asked), 1024 - strlen(asked), "%s\n", question);
	return !strncmp(question, "Build", 5);
}

static void lines_of_a_user_are_asked_for(void **state)
{
	struct bt_build_options options = options_of("base-auto");
	char asked[1024] = "";
	struct bt_err err;

	(void)state;
	tree_put("/config/modes.ini", "[base-auto]\nkdir = /mine\n");
	options.assume_yes = false;
	do_build(&options, -ECANCELED, &err);
	options.ask = agree;
	options.context = asked;
	do_build(&options, -ECANCELED, &err);
	assert_non_null(strstr(asked, "kdir = /mine?\n"));
	assert_string_equal(did(), "");
	assert_string_equal(words_of("/config/modes.ini"), "[base-auto] kdir = /mine ");
	options.assume_yes = true;
	do_build(&options, 0, &err);
	assert_null(strstr(words_of("/config/modes.ini"), "/mine"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_steps_in_order),
		TEST(qemu_alone_leaves_the_kernel),
		TEST(the_configuration_is_what_was_named),
		TEST(what_was_given_up_goes_on),
		TEST(what_was_killed_goes_on),
		TEST(a_module_is_of_its_compiler),
		TEST(a_failure_has_its_first_error),
		TEST(lost_options_are_named),
		TEST(what_changed_is_done_again),
		TEST(edits_are_seen),
		TEST(lines_of_a_user_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

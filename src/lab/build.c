// SPDX-License-Identifier: GPL-2.0
#include "lab/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/build_part.h"
#include "vm/place.h"

#define MIB (1ull << 20)
#define LOCK_WAIT_NS (2 * BT_NS_PER_S)
#define LOCK_TICK_US 20000

/* ---- the plan ---------------------------------------------------------------------------------- */

static int absolute(const char *given, char path[PATH_MAX], struct bt_err *err)
{
	char here[PATH_MAX] = "";
	bool relative = *given != '/';

	if (relative && !getcwd(here, sizeof(here)))
		return bt_err_set(err, errno, "the working directory: %s", strerror(errno));
	if (snprintf(path, PATH_MAX, "%s%s%s", here, relative ? "/" : "", given) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", given);
	return 0;
}

static int choose_dir(struct bt_build *build, struct bt_err *err)
{
	const char *given = build->options->dir;
	char cache[PATH_MAX], path[PATH_MAX];
	int ret;

	if (!given) {
		ret = bt_place_cache("lab-build", cache, err);
		if (ret)
			return ret;
		if (snprintf(path, sizeof(path), "%s/%s", cache, build->options->mode) >= PATH_MAX)
			return bt_err_set(err, ENAMETOOLONG, "%s is too long", cache);
		given = path;
	}
	ret = absolute(given, build->dir, err);
	if (ret)
		return ret;
	if (strpbrk(build->dir, " :"))
		return bt_err_set(err, EINVAL, "%s: make takes no path with a blank or a colon: "
				  "--dir names another", build->dir);
	if (snprintf(build->kernel_dir, PATH_MAX, "%s/kernel", build->dir) >= PATH_MAX ||
	    snprintf(build->qemu_dir, PATH_MAX, "%s/qemu", build->dir) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", build->dir);
	return 0;
}

static bool is_section_name(const char *name)
{
	return *name && strlen(name) < BT_MODE_NAME - sizeof(BT_MODE_VFIO_SUFFIX) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
	       strlen(name) && *name != '.';
}

/* --like is for a mode of one's own; what it inherits must fit a kernel that is new. */
static int check_like(struct bt_build *build, const struct bt_mode *there, struct bt_err *err)
{
	const char *name = build->options->mode;

	if (there && !strcmp(there->kind->name, name) && build->options->like)
		return bt_err_set(err, EINVAL, "mode %s is one of the program's: it is like none "
				  "other (without --like)", name);
	if (!there && build->like->module && build->options->linux_src)
		return bt_err_set(err, EINVAL, "mode %s has module = %s, which a mode that is like it "
				  "would have, too, and it does not fit another kernel", build->like->name,
				  build->like->module);
	build->parts = build->like->kind->parts;
	return 0;
}

static int choose_mode(struct bt_build *build, struct bt_err *err)
{
	const struct bt_build_options *options = build->options;
	const struct bt_mode *there = NULL;
	struct bt_err unknown;
	int ret;

	if (!is_section_name(options->mode))
		return bt_err_set(err, EINVAL, "mode '%s': a name has letters, digits, - _ and . (of a "
				  "mode with " BT_MODE_VFIO_SUFFIX ", build the one without)",
				  options->mode);
	ret = options->modes_file ? absolute(options->modes_file, build->modes_file, err) :
				    bt_modes_path(build->modes_file, err);
	if (!ret)
		ret = bt_modes_read(&build->modes, access(build->modes_file, F_OK) ? "" :
				    build->modes_file, err);
	if (ret)
		return ret;
	if (bt_modes_find(build->modes, options->mode, &there, &unknown))
		there = NULL;
	if (!there && !options->like)
		return bt_err_set(err, EINVAL, "there is no mode %s: --like MODE says which it is like "
				  "(buddytop lab modes)", options->mode);
	build->like = there;
	if (options->like)
		ret = bt_modes_find(build->modes, options->like, &build->like, err);
	return ret ? ret : check_like(build, there, err);
}

/* What a mode cannot do without, and neither this build nor the modes file has. */
static int check_parts(const struct bt_build *build, struct bt_err *err)
{
	const struct bt_build_options *options = build->options;
	bool kernel = options->linux_src || (build->like->kernel && build->like->kdir);
	bool qemu = options->qemu_src || build->like->qemu;

	if (!options->linux_src && !options->qemu_src)
		return bt_err_set(err, EINVAL, "nothing to build: --linux-src, --qemu-src or both name "
				  "checkouts");
	if (options->config && !options->linux_src)
		return bt_err_set(err, EINVAL, "--config is the kernel's: --linux-src names its sources");
	if (build->parts == BT_PARTS_STOCK || (kernel && qemu))
		return 0;
	return bt_err_set(err, ENODEV, "mode %s works with HyperAlloc's kernel and QEMU alone:%s%s "
			  "missing", options->mode, kernel ? "" : " --linux-src (hyperalloc-linux)",
			  qemu ? "" : " --qemu-src (hyperalloc-qemu)");
}

/* A target of make has no slash and no dot: the others are meant to be files. */
static int check_config(const struct bt_build *build, struct bt_err *err)
{
	const char *config = build->options->config;

	if (config && access(config, R_OK) && strpbrk(config, "/. "))
		return bt_err_set(err, ENOENT, "--config %s: %s", config, strerror(errno));
	return 0;
}

static void find_due(struct bt_build *build)
{
	bool earlier[2] = { false, false };

	for (unsigned i = 0; i < BUILD_STEPS; i++) {
		bool of_qemu = i == BUILD_CONFIGURE_QEMU || i == BUILD_QEMU;

		build->due[i] = build_rows[i].asked(build) &&
				((i != BUILD_MODES && earlier[of_qemu]) ||
				 build_rows[i].due(build, (enum build_step)i));
		earlier[of_qemu] |= build->due[i];
	}
}

int bt_build_plan(struct bt_build **out, const struct bt_build_options *options,
		  struct bt_err *err)
{
	struct bt_build *build = bt_xcalloc(1, sizeof(*build));
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	int ret;

	build->options = options;
	build->lock_fd = -1;
	build->jobs = options->jobs ? options->jobs : cpus > 0 ? (unsigned)cpus : 1;
	ret = choose_mode(build, err);
	if (!ret)
		ret = check_parts(build, err);
	if (!ret)
		ret = choose_dir(build, err);
	if (!ret)
		ret = build_check_sources(build, err);
	if (!ret)
		ret = check_config(build, err);
	if (!ret)
		ret = build_check_tools(build, err);
	if (ret) {
		bt_build_free(build);
		return ret;
	}
	find_due(build);
	*out = build;
	return 0;
}

void bt_build_free(struct bt_build *build)
{
	if (!build)
		return;
	if (build->lock_fd >= 0)
		close(build->lock_fd);
	bt_modes_free(build->modes);
	free(build->linux_state);
	free(build->qemu_state);
	free(build);
}

unsigned bt_build_due(const struct bt_build *build)
{
	unsigned count = 0;

	for (unsigned i = 0; i < BUILD_STEPS; i++)
		count += build->due[i];
	return count;
}

/* ---- what is said before -------------------------------------------------------------------------- */

/* Of the directory, or of the one above it that is there. */
static uint64_t free_bytes(const char *directory)
{
	char path[PATH_MAX], *slash;
	struct statvfs fs;

	snprintf(path, sizeof(path), "%s", directory);
	while (statvfs(path, &fs)) {
		slash = strrchr(path, '/');
		if (!slash || slash == path)
			return BT_UNKNOWN;
		*slash = '\0';
	}
	return (uint64_t)fs.f_bavail * fs.f_frsize;
}

void bt_build_print(FILE *out, const struct bt_build *build)
{
	unsigned minutes = 0, mib = 0;
	char need[16], left[16];

	fprintf(out, "mode %s%s%s, in %s\n", build->options->mode,
		build->options->like ? ", like " : "",
		build->options->like ? build->options->like : "", build->dir);
	if (build->linux_state)
		fprintf(out, "  kernel of %s\n", build->linux_state);
	if (build->qemu_state)
		fprintf(out, "  QEMU of %s\n", build->qemu_state);
	for (unsigned i = 0; i < BUILD_STEPS; i++) {
		if (!build_rows[i].asked(build))
			continue;
		fprintf(out, "  %-28s %s\n", build_rows[i].text, build->due[i] ? "to do" : "done");
		minutes += build->due[i] ? build_rows[i].cpu_minutes : 0;
		mib += build->due[i] ? build_rows[i].mib : 0;
	}
	if (minutes)
		fprintf(out, "Takes up to some %u minutes of %u CPUs (with --config tinyconfig half of it) and "
			"%s\n(free: %s); it may be interrupted, and goes on where it was.\n",
			(minutes + build->jobs - 1) / build->jobs, build->jobs,
			bt_text_bytes(mib * MIB, need, sizeof(need)),
			bt_text_bytes(free_bytes(build->dir), left, sizeof(left)));
	fprintf(out, "The mode is then [%s] of %s.\n", build->options->mode, build->modes_file);
}

/* ---- the work --------------------------------------------------------------------------------------- */

static int ask(const struct bt_build *build, const char *question, struct bt_err *err)
{
	const struct bt_build_options *options = build->options;

	if (options->assume_yes || (options->ask && options->ask(options->context, question)))
		return 0;
	return bt_err_set(err, ECANCELED, "nothing was done: that was not agreed to (--yes agrees)");
}

/* Before the hours of work, and not behind them. */
static int ask_all(const struct bt_build *build, struct bt_err *err)
{
	char replaced[BT_ERR_TEXT / 2], *question;
	int ret = build_modes_replaced(build, replaced, sizeof(replaced), err);

	if (!ret)
		ret = ask(build, "Build this?", err);
	if (ret || !*replaced)
		return ret;
	question = bt_xasprintf("Replace in [%s] of %s: %s?", build->options->mode,
				build->modes_file, replaced);
	ret = ask(build, question, err);
	if (ret)
		bt_err_prefix(err, "[%s] of %s has %s", build->options->mode, build->modes_file,
			      replaced);
	free(question);
	return ret;
}

/* What was told to end just now may take a moment. */
static bool take_lock(int fd)
{
	uint64_t until_ns = bt_mono_ns() + LOCK_WAIT_NS;

	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (bt_mono_ns() >= until_ns)
			return false;
		usleep(LOCK_TICK_US);
	}
	return true;
}

/* Held by make and all it starts, too: two makes never work on the same files. */
static int lock(struct bt_build *build, struct bt_err *err)
{
	char *path;
	int ret = bt_make_path(build->dir, 0755, err);

	if (ret)
		return ret;
	path = bt_xasprintf("%s/lock", build->dir);
	build->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (build->lock_fd < 0)
		ret = bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	else if (!take_lock(build->lock_fd))
		ret = bt_err_set(err, EBUSY, "another lab build works in %s, or what a killed one has "
				 "left still does", build->dir);
	free(path);
	return ret;
}

static int run_step(struct bt_build *build, enum build_step step, struct bt_err *err)
{
	const struct build_row *row = &build_rows[step];
	char *log = bt_xasprintf("%s/%s.log", build->dir, row->name);
	int ret;

	build_unstamp(build, step);
	ret = row->run(build, log, err);
	free(log);
	if (!ret)
		ret = build_stamp(build, step, err);
	build->due[step] = ret;
	return ret;
}

int bt_build_run(struct bt_build *build, struct bt_err *err)
{
	int ret = bt_build_due(build) ? ask_all(build, err) : 0;

	if (!ret)
		ret = lock(build, err);
	/* Another build may have ended since the plan. */
	if (!ret)
		find_due(build);
	for (unsigned i = 0; !ret && i < BUILD_STEPS; i++) {
		if (build->due[i])
			ret = run_step(build, (enum build_step)i, err);
	}
	return ret;
}

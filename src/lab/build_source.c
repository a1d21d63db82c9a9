// SPDX-License-Identifier: GPL-2.0
/* The checkouts of a build: are they what they should be, in which state, and what do they take? */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/build_part.h"
#include "vm/place.h"

#define SOURCE_FILE_LIMIT (4u << 20)
#define DIFF_LIMIT (256u << 20)

static bool there(const char *directory, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", directory, name) < PATH_MAX &&
	       !access(path, F_OK);
}

/* The first of a list that is there; NULL: none. */
static const char *first_there(const char *directory, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (there(directory, names[i]))
			return names[i];
	}
	return NULL;
}

/* ---- their state --------------------------------------------------------------------------- */

/* git with its output into a file or a text; false: no git, no checkout of it, or it is not ours. */
static bool run_git(const struct bt_build *build, const char *source, const char *const *words,
		    struct bt_child_job *job)
{
	const char *argv[12] = { "git", "--no-optional-locks", "-C", source };
	struct bt_err ignored;
	unsigned count = 4;

	while (*words)
		argv[count++] = *words++;
	job->argv = argv;
	job->text = "asking git for the state of the sources";
	return !bt_child_run(job, &build->options->patience, &ignored);
}

/* Of what was edited and not committed; 0: nothing was. */
static uint64_t hash_edits(const struct bt_build *build, const char *source)
{
	static const char *const words[] = { "diff", "--no-ext-diff", "--binary", "HEAD", NULL };
	int fd = memfd_create("diff", MFD_CLOEXEC);
	struct bt_child_job job = { 0 };
	uint64_t hash = 0;
	char path[64], *text;
	ssize_t size;

	if (fd < 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	job.log_path = path;
	if (run_git(build, source, words, &job)) {
		size = bt_read_file(path, DIFF_LIMIT, &text, NULL);
		if (size > 0)
			hash = build_hash(text, (size_t)size);
		if (size >= 0)
			free(text);
	}
	close(fd);
	return hash;
}

/* "PATH VERSION" or "PATH VERSION COMMIT+EDITS" */
static char *state_of(const struct bt_build *build, const char *source, const char *version)
{
	static const char *const words[] = { "rev-parse", "--verify", "HEAD", NULL };
	char commit[128] = "", edits[32] = "";
	struct bt_child_job job = { .log_path = "/dev/null", .output = commit,
				    .output_size = sizeof(commit) };
	uint64_t hash;

	if (there(source, ".git") && run_git(build, source, words, &job)) {
		hash = hash_edits(build, source);
		if (hash)
			snprintf(edits, sizeof(edits), "+%016llx", (unsigned long long)hash);
	} else {
		commit[0] = '\0';
	}
	return bt_xasprintf("%s %s%s%s%s", source, version, *commit ? " " : "", commit, edits);
}

/* ---- Linux ----------------------------------------------------------------------------------- */

/* The value of "NAME = VALUE", which may be nothing. */
static void makefile_value(const char *text, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);

	*value = '\0';
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) || strncmp(line + length, " =", 2))
			continue;
		line += length + 2;
		line += strspn(line, " \t");
		snprintf(value, size, "%.*s", (int)strcspn(line, " \t\n"), line);
		return;
	}
}

static bool kernel_version(const char *source, char *version, size_t size)
{
	char *path = bt_xasprintf("%s/Makefile", source), *text;
	char major[16], minor[16], sub[16], extra[64];
	ssize_t got = bt_read_file(path, SOURCE_FILE_LIMIT, &text, NULL);

	free(path);
	if (got < 0)
		return false;
	makefile_value(text, "VERSION", major, sizeof(major));
	makefile_value(text, "PATCHLEVEL", minor, sizeof(minor));
	makefile_value(text, "SUBLEVEL", sub, sizeof(sub));
	makefile_value(text, "EXTRAVERSION", extra, sizeof(extra));
	free(text);
	snprintf(version, size, "Linux %s.%s.%s%s", major, minor, sub, extra);
	return isdigit((unsigned char)*major) && isdigit((unsigned char)*minor);
}

static int check_linux(struct bt_build *build, struct bt_err *err)
{
	/* What kbuild's own check of O= looks for. */
	static const char *const leavings[] = { ".config", "include/config",
						"arch/x86/include/generated" };
	const char *source = build->linux_src, *left;
	char version[128];

	if (!there(source, "Kconfig") || !there(source, "arch/x86/Kconfig") ||
	    !kernel_version(source, version, sizeof(version)))
		return bt_err_set(err, ENODEV, "--linux-src %s: no tree of Linux (Makefile with a "
				  "version, Kconfig, arch/x86)", source);
	left = first_there(source, leavings, BT_ARRAY_SIZE(leavings));
	if (left)
		return bt_err_set(err, ENODEV, "--linux-src %s: it was built in the tree itself "
				  "(%s), so make refuses to build elsewhere; keep its .config if it is "
				  "needed, then: make -C %s mrproper", source, left, source);
	build->linux_state = state_of(build, source, version);
	return 0;
}

/* ---- QEMU ------------------------------------------------------------------------------------ */

/* Where the parts are that QEMU's checkout has from others, and what fetches them there. */
static const struct {
	const char *sign, *file, *command;
} qemu_parts[] = {
	{ "subprojects/keycodemapdb.wrap", "subprojects/keycodemapdb/tools/keymap-gen",
	  "meson subprojects download keycodemapdb" },
	{ "ui/keycodemapdb", "ui/keycodemapdb/tools/keymap-gen",
	  "git submodule update --init ui/keycodemapdb" },
	{ "dtc", "dtc/libfdt/libfdt.h", "git submodule update --init dtc" },
	{ "meson", "meson/meson.py", "git submodule update --init meson" },
};

static int check_qemu_parts(const char *source, struct bt_err *err)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(qemu_parts); i++) {
		if (there(source, qemu_parts[i].sign) && !there(source, qemu_parts[i].file))
			return bt_err_set(err, ENODEV, "--qemu-src %s: there is no %s, and nothing is "
					  "downloaded here: cd %s && %s", source, qemu_parts[i].file,
					  source, qemu_parts[i].command);
	}
	return 0;
}

/* Its script has "--disable-docs)" or, of those with a value, "--with-x=*)". */
static bool knows(const char *script, const char *option)
{
	size_t length = strlen(option);

	for (const char *found = script; (found = strstr(found, option)); found += length) {
		if (found[length] == ')' || found[length] == '=')
			return true;
	}
	return false;
}

bool build_qemu_knows(const struct bt_build *build, const char *option)
{
	static const char *const files[] = { "configure", "scripts/meson-buildoptions.sh" };
	bool known = false;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(files) && !known; i++) {
		char *path = bt_xasprintf("%s/%s", build->qemu_src, files[i]), *text;

		if (bt_read_file(path, SOURCE_FILE_LIMIT, &text, NULL) >= 0) {
			known = knows(text, option);
			free(text);
		}
		free(path);
	}
	return known;
}

const char *build_qemu_needs(const struct bt_build *build)
{
	static const char *const option[] = { [BT_PARTS_STOCK] = NULL,
					      [BT_PARTS_HUGE] = "--enable-balloon-huge",
					      [BT_PARTS_LLFREE] = "--enable-llfree" };

	return option[build->parts];
}

static int check_qemu(struct bt_build *build, struct bt_err *err)
{
	const char *source = build->qemu_src, *wanted = build_qemu_needs(build);
	char *path = bt_xasprintf("%s/VERSION", source), version[64], named[80];
	bool has_version = bt_read_line(path, version, sizeof(version));
	int ret;

	free(path);
	if (!has_version || !there(source, "configure") || !there(source, "hw/virtio"))
		return bt_err_set(err, ENODEV, "--qemu-src %s: no tree of QEMU (configure, VERSION, "
				  "hw/virtio)", source);
	if (there(source, "config-host.mak"))
		return bt_err_set(err, ENODEV, "--qemu-src %s: it was configured in the tree itself; "
				  "first: make -C %s distclean", source, source);
	ret = check_qemu_parts(source, err);
	if (ret)
		return ret;
	if (wanted && !build_qemu_knows(build, wanted))
		return bt_err_set(err, ENODEV, "--qemu-src %s: its configure has no %s: is it "
				  "hyperalloc-qemu?", source, wanted);
	snprintf(named, sizeof(named), "QEMU %s", version);
	build->qemu_state = state_of(build, source, named);
	return 0;
}

/* make and ninja are run from elsewhere; kbuild takes neither blanks nor colons. */
static int real_path(const char *option, const char *given, char path[PATH_MAX],
		     struct bt_err *err)
{
	if (!realpath(given, path))
		return bt_err_set(err, ENODEV, "%s %s: %s", option, given, strerror(errno));
	if (strpbrk(path, " :"))
		return bt_err_set(err, EINVAL, "%s %s: make takes no path with a blank or a colon",
				  option, path);
	return 0;
}

int build_check_sources(struct bt_build *build, struct bt_err *err)
{
	const struct bt_build_options *options = build->options;
	int ret = 0;

	if (options->linux_src)
		ret = real_path("--linux-src", options->linux_src, build->linux_src, err);
	if (!ret && options->qemu_src)
		ret = real_path("--qemu-src", options->qemu_src, build->qemu_src, err);
	if (!ret && options->linux_src)
		ret = check_linux(build, err);
	return !ret && options->qemu_src ? check_qemu(build, err) : ret;
}

/* ---- what it takes --------------------------------------------------------------------------- */

enum need { FOR_LINUX = 1, FOR_QEMU = 2, FOR_BOTH = 3 };

static const struct tool {
	enum need need;
	enum { PROGRAM, HEADER, LIBRARY } kind;
	const char *name, *package;
} tools[] = {
	{ FOR_LINUX, PROGRAM, "make", "make" },
	{ FOR_LINUX, PROGRAM, "flex", "flex" },
	{ FOR_LINUX, PROGRAM, "bison", "bison" },
	{ FOR_LINUX, PROGRAM, "bc", "bc" },
	{ FOR_LINUX, PROGRAM, "perl", "perl" },
	{ FOR_LINUX, HEADER, "/usr/include/libelf.h", "libelf-dev" },
	{ FOR_BOTH, PROGRAM, "gcc", "gcc" },
	{ FOR_BOTH, PROGRAM, "ld", "binutils" },
	{ FOR_QEMU, PROGRAM, "ninja", "ninja-build" },
	{ FOR_QEMU, PROGRAM, "python3", "python3-venv" },
	{ FOR_QEMU, PROGRAM, "pkg-config", "pkg-config" },
	{ FOR_QEMU, LIBRARY, "glib-2.0", "libglib2.0-dev" },
	{ FOR_QEMU, LIBRARY, "pixman-1", "libpixman-1-dev" },
};

/* Without pkg-config nobody knows of a library: apt-get takes what is there already as well. */
static bool has_library(const struct bt_build *build, const char *name)
{
	struct bt_err ignored;

	return !bt_child_run(&(struct bt_child_job){
		.argv = (const char *const[]){ "pkg-config", "--exists", name, NULL },
		.text = "looking for libraries", .log_path = "/dev/null" },
		&build->options->patience, &ignored);
}

static bool has_tool(const struct bt_build *build, const struct tool *tool)
{
	char path[PATH_MAX];

	if (tool->kind == HEADER)
		return !access(tool->name, R_OK);
	if (tool->kind == LIBRARY)
		return has_library(build, tool->name);
	/* With LLVM set, kbuild takes clang; it says so itself where there is none. */
	if (!strcmp(tool->package, "gcc") && getenv("LLVM"))
		return true;
	return !bt_place_program(tool->name, path);
}

int build_check_tools(const struct bt_build *build, struct bt_err *err)
{
	int needs = (build->options->linux_src ? FOR_LINUX : 0) |
		    (build->options->qemu_src ? FOR_QEMU : 0);
	char missing[BT_ERR_TEXT / 2] = "";

	for (unsigned i = 0; i < BT_ARRAY_SIZE(tools); i++) {
		size_t used = strlen(missing);

		if ((needs & (int)tools[i].need) && !has_tool(build, &tools[i]))
			snprintf(missing + used, sizeof(missing) - used, " %s", tools[i].package);
	}
	if (!*missing)
		return 0;
	return bt_err_set(err, ENODEV, "this cannot be built here: apt-get install%s (Debian's names)",
			  missing);
}

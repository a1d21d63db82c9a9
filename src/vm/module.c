// SPDX-License-Identifier: GPL-2.0
/* The module, built in the cache from a copy of its sources. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/util.h"
#include "vm/kernel.h"
#include "vm/place.h"

#define SOURCE_LIMIT (4u << 20)

/* Sources come in a stable order, so that the same ones give the same hash. */
struct sources {
	char dir[PATH_MAX];
	struct dirent **entries;
	int count;
};

static int is_source(const struct dirent *entry)
{
	const char *suffix = strrchr(entry->d_name, '.');

	if (!strcmp(entry->d_name, "Kbuild"))
		return 1;
	return suffix && (!strcmp(suffix, ".c") || !strcmp(suffix, ".h"));
}

static int list_sources(struct sources *sources, struct bt_err *err)
{
	const char *dir = sources->dir;

	sources->count = scandir(dir, &sources->entries, is_source, alphasort);
	if (sources->count < 0)
		return bt_err_set(err, errno, "%s: %s", dir, strerror(errno));
	if (sources->count)
		return 0;
	free(sources->entries);
	return bt_err_set(err, ENODEV, "%s holds no sources of the module", dir);
}

static void free_sources(struct sources *sources)
{
	for (int i = 0; i < sources->count; i++)
		free(sources->entries[i]);
	free(sources->entries);
}

static int read_source(const struct sources *sources, int index, char **data, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s", sources->dir, sources->entries[index]->d_name);
	ssize_t size = bt_read_file(path, SOURCE_LIMIT, data, err);

	free(path);
	return (int)size;
}

/* When a file was written, and how long it is; of one that is not there nothing. */
static uint64_t hash_state(uint64_t value, const char *path)
{
	struct stat state;

	if (stat(path, &state))
		return value;
	value = bt_hash(value, &state.st_mtim, sizeof(state.st_mtim));
	return bt_hash(value, &state.st_size, sizeof(state.st_size));
}

/*
 * Of the tree: its path and the times of what each build of it writes, for whoever works on a kernel
 * changes its structures and its version, and never its configuration. The image too, which is booted.
 */
static uint64_t hash_tree(uint64_t value, const struct bt_kernel *kernel)
{
	static const char *const files[] = {
		".config", "include/config/kernel.release", "include/generated/utsrelease.h",
		"Module.symvers",
	};

	value = bt_hash(value, kernel->tree, strlen(kernel->tree));
	for (unsigned i = 0; i < BT_ARRAY_SIZE(files); i++) {
		char *path = bt_xasprintf("%s/%s", kernel->tree, files[i]);

		value = hash_state(value, path);
		free(path);
	}
	return hash_state(value, kernel->image);
}

/*
 * And of LLVM, by which kbuild takes clang: what gcc has built may not load into a kernel that clang
 * has.
 */
static int hash_sources(const struct sources *sources, const struct bt_kernel *kernel,
			uint64_t *result, struct bt_err *err)
{
	uint64_t value = hash_tree(BT_HASH_BEGIN, kernel);
	char *config = bt_xasprintf("%s/.config", kernel->tree), *data;
	const char *llvm = getenv("LLVM");
	bool configured = !access(config, F_OK);

	free(config);
	if (!configured)
		return bt_err_set(err, ENODEV, "%s is not a configured kernel tree: %s", kernel->tree,
				  strerror(errno));
	if (llvm)
		value = bt_hash(value, llvm, strlen(llvm) + 1);
	for (int i = 0; i < sources->count; i++) {
		int size = read_source(sources, i, &data, err);

		if (size < 0)
			return size;
		value = bt_hash(value, sources->entries[i]->d_name,
			     strlen(sources->entries[i]->d_name) + 1);
		value = bt_hash(value, data, (size_t)size);
		free(data);
	}
	*result = value;
	return 0;
}

static int copy_sources(const struct sources *sources, const char *to, struct bt_err *err)
{
	char *data;

	for (int i = 0; i < sources->count; i++) {
		char *path = bt_xasprintf("%s/%s", to, sources->entries[i]->d_name);
		int ret = read_source(sources, i, &data, err);

		if (ret >= 0) {
			ret = bt_write_file(path, data, (size_t)ret, 0644, err);
			free(data);
		}
		free(path);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The first line that complains says more than make's last one; "" when there is none. */
static char *first_complaint(char *text)
{
	static const char *const signs[] = { "error", "not found" };
	char *line, *first = text + strlen(text);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(signs); i++) {
		char *found = strcasestr(text, signs[i]);

		if (found && found < first)
			first = found;
	}
	for (line = first; line > text && line[-1] != '\n';)
		line--;
	line[strcspn(line, "\n")] = '\0';
	return line;
}

static int build_failed(const char *log, int code, struct bt_err *err)
{
	char *text;

	if (bt_read_file(log, SOURCE_LIMIT, &text, NULL) < 0)
		return bt_err_set(err, EIO, "building the module failed (exit %d)", code);
	bt_err_set(err, EIO, "building the module failed: %s (log: %s)", first_complaint(text),
		   log);
	free(text);
	return -EIO;
}

static int run_make(const char *tree, const char *dir, const char *log,
		    const struct bt_patience *patience, struct bt_err *err)
{
	char make[PATH_MAX], jobs[32], *module;
	int code;

	if (bt_place_program("make", make))
		return bt_err_set(err, ENODEV, "make is missing: install make and gcc");
	module = bt_xasprintf("M=%s", dir);
	snprintf(jobs, sizeof(jobs), "-j%ld", sysconf(_SC_NPROCESSORS_ONLN));
	code = bt_child_run(&(struct bt_child_job){
		.argv = (const char *const[]){ make, jobs, "-C", tree, module, "modules", NULL },
		.text = "building the module for the guest", .log_path = log }, patience, err);
	if (code > 0)
		code = build_failed(log, code, err);
	free(module);
	return code;
}

/* Builds in a directory of its own and renames the result: two at once do not meet. */
static int build(const struct sources *sources, const char *tree, const char *path,
		 const struct bt_patience *patience, struct bt_err *err)
{
	char *dir = bt_xasprintf("%s.XXXXXX", path), *log = bt_xasprintf("%s.log", path), *built;
	int ret;

	if (!mkdtemp(dir)) {
		ret = bt_err_set(err, errno, "%s: %s", dir, strerror(errno));
		goto out_free;
	}
	unlink(log);
	built = bt_xasprintf("%s/buddytop.ko", dir);
	ret = copy_sources(sources, dir, err);
	if (!ret)
		ret = run_make(tree, dir, log, patience, err);
	if (!ret && rename(built, path))
		ret = bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	bt_place_remove(dir);
	free(built);
out_free:
	free(log);
	free(dir);
	return ret;
}

static int ask_for_build(const struct bt_kernel *kernel, const struct bt_vm_options *options,
			 struct bt_err *err)
{
	const char *path = *kernel->kit ? kernel->kit : kernel->image;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char question[PATH_MAX + 64];

	snprintf(question, sizeof(question), "Build the module for kernel %s?", name);
	if (kernel->agreed || bt_kernel_agreed(options, question))
		return 0;
	return bt_err_set(err, ENODEV, "the guest needs a module built for kernel %s, and building "
			  "it was not agreed to (--yes agrees)", name);
}

/* Where the module of these sources and this tree is, or would be. The caller frees the sources. */
static int find_module(const struct bt_kernel *kernel, struct sources *sources,
		       char path[PATH_MAX], struct bt_err *err)
{
	char cache[PATH_MAX];
	uint64_t value = 0;
	int ret;

	if (!*kernel->tree)
		return bt_err_set(err, ENODEV, "no build tree for %s: kdir= names it, or module= a "
				  "built module", kernel->image);
	ret = bt_place_find(BT_PLACE_KMOD, sources->dir, err);
	if (!ret)
		ret = bt_place_cache("modules", cache, err);
	if (!ret)
		ret = list_sources(sources, err);
	if (ret)
		return ret;
	ret = hash_sources(sources, kernel, &value, err);
	if (!ret && snprintf(path, PATH_MAX, "%s/buddytop-%016llx.ko", cache,
			     (unsigned long long)value) >= PATH_MAX)
		ret = bt_err_set(err, ENAMETOOLONG, "%s is too long", cache);
	if (ret)
		free_sources(sources);
	return ret;
}

int bt_kernel_module(const struct bt_kernel *kernel, const struct bt_vm_options *options,
		     char path[PATH_MAX], const struct bt_patience *patience, struct bt_err *err)
{
	struct sources sources;
	int ret = find_module(kernel, &sources, path, err);

	if (ret)
		return ret;
	if (access(path, R_OK)) {
		ret = ask_for_build(kernel, options, err);
		if (!ret)
			ret = build(&sources, kernel->tree, path, patience, err);
	}
	free_sources(&sources);
	return ret;
}

bool bt_kernel_module_cached(const struct bt_kernel *kernel)
{
	char path[PATH_MAX];
	struct sources sources;

	if (find_module(kernel, &sources, path, NULL))
		return false;
	free_sources(&sources);
	return !access(path, R_OK);
}

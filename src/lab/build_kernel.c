// SPDX-License-Identifier: GPL-2.0
/* The kernel of a build, and our module for it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/util.h"
#include "lab/build_part.h"
#include "vm/kernel.h"

#define DEFCONFIG "x86_64_defconfig"

static const char *config_of(const struct bt_build *build)
{
	return build->options->config ? build->options->config : DEFCONFIG;
}

/* make with its words in English, for their errors are looked for; its options in front. */
static int make_kernel(const struct bt_build *build, const char *log, const char *text,
		       const char *const targets[3], struct bt_err *err)
{
	char *output = bt_xasprintf("O=%s", build->kernel_dir), jobs[16];
	const char *argv[] = { "env", "LC_ALL=C", "make", "-C", build->linux_src, output, jobs,
			       targets[0], targets[1], targets[2], NULL };
	int ret;

	snprintf(jobs, sizeof(jobs), "-j%u", build->jobs);
	ret = build_make(build, &(struct build_job){ .argv = argv, .text = text, .log_path = log },
			 err);
	free(output);
	return ret;
}

/* What the configuration begins with; the caller frees. */
static int read_base(const struct bt_build *build, const char *path, const char *log, char **base,
		     struct bt_err *err)
{
	const char *from = config_of(build);
	ssize_t size;
	int ret = 0;

	if (access(from, R_OK)) {
		unlink(path);
		ret = make_kernel(build, log, "configuring the kernel",
				  (const char *const[3]){ from }, err);
		from = path;
	}
	if (ret)
		return ret;
	size = bt_read_file(from, BUILD_TEXT_LIMIT, base, err);
	return size < 0 ? (int)size : 0;
}

static void tell(const struct bt_build *build, const char *text)
{
	const struct bt_patience *patience = &build->options->patience;

	if (patience->progress)
		patience->progress(patience->context, text);
}

static int check_config(const struct bt_build *build, const char *path, struct bt_err *err)
{
	char lost[BT_ERR_TEXT], *config, *line;
	ssize_t size = bt_read_file(path, BUILD_TEXT_LIMIT, &config, err);
	int ret;

	if (size < 0)
		return (int)size;
	ret = build_config_check(config, build->parts, lost, sizeof(lost), err);
	free(config);
	if (ret || !*lost)
		return ret;
	line = bt_xasprintf("the kernel goes without%s", lost);
	tell(build, line);
	free(line);
	return 0;
}

int build_configure_kernel(struct bt_build *build, const char *log, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/.config", build->kernel_dir), *base = NULL, *text;
	int ret = bt_make_path(build->kernel_dir, 0755, err);

	if (!ret)
		ret = read_base(build, path, log, &base, err);
	if (!ret) {
		text = build_config_text(base, build->parts);
		ret = bt_write_file(path, text, strlen(text), 0644, err);
		free(text);
	}
	if (!ret)
		ret = make_kernel(build, log, "configuring the kernel",
				  (const char *const[3]){ "olddefconfig" }, err);
	if (!ret)
		ret = check_config(build, path, err);
	free(base);
	free(path);
	return ret;
}

/* Of the target `modules` no module is wanted, but the symbols that ours is linked with. */
int build_make_kernel(struct bt_build *build, const char *log, struct bt_err *err)
{
	return make_kernel(build, log, "building the kernel",
			   (const char *const[3]){ "bzImage", "modules" }, err);
}

static void kernel_of(const struct bt_build *build, struct bt_kernel *kernel)
{
	memset(kernel, 0, sizeof(*kernel));
	snprintf(kernel->image, PATH_MAX, "%.*s/" BUILD_IMAGE, PATH_MAX - 32, build->kernel_dir);
	snprintf(kernel->tree, PATH_MAX, "%s", build->kernel_dir);
	kernel->agreed = true;
}

/* Once, and not every second. */
static bool say_once(void *context, const char *text)
{
	const struct bt_patience *patience = context;

	(void)text;
	return patience->progress(patience->context, "building the module");
}

/* Into the cache where guests look for it: a module named in the modes file would grow old there. */
int build_make_module(struct bt_build *build, const char *log, struct bt_err *err)
{
	struct bt_patience patience = build->options->patience, once = { say_once, &patience };
	struct bt_vm_options options;
	struct bt_kernel kernel;
	char path[PATH_MAX];

	(void)log;
	bt_vm_options_default(&options);
	kernel_of(build, &kernel);
	return bt_kernel_module(&kernel, &options, path, patience.progress ? &once : NULL, err);
}

bool build_module_due(const struct bt_build *build, enum build_step step)
{
	struct bt_kernel kernel;

	(void)step;
	kernel_of(build, &kernel);
	return !bt_kernel_module_cached(&kernel);
}

/* ---- what they depend on ------------------------------------------------------------------- */

uint64_t build_hash(const void *data, size_t size)
{
	return bt_hash(BT_HASH_BEGIN, data, size);
}

/* The hash of a file; 0: it cannot be read. */
static uint64_t hash_file(const char *path)
{
	uint64_t hash = 0;
	char *text;
	ssize_t size = bt_read_file(path, BUILD_TEXT_LIMIT, &text, NULL);

	if (size < 0)
		return 0;
	hash = build_hash(text, (size_t)size);
	free(text);
	return hash;
}

char *build_kernel_config_state(const struct bt_build *build)
{
	const char *config = config_of(build), *llvm = getenv("LLVM");

	return bt_xasprintf("%s\nconfig %s %016llx, lines %016llx, LLVM %s\n", build->linux_state,
			    config, (unsigned long long)hash_file(config),
			    (unsigned long long)build_config_hash(build->parts), llvm ? llvm : "-");
}

char *build_kernel_state(const struct bt_build *build)
{
	char *path = bt_xasprintf("%s/.config", build->kernel_dir);
	char *state = bt_xasprintf("%s\n.config %016llx\n", build->linux_state,
				   (unsigned long long)hash_file(path));

	free(path);
	return state;
}

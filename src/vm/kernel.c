// SPDX-License-Identifier: GPL-2.0
#include "vm/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/place.h"

/* One search: the places, the log and the words for waiting that all its steps share. */
struct search {
	const struct bt_patience *patience;
	const char *text;
	char script[PATH_MAX], cache[PATH_MAX], log[PATH_MAX];
};

static int search_begin(struct search *search, const struct bt_patience *patience,
			struct bt_err *err)
{
	char state[PATH_MAX];
	int ret;

	search->patience = patience;
	search->text = "looking for the guest's kernel";
	ret = bt_place_find(BT_PLACE_FETCH_KERNEL, search->script, err);
	if (!ret)
		ret = bt_place_cache("kernels", search->cache, err);
	if (!ret)
		ret = bt_place_state(state, err);
	if (ret)
		return ret;
	if (snprintf(search->log, PATH_MAX, "%s/fetch-kernel.log", state) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", state);
	if (unlink(search->log) && errno != ENOENT)
		return bt_err_set(err, errno, "%s: %s", search->log, strerror(errno));
	return 0;
}

/* Runs the script; its one line of output goes to output. Returns its exit code or -errno. */
static int run_script(const struct search *search, const char *mode, const char *release,
		      char output[PATH_MAX], struct bt_err *err)
{
	const char *argv[5] = { search->script };
	unsigned count = 1;

	if (mode)
		argv[count++] = mode;
	argv[count++] = release;
	argv[count] = search->cache;
	return bt_child_run(&(struct bt_child_job){ .argv = argv, .text = search->text,
						    .log_path = search->log, .output = output,
						    .output_size = PATH_MAX },
			    search->patience, err);
}

/* The last line of the log says why. */
static int script_failed(const struct search *search, const char *release, struct bt_err *err)
{
	char *text, *line;

	if (bt_read_file(search->log, 1u << 20, &text, NULL) < 0)
		return bt_err_set(err, ENODEV, "no kernel %s for the guest", release);
	for (line = text + strlen(text); line > text && line[-1] == '\n';)
		*--line = '\0';
	line = strrchr(text, '\n');
	bt_err_set(err, ENODEV, "no kernel %s for the guest: %s (log: %s)", release,
		   line ? line + 1 : text, search->log);
	free(text);
	return -ENODEV;
}

bool bt_kernel_agreed(const struct bt_vm_options *options, const char *question)
{
	return options->assume_yes ||
	       (options->ask && options->ask(options->context, question));
}

/* A kernel that is new here needs a module that is new here: one yes for both. */
static int ask_for_download(struct bt_kernel *kernel, const struct bt_vm_options *options,
			    const char *plan, struct bt_err *err)
{
	char question[PATH_MAX + 64];

	snprintf(question, sizeof(question), "Download the guest's kernel%s: %s?",
		 options->module ? "" : " and build the module for it", plan);
	kernel->agreed = bt_kernel_agreed(options, question);
	if (kernel->agreed)
		return 0;
	return bt_err_set(err, ENODEV, "a guest needs a kernel, and downloading it was not agreed "
			  "to (--yes agrees): %s", plan);
}

static int fetch(struct search *search, const struct bt_vm_options *options,
		 const char *release, struct bt_kernel *kernel, struct bt_err *err)
{
	char plan[PATH_MAX], text[PATH_MAX + 32];
	int code = run_script(search, "--plan", release, plan, err);

	if (code < 0)
		return code;
	if (code)
		return script_failed(search, release, err);
	code = ask_for_download(kernel, options, plan, err);
	if (code)
		return code;
	snprintf(text, sizeof(text), "downloading kernel %s", plan);
	search->text = text;
	code = run_script(search, NULL, release, kernel->kit, err);
	if (code > 0)
		return script_failed(search, release, err);
	return code;
}

/* Tries what needs no download: what is installed, then what is in the cache. 1 = neither. */
static int find_local(const struct search *search, const char *release, const char *cached,
		      char kit[PATH_MAX], struct bt_err *err)
{
	int code = run_script(search, "--installed", release, kit, err);

	if (code > 0)
		code = run_script(search, "--cached", cached, kit, err);
	return code > 0 ? 1 : code;
}

static int use_kit(struct bt_kernel *kernel, const char *kdir, struct bt_err *err)
{
	if (snprintf(kernel->image, PATH_MAX, "%s/vmlinux", kernel->kit) >= PATH_MAX ||
	    snprintf(kernel->tree, PATH_MAX, "%s%s", kdir ? kdir : kernel->kit,
		     kdir ? "" : "/build") >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", kernel->kit);
	if (access(kernel->image, R_OK))
		return bt_err_set(err, ENODEV, "kernel %s: %s", kernel->image, strerror(errno));
	return 0;
}

/* The directory of a kit, or an image that has all it needs built in. */
static int named_file(struct bt_kernel *kernel, const char *path, const char *kdir,
		      struct bt_err *err)
{
	struct stat file;

	if (stat(path, &file) || access(path, R_OK))
		return bt_err_set(err, ENODEV, "kernel %s: %s", path, strerror(errno));
	if (S_ISDIR(file.st_mode)) {
		snprintf(kernel->kit, PATH_MAX, "%s", path);
		return use_kit(kernel, kdir, err);
	}
	snprintf(kernel->image, PATH_MAX, "%s", path);
	snprintf(kernel->tree, PATH_MAX, "%s", kdir ? kdir : "");
	return 0;
}

/* 1: neither installed nor in the cache, but a search has begun that can go on. */
static int find_here(struct bt_kernel *kernel, const struct bt_vm_options *options,
		     const char *wanted, struct search *search, const struct bt_patience *patience,
		     struct bt_err *err)
{
	struct utsname host;
	int ret;

	memset(kernel, 0, sizeof(*kernel));
	if (options->kernel && strchr(options->kernel, '/'))
		return named_file(kernel, options->kernel, options->kdir, err);
	ret = search_begin(search, patience, err);
	if (ret)
		return ret;
	uname(&host);
	ret = find_local(search, options->kernel ? options->kernel : host.release, wanted,
			 kernel->kit, err);
	return ret ? ret : use_kit(kernel, options->kdir, err);
}

static const char *wanted_kernel(const struct bt_vm_options *options)
{
	return options->kernel ? options->kernel : "latest";
}

int bt_kernel_find_here(struct bt_kernel *kernel, const struct bt_vm_options *options,
			const struct bt_patience *patience, struct bt_err *err)
{
	struct search search;
	int ret = find_here(kernel, options, wanted_kernel(options), &search, patience, err);

	if (ret <= 0)
		return ret;
	return bt_err_set(err, ENODEV, "kernel %s is neither installed with its headers nor in %s",
			  wanted_kernel(options), search.cache);
}

int bt_kernel_find(struct bt_kernel *kernel, const struct bt_vm_options *options,
		   const struct bt_patience *patience, struct bt_err *err)
{
	const char *wanted = wanted_kernel(options);
	struct search search;
	int ret = find_here(kernel, options, wanted, &search, patience, err);

	if (ret <= 0)
		return ret;
	ret = fetch(&search, options, wanted, kernel, err);
	return ret ? ret : use_kit(kernel, options->kdir, err);
}

// SPDX-License-Identifier: GPL-2.0
/* buddytop lab build: a mode out of one's own checkouts of Linux and QEMU. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "lab/build.h"

#define JOBS_MAX 4096u

struct build_values {
	const char *like, *linux_src, *qemu_src, *config, *dir, *modes_file;
	uint64_t jobs;
	bool again, yes, dry_run;
};

#define FIELD(f) offsetof(struct build_values, f)

static const struct bt_opt build_opts[] = {
	{ "linux-src", 0, BT_OPT_TEXT, "DIR", "sources of the kernel", FIELD(linux_src) },
	{ "qemu-src", 0, BT_OPT_TEXT, "DIR", "sources of QEMU", FIELD(qemu_src) },
	{ "like", 0, BT_OPT_TEXT, "MODE", "of a new mode: the one that it is like", FIELD(like) },
	{ "config", 0, BT_OPT_TEXT, "FILE|TARGET", "what the kernel's configuration begins with "
	  "(default x86_64_defconfig)", FIELD(config) },
	{ "dir", 0, BT_OPT_TEXT, "DIR", "where it is built (default lab-build/MODE in the cache)",
	  FIELD(dir) },
	{ "modes", 0, BT_OPT_TEXT, "FILE", "modes file (default modes.ini of the configuration)",
	  FIELD(modes_file) },
	{ "jobs", 'j', BT_OPT_NUMBER, "N", "of make and ninja (default: the CPUs)", FIELD(jobs) },
	{ "again", 0, BT_OPT_FLAG, NULL, "look for changes without git's help, too", FIELD(again) },
	{ "yes", 'y', BT_OPT_FLAG, NULL, "agree to the build, and to replacing lines of the mode",
	  FIELD(yes) },
	{ "dry-run", 'n', BT_OPT_FLAG, NULL, "only say what would be done", FIELD(dry_run) },
	{ 0 }
};

static int build_all(struct bt_build *build, const struct build_values *values,
		     struct bt_err *err)
{
	unsigned due = bt_build_due(build);
	int code;

	bt_build_print(stdout, build);
	fflush(stdout);
	if (!due) {
		printf("Nothing to do.\n");
		return 0;
	}
	if (values->dry_run)
		return 0;
	code = bt_build_run(build, err);
	if (!code)
		printf("Built.\n");
	return code;
}

static int run_build(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct build_values *values = call->values;
	struct bt_cmd_opening opening = { .stop_fd = -1 };
	struct bt_build_options options = {
		.mode = call->argc ? call->argv[0] : NULL, .like = values->like,
		.linux_src = values->linux_src, .qemu_src = values->qemu_src,
		.config = values->config, .dir = values->dir, .modes_file = values->modes_file,
		.jobs = (unsigned)values->jobs, .again = values->again, .assume_yes = values->yes,
		.ask = bt_cmd_opening_asked, .context = &opening,
		.patience = { bt_cmd_opening_told, &opening } };
	struct bt_build *build = NULL;
	int code;

	if (call->argc != 1)
		return bt_err_set(err, EINVAL, "lab build: one mode is needed (buddytop lab modes "
				  "lists them)");
	if (values->jobs > JOBS_MAX)
		return bt_err_set(err, EINVAL, "--jobs: at most %u", JOBS_MAX);
	opening.stop_fd = bt_cmd_catch_end();
	code = bt_build_plan(&build, &options, err);
	if (!code)
		code = build_all(build, values, err);
	bt_build_free(build);
	close(opening.stop_fd);
	return code;
}

const struct bt_cmd bt_lab_build_cmd = {
	.name = "lab build",
	.operands = "MODE",
	.summary = "Build a mode's kernel, module and QEMU out of one's own checkouts",
	.description =
		"Nothing is written into the checkouts, and nothing is downloaded. What was built stays:\n"
		"after an interruption or an edit, only what is left to do is done. The mode's section of\n"
		"modes.ini then names kernel and QEMU, and buddytop lab run --mode MODE uses them.",
	.opts = build_opts,
	.no_source = true,
	.values_size = sizeof(struct build_values),
	.run = run_build,
};

// SPDX-License-Identifier: GPL-2.0
/*
 * buddytop-guest-run, for tests: boots a guest with added files, copies what its /sbin/guest-extra
 * prints to stdout and exits as it did. The guest is gone at the end, however that comes.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/opt.h"
#include "core/util.h"
#include "vm/vm.h"

#define LINE_SIZE 4096
#define TICK_MS 200

struct values {
	uint64_t time_limit_ns;
	bool yes, agent, help, verbose;
	struct bt_opt_list settings;
};

#define SETTING(name, value, help) { name, 0, BT_OPT_SETTING, value, help, \
				     offsetof(struct values, settings) }

static const struct bt_opt opts[] = {
	{ "time-limit", 't', BT_OPT_TIME, "TIME", "for the whole run (default 5m)",
	  offsetof(struct values, time_limit_ns) },
	{ "agent", 0, BT_OPT_FLAG, NULL, "start the agent in the guest too",
	  offsetof(struct values, agent) },
	{ "yes", 'y', BT_OPT_FLAG, NULL, "agree to download a kernel, build a module",
	  offsetof(struct values, yes) },
	{ "verbose", 'v', BT_OPT_FLAG, NULL, "print progress, times and the console's path",
	  offsetof(struct values, verbose) },
	{ "help", 'h', BT_OPT_FLAG, NULL, "print this text", offsetof(struct values, help) },
	SETTING("add", "/GUEST_PATH=FILE", "file for the guest; /sbin/guest-extra is run"),
	SETTING("qemu-arg", "TEXT", "one more argument for QEMU"),
	SETTING("kernel", "RELEASE|SERIES|PATH", "kernel to boot"),
	SETTING("kdir", "DIR", "build tree for the module"),
	SETTING("module", "FILE", "a built buddytop.ko"),
	SETTING("cpus", "N", "virtual CPUs"),
	SETTING("nodes", "N", "NUMA nodes"),
	SETTING("memory", "SIZE", "memory of all nodes together"),
	SETTING("accel", "auto|kvm|tcg|icount", "what runs the guest"),
	SETTING("append", "TEXT", "more kernel command line"),
	SETTING("boot-limit", "TIME", "for the boot alone (default 2m)"),
	SETTING("max-held-pct", "N", "limit of the module, percent of the memory"),
	{ 0 }
};

/* The run: a deadline, and the line that is being received. */
struct run {
	const struct values *values;
	uint64_t start_ns, deadline_ns;
	char line[LINE_SIZE];	/* while booting: the last progress */
	size_t used;
	int code;		/* of guest-extra, or -1 */
};

static bool progress(void *context, const char *text)
{
	struct run *run = context;

	if (run->values->verbose && strcmp(run->line, text))
		fprintf(stderr, "%s\n", text);
	bt_copy_clean(run->line, sizeof(run->line), text);
	return bt_mono_ns() < run->deadline_ns;
}

static int set_options(struct bt_vm_options *options, const struct values *values,
		       struct bt_err *err)
{
	int ret = 0;

	bt_vm_options_default(options);
	options->agent = values->agent;
	options->extra = true;
	options->assume_yes = values->yes;
	for (unsigned i = 0; i < values->settings.count && !ret; i++)
		ret = bt_vm_option_set(options, values->settings.items[i], err);
	return ret;
}

/* The end of guest-extra is said by the guest's init, after all it printed. */
static void take_line(struct run *run)
{
	run->line[run->used] = '\0';
	run->used = 0;
	if (sscanf(run->line, "guest-extra exit %d", &run->code) == 1)
		return;
	puts(run->line);
	fflush(stdout);
}

static void take(struct run *run, const char *text, ssize_t size)
{
	for (ssize_t i = 0; i < size && run->code < 0; i++) {
		if (text[i] == '\n' || run->used == LINE_SIZE - 1)
			take_line(run);
		else if (text[i] != '\r')
			run->line[run->used++] = text[i];
	}
}

/* Copies until guest-extra has ended, the guest is gone or the time is over. */
static int copy_output(struct run *run, struct bt_vm *vm, struct bt_err *err)
{
	struct pollfd wait = { .fd = bt_vm_port_fd(vm, BT_VM_EXTRA), .events = POLLIN };
	char text[LINE_SIZE];

	while (run->code < 0) {
		ssize_t got = 0;

		if (poll(&wait, 1, TICK_MS) > 0)
			got = read(wait.fd, text, sizeof(text));
		take(run, text, got);
		if (run->code < 0 && got <= 0 && !bt_vm_alive(vm, err))
			return -err->code;
		if (bt_mono_ns() > run->deadline_ns)
			return bt_err_set(err, ETIMEDOUT,
					  "guest-extra is not done in %u s (console: %s)",
					  (unsigned)(run->values->time_limit_ns / BT_NS_PER_S),
					  bt_vm_console_path(vm));
	}
	return run->code;
}

static int run_guest(const struct values *values, struct bt_err *err)
{
	struct run run = { .values = values, .start_ns = bt_mono_ns(), .code = -1 };
	struct bt_vm_options options;
	struct bt_vm *vm;
	int ret = set_options(&options, values, err);

	run.deadline_ns = run.start_ns + values->time_limit_ns;
	options.progress = progress;
	options.context = &run;
	if (!ret)
		ret = bt_vm_start(&vm, &options, err);
	if (ret)
		return ret;
	if (values->verbose)
		fprintf(stderr, "booted under %s in %u ms, console: %s\n", bt_vm_accel(vm),
			(unsigned)((bt_mono_ns() - run.start_ns) / BT_NS_PER_MS),
			bt_vm_console_path(vm));
	ret = copy_output(&run, vm, err);
	bt_vm_stop(vm);
	return ret;
}

int main(int argc, char **argv)
{
	struct values values = { .time_limit_ns = 300 * BT_NS_PER_S };
	struct bt_opt_group group = { "Options", opts, &values };
	struct bt_err err = { 0 };
	int ret = bt_opt_parse(&group, 1, argc, argv, &err);

	if (ret >= 0 && values.help) {
		printf("Usage: buddytop-guest-run [OPTION...]\n");
		bt_opt_help(stdout, &group, 1);
		ret = 0;
	} else if (ret >= 0) {
		ret = run_guest(&values, &err);
	}
	bt_opt_list_free(&values.settings);
	if (ret >= 0)
		return ret;
	fprintf(stderr, "buddytop-guest-run: %s\n", err.text);
	return bt_err_exit(&err);
}

// SPDX-License-Identifier: GPL-2.0
/* A guest of our own: a remote source over its virtio-serial port, plus the guest's lifetime. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "source/remote.h"
#include "vm/vm.h"

#define GREETING_LIMIT_NS (30 * BT_NS_PER_S)
#define END_LIMIT_NS (BT_NS_PER_S / 2)
#define TICK_NS (10 * BT_NS_PER_MS)

struct vm_source {
	struct bt_vm *vm;	/* NULL: whoever opened the source has it */
	void *remote;		/* state of bt_source_remote */
	const struct bt_guest_link *guest;	/* then; else NULL */
};

static int set_options(struct bt_vm_options *to, const struct bt_source_options *options,
		       struct bt_err *err)
{
	int ret = 0;

	if (options->argument)
		return bt_err_set(err, EINVAL, "source vm:%s: takes no argument; the options that "
				  "begin with \"guest:\" in --help shape it (--kernel, --cpus, "
				  "--memory, ...)", options->argument);
	bt_vm_options_default(to);
	for (const char *const *extra = options->extra; extra && *extra && !ret; extra++)
		ret = bt_vm_option_set(to, *extra, err);
	to->assume_yes = options->assume_yes;
	to->progress = options->progress;
	to->ask = options->ask;
	to->context = options->context;
	return ret;
}

/*
 * The stream ends a little before its process can be reaped. True when the guest is what was lost,
 * err says why then.
 */
static bool guest_lost(struct vm_source *source, uint64_t patience_ns, struct bt_err *err)
{
	uint64_t limit_ns = bt_mono_ns() + patience_ns;

	if (!source->vm)
		return false;
	while (bt_vm_alive(source->vm, err)) {
		if (bt_mono_ns() >= limit_ns)
			return false;
		bt_sleep_until_ns(bt_mono_ns() + TICK_NS);
	}
	return true;
}

/* The guest's own reason tells more than the stream's. */
static int greeting_failed(struct vm_source *source, struct bt_err *err)
{
	struct bt_err reason;

	if (guest_lost(source, END_LIMIT_NS, &reason))
		*err = reason;
	else
		bt_err_prefix(err, "the guest's agent (console: %s)",
			      bt_vm_console_path(source->vm));
	return -err->code;
}

static void name_machine(struct bt_machine *machine, const char *accel)
{
	snprintf(machine->source, sizeof(machine->source), "vm");
	snprintf(machine->accel, sizeof(machine->accel), "%s", accel);
	if (strcmp(accel, "kvm"))
		machine->reality = BT_EMULATED;
}

static int open_source(void **state, const struct bt_source_options *options,
		       struct bt_machine *machine, struct bt_err *err)
{
	struct vm_source *source = bt_xcalloc(1, sizeof(*source));
	struct bt_vm_options vm_options;
	int ret = set_options(&vm_options, options, err);

	if (!ret)
		ret = bt_vm_start(&source->vm, &vm_options, err);
	if (ret)
		goto err_free;
	ret = bt_remote_open_fd(&source->remote, bt_vm_port_fd(source->vm, BT_VM_AGENT), GREETING_LIMIT_NS,
				options, machine, err);
	if (ret) {
		ret = greeting_failed(source, err);
		goto err_stop;
	}
	name_machine(machine, bt_vm_accel(source->vm));
	*state = source;
	return 0;
err_stop:
	bt_vm_stop(source->vm);
err_free:
	free(source);
	return ret;
}

static int open_guest(void **state, const struct bt_source_options *options,
		      struct bt_machine *machine, struct bt_err *err)
{
	const struct bt_guest_link *guest = options->guest;
	struct vm_source *source;
	int ret;

	if (!guest)
		return bt_err_set(err, EINVAL, "source guest: only for a program that runs one");
	source = bt_xcalloc(1, sizeof(*source));
	ret = bt_remote_open_fd(&source->remote, guest->fd, GREETING_LIMIT_NS, options, machine, err);
	if (ret) {
		free(source);
		return ret;
	}
	source->guest = guest;
	name_machine(machine, guest->accel);
	*state = source;
	return 0;
}

/* An agent that ended leaves its stream open: only QEMU's events tell it from a slow one. */
static int read_frame(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct vm_source *source = state;
	int ret = bt_source_remote.read(source->remote, frame, err);
	struct bt_err reason;

	if (!ret && source->guest && source->guest->host)
		source->guest->host(source->guest->context, &frame->host);
	if (ret >= 0 || ret == -EAGAIN)
		return ret;
	if (guest_lost(source, ret == -ETIMEDOUT ? 0 : END_LIMIT_NS, &reason)) {
		*err = reason;
		return -err->code;
	}
	return ret;
}

static int publish(void *state, const struct bt_config *config, uint64_t token, struct bt_err *err)
{
	struct vm_source *source = state;

	return bt_source_remote.publish(source->remote, config, token, err);
}

static const char *no_control(void *state)
{
	struct vm_source *source = state;

	return bt_source_remote.no_control(source->remote);
}

static int keepalive(void *state)
{
	struct vm_source *source = state;

	return bt_source_remote.keepalive(source->remote);
}

static int measure(void *state, const struct bt_measure_options *options, struct bt_err *err)
{
	struct vm_source *source = state;

	return bt_source_remote.measure(source->remote, options, err);
}

static void measured(void *state, struct bt_measure *result)
{
	struct vm_source *source = state;

	bt_source_remote.measured(source->remote, result);
}

static void interrupt(void *state)
{
	struct vm_source *source = state;

	bt_source_remote.interrupt(source->remote);
}

static void close_source(void *state)
{
	struct vm_source *source = state;

	bt_source_remote.close(source->remote);
	bt_vm_stop(source->vm);
	free(source);
}

const struct bt_source_ops bt_source_vm = {
	.name = "vm",
	.help = "a QEMU guest of our own with the module in it",
	.open = open_source,
	.read = read_frame,
	.publish = publish,
	.no_control = no_control,
	.keepalive = keepalive,
	.measure = measure,
	.measured = measured,
	.interrupt = interrupt,
	.close = close_source,
};

const struct bt_source_ops bt_source_guest = {
	.name = "guest",
	.open = open_guest,
	.read = read_frame,
	.publish = publish,
	.no_control = no_control,
	.keepalive = keepalive,
	.measure = measure,
	.measured = measured,
	.interrupt = interrupt,
	.close = close_source,
};

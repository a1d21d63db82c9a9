// SPDX-License-Identifier: GPL-2.0
#include "vm/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/accel.h"
#include "vm/child.h"
#include "vm/console.h"
#include "vm/image.h"
#include "vm/place.h"
#include "vm/qemu.h"

#define TICK_MS 50
#define STOP_LIMIT_NS (2 * BT_NS_PER_S)

int bt_vm_port_fd(const struct bt_vm *vm, enum bt_vm_port port)
{
	return vm->ports[port].fd;
}

pid_t bt_vm_pid(const struct bt_vm *vm)
{
	return vm->pid;
}

const char *bt_vm_kernel_path(const struct bt_vm *vm)
{
	return vm->kernel.image;
}

const char *bt_vm_module_path(const struct bt_vm *vm)
{
	return vm->module;
}

const char *const *bt_vm_argv(const struct bt_vm *vm)
{
	return (const char *const *)vm->argv;
}

const char *bt_vm_accel(const struct bt_vm *vm)
{
	return vm->accel;
}

const char *bt_vm_console_path(const struct bt_vm *vm)
{
	return vm->console;
}

/* ---- what a guest is made of ------------------------------------------------------------- */

static int find_qemu(struct bt_vm *vm, struct bt_err *err)
{
	const char *name = vm->options.qemu ? vm->options.qemu : "qemu-system-x86_64";

	if (!bt_place_program(name, vm->qemu))
		return 0;
	return bt_err_set(err, ENODEV, "%s is missing: install qemu-system-x86", name);
}

static int find_module(struct bt_vm *vm, struct bt_err *err)
{
	if (!vm->options.module)
		return bt_kernel_module(&vm->kernel, &vm->options, vm->module, &vm->patience,
					err);
	snprintf(vm->module, PATH_MAX, "%s", vm->options.module);
	if (!access(vm->module, R_OK))
		return 0;
	return bt_err_set(err, ENODEV, "module %s: %s", vm->module, strerror(errno));
}

static int find_parts(struct bt_vm *vm, struct bt_err *err)
{
	int ret = bt_qemu_check(&vm->options, err);

	if (!ret)
		ret = find_qemu(vm, err);
	if (!ret)
		ret = bt_place_find(BT_PLACE_INIT, vm->init, err);
	if (!ret && vm->options.agent)
		ret = bt_place_find(BT_PLACE_AGENT, vm->agent, err);
	if (!ret && vm->options.work)
		ret = bt_place_find(BT_PLACE_WORK, vm->work, err);
	if (!ret)
		ret = bt_kernel_find(&vm->kernel, &vm->options, &vm->patience, err);
	if (!ret)
		ret = find_module(vm, err);
	return ret;
}

static int make_console(struct bt_vm *vm, struct bt_err *err)
{
	char state[PATH_MAX];
	int ret = bt_place_state(state, err);

	if (!ret)
		ret = vm->console_fd = bt_console_create(state, vm->console, err);
	return ret < 0 ? ret : 0;
}

static int write_image(struct bt_vm *vm, const char *path, struct bt_err *err)
{
	return bt_image_write(&(struct bt_image){ .init = vm->init,
						  .agent = vm->options.agent ? vm->agent : NULL,
						  .work = vm->options.work ? vm->work : NULL,
						  .kit = vm->kernel.kit,
						  .spare = vm->options.work,
						  .tree = vm->options.tree,
						  .module = vm->module,
						  .add = vm->options.add.items,
						  .add_count = vm->options.add.count },
			      path, err);
}

/* ---- the process ------------------------------------------------------------------------- */

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Streams to QEMU have no name: whoever has no descriptor cannot speak on them, and none is left. */
static int make_stream(int *ours, int *theirs, struct bt_err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return bt_err_set(err, errno, "socketpair: %s", strerror(errno));
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*ours = ends[0];
	*theirs = ends[1];
	return 0;
}

static int open_ports(struct bt_vm *vm, struct bt_err *err)
{
	const bool wanted[BT_VM_PORTS] = {
		[BT_VM_AGENT] = vm->options.agent,
		[BT_VM_EXTRA] = vm->options.extra,
		[BT_VM_WORK] = vm->options.work,
	};
	int ret = 0;

	for (unsigned i = 0; i < BT_VM_PORTS && !ret; i++) {
		if (wanted[i])
			ret = make_stream(&vm->ports[i].fd, &vm->ports[i].guest_fd, err);
	}
	return ret;
}

static void close_ports(struct bt_vm *vm, bool ours)
{
	for (unsigned i = 0; i < BT_VM_PORTS; i++) {
		close_fd(&vm->ports[i].guest_fd);
		if (ours)
			close_fd(&vm->ports[i].fd);
	}
}

/* *theirs is QEMU's end. The first command is there before QEMU is. */
static int open_qmp(struct bt_vm *vm, int *theirs, struct bt_err *err)
{
	int ours, ret = make_stream(&ours, theirs, err);

	if (ret)
		return ret;
	ret = bt_qmp_open(&vm->qmp, ours, err);
	if (ret)
		close_fd(theirs);
	return ret;
}

/* The guest's ends are then QEMU's alone, so that its end is the end of the stream. */
static int launch(struct bt_vm *vm, const char *initramfs, struct bt_err *err)
{
	struct bt_child_spec child = { .out_fd = vm->console_fd, .err_fd = vm->console_fd };
	struct bt_qemu_spec spec = {
		.options = &vm->options, .program = vm->qemu, .accel = vm->accel,
		.image = vm->kernel.image, .initramfs = initramfs, .console_path = vm->console };
	int ret = open_qmp(vm, &spec.qmp_fd, err);
	pid_t pid;

	if (ret)
		return ret;
	child.fds[child.fd_count++] = spec.qmp_fd;
	for (unsigned i = 0; i < BT_VM_PORTS; i++) {
		spec.port_fds[i] = vm->ports[i].guest_fd;
		if (spec.port_fds[i] >= 0)
			child.fds[child.fd_count++] = spec.port_fds[i];
	}
	vm->argv = bt_qemu_argv(&spec);
	child.argv = (const char *const *)vm->argv;
	pid = bt_child_start(&child, err);
	close_fd(&spec.qmp_fd);
	close_ports(vm, false);
	if (pid < 0)
		return (int)pid;
	vm->pid = pid;
	return 0;
}

static bool process_ended(struct bt_vm *vm)
{
	if (!vm->ended && vm->pid)
		vm->ended = bt_child_ended(vm->pid, &vm->status);
	return vm->ended;
}

static void take_port_event(struct bt_vm *vm, const struct bt_json *data)
{
	const char *id = bt_json_get_string(data, "id");
	bool open;

	if (!id || strncmp(id, "port-", 5) || !bt_json_get_bool(data, "open", &open))
		return;
	for (unsigned i = 0; i < BT_VM_PORTS; i++) {
		if (!strcmp(id + 5, bt_vm_port_id[i]))
			vm->ports[i].state = open ? PORT_OPEN : PORT_CLOSED;
	}
}

/* With werror=enospc, which is QEMU's default, the guest stands still from here on. */
static void take_block_error(struct bt_vm *vm, const struct bt_json *data)
{
	bool full = false;

	if (bt_json_get_bool(data, "nospace", &full) && full)
		vm->disk_full = true;
}

void bt_vm_take_message(struct bt_vm *vm, const struct bt_json *message)
{
	const char *event = bt_json_get_string(message, "event");
	const struct bt_json *data = bt_json_get_object(message, "data");

	if (!event)
		return;
	if (!strcmp(event, "VSERPORT_CHANGE"))
		take_port_event(vm, data);
	if (!strcmp(event, "BLOCK_IO_ERROR"))
		take_block_error(vm, data);
	if (vm->on_event)
		vm->on_event(vm->event_context, event, data);
}

static void take_events(struct bt_vm *vm)
{
	const struct bt_json *message;
	struct bt_err ignored;

	while (vm->qmp && (message = bt_qmp_receive(vm->qmp, &ignored)))
		bt_vm_take_message(vm, message);
}

/* Why the process ended, in words: the kernel's, QEMU's own, or the signal. */
static int describe_end(struct bt_vm *vm, struct bt_err *err)
{
	char reason[256], status[64];

	if (bt_console_reason(vm->console, reason, sizeof(reason)))
		return bt_err_set(err, EHOSTDOWN, "the guest's kernel died: %s (console: %s)", reason,
				  vm->console);
	if (WIFSIGNALED(vm->status))
		*reason = '\0';	/* it had no time to say anything */
	bt_child_status_text(vm->status, status, sizeof(status));
	return bt_err_set(err, EIO, "QEMU ended (%s)%s%s (console: %s)", status,
			  *reason ? ": " : "", reason, vm->console);
}

bool bt_vm_alive(struct bt_vm *vm, struct bt_err *err)
{
	take_events(vm);
	if (process_ended(vm)) {
		describe_end(vm, err);
		return false;
	}
	if (vm->disk_full) {
		bt_err_set(err, ENOSPC, "the host has no room left for what the guest writes to its "
			   "disk: QEMU has stopped it");
		return false;
	}
	if (vm->ports[BT_VM_AGENT].state != PORT_CLOSED && vm->ports[BT_VM_WORK].state != PORT_CLOSED)
		return true;
	bt_err_set(err, EIO, "%s in the guest ended (console: %s)",
		   vm->ports[BT_VM_AGENT].state == PORT_CLOSED ? "the agent" : "buddytop-work",
		   vm->console);
	return false;
}

/* ---- boot -------------------------------------------------------------------------------- */

static void wait_a_moment(struct bt_vm *vm)
{
	struct pollfd wait = { .fd = bt_qmp_fd(vm->qmp), .events = POLLIN };

	poll(&wait, 1, TICK_MS);
}

/* What the extra program prints is waited for only where nothing else shows that it is there. */
static bool ready(const struct bt_vm *vm)
{
	bool agent = vm->options.agent, work = vm->options.work;

	if (agent && vm->ports[BT_VM_AGENT].state != PORT_OPEN)
		return false;
	if (work && vm->ports[BT_VM_WORK].state != PORT_OPEN)
		return false;
	return agent || work || !vm->options.extra || vm->ports[BT_VM_EXTRA].state == PORT_OPEN;
}

static int wait_for_boot(struct bt_vm *vm, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	char text[64], reason[256];

	snprintf(text, sizeof(text), "booting the guest under %s", vm->accel);
	while (!ready(vm)) {
		if (!bt_vm_alive(vm, err))
			return -err->code;
		if (!bt_patience_ask(&vm->patience, text, start_ns))
			return bt_err_set(err, ECANCELED, "%s: given up (console: %s)", text,
					  vm->console);
		if (bt_mono_ns() - start_ns > vm->options.boot_limit_ns) {
			bt_console_reason(vm->console, reason, sizeof(reason));
			return bt_err_set(err, ETIMEDOUT,
					  "the guest did not boot in %u s%s%s (console: %s)",
					  (unsigned)(vm->options.boot_limit_ns / BT_NS_PER_S),
					  *reason ? ": " : "", reason, vm->console);
		}
		wait_a_moment(vm);
	}
	return 0;
}

static int boot(struct bt_vm *vm, struct bt_err *err)
{
	char *initramfs = bt_xasprintf("%s/initramfs", vm->dir);
	int ret = write_image(vm, initramfs, err);

	if (!ret)
		ret = open_ports(vm, err);
	if (!ret)
		ret = launch(vm, initramfs, err);
	if (!ret)
		ret = wait_for_boot(vm, err);
	free(initramfs);
	return ret;
}

int bt_vm_start(struct bt_vm **out, const struct bt_vm_options *options, struct bt_err *err)
{
	struct bt_vm *vm = bt_xcalloc(1, sizeof(*vm));
	int ret;

	vm->options = *options;
	vm->patience = (struct bt_patience){ options->progress, options->context };
	vm->console_fd = -1;
	for (unsigned i = 0; i < BT_VM_PORTS; i++)
		vm->ports[i] = (struct bt_vm_port_state){ .fd = -1, .guest_fd = -1 };
	ret = find_parts(vm, err);
	if (!ret)
		ret = bt_place_private(vm->dir, err);
	if (!ret)
		ret = make_console(vm, err);
	if (!ret)
		ret = bt_accel_choose(&vm->accel, &(struct bt_accel_wish){
			.options = &vm->options, .program = vm->qemu, .image = vm->kernel.image,
			.own_image = !*vm->kernel.kit, .dir = vm->dir,
			.patience = &vm->patience }, err);
	if (!ret)
		ret = boot(vm, err);
	if (ret) {
		if (options->failed)
			options->failed(options->context, vm);
		bt_vm_stop(vm);
		return ret;
	}
	*out = vm;
	return 0;
}

/* ---- end --------------------------------------------------------------------------------- */

static void end_process(struct bt_vm *vm)
{
	uint64_t limit_ns = bt_mono_ns() + STOP_LIMIT_NS;

	if (!vm->pid || process_ended(vm))
		return;
	if (vm->qmp && !bt_qmp_send(vm->qmp, &(struct bt_qmp_command){ .name = "quit" })) {
		while (!process_ended(vm) && bt_mono_ns() < limit_ns)
			bt_sleep_until_ns(bt_mono_ns() + 5 * BT_NS_PER_MS);
	}
	if (!process_ended(vm))
		bt_child_kill(vm->pid);
}

void bt_vm_stop(struct bt_vm *vm)
{
	if (!vm)
		return;
	end_process(vm);
	bt_qmp_close(vm->qmp);
	close_ports(vm, true);
	close_fd(&vm->console_fd);
	if (*vm->dir)
		bt_place_remove(vm->dir);
	bt_qemu_argv_free(vm->argv);
	free(vm);
}

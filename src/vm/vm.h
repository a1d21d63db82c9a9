/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU guest with the module and the agent in it: kernel found or fetched, module built,
 * initramfs written, accelerator proven, process started and ended. The link is a stream socket
 * (virtio-serial) to the guest's agent. Single thread.
 */
#ifndef BT_VM_H
#define BT_VM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"

struct bt_vm;

struct bt_vm_options {
	unsigned cpus;			/* default 2 */
	unsigned nodes;			/* default 2; at most cpus + memory-only nodes allowed */
	uint64_t memory_bytes;		/* default 1 GiB, all nodes together */
	const char *accel;		/* "auto", "kvm", "tcg" */
	const char *kernel;		/* release ("6.12.117+deb12-amd64") or a path to an image; NULL: choose */
	const char *kdir;		/* build tree for the module; NULL: the one of the release */
	const char *qemu;		/* NULL: qemu-system-x86_64 of PATH */
	const char *append;		/* more kernel command line, or NULL */
	const char *const *add;		/* NULL-terminated "GUEST_PATH=FILE" added to the initramfs, or NULL */
	unsigned max_held_pct;		/* module parameter; default 90 in a guest of our own */
	uint64_t boot_limit_ns;		/* default 120 s */
	bool assume_yes;
	bool (*progress)(void *context, const char *text);
	bool (*ask)(void *context, const char *question);
	void *context;
};

void bt_vm_options_default(struct bt_vm_options *options);
/* "cpus=2", "memory=1G", "nodes=2", "accel=tcg", "kernel=...", "append=...", "add=/x=FILE" ... */
int bt_vm_option_set(struct bt_vm_options *options, const char *assignment, struct bt_err *err);

/*
 * Boots and waits until the agent's port is open. On failure err ends with the path of the kept
 * console log and nothing is left running. -ENODEV: QEMU, a kernel or headers are missing (err says
 * which package), -EPERM: a yes was needed.
 */
int bt_vm_start(struct bt_vm **vm, const struct bt_vm_options *options, struct bt_err *err);
/* Stream to the agent, non-blocking; owned by vm. */
int bt_vm_link_fd(const struct bt_vm *vm);
/* "kvm" or "tcg", what runs it. */
const char *bt_vm_accel(const struct bt_vm *vm);
const char *bt_vm_console_path(const struct bt_vm *vm);
pid_t bt_vm_pid(const struct bt_vm *vm);
/* True while QEMU lives; otherwise err says why it ended (guest panic, killed) with the console's end. */
bool bt_vm_alive(struct bt_vm *vm, struct bt_err *err);
/* Powers off (QMP, then SIGKILL after 2 s), removes the private directory, keeps the console log. */
void bt_vm_stop(struct bt_vm *vm);

#endif

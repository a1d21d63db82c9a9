/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A QEMU guest with the module and the agent in it: kernel found or fetched, module built,
 * initramfs written, accelerator proven, process started and ended. The link is a stream socket
 * (virtio-serial) to the guest's agent. Single thread; the guest dies with the thread that started
 * it, so that not even SIGKILL leaves one running.
 */
#ifndef BT_VM_H
#define BT_VM_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#include "core/err.h"
#include "vm/qmp.h"

struct bt_vm;

#define BT_VM_LIST_MAX 256u	/* a thread for each CPU is two arguments */
#define BT_VM_CPUS_MAX 64u
#define BT_VM_NODES_MAX 16u

/* Streams between us and the guest, virtio-serial ports there. */
enum bt_vm_port {
	BT_VM_AGENT,		/* the agent's protocol */
	BT_VM_EXTRA,		/* what an added /sbin/guest-extra prints */
	BT_VM_WORK,		/* requests to buddytop-work */
	BT_VM_PORTS
};
extern const char *const bt_vm_port_id[BT_VM_PORTS];	/* "agent" */

struct bt_vm_list {
	const char *items[BT_VM_LIST_MAX];
	unsigned count;
};
/* One more, borrowed; false: there is no room. */
bool bt_vm_list_add(struct bt_vm_list *list, const char *text);

/* Texts are borrowed and outlive the start. */
struct bt_vm_options {
	unsigned cpus;			/* default 2 */
	unsigned nodes;			/* default 2; those beyond cpus have memory only */
	uint64_t memory_bytes;		/* default 1 GiB, all nodes together */
	uint64_t device_bytes;		/* that devices among qemu_args may add to it */
	bool anonymous;			/* else memory of files, which can be looked at from outside */
	const char *accel;		/* "auto", "kvm", "tcg"; "icount": TCG that counts instructions */
	/*
	 * Release ("6.12.117+deb12-amd64"), series ("6.12"), path of a directory made by
	 * fetch-kernel or of an image with virtio built in; NULL: the machine's own kernel if it
	 * can be used, else the distribution's.
	 */
	const char *kernel;
	const char *kdir;		/* build tree for the module; NULL: that of the release */
	const char *module;		/* a built buddytop.ko; NULL: built from our sources */
	const char *qemu;		/* NULL: qemu-system-x86_64 of PATH */
	const char *append;		/* more kernel command line, or NULL */
	struct bt_vm_list add;		/* "GUEST_PATH=FILE" added to the initramfs */
	const char *tree;		/* a directory, all of it, at the guest's root; NULL: none */
	struct bt_vm_list qemu_args;	/* QEMU's last arguments */
	unsigned max_held_pct;		/* module parameter; default 90 in a guest of our own */
	uint64_t boot_limit_ns;		/* default 120 s */
	bool agent;			/* start the agent (default) */
	bool extra;			/* second port for what an added /sbin/guest-extra prints,
					 * which otherwise goes to the console */
	bool work;			/* start buddytop-work, and load all modules of the kit */
	bool assume_yes;
	/* Called at least every 200 ms during a start; false gives up (-ECANCELED). May be NULL. */
	bool (*progress)(void *context, const char *text);
	bool (*ask)(void *context, const char *question);
	/* A start has failed, and what is left of it goes next: its console, its QEMU's argv. May be NULL. */
	void (*failed)(void *context, const struct bt_vm *vm);
	void *context;
};

void bt_vm_options_default(struct bt_vm_options *options);
/* "cpus=2", "memory=1G", "nodes=2", "accel=tcg", "kernel=...", "append=...", "add=/x=FILE" ... */
int bt_vm_option_set(struct bt_vm_options *options, const char *assignment, struct bt_err *err);

/*
 * Boots and waits until the agent's port (without an agent: the extra port) is open in the guest.
 * On failure err ends with the path of the kept console log and nothing is left running. -ENODEV:
 * QEMU, a kernel, headers or a yes are missing (err says which and the way out); -ETIMEDOUT;
 * -ECANCELED; -EHOSTDOWN: the guest's kernel died; -EIO: QEMU ended.
 */
int bt_vm_start(struct bt_vm **vm, const struct bt_vm_options *options, struct bt_err *err);
/*
 * Our end of a port's stream, non-blocking, owned by vm; -1: it has no such port. The extra one
 * ends with a line "guest-extra exit N".
 */
int bt_vm_port_fd(const struct bt_vm *vm, enum bt_vm_port port);
/* Of QEMU, for what /proc says of it. */
pid_t bt_vm_pid(const struct bt_vm *vm);
/* The files of its kernel and of the module in it. */
const char *bt_vm_kernel_path(const struct bt_vm *vm);
const char *bt_vm_module_path(const struct bt_vm *vm);
/* QEMU's command line, NULL-terminated; NULL: it did not come so far. */
const char *const *bt_vm_argv(const struct bt_vm *vm);
/* "kvm", "tcg" or "icount": what runs it. */
const char *bt_vm_accel(const struct bt_vm *vm);
const char *bt_vm_console_path(const struct bt_vm *vm);
/*
 * True while QEMU lives and the guest's ends of the links are open; otherwise err says why not
 * (-EHOSTDOWN: the guest's kernel died; -EIO: QEMU or a program in the guest ended; -ENOSPC: the
 * host has no room for what the guest writes, so that QEMU has stopped it) with the console's end.
 */
bool bt_vm_alive(struct bt_vm *vm, struct bt_err *err);
/* QEMU's events from now on, as they are received; of devices that tell of their own progress. */
typedef void bt_vm_event(void *context, const char *event, const struct bt_json *data);
void bt_vm_on_event(struct bt_vm *vm, bt_vm_event *on_event, void *context);

struct bt_vm_answer {
	const struct bt_json *value;		/* valid until the next call for this vm */
	uint64_t sent_ns, received_ns;		/* monotonic clock */
};
/*
 * One of QEMU's commands (QMP), waited for. -ETIMEDOUT after limit_ns, -EPIPE: QEMU has cut the
 * connection, -EIO: it has ended, -EREMOTEIO: QEMU refused, err has its words.
 */
int bt_vm_command(struct bt_vm *vm, const char *name, bt_qmp_arguments *arguments,
		  const void *context, uint64_t limit_ns, struct bt_vm_answer *answer,
		  struct bt_err *err);
/* Descriptor that is readable when QEMU has sent something; bt_vm_alive() takes it. */
int bt_vm_qmp_fd(const struct bt_vm *vm);

/* Powers off (QMP, then SIGKILL after 2 s), removes the private directory, keeps the console. */
void bt_vm_stop(struct bt_vm *vm);

#endif

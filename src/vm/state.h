/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a guest, for vm.c and command.c. */
#ifndef BT_VM_STATE_H
#define BT_VM_STATE_H

#include <limits.h>

#include "vm/kernel.h"
#include "vm/vm.h"

/* A port as QEMU's events tell of it. */
struct bt_vm_port_state {
	int fd;			/* our end, or -1 */
	int guest_fd;		/* QEMU's, until it has it */
	enum { PORT_NEVER, PORT_OPEN, PORT_CLOSED } state;
};

struct bt_vm {
	struct bt_vm_options options;
	struct bt_patience patience;
	struct bt_kernel kernel;
	char qemu[PATH_MAX], module[PATH_MAX], init[PATH_MAX], agent[PATH_MAX], work[PATH_MAX];
	const char *accel;
	char dir[PATH_MAX];	/* private; "" = not made */
	char console[PATH_MAX];
	int console_fd;
	struct bt_vm_port_state ports[BT_VM_PORTS];
	char **argv;
	pid_t pid;		/* 0 = not running */
	int status;		/* of its end, once `ended` */
	bool ended;
	bool disk_full;		/* of the host: QEMU has stopped the guest */
	struct bt_qmp *qmp;	/* NULL = not yet launched */
	uint64_t last_id;	/* of a command */
	bt_vm_event *on_event;
	void *event_context;
};

/* An event, or an answer that nobody waits for any more. */
void bt_vm_take_message(struct bt_vm *vm, const struct bt_json *message);

#endif

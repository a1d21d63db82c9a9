/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of QEMU. */
#ifndef BT_QEMU_H
#define BT_QEMU_H

#include "vm/vm.h"

/* What a guest is made of, beside its options. Numbers < 0 and NULL texts are left out. */
struct bt_qemu_spec {
	const struct bt_vm_options *options;
	const char *program;		/* path of QEMU */
	const char *accel;		/* "kvm", "tcg" or "icount" */
	const char *image, *initramfs;
	const char *console_path;	/* appended to */
	int qmp_fd;			/* QEMU's end of the stream of its protocol */
	int port_fds[BT_VM_PORTS];	/* QEMU's ends of the ports' streams; -1: no such port */
};

/* A NULL-terminated list of texts; bt_qemu_argv_free() frees both. */
char **bt_qemu_argv(const struct bt_qemu_spec *spec);
void bt_qemu_argv_free(char **argv);

/*
 * -EINVAL for an unknown accelerator, or when the memory is too small for the nodes or too large
 * for this machine.
 */
int bt_qemu_check(const struct bt_vm_options *options, struct bt_err *err);

/* CPUs first .. first + count - 1 belong to the node; count 0: a node of memory only. */
void bt_qemu_node_cpus(unsigned cpus, unsigned nodes, unsigned node, unsigned *first,
		       unsigned *count);

#endif

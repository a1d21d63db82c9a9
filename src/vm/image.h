/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's initramfs: what is in it, and where. */
#ifndef BT_IMAGE_H
#define BT_IMAGE_H

#include <stdbool.h>

#include "core/err.h"

struct bt_image {
	const char *init, *agent, *work; /* files; agent, work NULL = none */
	const char *tree;		/* a directory, all of it, at the root; NULL = none */
	const char *kit;		/* its modules are loaded first; "" = none */
	bool spare;			/* and those that it has besides */
	const char *module;		/* buddytop.ko */
	const char *const *add;		/* "GUEST_PATH=FILE" */
	unsigned add_count;
};

/* Names inside the guest that its init knows too. */
#define BT_GUEST_AGENT "bin/buddytop-agent"
#define BT_GUEST_WORK "bin/buddytop-work"
#define BT_GUEST_EXTRA "sbin/guest-extra"
#define BT_GUEST_MODULES "modules"
#define BT_GUEST_MODULES_LOAD "modules/load" /* file names, in the order to load them */
#define BT_GUEST_WORK "bin/buddytop-work"
#define BT_GUEST_PORT "buddytop."	/* and what bt_vm_port_id says */
#define BT_GUEST_AGENT_PORT BT_GUEST_PORT "agent"
#define BT_GUEST_EXTRA_PORT BT_GUEST_PORT "extra"
#define BT_GUEST_WORK_PORT BT_GUEST_PORT "work"
/* On the kernel's command line, which hands it to init's environment: the port is there. */
#define BT_GUEST_EXTRA_VARIABLE "BUDDYTOP_EXTRA_PORT"
/* There, too: the kernel was started with one CPU (maxcpus=1), and init is to start the others. */
#define BT_GUEST_CPUS_VARIABLE "BUDDYTOP_CPUS"

/* Writes the archive to path; an -errno leaves no file. */
int bt_image_write(const struct bt_image *image, const char *path, struct bt_err *err);

#endif

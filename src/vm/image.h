/* SPDX-License-Identifier: GPL-2.0 */
/* The guest's initramfs: what is in it, and where. */
#ifndef BT_IMAGE_H
#define BT_IMAGE_H

#include "core/err.h"

struct bt_image {
	const char *init, *agent;	/* files; agent NULL = none */
	const char *kit;		/* its modules are loaded first; "" = none */
	const char *module;		/* buddytop.ko */
	const char *const *add;		/* "GUEST_PATH=FILE" */
	unsigned add_count;
};

/* Names inside the guest that its init knows too. */
#define BT_GUEST_AGENT "bin/buddytop-agent"
#define BT_GUEST_EXTRA "sbin/guest-extra"
#define BT_GUEST_MODULES "modules"
#define BT_GUEST_MODULES_LOAD "modules/load" /* file names, in the order to load them */
#define BT_GUEST_AGENT_PORT "buddytop.agent"
#define BT_GUEST_EXTRA_PORT "buddytop.extra"
/* On the kernel's command line, which hands it to init's environment: the port is there. */
#define BT_GUEST_EXTRA_VARIABLE "BUDDYTOP_EXTRA_PORT"

/* Writes the archive to path; an -errno leaves no file. */
int bt_image_write(const struct bt_image *image, const char *path, struct bt_err *err);

#endif

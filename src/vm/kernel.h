/* SPDX-License-Identifier: GPL-2.0 */
/* Which kernel a guest boots, and the module built for it. */
#ifndef BT_KERNEL_H
#define BT_KERNEL_H

#include <limits.h>

#include "vm/vm.h"
#include "vm/child.h"

struct bt_kernel {
	char image[PATH_MAX];
	char kit[PATH_MAX];	/* directory of fetch-kernel; "" for an image that was named */
	char tree[PATH_MAX];	/* to build modules against; "" = not known */
	bool agreed;		/* the operator has said yes to the module's build, too */
};

/*
 * The image, kit or release of the options; without one the machine's own kernel if it is all
 * there, else a kit in the cache, else one that is downloaded after a yes. -ENODEV says what is
 * missing.
 */
int bt_kernel_find(struct bt_kernel *kernel, const struct bt_vm_options *options,
		   const struct bt_patience *patience, struct bt_err *err);

/* The same of what needs no download: -ENODEV without it. */
int bt_kernel_find_here(struct bt_kernel *kernel, const struct bt_vm_options *options,
			const struct bt_patience *patience, struct bt_err *err);

/*
 * Path of a buddytop.ko for the kernel: from the cache if that has one of the same sources and
 * tree, else built from our sources after a yes (-ENODEV without). The build's log is kept; err
 * names it and its first error.
 */
int bt_kernel_module(const struct bt_kernel *kernel, const struct bt_vm_options *options,
		     char path[PATH_MAX], const struct bt_patience *patience, struct bt_err *err);

/* Whether the cache has it, so that nothing would be built. */
bool bt_kernel_module_cached(const struct bt_kernel *kernel);

/* The operator's yes to a download or a build, given beforehand or asked for now. */
bool bt_kernel_agreed(const struct bt_vm_options *options, const char *question);

#endif

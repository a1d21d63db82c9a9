/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which accelerator runs guests here. There are machines where /dev/kvm opens and creates virtual
 * machines that never get past their firmware, so KVM has to prove itself: a kernel without an
 * initramfs must boot to its panic within a time limit. The answer is remembered in the cache for
 * this host kernel and this QEMU; that KVM does not work, as an image of the user's own says, for that
 * image alone, for it may be the image that does not.
 */
#ifndef BT_ACCEL_H
#define BT_ACCEL_H

#include "vm/child.h"
#include "vm/vm.h"

struct bt_accel_wish {
	const struct bt_vm_options *options;
	const char *program;	/* path of QEMU */
	const char *image;	/* kernel to prove it with */
	bool own_image;		/* it is no distribution's, which would boot anywhere */
	const char *dir;	/* for the console of that */
	const struct bt_patience *patience;
};

/* *accel = "kvm" or "tcg": what options->accel names, proven when that is "auto". */
int bt_accel_choose(const char **accel, const struct bt_accel_wish *wish, struct bt_err *err);

#endif

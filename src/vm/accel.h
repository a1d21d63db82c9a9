/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which accelerator runs guests here. There are machines where /dev/kvm opens and creates virtual
 * machines that never get past their firmware, so KVM has to prove itself: a kernel without an
 * initramfs must boot to its panic within a time limit. The answer is remembered in the cache for
 * this host kernel and this QEMU.
 */
#ifndef BT_ACCEL_H
#define BT_ACCEL_H

#include "vm/child.h"
#include "vm/vm.h"

/*
 * *accel = "kvm" or "tcg" for options->accel ("auto", "kvm" or "tcg"; others are -EINVAL). program is
 * QEMU's path, image the kernel to prove it with, dir a directory for the probe's console.
 */
int bt_accel_choose(const char **accel, const struct bt_vm_options *options, const char *program,
		    const char *image, const char *dir, const struct bt_patience *patience,
		    struct bt_err *err);

#endif

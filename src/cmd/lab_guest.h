/* SPDX-License-Identifier: GPL-2.0 */
/* Options that say what a guest of the lab is made of. */
#ifndef BT_CMD_LAB_GUEST_H
#define BT_CMD_LAB_GUEST_H

#include "cmd/cmd.h"
#include "lab/plan.h"
#include "vm/mode.h"

struct lab_guest_values {
	const char *modes_file, *accel;
	struct bt_opt_list set;		/* settings of plans, "memory=1G" */
	struct bt_opt_list parts;	/* "qemu=FILE": of all modes */
	bool yes;
};

/* Rows of the options that every such command has; type.member is its struct lab_guest_values. */
#define LAB_GUEST_FIELD(type, member, field) \
	(offsetof(type, member) + offsetof(struct lab_guest_values, field))
#define LAB_PART_OPT(type, member, name, value, help) \
	{ name, 0, BT_OPT_SETTING, value, help, LAB_GUEST_FIELD(type, member, parts) }
#define LAB_GUEST_OPTS(type, member) \
	{ "accel", 0, BT_OPT_TEXT, "NAME", "auto, kvm or tcg (default auto)", \
	  LAB_GUEST_FIELD(type, member, accel) }, \
	{ "modes", 0, BT_OPT_TEXT, "FILE", "modes file (default modes.ini of the configuration)", \
	  LAB_GUEST_FIELD(type, member, modes_file) }, \
	LAB_PART_OPT(type, member, "qemu", "FILE", "QEMU of the modes that are run"), \
	LAB_PART_OPT(type, member, "kernel", "KERNEL", \
		     "kernel of the guests: release, series, kit or image"), \
	LAB_PART_OPT(type, member, "kdir", "DIR", "tree to build the module against"), \
	LAB_PART_OPT(type, member, "module", "FILE", "a built module"), \
	LAB_PART_OPT(type, member, "vfio-device", "BDF[,BDF...]", \
		     "devices of the host for the +vfio modes"), \
	{ "yes", 'y', BT_OPT_FLAG, NULL, "agree to download a kernel and build the module", \
	  LAB_GUEST_FIELD(type, member, yes) }

/* The modes with the parts that were named. The caller frees *modes, also after an error. */
int lab_guest_modes(const struct lab_guest_values *values, struct bt_modes **modes,
		    struct bt_err *err);
/* All settings, of the section that was added last. */
int lab_guest_set(const struct lab_guest_values *values, struct bt_lab_plan *plan,
		  struct bt_err *err);
const char *lab_guest_accel(const struct lab_guest_values *values);
void lab_guest_free(struct lab_guest_values *values);

#endif

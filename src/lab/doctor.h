/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this machine can do for the lab, and what would make its numbers less true: a list of checks
 * with what was found, why it matters and what helps. Changes nothing, downloads nothing, needs no
 * rights; to try KVM it boots a guest's kernel for some seconds, where that was not done before.
 */
#ifndef BT_LAB_DOCTOR_H
#define BT_LAB_DOCTOR_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "core/json.h"

enum bt_doctor_state {
	BT_DOCTOR_OK,
	BT_DOCTOR_WARN,		/* numbers are less true or less repeatable, or a part is missing */
	BT_DOCTOR_NO,		/* something cannot be done here */
	BT_DOCTOR_STATES
};

extern const char *const bt_doctor_state_name[BT_DOCTOR_STATES];	/* "ok", "warn", "no" */

struct bt_doctor_check {
	const char *what;	/* "swap" */
	enum bt_doctor_state state;
	bool needed;		/* without it there is no lab at all */
	char found[192];
	const char *why;	/* it matters */
	const char *remedy;	/* "" = none, or none is needed */
};

#define BT_DOCTOR_CHECKS_MAX 32u

struct bt_doctor {
	struct bt_doctor_check checks[BT_DOCTOR_CHECKS_MAX];
	unsigned count;
	bool possible;		/* nothing that is needed is missing */
};

struct bt_doctor_options {
	const char *root;	/* before /proc and /sys: "" but in tests, which start no program */
	const char *results;	/* directory that results would go to */
	const char *kernel;	/* as in struct bt_vm_options; NULL */
	const char *qemu;	/* the same */
	/* Called at least every 200 ms while programs run; false gives up. May be NULL. */
	bool (*progress)(void *context, const char *text);
	void *context;
};

/* -ECANCELED: given up. What could not be found out is a check that says so. */
int bt_doctor_look(struct bt_doctor *doctor, const struct bt_doctor_options *options,
		   struct bt_err *err);
/* Two lines or more for a check that is not ok, lines not longer than width (0: there is room). */
void bt_doctor_print(FILE *out, const struct bt_doctor *doctor, unsigned width);
void bt_doctor_encode(struct bt_json_writer *w, const struct bt_doctor *doctor);

#endif

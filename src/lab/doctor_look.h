/* SPDX-License-Identifier: GPL-2.0 */
/* Inside the doctor: the rows of its table, and what they look at. */
#ifndef BT_LAB_DOCTOR_LOOK_H
#define BT_LAB_DOCTOR_LOOK_H

#include <limits.h>

#include "frame/frame.h"
#include "lab/doctor.h"
#include "vm/child.h"

struct doctor_look {
	const struct bt_doctor_options *options;
	struct bt_patience patience;
	struct bt_machine machine;
	char qemu[PATH_MAX];	/* "" = not found */
	char image[PATH_MAX];	/* a kernel to boot; the same */
	char dir[PATH_MAX];	/* private, for logs of what is run */
};

struct doctor_row {
	const char *what, *why;
	bool needed;
	void (*look)(struct doctor_look *look, struct bt_doctor_check *check);
};

/* In the order in which they are looked at; each ends with a row that has no name. */
extern const struct doctor_row doctor_programs[], doctor_machine[];

/* remedy is what helps; "" for nothing. */
void doctor_say(struct bt_doctor_check *check, enum bt_doctor_state state, const char *remedy,
		const char *found, ...) __attribute__((format(printf, 4, 5)));

#endif

// SPDX-License-Identifier: GPL-2.0
#include "system/available.h"

#include <stdio.h>

#include "system/cgroup.h"
#include "system/system.h"

static uint64_t available(struct bt_system *system, const struct bt_machine *machine)
{
	struct bt_frame *frame = bt_frame_create(machine);
	uint64_t room = bt_cgroup_room_bytes(""), bytes;

	bt_system_read(system, frame);
	bytes = frame->memory.available_bytes;
	bt_frame_free(frame);
	return room < bytes ? room : bytes;
}

int bt_available_look(struct bt_machine *machine, uint64_t *available_bytes, struct bt_err *err)
{
	struct bt_system *system;
	int code = bt_system_open(&system, "", err);

	if (code)
		return code;
	snprintf(machine->source, sizeof(machine->source), "user");
	machine->max_held_bytes = 0;
	code = bt_system_machine(system, machine, err);
	if (!code)
		*available_bytes = available(system, machine);
	bt_system_close(system);
	return code;
}

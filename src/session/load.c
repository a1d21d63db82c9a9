// SPDX-License-Identifier: GPL-2.0
#include "session/load.h"

#include <stdio.h>
#include <string.h>

const char *bt_load_who(const struct bt_load *load, char buf[BT_LOAD_WHO])
{
	snprintf(buf, BT_LOAD_WHO, "load %s", load->name);
	return buf;
}

int bt_machine_load_config(const struct bt_machine *machine, const struct bt_load *load,
			   struct bt_config *config, char *note, struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(machine);
	int code = bt_load_config(load, &limits, machine->memory_bytes, config, note, err);
	size_t used = note ? strlen(note) : 0;

	if (used)
		snprintf(note + used, BT_ERR_TEXT - used, " (%s)", bt_machine_bound(machine));
	return code;
}

int bt_session_load_config(const struct bt_session *session, const struct bt_load *load,
			   struct bt_config *config, char *note, struct bt_err *err)
{
	return bt_machine_load_config(bt_session_machine(session), load, config, note, err);
}

int bt_session_load(struct bt_session *session, const struct bt_load *load,
		    const struct bt_config *config, const char *note, struct bt_err *err)
{
	const char *const lines[] = { load->look, note };
	char who[BT_LOAD_WHO];
	int code = bt_session_publish(session, config, bt_load_who(load, who), err);

	if (!code)
		bt_session_note(session, BT_EVENT_NOTE, who, "%s: %s", load->name, load->shows);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(lines) && !code; i++) {
		if (*lines[i])
			bt_session_note(session, BT_EVENT_NOTE, who, "%s", lines[i]);
	}
	return code;
}

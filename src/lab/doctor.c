// SPDX-License-Identifier: GPL-2.0
#include "lab/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/table.h"
#include "lab/doctor_look.h"
#include "system/system.h"
#include "vm/place.h"

#define FOUND_COLUMN 20u	/* behind a state and a name */

const char *const bt_doctor_state_name[BT_DOCTOR_STATES] = {
	[BT_DOCTOR_OK] = "ok", [BT_DOCTOR_WARN] = "warn", [BT_DOCTOR_NO] = "no",
};

void doctor_say(struct bt_doctor_check *check, enum bt_doctor_state state, const char *remedy,
		const char *found, ...)
{
	char text[1024];
	va_list args;

	va_start(args, found);
	vsnprintf(text, sizeof(text), found, args);
	va_end(args);
	bt_copy_clean(check->found, sizeof(check->found), text);
	check->state = state;
	check->remedy = remedy;
}

static int look_at_machine(struct doctor_look *look, struct bt_err *err)
{
	struct bt_system *system;
	int code = bt_system_open(&system, look->options->root, err);

	if (code)
		return code;
	code = bt_system_machine(system, &look->machine, err);
	bt_system_close(system);
	return code;
}

/* Between two rows the operator may give up, as he may within one. */
static int look_at(struct doctor_look *look, const struct doctor_row *row, struct bt_doctor *doctor,
		   struct bt_err *err)
{
	for (; row->what; row++) {
		struct bt_doctor_check *check = &doctor->checks[doctor->count++];

		*check = (struct bt_doctor_check){ .what = row->what, .why = row->why,
						   .needed = row->needed, .remedy = "" };
		row->look(look, check);
		if (!bt_patience_ask(&look->patience, row->what, bt_mono_ns()))
			return bt_err_set(err, ECANCELED, "lab doctor: given up");
		if (row->needed && check->state == BT_DOCTOR_NO)
			doctor->possible = false;
	}
	return 0;
}

int bt_doctor_look(struct bt_doctor *doctor, const struct bt_doctor_options *options,
		   struct bt_err *err)
{
	struct doctor_look *look = bt_xcalloc(1, sizeof(*look));
	int code;

	*doctor = (struct bt_doctor){ .possible = true };
	look->options = options;
	look->patience = (struct bt_patience){ options->progress, options->context };
	code = look_at_machine(look, err);
	if (!code && !*options->root)
		code = bt_place_private(look->dir, err);
	if (!code && !*options->root)
		code = look_at(look, doctor_programs, doctor, err);
	if (!code)
		code = look_at(look, doctor_machine, doctor, err);
	if (*look->dir)
		bt_place_remove(look->dir);
	free(look);
	return code;
}

/* ---- output -------------------------------------------------------------------------------- */

static void print_check(FILE *out, const struct bt_doctor_check *check, unsigned width)
{
	fprintf(out, "%-5s %-13s ", bt_doctor_state_name[check->state], check->what);
	bt_table_wrap(out, check->found, FOUND_COLUMN, width);
	if (check->state == BT_DOCTOR_OK)
		return;
	fprintf(out, "%*s", (int)FOUND_COLUMN, "");
	bt_table_wrap(out, check->why, FOUND_COLUMN, width);
	if (!*check->remedy)
		return;
	fprintf(out, "%*s-> ", (int)FOUND_COLUMN - 3, "");
	bt_table_wrap(out, check->remedy, FOUND_COLUMN, width);
}

void bt_doctor_print(FILE *out, const struct bt_doctor *doctor, unsigned width)
{
	unsigned counts[BT_DOCTOR_STATES] = { 0 };

	for (unsigned i = 0; i < doctor->count; i++) {
		print_check(out, &doctor->checks[i], width);
		counts[doctor->checks[i].state]++;
	}
	fprintf(out, "\n%u ok, %u to mind, %u not possible: %s\n", counts[BT_DOCTOR_OK],
		counts[BT_DOCTOR_WARN], counts[BT_DOCTOR_NO],
		doctor->possible ? "the lab can run here" : "the lab cannot run here");
}

void bt_doctor_encode(struct bt_json_writer *w, const struct bt_doctor *doctor)
{
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-lab-doctor");
	bt_json_u64(w, "version", 1);
	bt_json_end_object(w);
	bt_json_bool(w, "possible", doctor->possible);
	bt_json_array(w, "checks");
	for (unsigned i = 0; i < doctor->count; i++) {
		const struct bt_doctor_check *check = &doctor->checks[i];

		bt_json_object(w, NULL);
		bt_json_string(w, "what", check->what);
		bt_json_string(w, "state", bt_doctor_state_name[check->state]);
		bt_json_bool(w, "needed", check->needed);
		bt_json_string(w, "found", check->found);
		bt_json_string(w, "why", check->why);
		bt_json_string(w, "remedy", check->remedy);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

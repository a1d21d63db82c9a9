// SPDX-License-Identifier: GPL-2.0
/* buddytop lab doctor: what this machine can do for the lab, what not, and what helps. */
#include <errno.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "lab/doctor.h"

struct doctor_values {
	const char *results, *kernel, *qemu;
	bool json;
};

#define FIELD(f) offsetof(struct doctor_values, f)

static const struct bt_opt doctor_opts[] = {
	{ "results", 0, BT_OPT_TEXT, "DIR", "where results would go (default: here)", FIELD(results) },
	{ "kernel", 0, BT_OPT_TEXT, "RELEASE|FILE", "that guests would boot", FIELD(kernel) },
	{ "qemu", 0, BT_OPT_TEXT, "FILE", "that would run them", FIELD(qemu) },
	{ "json", 0, BT_OPT_FLAG, NULL, "print a document instead of text", FIELD(json) },
	{ 0 }
};

static void print(const struct bt_doctor *doctor, bool json)
{
	struct bt_json_writer *w;

	if (!json) {
		bt_doctor_print(stdout, doctor, lab_width());
		return;
	}
	w = bt_json_writer_create(true);
	bt_doctor_encode(w, doctor);
	bt_cmd_print_json(w);
	bt_json_writer_free(w);
}

static int run_doctor(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct doctor_values *values = call->values;
	int end_fd = bt_cmd_catch_end(), code;
	struct bt_doctor doctor;

	if (call->argc)
		code = bt_err_set(err, EINVAL, "lab doctor: '%s' is nothing it takes",
				  call->argv[0]);
	else
		code = bt_doctor_look(&doctor, &(struct bt_doctor_options){
			.root = "", .results = values->results ? values->results : ".",
			.kernel = values->kernel, .qemu = values->qemu,
			.progress = bt_cmd_not_ended, .context = &end_fd }, err);
	close(end_fd);
	if (code)
		return code;
	print(&doctor, values->json);
	return doctor.possible ? 0 : bt_err_set(err, ENODEV, "the lab cannot run here: see above");
}

const struct bt_cmd bt_lab_doctor = {
	.name = "lab doctor",
	.operands = "",
	.summary = "Say what this machine can do for the lab, what not, and what helps",
	.description =
		"Changes nothing and downloads nothing. Where KVM was not tried before, that takes\n"
		"some seconds.",
	.opts = doctor_opts,
	.no_source = true,
	.values_size = sizeof(struct doctor_values),
	.run = run_doctor,
};

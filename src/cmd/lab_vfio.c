// SPDX-License-Identifier: GPL-2.0
/* buddytop lab vfio: devices for guests, and back to the host. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "lab/vfio.h"
#include "vm/child.h"
#include "vm/place.h"

struct vfio_values {
	bool json, force, modprobe;
};

#define FIELD(f) offsetof(struct vfio_values, f)

static const struct bt_opt vfio_opts[] = {
	{ "json", 0, BT_OPT_FLAG, NULL, "list: print a document instead of text", FIELD(json) },
	{ "force", 0, BT_OPT_FLAG, NULL,
	  "bind: take a network interface that is up, or the console's display", FIELD(force) },
	{ "modprobe", 0, BT_OPT_FLAG, NULL, "bind: load the driver vfio-pci first",
	  FIELD(modprobe) },
	{ 0 }
};

struct request {
	const struct vfio_values *values;
	const char *which;		/* device or group; NULL = not given */
	char state[PATH_MAX], record[PATH_MAX];
};

/* ---- actions ------------------------------------------------------------------------------- */

static void print(const struct request *request, const struct bt_vfio *vfio)
{
	struct bt_json_writer *w;

	if (!request->values->json) {
		bt_vfio_print(stdout, vfio, lab_width());
		if (!vfio->count)
			printf("No IOMMU groups (buddytop lab doctor says more).\n");
		return;
	}
	w = bt_json_writer_create(true);
	bt_vfio_encode(w, vfio);
	bt_cmd_print_json(w);
	bt_json_writer_free(w);
}

static int list(struct request *request, struct bt_err *err)
{
	struct bt_vfio *vfio = bt_vfio_list("");

	(void)err;
	print(request, vfio);
	bt_vfio_free(vfio);
	return 0;
}

static int load_driver(const struct request *request, struct bt_err *err)
{
	char program[PATH_MAX], log[PATH_MAX + 32];
	int code;

	if (bt_place_program("modprobe", program))
		return bt_err_set(err, ENOENT, "modprobe is not in PATH (package kmod)");
	snprintf(log, sizeof(log), "%s/modprobe.log", request->state);
	code = bt_child_run(&(struct bt_child_job){
		.argv = (const char *const[]){ program, "vfio-pci", NULL },
		.text = "loading vfio-pci", .log_path = log }, NULL, err);
	return code > 0 ? bt_err_set(err, EIO, "modprobe vfio-pci: exit %d (log: %s)", code, log) :
			  code;
}

static int bind_device(struct request *request, struct bt_err *err)
{
	struct bt_vfio *vfio = bt_vfio_list("");
	int code = 0;

	if (vfio->count && request->values->modprobe)
		code = load_driver(request, err);
	if (!code)
		code = bt_vfio_bind(vfio, request->which, request->values->force, request->record,
				    err);
	bt_vfio_free(vfio);
	if (!code)
		printf("Bound to vfio-pci; buddytop lab vfio unbind gives it back. QEMU needs to "
		       "read and write /dev/vfio/GROUP.\n");
	return code;
}

static int unbind(struct request *request, struct bt_err *err)
{
	int code = bt_vfio_unbind("", request->which, request->record, err);

	if (!code)
		printf("Given back.\n");
	return code;
}

/* ---- the command --------------------------------------------------------------------------- */

static const struct action {
	const char *name;
	int least, most;		/* operands */
	int (*run)(struct request *request, struct bt_err *err);
} actions[] = {
	{ "list", 0, 0, list },
	{ "bind", 1, 1, bind_device },
	{ "unbind", 0, 1, unbind },
};

static const struct action *find_action(const struct bt_cmd_call *call, struct bt_err *err)
{
	for (unsigned i = 0; call->argc && i < BT_ARRAY_SIZE(actions); i++) {
		const struct action *action = &actions[i];

		if (strcmp(call->argv[0], action->name))
			continue;
		if (call->argc - 1 >= action->least && call->argc - 1 <= action->most)
			return action;
		bt_err_set(err, EINVAL, "lab vfio %s takes %s", action->name,
			   action->most ? "a device (0000:00:1f.2) or the number of a group" :
					  "nothing else");
		return NULL;
	}
	bt_err_set(err, EINVAL, "lab vfio%s%s: one of list, bind, unbind is needed",
		   call->argc ? " " : "", call->argc ? call->argv[0] : "");
	return NULL;
}

static int run_vfio(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct action *action = find_action(call, err);
	struct request request = { .values = call->values };
	int code = action ? bt_place_state(request.state, err) : -EINVAL;

	if (code)
		return code;
	request.which = call->argc > 1 ? call->argv[1] : NULL;
	if (snprintf(request.record, PATH_MAX, "%s/lab-vfio.json", request.state) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "%s is too long", request.state);
	return action->run(&request, err);
}

const struct bt_cmd bt_lab_vfio = {
	.name = "lab vfio",
	.operands = "list | bind DEVICE|GROUP | unbind [DEVICE|GROUP]",
	.summary = "List IOMMU groups, give a device to guests, and give it back to its driver",
	.description =
		"A disk that is mounted, or a device whose group holds others in use, is never taken.",
	.opts = vfio_opts,
	.no_source = true,
	.values_size = sizeof(struct vfio_values),
	.run = run_vfio,
};

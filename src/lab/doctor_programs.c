// SPDX-License-Identifier: GPL-2.0
/* What programs tell the doctor: QEMU above all. Only looked at on the machine itself. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/doctor_look.h"
#include "vm/accel.h"
#include "vm/kernel.h"
#include "vm/place.h"

#define ANSWER_LIMIT_NS (10 * BT_NS_PER_S)
#define ANSWER_BYTES (256u << 10)	/* of -device help some 30 KiB */

/* The operator's patience, and an end to ours. */
struct limited {
	const struct bt_patience *patience;
	uint64_t until_ns;
};

static bool within_limit(void *context, const char *text)
{
	const struct limited *limited = context;
	const struct bt_patience *patience = limited->patience;

	return bt_mono_ns() < limited->until_ns &&
	       (!patience->progress || patience->progress(patience->context, text));
}

/* What QEMU prints for these arguments (caller frees); NULL with err. */
static char *ask_qemu(struct doctor_look *look, const char *first, const char *second,
		      struct bt_err *err)
{
	struct limited limited = { &look->patience, bt_mono_ns() + ANSWER_LIMIT_NS };
	char *log = bt_xasprintf("%s/qemu", look->dir), *answer = bt_xcalloc(1, ANSWER_BYTES);
	int code = bt_child_run(&(struct bt_child_job){
		.argv = (const char *const[]){ look->qemu, first, second, NULL },
		.text = "asking QEMU", .log_path = log, .output = answer,
		.output_size = ANSWER_BYTES },
		&(struct bt_patience){ within_limit, &limited }, err);

	/* Of -d help QEMU prints all there is, and calls it a failure. */
	if (code > 0 && *answer)
		code = 0;
	if (code > 0)
		bt_err_set(err, ENODEV, "%s %s %s: exit %d", look->qemu, first,
			   second ? second : "", code);
	if (code) {
		free(answer);
		answer = NULL;
	}
	free(log);
	return answer;
}

static void look_qemu(struct doctor_look *look, struct bt_doctor_check *check)
{
	static const char remedy[] = "install qemu-system-x86, or name it by --qemu";
	const char *name = look->options->qemu ? look->options->qemu : "qemu-system-x86_64";
	struct bt_err err = { 0 };
	char *version;

	if (bt_place_program(name, look->qemu)) {
		look->qemu[0] = '\0';
		doctor_say(check, BT_DOCTOR_NO, remedy, "%s is not there", name);
		return;
	}
	version = ask_qemu(look, "--version", NULL, &err);
	if (version) {
		version[strcspn(version, "\n")] = '\0';
		doctor_say(check, BT_DOCTOR_OK, "", "%s", version);
	} else {
		look->qemu[0] = '\0';
		doctor_say(check, BT_DOCTOR_NO, remedy, "%s", err.text);
	}
	free(version);
}

static void look_devices(struct doctor_look *look, struct bt_doctor_check *check)
{
	static const char *const wanted[] = { "virtio-balloon-pci", "virtio-mem-pci" };
	char missing[128] = "";
	struct bt_err err = { .text = "no QEMU to ask" };
	char *devices = *look->qemu ? ask_qemu(look, "-device", "help", &err) : NULL;

	for (unsigned i = 0; devices && i < BT_ARRAY_SIZE(wanted); i++) {
		char quoted[64];

		snprintf(quoted, sizeof(quoted), "name \"%s\"", wanted[i]);
		if (!strstr(devices, quoted))
			snprintf(missing + strlen(missing), sizeof(missing) - strlen(missing), "%s%s",
				 *missing ? ", " : "", wanted[i]);
	}
	if (!devices)
		doctor_say(check, BT_DOCTOR_NO, "", "? (%s)", err.text);
	else if (*missing)
		doctor_say(check, BT_DOCTOR_NO, "a QEMU that was built with them", "without %s",
			   missing);
	else
		doctor_say(check, BT_DOCTOR_OK, "", "virtio-balloon, virtio-mem");
	free(devices);
}

/* `-d help` names "trace:" only where the backend "log" is built in. */
static void look_trace(struct doctor_look *look, struct bt_doctor_check *check)
{
	struct bt_err err = { .text = "no QEMU to ask" };
	char *items = *look->qemu ? ask_qemu(look, "-d", "help", &err) : NULL;

	if (!items)
		doctor_say(check, BT_DOCTOR_WARN, "", "? (%s)", err.text);
	else if (strstr(items, "\ntrace:"))
		doctor_say(check, BT_DOCTOR_OK, "", "QEMU can log trace events");
	else
		doctor_say(check, BT_DOCTOR_WARN, "a QEMU built with --enable-trace-backends=log",
			   "QEMU cannot log trace events");
	free(items);
}

static void guest_options(const struct doctor_look *look, struct bt_vm_options *options)
{
	bt_vm_options_default(options);
	options->kernel = look->options->kernel;
	options->qemu = look->options->qemu;
}

static void look_kernel(struct doctor_look *look, struct bt_doctor_check *check)
{
	struct bt_err err = { 0 };
	struct bt_vm_options options;
	struct bt_kernel kernel;

	guest_options(look, &options);
	if (bt_kernel_find_here(&kernel, &options, &look->patience, &err)) {
		doctor_say(check, BT_DOCTOR_WARN, "buddytop --vm asks for the download of one; "
			   "--kernel names one", "%s", err.text);
		return;
	}
	snprintf(look->image, PATH_MAX, "%s", kernel.image);
	if (!*kernel.tree || access(kernel.tree, R_OK))
		doctor_say(check, BT_DOCTOR_WARN, "--kdir names the tree to build the module with",
			   "%s, without headers", kernel.image);
	else
		doctor_say(check, BT_DOCTOR_OK, "", "%s, with headers", kernel.image);
}

/* A device that opens is not enough: see vm/accel.h. */
static void prove_kvm(struct doctor_look *look, struct bt_doctor_check *check)
{
	struct bt_vm_options options;
	struct bt_err err = { 0 };
	const char *accel;
	int code;

	guest_options(look, &options);
	code = bt_accel_choose(&accel, &(struct bt_accel_wish){
		.options = &options, .program = look->qemu, .image = look->image,
		.dir = look->dir, .patience = &look->patience }, &err);
	if (code)
		doctor_say(check, BT_DOCTOR_WARN, "", "? (%s)", err.text);
	else if (!strcmp(accel, "kvm"))
		doctor_say(check, BT_DOCTOR_OK, "", "a guest boots with it");
	else
		doctor_say(check, BT_DOCTOR_NO, "where this is a VM: nested virtualisation on its "
			   "host", "/dev/kvm opens, but no guest comes to its end with it");
}

static void look_kvm(struct doctor_look *look, struct bt_doctor_check *check)
{
	if (access("/dev/kvm", F_OK))
		doctor_say(check, BT_DOCTOR_NO, "VT-x or AMD-V in the firmware, modprobe kvm_intel "
			   "or kvm_amd; in a VM, nested virtualisation on its host",
			   "no /dev/kvm: guests are emulated");
	else if (access("/dev/kvm", R_OK | W_OK))
		doctor_say(check, BT_DOCTOR_NO, "become a member of the group kvm, and log in anew",
			   "/dev/kvm: %s", strerror(errno));
	else if (!*look->qemu || !*look->image)
		doctor_say(check, BT_DOCTOR_WARN, "", "/dev/kvm is there; nothing to try it with");
	else
		prove_kvm(look, check);
}

static void look_program(struct bt_doctor_check *check, const char *name, const char *remedy)
{
	char path[PATH_MAX];

	if (bt_place_program(name, path))
		doctor_say(check, BT_DOCTOR_WARN, remedy, "not in PATH");
	else
		doctor_say(check, BT_DOCTOR_OK, "", "%s", path);
}

static void look_mke2fs(struct doctor_look *look, struct bt_doctor_check *check)
{
	(void)look;
	look_program(check, "mke2fs", "install e2fsprogs; PATH must have its sbin");
}

static void look_gnuplot(struct doctor_look *look, struct bt_doctor_check *check)
{
	(void)look;
	look_program(check, "gnuplot", "install gnuplot-nox");
}

/* KVM is tried with the QEMU and the kernel that were found before. */
const struct doctor_row doctor_programs[] = {
	{ "QEMU", "it runs the guests", .needed = true, .look = look_qemu },
	{ "devices", "the modes base and virtio-mem resize guests by them", .look = look_devices },
	{ "trace", "without trace events, times of a resize come from polling and are coarser",
	  .look = look_trace },
	{ "kernel", "guests boot it, and the antagonist's module is built for it",
	  .look = look_kernel },
	{ "KVM", "emulated guests are slow, and their numbers are not those of hardware",
	  .look = look_kvm },
	{ "mke2fs", "disks of guests are made by it", .look = look_mke2fs },
	{ "gnuplot", "plot and report draw with it", .look = look_gnuplot },
	{ 0 }
};

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One run of the lab: a benchmark, in a mode, once. What each benchmark does is told above it
 * (inflate.c, timeline.c, compiling.c, multivm.c).
 */
#ifndef BT_LAB_H
#define BT_LAB_H

#include "lab/guest.h"
#include "lab/run.h"

#define BT_LAB_VMS_MAX 8u

/* What the guest does in compiling and multivm. */
enum bt_lab_workload {
	BT_LAB_WRITE,		/* threads fill memory, then give it back */
	BT_LAB_SYNTH,		/* compile-like: processes that grow, read, write and exit */
	BT_LAB_BUILD,		/* a small source tree is built for real */
	BT_LAB_COMMAND,		/* a command of the user's, in the user's disk image */
	BT_LAB_WORKLOADS
};
extern const char *const bt_lab_workload_name[BT_LAB_WORKLOADS];	/* "write" */

/* Parameters of free-page reporting in the guest's kernel (lab/reporting.h). */
enum bt_lab_reporting_key {
	BT_LAB_REPORTING_ORDER, BT_LAB_REPORTING_DELAY, BT_LAB_REPORTING_CAPACITY,
	BT_LAB_REPORTING_KEYS
};
#define BT_LAB_AS_IT_COMES UINT32_MAX
struct bt_lab_reporting {
	unsigned order, capacity;	/* BT_LAB_AS_IT_COMES: nobody says */
	uint64_t delay_ns;		/* BT_UNKNOWN: nobody says; whole ms */
};
/* The first setting that is said ("reporting-order"); NULL: none. */
const char *bt_lab_reporting_asked(const struct bt_lab_reporting *asked);

struct bt_lab_options {
	enum bt_lab_benchmark benchmark;
	const struct bt_mode *mode;
	struct bt_mode_size size;
	const char *accel;		/* "auto" */
	const char *append;		/* more of the kernel's command line; NULL: none */

	struct bt_lab_reporting reporting;

	unsigned iterations;		/* inflate, compiling, multivm: how often in one boot */
	bool untouched;			/* inflate: memory that the guest never used */
	uint64_t settle_ns;		/* quiet time between steps; compiling: after each phase */
	unsigned threads;		/* of the workload */
	/* stream, ftq: from the workload's begin to its end; it shrinks at 1/7, grows at 9/14. */
	uint64_t timeline_ns;
	bool baseline;			/* stream, ftq: without resizing */
	unsigned kernels;		/* stream: bits, copy 1, scale 2, add 4, triad 8 */
	uint64_t array_bytes;		/* stream: of each of its three arrays */
	uint64_t quantum_ns;		/* ftq */
	enum bt_lab_workload workload;
	uint64_t workload_bytes;	/* write, synth: at their peak; 0: half of the guest's memory */
	uint64_t workload_ns;		/* synth: how long it goes on */
	const char *build_tree;		/* build: what tools/lab-build-tree.sh made */
	const char *image, *command;	/* command */
	const char *workload_name;	/* what command does; NULL: "command" */
	bool image_partition;		/* the image's file system is in its first partition */
	unsigned vms;			/* multivm */
	uint64_t stagger_ns;		/* multivm: between the begins of two guests; 0: all at once */
	uint64_t seed;

	uint64_t boot_limit_ns, resize_limit_ns, work_limit_ns;	/* of each wait of the kind */
	struct bt_lab_place place;	/* in a suite, for those who watch; iterations is not used */
	const char *folder;		/* where console, trace and QEMU's command line are left */
	bool serve, assume_yes;
	int stop_fd;			/* readable: end; -1: none */
	/* What it does now ("shrinking to 512 MiB, 3 s"), some times a second; may be NULL. */
	void (*progress)(void *context, const char *text);
	bool (*ask)(void *context, const char *question);
	void *context;
};

/* "synth", or what the user calls the command. */
const char *bt_lab_workload_called(const struct bt_lab_options *options);
/* Sizes of a small guest, all limits and times of a benchmark. */
void bt_lab_options_default(struct bt_lab_options *options, enum bt_lab_benchmark benchmark);
/*
 * Before anything is started: -EINVAL: the mode has no such setting, or benchmark and mode would both
 * resize the guest; -ENODEV: it lacks parts.
 */
int bt_lab_check_mode(const struct bt_lab_options *options, struct bt_err *err);
/* The same; -ENOMEM: the host has too little. */
int bt_lab_check(const struct bt_lab_options *options, uint64_t available_bytes, struct bt_err *err);
/*
 * Does it. A run comes back in any case, also of one that failed: its end says why. Nothing that it
 * started is left. The caller frees it.
 */
struct bt_lab_run *bt_lab_run_once(const struct bt_lab_options *options);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A guest of the lab: QEMU in a mode, the session over its agent that samples it ten times a second
 * (and that dashboards may attach to), and requests to buddytop-work in it. One thread drives any
 * number of guests with bt_lab_pump(); QEMU dies with that thread.
 */
#ifndef BT_LAB_GUEST_H
#define BT_LAB_GUEST_H

#include "core/json.h"
#include "lab/board.h"
#include "session/session.h"
#include "vm/resize.h"

struct bt_lab_guest;

#define BT_LAB_SAMPLE_NS (80 * BT_NS_PER_MS)	/* ten a second, if some come late */

/* What one sample found; own monotonic clock, BT_UNKNOWN what nobody knows. */
struct bt_lab_sample {
	uint64_t mono_ns;
	uint64_t rss_bytes, cpu_user_ns, cpu_system_ns;	/* of QEMU */
	uint64_t size_bytes;				/* that the device says the guest has */
	uint64_t free_small_bytes, free_huge_bytes;	/* below order 9; order 9 and more */
	uint64_t cached_bytes, total_bytes, available_bytes;
};

struct bt_lab_guest_options {
	const struct bt_mode *mode;
	struct bt_mode_size size;
	const char *benchmark;		/* for those who watch; NULL: none */
	struct bt_lab_place place;	/* of the run, for the same */
	const char *accel;		/* "auto", "kvm", "tcg" */
	const char *append;		/* more of the kernel's command line; NULL: none */
	const char *disk;		/* file that is its disk; NULL: none */
	bool disk_kept;			/* what the guest writes stays; else it is thrown away */
	const char *tree;		/* a directory, all of it, at its root; NULL: none */
	/* More files in it, and arguments of QEMU (bt_vm_options); NULL: none. */
	const struct bt_vm_list *add, *qemu_args;
	bool extra;			/* a port for what an added /sbin/guest-extra prints */
	const char *trace_path;		/* of QEMU's trace of the device; NULL: none */
	uint64_t boot_limit_ns;
	bool serve;			/* dashboards may attach (lab watch) */
	bool assume_yes;
	bool (*progress)(void *context, const char *text);
	bool (*ask)(void *context, const char *question);
	/* It did not come up; may be NULL (bt_vm_options). */
	void (*failed)(void *context, const struct bt_vm *vm);
	/* A sample was taken, while bt_lab_pump() runs. */
	void (*sample)(void *context, struct bt_lab_guest *guest, const struct bt_lab_sample *sample);
	void *context;
};

/* Boots, greets, aligns the clocks. Errors as of bt_vm_start(), nothing is left then. */
int bt_lab_guest_start(struct bt_lab_guest **guest, const struct bt_lab_guest_options *options,
		       struct bt_err *err);
/* Ends QEMU and what belongs to it. NULL is fine. */
void bt_lab_guest_stop(struct bt_lab_guest *guest);

struct bt_vm *bt_lab_guest_vm(const struct bt_lab_guest *guest);
struct bt_session *bt_lab_guest_session(const struct bt_lab_guest *guest);
const struct bt_mode *bt_lab_guest_mode(const struct bt_lab_guest *guest);
const struct bt_mode_size *bt_lab_guest_size(const struct bt_lab_guest *guest);
const struct bt_machine *bt_lab_guest_machine(const struct bt_lab_guest *guest);
/* The last one; mono_ns 0: none yet. */
const struct bt_lab_sample *bt_lab_guest_sample(const struct bt_lab_guest *guest);

/* What is done with it from now on, for those who watch it; iteration from 1, 0: in none. */
void bt_lab_guest_phase(struct bt_lab_guest *guest, const char *phase, unsigned iteration);
/* A size was asked for, not by bt_lab_resize_start(). */
void bt_lab_guest_target(struct bt_lab_guest *guest, uint64_t bytes);

/* Time of the guest's monotonic clock on ours, and how far off that may be. */
uint64_t bt_lab_guest_time(const struct bt_lab_guest *guest, uint64_t guest_ns);
uint64_t bt_lab_guest_clock_error_ns(const struct bt_lab_guest *guest);

/* ---- the loop ----------------------------------------------------------------------------- */

/*
 * Serves all guests until until_ns: sessions, answers, events; returns early when a job has ended.
 * -EINTR: stop_fd (-1: none) is readable; an error of bt_vm_alive() of the first guest that is
 * gone, *gone is its number.
 */
int bt_lab_pump(struct bt_lab_guest *const *guests, unsigned count, uint64_t until_ns, int stop_fd,
		unsigned *gone, struct bt_err *err);

/* ---- work in the guest -------------------------------------------------------------------- */

/* One request to buddytop-work, and what came of it. */
struct bt_lab_job {
	const char *name;		/* "fill" */
	void (*arguments)(struct bt_json_writer *w, const void *context);	/* may be NULL */
	/* Each "row", and each of "rows"; may be NULL. The times in it are the guest's. */
	void (*row)(void *context, const struct bt_json *row);
	/* Each line that what runs there prints, clean; may be NULL. */
	void (*output)(void *context, const char *line);
	/* The last answer, when it is ok; may be NULL. */
	void (*totals)(void *context, const struct bt_json *answer);
	void *context;
	/* From here on bt_lab_job_start() and the loop fill it in. */
	uint64_t id;
	bool done;
	uint64_t sent_ns, begun_ns, ended_ns;	/* own clock; 0: not yet */
	struct bt_err error;		/* code 0: well */
};

/*
 * Sends it; the job must stay where it is until it is done or the guest is stopped. One at a time.
 * -EBUSY: one is on its way.
 */
int bt_lab_job_start(struct bt_lab_guest *guest, struct bt_lab_job *job, struct bt_err *err);
/* Its owner is gone: what comes of it is no news any more, and the guest may have another. */
void bt_lab_forget_job(struct bt_lab_guest *guest);
/* Asks for an early end; it then answers with what it has. */
int bt_lab_job_stop(struct bt_lab_guest *guest, struct bt_err *err);

/* A resize that the loop polls meanwhile, every millisecond. */
int bt_lab_resize_start(struct bt_lab_guest *guest, uint64_t bytes, struct bt_err *err);
/* NULL: none runs. Its reached_ns tells whether it is at its end. */
const struct bt_resize *bt_lab_resize(const struct bt_lab_guest *guest);
void bt_lab_resize_end(struct bt_lab_guest *guest);

#endif

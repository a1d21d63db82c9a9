/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Modes: by which device memory leaves and enters a guest, and who decides how much. A mode is what
 * QEMU is told at the start, the request that resizes the guest, and the question what its size is.
 *
 * The rows are those of the HyperAlloc benchmarks (luhsra/hyperalloc-bench, scripts/ and bench.py),
 * except that base-* and virtio-mem run on an unmodified QEMU and kernel. What huge-* and llfree-*
 * say to QEMU is taken from luhsra/hyperalloc-qemu at ab72a8a: qapi/machine.json has the commands.
 */
#ifndef BT_MODE_H
#define BT_MODE_H

#include <limits.h>

#include "core/json.h"
#include "vm/vm.h"

#define BT_MODE_NAME 48u
#define BT_MODES_MAX 64u
#define BT_MODE_VFIO_SUFFIX "+vfio"

/* Who decides how much memory the guest has. */
enum bt_mode_drive {
	BT_DRIVE_MANUAL,	/* whoever asks */
	BT_DRIVE_DEVICE,	/* the guest or the device by themselves */
	BT_DRIVE_CONTROLLER	/* we, by what the guest says of its free memory (controller.h) */
};

struct bt_mode_kind;

struct bt_mode {
	char name[BT_MODE_NAME];
	const struct bt_mode_kind *kind;
	bool vfio;		/* with host devices that reach the guest's memory by themselves */
	/* Of the modes file or the command line; NULL: what any guest of ours has. */
	char *qemu, *kernel, *kdir, *module, *append;
	char *vfio_devices;	/* "0000:01:00.0,..." */
};

struct bt_modes;

/*
 * The built-in modes, and over them those of a file (inih's format; buddytop.5 has the keys). path
 * NULL: modes.ini in the user's configuration, which need not be there; "": no file. -EINVAL names file, line
 * and what is wrong; the caller frees.
 */
int bt_modes_read(struct bt_modes **modes, const char *path, struct bt_err *err);
void bt_modes_free(struct bt_modes *modes);
/* Where the user's modes.ini is, or would be. */
int bt_modes_path(char path[PATH_MAX], struct bt_err *err);
unsigned bt_modes_count(const struct bt_modes *modes);
const struct bt_mode *bt_modes_at(const struct bt_modes *modes, unsigned index);
/* By name, "+vfio" behind it or not. -EINVAL lists the names that there are. */
int bt_modes_find(const struct bt_modes *modes, const char *name, const struct bt_mode **mode,
		  struct bt_err *err);
/* What the command line says of every mode that is run: "qemu", "kernel" ... */
int bt_modes_override(struct bt_modes *modes, const char *key, const char *value,
		      struct bt_err *err);

/* The guest reports its free pages (mm/page_reporting.c), and so gives them back. */
bool bt_mode_reports(const struct bt_mode *mode);
enum bt_mode_drive bt_mode_drive(const struct bt_mode *mode);
/* One line for lists. */
const char *bt_mode_summary(const struct bt_mode *mode);
/*
 * True for modes whose QEMU nobody has seen this program speak to: their protocol is tested against
 * a script derived from the sources alone.
 */
bool bt_mode_unproven(const struct bt_mode *mode);
/* -ENODEV: parts of it that are not named, or no IOMMU; in one line, with what to do. */
int bt_mode_check(const struct bt_mode *mode, struct bt_err *err);

/* ---- a guest ------------------------------------------------------------------------------ */

struct bt_mode_size {
	unsigned cpus;
	uint64_t memory_bytes;		/* the most it can have */
	uint64_t least_bytes;		/* what it keeps; of virtio-mem the memory that is no device's */
	uint64_t initial_bytes;		/* what it boots with, of these bounds; 0: not said */
};

/* Memory goes in units of a huge page of x86: sizes are rounded up to it. */
#define BT_MODE_UNIT_BYTES (2ull << 20)
uint64_t bt_mode_round(uint64_t bytes);

/*
 * What nobody said of a size: a guest boots with the most; one that is resized by what it has free,
 * with the least. -EINVAL: it was said, and the mode's device cannot: a balloon takes from a guest
 * that runs.
 */
int bt_mode_complete(const struct bt_mode *mode, struct bt_mode_size *size, struct bt_err *err);

/*
 * Options of a guest of this mode and size, from bt_vm_options_default(). Texts that had to be
 * made belong to *texts, a NULL-terminated list, freed by bt_mode_free_texts() after the guest.
 * -EINVAL: sizes that contradict each other, or are no whole units.
 */
int bt_mode_options(const struct bt_mode *mode, const struct bt_mode_size *size,
		    struct bt_vm_options *options, char ***texts, struct bt_err *err);
void bt_mode_free_texts(char **texts);

/* ---- its size ----------------------------------------------------------------------------- */

/* A command of QEMU, and where in its answer the size is. */
struct bt_mode_request {
	const char *name;			/* "balloon" */
	bt_qmp_arguments *arguments;
	struct bt_mode_request_context {
		uint64_t bytes;			/* of the device's own counting */
	} context;
};

/* The size that a request for so many bytes leads to: rounded, within the guest's bounds. */
uint64_t bt_mode_target(const struct bt_mode_size *size, uint64_t bytes);
/* The request that resizes a guest to that, and the one that asks for its present size. */
struct bt_mode_request bt_mode_resize(const struct bt_mode *mode, const struct bt_mode_size *size,
				      uint64_t bytes);
struct bt_mode_request bt_mode_query(const struct bt_mode *mode);
/* The answer to it: what the guest has altogether. -EPROTO. */
int bt_mode_actual(const struct bt_mode *mode, const struct bt_mode_size *size,
		   const struct bt_json *answer, uint64_t *bytes, struct bt_err *err);
/* The event by which QEMU tells of a change ("BALLOON_CHANGE"), once a second; NULL: none. */
const char *bt_mode_event(const struct bt_mode *mode);
/* Trace events of an unmodified QEMU that tell when the device did what, as -d takes them. */
const char *bt_mode_trace(const struct bt_mode *mode);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of build.c know of each other. */
#ifndef BT_LAB_BUILD_PART_H
#define BT_LAB_BUILD_PART_H

#include <limits.h>
#include <stdint.h>

#include "lab/build.h"
#include "vm/mode_kind.h"

enum build_step {
	BUILD_CONFIGURE_KERNEL, BUILD_KERNEL, BUILD_MODULE, BUILD_CONFIGURE_QEMU, BUILD_QEMU,
	BUILD_MODES, BUILD_STEPS
};

struct bt_build {
	const struct bt_build_options *options;
	struct bt_modes *modes;
	const struct bt_mode *like;	/* of modes: its kind is that of the new one */
	enum bt_mode_parts parts;
	unsigned jobs;
	char linux_src[PATH_MAX], qemu_src[PATH_MAX];	/* real paths; "": not asked for */
	char dir[PATH_MAX], kernel_dir[PATH_MAX], qemu_dir[PATH_MAX], modes_file[PATH_MAX];
	char *linux_state, *qemu_state;	/* "PATH VERSION COMMIT+EDITS"; NULL: not asked for */
	bool due[BUILD_STEPS];
	int lock_fd;			/* -1: not held */
};

/* ---- build_source.c: the checkouts, and what it takes to build them ------------------------ */

/* Are they what they should be, and can be built out of tree? Fills the states. */
int build_check_sources(struct bt_build *build, struct bt_err *err);
/* Programs, headers and libraries; all that is missing in one error. */
int build_check_tools(const struct bt_build *build, struct bt_err *err);
/* Whether QEMU's configure takes an option, "--disable-docs". */
bool build_qemu_knows(const struct bt_build *build, const char *option);
/* The option without which its QEMU is none for the mode; NULL: any is. */
const char *build_qemu_needs(const struct bt_build *build);

/* ---- build_config.c: the kernel's configuration -------------------------------------------- */

/*
 * Makes `base`, lines of a .config, the one of a guest: modules are left out, as nothing loads them,
 * and the lines that the mode needs are added, which kconfig prefers as the later ones. The caller
 * frees.
 */
char *build_config_text(const char *base, enum bt_mode_parts parts);
/*
 * What of it did not come true in `config`: needed ones with -ENODEV, named; others go into
 * `lost`, "" without any.
 */
int build_config_check(const char *config, enum bt_mode_parts parts, char *lost, size_t size,
		       struct bt_err *err);
/* Tells one table of lines from another: a stamp has it. */
uint64_t build_config_hash(enum bt_mode_parts parts);

/* ---- build_make.c: programs that take long ------------------------------------------------- */

struct build_job {
	const char *const *argv;	/* ended by NULL, looked for in PATH */
	const char *text;		/* "building the kernel" */
	const char *directory;		/* where it begins; NULL: here */
	const char *log_path;		/* begun anew */
};

/*
 * Runs it, telling how far it is. After a failure the first errors are told, and err has the very
 * first and the log. Its processes keep the lock of the build as long as one of them lives.
 */
int build_make(const struct bt_build *build, const struct build_job *job, struct bt_err *err);

/* ---- build_modes.c: the modes file ---------------------------------------------------------- */

#define BUILD_MODE_KEYS 5u

/* Lines of a section; value NULL: the key is to go. */
struct build_mode_keys {
	struct build_mode_key {
		const char *name;
		const char *value;
	} key[BUILD_MODE_KEYS];
	unsigned count;
};

/*
 * The text with these keys in that section, which is added behind the others where there is none;
 * all other lines stay byte by byte. Lines that had other values, and do not speak of something below
 * `own`, are somebody's: they go into `replaced` ("qemu = /opt/q"), "" without any. The caller frees.
 */
char *build_modes_text(const char *text, const char *section, const struct build_mode_keys *keys,
		       const char *own, char *replaced, size_t size);

/* ---- build_kernel.c, build_qemu.c: what takes long --------------------------------------------- */

#define BUILD_IMAGE "arch/x86/boot/bzImage"
#define BUILD_QEMU_NAME "qemu-system-x86_64"
#define BUILD_TEXT_LIMIT (16u << 20)	/* of a .config, a modes file, a stamp */

/* Steps: each begins its log anew. */
int build_configure_kernel(struct bt_build *build, const char *log, struct bt_err *err);
int build_make_kernel(struct bt_build *build, const char *log, struct bt_err *err);
int build_make_module(struct bt_build *build, const char *log, struct bt_err *err);
int build_configure_qemu(struct bt_build *build, const char *log, struct bt_err *err);
int build_make_qemu(struct bt_build *build, const char *log, struct bt_err *err);
/* Its stamp is the cache of modules. */
bool build_module_due(const struct bt_build *build, enum build_step step);
/* What the stamps of the others hold: all that they depend on. The caller frees. */
char *build_kernel_config_state(const struct bt_build *build);
char *build_kernel_state(const struct bt_build *build);
char *build_qemu_config_state(const struct bt_build *build);
char *build_qemu_state(const struct bt_build *build);

/* ---- build_step.c: the steps ---------------------------------------------------------------- */

struct build_row {
	const char *name;		/* of its stamp and log */
	const char *text;		/* "building the kernel" */
	unsigned cpu_minutes, mib;	/* what it takes, roughly: with x86_64_defconfig */
	bool (*asked)(const struct bt_build *build);	/* is it one of this build's? */
	bool (*due)(const struct bt_build *build, enum build_step step);
	int (*run)(struct bt_build *build, const char *log, struct bt_err *err);
};
extern const struct build_row build_rows[BUILD_STEPS];

/* The stamp of a step that is done: after it has run, what would be due is not any more. */
int build_stamp(const struct bt_build *build, enum build_step step, struct bt_err *err);
void build_unstamp(const struct bt_build *build, enum build_step step);
/* A line of a user that the modes file would lose; "" without any. */
int build_modes_replaced(const struct bt_build *build, char *replaced, size_t size,
			 struct bt_err *err);

/* ---- helpers --------------------------------------------------------------------------------- */

/* FNV-1a of a text; tells states apart, no more. */
uint64_t build_hash(const void *data, size_t size);

#endif

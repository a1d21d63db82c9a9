/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A mode of the lab out of a user's own checkouts: a kernel, our module for it, a QEMU, and the
 * section of the modes file that names them. Nothing is written into the checkouts, nothing is
 * downloaded. What is built stays in one directory, with a stamp for each step that is done, so that
 * a build that was interrupted, by whatever, goes on where it was.
 */
#ifndef BT_LAB_BUILD_H
#define BT_LAB_BUILD_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "vm/child.h"

struct bt_build_options {
	const char *mode;		/* the section: a mode that there is, or one of the user's own */
	const char *like;		/* the mode that a new one is like; NULL: it is there already */
	const char *linux_src, *qemu_src;	/* NULL: the mode keeps what it has */
	/* What the kernel's configuration begins with: a file, or a target of its make (tinyconfig). */
	const char *config;		/* NULL: x86_64_defconfig */
	const char *dir;		/* where all is built; NULL: lab-build/MODE in the user's cache */
	const char *modes_file;		/* NULL: modes.ini of the user's configuration */
	unsigned jobs;			/* 0: a job for each CPU */
	bool again;			/* make and ninja look at everything, whatever the stamps say */
	bool assume_yes;
	/* False: no. Asked once before all, and once more before lines of a user are replaced. */
	bool (*ask)(void *context, const char *question);
	void *context;
	/* Gets "building the kernel: 300 files, 2 min" and the first errors. The text is short. */
	struct bt_patience patience;
};

struct bt_build;

/*
 * Looks at everything before anything is done: the mode, the checkouts, the programs and libraries,
 * what earlier runs have left. Makes no more than the cache's directory. -EINVAL: what was asked for contradicts itself; -ENODEV
 * names what is missing, of programs all at once, with Debian's names of their packages. The options
 * are borrowed until bt_build_free().
 */
int bt_build_plan(struct bt_build **build, const struct bt_build_options *options,
		  struct bt_err *err);
void bt_build_free(struct bt_build *build);
/* What will be done, where, and what that takes. */
void bt_build_print(FILE *out, const struct bt_build *build);
/* How many steps there are to do; 0: all is as it should be. */
unsigned bt_build_due(const struct bt_build *build);

/*
 * Does them in order. -EBUSY: another build is at work in the directory; -ECANCELED: not agreed to,
 * or given up; -EIO: a program failed, err has its first error and the log. Every step that was
 * finished stays so.
 */
int bt_build_run(struct bt_build *build, struct bt_err *err);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of buddytop-work: what jobs leave in the directory that is named to them. */
#ifndef BT_WORK_FILES_H
#define BT_WORK_FILES_H

#include <limits.h>

#include "core/err.h"
#include "work/job.h"

/* The only names below "dir" that are ever made, and removed. */
#define BT_WORK_SYNTH_DIR "synth"
#define BT_WORK_BUILD_DIR "build"

/* "dir", with a slash and name behind it; -EINVAL unless it is an absolute path. */
int bt_work_directory(const struct bt_work_call *call, const char *name, char path[PATH_MAX],
		      struct bt_err *err);
/* That directory, made anew; a descriptor of it. */
int bt_work_fresh_directory(const struct bt_work_call *call, const char *name, struct bt_err *err);

#endif

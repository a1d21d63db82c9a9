/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Results of hyperalloc-bench (luhsra/hyperalloc-bench at a385a2d) as runs of ours, so that they
 * are compared and drawn as those. Read are inflate (out.csv), compiling and blender (out_N.csv,
 * times_N.json) and multivm (vm_M/out_N.csv, vm_M/times_N.json), each beside its meta.json.
 *
 * They are of KVM. Speeds are over the bytes that moved, mem - shrink_target, not over mem as in
 * their plots; what was not measured there is not known here.
 */
#ifndef BT_LAB_IMPORT_H
#define BT_LAB_IMPORT_H

#include "lab/runs.h"

/*
 * Adds the runs of a folder that has a meta.json: of compiling and multivm one for each N, of
 * inflate one, and one of its first iteration, which is a warm-up. -EPROTO: damaged, or of none of
 * these.
 */
int bt_lab_import(struct bt_lab_runs *runs, const char *folder, struct bt_err *err);

#endif

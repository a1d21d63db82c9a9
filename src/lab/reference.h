/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was published of HyperAlloc, to be laid beside what was measured here: L. Wrenger et al.,
 * "HyperAlloc: Efficient VM Memory De/Inflation via Hypervisor-Shared Page-Frame Allocators",
 * EuroSys '25, by the figures' values that its authors keep in luhsra/hyperalloc-bench
 * (inflate/out/inflate.dref, stream-stats/percentile.dref, clang.dref), read at a385a2d.
 *
 * Two Xeon Gold 6252 at 2.1 GHz without SMT, 384 GB, Linux 6.1, guests of 12 CPUs and 20 GiB (of
 * compiling 16 GiB). Speeds of inflate are as published: over 20 GiB, of which 18 GiB moved.
 */
#ifndef BT_LAB_REFERENCE_H
#define BT_LAB_REFERENCE_H

#include "lab/run.h"

#define BT_LAB_REFERENCE_NAME "published: HyperAlloc, 2025"

struct bt_lab_reference {
	enum bt_lab_benchmark benchmark;
	const char *mode, *label;	/* as runs have them */
	const char *metric;		/* key of a bt_lab_metric_kinds */
	double value;			/* in its unit */
};
extern const struct bt_lab_reference bt_lab_references[];
extern const unsigned bt_lab_reference_count;

/* NaN: nothing was published of it. */
double bt_lab_reference(enum bt_lab_benchmark benchmark, const char *mode, const char *label,
			const char *metric);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine's memory state from /proc and /sys: what every source on a real kernel adds to a
 * frame. Files stay open and are re-read with pread; a file that is absent leaves its numbers
 * unknown. libproc2 reads meminfo and libnuma the distances and the CPUs of nodes; the rest is read
 * by hand: libproc2 gives 0 for a line of vmstat that the kernel does not have, which is not the
 * same, and knows nothing of zones, free lists, pressure and NUMA counters. The scores of the OOM
 * killer are read by hand for the same reason, of those tasks that libproc2 shows to be large; load
 * and CPU time for the reasons that load.c gives.
 */
#ifndef BT_SYSTEM_H
#define BT_SYSTEM_H

#include "frame/frame.h"

struct bt_system;

/*
 * root is a prefix for /proc and /sys: "" on the machine itself, a directory of samples in tests.
 * The libraries know no prefix: with one, meminfo, tasks and distances stay unknown, and all CPUs
 * are on node 0.
 */
int bt_system_open(struct bt_system **system, const char *root, struct bt_err *err);
void bt_system_close(struct bt_system *system);
/* Identity and topology into machine (fields of the module stay). -EOPNOTSUPP beyond BT_MAX_*. */
int bt_system_machine(struct bt_system *system, struct bt_machine *machine, struct bt_err *err);
/*
 * Memory, nodes, zones, vmstat, PSI, load, online CPUs, what frame->want asks for, mono_ns, utc_ns and
 * (what this call took) read_ns into a cleared frame. Sampler thread; allocates only for what is
 * wanted.
 */
void bt_system_read(struct bt_system *system, struct bt_frame *frame);

#endif

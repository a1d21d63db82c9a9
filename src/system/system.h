/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine's memory state from /proc and /sys: what every source on a real kernel adds to a
 * frame. Files stay open and are re-read with pread; a file that is absent leaves its numbers
 * unknown. libproc2 reads meminfo and vmstat, libnuma the topology, the rest is read by hand.
 */
#ifndef BT_SYSTEM_H
#define BT_SYSTEM_H

#include "frame/frame.h"

struct bt_system;

/* root is a prefix for /proc and /sys ("" on the machine itself; tests give a directory of samples). */
int bt_system_open(struct bt_system **system, const char *root, struct bt_err *err);
void bt_system_close(struct bt_system *system);
/* Identity and topology into machine (fields of the module stay). -EOPNOTSUPP beyond BT_MAX_*. */
int bt_system_machine(struct bt_system *system, struct bt_machine *machine, struct bt_err *err);
/* Memory, nodes, zones, vmstat, PSI, online CPUs, times into frame. Sampler thread; no allocation. */
void bt_system_read(struct bt_system *system, struct bt_frame *frame);

#endif

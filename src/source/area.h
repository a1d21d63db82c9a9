/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reader of the module's statistics area (buddytop.4): everything is found by the area's own
 * offsets, strides and counts, which are checked once. Histograms are summed by order and CPU node,
 * and only those are read again whose counts have changed. One thread.
 */
#ifndef BT_AREA_H
#define BT_AREA_H

#include "frame/frame.h"

struct bt_area_reader;

/*
 * map is the mapping, of size bytes, and must outlive the reader. -EPROTO: not an area we can read.
 */
int bt_area_reader_create(struct bt_area_reader **reader, const void *map, size_t size,
			  struct bt_err *err);
void bt_area_reader_free(struct bt_area_reader *reader);
/* Everything of the module but config and ack. CPUs and nodes beyond the frame's are left out. */
void bt_area_read(struct bt_area_reader *reader, struct bt_frame *frame);
/*
 * Whether the step of a published configuration is under way on any online CPU of its mask. False for
 * any other run state, and once another configuration was published. Reads two words of each CPU.
 */
bool bt_area_step_runs(const struct bt_area_reader *reader, const struct bt_config *config);

#endif

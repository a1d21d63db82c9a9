/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recording (buddytop.5): JSON Lines, the greeting first, then frames and events as they come.
 * Each line is handed to the kernel as a whole, so that what ends this program ends no line but the
 * last. One thread.
 */
#ifndef BT_RECORDER_H
#define BT_RECORDER_H

#include "frame/event.h"
#include "frame/frame.h"

#define BT_RECORDING_VERSION 1u

struct bt_recorder;

/* Makes path, which must not be there (-EEXIST), and writes the greeting. */
int bt_recorder_open(struct bt_recorder **recorder, const char *path,
		     const struct bt_machine *machine, const struct bt_config *config,
		     struct bt_err *err);
/*
 * One line more. After an error (the disk is full, the file was removed: -ENOENT) the file holds
 * whole lines only and nothing more is written: close it.
 */
int bt_recorder_frame(struct bt_recorder *recorder, const struct bt_frame *frame,
		      struct bt_err *err);
int bt_recorder_event(struct bt_recorder *recorder, const struct bt_event *event,
		      struct bt_err *err);
uint64_t bt_recorder_bytes(const struct bt_recorder *recorder);
/* NULL is fine. */
void bt_recorder_close(struct bt_recorder *recorder);

#endif

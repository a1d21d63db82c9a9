/* SPDX-License-Identifier: GPL-2.0 */
/* What of the host belongs to a run: its machine, what runs the guests, and what disturbed them. */
#ifndef BT_LAB_LOOK_H
#define BT_LAB_LOOK_H

#include "lab/lab.h"

struct bt_lab_look;

/* Machine, versions and hashes into run; what is not known stays "". */
struct bt_lab_look *bt_lab_look_before(struct bt_lab_run *run, const struct bt_lab_options *options,
				       uint64_t *available_bytes);
/* What disturbed the time in between, as warnings of the run; frees look. */
void bt_lab_look_after(struct bt_lab_look *look, struct bt_lab_run *run);
/* The parts of a guest that runs: hashes of kernel and module. */
void bt_lab_look_at_guest(struct bt_lab_run *run, const struct bt_vm *vm);

/* Resident memory of a process; BT_UNKNOWN: it is gone. */
uint64_t bt_lab_process_rss(pid_t pid);
bool bt_lab_readable(int fd);

/* A copy of a file as FOLDER/NAME-NUMBER.log, and QEMU's arguments as FOLDER/qemu-NUMBER.txt. */
void bt_lab_keep_copy(const char *from, const char *folder, const char *name, unsigned number);
void bt_lab_keep_argv(const char *const *argv, const char *folder, unsigned number);

#endif

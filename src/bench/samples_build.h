/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of the samples: how the readers of the single kinds of documents fill them. */
#ifndef BT_SAMPLES_BUILD_H
#define BT_SAMPLES_BUILD_H

#include "bench/samples.h"

/* Empty, of no known machine, its values independent. */
struct bt_samples *bt_samples_create(const char *path, enum bt_samples_kind kind);
/* What is to be the same of two machines, and the facts that are of the machine. */
void bt_samples_machine(struct bt_samples *samples, const struct bt_machine *machine);
/* Copies a fact; "": it is not said. */
void bt_samples_fact(struct bt_samples *samples, enum bt_samples_fact fact, const char *text);
/*
 * The series of a configuration and metric, made when it is not there; valid until the next one.
 * label lives as long as the program.
 */
struct bt_samples_series *bt_samples_series(struct bt_samples *samples, const char *config,
					    const char *metric, const char *label, enum bt_unit unit,
					    enum bt_better better);
/* Appends; NaN is not a value. */
void bt_samples_value(struct bt_samples_series *series, double value);

/* Each fills samples, created of its kind. 0, or -errno with err as of bt_samples_read(). */
int bt_samples_read_result(struct bt_samples *samples, struct bt_err *err);
int bt_samples_read_recording(struct bt_samples *samples, struct bt_err *err);
int bt_samples_read_kbench(struct bt_samples *samples, struct bt_err *err);
int bt_samples_read_lab(struct bt_samples *samples, struct bt_err *err);
int bt_samples_read_pab(struct bt_samples *samples, struct bt_err *err);

#endif

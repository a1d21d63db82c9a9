/* SPDX-License-Identifier: GPL-2.0 */
/* All numbers of runs as CSV, for programs of others. */
#ifndef BT_LAB_EXPORT_H
#define BT_LAB_EXPORT_H

#include <stdio.h>

#include "lab/runs.h"

/*
 * The long form: a line for each run, iteration (from 1) and metric of bt_lab_metric_kinds, columns
 * benchmark, mode, label, repetition, iteration, metric, unit, value (%.17g; empty: not known).
 * Only of runs that count. Texts with a comma, quote or line end are quoted as RFC 4180 asks.
 */
void bt_lab_export_csv(FILE *out, struct bt_lab_run *const *runs, unsigned count);

#endif

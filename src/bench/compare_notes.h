/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of a comparison: what is said beside its numbers. */
#ifndef BT_COMPARE_NOTES_H
#define BT_COMPARE_NOTES_H

#include "bench/compare.h"

/* Fills reasons: of each document against the first. */
void bt_compare_reasons(struct bt_comparison *comparison);
/* Fills notes; the rows are there. */
void bt_compare_notes(struct bt_comparison *comparison);
/* The configuration that is the only one of a document; NULL: several or none. */
const char *bt_compare_only_config(const struct bt_samples *samples);
bool bt_compare_has_config(const struct bt_samples *samples, const char *config);
/*
 * The configuration of a document that one of the first is compared with: of the same label, or
 * by force the only one where each has a single one.
 */
const char *bt_compare_partner(const struct bt_comparison *comparison, unsigned document,
			       const char *config);

#endif

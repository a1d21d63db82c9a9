/* SPDX-License-Identifier: GPL-2.0 */
/* Results as text: for people, for documents, for spreadsheets. */
#ifndef BT_PRINT_H
#define BT_PRINT_H

#include <stdio.h>

#include "bench/result.h"

/*
 * All runs at one look where there are several, then a table for each: medians, quartiles and how many repetitions counted, what changed between idle
 * and load, histograms as a line of blocks; then what did not count, and why, and warnings. At most
 * 80 columns. Blocks are ASCII unless the locale's characters are UTF-8.
 */
void bt_print_text(FILE *out, const struct bt_result *result);
/* The same numbers, all of them, as Markdown tables; then the same remarks. */
void bt_print_markdown(FILE *out, const struct bt_result *result);
/* A line for each repetition, also those that do not count; unknown is empty (RFC 4180). */
void bt_print_csv(FILE *out, const struct bt_result *result);
/*
 * A histogram as a line of characters, one an octave, as high as the logarithm of its count; buf
 * gets "" when it is empty. from_ns and to_ns: the first octave's lower and the last one's upper edge.
 */
void bt_print_hist(const struct bt_hist *hist, bool ascii, char *buf, size_t size,
		   uint64_t *from_ns, uint64_t *to_ns);
bool bt_print_ascii(void);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* Sets of CPU or node numbers in the 64-bit words of struct bt_config, and their texts. */
#ifndef BT_MASK_H
#define BT_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#include "core/err.h"

bool bt_mask_test(const __u64 *mask, unsigned bit);
void bt_mask_set(__u64 *mask, unsigned bit, bool on);
unsigned bt_mask_weight(const __u64 *mask, unsigned words);
/* Lowest bit >= from, or words * 64 when there is none. */
unsigned bt_mask_next(const __u64 *mask, unsigned words, unsigned from);

/*
 * "0-3,8,^2" (Linux list syntax; ^ takes away, a list that begins with ^ from all), "0x0f"
 * (hexadecimal mask, commas between 32-bit words as in /proc/irq), "all" or "none", limited to
 * numbers below count. Malformed lists (3-1, 0-, 99999, 1,,2, trailing commas, blanks) are refused,
 * err names the part and its position; mask is untouched then. words is at most
 * BT_CPU_WORDS. Allocates nothing. Returns 0 or -EINVAL.
 */
int bt_mask_parse(const char *text, unsigned count, __u64 *mask, unsigned words,
		  const char *what, struct bt_err *err);
/* Linux list ("0-3,8", "" when empty). Returns the length needed, as snprintf. */
int bt_mask_text(const __u64 *mask, unsigned words, char *buf, size_t size);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel has given a part of our own address space, by /proc/self/smaps. */
#ifndef BT_SMAPS_H
#define BT_SMAPS_H

#include <stdint.h>
#include <stdio.h>

#include "core/err.h"

struct bt_smaps {
	uint64_t rss_bytes;	/* mapped: its page tables lead to so much */
	/* Of that mapped by the entry of a huge page: AnonHugePages, ShmemPmdMapped, FilePmdMapped. */
	uint64_t huge_bytes;
};

/*
 * Sums over the mappings that lie within [from, to). The kernel walks the page tables for it: some
 * ten ms for 10 GiB of small pages. Where the file does not say, BT_UNKNOWN; -errno when it cannot
 * be read.
 */
int bt_smaps_read(uintptr_t from, uintptr_t to, struct bt_smaps *smaps, struct bt_err *err);
/* The same of an open file of that form. */
void bt_smaps_parse(FILE *file, uintptr_t from, uintptr_t to, struct bt_smaps *smaps);

#endif

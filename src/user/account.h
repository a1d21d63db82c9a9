/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's own account of its pages, read often: /proc/vmstat and /proc/meminfo, kept open. */
#ifndef BT_ACCOUNT_H
#define BT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/err.h"

struct bt_account {
	int vmstat_fd, meminfo_fd;
};

/* Pages since boot, of all CPUs: the sum of pgalloc_*, and pgfree. */
struct bt_account_pages {
	uint64_t alloc, free;
};

int bt_account_open(struct bt_account *account, struct bt_err *err);
void bt_account_close(struct bt_account *account);
/* Numbers that are not there are BT_UNKNOWN. */
struct bt_account_pages bt_account_pages(const struct bt_account *account);
/* key: "MemAvailable", "VmallocUsed". */
uint64_t bt_account_bytes(const struct bt_account *account, const char *key);

#endif

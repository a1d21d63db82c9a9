/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/types.h>

u64 ktime_get_ns(void);

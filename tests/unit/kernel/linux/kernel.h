/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_KERNEL_KERNEL_H
#define UNIT_KERNEL_KERNEL_H

#include <stdint.h>

#define U64_MAX UINT64_MAX
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define swap(a, b) \
	do { __typeof__(a) swapped = (a); (a) = (b); (b) = swapped; } while (0)

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * The loops alone, so that no caller's knowledge of them is used to join or drop any. gcc would
 * make copy a call of memcpy(), whose stores may go past the cache and move fewer bytes.
 */
#include <string.h>

#include "core/util.h"
#include "work/stream.h"

#if __has_attribute(optimize)
#define AS_WRITTEN __attribute__((noinline, optimize("no-tree-loop-distribute-patterns")))
#else
#define AS_WRITTEN __attribute__((noinline, no_builtin("memcpy", "memmove")))
#endif

#define KERNEL(name)                                                                               \
	AS_WRITTEN static void name(double *restrict a, double *restrict b, double *restrict c,    \
				    size_t count)

KERNEL(copy)
{
	(void)b;
	for (size_t i = 0; i < count; i++)
		c[i] = a[i];
}

KERNEL(scale)
{
	(void)a;
	for (size_t i = 0; i < count; i++)
		b[i] = BT_STREAM_Q * c[i];
}

KERNEL(add)
{
	for (size_t i = 0; i < count; i++)
		c[i] = a[i] + b[i];
}

KERNEL(triad)
{
	for (size_t i = 0; i < count; i++)
		a[i] = b[i] + BT_STREAM_Q * c[i];
}

static const struct bt_stream_kernel kernels[] = {
	{ .name = "copy", .element_bytes = 16, .run = copy, .to = BT_STREAM_C,
	  .factor = { [BT_STREAM_A] = 1 } },
	{ .name = "scale", .element_bytes = 16, .run = scale, .to = BT_STREAM_B,
	  .factor = { [BT_STREAM_C] = BT_STREAM_Q } },
	{ .name = "add", .element_bytes = 24, .run = add, .to = BT_STREAM_C,
	  .factor = { [BT_STREAM_A] = 1, [BT_STREAM_B] = 1 } },
	{ .name = "triad", .element_bytes = 24, .run = triad, .to = BT_STREAM_A,
	  .factor = { [BT_STREAM_B] = 1, [BT_STREAM_C] = BT_STREAM_Q } },
};

const struct bt_stream_kernel *bt_stream_kernel(const char *name)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(kernels); i++) {
		if (!strcmp(kernels[i].name, name))
			return &kernels[i];
	}
	return NULL;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Blocks of one order that the calling thread has allocated, as the tracepoint kmem:mm_page_alloc
 * counts them, while it stays on its CPU; in a pid namespace others on this CPU are counted, too. A
 * counter of perf, which records nothing: nobody else's tracing is touched.
 */
#ifndef BT_TRACE_H
#define BT_TRACE_H

#include <stdint.h>

/*
 * The tracepoint's first counter that comes, and its last one that goes, have the kernel patch its
 * allocator, for every CPU; a counter takes one filter in its life, so each order has one of its own.
 * Between the two this one, which counts nothing, stays. A descriptor to close; -1 as below.
 */
int bt_trace_hold(void);
/* A descriptor; -1: no tracefs, no right to use it, or a kernel without perf. */
int bt_trace_open(unsigned order);
/* Since it was opened; BT_UNKNOWN when fd is -1. */
uint64_t bt_trace_blocks(int fd);

#endif

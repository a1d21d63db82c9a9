/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a way really has the kernel allocate pages as it says, found out before it is used. None of
 * them is promised by the kernel: each kernel is asked.
 */
#ifndef BT_PROOF_H
#define BT_PROOF_H

#include "frame/frame.h"
#include "user/way.h"

#define BT_PROOF_TEXT 160

struct bt_proof {
	uint32_t orders;	/* bit n: it allocates blocks of order n */
	bool traced;		/* the tracepoint kmem:mm_page_alloc said so, not the count of pages */
	enum bt_way_nodes nodes;	/* bt_prove_nodes() */
	char reason[BT_PROOF_TEXT];	/* why the first order that is not proven is not; "" = all are */
};

/*
 * Allocates some 64 pages of each order up to max_order, at least one block, and gives them back; up to
 * 32 MiB where others allocate so much that it would not be seen. An
 * order is proven when pgalloc and pgfree of /proc/vmstat grow by at least these pages each time (but
 * for the few that the kernel frees later); of a way that may use vmalloc(), when VmallocUsed does not
 * grow by a block; where tracefs is there to be used, when the tracepoint has counted as many blocks of
 * that order. Without it the pages must not be so many more that it may have been others, which a busy
 * machine's are; and of a way that hides its failures pages are proven alone: they may have been smaller
 * ones. A way is tried for some 4 s, an order at least once. An order above a proven
 * one (for vmalloc(): above 0) for which there was no block just now counts as proven: that is what it
 * is there to find out.
 */
void bt_prove(const struct bt_way *way, unsigned max_order, struct bt_proof *proof);

/*
 * Whether blocks of the smallest proven order come from the node that the thread's policy binds to
 * (user/policy.h), as numastat counts them: of two nodes of the machine that we may use, of each,
 * where most of the others' allocations are not. Up to 32 MiB, so that ours stand out of theirs. UNKNOWN
 * where there are no two, or no such count, or ours do not stand out.
 * The thread stays on its CPU meanwhile; its policy is the default afterwards.
 */
void bt_prove_nodes(const struct bt_way *way, const struct bt_machine *machine,
		    struct bt_proof *proof);

#endif

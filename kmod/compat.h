/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every difference between the kernels this module builds on (5.10 and later). ANT_HAVE_* and
 * ANT_LACKS_* are feature tests of Kbuild; no other file asks for a kernel's version.
 */
#ifndef ANT_COMPAT_H
#define ANT_COMPAT_H

#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/timex.h>

/* MAX_ORDER changed its meaning in 6.4 and its name in 6.8; what it is made of did not. */
#define ANT_MAX_ORDER	ilog2(MAX_ORDER_NR_PAGES)

static inline struct page *ant_compat_alloc(gfp_t gfp, unsigned int order, int node,
					    nodemask_t *nodes)
{
#ifdef ANT_HAVE_ALLOC_PAGES_NODEMASK
	return __alloc_pages_nodemask(gfp, order, node, nodes);
#else
	return __alloc_pages(gfp, order, node, nodes);
#endif
}

/*
 * Pages of order 0 for the entries of `pages` that are NULL; how many there are then. Since 5.13;
 * until 6.13 it could fill a list instead.
 */
#if defined(ANT_HAVE_BULK_LIST)
#define ANT_HAS_BULK	1
#define ant_compat_alloc_bulk(gfp, node, nodes, count, pages) \
	__alloc_pages_bulk(gfp, node, nodes, count, NULL, pages)
#elif defined(ANT_HAVE_BULK)
#define ANT_HAS_BULK	1
#define ant_compat_alloc_bulk(gfp, node, nodes, count, pages) \
	__alloc_pages_bulk(gfp, node, nodes, count, pages)
#else
#define ANT_HAS_BULK	0
#define ant_compat_alloc_bulk(gfp, node, nodes, count, pages)	0ul
#endif

/* So many more, by one writer; readers in user space see the old or the new word. */
static __always_inline void ant_compat_add(u64 *counter, u64 n)
{
#ifdef CONFIG_X86_64
	/* One instruction; of volatile accesses compilers make three. */
	asm volatile("addq %1, %0" : "+m" (*counter) : "er" (n));
#else
	WRITE_ONCE(*counter, *counter + n);
#endif
}

static __always_inline void ant_compat_increment(u64 *counter)
{
	ant_compat_add(counter, 1);
}

/*
 * The CPU's counter of ticks: unordered and cheap. Kilohertz as the kernel calibrated it, a second
 * after boot more exactly; 0 = there is none, or the kernel does not trust it (any more).
 */
#ifdef CONFIG_X86
static __always_inline u64 ant_compat_ticks(void)
{
	return get_cycles();
}

static inline u32 ant_compat_ticks_khz(void)
{
	return boot_cpu_has(X86_FEATURE_TSC) && !check_tsc_unstable() ? READ_ONCE(tsc_khz) : 0;
}
#else
static __always_inline u64 ant_compat_ticks(void)
{
	return 0;
}

static inline u32 ant_compat_ticks_khz(void)
{
	return 0;
}
#endif

static inline void ant_compat_vm_read_only(struct vm_area_struct *vma)
{
#ifdef ANT_LACKS_VM_FLAGS_CLEAR
	vma->vm_flags &= ~VM_MAYWRITE;
#else
	vm_flags_clear(vma, VM_MAYWRITE);
#endif
}

#endif

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

static inline void ant_compat_vm_read_only(struct vm_area_struct *vma)
{
#ifdef ANT_LACKS_VM_FLAGS_CLEAR
	vma->vm_flags &= ~VM_MAYWRITE;
#else
	vm_flags_clear(vma, VM_MAYWRITE);
#endif
}

#endif

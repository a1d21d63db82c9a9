/* SPDX-License-Identifier: GPL-2.0 */
/* Declared as the kernel declares them; the test defines them. */
#ifndef UNIT_KERNEL_MM_H
#define UNIT_KERNEL_MM_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/nodemask.h>
#include <linux/types.h>

#define PAGE_SIZE	4096ul
#define VM_MAYWRITE	0x20ul

struct vm_area_struct;

struct page *__alloc_pages(gfp_t gfp, unsigned int order, int preferred_nid, nodemask_t *nodemask);
void __free_pages(struct page *page, unsigned int order);
unsigned long page_to_pfn(const struct page *page);
struct page *pfn_to_page(unsigned long pfn);
int page_to_nid(const struct page *page);
void *page_address(const struct page *page);
void *kvmalloc_node(size_t size, gfp_t gfp, int node);
void kvfree(const void *memory);
void vm_flags_clear(struct vm_area_struct *vma, unsigned long flags);

#endif

// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/buddytop-testcall: one ioctl allocates a block, one frees it. The most that a program can
 * get out of the page allocator from user space, to hold the antagonist's rate against. A module of
 * its own, so that the antagonist beside it is the one that everybody runs.
 */
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "testcall.h"
#include "testpairs.h"

/* Of one open file. No lock: a slot changes hands by one exchange of its pointer. */
struct testcall_file {
	struct page *slot[TESTCALL_SLOTS];
};

static int testcall_open(struct inode *inode, struct file *file)
{
	struct testcall_file *held = kvzalloc(sizeof(*held), GFP_KERNEL);

	file->private_data = held;
	return held ? 0 : -ENOMEM;
}

/* A block in a slot keeps its own order in page_private(). */
static void testcall_give_back(struct page *page)
{
	unsigned int order = page_private(page);

	set_page_private(page, 0);
	__free_pages(page, order);
}

static int testcall_release(struct inode *inode, struct file *file)
{
	struct testcall_file *held = file->private_data;
	unsigned int i;

	for (i = 0; i < TESTCALL_SLOTS; i++) {
		if (held->slot[i])
			testcall_give_back(held->slot[i]);
		cond_resched();
	}
	kvfree(held);
	return 0;
}

static long testcall_alloc(struct page **slot, unsigned int order)
{
	struct page *page;

	if (order > ANT_MAX_ORDER)
		return -EINVAL;
	page = alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL | __GFP_NOWARN, order);
	if (!page)
		return -ENOMEM;
	set_page_private(page, order);
	if (!cmpxchg(slot, NULL, page))
		return 0;
	testcall_give_back(page);
	return -EBUSY;
}

static long testcall_free(struct page **slot, unsigned int order)
{
	struct page *page;

	if (order)
		return -EINVAL;
	page = xchg(slot, NULL);
	if (!page)
		return -ENOENT;
	testcall_give_back(page);
	return 0;
}

static long testcall_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct testcall_file *held = file->private_data;
	struct testcall_block block;
	struct page **slot;

	if (cmd == TESTCALL_IOC_PAIRS)
		return testcall_pairs((struct testcall_pairs __user *)arg);
	if (cmd == TESTCALL_IOC_LOOP)
		return testcall_loop((struct testcall_loop __user *)arg);
	if (cmd != TESTCALL_IOC_ALLOC && cmd != TESTCALL_IOC_FREE)
		return -ENOTTY;
	if (copy_from_user(&block, (const void __user *)arg, sizeof(block)))
		return -EFAULT;
	if (block.slot >= TESTCALL_SLOTS)
		return -EINVAL;
	slot = &held->slot[array_index_nospec(block.slot, TESTCALL_SLOTS)];
	return cmd == TESTCALL_IOC_ALLOC ? testcall_alloc(slot, block.order) :
					   testcall_free(slot, block.order);
}

static const struct file_operations testcall_fops = {
	.owner = THIS_MODULE,
	.open = testcall_open,
	.release = testcall_release,
	.unlocked_ioctl = testcall_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice testcall_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = TESTCALL_DEVICE_NAME,
	.fops = &testcall_fops,
	.mode = 0600,
};
module_misc_device(testcall_misc);

MODULE_DESCRIPTION("One page allocation for each ioctl, for the tests of buddytop");
MODULE_AUTHOR("The buddytop authors");
MODULE_LICENSE("GPL");

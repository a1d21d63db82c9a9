// SPDX-License-Identifier: GPL-2.0
/*
 * For tests only, a part of the module with BT_TEST_FAULTS=1: does what must never be done, one
 * fault for each write of its name to /sys/module/buddytop/parameters/test_fault. Every tool of a
 * debug kernel has to be seen to report (tests/debug-kernel-check.sh).
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static DEFINE_SPINLOCK(fault_lock_a);
static DEFINE_SPINLOCK(fault_lock_b);

/* KASAN: a page is read after it was freed. */
static void fault_freed_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return;
	__free_page(page);
	READ_ONCE(*(u8 *)page_address(page));
}

/* KASAN: a byte behind an object. */
static void fault_bounds(void)
{
	u8 *object = kmalloc(24, GFP_KERNEL);

	if (!object)
		return;
	OPTIMIZER_HIDE_VAR(object);
	WRITE_ONCE(object[24], 1);
	kfree(object);
}

/* UBSAN: a shift by more bits than there are. */
static void fault_shift(void)
{
	int bits = 40, value;

	OPTIMIZER_HIDE_VAR(bits);
	value = 1 << bits;
	OPTIMIZER_HIDE_VAR(value);
}

/* DEBUG_ATOMIC_SLEEP */
static void fault_sleep(void)
{
	spin_lock(&fault_lock_a);
	might_sleep();
	spin_unlock(&fault_lock_a);
}

/* Lockdep: two locks in both orders. */
static void fault_lock_order(void)
{
	spin_lock(&fault_lock_a);
	spin_lock(&fault_lock_b);
	spin_unlock(&fault_lock_b);
	spin_unlock(&fault_lock_a);
	spin_lock(&fault_lock_b);
	spin_lock(&fault_lock_a);
	spin_unlock(&fault_lock_a);
	spin_unlock(&fault_lock_b);
}

/* Kmemleak: objects that nobody knows any more; of the last one a stack may still tell. */
static void fault_leak(void)
{
	int i;

	for (i = 0; i < 8; i++) {
		void *object = kmalloc(200, GFP_KERNEL);

		OPTIMIZER_HIDE_VAR(object);
	}
}

/* The allocator's own checks: a freed page that still has an owner. */
static void fault_bad_page(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return;
	page->mapping = (void *)page;
	__free_page(page);
}

/* DEBUG_LIST: an entry is removed twice. */
static void fault_list(void)
{
	LIST_HEAD(head);
	LIST_HEAD(entry);

	list_add(&entry, &head);
	list_del(&entry);
	list_del(&entry);
}

static void fault_refcount(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	refcount_inc(&count);
}

/* page_owner: a block that nobody gives back, of an order that no other fault loses. */
static void fault_lost_page(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);

	OPTIMIZER_HIDE_VAR(page);
}

static int unlock_unlocked(void *data)
{
	struct page *page = alloc_page(GFP_KERNEL);

	complete(data);
	if (page)
		unlock_page(page);
	return 0;
}

/* DEBUG_VM: its BUG ends the task, which must not be the one that holds this parameter's lock. */
static void fault_unlock(void)
{
	DECLARE_COMPLETION_ONSTACK(started);
	struct task_struct *task = kthread_create(unlock_unlocked, &started, "buddytop-fault");

	if (IS_ERR(task))
		return;
	get_task_struct(task);
	wake_up_process(task);
	wait_for_completion(&started);
	kthread_stop(task);
	put_task_struct(task);
}

static const struct {
	const char *name;
	void (*make)(void);
} faults[] = {
	{ "freed-page", fault_freed_page },
	{ "bounds", fault_bounds },
	{ "shift", fault_shift },
	{ "sleep", fault_sleep },
	{ "lock-order", fault_lock_order },
	{ "leak", fault_leak },
	{ "bad-page", fault_bad_page },
	{ "list", fault_list },
	{ "refcount", fault_refcount },
	{ "lost-page", fault_lost_page },
	{ "unlock", fault_unlock },
};

static int fault_set(const char *value, const struct kernel_param *kp)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!sysfs_streq(value, faults[i].name))
			continue;
		pr_notice("buddytop: test_fault=%s\n", faults[i].name);
		faults[i].make();
		return 0;
	}
	return -EINVAL;
}

static const struct kernel_param_ops fault_ops = { .set = fault_set };

module_param_cb(test_fault, &fault_ops, NULL, 0200);

// SPDX-License-Identifier: GPL-2.0
/* buddytop, the page allocator's antagonist: order of init and exit, and nothing else. */
#include <linux/init.h>
#include <linux/module.h>

#include "ant.h"

static unsigned int max_held_pct = 25;
module_param(max_held_pct, uint, 0444);
MODULE_PARM_DESC(max_held_pct, "most of the memory that may be held, in percent (1-95, default 25)");

struct ant_dev ant_dev = {
	.control = __MUTEX_INITIALIZER(ant_dev.control),
	.lock = __SPIN_LOCK_UNLOCKED(ant_dev.lock),
	.drained = __WAIT_QUEUE_HEAD_INITIALIZER(ant_dev.drained),
};

static int __init ant_init(void)
{
	struct ant_dev *dev = &ant_dev;
	int err;

	err = ant_stats_init(dev, max_held_pct);
	if (err)
		return err;
	err = ant_workers_init(dev);
	if (err)
		goto err_workers;
	err = ant_guard_init(dev);
	if (err)
		goto err_guard;
	err = ant_dev_register(dev);
	if (err)
		goto err_dev;
	return 0;

err_dev:
	ant_guard_exit(dev);
err_guard:
	ant_workers_exit(dev);
err_workers:
	ant_stats_exit(dev);
	return err;
}

/* No file is open here, so nothing runs and nothing is held. */
static void __exit ant_exit(void)
{
	struct ant_dev *dev = &ant_dev;

	ant_dev_unregister(dev);
	ant_guard_exit(dev);
	ant_workers_exit(dev);
	ant_stats_exit(dev);
}

module_init(ant_init);
module_exit(ant_exit);

MODULE_DESCRIPTION("Page allocator antagonist of buddytop");
MODULE_AUTHOR("The buddytop authors");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");

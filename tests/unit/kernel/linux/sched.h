/* SPDX-License-Identifier: GPL-2.0 */
#ifndef UNIT_KERNEL_SCHED_H
#define UNIT_KERNEL_SCHED_H

struct task_struct {
	unsigned long nivcsw;
};

struct task_struct *get_current(void);
#define current get_current()
#define cond_resched() do { } while (0)

#endif

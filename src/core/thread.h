/* SPDX-License-Identifier: GPL-2.0 */
#ifndef BT_THREAD_H
#define BT_THREAD_H

#include <pthread.h>
#include <stddef.h>

#include "core/err.h"

/*
 * A thread that runs on one CPU alone, and does so from its first instruction on, so that even its
 * stack is of that CPU's node. -errno of pthread_create(): EINVAL where the CPU is not ours.
 */
int bt_thread_on_cpu(pthread_t *thread, unsigned cpu, size_t stack_bytes,
		     void *(*run)(void *context), void *context, struct bt_err *err);

#endif

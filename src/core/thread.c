// SPDX-License-Identifier: GPL-2.0
#include "core/thread.h"

#include <sched.h>
#include <string.h>

int bt_thread_on_cpu(pthread_t *thread, unsigned cpu, size_t stack_bytes,
		     void *(*run)(void *context), void *context, struct bt_err *err)
{
	size_t size = CPU_ALLOC_SIZE(cpu + 1);
	cpu_set_t *cpus = CPU_ALLOC(cpu + 1);
	pthread_attr_t attributes;
	int code;

	pthread_attr_init(&attributes);
	CPU_ZERO_S(size, cpus);
	CPU_SET_S(cpu, size, cpus);
	pthread_attr_setstacksize(&attributes, stack_bytes);
	pthread_attr_setaffinity_np(&attributes, size, cpus);
	code = pthread_create(thread, &attributes, run, context);
	pthread_attr_destroy(&attributes);
	CPU_FREE(cpus);
	return !code ? 0 : bt_err_set(err, code, "pthread_create for CPU %u: %s", cpu,
				      strerror(code));
}

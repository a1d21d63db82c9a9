// SPDX-License-Identifier: GPL-2.0
#include "user/trace.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/util.h"

#define EVENT "events/kmem/mm_page_alloc/id"

static bool find_event(uint64_t *id)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/" EVENT, "/sys/kernel/debug/tracing/" EVENT,
	};
	char text[32];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(paths); i++) {
		if (bt_read_line(paths[i], text, sizeof(text)) && !bt_parse_u64(text, id))
			return true;
	}
	return false;
}

/* Thread ids of the tracepoint are those of the first namespace, which always has this number. */
static bool knows_our_id(void)
{
	static const char first[] = "pid:[4026531836]";	/* PROC_PID_INIT_INO */
	char text[sizeof(first)];

	return readlink("/proc/self/ns/pid", text, sizeof(text)) == sizeof(first) - 1 &&
	       !memcmp(text, first, sizeof(first) - 1);
}

/*
 * Of the CPU, not of the thread: a counter that follows a thread has the kernel patch its scheduler, as
 * it is opened and as it is closed.
 */
static int open_counter(bool disabled)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_TRACEPOINT, .size = sizeof(attributes), .disabled = disabled,
	};
	int cpu = sched_getcpu();
	uint64_t id;

	if (cpu < 0 || !find_event(&id))
		return -1;
	attributes.config = id;
	return (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

int bt_trace_hold(void)
{
	return open_counter(true);
}

int bt_trace_open(unsigned order)
{
	int fd = open_counter(false), used;
	char filter[64];

	used = snprintf(filter, sizeof(filter), "order == %u", order);
	if (knows_our_id())
		snprintf(filter + used, sizeof(filter) - (size_t)used, " && common_pid == %ld",
			 syscall(SYS_gettid));
	if (fd < 0 || !ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return fd;
	close(fd);
	return -1;
}

uint64_t bt_trace_blocks(int fd)
{
	uint64_t count;

	return fd >= 0 && read(fd, &count, sizeof(count)) == sizeof(count) ? count : BT_UNKNOWN;
}

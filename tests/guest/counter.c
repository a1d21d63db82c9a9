// SPDX-License-Identifier: GPL-2.0
#include "counter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "user/trace.h"

static void set_online(const char *text)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		printf("# CPU 1 cannot be set to %s: %s\n", text, strerror(errno));
	if (fd >= 0)
		close(fd);
}

int counter_hold(void)
{
	int fd;

	set_online("0");
	fd = bt_trace_hold();
	set_online("1");
	return fd;
}

void counter_release(int fd)
{
	if (fd < 0)
		return;
	set_online("0");
	close(fd);
	set_online("1");
}

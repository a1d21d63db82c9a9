// SPDX-License-Identifier: GPL-2.0
#include "system/pressure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bt_pressure_open(const char *path, struct bt_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), code = fd < 0 ? errno : EIO;
	uint64_t stalled_us;

	/* Where it was switched off, opening works on some kernels and reading does not. */
	if (fd >= 0 && !bt_pressure_read(fd, &stalled_us))
		return fd;
	if (fd >= 0)
		close(fd);
	return bt_err_set(err, EOPNOTSUPP, "cannot stop at a pressure: %s: %s; the kernel needs "
			  "CONFIG_PSI, and psi=1 on its command line where that is not the default; "
			  "--limit-bytes stops at an amount instead", path, strerror(code));
}

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=117", and a line "full" that does not matter. */
int bt_pressure_read(int fd, uint64_t *stalled_us)
{
	static const char name[] = "total=";
	char text[256], *at;
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	if (got <= 0)
		return -EIO;
	text[got] = '\0';
	at = strncmp(text, "some ", 5) ? NULL : strstr(text, name);
	if (!at)
		return -EIO;
	*stalled_us = strtoull(at + strlen(name), NULL, 10);
	return 0;
}

/* Forgets the oldest readings, as long as the next one is at least a window old, too. */
static void forget(struct bt_pressure *p, uint64_t now_ns)
{
	unsigned old = 0;

	while (old + 1 < p->count && now_ns - p->sample[old + 1].at_ns >= BT_PRESSURE_WINDOW_NS)
		old++;
	if (!old && p->count == BT_PRESSURE_SAMPLES)
		old = 1;
	p->count -= old;
	memmove(p->sample, p->sample + old, p->count * sizeof(p->sample[0]));
}

unsigned bt_pressure_percent(struct bt_pressure *p, uint64_t now_ns, uint64_t stalled_us)
{
	uint64_t elapsed_ns;

	forget(p, now_ns);
	p->sample[p->count].at_ns = now_ns;
	p->sample[p->count++].stalled_us = stalled_us;
	elapsed_ns = now_ns - p->sample[0].at_ns;
	if (elapsed_ns < BT_PRESSURE_WINDOW_NS)
		elapsed_ns = BT_PRESSURE_WINDOW_NS;
	return (unsigned)((stalled_us - p->sample[0].stalled_us) * 1000 * 100 / elapsed_ns);
}

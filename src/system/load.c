// SPDX-License-Identifier: GPL-2.0
/*
 * Load, CPU time and clock rates: what tells whether something else was running, and whether the
 * CPUs were equally fast.
 *
 * /proc/loadavg and /proc/stat are read by hand, the first line of each: libproc2 4.0.2 parses the
 * lines of all CPUs besides, opens /proc/cpuinfo, knows no root, and its sum of all ticks counts those
 * of guests twice, as they are in user and nice already.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "system/files.h"

#define HEAD_BYTES 256		/* ten numbers of 20 digits, and "cpu" */
#define US_PER_S 1000000u

/* ---- load and CPU time --------------------------------------------------------------------- */

/*
 * The start of a file: bt_system_text() would read all of /proc/stat, which has a line for each CPU
 * and a number for each interrupt.
 */
static bool read_head(int fd, char head[HEAD_BYTES])
{
	ssize_t got = fd < 0 ? -1 : pread(fd, head, HEAD_BYTES - 1, 0);

	if (got < 0)
		return false;
	head[got] = '\0';
	return true;
}

static uint64_t ticks_us(uint64_t ticks)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);

	return ticks / hz * US_PER_S + ticks % hz * US_PER_S / hz;
}

/* "cpu  1647 0 1219 88657 865 0 319 0 ...": ticks of all CPUs, see proc_stat(5). */
static void scan_ticks(const char *at, struct bt_frame_load *load)
{
	/* What follows, guest and guest_nice, is part of user and nice. */
	enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, KINDS };
	uint64_t ticks[KINDS], busy;
	unsigned i;

	if (!bt_scan_word(&at, "cpu"))
		return;
	for (i = 0; i < KINDS; i++) {
		if (!bt_scan_u64(&at, &ticks[i]))
			return;
	}
	busy = ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[IRQ] + ticks[SOFTIRQ];
	load->busy_us = ticks_us(busy);
	load->steal_us = ticks_us(ticks[STEAL]);
	load->cpu_us = ticks_us(busy + ticks[STEAL] + ticks[IDLE] + ticks[IOWAIT]);
}

void bt_system_read_load(struct bt_system *system, struct bt_frame_load *load)
{
	char head[HEAD_BYTES];
	const char *at = head;

	if (read_head(system->files[BT_FILE_LOADAVG], head))
		bt_scan_centi(&at, &load->load1_centi);
	if (read_head(system->files[BT_FILE_STAT], head))
		scan_ticks(head, load);
}

/* ---- clock rates --------------------------------------------------------------------------- */

/* 0 or an errno. A driver that does not know says 0 or "<unknown>". */
static int read_khz(struct bt_system *system, unsigned cpu, const char *file, uint64_t *khz)
{
	char path[PATH_MAX];
	const char *text;
	int fd, code = 0;

	fd = open(bt_system_path(system, path, "/sys/devices/system/cpu/cpu%u/cpufreq/%s", cpu,
				 file), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	text = bt_system_text(system, fd);
	if (!text)
		code = errno;
	else if (!bt_scan_u64(&text, khz) || !*khz)
		code = EINVAL;
	close(fd);
	return code;
}

/*
 * A CPU whose rate cannot be read is passed over; why is told when there is none that can, and not
 * that of the others which have no such file.
 */
static void add_cpu(struct bt_system *system, unsigned cpu, struct bt_frame_frequency *to)
{
	uint64_t khz;
	int code = read_khz(system, cpu, "scaling_cur_freq", &khz);

	if (code) {
		if (!to->cpus && code != ENOENT)
			to->state = bt_system_detail(code);
		return;
	}
	to->state = BT_DETAIL_KNOWN;
	if (!to->cpus || khz < to->min_khz)
		to->min_khz = khz;
	if (!to->cpus || khz > to->max_khz)
		to->max_khz = khz;
	to->cpus++;
	if (!read_khz(system, cpu, "cpuinfo_max_freq", &khz) &&
	    (to->limit_khz == BT_UNKNOWN || khz > to->limit_khz))
		to->limit_khz = khz;
}

static unsigned count_online(const struct bt_frame *frame)
{
	unsigned i, online = 0;

	for (i = 0; i < frame->cpu_count; i++)
		online += frame->cpus[i].online;
	return online;
}

/* Number `taken` is taken where it falls when all numbers are spread over the online CPUs. */
static void read_clocks(struct bt_system *system, const struct bt_frame *frame,
			struct bt_frame_frequency *to)
{
	unsigned online = count_online(frame), seen = 0, taken = 0, i;
	unsigned wanted = online < BT_FREQUENCY_CPUS ? online : BT_FREQUENCY_CPUS;

	for (i = 0; i < frame->cpu_count && taken < wanted; i++) {
		if (!frame->cpus[i].online || seen++ != taken * online / wanted)
			continue;
		add_cpu(system, i, to);
		taken++;
	}
}

void bt_system_read_frequency(struct bt_system *system, struct bt_frame *frame)
{
	struct bt_frame_frequency *last = &system->frequency;

	if (bt_want_due(BT_WANT_INDEX_FREQUENCY, last->state, last->mono_ns, frame->mono_ns)) {
		*last = (struct bt_frame_frequency){
			.state = BT_DETAIL_NOT_IN_KERNEL,
			.mono_ns = bt_mono_ns(),
			.min_khz = BT_UNKNOWN,
			.max_khz = BT_UNKNOWN,
			.limit_khz = BT_UNKNOWN,
		};
		read_clocks(system, frame, last);
		last->read_ns = bt_mono_ns() - last->mono_ns;
	}
	frame->frequency = *last;
}

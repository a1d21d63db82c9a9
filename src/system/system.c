// SPDX-License-Identifier: GPL-2.0
#include "system/system.h"

#include <errno.h>
#include <fcntl.h>
#include <libproc2/meminfo.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mask.h"
#include "frame/freemap.h"
#include "system/files.h"

#define ROOM_MIN (64u * 1024)

static const char *const paths[BT_FILE_COUNT] = {
	[BT_FILE_ZONEINFO] = "/proc/zoneinfo",
	[BT_FILE_BUDDYINFO] = "/proc/buddyinfo",
	[BT_FILE_VMSTAT] = "/proc/vmstat",
	[BT_FILE_PRESSURE] = "/proc/pressure/memory",
	[BT_FILE_LOADAVG] = "/proc/loadavg",
	[BT_FILE_STAT] = "/proc/stat",
	[BT_FILE_CPUS_ONLINE] = "/sys/devices/system/cpu/online",
	[BT_FILE_NODES_ONLINE] = "/sys/devices/system/node/online",
	[BT_FILE_NODES_MEMORY] = "/sys/devices/system/node/has_memory",
};

const char *bt_system_path(const struct bt_system *system, char *buf, const char *format, ...)
{
	int used = snprintf(buf, PATH_MAX, "%s", system->root);
	va_list args;

	va_start(args, format);
	if (used < PATH_MAX)
		vsnprintf(buf + used, (size_t)(PATH_MAX - used), format, args);
	va_end(args);
	return buf;
}

const char *bt_system_text(struct bt_system *system, int fd)
{
	size_t used = 0;
	ssize_t got;

	if (fd < 0)
		return NULL;
	while (used + 1 < system->room) {
		got = pread(fd, system->text + used, system->room - used - 1, (off_t)used);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return NULL;
		if (!got) {
			system->text[used] = '\0';
			return system->text;
		}
		used += (size_t)got;
	}
	errno = EFBIG;
	return NULL;
}

const char *bt_system_long_text(struct bt_system *system, int fd)
{
	const char *text = NULL;

	while (fd >= 0 && !(text = bt_system_text(system, fd)) && errno == EFBIG) {
		system->room *= 2;
		system->text = bt_xrealloc(system->text, system->room, 1);
	}
	return text;
}

bool bt_system_mask(struct bt_system *system, int fd, __u64 *mask, unsigned words)
{
	const char *text = bt_system_text(system, fd);

	if (!text)
		return false;
	system->text[strcspn(text, "\n")] = '\0';
	if (!*text) {
		memset(mask, 0, words * sizeof(*mask));
		return true;
	}
	return bt_mask_parse(text, words * 64, mask, words, "", NULL) == 0;
}

static int open_at(const struct bt_system *system, const char *path)
{
	char buf[PATH_MAX];

	return open(bt_system_path(system, buf, "%s", path), O_RDONLY | O_CLOEXEC);
}

bool bt_system_mask_at(struct bt_system *system, const char *path, __u64 *mask, unsigned words)
{
	int fd = open_at(system, path);
	bool known = bt_system_mask(system, fd, mask, words);

	if (fd >= 0)
		close(fd);
	return known;
}

/* Twice the longest file, for CPUs and nodes that come online later. */
static void make_room(struct bt_system *system)
{
	system->room = ROOM_MIN;
	system->text = bt_xcalloc(system->room, 1);
	bt_system_long_text(system, system->files[BT_FILE_ZONEINFO]);
	system->room *= 2;
	system->text = bt_xrealloc(system->text, system->room, 1);
}

int bt_system_open(struct bt_system **system, const char *root, struct bt_err *err)
{
	struct bt_system *s = bt_xcalloc(1, sizeof(*s));
	unsigned i;
	int code;

	s->root = bt_xstrdup(root);
	for (i = 0; i < BT_FILE_COUNT; i++)
		s->files[i] = open_at(s, paths[i]);
	for (i = 0; i < BT_MAX_NODES; i++)
		s->numastat[i] = s->node_meminfo[i] = -1;
	s->pagetypeinfo = s->kpageflags = s->iomem = -1;
	make_room(s);
	if (!*root) {
		code = procps_meminfo_new(&s->meminfo);
		if (code < 0) {
			bt_system_close(s);
			return bt_err_set(err, -code,
					  "cannot read /proc/meminfo: %s: is /proc mounted?",
					  strerror(-code));
		}
	}
	*system = s;
	return 0;
}

static void close_all(const int *fds, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
}

void bt_system_close(struct bt_system *system)
{
	if (!system)
		return;
	close_all(system->files, BT_FILE_COUNT);
	close_all(system->numastat, BT_MAX_NODES);
	close_all(system->node_meminfo, BT_MAX_NODES);
	close_all(&system->pagetypeinfo, 1);
	close_all(&system->kpageflags, 1);
	close_all(&system->iomem, 1);
	bt_system_close_tasks(system);
	if (system->meminfo)
		procps_meminfo_unref(&system->meminfo);
	free(system->root);
	free(system->text);
	free(system->pageblocks.types);
	bt_freemap_free(system->free_map);
	free(system);
}

/* A kernel without CPU hotplug has no such file: then all are online. */
static void read_cpus(struct bt_system *system, struct bt_frame *frame)
{
	__u64 online[BT_MAX_CPUS / 64];
	bool known = bt_system_mask(system, system->files[BT_FILE_CPUS_ONLINE], online,
				    BT_MAX_CPUS / 64);
	unsigned i;

	for (i = 0; i < frame->cpu_count; i++)
		frame->cpus[i].online = !known || bt_mask_test(online, i);
}

void bt_system_read(struct bt_system *system, struct bt_frame *frame)
{
	frame->mono_ns = bt_mono_ns();
	frame->utc_ns = bt_utc_ns();
	bt_system_read_meminfo(system, &frame->memory);
	bt_system_read_zones(system, frame);
	bt_system_read_vmstat(system, frame);
	bt_system_read_pressure(system, &frame->psi);
	bt_system_read_load(system, &frame->load);
	bt_system_read_nodes(system, frame);
	read_cpus(system, frame);
	if (frame->want & BT_WANT_TASKS)
		bt_system_read_tasks(system, frame);
	if (frame->want & BT_WANT_PAGEBLOCKS)
		bt_system_read_pageblocks(system, frame);
	if (frame->want & BT_WANT_FREQUENCY)
		bt_system_read_frequency(system, frame);
	if (frame->want & BT_WANT_FREE_MAP)
		bt_system_read_free_map(system, frame);
	frame->read_ns = bt_mono_ns() - frame->mono_ns;
}

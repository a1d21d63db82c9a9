// SPDX-License-Identifier: GPL-2.0
/* What the device refuses, and with which error. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"

static void expect(struct abi *abi, int ret, int code, const char *what)
{
	int got = ret < 0 ? errno : 0;

	check(abi, got == code, "%s: %s", what, code ? strerror(code) : "allowed");
	if (got != code)
		printf("# but it was: %s\n", strerror(got));
}

/* Runs open(flags) as nobody; the errno, 0 when it succeeded. */
static int open_as_nobody(int flags)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		if (setgid(65534) || setuid(65534))
			_exit(255);
		_exit(open(DEVICE, flags) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static void test_open(struct abi *abi)
{
	struct stat node;
	int fd, second;

	check(abi, !stat(DEVICE, &node) && (node.st_mode & 0777) == 0600, "the node's mode is 0600");
	expect(abi, open(DEVICE, O_WRONLY), EINVAL, "write-only open");
	fd = abi_control(abi);
	check(abi, abi->area->controlled == 1, "the area says that there is a controller");
	second = open(DEVICE, O_RDWR);
	expect(abi, second, EBUSY, "second controller");
	second = open(DEVICE, O_RDONLY);
	expect(abi, second, 0, "second observer");
	close(second);
	close(fd);
	check(abi, abi->area->controlled == 0, "and that there is none");
	expect(abi, fd = open(DEVICE, O_RDWR), 0, "controller after the first one left");
	close(fd);
	chmod(DEVICE, 0666);
	check(abi, open_as_nobody(O_RDWR) == EPERM, "control needs CAP_SYS_ADMIN: EPERM");
	check(abi, open_as_nobody(O_RDONLY) == 0, "observing needs only the node's permission");
	chmod(DEVICE, 0600);
	check(abi, open_as_nobody(O_RDONLY) == EACCES, "and that: EACCES");
}

static void test_mapping(struct abi *abi)
{
	size_t bytes = abi->info.map_bytes;
	const int write = PROT_READ | PROT_WRITE;
	int fd = abi_control(abi);
	struct {
		const char *what;
		int fd, prot, flags;
		size_t bytes;
		off_t offset;
		int code;
	} cases[] = {
		{"writable shared mapping", abi->observer, write, MAP_SHARED, bytes, 0, EACCES},
		{"writable private mapping", abi->observer, write, MAP_PRIVATE, bytes, 0, EACCES},
		{"mapping beyond the area", abi->observer, PROT_READ, MAP_SHARED, bytes + 4096, 0, EINVAL},
		{"offset beyond the area", abi->observer, PROT_READ, MAP_SHARED, 4096, bytes, EINVAL},
		{"mapping of the controlling file", fd, PROT_READ, MAP_SHARED, bytes, 0, EACCES},
	};
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		void *map = mmap(NULL, cases[i].bytes, cases[i].prot, cases[i].flags, cases[i].fd,
				 cases[i].offset);

		expect(abi, map == MAP_FAILED ? -1 : 0, cases[i].code, cases[i].what);
	}
	expect(abi, mprotect((void *)abi->area, 4096, write), EACCES, "mprotect to writable");
	close(fd);
}

static void test_ioctls(struct abi *abi)
{
	struct bt_config config = abi_config();
	int fd = abi_control(abi);

	expect(abi, ioctl(abi->observer, BT_IOC_PUBLISH, &config), EPERM, "observer publishes");
	expect(abi, ioctl(abi->observer, BT_IOC_KEEPALIVE), EPERM, "observer keeps alive");
	expect(abi, ioctl(fd, BT_IOC_KEEPALIVE), 0, "controller keeps alive");
	expect(abi, ioctl(fd, _IO(BT_IOC_MAGIC, 4), 0), ENOTTY, "unknown ioctl");
	expect(abi, ioctl(fd, _IO('T', 0), 0), ENOTTY, "foreign ioctl");
	expect(abi, ioctl(fd, _IOR(BT_IOC_MAGIC, 0, int), 0), ENOTTY, "known number, other encoding");
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, NULL), EFAULT, "publish from nowhere");
	expect(abi, ioctl(fd, BT_IOC_INFO, NULL), EFAULT, "info to nowhere");
	close(fd);
}

/* What nothing but /proc and sysconf say of the same facts. */
static void test_info(struct abi *abi)
{
	struct {
		struct bt_info info;
		__u64 more[4];
	} longer = {.info.size = sizeof(longer), .more = {~0ull, ~0ull, ~0ull, ~0ull}};
	const struct bt_info *info = &abi->info;
	char line[512] = "", *at;
	FILE *file = fopen("/proc/buddyinfo", "re");
	unsigned orders = 0;

	if (file && fgets(line, sizeof(line), file) && (at = strstr(line, "zone")))
		for (strtok(at, " "), strtok(NULL, " "); (at = strtok(NULL, " \n"));)
			orders++;
	if (file)
		fclose(file);
	check(abi, info->abi_version == BT_ABI_VERSION && info->size == sizeof(*info), "its version");
	check(abi, info->max_order + 1 == orders, "as many orders as buddyinfo: %u", orders);
	check(abi, info->page_bytes == (unsigned)sysconf(_SC_PAGESIZE), "the page size");
	check(abi, info->cpu_count >= (unsigned)sysconf(_SC_NPROCESSORS_CONF), "the CPUs");
	check(abi, abi->area->magic == BT_AREA_MAGIC && abi->area->map_bytes == info->map_bytes,
	      "the area has magic and length");
	expect(abi, ioctl(abi->observer, BT_IOC_INFO, &longer), 0, "a longer structure");
	check(abi, longer.info.size == sizeof(*info) && !longer.more[0] && !longer.more[3],
	      "the module says what it knows and zeroes the rest");
	longer.info.size = sizeof(*info) - 1;
	expect(abi, ioctl(abi->observer, BT_IOC_INFO, &longer), EINVAL, "a shorter structure");
	longer.info.size = 1 << 20;
	expect(abi, ioctl(abi->observer, BT_IOC_INFO, &longer), E2BIG, "an absurd size");
}

static void test_sizes(struct abi *abi)
{
	struct {
		struct bt_config config;
		__u64 more[4];
	} longer = {.config = abi_config()};
	int fd = abi_control(abi);

	longer.config.run = BT_RUN_DRAIN;
	longer.config.size = sizeof(longer);
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), 0, "longer configuration, zero at the end");
	longer.config.generation = 0;
	longer.more[3] = 1;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), E2BIG, "longer one, not zero at the end");
	/* Version 1 of the ABI ended before `step`: 1240 bytes; version 2 24 bytes behind. */
	longer.config.size = 1240;
	longer.config.generation = 0;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), 0, "the configuration of version 1");
	longer.config.size = 1264;
	longer.config.generation = 0;
	/* Not looked at: it is behind that. */
	longer.config.bulk_pages = BT_BULK_MAX + 1;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), 0, "the configuration of version 2");
	longer.config.size = 1239;
	longer.config.generation = 0;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), EINVAL, "shorter configuration");
	longer.config.size = 0;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), EINVAL, "no size");
	longer.config.size = 1 << 20;
	expect(abi, ioctl(fd, BT_IOC_PUBLISH, &longer), E2BIG, "absurd size");
	close(fd);
}

#define SPOIL(name, v) {#name " = " #v, offsetof(struct bt_config, name), \
			sizeof(((struct bt_config *)0)->name), v}

static void test_fields(struct abi *abi)
{
	const struct {
		const char *what;
		size_t offset, size;
		uint64_t value;
	} spoils[] = {
		SPOIL(flags, 1), SPOIL(run, BT_RUN_COUNT), SPOIL(order, abi->info.max_order + 1),
		SPOIL(order, ~0u), SPOIL(pattern, BT_PATTERN_COUNT), SPOIL(free_order, BT_FREE_COUNT),
		SPOIL(touch, BT_TOUCH_COUNT), SPOIL(gfp, BT_GFP_COUNT),
		SPOIL(node_policy, BT_NODE_COUNT), SPOIL(node_policy, BT_NODE_PREFER),
		SPOIL(node_policy, BT_NODE_BIND), SPOIL(nodes[0], 1), SPOIL(guard, BT_GUARD_COUNT),
		SPOIL(batch_blocks, 0), SPOIL(batch_blocks, BT_BATCH_MAX + 1),
		SPOIL(pace_ops, BT_PACE_MAX + 1), SPOIL(lease_ms, BT_LEASE_MIN_MS - 1),
		SPOIL(lease_ms, BT_LEASE_MAX_MS + 1), SPOIL(reserved, 1),
		SPOIL(run_limit_ms, BT_RUN_LIMIT_MAX_MS + 1), SPOIL(generation, 1),
		SPOIL(max_held_bytes, abi->info.max_held_bytes + 1), SPOIL(max_held_bytes, 4096),
		SPOIL(max_held_bytes, 0), SPOIL(cpus[0], 0), SPOIL(cpus[127], 1ull << 63),
		SPOIL(bulk_pages, BT_BULK_MAX + 1), SPOIL(handoff, 2),
		/* The order is 0, so that none of a higher one may have a weight. */
		SPOIL(order_weights[0], BT_WEIGHT_MAX + 1), SPOIL(order_weights[1], 1),
		SPOIL(order_weights[BT_ORDER_COUNT - 1], 1),
	};
	uint64_t before = abi->area->generation;
	int fd = abi_control(abi);
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(spoils); i++) {
		struct bt_config config = abi_config();

		memcpy((char *)&config + spoils[i].offset, &spoils[i].value, spoils[i].size);
		expect(abi, ioctl(fd, BT_IOC_PUBLISH, &config), EINVAL, spoils[i].what);
	}
	check(abi, abi->area->generation == before && abi->area->run == BT_RUN_DRAIN,
	      "none of them was published");
	close(fd);
}

static void test_generations(struct abi *abi)
{
	struct bt_config config = abi_config(), seen = {.size = sizeof(seen)};
	uint64_t before = abi->area->generation;
	int fd = abi_control(abi);

	config.order = 2;
	config.pace_ops = 1234;
	config.run = BT_RUN_KEEP;
	abi_run(abi, fd, &config);
	check(abi, config.generation == before + 1 && abi->area->generation == before + 1,
	      "a publication is one generation");
	check(abi, abi->area->run == BT_RUN_KEEP && abi->area->reason == BT_REASON_USER,
	      "the area has its run state and reason");
	expect(abi, ioctl(abi->observer, BT_IOC_GET_CONFIG, &seen), 0, "an observer reads it");
	check(abi, !memcmp(&seen, &config, sizeof(seen)), "as it was published");
	close(fd);
	ioctl(abi->observer, BT_IOC_GET_CONFIG, &seen);
	check(abi, seen.run == BT_RUN_DRAIN && seen.generation == config.generation + 1 &&
	      abi->area->reason == BT_REASON_RELEASED, "closing it is one more, with its reason");
}

const struct abi_test abi_error_tests[] = {
	{"open", test_open},
	{"mapping", test_mapping},
	{"ioctls", test_ioctls},
	{"info", test_info},
	{"sizes", test_sizes},
	{"fields", test_fields},
	{"generations", test_generations},
	{0}
};

// SPDX-License-Identifier: GPL-2.0
#include "abi.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "oracle.h"

bool check(struct abi *abi, bool ok, const char *format, ...)
{
	va_list args;

	printf("%s ", ok ? "ok" : "FAIL");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (ok)
		abi->passed++;
	else
		abi->failed++;
	return ok;
}

void skip(struct abi *abi, const char *reason)
{
	printf("skip %s\n", reason);
	abi->skipped++;
}

void abi_open(struct abi *abi)
{
	abi->observer = open(DEVICE, O_RDONLY | O_CLOEXEC);
	abi->info.size = sizeof(abi->info);
	if (abi->observer < 0 || ioctl(abi->observer, BT_IOC_INFO, &abi->info) < 0) {
		printf("FAIL %s: %s\n0 passed, 1 failed, 0 skipped\n", DEVICE, strerror(errno));
		exit(1);
	}
	abi->area = mmap(NULL, abi->info.map_bytes, PROT_READ, MAP_SHARED, abi->observer, 0);
	if (abi->area == MAP_FAILED) {
		printf("FAIL mmap: %s\n0 passed, 1 failed, 0 skipped\n", strerror(errno));
		exit(1);
	}
}

void abi_close(struct abi *abi)
{
	munmap((void *)abi->area, abi->info.map_bytes);
	close(abi->observer);
}

const volatile struct bt_cpu_stats *abi_cpu(const struct abi *abi, unsigned cpu)
{
	const volatile struct bt_area *area = abi->area;

	return (const volatile void *)((const volatile char *)area + area->cpu_offset +
				       cpu * area->cpu_stride);
}

uint64_t abi_by_node(const struct abi *abi, unsigned cpu, unsigned node)
{
	const volatile char *block = (const volatile char *)abi_cpu(abi, cpu);

	return ((const volatile __u64 *)(block + abi->area->node_offset))[node];
}

uint64_t abi_hist_sum(const struct abi *abi, unsigned cpu, enum bt_op op)
{
	const volatile struct bt_area *area = abi->area;
	const volatile char *hist = (const volatile char *)area + area->hist_offset +
				    cpu * area->hist_cpu_stride + op * area->hist_op_stride;
	uint64_t sum = 0;
	unsigned order, i;

	for (order = 0; order < area->order_count; order++) {
		for (i = 0; i < area->hist_buckets; i++)
			sum += ((const volatile __u64 *)(hist + order * area->hist_order_stride))[i];
	}
	return sum;
}

uint64_t abi_held_pages(const struct abi *abi)
{
	uint64_t pages = 0;
	unsigned cpu;

	for (cpu = 0; cpu < abi->info.cpu_count; cpu++)
		pages += abi_cpu(abi, cpu)->held_pages + abi_cpu(abi, cpu)->handoff_pages;
	return pages;
}

uint64_t abi_allocs(const struct abi *abi)
{
	uint64_t allocs = 0;
	unsigned cpu;

	for (cpu = 0; cpu < abi->info.cpu_count; cpu++)
		allocs += abi_cpu(abi, cpu)->allocs;
	return allocs;
}

struct bt_config abi_config(void)
{
	return (struct bt_config){
		.size = sizeof(struct bt_config),
		.run = BT_RUN_GO,
		.pattern = BT_PATTERN_STEADY,
		.batch_blocks = 64,
		.max_held_bytes = 32 * MIB,
		.cpus = {0x3},
	};
}

int abi_publish(int fd, struct bt_config *config)
{
	struct bt_config copy = *config;

	copy.generation = 0;
	if (ioctl(fd, BT_IOC_PUBLISH, &copy) < 0)
		return -errno;
	config->generation = copy.generation;
	return 0;
}

bool abi_run(struct abi *abi, int fd, struct bt_config *config)
{
	int ret = abi_publish(fd, config);
	unsigned cpu;

	if (ret < 0)
		return check(abi, false, "publish: %s", strerror(-ret));
	for (cpu = 0; cpu < abi->info.cpu_count; cpu++) {
		const volatile struct bt_cpu_stats *stats = abi_cpu(abi, cpu);

		if (stats->state != BT_WORKER_OFFLINE &&
		    !abi_wait_word(&stats->generation, config->generation, 20000))
			return check(abi, false, "CPU %u adopts generation %llu, it has %llu", cpu,
				     config->generation, stats->generation);
	}
	return true;
}

int abi_control(struct abi *abi)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		check(abi, false, "a controller may open the device: %s", strerror(errno));
	return fd;
}

bool abi_wait_word(const volatile __u64 *word, uint64_t value, unsigned limit_ms)
{
	uint64_t end_ns = oracle_deadline_ns(limit_ms);

	while (*word != value) {
		if (bt_mono_ns() > end_ns)
			return false;
		usleep(1000);
	}
	return true;
}

bool abi_wait_held(const struct abi *abi, uint64_t least, uint64_t most, unsigned limit_ms)
{
	uint64_t end_ns = oracle_deadline_ns(limit_ms), held;

	while ((held = abi_held_pages(abi)) < least || held > most) {
		if (bt_mono_ns() > end_ns)
			return false;
		usleep(1000);
	}
	return true;
}

bool memory_is_back(uint64_t before, uint64_t slack_bytes)
{
	return oracle_free_bytes() + slack_bytes >= before;
}

void put_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || bt_write_all(fd, text, strlen(text)) < 0)
		printf("# cannot write %s to %s: %s\n", text, path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

pid_t start_hog(const volatile __u64 *stop, uint64_t value)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	put_text("/proc/self/oom_score_adj", "1000");
	while (*stop == value) {
		char *block = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (block != MAP_FAILED)
			memset(block, 1, MIB);
	}
	_exit(0);
}

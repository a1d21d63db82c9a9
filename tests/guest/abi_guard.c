// SPDX-License-Identifier: GPL-2.0
/* Every way to stop, and what is left then. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "oracle.h"

/* What page tables, slabs and page cache of the test itself may take meanwhile. */
#define SLACK (2 * MIB)

static struct bt_config hold(uint64_t bytes)
{
	struct bt_config config = abi_config();

	config.pattern = BT_PATTERN_HOLD;
	config.max_held_bytes = bytes;
	return config;
}

/* All but the ring: one slot of 8 bytes beside each page of 4096. */
static uint64_t pages_of(uint64_t bytes)
{
	return bytes / 4104 - 4;
}

/* Waits until the workers hold all they are to hold. */
static uint64_t full(struct abi *abi, uint64_t bytes)
{
	abi_wait_held(abi, pages_of(bytes) - 8, UINT64_MAX, 20000);
	abi_wait_word(&abi_cpu(abi, 0)->state, BT_WORKER_IDLE, 20000);
	abi_wait_word(&abi_cpu(abi, 1)->state, BT_WORKER_IDLE, 20000);
	return abi_held_pages(abi);
}

static void test_killed(struct abi *abi)
{
	struct bt_config config = hold(300 * MIB);
	uint64_t before = oracle_free_bytes(), taken, low, held;
	pid_t pid = fork();
	int fd;

	if (pid == 0) {
		fd = open(DEVICE, O_RDWR);
		config.order = 2;
		abi_publish(fd, &config);
		for (;;)
			pause();
	}
	held = full(abi, 300 * MIB) * 4096;
	low = oracle_free_bytes();
	taken = before - low;
	check(abi, taken > 290 * MIB && taken < 310 * MIB,
	      "a process holds 300 MiB, free memory fell by %" PRIu64, taken);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	taken = oracle_free_bytes() - low;
	check(abi, abi_held_pages(abi) == 0 && taken + SLACK >= held,
	      "when it is reaped after SIGKILL everything is back: %" PRIu64 " bytes of %" PRIu64, taken,
	      held);
	check(abi, abi->area->reason == BT_REASON_RELEASED, "with the reason");
	fd = abi_control(abi);
	close(fd);
}

static void test_lease(struct abi *abi)
{
	struct bt_config config = hold(16 * MIB);
	uint64_t expiries = abi->area->lease_expiries, start_ns = 0, took_ms;
	int fd = abi_control(abi);
	unsigned i;

	/* Long enough that a machine which is busy for a second does not decide. */
	config.lease_ms = 2000;
	abi_run(abi, fd, &config);
	for (i = 0; i < 14; i++) {
		usleep(250000);
		start_ns = bt_mono_ns();
		ioctl(fd, BT_IOC_KEEPALIVE);
	}
	check(abi, abi->area->run == BT_RUN_GO, "kept alive it runs on for 3.5 s");
	check(abi, abi_wait_word(&abi->area->run, BT_RUN_DRAIN, 10000) &&
	      abi->area->reason == BT_REASON_LEASE, "without a keep-alive the lease ends it");
	took_ms = (bt_mono_ns() - start_ns) / BT_NS_PER_MS;
	check(abi, took_ms >= 2000 && took_ms < 3900, "after %" PRIu64 " ms of 2000", took_ms);
	check(abi, abi->area->lease_expiries == expiries + 1, "and is counted");
	check(abi, abi_wait_held(abi, 0, 0, 20000), "nothing is held then");
	abi_run(abi, fd, &config);
	check(abi, abi->area->run == BT_RUN_GO, "the controller may start again");
	close(fd);
}

static void test_time_limit(struct abi *abi)
{
	struct bt_config config = hold(16 * MIB);
	uint64_t expiries = abi->area->limit_expiries, start_ns = bt_mono_ns(), took_ms;
	int fd = abi_control(abi);

	/* Were it counted from the change on, it would end after 5.2 s or more. */
	config.run_limit_ms = 3000;
	abi_run(abi, fd, &config);
	usleep(2200000);
	config.order = 1;
	abi_run(abi, fd, &config);
	check(abi, abi_wait_word(&abi->area->run, BT_RUN_DRAIN, 10000) &&
	      abi->area->reason == BT_REASON_TIME_LIMIT, "the time limit ends it");
	took_ms = (bt_mono_ns() - start_ns) / BT_NS_PER_MS;
	check(abi, took_ms >= 3000 && took_ms < 5000, "after %" PRIu64 " ms of 3000, a change between",
	      took_ms);
	check(abi, abi->area->limit_expiries == expiries + 1, "and is counted");
	close(fd);
}

static void test_hotplug(struct abi *abi)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	struct bt_config config = hold(64 * MIB);
	const volatile struct bt_cpu_stats *cpu1 = abi_cpu(abi, 1);
	uint64_t share = pages_of(32 * MIB);
	unsigned i, gone = 0, free_again = 0, back = 0;
	int fd = abi_control(abi);

	abi_run(abi, fd, &config);
	abi_wait_held(abi, 2 * share, UINT64_MAX, 20000);
	for (i = 0; i < 20; i++) {
		uint64_t before = oracle_node_bytes(1, "MemFree");

		config.pattern = i % 2 ? BT_PATTERN_HOLD : BT_PATTERN_STEADY;
		abi_publish(fd, &config);
		put_text(online, "0");
		gone += cpu1->state == BT_WORKER_OFFLINE && cpu1->held_pages == 0;
		free_again += oracle_node_bytes(1, "MemFree") > before + 28 * MIB;
		abi_publish(fd, &config);
		put_text(online, "1");
		back += abi_wait_held(abi, 2 * share - 100, UINT64_MAX, 20000) &&
			cpu1->generation == config.generation;
	}
	check(abi, gone == 20, "CPU 1 went %u times of 20 and held nothing", gone);
	check(abi, free_again == 20, "MemFree of its node had the pages back %u times", free_again);
	check(abi, back == 20, "it came back, adopted and took its share again %u times", back);
	put_text(online, "0");
	close(fd);
	check(abi, abi_held_pages(abi) == 0, "release does not wait for an offline CPU");
	put_text(online, "1");
}

static uint64_t frees_for_others(const struct abi *abi)
{
	return abi_cpu(abi, 0)->handoff_frees + abi_cpu(abi, 1)->handoff_frees;
}

static uint64_t still_allocated(const struct abi *abi)
{
	uint64_t blocks = 0;

	for (unsigned cpu = 0; cpu < abi->info.cpu_count; cpu++)
		blocks += abi_cpu(abi, cpu)->allocs - abi_cpu(abi, cpu)->frees;
	return blocks;
}

/* What lies in an inbox when its CPU goes, when the controller closes, when the load changes. */
static void test_handoff(struct abi *abi)
{
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";
	const volatile struct bt_cpu_stats *cpu1 = abi_cpu(abi, 1);
	struct bt_config config = abi_config();
	uint64_t before = oracle_free_bytes(), frees = frees_for_others(abi);
	unsigned i, gone = 0, back = 0, closed = 0;
	int fd = abi_control(abi);

	config.pattern = BT_PATTERN_BURST;
	config.order = 3;
	config.run = BT_RUN_GO;
	config.handoff = 1;
	abi_run(abi, fd, &config);
	for (i = 0; i < 20; i++) {
		put_text(online, "0");
		gone += cpu1->state == BT_WORKER_OFFLINE && !cpu1->held_pages && !cpu1->handoff_pages;
		put_text(online, "1");
		config.order = i % 2 ? 3 : 5;
		back += abi_run(abi, fd, &config);
		usleep(20000);
	}
	check(abi, gone == 20, "CPU 1 went %u times of 20, and its inbox was empty", gone);
	check(abi, back == 20, "and came back %u times", back);
	close(fd);
	for (i = 0; i < 20; i++) {
		/* Before there is a descriptor that it would inherit; the CPU comes about when it is closed. */
		pid_t other = fork();

		if (other == 0) {
			usleep(20000 + 2000 * i);
			put_text(online, "1");
			_exit(0);
		}
		fd = abi_control(abi);
		abi_run(abi, fd, &config);
		usleep(10000);
		put_text(online, "0");
		close(fd);
		closed += abi_held_pages(abi) == 0 && still_allocated(abi) == 0;
		waitpid(other, NULL, 0);
		put_text(online, "1");
	}
	check(abi, closed == 20, "%u times of 20 release has waited for all of it", closed);
	check(abi, frees_for_others(abi) > frees + 1000, "%" PRIu64 " frees were of another CPU's blocks",
	      frees_for_others(abi) - frees);
	check(abi, memory_is_back(before, 16 * MIB), "all memory is back: %" PRId64 " bytes missing",
	      (int64_t)(before - oracle_free_bytes()));
}

/* MemAvailable, once it has come down to below most (within 20 s) and two more seconds have gone. */
static uint64_t settled_available(uint64_t most)
{
	uint64_t end_ns = oracle_deadline_ns(20000);

	while (oracle_meminfo_bytes("MemAvailable") >= most && bt_mono_ns() < end_ns)
		usleep(20000);
	sleep(2);
	return oracle_meminfo_bytes("MemAvailable");
}

static void test_reserve(struct abi *abi)
{
	struct bt_config config = hold(500 * MIB);
	uint64_t reserve = oracle_meminfo_bytes("MemAvailable") - 100 * MIB, available;
	uint64_t throttled = abi_cpu(abi, 0)->throttled;
	int fd = abi_control(abi);
	unsigned i;

	config.reserve_bytes = reserve;
	abi_run(abi, fd, &config);
	available = settled_available(reserve + 8 * MIB);
	check(abi, available + 8 * MIB > reserve && available < reserve + 8 * MIB,
	      "the reserve of %" PRIu64 " bytes is kept: %" PRIu64 " available", reserve, available);
	check(abi, abi_cpu(abi, 0)->throttled > throttled, "the guard says that it throttles");
	config.reserve_bytes = reserve + 50 * MIB;
	abi_run(abi, fd, &config);
	for (i = 0; i < 1000 && available + 8 * MIB <= reserve + 50 * MIB; i++) {
		usleep(20000);
		available = oracle_meminfo_bytes("MemAvailable");
	}
	check(abi, available + 8 * MIB > reserve + 50 * MIB, "a larger one frees: %" PRIu64 " available",
	      available);
	close(fd);
}

static void test_oom_safe(struct abi *abi)
{
	struct bt_config config = hold(300 * MIB);
	uint64_t kills = oracle_vmstat("oom_kill"), told = abi->area->oom_notifications;
	uint64_t freed = abi->area->oom_freed_pages, held;
	int fd = abi_control(abi);
	pid_t hog;

	abi_run(abi, fd, &config);
	held = full(abi, 300 * MIB);
	hog = start_hog(&abi->area->run, BT_RUN_GO);
	waitpid(hog, NULL, 0);
	freed = abi->area->oom_freed_pages - freed;
	check(abi, abi->area->oom_notifications > told, "memory ran out");
	check(abi, abi->area->run == BT_RUN_DRAIN && abi->area->reason == BT_REASON_OOM,
	      "guard safe drains, with the reason");
	check(abi, oracle_vmstat("oom_kill") == kills, "so that nobody was killed");
	/* The notifier waits for a tenth of a second, whatever can be freed in it. */
	check(abi, freed > 1000 / oracle_patience() && freed <= held,
	      "%" PRIu64 " of %" PRIu64 " pages were freed at once", freed, held);
	check(abi, abi_wait_held(abi, 0, 0, 20000), "and soon all");
	close(fd);
}

static void test_oom_bench(struct abi *abi)
{
	struct bt_config config = hold(300 * MIB);
	uint64_t kills = oracle_vmstat("oom_kill"), told = abi->area->oom_notifications;
	uint64_t freed = abi->area->oom_freed_pages, held;
	int fd = abi_control(abi);
	pid_t hog;

	config.guard = BT_GUARD_BENCH;
	abi_run(abi, fd, &config);
	held = full(abi, 300 * MIB);
	hog = start_hog(&abi->area->run, BT_RUN_GO);
	waitpid(hog, NULL, 0);
	check(abi, oracle_vmstat("oom_kill") > kills && abi->area->oom_notifications > told,
	      "the kernel killed, and told of it");
	check(abi, abi->area->run == BT_RUN_GO && abi_held_pages(abi) == held &&
	      abi->area->oom_freed_pages == freed, "guard bench gave nothing back");
	close(fd);
}

/* The workers themselves run out of memory, with the class that may call the OOM killer. */
static void test_oom_worker(struct abi *abi)
{
	struct bt_config config = hold(abi->info.max_held_bytes);
	uint64_t kills = oracle_vmstat("oom_kill"), before = oracle_free_bytes();
	uint64_t told = abi->area->oom_notifications;
	pid_t hog = fork();
	int fd;

	if (hog == 0) {
		char *block = sbrk(250 * MIB);

		memset(block, 1, 250 * MIB);
		for (;;)
			pause();
	}
	fd = abi_control(abi);
	config.gfp = BT_GFP_KERNEL;
	config.order = 1;
	abi_run(abi, fd, &config);
	check(abi, abi_wait_word(&abi->area->run, BT_RUN_DRAIN, 60000) &&
	      abi->area->reason == BT_REASON_OOM && abi->area->oom_notifications > told,
	      "workers that take everything are stopped by the notifier");
	check(abi, abi_wait_held(abi, 0, 0, 20000), "they hold nothing then");
	check(abi, oracle_vmstat("oom_kill") == kills, "and nobody was killed");
	kill(hog, SIGKILL);
	waitpid(hog, NULL, 0);
	close(fd);
	check(abi, memory_is_back(before, 16 * MIB), "all memory is back: %" PRId64 " bytes missing",
	      (int64_t)(before - oracle_free_bytes()));
}

/* 160 MiB in order 4, then 40 MiB more in single pages, until the process is killed. */
static void hold_two_orders(struct abi *abi)
{
	struct bt_config config = hold(160 * MIB);
	int fd = open(DEVICE, O_RDWR);

	config.order = 4;
	abi_publish(fd, &config);
	/* A block short on each CPU where shares are no multiples of it. */
	abi_wait_held(abi, pages_of(160 * MIB) - 2 * 16, UINT64_MAX, 20000);
	config.order = 0;
	config.max_held_bytes = 200 * MIB;
	abi_publish(fd, &config);
	for (;;)
		pause();
}

/* The first moment without a controller and an observer is that of unloading. */
static void test_unload(struct abi *abi)
{
	uint64_t area = abi->info.map_bytes, before = oracle_free_bytes(), low, held, blocks, back;
	pid_t pid = fork();

	if (pid == 0)
		hold_two_orders(abi);
	held = full(abi, 200 * MIB) * 4096;
	low = oracle_free_bytes();
	blocks = abi_cpu(abi, 0)->held_blocks + abi_cpu(abi, 1)->held_blocks;
	/* By hand: 160 MiB in blocks of 64 KiB are 2560, 40 MiB in pages are 10240. */
	check(abi, held > 190 * MIB && low + 190 * MIB < before && blocks > 12000 && blocks < 13000,
	      "%" PRIu64 " bytes are held in %" PRIu64 " blocks of two orders", held, blocks);
	check(abi, syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK) < 0 && errno == EWOULDBLOCK,
	      "controller and observer keep the module");
	abi_close(abi);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(abi, syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK) == 0,
	      "it unloads as soon as the controller is killed");
	back = oracle_free_bytes() - low;
	check(abi, access(DEVICE, F_OK) < 0 && errno == ENOENT, "the device node is gone");
	/* Freed as single pages, blocks of order 4 would leave 15/16 of 160 MiB behind. */
	check(abi, back + held / 50 >= held + area, "%" PRIu64 " bytes are back, %" PRIu64 " were held",
	      back, held);
	check(abi, oracle_free_bytes() + SLACK >= before + area, "no memory is missing");
}

const struct abi_test abi_guard_tests[] = {
	{"killed", test_killed},
	{"lease", test_lease},
	{"time limit", test_time_limit},
	{"hotplug", test_hotplug},
	{"hand-off", test_handoff},
	{"reserve", test_reserve},
	{"oom safe", test_oom_safe},
	{"oom bench", test_oom_bench},
	{"oom worker", test_oom_worker},
	{"unload", test_unload},
	{0}
};

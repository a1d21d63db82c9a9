// SPDX-License-Identifier: GPL-2.0
/* What the workers do: every parameter has its effect, as the kernel itself counts it. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "oracle.h"

/* Lowest and highest amount held. */
struct held_range {
	uint64_t low, high;
};

/* For 1.5 s, or longer (20 s) until both ends have been seen: at most low, at least high. */
static struct held_range watch_held(const struct abi *abi, unsigned cpu, uint64_t low, uint64_t high)
{
	struct held_range range = {UINT64_MAX, 0};
	uint64_t start_ns = bt_mono_ns();

	while (bt_mono_ns() < start_ns + 1500 * BT_NS_PER_MS ||
	       ((range.low > low || range.high < high) && bt_mono_ns() < start_ns + 20 * BT_NS_PER_S)) {
		uint64_t held = abi_cpu(abi, cpu)->held_pages;

		range.low = held < range.low ? held : range.low;
		range.high = held > range.high ? held : range.high;
		usleep(50);
	}
	return range;
}

static void finish(struct abi *abi, int fd)
{
	close(fd);
	check(abi, abi_held_pages(abi) == 0, "nothing is held after it");
}

/*
 * One CPU, 8 MiB: a share of 2044 pages (2044 * 4096 + 4 pages of ring = 8 MiB). The bands by hand:
 * half the share is 1022, a burst of 100 blocks around it 972 .. 1072.
 */
static void test_patterns(struct abi *abi)
{
	const struct {
		const char *name;
		unsigned pattern;
		uint64_t low_least, low_most, high_least, high_most;
	} cases[] = {
		{"burst", BT_PATTERN_BURST, 972, 1000, 1050, 1072},
		{"steady", BT_PATTERN_STEADY, 1944, 1970, 2020, 2044},
		{"repeat", BT_PATTERN_REPEAT, 0, 0, 0, 1},
		{"ramp", BT_PATTERN_RAMP, 0, 400, 1644, 2044},
		{"hold", BT_PATTERN_HOLD, 2044, 2044, 2044, 2044},
	};
	struct bt_config config = abi_config();
	int fd = abi_control(abi);
	unsigned i;

	config.cpus[0] = 1;
	config.batch_blocks = 100;
	config.max_held_bytes = 8 * MIB;
	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct held_range range;
		uint64_t allocs, traced;

		config.pattern = cases[i].pattern;
		config.run = BT_RUN_DRAIN;
		abi_run(abi, fd, &config);
		abi_wait_held(abi, 0, 0, 20000);
		allocs = abi_allocs(abi);
		oracle_trigger_arm("mm_page_alloc", "order");
		config.run = BT_RUN_GO;
		abi_run(abi, fd, &config);
		abi_wait_held(abi, cases[i].low_least, UINT64_MAX, 20000);
		range = watch_held(abi, 0, cases[i].low_most, cases[i].high_least);
		config.run = BT_RUN_KEEP;
		abi_run(abi, fd, &config);
		usleep(20000);
		traced = oracle_trigger_sum(0);
		allocs = abi_allocs(abi) - allocs;
		oracle_trigger_disarm();
		check(abi, range.low >= cases[i].low_least && range.low <= cases[i].low_most &&
		      range.high >= cases[i].high_least && range.high <= cases[i].high_most,
		      "%s holds %" PRIu64 " .. %" PRIu64 " pages", cases[i].name, range.low, range.high);
		check(abi, allocs == traced && allocs >= 1, "%s: %" PRIu64 " allocations, traced %" PRIu64,
		      cases[i].name, allocs, traced);
	}
	check(abi, abi_cpu(abi, 0)->held_pages == 2044, "keep keeps it");
	check(abi, abi_cpu(abi, 1)->held_pages == 0, "the CPU outside of the mask holds nothing");
	finish(abi, fd);
}

static void test_order(struct abi *abi)
{
	struct bt_config config = abi_config();
	uint64_t frees, held;
	int fd = abi_control(abi);
	unsigned order;

	for (order = 0; order <= abi->info.max_order; order += 3) {
		uint64_t all, own;

		config.order = order;
		config.run = BT_RUN_GO;
		abi_run(abi, fd, &config);
		oracle_trigger_arm("mm_page_alloc", "order");
		usleep(300000);
		config.run = BT_RUN_KEEP;
		abi_run(abi, fd, &config);
		usleep(20000);
		all = oracle_trigger_sum(UINT64_MAX);
		own = oracle_trigger_sum(order);
		check(abi, own > 0 && own == all, "order %u: %" PRIu64 " of %" PRIu64 " traced", order, own,
		      all);
		oracle_trigger_disarm();
	}
	config.run = BT_RUN_GO;
	config.pattern = BT_PATTERN_HOLD;
	config.order = 3;
	abi_run(abi, fd, &config);
	abi_wait_held(abi, 8100, UINT64_MAX, 20000);
	frees = abi_cpu(abi, 0)->frees;
	held = abi_held_pages(abi);
	config.order = 0;
	abi_run(abi, fd, &config);
	usleep(100000);
	check(abi, abi_cpu(abi, 0)->frees == frees && abi_held_pages(abi) >= held,
	      "another order drains nothing");
	config.max_held_bytes = 8 * MIB;
	abi_run(abi, fd, &config);
	check(abi, abi_wait_held(abi, 0, 8 * MIB / 4096, 20000), "a smaller limit frees down to it");
	finish(abi, fd);
}

static void test_nodes(struct abi *abi)
{
	const struct {
		const char *name;
		unsigned policy;
		uint64_t nodes, percent[2];	/* of CPU 0's blocks, by node */
	} cases[] = {
		{"local", BT_NODE_LOCAL, 0, {100, 0}},
		{"prefer 1", BT_NODE_PREFER, 2, {0, 100}},
		{"bind 1", BT_NODE_BIND, 2, {0, 100}},
		{"bind 0-1", BT_NODE_BIND, 3, {100, 0}},
		{"interleave 0-1", BT_NODE_INTERLEAVE, 3, {50, 50}},
		{"remote", BT_NODE_REMOTE, 0, {0, 100}},
	};
	struct bt_config config = abi_config();
	int fd = abi_control(abi);
	unsigned i, node;

	config.cpus[0] = 1;
	for (i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		uint64_t taken[2], own[2], sum = 0, remote = abi_cpu(abi, 0)->remote_blocks;

		for (node = 0; node < 2; node++) {
			own[node] = abi_by_node(abi, 0, node);
			taken[node] = oracle_numastat(node, "numa_hit") +
				      oracle_numastat(node, "numa_miss");
		}
		config.node_policy = cases[i].policy;
		config.nodes[0] = cases[i].nodes;
		config.run = BT_RUN_GO;
		abi_run(abi, fd, &config);
		usleep(500000);
		config.run = BT_RUN_KEEP;
		abi_run(abi, fd, &config);
		for (node = 0; node < 2; node++) {
			own[node] = abi_by_node(abi, 0, node) - own[node];
			taken[node] = oracle_numastat(node, "numa_hit") +
				      oracle_numastat(node, "numa_miss") - taken[node];
			sum += own[node];
		}
		remote = abi_cpu(abi, 0)->remote_blocks - remote;
		for (node = 0; node < 2; node++) {
			uint64_t want = sum * cases[i].percent[node] / 100;

			/* Other tasks of the guest take a few hundred pages. */
			check(abi, own[node] + 2 >= want && own[node] <= want + 2 &&
			      taken[node] >= own[node] && taken[node] <= own[node] + sum / 100 + 500,
			      "%s: %" PRIu64 " of %" PRIu64 " from node %u, numastat %" PRIu64,
			      cases[i].name, own[node], sum, node, taken[node]);
		}
		check(abi, remote == own[1], "%s: those of node 1 are remote", cases[i].name);
	}
	finish(abi, fd);
}

static void test_pace(struct abi *abi)
{
	struct bt_config config = abi_config();
	int fd = abi_control(abi);
	uint64_t traced, start_ns, want;

	config.pattern = BT_PATTERN_REPEAT;
	config.cpus[0] = 2;
	config.pace_ops = 2000;
	abi_run(abi, fd, &config);
	usleep(100000);
	oracle_trigger_arm("mm_page_alloc", "order");
	start_ns = bt_mono_ns();
	sleep(3);
	traced = oracle_trigger_sum(0);
	/* Half of the operations allocate. */
	want = (bt_mono_ns() - start_ns) * 1000 / BT_NS_PER_S;
	oracle_trigger_disarm();
	check(abi, traced >= want * 85 / 100 && traced <= want * 105 / 100,
	      "2000 operations/s: %" PRIu64 " allocations, %" PRIu64 " expected", traced, want);
	finish(abi, fd);
}

static void test_gfp(struct abi *abi)
{
	/* As the tracepoint prints them; every kernel has its own order of words. */
	static const char *const words[BT_GFP_COUNT] = {
		[BT_GFP_KERNEL_MAYFAIL] = "__GFP_RETRY_MAYFAIL",
		[BT_GFP_KERNEL] = "GFP_KERNEL",
		[BT_GFP_KERNEL_NORETRY] = "__GFP_NORETRY",
		[BT_GFP_ATOMIC] = "GFP_ATOMIC",
		[BT_GFP_MOVABLE] = "GFP_HIGHUSER_MOVABLE",
	};
	struct bt_config config = abi_config();
	int fd = abi_control(abi);
	char text[256];

	for (config.gfp = 0; config.gfp < BT_GFP_COUNT; config.gfp++) {
		abi_run(abi, fd, &config);
		oracle_gfp_text(text, sizeof(text));
		check(abi, strstr(text, words[config.gfp]) && strstr(text, "__GFP_NOWARN"),
		      "class %u allocates with %s", config.gfp, text);
	}
	finish(abi, fd);
}

static void test_accounts(struct abi *abi)
{
	struct bt_config config = abi_config();
	int fd = abi_control(abi);
	unsigned cpu;

	config.order = 1;
	abi_run(abi, fd, &config);
	usleep(300000);
	config.run = BT_RUN_DRAIN;
	abi_run(abi, fd, &config);
	check(abi, abi_wait_held(abi, 0, 0, 20000), "it drains");
	for (cpu = 0; cpu < 2; cpu++) {
		const volatile struct bt_cpu_stats *s = abi_cpu(abi, cpu);
		uint64_t timed = abi_hist_sum(abi, cpu, BT_OP_ALLOC) + abi_hist_sum(abi, cpu, BT_OP_FREE);

		check(abi, s->allocs == s->frees, "CPU %u gave every block back", cpu);
		check(abi, timed + s->preempted == s->allocs + s->frees,
		      "CPU %u: %" PRIu64 " operations in the histograms and %llu preempted are all",
		      cpu, timed, s->preempted);
		check(abi, s->op == BT_OP_NONE && !s->op_start_ns, "CPU %u has none in flight", cpu);
	}
	finish(abi, fd);
}

/*
 * Takes what the workers may not, as no more than max_held_pct of the memory can be held; and is
 * somebody to kill, should memory run out for others than the workers. Returns once it has it.
 */
static pid_t start_victim(uint64_t bytes)
{
	uint64_t less = oracle_meminfo_bytes("MemFree") - bytes;
	pid_t pid = fork();
	unsigned i;

	if (pid == 0) {
		put_text("/proc/self/oom_score_adj", "1000");
		memset(sbrk((intptr_t)bytes), 1, bytes);
		for (;;)
			pause();
	}
	for (i = 0; i < 1000 && oracle_meminfo_bytes("MemFree") > less + MIB; i++)
		usleep(20000);
	return pid;
}

static uint64_t failures_of(const struct abi *abi)
{
	return abi_cpu(abi, 0)->failures + abi_cpu(abi, 1)->failures;
}

/*
 * GFP_ATOMIC goes on to other nodes where the policy's are empty, so it fails only once every node's
 * reserves are used up. Nothing here may need memory then; the time limit is for when something does.
 */
static void test_atomic_fails(struct abi *abi)
{
	struct bt_config config = abi_config();
	uint64_t before = oracle_free_bytes(), failures = failures_of(abi), traced, dropped, end_ns;
	pid_t victim = start_victim(200 * MIB);
	int fd = abi_control(abi);

	mlockall(MCL_CURRENT | MCL_FUTURE);
	put_text("/proc/self/oom_score_adj", "-1000");
	config.gfp = BT_GFP_ATOMIC;
	config.order = 4;
	config.pattern = BT_PATTERN_HOLD;
	config.guard = BT_GUARD_BENCH;
	config.max_held_bytes = abi->info.max_held_bytes;
	config.run_limit_ms = 40000 * oracle_patience();
	oracle_trigger_arm_failures();
	end_ns = bt_mono_ns() + config.run_limit_ms * BT_NS_PER_MS;
	check(abi, abi_publish(fd, &config) == 0, "all memory there is may be held");
	while (failures_of(abi) < failures + 20 && bt_mono_ns() < end_ns)
		usleep(1000);
	config.run = BT_RUN_DRAIN;
	abi_publish(fd, &config);
	check(abi, abi_wait_held(abi, 0, 0, 20000), "it drains without memory");
	failures = failures_of(abi) - failures;
	traced = oracle_trigger_sum(config.order);
	dropped = oracle_trigger_dropped();
	oracle_trigger_disarm();
	check(abi, failures >= 20 && failures >= traced && failures <= traced + dropped,
	      "%" PRIu64 " atomic allocations failed, the tracepoint saw %" PRIu64, failures, traced);
	kill(victim, SIGKILL);
	waitpid(victim, NULL, 0);
	munlockall();
	put_text("/proc/self/oom_score_adj", "0");
	finish(abi, fd);
	check(abi, memory_is_back(before, 16 * MIB), "all memory is back: %" PRId64 " bytes missing",
	      (int64_t)(before - oracle_free_bytes()));
}

const struct abi_test abi_work_tests[] = {
	{"patterns", test_patterns},
	{"order", test_order},
	{"nodes", test_nodes},
	{"pace", test_pace},
	{"gfp", test_gfp},
	{"accounts", test_accounts},
	{"atomic fails", test_atomic_fails},
	{0}
};

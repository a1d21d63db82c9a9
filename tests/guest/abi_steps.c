// SPDX-License-Identifier: GPL-2.0
/* Steps of a microbenchmark: what each CPU did, as the kernel's tracepoints saw it. */
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "oracle.h"

static struct bt_config step_config(void)
{
	struct bt_config config = abi_config();

	config.run = BT_RUN_STEP;
	config.seed = 7;
	return config;
}

/* Publishes a step for CPUs 0 and 1 and waits until both have come to its end. */
static bool step(struct abi *abi, int fd, struct bt_config *config, enum bt_step what,
		 uint64_t blocks)
{
	config->step = what;
	config->step_blocks = blocks;
	if (!abi_run(abi, fd, config))
		return false;
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		if (!abi_wait_word(&abi_cpu(abi, cpu)->step_ended, config->generation, 30000))
			return check(abi, false, "step %u does not end on CPU %u", what, cpu);
	}
	return true;
}

/* The same done by both CPUs, and how the kernel's trace of an event agrees. */
static void check_step(struct abi *abi, int fd, struct bt_config *config, enum bt_step what,
		       uint64_t blocks, uint64_t done, uint64_t held, const char *event)
{
	uint64_t traced, dropped;
	bool right = true;

	oracle_trigger_arm(event, "order");
	if (!step(abi, fd, config, what, blocks))
		return;
	usleep(20000);
	traced = oracle_trigger_sum(0);
	dropped = oracle_trigger_dropped();
	oracle_trigger_disarm();
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		const volatile struct bt_cpu_stats *s = abi_cpu(abi, cpu);

		right = right && s->step_generation == config->generation && s->step_done == done &&
			!s->step_failures && s->held_blocks == held &&
			s->step_start_ns >= abi->area->publish_ns && s->step_end_ns > s->step_start_ns &&
			s->step_end_ns <= bt_mono_ns();
	}
	check(abi, right && traced <= 2 * done && traced + dropped >= 2 * done,
	      "step %u of %" PRIu64 " blocks: %" PRIu64 " and %" PRIu64 " done, %" PRIu64
	      " held, traced %" PRIu64 " in all", what, blocks,
	      (uint64_t)abi_cpu(abi, 0)->step_done, (uint64_t)abi_cpu(abi, 1)->step_done,
	      (uint64_t)abi_cpu(abi, 0)->held_blocks, traced);
}

static void test_steps(struct abi *abi)
{
	struct bt_config config = step_config();
	int fd = abi_control(abi);
	/* Preempted ones are kept out of the histogram. */
	uint64_t timed = abi_hist_sum(abi, 0, BT_OP_ALLOC) + abi_cpu(abi, 0)->preempted;

	check_step(abi, fd, &config, BT_STEP_GET, 1000, 1000, 1000, "mm_page_alloc");
	timed = abi_hist_sum(abi, 0, BT_OP_ALLOC) + abi_cpu(abi, 0)->preempted - timed;
	check(abi, timed == 1000, "each of its operations was timed: %" PRIu64, timed);
	check_step(abi, fd, &config, BT_STEP_PUT, 600, 600, 400, "mm_page_free");
	check_step(abi, fd, &config, BT_STEP_PAIR, 500, 500, 400, "mm_page_alloc");
	/* There are no more. */
	check_step(abi, fd, &config, BT_STEP_PUT, 1000, 400, 0, "mm_page_free");
	/* 16 MiB a CPU: 4088 pages and a ring of 8 fit. */
	config.step = BT_STEP_GET;
	config.step_blocks = 4089;
	check(abi, abi_publish(fd, &config) == -22, "a step that has no room is refused");
	check_step(abi, fd, &config, BT_STEP_GET, 4088, 4088, 4088, "mm_page_alloc");
	close(fd);
	check(abi, abi_held_pages(abi) == 0 && abi->area->run == BT_RUN_DRAIN, "nothing is held after it");
}

/* Half of the blocks have order 0, the older half, the others order 1. */
static void test_random_order(struct abi *abi)
{
	struct bt_config config = step_config();
	int fd = abi_control(abi);
	uint64_t small;

	step(abi, fd, &config, BT_STEP_GET, 500);
	config.order = 1;
	step(abi, fd, &config, BT_STEP_GET, 500);
	config.free_order = BT_FREE_RANDOM;
	oracle_trigger_arm("mm_page_free", "order");
	step(abi, fd, &config, BT_STEP_PUT, 500);
	small = oracle_trigger_sum(0);
	oracle_trigger_disarm();
	/* Of each CPU 250 with a deviation of sqrt(500 * 1/4 * 500 / 999) = 11.2 / sqrt 2: 10 of them. */
	check(abi, small > 500 - 112 && small < 500 + 112,
	      "of 1000 blocks freed at random %" PRIu64 " are of the older half", small);
	close(fd);
}

/* First page frame of a node: the smallest of its zones. */
static uint64_t node_start_pfn(unsigned node)
{
	char *text = oracle_text("/proc/zoneinfo"), *line, *save, name[32];
	uint64_t least = UINT64_MAX, pfn;
	bool within = false;

	snprintf(name, sizeof(name), "Node %u,", node);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "Node ", 5))
			within = !strncmp(line, name, strlen(name));
		if (within && sscanf(line, " start_pfn: %" SCNu64, &pfn) == 1 && pfn && pfn < least)
			least = pfn;
	}
	free(text);
	return least;
}

/* What a shuffle leaves where: each CPU took blocks of its own node, and frees of both. */
static void test_shuffle(struct abi *abi)
{
	struct bt_config config = step_config();
	uint64_t far[2], all[2], start = node_start_pfn(1);
	int fd = abi_control(abi);

	step(abi, fd, &config, BT_STEP_GET, 500);
	step(abi, fd, &config, BT_STEP_SHUFFLE, 0);
	check(abi, abi_cpu(abi, 0)->held_blocks == 500 && abi_cpu(abi, 1)->held_blocks == 500,
	      "a shuffle leaves each CPU as many blocks");
	oracle_trigger_arm("mm_page_free", "common_cpu,pfn");
	step(abi, fd, &config, BT_STEP_PUT, 500);
	for (unsigned cpu = 0; cpu < 2; cpu++) {
		all[cpu] = oracle_trigger_sum_from(cpu, 0);
		far[cpu] = oracle_trigger_sum_from(cpu, start);
	}
	oracle_trigger_disarm();
	check(abi, all[0] == 500 && all[1] == 500, "each CPU freed %" PRIu64 " and %" PRIu64, all[0],
	      all[1]);
	/* 250 with a deviation of 7.9, as above: 10 of them. */
	check(abi, far[0] > 171 && far[0] < 329 && far[0] + far[1] == 500,
	      "CPU 0 freed %" PRIu64 " blocks of node 1, CPU 1 %" PRIu64, far[0], far[1]);
	close(fd);
	check(abi, abi_held_pages(abi) == 0, "nothing is held after it");
}

#define MANY 30000u	/* blocks of a CPU whose shuffle takes several ms */

/* A shuffle is stopped after so long. True: it was not over by then. */
static bool stop_shuffle(struct abi *abi, int fd, struct bt_config *config, unsigned us)
{
	uint64_t generation;

	config->run = BT_RUN_STEP;
	config->step = BT_STEP_SHUFFLE;
	config->step_blocks = 0;
	if (abi_publish(fd, config))
		return check(abi, false, "a shuffle is published");
	generation = config->generation;
	usleep(us);
	config->run = BT_RUN_KEEP;
	config->step = BT_STEP_NONE;
	return abi_run(abi, fd, config) && abi_cpu(abi, 0)->step_ended != generation;
}

/* Gets the blocks, and begins to shuffle them. */
static bool begin_shuffle(struct abi *abi, int fd, struct bt_config *config, unsigned limit_ms)
{
	uint64_t start_ns;

	config->run = BT_RUN_STEP;
	config->run_limit_ms = 0;
	if (!step(abi, fd, config, BT_STEP_GET, MANY))
		return false;
	start_ns = abi->area->publish_ns;
	config->step = BT_STEP_SHUFFLE;
	config->step_blocks = 0;
	if (limit_ms)	/* which counts from the first step */
		config->run_limit_ms = (bt_mono_ns() - start_ns) / BT_NS_PER_MS + limit_ms;
	return !abi_publish(fd, config);
}

/*
 * The time limit ends it, which waits for nobody, so that workers meet it at work; then the controller
 * goes. Both at times that spread over a whole shuffle.
 */
static void check_ended_shuffles(struct abi *abi, struct bt_config *config, unsigned whole_us)
{
	uint64_t expiries = abi->area->limit_expiries, held = 0;
	int fd = abi_control(abi);
	unsigned i;

	for (i = 0; i < 40; i++) {
		if (!begin_shuffle(abi, fd, config, 1 + whole_us * (i % 20) / 20000) ||
		    !abi_wait_held(abi, 0, 0, 10000))
			break;
	}
	expiries = abi->area->limit_expiries - expiries;
	close(fd);
	check(abi, i == 40 && expiries == 40, "%" PRIu64 " of 40 shuffles end with their time",
	      expiries);
	for (i = 0; i < 10; i++) {
		fd = abi_control(abi);
		if (!begin_shuffle(abi, fd, config, 0))
			break;
		usleep(whole_us * i / 10);
		close(fd);
		held += abi_held_pages(abi);
	}
	check(abi, i == 10 && !held, "10 times the controller goes, and %" PRIu64 " pages are held", held);
}

/* Workers that adopt something else in the middle of it stay out of its way, and lose nothing. */
static void test_stopped_shuffle(struct abi *abi)
{
	struct bt_config config = step_config();
	uint64_t before = oracle_free_bytes(), freed, start_ns;
	unsigned stopped = 0, whole_us;
	int fd = abi_control(abi);

	config.max_held_bytes = 2 * MANY * (abi->info.page_bytes + 8ull) + 2 * MIB;
	step(abi, fd, &config, BT_STEP_GET, MANY);
	/* It takes locks for which the kernel waits longer than for the work: so it is timed. */
	start_ns = bt_mono_ns();
	step(abi, fd, &config, BT_STEP_SHUFFLE, 0);
	whole_us = (unsigned)((bt_mono_ns() - start_ns) / 1000);
	for (unsigned i = 0; i < 100; i++)
		stopped += stop_shuffle(abi, fd, &config, whole_us * i / 100);
	check(abi, stopped >= 20, "of 100 shuffles of some %u us %u were stopped before their end",
	      whole_us, stopped);
	check(abi, abi_cpu(abi, 0)->held_blocks == MANY && abi_cpu(abi, 1)->held_blocks == MANY,
	      "each CPU has all of its blocks");
	config.run = BT_RUN_STEP;
	oracle_trigger_arm("mm_page_free", "order");
	step(abi, fd, &config, BT_STEP_PUT, MANY);
	freed = oracle_trigger_sum(0);
	oracle_trigger_disarm();
	check(abi, abi_held_pages(abi) == 0 && freed >= 2 * MANY && freed <= 2 * MANY + 2000,
	      "and %" PRIu64 " are freed", freed);
	close(fd);
	check_ended_shuffles(abi, &config, whole_us);
	check(abi, memory_is_back(before, 16 * MIB), "memory is back");
}

/* A process that holds so much of a node until it is killed. */
static pid_t hold_node(unsigned node, uint64_t bytes)
{
	unsigned long mask = 1ul << node;
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		char *memory;

		syscall(SYS_set_mempolicy, MPOL_BIND, &mask, 8 * sizeof(mask));
		memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
		if (memory == MAP_FAILED || write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		byte = 0;
	close(ready[0]);
	return pid;
}

/* Too few blocks of the largest order on node 1: what fails is counted, and the step goes on. */
static void test_failures(struct abi *abi)
{
	struct bt_config config = step_config();
	uint64_t blocks, failed, tried, dropped, counted, before = oracle_free_bytes();
	pid_t pid = hold_node(1, oracle_node_bytes(1, "MemFree") - 100 * MIB);
	int fd = abi_control(abi);

	config.order = abi->info.max_order;
	config.gfp = BT_GFP_KERNEL_NORETRY;
	config.node_policy = BT_NODE_BIND;
	config.nodes[0] = 2;
	config.max_held_bytes = abi->info.max_held_bytes;
	blocks = config.max_held_bytes / 2 / ((abi->info.page_bytes + 8ull) << config.order) - 1;
	oracle_trigger_arm("mm_page_alloc", "order,pfn");
	step(abi, fd, &config, BT_STEP_GET, blocks);
	tried = oracle_trigger_sum_from(config.order, 0);
	failed = oracle_trigger_sum_from(config.order, INT64_MAX); /* no page: frame number ~0 */
	dropped = oracle_trigger_dropped();
	oracle_trigger_disarm();
	counted = abi_cpu(abi, 0)->step_failures + abi_cpu(abi, 1)->step_failures;
	check(abi, tried <= 2 * blocks && tried + dropped >= 2 * blocks && failed && failed < tried &&
	      counted >= failed && counted <= failed + dropped &&
	      abi_cpu(abi, 0)->step_done == blocks && abi_cpu(abi, 1)->step_done == blocks,
	      "of %" PRIu64 " allocations on a full node %" PRIu64 " failed, counted %" PRIu64, tried,
	      failed, counted);
	config.order = 0;
	config.step = BT_STEP_PUT;
	step(abi, fd, &config, BT_STEP_PUT, blocks);
	check(abi, abi_held_pages(abi) == 0, "all of the others are freed by the next step");
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check(abi, memory_is_back(before, 16 * MIB), "memory is back");
}

const struct abi_test abi_step_tests[] = {
	{"steps do what they say, so often, and stay", test_steps},
	{"random order", test_random_order},
	{"shuffle over CPUs", test_shuffle},
	{"stopped shuffle", test_stopped_shuffle},
	{"failures of a step", test_failures},
	{0},
};

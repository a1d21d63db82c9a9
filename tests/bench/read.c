// SPDX-License-Identifier: GPL-2.0
/*
 * read: what one reading of the module's statistics costs a program, from an area made for many
 * CPUs: the scalars alone, and with every CPU's histograms changed since. Fails when a reading of the
 * scalars calls the system, never by a time.
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "kmod/hist.h"
#include "pages.h"
#include "source/area.h"

#define CPUS 256u
#define NODES 2u
#define ORDERS 11u
#define ROUNDS 60u
#define READS 50u	/* of one round of the scalars */
#define LINE 64ull

struct stand {
	char *map;
	struct bt_area *area;
	struct bt_machine machine;
	struct bt_frame *frame;
	struct bt_area_reader *reader;
};

static uint64_t line_up(uint64_t bytes)
{
	return (bytes + LINE - 1) / LINE * LINE;
}

/* As kmod/stats.c lays it out. */
static struct bt_area layout(void)
{
	struct bt_area a = {
		.magic = BT_AREA_MAGIC,
		.abi_version = BT_ABI_VERSION,
		.header_bytes = sizeof(struct bt_area),
		.cpu_count = CPUS,
		.node_count = NODES,
		.order_count = ORDERS,
		.hist_op_count = BT_OP_COUNT,
		.hist_buckets = BT_HIST_BUCKETS,
		.hist_sub_bits = BT_HIST_SUB_BITS,
		.cpu_offset = line_up(sizeof(struct bt_area)),
		.order_offset = sizeof(struct bt_cpu_stats),
		.node_offset = sizeof(struct bt_cpu_stats) + ORDERS * 8,
		.cpu_stride = line_up(sizeof(struct bt_cpu_stats) + (ORDERS + NODES) * 8),
		.hist_op_stride = BT_HIST_BUCKETS * 8,
		.hist_order_stride = BT_OP_COUNT * BT_HIST_BUCKETS * 8,
		.hist_cpu_stride = ORDERS * BT_OP_COUNT * BT_HIST_BUCKETS * 8,
	};

	a.hist_offset = a.cpu_offset + CPUS * a.cpu_stride;
	a.map_bytes = a.hist_offset + CPUS * a.hist_cpu_stride;
	return a;
}

static struct bt_cpu_stats *stats_of(struct stand *s, unsigned cpu)
{
	return (void *)(s->map + s->area->cpu_offset + cpu * s->area->cpu_stride);
}

/* What happens between two readings; with operations: a histogram of each CPU changes. */
static void work(struct stand *s, bool operations)
{
	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		struct bt_cpu_stats *stats = stats_of(s, cpu);
		uint64_t *by_order = (void *)((char *)stats + s->area->order_offset);

		stats->last_ns++;
		stats->batches++;
		stats->held_pages++;
		stats->cpu_node = cpu * NODES / CPUS;
		stats->allocs += operations;
		stats->frees += operations;
		by_order[0] += operations;
	}
}

static double read_ns(struct stand *s, bool operations, unsigned reads)
{
	uint64_t ns = 0;

	for (unsigned i = 0; i < reads; i++) {
		uint64_t start_ns;

		work(s, operations);
		start_ns = bt_mono_ns();
		bt_area_read(s->reader, s->frame);
		ns += bt_mono_ns() - start_ns;
	}
	return (double)ns / reads;
}

/* A process that may only end reads the scalars: any other call kills it. */
static bool without_system_calls(struct stand *s)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { BT_ARRAY_SIZE(filter), filter };
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
		    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
			_exit(BT_EXIT_FAILED);
		for (unsigned i = 0; i < READS; i++) {
			work(s, false);
			bt_area_read(s->reader, s->frame);
		}
		_exit(s->frame->cpus[CPUS - 1].last_ns ? BT_EXIT_OK : BT_EXIT_FAILED);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool prepare(struct stand *s, struct bt_err *err)
{
	struct bt_area a = layout();

	s->map = mmap(NULL, a.map_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s->map == MAP_FAILED)
		return false;
	s->area = (struct bt_area *)s->map;
	*s->area = a;
	s->machine.cpu_count = CPUS;
	s->machine.node_count = NODES;
	s->machine.max_order = ORDERS - 1;
	s->frame = bt_frame_create(&s->machine);
	return !bt_area_reader_create(&s->reader, s->map, a.map_bytes, err);
}

static void print(const char *what, const struct series *us)
{
	struct series s = series_sorted(us);

	printf("%-28s %8.1f us (%.1f..%.1f)\n", what, series_median(&s), series_at(&s, 0.25),
	       series_at(&s, 0.75));
}

int main(void)
{
	struct stand s = {0};
	struct series scalars = {0}, all = {0};
	struct bt_err err = {0};
	bool silent;

	if (!prepare(&s, &err)) {
		printf("FAIL the area: %s\n0 passed, 1 failed, 0 skipped\n", err.text);
		return BT_EXIT_FAILED;
	}
	work(&s, true);
	read_ns(&s, true, 1);
	for (unsigned i = 0; i < ROUNDS; i++) {
		series_add(&scalars, read_ns(&s, false, READS) / 1000);
		series_add(&all, read_ns(&s, true, 1) / 1000);
	}
	silent = without_system_calls(&s);
	printf("one reading of %u CPUs: median (quartiles) of %u rounds; aim for the scalars: 50 us\n",
	       CPUS, ROUNDS);
	print("scalars", &scalars);
	print("and the histograms of all", &all);
	printf("%s the scalars are read without a system call\n", silent ? "ok" : "FAIL");
	printf("%d passed, %d failed, 0 skipped\n", silent, !silent);
	return silent ? BT_EXIT_OK : BT_EXIT_FAILED;
}

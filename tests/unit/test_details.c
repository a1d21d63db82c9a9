// SPDX-License-Identifier: GPL-2.0
/*
 * What is read only when wanted. `pagetypes` holds what a Linux 6.18 had in /proc/pagetypeinfo,
 * `odd` one that is made up of what kernels may write there, `clocks` CPUs that are made up,
 * `many-nodes` nodes that are.
 */
#include "tests/unit/test.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "system/system.h"

struct kit {
	struct bt_system *system;
	struct bt_machine machine;
	struct bt_frame *frame;
};

static struct kit *new_kit(const char *root)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));
	struct bt_err err = { 0 };

	if (bt_system_open(&kit->system, root, &err) ||
	    bt_system_machine(kit->system, &kit->machine, &err))
		fail_msg("%s", err.text);
	kit->frame = bt_frame_create(&kit->machine);
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_frame_free(kit->frame);
	bt_system_close(kit->system);
	free(kit);
}

static void read_kit(struct kit *kit, unsigned want)
{
	kit->frame->want = want;
	bt_frame_clear(kit->frame);
	bt_system_read(kit->system, kit->frame);
}

/* ---- pageblocks ------------------------------------------------------------------------------ */

static const struct bt_frame_pagetype *find_type(const struct kit *kit, const char *zone,
						 const char *type)
{
	const struct bt_frame_pageblocks *blocks = &kit->frame->pageblocks;

	for (unsigned i = 0; i < blocks->count; i++) {
		if (!strcmp(blocks->types[i].zone, zone) && !strcmp(blocks->types[i].type, type))
			return &blocks->types[i];
	}
	fail_msg("no %s in %s", type, zone);
	return NULL;
}

static void pageblocks_of_a_real_kernel(void **state)
{
	static const uint64_t reclaimable[] = { 6918, 3191, 1357, 481, 414, 432, 223, 66, 17, 1,
						0 };
	struct kit *kit = new_kit(test_data("pagetypes"));
	const struct bt_frame_pagetype *type;

	(void)state;
	read_kit(kit, BT_WANT_PAGEBLOCKS);
	assert_int_equal(kit->frame->pageblocks.state, BT_DETAIL_KNOWN);
	assert_int_equal(kit->frame->pageblocks.block_pages, 512);
	assert_int_equal(kit->frame->pageblocks.count, 3 * 5);
	assert_int_equal(find_type(kit, "DMA", "Unmovable")->blocks, 1);
	assert_int_equal(find_type(kit, "DMA", "Movable")->free_blocks[10], 3);
	assert_int_equal(find_type(kit, "DMA32", "Movable")->blocks, 1526);
	assert_int_equal(find_type(kit, "Normal", "Isolate")->blocks, 0);
	type = find_type(kit, "Normal", "Reclaimable");
	assert_int_equal(type->node, 0);
	assert_int_equal(type->blocks, 329);
	assert_memory_equal(type->free_blocks, reclaimable, sizeof(reclaimable));
	assert_int_equal(type->free_blocks[11], BT_UNKNOWN);
	free_kit(kit);
}

static void pageblocks_of_an_odd_kernel(void **state)
{
	struct kit *kit = new_kit(test_data("odd"));
	const struct bt_frame_pagetype *type;

	(void)state;
	read_kit(kit, BT_WANT_PAGEBLOCKS);
	assert_int_equal(kit->frame->pageblocks.block_pages, 16);
	assert_int_equal(kit->frame->pageblocks.count, 3);
	type = find_type(kit, "Normal", "Unmovable");
	assert_int_equal(type->free_blocks[1], BT_PAGETYPE_FREE_MAX);	/* ">100000" */
	assert_int_equal(type->free_blocks[2], 3);
	assert_int_equal(type->free_blocks[3], BT_UNKNOWN);
	assert_int_equal(type->blocks, 11);	/* not of the mixed ones */
	assert_int_equal(find_type(kit, "Normal", "CMA")->blocks, 12);
	type = find_type(kit, "Normal", "Isolate");	/* has no free list in that file */
	assert_int_equal(type->blocks, 13);
	assert_int_equal(type->free_blocks[0], BT_UNKNOWN);
	free_kit(kit);
}

/* Node numbers of two digits, which the file aligns in one of its tables and not in the other. */
static void pageblocks_of_many_nodes(void **state)
{
	static const unsigned nodes[] = { 0, 10, 11, 31 };
	struct kit *kit = new_kit(test_data("many-nodes"));
	const struct bt_frame_pageblocks *blocks = &kit->frame->pageblocks;
	unsigned i, order;

	(void)state;
	read_kit(kit, BT_WANT_PAGEBLOCKS);
	assert_int_equal(blocks->count, 8);
	for (i = 0; i < 8; i++) {
		const struct bt_frame_pagetype *type = &blocks->types[i];
		unsigned node = nodes[i / 2], movable = i % 2;

		assert_int_equal(type->node, node);
		assert_string_equal(type->type, movable ? "Movable" : "Unmovable");
		assert_int_equal(type->blocks, 1000 * (movable + 1) + node);
		for (order = 0; order < 3; order++)
			assert_int_equal(type->free_blocks[order], 100 * (movable + 1) + node + order);
	}
	free_kit(kit);
}

static void no_such_file(void **state)
{
	struct kit *kit = new_kit("/nonexistent");

	(void)state;
	read_kit(kit, BT_WANT_ALL);
	assert_int_equal(kit->frame->pageblocks.state, BT_DETAIL_NOT_IN_KERNEL);
	assert_int_equal(kit->frame->pageblocks.count, 0);
	assert_int_equal(kit->frame->frequency.state, BT_DETAIL_NOT_IN_KERNEL);
	assert_int_equal(kit->frame->frequency.cpus, 0);
	assert_int_equal(kit->frame->frequency.min_khz, BT_UNKNOWN);
	assert_int_equal(kit->frame->tasks.state, BT_DETAIL_NONE);	/* libproc2 knows no root */
	free_kit(kit);
}

static void only_root_may_read_it(void **state)
{
	char root[] = "/tmp/bt-details-XXXXXX", path[128];
	bool is_root = !geteuid();
	struct kit *kit;

	(void)state;
	assert_non_null(mkdtemp(root));
	chmod(root, 0755);
	snprintf(path, sizeof(path), "%s/proc", root);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/proc/pagetypeinfo", root);
	assert_int_equal(bt_write_file(path, "", 0, 0, NULL), 0);
	kit = new_kit(root);
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	read_kit(kit, BT_WANT_PAGEBLOCKS);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(kit->frame->pageblocks.state, BT_DETAIL_NEEDS_ROOT);
	free_kit(kit);
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc", root);
	rmdir(path);
	rmdir(root);
}

/* ---- clock rates ------------------------------------------------------------------------------ */

static void clock_rates(void **state)
{
	struct kit *kit = new_kit(test_data("clocks"));
	const struct bt_frame_frequency *clocks = &kit->frame->frequency;
	uint64_t first_ns;

	(void)state;
	read_kit(kit, BT_WANT_TASKS | BT_WANT_PAGEBLOCKS);
	assert_int_equal(clocks->state, BT_DETAIL_NONE);
	read_kit(kit, BT_WANT_FREQUENCY);
	assert_int_equal(clocks->state, BT_DETAIL_KNOWN);
	assert_int_equal(clocks->cpus, 2);	/* the third is offline */
	assert_int_equal(clocks->min_khz, 1200000);
	assert_int_equal(clocks->max_khz, 2400000);
	assert_int_equal(clocks->limit_khz, 3900000);
	assert_true(clocks->mono_ns >= kit->frame->mono_ns && clocks->read_ns > 0);
	/* Right after it, the last reading is repeated. */
	first_ns = clocks->mono_ns;
	read_kit(kit, BT_WANT_FREQUENCY);
	assert_int_equal(clocks->mono_ns, first_ns);
	assert_int_equal(clocks->max_khz, 2400000);
	free_kit(kit);
}

/* There is a file, but the driver does not know the rate. */
static void unknown_clock_rates(void **state)
{
	struct kit *kit = new_kit(test_data("odd"));

	(void)state;
	read_kit(kit, BT_WANT_FREQUENCY);
	assert_int_equal(kit->frame->frequency.state, BT_DETAIL_FAILED);
	assert_int_equal(kit->frame->frequency.cpus, 0);
	assert_int_equal(kit->frame->frequency.max_khz, BT_UNKNOWN);
	free_kit(kit);
}

static void write_text(const char *root, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", root, file);
	assert_int_equal(bt_write_file(path, text, strlen(text), 0644, NULL), 0);
}

/*
 * Of 48 online CPUs every third is read: the 1st, 4th ... 46th. These run at 1000 MHz and as many
 * kHz as their number, all others at 9 kHz.
 */
static void clock_rates_of_many_cpus(void **state)
{
	char root[] = "/tmp/bt-clocks-XXXXXX", path[256], text[32];
	struct kit *kit;
	unsigned cpu;

	(void)state;
	assert_non_null(mkdtemp(root));
	for (cpu = 0; cpu < 64; cpu++) {
		unsigned number = cpu < 48 ? cpu : cpu - 16;	/* among those online */

		snprintf(path, sizeof(path), "%s/sys/devices/system/cpu/cpu%u/cpufreq", root, cpu);
		assert_int_equal(bt_make_path(path, 0755, NULL), 0);
		snprintf(text, sizeof(text), "%u\n", number % 3 ? 9 : 1000000 + cpu);
		write_text(path, "scaling_cur_freq", text);
	}
	write_text(root, "sys/devices/system/cpu/possible", "0-63\n");
	write_text(root, "sys/devices/system/cpu/online", "0-31,48-63\n");
	kit = new_kit(root);
	read_kit(kit, BT_WANT_FREQUENCY);
	assert_int_equal(kit->frame->frequency.cpus, 16);
	assert_int_equal(kit->frame->frequency.min_khz, 1000000);
	assert_int_equal(kit->frame->frequency.max_khz, 1000061);
	assert_int_equal(kit->frame->frequency.limit_khz, BT_UNKNOWN);
	free_kit(kit);
	snprintf(path, sizeof(path), "rm -rf %s", root);
	assert_int_equal(system(path), 0);
}

/* ---- tasks ------------------------------------------------------------------------------------ */

#define CHILD_BYTES (96ull << 20)
#define CHILD_ADJ 321

/* A process with memory, a name and a score, stopped: a state in which it stays. */
static pid_t start_child(void)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		char *memory = mmap(NULL, CHILD_BYTES, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		FILE *adj = fopen("/proc/self/oom_score_adj", "w");

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prctl(PR_SET_NAME, "bt child (7)");
		memset(memory, 1, CHILD_BYTES);
		fprintf(adj, "%d", CHILD_ADJ);
		fclose(adj);
		raise(SIGSTOP);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static const struct bt_frame_task *find_task(const struct kit *kit, pid_t pid)
{
	for (unsigned i = 0; i < kit->frame->tasks.count; i++) {
		if ((pid_t)kit->frame->tasks.task[i].pid == pid)
			return &kit->frame->tasks.task[i];
	}
	return NULL;
}

static uint64_t count_processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	uint64_t count = 0;

	while ((entry = readdir(proc)))
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
	closedir(proc);
	return count;
}

static void tasks_of_this_machine(void **state)
{
	struct kit *kit = new_kit("");
	const struct bt_frame_tasks *tasks = &kit->frame->tasks;
	pid_t pid = start_child();
	const struct bt_frame_task *task;
	uint64_t processes;

	(void)state;
	read_kit(kit, BT_WANT_TASKS);
	processes = count_processes();
	task = find_task(kit, pid);
	assert_int_equal(tasks->state, BT_DETAIL_KNOWN);
	assert_non_null(task);
	assert_string_equal(task->name, "bt child (7)");
	assert_string_equal(task->state, "T");
	/* A sanitizer's shadow and the program itself come on top. */
	assert_in_range(task->rss_bytes + task->swap_bytes, CHILD_BYTES, 4 * CHILD_BYTES);
	assert_int_equal(task->oom_score_adj, CHILD_ADJ);
	assert_true(task->oom_score >= CHILD_ADJ * 2 / 3);
	assert_in_range(tasks->processes, processes - 32, processes + 32);
	assert_true(tasks->read_ns > 0 && tasks->mono_ns >= kit->frame->mono_ns);
	for (unsigned i = 1; i < tasks->count; i++)
		assert_true(tasks->task[i - 1].rss_bytes + tasks->task[i - 1].swap_bytes >=
			    tasks->task[i].rss_bytes + tasks->task[i].swap_bytes);
	assert_true(tasks->count > 0 && tasks->task[tasks->count - 1].rss_bytes > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free_kit(kit);
}

static void due_after_the_interval(void **state)
{
	const uint64_t t = 1000 * BT_NS_PER_S, ms = BT_NS_PER_MS;

	(void)state;
	assert_true(bt_want_due(BT_WANT_INDEX_TASKS, BT_DETAIL_NONE, 0, t));
	assert_false(bt_want_due(BT_WANT_INDEX_TASKS, BT_DETAIL_KNOWN, t, t + 800 * ms));
	assert_true(bt_want_due(BT_WANT_INDEX_TASKS, BT_DETAIL_KNOWN, t, t + 990 * ms));
	assert_false(bt_want_due(BT_WANT_INDEX_PAGEBLOCKS, BT_DETAIL_NEEDS_ROOT, t, t + 4000 * ms));
	assert_true(bt_want_due(BT_WANT_INDEX_PAGEBLOCKS, BT_DETAIL_NEEDS_ROOT, t, t + 5000 * ms));
}

/* ---- nothing that nobody wants ----------------------------------------------------------------- */

#if !BT_SANITIZED
static unsigned walks;

/* The library's calls come here too. */
DIR *opendir(const char *path)
{
	DIR *(*next)(const char *path) = (DIR *(*)(const char *))dlsym(RTLD_NEXT, "opendir");

	walks += !strcmp(path, "/proc");
	return next(path);
}

static void no_walk_unless_wanted(void **state)
{
	struct kit *kit = new_kit("");
	uint64_t first_ns;

	(void)state;
	walks = 0;
	for (unsigned i = 0; i < 10; i++)
		read_kit(kit, BT_WANT_PAGEBLOCKS);
	assert_int_equal(walks, 0);
	assert_int_equal(kit->frame->tasks.state, BT_DETAIL_NONE);
	read_kit(kit, BT_WANT_TASKS);
	assert_int_equal(walks, 1);
	assert_int_equal(kit->frame->pageblocks.state, BT_DETAIL_NONE);
	/* Right after it, the last reading is repeated. */
	first_ns = kit->frame->tasks.mono_ns;
	for (unsigned i = 0; i < 5; i++)
		read_kit(kit, BT_WANT_TASKS);
	assert_int_equal(walks, 1);
	assert_int_equal(kit->frame->tasks.mono_ns, first_ns);
	assert_true(kit->frame->tasks.count > 0);
	free_kit(kit);
}
#else
static void no_walk_unless_wanted(void **state)
{
	(void)state;
	print_message("skipped: a sanitizer owns opendir\n");
	skip();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pageblocks_of_a_real_kernel),
		cmocka_unit_test(pageblocks_of_an_odd_kernel),
		cmocka_unit_test(pageblocks_of_many_nodes),
		cmocka_unit_test(no_such_file),
		cmocka_unit_test(only_root_may_read_it),
		cmocka_unit_test(clock_rates),
		cmocka_unit_test(unknown_clock_rates),
		cmocka_unit_test(clock_rates_of_many_cpus),
		cmocka_unit_test(tasks_of_this_machine),
		cmocka_unit_test(due_after_the_interval),
		cmocka_unit_test(no_walk_unless_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

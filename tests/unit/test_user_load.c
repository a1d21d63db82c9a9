// SPDX-License-Identifier: GPL-2.0
/* The process with the workers: what it takes, and that nothing of it stays. */
#include "tests/unit/test.h"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>

#include "tests/unit/user_load_rig.h"
#include "user/worker.h"

/* ---- what is held -------------------------------------------------------------------------- */

/* Two orders after another, then nothing; free memory tells it, too. */
static void holds(const void *context, char verdict[VERDICT])
{
	const unsigned *way = context;
	unsigned order = __builtin_ctz(bt_ways[*way]->orders);
	struct kit kit;
	long long gone = 0;

	if (!open_kit(&kit, 1u << *way, verdict))
		return;
	for (unsigned try = 0; !*verdict && try < 10 && gone < (long long)HELD / 2; try++) {
		uint64_t before = free_bytes();

		kit.config.run = BT_RUN_GO;
		kit.config.order = order;
		bt_user_load_publish(kit.load, &kit.config, *way);
		if (!await_held(&kit, HELD))
			snprintf(verdict, VERDICT, "holds %llu KiB",
				 (unsigned long long)held_bytes(&kit) / 1024);
		gone = (long long)(before - free_bytes());
		kit.config.run = BT_RUN_DRAIN;
		bt_user_load_publish(kit.load, &kit.config, *way);
		if (!await_held(&kit, 0))
			snprintf(verdict, VERDICT, "does not give back");
	}
	if (!*verdict && gone < (long long)HELD / 2)
		snprintf(verdict, VERDICT, "free memory has shrunk by %lld KiB", gone / 1024);
	if (!*verdict && TOTAL(&kit, allocs) != TOTAL(&kit, frees))
		snprintf(verdict, VERDICT, "%llu allocated, %llu freed",
			 (unsigned long long)TOTAL(&kit, allocs),
			 (unsigned long long)TOTAL(&kit, frees));
	bt_user_load_close(kit.load);
}

static void each_way_holds_what_it_is_to(void **state)
{
	static const unsigned ways[] = { BT_WAY_PACKET, BT_WAY_PIPE, BT_WAY_ANON, BT_WAY_HUGE };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(ways); i++)
		check_as(false, bt_ways[ways[i]]->name, &(struct check){ holds, &ways[i] });
	check_as(true, "packet", &(struct check){ holds, &ways[0] });
}

/* Every histogram has as many entries as operations were timed, none has one of a ring's blocks. */
static void patterns_run(const void *context, char verdict[VERDICT])
{
	static const struct {
		unsigned way, pattern, order;
	} rows[] = {
		{ BT_WAY_PIPE, BT_PATTERN_BURST, 0 },	{ BT_WAY_PBUF, BT_PATTERN_STEADY, 1 },
		{ BT_WAY_SYSCTL, BT_PATTERN_REPEAT, 4 }, { BT_WAY_ANON, BT_PATTERN_RAMP, 0 },
	};
	struct kit kit;

	(void)context;
	for (unsigned i = 0; !*verdict && i < BT_ARRAY_SIZE(rows); i++) {
		uint64_t end_ns = bt_mono_ns() + LIMIT_NS, allocs;

		if (!open_kit(&kit, 1u << rows[i].way, verdict))
			return;
		kit.config.order = rows[i].order;
		kit.config.pattern = rows[i].pattern;
		kit.config.max_held_bytes = 4 * MIB;
		allocs = pages_allocated();
		bt_user_load_publish(kit.load, &kit.config, rows[i].way);
		while (TOTAL(&kit, allocs) < 5000 && bt_mono_ns() < end_ns)
			usleep(1000);
		kit.config.run = BT_RUN_DRAIN;
		bt_user_load_publish(kit.load, &kit.config, rows[i].way);
		if (!await_held(&kit, 0) || TOTAL(&kit, allocs) < 5000)
			snprintf(verdict, VERDICT, "%s: %llu allocated", bt_ways[rows[i].way]->name,
				 (unsigned long long)TOTAL(&kit, allocs));
		/* Some may have been allocated by others, but none of ours without the kernel. */
		else if (pages_allocated() - allocs < TOTAL(&kit, allocs) << rows[i].order)
			snprintf(verdict, VERDICT, "%s: counted %llu blocks, pgalloc less",
				 bt_ways[rows[i].way]->name,
				 (unsigned long long)TOTAL(&kit, allocs));
		bt_user_load_close(kit.load);
	}
}

static void patterns_allocate_what_they_count(void **state)
{
	(void)state;
	check_as(false, "patterns", &(struct check){ patterns_run, NULL });
}

/* ---- its end ------------------------------------------------------------------------------- */

static bool is_gone(int pid)
{
	for (unsigned i = 0; i < 20000 && !kill(pid, 0); i++)
		usleep(1000);
	return kill(pid, 0) && errno == ESRCH;
}

/* Who has it open is killed without a word: the workers' process goes, and what it held with it. */
static void kill_opener(enum bt_way_number way, bool nobody)
{
	char verdict[VERDICT] = "";
	int fds[2], pid = 0, status;
	pid_t opener;

	/* Orphans come to us, so that their end can be seen. */
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(fds), 0);
	opener = fork();
	if (!opener) {
		struct kit kit;

		if (nobody)
			become_nobody();
		if (open_kit(&kit, 1u << way, verdict)) {
			bt_user_load_publish(kit.load, &kit.config, way);
			if (await_held(&kit, HELD))
				pid = bt_user_load_pid(kit.load);
		}
		if (write(fds[1], &pid, sizeof(pid)) < 0)
			_exit(1);
		pause();
	}
	assert_int_equal(read(fds[0], &pid, sizeof(pid)), sizeof(pid));
	kill(opener, SIGKILL);
	assert_int_equal(waitpid(opener, &status, 0), opener);
	close(fds[0]);
	close(fds[1]);
	if (!pid && nobody) {
		print_message("skip: no way %s for nobody\n", bt_ways[way]->name);
		return;
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_true(is_gone(pid));
}

/* In a user namespace of its own, too, which makes other credentials of it. */
static void nothing_outlives_its_opener(void **state)
{
	(void)state;
	kill_opener(BT_WAY_PIPE, false);
	kill_opener(BT_WAY_PACKET, true);
}

static void a_killed_child_is_told(void **state)
{
	char verdict[VERDICT] = "";
	struct bt_user_status status;
	struct bt_err err = { 0 };
	struct kit kit;

	(void)state;
	assert_true(open_kit(&kit, 1u << BT_WAY_ANON, verdict));
	assert_int_equal(bt_user_load_status(kit.load, &status, &err), 0);
	assert_int_equal(status.config.generation, 0);
	kill(bt_user_load_pid(kit.load), SIGKILL);
	for (unsigned i = 0; i < 5000 && !bt_user_load_status(kit.load, &status, &err); i++)
		usleep(1000);
	assert_int_equal(err.code, EIO);
	assert_non_null(strstr(err.text, "was killed"));
	bt_user_load_close(kit.load);
}

static void is_the_first_victim(void **state)
{
	char verdict[VERDICT] = "", path[64], line[16];
	struct kit kit;

	(void)state;
	assert_true(open_kit(&kit, 0, verdict));
	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", bt_user_load_pid(kit.load));
	assert_true(bt_read_line(path, line, sizeof(line)));
	assert_string_equal(line, "1000");
	assert_string_equal(bt_user_load_proof(kit.load, BT_WAY_PIPE)->reason, "not asked for");
	bt_user_load_close(kit.load);
}

/* ---- fall-backs ---------------------------------------------------------------------------- */

/*
 * Order 11, above what the allocator has (MAX_ORDER 10): the ring comes out of vmalloc(), and the call
 * says nothing of it.
 */
static void falls_back(const void *context, char verdict[VERDICT])
{
	const struct bt_way_terms terms = { .max_pages = 1 << 14 };
	struct bt_user_shared shared = { .calls = 0 };
	struct bt_machine machine = { .page_bytes = 4096, .cpu_count = 1, .node_count = 1,
				      .max_order = 15 };
	void *board = bt_xcalloc(1, bt_board_bytes(&machine));
	struct bt_user_worker w = { .shared = &shared, .machine = &machine, .way = &bt_way_packet,
				    .config = { .order = 11 }, .unit_pages = 4 << 11 };
	struct bt_err err = { 0 };
	enum bt_user_got got;
	uint64_t now_ns;

	(void)context;
	bt_board_init(board, &machine);
	w.board = bt_board_cpu(board, 0);
	if (bt_way_packet.open(&w.state, &terms, &err) || bt_account_open(&w.account, &err)) {
		snprintf(verdict, VERDICT, "skip: %.200s", err.text);
		return;
	}
	got = bt_user_grow(&w, 1 << 14, &now_ns);
	if (got != BT_USER_FAILED || w.board.stats->failures != 4 || w.board.stats->allocs ||
	    w.held_pages)
		snprintf(verdict, VERDICT, "got %u, %llu failures, %llu allocs, %llu held", got,
			 (unsigned long long)w.board.stats->failures,
			 (unsigned long long)w.board.stats->allocs,
			 (unsigned long long)w.held_pages);
	/* And what is no fall-back is none. */
	w.config.order = 9;
	got = bt_user_grow(&w, 4 << 9, &now_ns);
	if (!*verdict && (got != BT_USER_GOT || w.board.stats->failures != 4 ||
			  w.board.stats->allocs != 4 || w.held_pages != 4 << 9))
		snprintf(verdict, VERDICT, "order 9: got %u, %llu failures", got,
			 (unsigned long long)w.board.stats->failures);
	if (w.held_pages)
		bt_user_shrink(&w, &now_ns);
}

/* ---- fall-backs of two at once ------------------------------------------------------------- */

#define BLOCK_KIB (4u << 11)

/* A way of which all blocks come out of vmalloc(); while the first is under way the other has its call. */
struct falling {
	int meminfo_fd;
	unsigned *used_kib;
	struct bt_user_worker *meanwhile;	/* NULL: nobody */
	enum bt_user_got got;			/* what that one got */
};

static void put_used(const struct falling *f)
{
	char text[64];
	int length = snprintf(text, sizeof(text), "VmallocUsed:    %10u kB\n", *f->used_kib);

	assert_int_equal(pwrite(f->meminfo_fd, text, (size_t)length, 0), length);
}

static int fall(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct falling *f = state;
	uint64_t now_ns;

	(void)order;
	*unit = blocks;
	*f->used_kib += blocks * BLOCK_KIB;
	put_used(f);
	if (f->meanwhile)
		f->got = bt_user_grow(f->meanwhile, 1 << 14, &now_ns);
	return 0;
}

static bool get_up(void *state, unsigned order, uint32_t unit)
{
	struct falling *f = state;

	(void)order;
	*f->used_kib -= unit * BLOCK_KIB;
	put_used(f);
	return true;
}

/* The second begins later, sees both, and is through with giving back its own when the first looks. */
static void fall_backs_of_two_are_failures_of_both(void **state)
{
	static const struct bt_way way = { .name = "falling", .uses_vmalloc = true, .alloc = fall,
					   .free = get_up };
	struct bt_machine machine = { .page_bytes = 4096, .cpu_count = 2, .node_count = 1,
				      .max_order = 15 };
	struct bt_user_shared shared = { .calls = 0 };
	void *board = bt_xcalloc(1, bt_board_bytes(&machine));
	char path[] = "/tmp/bt-meminfo-XXXXXX";
	int fd = mkstemp(path);
	unsigned used_kib = 8000;
	struct bt_user_worker w[2];
	struct falling f[2] = { { fd, &used_kib, &w[1], BT_USER_GOT }, { fd, &used_kib, NULL, 0 } };
	uint64_t now_ns;

	(void)state;
	unlink(path);
	put_used(f);
	bt_board_init(board, &machine);
	for (unsigned i = 0; i < 2; i++)
		w[i] = (struct bt_user_worker){
			.shared = &shared, .machine = &machine, .way = &way, .state = &f[i],
			.config = { .order = 11 }, .unit_pages = 4 << 11,
			.account = { -1, fd }, .board = bt_board_cpu(board, i) };
	assert_int_equal(bt_user_grow(&w[0], 1 << 14, &now_ns), BT_USER_FAILED);
	assert_int_equal(f[0].got, BT_USER_FAILED);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(w[i].board.stats->failures, 4);
		assert_int_equal(w[i].board.stats->allocs, 0);
		assert_int_equal(w[i].held_pages, 0);
	}
	assert_int_equal(used_kib, 8000);
	close(fd);
	free(board);
}

static void fall_backs_are_failures(void **state)
{
	(void)state;
	check_as(false, "vmalloc", &(struct check){ falls_back, NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_holds_what_it_is_to),
		cmocka_unit_test(patterns_allocate_what_they_count),
		cmocka_unit_test(nothing_outlives_its_opener),
		cmocka_unit_test(a_killed_child_is_told),
		cmocka_unit_test(is_the_first_victim),
		cmocka_unit_test(fall_backs_are_failures),
		cmocka_unit_test(fall_backs_of_two_are_failures_of_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* The source of a machine without the module: what its frames say, and what they do not. */
#include "tests/unit/test.h"

#include <sys/resource.h>

#include "core/mask.h"
#include "core/param.h"
#include "frame/interval.h"
#include "session/load.h"
#include "session/session.h"
#include "tests/unit/session_rig.h"
#include "tests/unit/user_rig.h"

static struct bt_session *open_session(const char *spec)
{
	const struct bt_session_options options = { .source = spec };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s: %s", spec, err.text);
	rig_frames(session, 1);
	return session;
}

/* Publishes the session's config with these changes, and waits until it is applied everywhere. */
static void publish(struct bt_session *session, const char *assignments)
{
	struct ant_limits limits = bt_machine_limits(bt_session_machine(session));
	struct bt_config config = *bt_session_config(session);
	char *text = bt_xstrdup(assignments), *rest = text, *one;
	struct bt_frame_totals totals;
	struct bt_err err;

	while ((one = strsep(&rest, " "))) {
		if (bt_param_assign(&config, one, &limits, &err))
			fail_msg("%s", err.text);
	}
	free(text);
	bt_config_run(&config, BT_RUN_GO);
	if (bt_session_publish(session, &config, "test", &err))
		fail_msg("%s", err.text);
	do {
		rig_frames(session, 1);
		bt_frame_totals(bt_session_frame(session), &totals);
	} while (bt_session_frame(session)->ack.token != bt_session_token(session) ||
		 (!bt_session_frame(session)->ack.error && totals.applied != totals.online));
}

/* As long as so many blocks take. */
static void run_for(struct bt_session *session, uint64_t blocks)
{
	struct bt_frame_totals totals;
	uint64_t end_ns = bt_mono_ns() + RIG_LIMIT_NS, enough;

	bt_frame_totals(bt_session_frame(session), &totals);
	enough = totals.allocs + blocks;
	do {
		rig_frames(session, 1);
		bt_frame_totals(bt_session_frame(session), &totals);
	} while (totals.allocs < enough && bt_mono_ns() < end_ns);
	assert_true(totals.allocs >= enough);
}

static void run_for_a_while(struct bt_session *session)
{
	run_for(session, 2000);
}

/* A socket waits for a grace period of RCU when it ends, on some kernels 35 ms. */
#define BLOCKS_BY_SOCKETS 30

static bool has_way(const struct bt_session *session, const char *way)
{
	if (!bt_session_no_control(session))
		return true;
	print_message("skip: no %s here: %s\n", way, bt_session_machine(session)->source_note);
	return false;
}

/* No process may be started: the machine is watched, and the reason is there. */
static void opens_without_workers(const void *context, char verdict[VERDICT])
{
	const struct rlimit none = { 0, 0 };
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_frame *frame;
	struct bt_err err = { 0 };
	const char *why;
	void *source;

	(void)context;
	setrlimit(RLIMIT_NPROC, &none);
	if (bt_source_user.open(&source, &(struct bt_source_options){ .argument = "pipe" }, machine,
				&err)) {
		snprintf(verdict, VERDICT, "%.200s", err.text);
		return;
	}
	why = bt_source_user.no_control(source);
	frame = bt_frame_create(machine);
	if (!why || !strstr(why, "watching alone: cannot start a process for the workers"))
		snprintf(verdict, VERDICT, "no_control: %.200s", why ? why : "(there is control)");
	else if (strcmp(machine->source, "user:none") || !strstr(machine->source_note, "watching alone"))
		snprintf(verdict, VERDICT, "%.60s: %.160s", machine->source, machine->source_note);
	else if (bt_source_user.read(source, frame, &err) || frame->memory.free_bytes == BT_UNKNOWN)
		snprintf(verdict, VERDICT, "nothing is read: %.200s", err.text);
	bt_frame_free(frame);
	bt_source_user.close(source);
	free(machine);
}

static void watches_where_nothing_works(void **state)
{
	(void)state;
	check_as(true, "watching", &(struct check){ opens_without_workers, NULL });
}

/* The kernel's numbers of every order allocated, and each operation's time. */
static void single_calls_are_timed(void **state)
{
	struct bt_session *session = open_session("user:pipe");
	const struct bt_frame *frame;
	const struct bt_hist *hist;

	(void)state;
	assert_string_equal(bt_session_machine(session)->source, "user:pipe");
	assert_string_equal(bt_session_machine(session)->source_note,
			    access("/proc/pressure/memory", R_OK) ?
				    "orders: pipe 0; no PSI: memory stalls do not stop it" :
				    "orders: pipe 0");
	assert_int_equal(bt_session_machine(session)->abi_version, 0);
	publish(session, "held=16M pace=20000");
	run_for_a_while(session);
	frame = bt_session_frame(session);
	assert_string_equal(frame->way, "pipe");
	assert_int_equal(frame->run, BT_RUN_GO);
	hist = bt_frame_hist_find(frame, 0, 0, BT_OP_ALLOC);
	assert_non_null(hist);
	assert_true(hist->total > 0);
	assert_true(frame->cpus[0].alloc_max_ns != BT_UNKNOWN);
	assert_true(frame->cpus[0].failures != BT_UNKNOWN);
	assert_int_equal(frame->oom_notifications, BT_UNKNOWN);
	bt_session_close(session);
}

static void calls_of_many_blocks_are_not(void **state)
{
	struct bt_session *session = open_session("user:packet");
	const struct bt_frame *frame;
	char change[64];

	(void)state;
	if (has_way(session, "packet")) {
		snprintf(change, sizeof(change), "held=32M order=1 pattern=ramp cpus=%u",
			 bt_mask_next(bt_session_machine(session)->allowed_cpus, BT_CPU_WORDS, 0));
		publish(session, change);
		run_for_a_while(session);
		frame = bt_session_frame(session);
		assert_string_equal(frame->way, "packet");
		assert_int_equal(frame->hist_count, 0);
		for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++) {
			assert_int_equal(frame->cpus[cpu].alloc_max_ns, BT_UNKNOWN);
			assert_int_equal(frame->cpus[cpu].preempted, BT_UNKNOWN);
		}
		assert_true(frame->order_allocs[1] > 0);
		assert_int_equal(frame->order_allocs[0], 0);
		/* Rings of 4 MiB: what vmalloc() makes of them is seen. */
		assert_true(frame->cpus[0].failures != BT_UNKNOWN);
		/* Of a block each, it looks like the stacks of other processes; order 0 needs no look. */
		publish(session, "held=32M order=3 pattern=repeat");
		run_for(session, BLOCKS_BY_SOCKETS);
		assert_int_equal(bt_session_frame(session)->cpus[0].failures, BT_UNKNOWN);
		publish(session, "held=32M order=0 pattern=repeat");
		run_for(session, BLOCKS_BY_SOCKETS);
		assert_true(bt_session_frame(session)->cpus[0].failures != BT_UNKNOWN);
	}
	bt_session_close(session);
}

/* An order that no pipe has changes nothing of what came by one, while that is only kept. */
static void what_is_kept_keeps_its_way(void **state)
{
	struct bt_session *session = open_session("user:pipe+packet");
	struct bt_config config;
	struct bt_err err;

	(void)state;
	if (has_way(session, "pipe") && has_way(session, "packet")) {
		publish(session, "held=8M pattern=hold order=0");
		assert_string_equal(bt_session_frame(session)->way, "pipe");
		config = *bt_session_config(session);
		config.run = BT_RUN_KEEP;
		config.order = 3;
		assert_int_equal(bt_session_publish(session, &config, "test", &err), 0);
		while (bt_session_frame(session)->ack.token != bt_session_token(session))
			rig_frames(session, 1);
		assert_int_equal(bt_session_frame(session)->config.order, 3);
		assert_string_equal(bt_session_frame(session)->way, "pipe");
		publish(session, "held=8M pattern=hold order=3");
		assert_string_equal(bt_session_frame(session)->way, "packet");
	}
	bt_session_close(session);
}

/* What the way cannot do is in the log and in the controls, and so is what nothing here can do. */
static void changes_and_refusals_are_told(void **state)
{
	struct bt_session *session = open_session("user:pipe+anon");
	const struct bt_frame *frame;

	(void)state;
	publish(session, "held=16M gfp=atomic touch=all pace=1000");
	assert_non_null(rig_event(session, BT_EVENT_NOTE,
				  "changed: gfp=kernel, touch=none, as way pipe has it"));
	assert_int_equal(bt_session_config(session)->gfp, BT_GFP_KERNEL);
	assert_int_equal(bt_session_config(session)->touch, BT_TOUCH_NONE);
	frame = bt_session_frame(session);
	assert_int_equal(frame->config.gfp, BT_GFP_KERNEL);
	publish(session, "gfp=movable touch=none");
	assert_non_null(rig_event(session, BT_EVENT_NOTE, "changed: touch=first, as way anon has"));
	assert_int_equal(bt_session_frame(session)->cpus[0].failures, BT_UNKNOWN);
	publish(session, "order=3");
	assert_non_null(rig_event(session, BT_EVENT_REFUSED, "no way for order 3"));
	assert_int_equal(bt_session_config(session)->order, 0);
	bt_session_close(session);
}

static int workers_pid(void)
{
	FILE *children = popen("pgrep -x bt-user -P $PPID", "r");
	int pid = 0;

	assert_non_null(children);
	if (fscanf(children, "%d", &pid) != 1)
		pid = 0;
	pclose(children);
	return pid;
}

/* Fewer descriptors than there were when it was looked how many pipes there may be. */
static void a_full_way_is_in_the_log(void **state)
{
	const struct rlimit descriptors = { 24, 24 };
	struct bt_session *session = open_session("user:pipe");
	uint64_t end_ns = bt_mono_ns() + RIG_LIMIT_NS;
	int pid = workers_pid();

	(void)state;
	assert_true(pid > 0);
	assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &descriptors, NULL), 0);
	publish(session, "held=64M pattern=hold");
	while (!rig_event(session, BT_EVENT_NOTE, "by way pipe: Too many open files") &&
	       bt_mono_ns() < end_ns)
		rig_frames(session, 1);
	assert_non_null(rig_event(session, BT_EVENT_NOTE, "by way pipe: Too many open files"));
	bt_session_close(session);
}

static void nothing_is_allocated_by_none(void **state)
{
	struct bt_session *session = open_session("user:none");
	const struct bt_frame *frame = bt_session_frame(session);
	struct bt_config config = *bt_session_config(session);
	struct bt_err err = { 0 };

	(void)state;
	assert_string_equal(bt_session_machine(session)->source, "user:none");
	assert_string_equal(bt_session_no_control(session), "watching alone (user:none)");
	assert_false(frame->has_module);
	assert_true(frame->memory.available_bytes != BT_UNKNOWN);
	assert_true(frame->zone_count > 0);
	assert_int_equal(bt_session_publish(session, &config, "test", &err), -EPERM);
	assert_non_null(strstr(err.text, "watching alone"));
	bt_session_close(session);
}

/* 100 % of memory is more than any machine allows: what bounds it is not the same everywhere. */
static void a_load_names_its_bound(void **state)
{
	static const struct {
		const char *source, *bound;
	} rows[] = {
		{ "user:pipe", ": no more is allowed here (half of what was available)" },
		{ "sim:7", ": no more is allowed here (max_held_pct of the module)" },
	};
	const struct bt_load *load;

	(void)state;
	assert_int_equal(bt_loads_find(NULL, "oom-edge", &load, NULL), 0);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_session *session = open_session(rows[i].source);
		struct bt_config config = *bt_session_config(session);
		char note[BT_ERR_TEXT];

		assert_int_equal(bt_session_load_config(session, load, &config, note, NULL), 0);
		if (!strstr(note, rows[i].bound))
			fail_msg("%s: %s", rows[i].source, note);
		bt_session_close(session);
	}
}

static void an_unknown_way_is_refused(void **state)
{
	const struct bt_session_options options = { .source = "user:teleport" };
	struct bt_session *session;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_session_open(&session, &options, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'teleport' is no way"));
}

/* Half of what is available, in bytes of the same file as the kernel has it. */
static void what_may_be_held_is_bounded(void **state)
{
	struct bt_session *session = open_session("user:pipe");
	uint64_t limit = bt_session_machine(session)->max_held_bytes;

	(void)state;
	assert_true(limit > 0);
	assert_true(limit < proc_sum("/proc/meminfo", "MemAvailable:") * 1024 / 100 * 60);
	bt_session_close(session);
}

/* Of an ordinary user: as much as user namespaces and limits allow. */
static void opens(const void *context, char verdict[VERDICT])
{
	struct bt_session *session = open_session("user");
	struct bt_frame_totals totals = { .held_pages = 0 };

	(void)context;
	if (bt_session_no_control(session)) {
		snprintf(verdict, VERDICT, "skip: %.200s", bt_session_machine(session)->source_note);
		return;
	}
	print_message("%s: %s\n", bt_session_machine(session)->source,
		      bt_session_machine(session)->source_note);
	publish(session, "order=0 pattern=hold held=8M gfp=kernel");
	for (unsigned i = 0; i < 2000 && totals.held_pages < 1500; i++) {
		rig_frames(session, 1);
		bt_frame_totals(bt_session_frame(session), &totals);
		usleep(1000);
	}
	if (totals.held_pages < 1500 || totals.held_pages > 2048)
		snprintf(verdict, VERDICT, "holds %llu pages of 2048",
			 (unsigned long long)totals.held_pages);
	bt_session_close(session);
}

static void anybody_may(void **state)
{
	(void)state;
	check_both("user", &(struct check){ opens, NULL });
}

/* Killed by somebody, as the OOM killer does: the session loses its source and opens it again. */
static void lost_and_found(void **state)
{
	struct bt_session *session;
	const struct bt_session_options options = { .source = "user:pipe",
						    .interval_ns = 20 * BT_NS_PER_MS };
	struct bt_err err = { 0 };
	int pid;

	(void)state;
	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	rig_until(session, bt_session_frame(session));
	pid = workers_pid();
	assert_true(pid > 0);
	kill(pid, SIGKILL);
	rig_until(session, rig_event(session, BT_EVENT_LOST, "was killed"));
	rig_until(session, rig_event(session, BT_EVENT_BACK, "source is back"));
	assert_int_equal(rig_state(session), BT_SESSION_LIVE);
	bt_session_close(session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(watches_where_nothing_works),
		cmocka_unit_test(single_calls_are_timed),
		cmocka_unit_test(calls_of_many_blocks_are_not),
		cmocka_unit_test(changes_and_refusals_are_told),
		cmocka_unit_test(what_is_kept_keeps_its_way),
		cmocka_unit_test(a_full_way_is_in_the_log),
		cmocka_unit_test(nothing_is_allocated_by_none),
		cmocka_unit_test(a_load_names_its_bound),
		cmocka_unit_test(an_unknown_way_is_refused),
		cmocka_unit_test(what_may_be_held_is_bounded),
		cmocka_unit_test(anybody_may),
		cmocka_unit_test(lost_and_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

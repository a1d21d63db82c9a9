// SPDX-License-Identifier: GPL-2.0
/*
 * Microbenchmarks: what they need of a machine, by hand calculation; runs on simulated machines, and
 * whatever makes one worthless; the document and linux-alloc-bench's columns.
 */
#include "tests/unit/test.h"
#include "tests/unit/session_rig.h"

#include <errno.h>

#include "bench/kbench_doc.h"
#include "core/mask.h"

static struct bt_session *open_sim(const char *spec)
{
	struct bt_session_options options = { .source = spec, .interval_ns = 20 * BT_NS_PER_MS };
	struct bt_session *session;

	assert_int_equal(bt_session_open(&session, &options, NULL), 0);
	rig_until(session, rig_seq(session) > 1);
	return session;
}

static struct bt_kbench_plan plan_of(const struct bt_session *session, enum bt_kbench_kind kind)
{
	struct bt_kbench_plan plan;

	bt_kbench_plan_default(&plan, bt_session_machine(session));
	plan.kind = kind;
	plan.iterations = 3;
	plan.allocs = 100;
	plan.threads[0] = 2;
	return plan;
}

/* Steps it to its end; returns what bt_kbench_step() did. */
static int to_the_end(struct bt_session *session, struct bt_kbench_run *run, struct bt_err *err)
{
	uint64_t limit_ns = bt_mono_ns() + 20 * BT_NS_PER_S;
	int rc;

	while (!(rc = bt_kbench_step(run, err))) {
		if (bt_mono_ns() >= limit_ns)
			fail_msg("it does not end: %s", bt_kbench_result(run)->flaw);
		bt_session_want(session, bt_kbench_wants(run));
		rig_idle(session, BT_NS_PER_MS);
	}
	return rc;
}

static struct bt_kbench_run *start(struct bt_session *session, const struct bt_kbench_plan *plan)
{
	struct bt_kbench_run *run = NULL;
	struct bt_err err = { 0 };

	if (bt_kbench_start(&run, session, plan, "test", &err))
		fail_msg("%s", err.text);
	return run;
}

static void assert_drained(const struct bt_session *session)
{
	struct bt_frame_totals totals;

	bt_frame_totals(bt_session_frame(session), &totals);
	assert_int_equal(totals.held_blocks, 0);
	assert_int_equal(bt_session_frame(session)->run, BT_RUN_DRAIN);
}

/* ---- needs -------------------------------------------------------------------------------- */

static void groups_by_hand(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=4,nodes=2,memory=1G");
	const struct bt_machine *machine = bt_session_machine(session);
	struct bt_kbench_plan plan = plan_of(session, BT_KBENCH_BULK);
	struct bt_kbench_group groups[4];
	struct bt_config config;

	(void)state;
	plan.orders[1] = 3;
	plan.order_count = 2;
	plan.threads[0] = 1;
	plan.threads[1] = 2;
	plan.thread_count = 2;
	plan.allocs = 1000;
	assert_int_equal(bt_kbench_groups(&plan, machine, bt_session_frame(session), groups, NULL), 4);
	assert_int_equal(groups[1].order, 0);
	assert_int_equal(groups[1].threads, 2);
	assert_int_equal(groups[1].cpus[0], 3);
	assert_int_equal(groups[2].order, 3);
	/* A CPU: 1000 pages and a ring of 24 + 8000 bytes, two pages. */
	bt_kbench_config(&plan, &groups[1], machine, &config);
	assert_int_equal(config.max_held_bytes, 2 * (1000 * 4096 + 2 * 4096));
	assert_int_equal(config.run, BT_RUN_DRAIN);
	assert_int_equal(config.node_policy, BT_NODE_LOCAL);
	/* 8000 pages of order 3 and a ring of 24 + 64000 bytes, 16 pages. */
	bt_kbench_config(&plan, &groups[3], machine, &config);
	assert_int_equal(config.max_held_bytes, 2 * (8000 * 4096 + 16 * 4096));
	/* repeat holds one block, whatever it does in all. */
	plan.kind = BT_KBENCH_REPEAT;
	plan.allocs = 100000000;
	assert_int_equal(bt_kbench_groups(&plan, machine, bt_session_frame(session), groups, NULL), 4);
	bt_kbench_config(&plan, &groups[0], machine, &config);
	assert_int_equal(config.max_held_bytes, 4096 + 4096);
	/* Of 100 blocks 50 are held after half was freed; a tenth of those. */
	plan.percent = 10;
	assert_int_equal(bt_kbench_share(&plan, 100), 5);
	assert_int_equal(bt_kbench_share(&plan, 1), 1);
	bt_session_close(session);
}

static void what_the_machine_has_not(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=4,nodes=2,memory=1G");
	struct bt_kbench_plan plan = plan_of(session, BT_KBENCH_BULK);
	static const struct {
		uint64_t allocs;
		unsigned threads, order, iterations, percent;
		int node;
		const char *why;
	} rows[] = {
		{ 1 << 20, 1, 0, 1, 10, -1, "max_held_pct" },
		{ 1, 5, 0, 1, 10, -1, "5 threads need as many CPUs: 4 are online" },
		{ 1, 3, 0, 1, 10, 1, "2 of node 1 are online" },
		{ 1, 1, 14, 1, 10, -1, "order 14 is above the kernel's maximum" },
		{ 0, 1, 0, 1, 10, -1, "no blocks" },
		{ 1, 0, 0, 1, 10, -1, "0 threads" },
		{ 1, 1, 0, 0, 10, -1, "nothing to do" },
		{ 1, 1, 0, 200000, 10, -1, "at most 100000" },
		{ 1, 1, 0, 1, 101, -1, "percent" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };

		plan.allocs = rows[i].allocs;
		plan.threads[0] = rows[i].threads;
		plan.orders[0] = rows[i].order;
		plan.iterations = rows[i].iterations;
		plan.percent = rows[i].percent;
		plan.node = rows[i].node;
		assert_int_equal(bt_kbench_groups(&plan, bt_session_machine(session),
						  bt_session_frame(session), NULL, &err), -EINVAL);
		if (!strstr(err.text, rows[i].why))
			fail_msg("row %u: %s", i, err.text);
	}
	bt_session_close(session);
}

/* 2 blocks of order 9 are 2 frames of 2 MiB, 3 of order 10 are 6. */
static void free_lists_by_hand(void **state)
{
	struct bt_machine machine = { .cpu_count = 1, .node_count = 2, .page_bytes = 4096,
				      .max_order = 10 };
	struct bt_frame *frame = bt_frame_create(&machine);
	uint64_t pages, frames;

	(void)state;
	frame->zone_count = 2;
	for (unsigned z = 0; z < 2; z++) {
		struct bt_frame_zone *zone = &frame->zones[z];

		memset(zone, 0, sizeof(*zone));
		zone->node = (uint16_t)z;
		zone->free_pages = z ? 500 : 5000;
		for (unsigned order = 0; order < BT_MAX_ORDERS; order++)
			zone->free_blocks[order] = order <= 10 ? 0 : BT_UNKNOWN;
		zone->free_blocks[9] = z ? 1 : 2;
		zone->free_blocks[10] = z ? 0 : 3;
	}
	bt_kbench_free_lists(frame, &machine, -1, &pages, &frames);
	assert_int_equal(pages, 5500);
	assert_int_equal(frames, 9);
	bt_kbench_free_lists(frame, &machine, 0, &pages, &frames);
	assert_int_equal(pages, 5000);
	assert_int_equal(frames, 8);
	bt_frame_free(frame);
}

/* ---- runs --------------------------------------------------------------------------------- */

/* What the log has of each kind, in its order: the phases of three iterations. */
static void phases_come_in_order(void **state)
{
	static const struct {
		enum bt_kbench_kind kind;
		const char *steps;	/* their first letters */
		uint64_t allocs;	/* in all */
	} rows[] = {
		{ BT_KBENCH_BULK, "gpgpgp", 3 * 200 },
		{ BT_KBENCH_REPEAT, "PPP", 3 * 200 },
		{ BT_KBENCH_RAND, "gspgspgsp", 3 * 200 },
		/* Half of 100 is freed, then 5 of 50 each time. */
		{ BT_KBENCH_FRAG, "gppgpgpg", 200 + 3 * 10 },
	};
	static const char letters[BT_STEP_COUNT] = { '?', 'g', 'p', 'P', 's' };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_session *session = open_sim("sim:1,cpus=4,nodes=2,memory=1G");
		struct bt_kbench_plan plan = plan_of(session, rows[i].kind);
		struct bt_kbench_run *run = start(session, &plan);
		const struct bt_kbench *result = bt_kbench_result(run);
		uint64_t seen = 0, allocs = 0;
		char steps[32] = "";

		while (!bt_kbench_step(run, NULL)) {
			const struct bt_frame *frame = bt_session_frame(session);

			if (frame->config.generation > seen && frame->config.step) {
				snprintf(steps + strlen(steps), 2, "%c", letters[frame->config.step]);
				assert_true(strlen(steps) < sizeof(steps) - 1);
			}
			seen = frame->config.generation;
			bt_session_want(session, bt_kbench_wants(run));
			rig_idle(session, BT_NS_PER_MS);
		}
		assert_string_equal(steps, rows[i].steps);
		assert_string_equal(result->flaw, "");
		assert_true(result->complete);
		assert_int_equal(result->row_count, 3);
		for (unsigned cpu = 0; cpu < 4; cpu++)
			allocs += bt_session_frame(session)->cpus[cpu].allocs;
		assert_int_equal(allocs, rows[i].allocs);
		assert_drained(session);
		bt_kbench_end(run);
		bt_session_close(session);
	}
}

/* Where a part of the fill fails, that is said, and halves and shares are of what came. */
static void a_fill_that_fails_is_told(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=4,nodes=2,memory=1G,fault=fail@0s:4000000");
	struct bt_kbench_plan plan = plan_of(session, BT_KBENCH_FRAG);
	struct bt_kbench_run *run = start(session, &plan);
	const struct bt_kbench *result = bt_kbench_result(run);
	uint64_t failures = 0, half = 0, asked = 100 * 2;
	const struct bt_kbench_group *group;
	char *text = NULL;
	size_t size;
	FILE *out;

	(void)state;
	while (!bt_kbench_step(run, NULL)) {
		const struct bt_frame *frame = bt_session_frame(session);

		/* The generation after the fill: no other allocation was tried by then. */
		if (frame->config.step == BT_STEP_PUT && !half) {
			half = frame->config.step_blocks;
			for (unsigned cpu = 0; cpu < 4; cpu++)
				failures += frame->cpus[cpu].failures;
		}
		bt_session_want(session, bt_kbench_wants(run));
		rig_idle(session, BT_NS_PER_MS);
	}
	group = &result->groups[0];
	assert_true(failures > 0 && failures < asked);
	assert_int_equal(group->fill_failures, failures);
	assert_int_equal(group->filled, (asked - failures) / 2);
	assert_int_equal(half, (asked - failures) / 2 / 2);
	assert_int_equal(result->rows[0].allocs, bt_kbench_share(&plan, (asked - failures) / 2));
	out = open_memstream(&text, &size);
	bt_kbench_print(out, result, 100);
	fclose(out);
	assert_non_null(strstr(text, "of 200 blocks to fill with"));
	free(text);
	bt_kbench_end(run);
	bt_session_close(session);
}

/* The result's flaw after `spoil` was done to a run, once it has a row. */
static void assert_spoilt(const char *spec, void (*spoil)(struct bt_session *session),
			  struct bt_kbench_plan (*plan_for)(const struct bt_session *session),
			  const char *why)
{
	struct bt_session *session = open_sim(spec);
	struct bt_kbench_plan plan = plan_for(session);
	struct bt_kbench_run *run = start(session, &plan);
	struct bt_err err = { 0 };

	print_message("%s\n", why);
	if (spoil) {
		while (!bt_kbench_result(run)->row_count && !bt_kbench_step(run, &err))
			rig_idle(session, BT_NS_PER_MS);
		spoil(session);
	}
	assert_int_equal(to_the_end(session, run, &err), 1);
	assert_false(bt_kbench_result(run)->complete);
	if (!strstr(bt_kbench_result(run)->flaw, why))
		fail_msg("%s", bt_kbench_result(run)->flaw);
	assert_true(bt_kbench_result(run)->row_count < plan.iterations);
	bt_kbench_end(run);
	bt_session_close(session);
}

static struct bt_kbench_plan long_plan(const struct bt_session *session)
{
	struct bt_kbench_plan plan = plan_of(session, BT_KBENCH_BULK);

	plan.iterations = 10000;
	return plan;
}

static struct bt_kbench_plan plan_above_the_reserve(const struct bt_session *session)
{
	struct bt_kbench_plan plan = long_plan(session);

	plan.config.reserve_bytes = bt_session_machine(session)->memory_bytes;
	return plan;
}

static void publish_something_else(struct bt_session *session)
{
	struct bt_config config = *bt_session_config(session);

	bt_config_run(&config, BT_RUN_KEEP);
	assert_int_equal(bt_session_publish(session, &config, "somebody else", NULL), 0);
}

static void what_comes_between_is_told(void **state)
{
	(void)state;
	assert_spoilt("sim:1,cpus=4", publish_something_else, long_plan, "another configuration");
	assert_spoilt("sim:1,cpus=4,fault=offline@300ms:1", NULL, long_plan, "CPU 1 went offline");
	assert_spoilt("sim:1,cpus=4", NULL, plan_above_the_reserve, "reserve");
}

/* It ends with what there is, and everything is given back. */
static void stopped_on_the_way(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=4");
	struct bt_kbench_plan plan = long_plan(session);
	struct bt_kbench_run *run = start(session, &plan);

	(void)state;
	while (bt_kbench_result(run)->row_count < 2 && !bt_kbench_step(run, NULL))
		rig_idle(session, BT_NS_PER_MS);
	assert_int_equal(bt_kbench_stop(run, "enough", NULL), 0);
	assert_int_equal(to_the_end(session, run, NULL), 1);
	assert_string_equal(bt_kbench_result(run)->flaw, "enough");
	assert_in_range(bt_kbench_result(run)->row_count, 2, plan.iterations - 1);
	assert_drained(session);
	bt_kbench_end(run);
	bt_session_close(session);
}

/* ---- documents ---------------------------------------------------------------------------- */

static const char *text_of(struct bt_json_writer *w, const struct bt_kbench *result, size_t *size)
{
	bt_json_writer_reset(w);
	bt_kbench_encode(w, result);
	return bt_json_writer_text(w, size);
}

static void the_document_there_and_back(void **state)
{
	struct bt_session *session = open_sim("sim:1,cpus=4,nodes=2,memory=1G");
	struct bt_kbench_plan plan = plan_of(session, BT_KBENCH_FRAG);
	struct bt_kbench_run *run;
	struct bt_json_writer *first = bt_json_writer_create(false);
	struct bt_json_writer *second = bt_json_writer_create(false);
	struct bt_json_reader *reader = bt_json_reader_create(1 << 20);
	struct bt_kbench *back = NULL;
	const char *text, *again;
	size_t size, length;

	(void)state;
	plan.node = 1;
	plan.seed = UINT64_MAX - 1;
	run = start(session, &plan);
	assert_int_equal(to_the_end(session, run, NULL), 1);
	text = text_of(first, bt_kbench_result(run), &size);
	assert_int_equal(bt_kbench_decode(bt_json_parse(reader, text, size, NULL), &back, NULL), 0);
	again = text_of(second, back, &length);
	assert_string_equal(again, text);
	assert_int_equal(back->row_count, 3);
	assert_int_equal(back->plan.node, 1);
	assert_int_not_equal(back->rows[2].free_pages, BT_UNKNOWN);
	assert_int_equal(back->groups[0].map->state, BT_DETAIL_KNOWN);
	/* 1 GiB in frames of 2 MiB, that in which two nodes meet maybe twice. */
	assert_in_range(back->groups[0].map->frames, 500, 514);
	bt_kbench_free(back);
	bt_json_reader_free(reader);
	bt_json_writer_free(first);
	bt_json_writer_free(second);
	bt_kbench_end(run);
	bt_session_close(session);
}

static void assert_csv(const struct bt_kbench *result, const char *expected)
{
	char text[512] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	bt_kbench_csv(out, result);
	fclose(out);
	assert_string_equal(text, expected);
}

/* As linux-alloc-bench writes them: its out_show() and out_show_frag(). */
static void columns_of_linux_alloc_bench(void **state)
{
	struct bt_kbench_row row = {
		.order = 4, .threads = 2, .iteration = 7, .allocs = 512,
		.get = { .min_ns = 1, .avg_ns = 2, .max_ns = 3 },
		.put = { .min_ns = 4, .avg_ns = 5, .max_ns = 6 },
		.free_pages = 1000, .free_frames = 9,
	};
	struct bt_kbench result = { .plan = { .kind = BT_KBENCH_BULK, .percent = 30 }, .rows = &row,
				    .row_count = 1 };

	(void)state;
	assert_csv(&result, "order,x,iteration,allocs,get_min,get_avg,get_max,put_min,put_avg,put_max\n"
			    "4,2,7,512,1,2,3,4,5,6\n");
	result.plan.kind = BT_KBENCH_RAND;
	assert_csv(&result, "order,x,iteration,allocs,get_min,get_avg,get_max,put_min,put_avg,put_max\n"
			    "4,2,7,512,4,5,6,4,5,6\n");
	result.plan.kind = BT_KBENCH_FRAG;
	assert_csv(&result, "order,threads,iter,allocs,small,huge\n4,2,7,30,1000,9\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_by_hand),
		cmocka_unit_test(what_the_machine_has_not),
		cmocka_unit_test(free_lists_by_hand),
		cmocka_unit_test(phases_come_in_order),
		cmocka_unit_test(a_fill_that_fails_is_told),
		cmocka_unit_test(what_comes_between_is_told),
		cmocka_unit_test(stopped_on_the_way),
		cmocka_unit_test(the_document_there_and_back),
		cmocka_unit_test(columns_of_linux_alloc_bench),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

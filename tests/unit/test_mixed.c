// SPDX-License-Identifier: GPL-2.0
/*
 * Mixed loads: orders by weight, bulk calls and hand-off, from the text that asks for them to the
 * numbers of an interval. What is expected is worked out by hand.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>

#include "bench/result.h"
#include "session/kbench.h"
#include "tests/unit/sample_frame.h"
#include "tests/unit/sim_rig.h"

#define MIB (1024ull * 1024)

static const __u64 one_node[BT_NODE_WORDS] = { 1 };
static const __u64 four_cpus[BT_CPU_WORDS] = { 0xf };
static const struct ant_limits limits = {
	.max_order = 10, .page_bytes = 4096, .cpu_count = 4, .node_count = 1,
	.max_held_bytes = 1024 * MIB, .memory_nodes = one_node, .possible_cpus = four_cpus,
	.features = BT_FEATURE_BULK | BT_FEATURE_MIXED,
};

static struct bt_config config_of(const char *assignments)
{
	struct bt_config config;
	char *copy = bt_xstrdup(assignments), *save, *word;
	struct bt_err err = { 0 };

	bt_config_default(&config, &limits, 1024 * MIB);
	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (bt_param_assign(&config, word, &limits, &err))
			fail_msg("%s", err.text);
	}
	free(copy);
	return config;
}

/* ---- the text ------------------------------------------------------------------------------- */

static void a_mix_is_a_value_of_order(void **state)
{
	const struct bt_param *order = bt_param_find("order");
	struct bt_config config = config_of("order=3:2+0:60000+9:1"), plain = config_of("order=9");
	char text[BT_PARAM_TEXT];

	(void)state;
	assert_int_equal(config.order, 9);
	assert_int_equal(config.order_weights[0], 60000);
	assert_int_equal(config.order_weights[3], 2);
	assert_int_equal(config.order_weights[9], 1);
	assert_true(bt_config_is_mix(&config));
	bt_param_text(order, &config, text, sizeof(text));
	assert_string_equal(text, "0:60000+3:2+9:1");
	/* It is another value than its highest order alone, and taken over as a whole. */
	assert_false(bt_param_same(order, &config, &plain));
	bt_param_copy(order, &plain, &config);
	assert_true(bt_param_same(order, &config, &plain));
	assert_memory_equal(&config, &plain, sizeof(config));
	/* One order is no mix, whatever its weight; nor is what comes after a mix. */
	config = config_of("order=0:1+9:1 order=4:7");
	assert_false(bt_config_is_mix(&config));
	assert_int_equal(config.order, 4);
	config = config_of("order=0:1+9:1 order=2");
	assert_false(bt_config_is_mix(&config));
	assert_int_equal(config.order, 2);
}

static void the_longest_mix_has_room(void **state)
{
	struct ant_limits wide = limits;
	struct bt_config config = { 0 }, again = { 0 };
	char text[BT_PARAM_TEXT];

	(void)state;
	wide.max_order = 15;
	for (unsigned order = 0; order < 16; order++)
		config.order_weights[order] = 65535;
	config.order = 15;
	assert_in_range(bt_param_text(bt_param_find("order"), &config, text, sizeof(text)), 1,
			sizeof(text) - 1);
	assert_int_equal(bt_param_set(bt_param_find("order"), &again, text, &wide, NULL), 0);
	assert_memory_equal(&again, &config, sizeof(config));
}

static void nonsense_is_refused(void **state)
{
	static const struct {
		const char *value, *says;
	} rows[] = {
		{ "0:1+", "orders by weight are expected" },
		{ "+0:1", "orders by weight are expected" },
		{ "0:1+3", "orders by weight are expected" },
		{ "0:", "orders by weight are expected" },
		{ ":1", "orders by weight are expected" },
		{ "0:1:2", "orders by weight are expected" },
		{ "0:-1", "orders by weight are expected" },
		{ "0:1,3:1", "orders by weight are expected" },
		{ "0:1+00000000000000000000000000000000000003:1", "orders by weight are expected" },
		{ "0:0+3:1", "a weight is 1 to 65535" },
		{ "0:65536+3:1", "a weight is 1 to 65535" },
		{ "0:1+11:1", "out of range, allowed is 0 to 10" },
		{ "3:1+3:2", "order 3 is there twice" },
	};
	struct bt_config config = config_of("order=5"), before = config;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };

		assert_int_equal(bt_param_set(bt_param_find("order"), &config, rows[i].value, &limits,
					      &err), -EINVAL);
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s: %s", rows[i].value, err.text);
		assert_memory_equal(&config, &before, sizeof(config));
	}
}

/* ---- what is checked ------------------------------------------------------------------------ */

static void machines_and_values_that_do_not_go_together(void **state)
{
	static const struct {
		const char *assignments;
		uint64_t features;
		const char *says;	/* NULL: it is allowed */
	} rows[] = {
		{ "order=0:1+3:1", BT_FEATURE_MIXED, NULL },
		{ "order=0:1+3:1", BT_FEATURE_BULK, "order=0:1+3:1: only blocks of one order" },
		{ "bulk=512", BT_FEATURE_BULK, NULL },
		{ "bulk=64", BT_FEATURE_MIXED, "bulk=64: there are no bulk calls here" },
		{ "bulk=64 order=1", BT_FEATURE_BULK, "bulk=64: bulk calls give pages of order 0" },
		{ "bulk=64 order=0:1+3:1", BT_FEATURE_BULK | BT_FEATURE_MIXED,
		  "bulk=64: bulk calls give pages of order 0" },
		{ "handoff=on cpus=1,3", BT_FEATURE_MIXED, NULL },
		{ "handoff=on", 0, "handoff=on: hand-off takes the module" },
		{ "handoff=on cpus=2", BT_FEATURE_MIXED, "handoff=on: hand-off takes two CPUs" },
		{ "handoff=on order=0:1+9:1 cpus=0-1 held=12M", BT_FEATURE_MIXED, NULL },
		/* Two CPUs, and a call of 512 pages with a ring of two pages for each. */
		{ "bulk=512 cpus=0-1 held=4210687B", BT_FEATURE_BULK,
		  "too small for one block and its ring on every CPU of the mask "
		  "(at least 4210688 at bulk 512)" },
		{ "bulk=512 cpus=0-1 held=4210688B", BT_FEATURE_BULK, NULL },
		/* For hand-off one block of its own and one of another: 2 * 8 pages, a page of ring. */
		{ "order=3 handoff=on cpus=0-1 held=139263B", BT_FEATURE_MIXED,
		  "(at least 139264 at order 3)" },
		{ "order=3 handoff=on cpus=0-1 held=139264B", BT_FEATURE_MIXED, NULL },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = config_of(rows[i].assignments);
		struct ant_limits machine = limits;
		struct bt_err err = { 0 };
		int code;

		machine.features = rows[i].features;
		code = bt_config_check(&config, &machine, &err);
		if (!!code != !!rows[i].says || (rows[i].says && !strstr(err.text, rows[i].says)))
			fail_msg("%s: %s", rows[i].assignments, err.text);
	}
}

/* What no text can say, but a program can. */
static void lies_are_refused(void **state)
{
	struct bt_config mix = config_of("order=0:1+3:1"), config;

	(void)state;
	config = mix;
	config.order = 4;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_MIX_ORDER);
	config.order = 2;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_MIX_ORDER);
	config = mix;
	config.order_weights[15] = 1;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_MIX_ORDER);
	config.order = 15;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_ORDER);
	config = mix;
	config.order_weights[0] = 65536;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_WEIGHT);
	config = config_of("bulk=1");
	config.bulk_pages = 513;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_BULK_PAGES);
	config.bulk_pages = 0;
	config.handoff = 2;
	assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_HANDOFF);
	for (unsigned i = 0; i < 3; i++) {
		config = config_of(i == 0 ? "order=0:1+3:1" : i == 1 ? "bulk=8" : "handoff=on");
		config.run = BT_RUN_STEP;
		config.step = BT_STEP_PAIR;
		config.step_blocks = 1;
		assert_int_equal(ant_config_check(&config, &limits), ANT_CONFIG_STEP_MIX);
	}
}

static void sizes_by_hand(void **state)
{
	struct bt_config config = config_of("order=0:6+3:3+9:1 batch=100");

	(void)state;
	assert_int_equal(ant_unit_pages(&config), 512);
	/* A block of it has (6 + 3 * 8 + 512) / 10 = 54.2 pages. */
	assert_int_equal(ant_burst_pages(&config), 5420);
	/* A burst has room for the largest block. */
	config.batch_blocks = 2;
	assert_int_equal(ant_burst_pages(&config), 512);
	assert_int_equal(ant_inbox_pages(&config, 100000), 0);
	config = config_of("order=3 handoff=on batch=4");
	assert_int_equal(ant_burst_pages(&config), 32);
	assert_int_equal(ant_least_pages(&config), 16);
	assert_int_equal(ant_inbox_pages(&config, 8000), 1000);
	assert_int_equal(ant_inbox_pages(&config, 16), 8);	/* one block each */
	assert_int_equal(ant_inbox_pages(&config, 15), 0);	/* is refused */
	config = config_of("bulk=512 handoff=on batch=4");
	assert_int_equal(ant_unit_pages(&config), 512);
	assert_int_equal(ant_burst_pages(&config), 512);
	assert_int_equal(ant_inbox_pages(&config, 520), 8);	/* an eighth would be 65 */
}

static void steps_have_none_of_it(void **state)
{
	struct rig *rig = rig_open("1,cpus=4");
	struct bt_kbench_plan plan;
	struct bt_kbench_group group = { .order = 2, .threads = 1, .cpus = { 1 } };
	struct bt_config config;

	(void)state;
	bt_kbench_plan_default(&plan, &rig->machine);
	plan.config = config_of("order=0:1+3:1 bulk=8 handoff=on");
	bt_kbench_config(&plan, &group, &rig->machine, &config);
	assert_int_equal(config.order, 2);
	assert_false(bt_config_is_mix(&config));
	assert_int_equal(config.bulk_pages, 0);
	assert_int_equal(config.handoff, 0);
	rig_close(rig);
}

/* ---- documents ------------------------------------------------------------------------------ */

static int decode(const char *text, struct bt_config *config, struct bt_err *err)
{
	struct bt_json_reader *reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	const struct bt_json *tree = bt_json_parse(reader, text, strlen(text), err);
	int code = tree ? bt_config_decode(tree, config, err) : -err->code;

	bt_json_reader_free(reader);
	return code;
}

/* Caller frees. */
static char *encode(const struct bt_config *config)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	char *text;
	size_t size;

	bt_config_encode(w, NULL, config);
	text = bt_xasprintf("%s", bt_json_writer_text(w, &size));
	bt_json_writer_free(w);
	return text;
}

static void configs_there_and_back(void **state)
{
	static const struct {
		const char *assignments, *has, *has_not;
	} rows[] = {
		{ "order=0:6+3:3", "\"order_weights\":[6,0,0,3]", "bulk_pages" },
		{ "bulk=64", "\"bulk_pages\":64", "order_weights" },
		{ "handoff=on", "\"handoff\":\"on\"", "bulk_pages" },
		/* As documents always were. */
		{ "order=3", "\"order\":3", "order_weights" },
		{ "order=3", "\"order\":3", "handoff" },
	};
	struct bt_err err = { 0 };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_config config = config_of(rows[i].assignments), decoded;
		char *text = encode(&config);

		assert_non_null(strstr(text, rows[i].has));
		assert_null(strstr(text, rows[i].has_not));
		assert_int_equal(decode(text, &decoded, &err), 0);
		assert_memory_equal(&decoded, &config, sizeof(config));
		free(text);
	}
}

static void hostile_configs(void **state)
{
	static const char *const weights[] = {
		"7", "\"0:1\"", "{}", "[1,\"2\"]", "[-1]", "[4294967296]", "[1.5]",
		"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]",
	};
	struct bt_config config = config_of("order=0:6+3:3"), decoded = { .order = 77 };
	char *text = encode(&config), *at = strstr(text, "[6,0,0,3]");

	(void)state;
	assert_non_null(at);
	*at = '\0';
	for (unsigned i = 0; i < BT_ARRAY_SIZE(weights); i++) {
		char *hostile = bt_xasprintf("%s%s}", text, weights[i]);
		struct bt_err err = { 0 };

		assert_int_equal(decode(hostile, &decoded, &err), -EPROTO);
		assert_non_null(strstr(err.text, "order_weights"));
		assert_int_equal(decoded.order, 77);
		free(hostile);
	}
	free(text);
}

static void frames_there_and_back(void **state)
{
	struct bt_machine machine;
	struct bt_json_writer *w = bt_json_writer_create(false);
	struct bt_json_reader *reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	struct bt_frame *frame, *decoded;
	struct bt_err err = { 0 };
	size_t size;

	(void)state;
	sample_machine(&machine, 3, 2);
	frame = bt_frame_create(&machine);
	decoded = bt_frame_create(&machine);
	sample_frame(frame, 1, 1);
	frame->calls = (struct bt_frame_calls){ 10, 20, 30, 40, 50, 60, 70 };
	frame->bulk_hist.count[9] = frame->bulk_hist.total = 5;
	for (unsigned none = 0; none < 2; none++) {
		const char *text;

		bt_json_writer_reset(w);
		bt_frame_encode(w, NULL, frame);
		text = bt_json_writer_text(w, &size);
		assert_int_equal(!!strstr(text, "\"calls\":"), !none);
		assert_int_equal(!!strstr(text, "\"bulk_buckets\":"), !none);
		if (bt_frame_decode(bt_json_parse(reader, text, size, &err), decoded, &err))
			fail_msg("%s", err.text);
		assert_memory_equal(&decoded->calls, &frame->calls, sizeof(decoded->calls));
		assert_int_equal(decoded->bulk_hist.count[9], frame->bulk_hist.count[9]);
		assert_int_equal(decoded->bulk_hist.total, frame->bulk_hist.total);
		/* As long as there was none, nothing is told, and what is not told is not known. */
		memset(&frame->calls, 0xff, sizeof(frame->calls));
		memset(&frame->bulk_hist, 0, sizeof(frame->bulk_hist));
	}
	assert_int_equal(decoded->calls.bulk_calls, BT_UNKNOWN);
	bt_frame_free(frame);
	bt_frame_free(decoded);
	bt_json_writer_free(w);
	bt_json_reader_free(reader);
}

/* ---- intervals ------------------------------------------------------------------------------ */

static struct bt_frame *frame_at(const struct bt_machine *machine, uint64_t mono_ns)
{
	struct bt_frame *frame = bt_frame_create(machine);

	frame->mono_ns = mono_ns;
	frame->has_module = true;
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++)
		frame->cpus[cpu] = (struct bt_frame_cpu){ .online = true, .op = BT_OP_NONE };
	return frame;
}

/* Two seconds: 100 calls for 6400 pages got 4800; of 1000 frees 250 were of another CPU's blocks. */
static void rates_by_hand(void **state)
{
	static const struct bt_machine machine = {
		.page_bytes = 4096, .max_order = 10, .cpu_count = 2, .node_count = 1,
	};
	struct bt_frame *a = frame_at(&machine, BT_NS_PER_S), *b = frame_at(&machine, 3 * BT_NS_PER_S);
	struct bt_interval *interval = bt_interval_create(&machine);
	struct bt_point both, *point = &interval->point;

	(void)state;
	/* Nothing of the kind, ever: none of it is a number. */
	memset(&b->calls, 0xff, sizeof(b->calls));
	bt_interval_derive(interval, a, b);
	assert_true(isnan(point->bulk_calls_per_s) && isnan(point->bulk_fill_ratio));
	assert_true(isnan(point->handoff_ratio));
	assert_int_equal(point->bulk.quantile_ns[BT_P50], BT_UNKNOWN);

	a->calls = (struct bt_frame_calls){ .bulk_calls = 7, .bulk_asked_pages = 448,
					    .bulk_got_pages = 448, .handoff_frees = 50 };
	b->calls = (struct bt_frame_calls){ .bulk_calls = 107, .bulk_asked_pages = 6848,
					    .bulk_got_pages = 5248, .bulk_partial = 20,
					    .handoff_frees = 300, .handoff_kept = 3 };
	b->cpus[0].frees = 600;
	b->cpus[1].frees = 400;
	/* Bucket 48: 2^8 ns and up to a quarter more is 256 .. 287. */
	a->bulk_hist.count[bt_hist_index(256)] = a->bulk_hist.total = 7;
	b->bulk_hist = a->bulk_hist;
	b->bulk_hist.count[bt_hist_index(256)] += 60;
	b->bulk_hist.count[bt_hist_index(1024)] = 40;
	b->bulk_hist.total = 107;
	bt_interval_derive(interval, a, b);
	assert_float_equal(point->bulk_calls_per_s, 50, 1e-9);
	assert_float_equal(point->bulk_fill_ratio, 0.75, 1e-9);
	assert_float_equal(point->handoff_ratio, 0.25, 1e-9);
	assert_int_equal(point->bulk.count, 100);
	assert_int_equal(point->bulk.quantile_ns[BT_P50], 287);
	assert_int_equal(point->bulk.quantile_ns[BT_P90], 1151);
	/* Not among what is timed one by one. */
	assert_int_equal(point->latency[BT_OP_ALLOC].count, 0);

	/*
	 * With two seconds more of 150 calls a second, all filled, and 500 frees a second of its own:
	 * 400 calls, of them a quarter filled by 0.75.
	 */
	both = *point;
	point->bulk_calls_per_s = 150;
	point->bulk_fill_ratio = 1;
	point->handoff_ratio = 0;
	bt_point_merge(&both, point);
	bt_point_quantiles(&both);
	assert_float_equal(both.bulk_calls_per_s, 100, 1e-9);
	assert_float_equal(both.bulk_fill_ratio, 0.9375, 1e-9);
	assert_float_equal(both.handoff_ratio, 0.125, 1e-9);
	assert_int_equal(both.bulk.count, 200);

	/* With as long a time before there was any: half as many a second, and filled as they were. */
	both.bulk_calls_per_s = both.bulk_fill_ratio = both.handoff_ratio = NAN;
	both.allocs_per_s = both.frees_per_s = 100;
	both.known_ns = point->known_ns;
	point->frees_per_s = 300;
	point->handoff_ratio = 0.4;
	bt_point_merge(&both, point);
	assert_float_equal(both.bulk_calls_per_s, 75, 1e-9);
	assert_float_equal(both.bulk_fill_ratio, 1, 1e-9);
	assert_float_equal(both.handoff_ratio, 0.3, 1e-9);

	/* A frame that tells of none, before one that does: there was none until then. */
	memset(&a->calls, 0xff, sizeof(a->calls));
	bt_interval_derive(interval, a, b);
	assert_float_equal(point->bulk_calls_per_s, 53.5, 1e-9);
	/* A counter that went back is a gap. */
	a->calls.bulk_calls = 108;
	bt_interval_derive(interval, a, b);
	assert_true(interval->point.gap);
	bt_interval_free(interval);
	bt_frame_free(a);
	bt_frame_free(b);
}

/* ---- the simulated machine ------------------------------------------------------------------ */

static void run(struct rig *rig, const char *assignments)
{
	char *copy = bt_xstrdup(assignments), *save, *word;
	struct bt_err err = { 0 };

	for (word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		if (bt_param_assign(&rig->config, word, &rig->limits, &err))
			fail_msg("%s", err.text);
	}
	free(copy);
	rig->config.run = BT_RUN_GO;
	if (bt_source_sim.publish(rig->state, &rig->config, ++rig->token, &err))
		fail_msg("%s", err.text);
	rig_step(rig, 4);
}

static void a_simulated_mix_has_its_shares(void **state)
{
	struct rig *rig = rig_open("1,cpus=4,memory=16G");
	const uint64_t *blocks = rig->interval->order_allocs;
	struct bt_frame_totals totals;
	uint64_t all;

	(void)state;
	run(rig, "order=0:6+3:3+9:1 pattern=steady held=2G");
	check_counts(rig);
	all = blocks[0] + blocks[3] + blocks[9];
	assert_true(all > 1000);
	assert_float_equal((double)blocks[0] / (double)all, 0.6, 0.01);
	assert_float_equal((double)blocks[3] / (double)all, 0.3, 0.01);
	assert_float_equal((double)blocks[9] / (double)all, 0.1, 0.01);
	assert_int_equal(blocks[1] + blocks[2] + blocks[4], 0);
	assert_true(bt_frame_hist_find(rig->frame, 3, 0, BT_OP_ALLOC)->total > 0);
	bt_frame_totals(rig->frame, &totals);
	assert_true(totals.held_pages * 4096 <= 2048 * MIB);
	assert_true(totals.held_pages * 4096 >= 1536 * MIB);
	rig_close(rig);
}

static void simulated_calls_are_timed_as_a_whole(void **state)
{
	struct rig *rig = rig_open("1,cpus=4,memory=16G");
	const struct bt_point *point = &rig->interval->point;
	uint64_t p50, calls;

	(void)state;
	run(rig, "order=0 pattern=steady");
	p50 = point->latency[BT_OP_ALLOC].quantile_ns[BT_P50];
	assert_true(isnan(point->bulk_calls_per_s));
	run(rig, "bulk=64");
	assert_float_equal(point->bulk_calls_per_s * 64, point->allocs_per_s,
			   point->allocs_per_s / 1000);
	assert_float_equal(point->bulk_fill_ratio, 1, 1e-9);
	assert_true(point->bulk.quantile_ns[BT_P50] > 10 * p50);
	assert_int_equal(point->latency[BT_OP_ALLOC].count, 0);
	assert_true(point->latency[BT_OP_FREE].count > 0);
	run(rig, "bulk=off handoff=on");
	assert_float_equal(point->handoff_ratio, 0.97, 0.001);
	assert_true(isnan(point->bulk_calls_per_s));
	/* A call takes several samples at this pace: all of them come in the end. */
	run(rig, "bulk=512 handoff=off pace=100");
	calls = rig->frame->calls.bulk_calls;
	rig_step(rig, 40);
	assert_true(rig->frame->calls.bulk_calls > calls);
	rig_close(rig);
}

/* ---- page_alloc_bench's format -------------------------------------------------------------- */

static void it_has_no_members_for_them(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "[a]\norder = 0, 3\n", NULL },
		{ "[a]\norder = 0:1+3:1\n", "a run of several orders" },
		{ "[a]\nbulk = 64\n", "a run of bulk calls" },
		{ "[a]\nhandoff = on\n", "a run of hand-off" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_plan *plan;
		struct bt_err err = { 0 };

		if (bt_plan_parse(&plan, "p", rows[i].text, &err))
			fail_msg("%s", err.text);
		assert_int_equal(bt_result_check_pab(plan, &err), rows[i].says ? -EINVAL : 0);
		if (rows[i].says)
			assert_non_null(strstr(err.text, rows[i].says));
		bt_plan_free(plan);
	}
}

static void a_mix_has_one_form_in_plans(void **state)
{
	struct bt_plan *plan;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_plan_parse(&plan, "p", "[a]\norder = 3:1+0:8, 3:7\n", &err), 0);
	assert_int_equal(plan->run_count, 2);
	assert_string_equal(plan->runs[0].settings[0], "order=0:8+3:1");
	assert_string_equal(plan->runs[1].settings[0], "order=3");
	bt_plan_free(plan);
}

/* 2000 blocks of 27.6 pages on average are 55200 pages, with a ring of 24 + 441600 bytes: 108 pages. */
static void as_much_as_2000_blocks_are(void **state)
{
	struct bt_machine machine = {
		.page_bytes = 4096, .max_order = 10, .cpu_count = 1, .node_count = 1,
		.memory_bytes = 64ull << 30, .max_held_bytes = 32ull << 30,
		.memory_nodes = { 1 }, .possible_cpus = { 1 }, .features = BT_FEATURE_MIXED,
	};
	struct bt_frame_cpu cpu = { .online = true };
	struct bt_frame frame = { .cpu_count = 1, .cpus = &cpu };
	struct bt_config config;
	struct bt_plan *plan;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_plan_parse(&plan, "p", "[a]\norder = 0:80+3:15+9:5\n", &err), 0);
	if (bt_plan_config(&plan->runs[0], &machine, &frame, &config, &err))
		fail_msg("%s", err.text);
	assert_int_equal(config.max_held_bytes, (55200ull + 108) * 4096);
	bt_plan_free(plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mix_is_a_value_of_order),
		cmocka_unit_test(the_longest_mix_has_room),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(machines_and_values_that_do_not_go_together),
		cmocka_unit_test(lies_are_refused),
		cmocka_unit_test(sizes_by_hand),
		cmocka_unit_test(steps_have_none_of_it),
		cmocka_unit_test(configs_there_and_back),
		cmocka_unit_test(hostile_configs),
		cmocka_unit_test(frames_there_and_back),
		cmocka_unit_test(rates_by_hand),
		cmocka_unit_test(a_simulated_mix_has_its_shares),
		cmocka_unit_test(simulated_calls_are_timed_as_a_whole),
		cmocka_unit_test(it_has_no_members_for_them),
		cmocka_unit_test(a_mix_has_one_form_in_plans),
		cmocka_unit_test(as_much_as_2000_blocks_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

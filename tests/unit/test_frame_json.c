// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <errno.h>

#include "core/param.h"
#include "frame/frame_json.h"
#include "frame/freemap.h"
#include "tests/unit/sample_frame.h"

struct kit {
	struct bt_machine machine;
	struct bt_frame *frame, *decoded;
	struct bt_json_writer *writer;
	struct bt_json_reader *reader;
};

static struct kit *new_kit(unsigned cpus, unsigned nodes)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));

	sample_machine(&kit->machine, cpus, nodes);
	kit->frame = bt_frame_create(&kit->machine);
	kit->decoded = bt_frame_create(&kit->machine);
	kit->writer = bt_json_writer_create(false);
	kit->reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_frame_free(kit->frame);
	bt_frame_free(kit->decoded);
	bt_json_writer_free(kit->writer);
	bt_json_reader_free(kit->reader);
	free(kit);
}

static const char *encode(struct kit *kit, size_t *size)
{
	const char *text;

	bt_json_writer_reset(kit->writer);
	bt_frame_encode(kit->writer, NULL, kit->frame);
	text = bt_json_writer_text(kit->writer, size);
	assert_non_null(text);
	assert_null(memchr(text, '\n', *size));
	return text;
}

static int decode(struct kit *kit, const char *text, size_t size, struct bt_err *err)
{
	const struct bt_json *tree = bt_json_parse(kit->reader, text, size, err);

	return tree ? bt_frame_decode(tree, kit->decoded, err) : -err->code;
}

static void assert_same_details(const struct bt_frame *a, const struct bt_frame *b)
{
	unsigned i, j;

	assert_int_equal(a->tasks.state, b->tasks.state);
	assert_int_equal(a->tasks.mono_ns, b->tasks.mono_ns);
	assert_int_equal(a->tasks.read_ns, b->tasks.read_ns);
	assert_int_equal(a->tasks.processes, b->tasks.processes);
	assert_int_equal(a->tasks.count, b->tasks.count);
	for (i = 0; i < a->tasks.count; i++) {
		const struct bt_frame_task *x = &a->tasks.task[i], *y = &b->tasks.task[i];

		assert_int_equal(x->pid, y->pid);
		assert_string_equal(x->name, y->name);
		assert_string_equal(x->state, y->state);
		assert_int_equal(x->rss_bytes, y->rss_bytes);
		assert_int_equal(x->swap_bytes, y->swap_bytes);
		assert_int_equal(x->oom_score, y->oom_score);
		assert_int_equal(x->oom_score_adj, y->oom_score_adj);
	}
	assert_int_equal(a->pageblocks.state, b->pageblocks.state);
	assert_int_equal(a->pageblocks.mono_ns, b->pageblocks.mono_ns);
	assert_int_equal(a->pageblocks.read_ns, b->pageblocks.read_ns);
	assert_int_equal(a->pageblocks.block_pages, b->pageblocks.block_pages);
	assert_int_equal(a->pageblocks.count, b->pageblocks.count);
	for (i = 0; i < a->pageblocks.count; i++) {
		const struct bt_frame_pagetype *x = &a->pageblocks.types[i];
		const struct bt_frame_pagetype *y = &b->pageblocks.types[i];

		assert_string_equal(x->zone, y->zone);
		assert_string_equal(x->type, y->type);
		assert_int_equal(x->node, y->node);
		assert_int_equal(x->blocks, y->blocks);
		for (j = 0; j < BT_MAX_ORDERS; j++)
			assert_int_equal(x->free_blocks[j], y->free_blocks[j]);
	}
	assert_int_equal(a->frequency.state, b->frequency.state);
	assert_int_equal(a->frequency.mono_ns, b->frequency.mono_ns);
	assert_int_equal(a->frequency.read_ns, b->frequency.read_ns);
	assert_int_equal(a->frequency.cpus, b->frequency.cpus);
	assert_int_equal(a->frequency.min_khz, b->frequency.min_khz);
	assert_int_equal(a->frequency.max_khz, b->frequency.max_khz);
	assert_int_equal(a->frequency.limit_khz, b->frequency.limit_khz);
}

/* They are read again of a frame whose config is a step; else unknown, but for a mere copy. */
static void assert_same_steps(const struct bt_frame *a, const struct bt_frame *b)
{
	struct bt_frame_step unknown;

	memset(&unknown, 0xff, sizeof(unknown));
	for (unsigned i = 0; i < a->cpu_count; i++) {
		if (b->config.run == BT_RUN_STEP ||
		    memcmp(&a->cpus[i].step, &unknown, sizeof(unknown)))
			assert_memory_equal(&a->cpus[i].step, &b->cpus[i].step, sizeof(unknown));
	}
}

static void assert_same_host(const struct bt_frame_host *a, const struct bt_frame_host *b)
{
	assert_int_equal(a->known, b->known);
	assert_string_equal(a->benchmark, b->benchmark);
	assert_string_equal(a->mode, b->mode);
	assert_string_equal(a->phase, b->phase);
	assert_int_equal(a->phase_ns, b->phase_ns);
	assert_int_equal(a->run, b->run);
	assert_int_equal(a->runs, b->runs);
	assert_int_equal(a->repetition, b->repetition);
	assert_int_equal(a->iteration, b->iteration);
	assert_int_equal(a->iterations, b->iterations);
	assert_int_equal(a->rss_bytes, b->rss_bytes);
	assert_int_equal(a->cpu_user_ns, b->cpu_user_ns);
	assert_int_equal(a->cpu_system_ns, b->cpu_system_ns);
	assert_int_equal(a->size_bytes, b->size_bytes);
	assert_int_equal(a->target_bytes, b->target_bytes);
}

static void assert_same_free_map(const struct bt_frame_freemap *a, const struct bt_frame_freemap *b)
{
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->mono_ns, b->mono_ns);
	assert_int_equal(a->read_ns, b->read_ns);
	assert_int_equal(a->huge_pages, b->huge_pages);
	assert_int_equal(a->first_frame, b->first_frame);
	assert_int_equal(a->end_frame, b->end_frame);
	assert_int_equal(a->sampled_one_in, b->sampled_one_in);
	assert_int_equal(a->frames, b->frames);
	assert_int_equal(a->free_frames, b->free_frames);
	assert_int_equal(a->free_pages, b->free_pages);
	assert_int_equal(a->pages, b->pages);
	assert_int_equal(a->cell_frames, b->cell_frames);
	assert_memory_equal(a->classes, b->classes, sizeof(a->classes));
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->cells, b->cells, a->count * sizeof(*a->cells));
}

static void assert_same_frame(const struct bt_frame *a, const struct bt_frame *b)
{
	unsigned i;

	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->mono_ns, b->mono_ns);
	assert_int_equal(a->utc_ns, b->utc_ns);
	assert_int_equal(a->read_ns, b->read_ns);
	assert_int_equal(a->extra, b->extra);
	assert_int_equal(a->has_module, b->has_module);
	assert_memory_equal(&a->config, &b->config, sizeof(a->config));
	assert_int_equal(a->ack.token, b->ack.token);
	assert_int_equal(a->ack.generation, b->ack.generation);
	assert_int_equal(a->ack.error, b->ack.error);
	assert_string_equal(a->ack.text, b->ack.text);
	assert_int_equal(a->publish_ns, b->publish_ns);
	assert_int_equal(a->run, b->run);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->controlled, b->controlled);
	assert_int_equal(a->oom_notifications, b->oom_notifications);
	assert_int_equal(a->oom_freed_pages, b->oom_freed_pages);
	assert_int_equal(a->lease_expiries, b->lease_expiries);
	assert_int_equal(a->limit_expiries, b->limit_expiries);
	assert_int_equal(a->clock_pair_ns, b->clock_pair_ns);
	assert_int_equal(a->ring_bytes, b->ring_bytes);
	assert_int_equal(a->clock, b->clock);
	assert_string_equal(a->way, b->way);
	assert_string_equal(a->way_trouble, b->way_trouble);
	assert_memory_equal(a->order_allocs, b->order_allocs, sizeof(a->order_allocs));
	assert_memory_equal(a->matrix, b->matrix, sizeof(a->matrix));
	for (i = 0; i < a->cpu_count; i++)
		assert_memory_equal(&a->cpus[i], &b->cpus[i],
				    offsetof(struct bt_frame_cpu, online) + sizeof(bool));
	assert_same_steps(a, b);
	for (i = 0; i < a->node_count; i++) {
		assert_int_equal(a->nodes[i].has_memory, b->nodes[i].has_memory);
		assert_int_equal(a->nodes[i].online, b->nodes[i].online);
		assert_memory_equal(&a->nodes[i].total_bytes, &b->nodes[i].total_bytes,
				    8 * sizeof(uint64_t));
	}
	assert_int_equal(a->zone_count, b->zone_count);
	for (i = 0; i < a->zone_count; i++) {
		assert_string_equal(a->zones[i].name, b->zones[i].name);
		assert_int_equal(a->zones[i].node, b->zones[i].node);
		assert_memory_equal(&a->zones[i].free_pages, &b->zones[i].free_pages,
				    (6 + BT_MAX_ORDERS) * sizeof(uint64_t));
	}
	assert_int_equal(a->hist_count, b->hist_count);
	for (i = 0; i < a->hist_count; i++) {
		assert_int_equal(a->hists[i].order, b->hists[i].order);
		assert_int_equal(a->hists[i].node, b->hists[i].node);
		assert_int_equal(a->hists[i].op, b->hists[i].op);
		assert_memory_equal(&a->hists[i].hist, &b->hists[i].hist, sizeof(struct bt_hist));
	}
	assert_int_equal(a->cpu_hist.cpu, b->cpu_hist.cpu);
	if (a->cpu_hist.cpu >= 0)
		assert_memory_equal(a->cpu_hist.hist, b->cpu_hist.hist, sizeof(a->cpu_hist.hist));
	assert_memory_equal(&a->memory, &b->memory, sizeof(a->memory));
	assert_memory_equal(&a->psi, &b->psi, sizeof(a->psi));
	assert_memory_equal(&a->load, &b->load, sizeof(a->load));
	assert_memory_equal(a->vmstat, b->vmstat, sizeof(a->vmstat));
	assert_same_details(a, b);
	assert_same_free_map(&a->free_map, &b->free_map);
	assert_same_host(&a->host, &b->host);
}

static size_t round_trip(struct kit *kit)
{
	struct bt_err err = { 0 };
	size_t size;
	const char *text = encode(kit, &size);

	if (decode(kit, text, size, &err))
		fail_msg("%s", err.text);
	assert_same_frame(kit->decoded, kit->frame);
	return size;
}

static void frame_survives(void **state)
{
	struct kit *kit = new_kit(7, 3);

	(void)state;
	sample_frame(kit->frame, 4, 20);
	round_trip(kit);
	kit->frame->extra = true;
	kit->frame->utc_ns = -5;
	kit->frame->cpus[2].allocs = BT_UNKNOWN;	/* null in its column */
	kit->frame->cpus[3].allocs = UINT64_MAX - 1;
	for (unsigned node = 0; node < 3; node++)
		kit->frame->matrix[1][node] = BT_UNKNOWN;
	snprintf(kit->frame->way, sizeof(kit->frame->way), "packet");
	snprintf(kit->frame->way_trouble, sizeof(kit->frame->way_trouble),
		 "CPU 1 gets no more than 16.0 MiB by way packet");
	round_trip(kit);
	free_kit(kit);
}

static void unknown_stays_unknown(void **state)
{
	struct kit *kit = new_kit(3, 2);
	const char *text;
	size_t size;

	(void)state;
	kit->frame->seq = 1;
	round_trip(kit);
	text = encode(kit, &size);
	assert_null(strstr(text, "module"));
	assert_null(strstr(text, "available_bytes"));
	assert_null(strstr(text, "oom_kill"));
	assert_null(strstr(text, "tasks"));
	assert_null(strstr(text, "pageblocks"));
	assert_null(strstr(text, "frequency"));
	assert_null(strstr(text, "free_map"));
	assert_null(strstr(text, "\"load\""));
	assert_null(strstr(text, "\"host\""));
	kit->frame->load.steal_us = 0;
	round_trip(kit);
	text = encode(kit, &size);
	assert_non_null(strstr(text, "\"load\":{\"steal_us\":0}"));
	free_kit(kit);
}

/* Replaces the first occurrence of from; the result is the caller's. */
static char *replaced(const char *text, size_t size, const char *from, const char *to)
{
	char *copy = bt_xasprintf("%.*s", (int)size, text);
	char *at = strstr(copy, from), *result;

	if (!at)
		fail_msg("'%s' is not in the frame", from);
	*at = '\0';
	result = bt_xasprintf("%s%s%s", copy, to, at + strlen(from));
	free(copy);
	return result;
}

/* The format by example; what an older or another program leaves out is not known. */
static void a_host_by_example(void **state)
{
	static const char full[] =
		"\"host\":{\"benchmark\":\"inflate\",\"mode\":\"virtio-mem\","
		"\"phase\":\"shrink to 256 MiB\",\"phase_ns\":1234567890,\"run\":3,\"runs\":12,"
		"\"repetition\":1,\"iteration\":2,\"iterations\":10,\"rss_bytes\":611196928,"
		"\"cpu_user_ns\":71230000000,\"cpu_system_ns\":4560000000,\"size_bytes\":425721856}";
	struct kit *kit = new_kit(3, 2);
	struct bt_err err = { 0 };
	const char *text;
	size_t size;
	char *other;

	(void)state;
	sample_host(&kit->frame->host);
	text = encode(kit, &size);
	assert_non_null(strstr(text, full));
	other = replaced(text, size, full, "\"host\":{\"size_bytes\":7,\"later\":[{}],"
			 "\"phase\":\"a\\nb\\u001b[31mc\"}");
	assert_int_equal(decode(kit, other, strlen(other), &err), 0);
	free(other);
	assert_true(kit->decoded->host.known);
	assert_int_equal(kit->decoded->host.size_bytes, 7);
	assert_int_equal(kit->decoded->host.rss_bytes, BT_UNKNOWN);
	assert_int_equal(kit->decoded->host.runs, BT_UNKNOWN);
	assert_string_equal(kit->decoded->host.mode, "");
	/* No line break and no escape of a terminal comes through. */
	assert_null(strpbrk(kit->decoded->host.phase, "\n\033"));
	free_kit(kit);
}

/* As long a text as anybody sends is cut to what there is room for. */
static void a_long_phase_is_cut(void **state)
{
	struct kit *kit = new_kit(3, 2);
	struct bt_err err = { 0 };
	char phase[2000], *long_one;
	const char *text;
	size_t size;

	(void)state;
	sample_host(&kit->frame->host);
	text = encode(kit, &size);
	memset(phase, 'x', sizeof(phase) - 1);
	phase[sizeof(phase) - 1] = '\0';
	long_one = replaced(text, size, "shrink to 256 MiB", phase);
	assert_int_equal(decode(kit, long_one, strlen(long_one), &err), 0);
	free(long_one);
	assert_int_equal(strlen(kit->decoded->host.phase), sizeof(kit->decoded->host.phase) - 1);
	free_kit(kit);
}

/* What could not be read says why, and nothing else. */
static void a_reason_survives(void **state)
{
	struct kit *kit = new_kit(3, 2);
	const char *text;
	size_t size;

	(void)state;
	kit->frame->pageblocks.state = BT_DETAIL_NEEDS_ROOT;
	kit->frame->pageblocks.mono_ns = 5;
	kit->frame->pageblocks.read_ns = kit->frame->pageblocks.block_pages = BT_UNKNOWN;
	round_trip(kit);
	text = encode(kit, &size);
	assert_non_null(strstr(text, "\"pageblocks\":{\"state\":\"needs-root\",\"mono_ns\":5,"
				     "\"types\":[]}"));
	assert_null(strstr(text, "\"tasks\""));
	kit->frame->free_map.state = BT_DETAIL_NEEDS_ROOT;
	kit->frame->free_map.mono_ns = 6;
	round_trip(kit);
	text = encode(kit, &size);
	assert_non_null(strstr(text, "\"free_map\":{\"state\":\"needs-root\",\"mono_ns\":6}"));
	free_kit(kit);
}

/* A frame that is used again holds nothing of before but what is wanted. */
static void clearing_forgets_details(void **state)
{
	struct kit *kit = new_kit(3, 2);

	(void)state;
	sample_frame(kit->frame, 1, 1);
	kit->frame->want = BT_WANT_TASKS;
	bt_frame_clear(kit->frame);
	assert_int_equal(kit->frame->want, BT_WANT_TASKS);
	assert_int_equal(kit->frame->tasks.state, BT_DETAIL_NONE);
	assert_int_equal(kit->frame->tasks.count, 0);
	assert_int_equal(kit->frame->pageblocks.state, BT_DETAIL_NONE);
	assert_int_equal(kit->frame->pageblocks.count, 0);
	assert_int_equal(kit->frame->frequency.state, BT_DETAIL_NONE);
	assert_int_equal(kit->frame->load.load1_centi, BT_UNKNOWN);
	assert_true(kit->frame->pageblocks.capacity > 0);
	assert_int_equal(kit->frame->free_map.state, BT_DETAIL_NONE);
	assert_int_equal(kit->frame->free_map.count, 0);
	assert_int_equal(kit->frame->free_map.frames, BT_UNKNOWN);
	sample_frame(kit->frame, 1, 1);
	bt_frame_copy(kit->decoded, kit->frame);
	assert_ptr_not_equal(kit->decoded->pageblocks.types, kit->frame->pageblocks.types);
	assert_ptr_not_equal(kit->decoded->free_map.cells, kit->frame->free_map.cells);
	assert_same_frame(kit->decoded, kit->frame);
	free_kit(kit);
}

/* A module that nobody has configured, and idle columns that cost one number each. */
static void idle_module_is_short(void **state)
{
	struct kit *kit = new_kit(1024, 1);
	const char *text;
	size_t size;
	unsigned i;

	(void)state;
	sample_frame(kit->frame, 0, 0);
	memset(&kit->frame->config, 0, sizeof(kit->frame->config));
	memset(&kit->frame->ack, 0, sizeof(kit->frame->ack));
	kit->frame->publish_ns = BT_UNKNOWN;
	for (i = 0; i < 1024; i++)
		kit->frame->cpus[i] = (struct bt_frame_cpu){ .op = BT_OP_NONE, .online = true };
	assert_true(round_trip(kit) < 4096);
	text = encode(kit, &size);
	assert_null(strstr(text, "\"config\""));
	assert_null(strstr(text, "\"ack\""));
	assert_null(strstr(text, "\"publish_ns\""));
	assert_null(strstr(text, "\"steps\""));
	assert_non_null(strstr(text, "\"state\":\"offline\",\"op\":\"none\""));
	free_kit(kit);
}

/* As many cells as there may be, of as many frames as are ever looked at, each almost free. */
static void largest_free_map(struct bt_frame_freemap *map)
{
	map->cell_frames = BT_FREEMAP_LOOKS_MAX / BT_FREEMAP_CELLS;
	map->count = BT_FREEMAP_CELLS;
	map->frames = map->cell_frames * map->count;
	for (unsigned i = 0; i < map->count; i++)
		map->cells[i] = 16384 - i % 6000;
}

static void largest_machine_fits(void **state)
{
	struct kit *kit = new_kit(1024, 16);
	unsigned i;
	size_t size;

	(void)state;
	/* A day of load with one order, every column different on every CPU. */
	sample_frame(kit->frame, 1, 45);
	size = round_trip(kit);
	print_message("1024 CPUs, 16 nodes, 1 order: %zu bytes\n", size);
	assert_true(size < 256 * 1024);
	largest_free_map(&kit->frame->free_map);
	size = round_trip(kit);
	print_message("and a map of free pages: %zu bytes\n", size);
	assert_true(size < 256 * 1024);
	/* A microbenchmark under way, in a frame without a map. */
	sample_frame(kit->frame, 1, 45);
	sample_step_config(&kit->frame->config, kit->frame->cpu_count);
	bt_freemap_forget(&kit->frame->free_map);
	size = round_trip(kit);
	print_message("and steps instead: %zu bytes\n", size);
	assert_true(size < 256 * 1024);
	/* Every order on every node, and counters of 19 digits. */
	sample_frame(kit->frame, 11, 80);
	sample_step_config(&kit->frame->config, kit->frame->cpu_count);
	for (i = 0; i < 1024; i++) {
		uint64_t *number = &kit->frame->cpus[i].generation;

		for (; number <= &kit->frame->cpus[i].free_max_ns; number++)
			*number += 9000000000000000000ull;
		for (number = &kit->frame->cpus[i].step.generation;
		     number <= &kit->frame->cpus[i].step.ended; number++)
			*number += 9000000000000000000ull;
	}
	size = round_trip(kit);
	print_message("the same, 11 orders, counters of 19 digits: %zu bytes\n", size);
	assert_true(size < BT_FRAME_LINE_MAX);
	free_kit(kit);
}

static void machine_and_config_survive(void **state)
{
	struct kit *kit = new_kit(1024, 16);
	struct bt_machine machine = { 0 };
	struct bt_config config, decoded;
	struct bt_err err = { 0 };
	const char *text;
	size_t size;

	(void)state;
	bt_machine_encode(kit->writer, NULL, &kit->machine);
	text = bt_json_writer_text(kit->writer, &size);
	if (bt_machine_decode(bt_json_parse(kit->reader, text, size, &err), &machine, &err))
		fail_msg("%s", err.text);
	assert_memory_equal(&machine, &kit->machine, sizeof(machine));

	/* A load, one whose order of frees has a seed, and a step. */
	for (unsigned i = 0; i < 3; i++) {
		(i == 2 ? sample_step_config : sample_config)(&config, 8192);
		if (i == 1)
			config.seed = 7;
		bt_json_writer_reset(kit->writer);
		bt_config_encode(kit->writer, NULL, &config);
		text = bt_json_writer_text(kit->writer, &size);
		if (bt_config_decode(bt_json_parse(kit->reader, text, size, &err), &decoded, &err))
			fail_msg("%s", err.text);
		assert_memory_equal(&decoded, &config, sizeof(config));
	}
	free_kit(kit);
}

/* A document of before there was sampling: every operation was timed. */
static void config_without_sampling(void **state)
{
	static const char old[] =
		"{\"run\":\"running\",\"generation\":4,\"order\":3,\"cpus\":\"0\",\"node\":\"local\","
		"\"gfp\":\"movable\",\"pattern\":\"ramp\",\"free_order\":\"lifo\",\"touch\":\"first\","
		"\"batch_blocks\":65,\"pace_ops_per_s\":1234,\"held_bytes\":137438953473,"
		"\"reserve_bytes\":12345,\"guard\":\"bench\",\"lease_ms\":5001,"
		"\"run_limit_ms\":60001}";
	struct bt_json_reader *reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	struct bt_config config = { .sample_every = 77 };
	struct bt_err err = { 0 };
	char text[16];

	(void)state;
	if (bt_config_decode(bt_json_parse(reader, old, strlen(old), &err), &config, &err))
		fail_msg("%s", err.text);
	assert_int_equal(config.sample_every, 0);
	bt_param_text(bt_param_find("sample"), &config, text, sizeof(text));
	assert_string_equal(text, "1/1");
	bt_json_reader_free(reader);
}

/* The format by example: what the manual promises to programs. */
static void config_by_example(void **state)
{
	static const char step[] = "{\"run\":\"step\",\"step\":\"pair\",\"step_blocks\":262144,"
				   "\"seed\":18446744073709551557,\"generation\":4,\"order\":3,";
	static const char expected[] =
		"{\"run\":\"running\",\"generation\":4,\"order\":3,\"cpus\":\"0,2,4,6\",\"node\":\"bind:0\","
		"\"gfp\":\"movable\",\"pattern\":\"ramp\",\"free_order\":\"lifo\",\"touch\":\"first\","
		"\"batch_blocks\":65,\"pace_ops_per_s\":1234,\"sample_every\":16,"
		"\"held_bytes\":137438953473,"
		"\"reserve_bytes\":12345,\"guard\":\"bench\",\"lease_ms\":5001,"
		"\"run_limit_ms\":60001}";
	struct bt_json_writer *w = bt_json_writer_create(false);
	struct bt_config config;
	const char *text;
	size_t size;

	(void)state;
	sample_config(&config, 8);
	bt_config_encode(w, NULL, &config);
	text = bt_json_writer_text(w, &size);
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(text, expected, size);
	sample_step_config(&config, 8);
	bt_json_writer_reset(w);
	bt_config_encode(w, NULL, &config);
	text = bt_json_writer_text(w, &size);
	assert_true(size > strlen(step));
	assert_memory_equal(text, step, strlen(step));
	bt_json_writer_free(w);
}

static void refuses_every_bound(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{ "\"seq\":17,", "", "frame: member seq is missing" },
		{ "\"seq\":17", "\"seq\":\"17\"", "member seq has a wrong type" },
		{ "\"utc_ns\":1", "\"utc_ns\":1.", "member utc_ns" },
		{ "\"online_cpus\":\"0-3,5-6\"", "\"online_cpus\":\"0-7\"", "member online_cpus" },
		{ "\"online_cpus\":\"0-3,5-6\"", "\"online_cpus\":3", "member online_cpus" },
		{ "\"run\":\"running\"", "\"run\":\"fly\"", "frame: config: member run" },
		{ "\"order\":3,", "\"order\":4294967296,", "member order" },
		{ "\"cpus\":\"0,2", "\"cpus\":\"0,,2", "member cpus" },
		{ "\"node\":\"bind:0\"", "\"node\":\"bind\"", "member node" },
		{ "\"gfp\":\"movable\"", "\"gfp\":\"raw\"", "member gfp" },
		{ "\"lease_ms\":5001,", "", "member lease_ms is missing" },
		{ "\"reason\":\"user\"", "\"reason\":7", "member reason" },
		{ "\"cpu_latency\":{\"cpu\":2", "\"cpu_latency\":{\"cpu\":8", "no such CPU" },
		{ "\"alloc_buckets\":[60", "\"alloc_buckets\":[256", "out of range" },
		{ "\"free_buckets\":[61,", "\"free_buckets\":[", "no pairs" },
		{ "\"errno\":22", "\"errno\":-1", "member errno" },
		{ "\"order_alloc_blocks\":[", "\"order_alloc_blocks\":[1,2,3,4,5,6,", "order_alloc_blocks" },
		{ "\"order_alloc_blocks\":[", "\"order_alloc_blocks\":[null],\"x\":[", "holds no numbers" },
		{ "\"node_alloc_blocks\":[", "\"node_alloc_blocks\":[[],", "has not 3 rows" },
		{ "\"node_alloc_blocks\":[[", "\"node_alloc_blocks\":[[1,", "at most 3" },
		{ "\"allocs\":[", "\"allocs\":[1,", "cpus.allocs" },
		{ "\"allocs\":[", "\"allocs\":{},\"x\":[", "cpus.allocs" },
		{ "\"state\":[\"offline\"", "\"state\":[\"asleep\"", "cpus.state" },
		{ "\"state\":[\"offline\"", "\"state\":[0", "cpus.state" },
		{ "\"state\":[\"offline\"", "\"state\":[null", "cpus.state" },
		{ "\"op\":[\"alloc\"", "\"op\":[0", "cpus.op" },
		{ "\"clock\":\"tsc\"", "\"clock\":\"sun\"", "member clock" },
		{ "\"config\":{", "\"config\":{\"step\":\"jump\",", "config: member step" },
		{ "\"config\":{", "\"config\":{\"step_blocks\":-1,", "config: member step_blocks" },
		{ "\"config\":{", "\"config\":7,\"x\":{", "config is no object" },
		{ "\"latency\":[{\"order\":0", "\"latency\":[{\"order\":16", "member order" },
		{ "\"latency\":[{\"order\":0,\"node\":0", "\"latency\":[{\"order\":0,\"node\":3",
		  "unknown node" },
		{ "\"latency\":[{\"order\":0,\"node\":0,\"op\":\"alloc\"",
		  "\"latency\":[{\"order\":0,\"node\":0,\"op\":\"free\"", "twice the same" },
		{ "\"buckets\":[50", "\"buckets\":[256", "bucket or count is out of range" },
		{ "\"buckets\":[50", "\"buckets\":[51,1,50", "bucket or count is out of range" },
		{ "\"buckets\":[50", "\"buckets\":[1,18446744073709551615,50", "out of range" },
		{ "\"buckets\":[50", "\"buckets\":[1,50", "no pairs" },
		{ "\"buckets\":[", "\"baskets\":[", "no pairs" },
		{ "\"available_bytes\":5", "\"available_bytes\":-5", "member available_bytes" },
		{ "\"oom_kill\":1", "\"oom_kill\":null,\"x\":1", "vmstat.oom_kill" },
		{ "\"nodes\":[", "\"nodes\":[{},", "nodes is no array of 3" },
		{ "\"online\":true", "\"online\":1", "member online" },
		{ "\"name\":\"Normal\",", "", "member name is missing" },
		{ "\"name\":\"Normal\",\"node\":0", "\"name\":\"Normal\",\"node\":3", "there is no node 3" },
		{ "\"free_blocks\":[", "\"free_blocks\":[1,2,3,4,5,6,", "zones.free_blocks" },
		{ "\"zones\":[", "\"zones\":7,\"x\":[", "zones is no array" },
		{ "\"tasks\":{\"state\":\"known\"", "\"tasks\":{\"state\":\"good\"",
		  "frame: tasks: member state" },
		{ "\"tasks\":{", "\"tasks\":7,\"x\":{", "tasks: member state is missing" },
		{ "\"most\":[", "\"least\":[", "tasks: most is no array of at most 32" },
		{ "\"most\":[",
		  "\"most\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
		  "{},{},{},{},{},{},", "tasks: most is no array of at most 32" },
		{ "\"pid\":4194303,", "", "tasks: member pid is missing" },
		{ "\"pid\":4194303,", "\"pid\":4294967296,", "tasks: member pid" },
		{ "\"oom_score_adj\":-1000", "\"oom_score_adj\":\"\"", "member oom_score_adj" },
		{ "\"load1_centi\":", "\"load1_centi\":-", "frame: member load1_centi" },
		{ "\"steal_us\":", "\"steal_us\":\"\",\"x\":", "member steal_us" },
		{ "\"frequency\":{\"state\":\"known\"", "\"frequency\":{\"state\":\"fast\"",
		  "frame: frequency: member state" },
		{ "\"frequency\":{", "\"frequency\":[],\"x\":{", "member state is missing" },
		{ "\"cpus\":16", "\"cpus\":17", "frequency: member cpus" },
		{ "\"min_khz\":1", "\"min_khz\":1.", "frequency: member min_khz" },
		{ "\"types\":[", "\"types\":{},\"x\":[", "pageblocks: types is no array of at most 105" },
		{ "\"types\":[{\"node\":0", "\"types\":[{\"node\":3", "there is no node 3" },
		{ "\"type\":\"Unmovable\",", "", "member type is missing" },
		{ "\"blocks\":155", "\"blocks\":-1", "member blocks" },
		{ "\"host\":{", "\"host\":7,\"x\":{", "frame: host: it is no object" },
		{ "\"host\":{", "\"host\":[],\"x\":{", "frame: host: it is no object" },
		{ "\"rss_bytes\":611196928", "\"rss_bytes\":-1", "host: member rss_bytes" },
		{ "\"size_bytes\":4", "\"size_bytes\":18446744073709551615,\"y\":4",
		  "host: member size_bytes" },
		{ "\"phase\":\"s", "\"phase\":[\"\"],\"x\":\"s", "host: member phase has a wrong" },
		{ "\"iteration\":2", "\"iteration\":2.5", "host: member iteration has" },
		{ "\"free_map\":{\"state\":\"known\"", "\"free_map\":{\"state\":\"full\"",
		  "frame: free_map: member state" },
		{ "\"frames\":5", "\"frames\":7", "free_map: 3 cells and the numbers" },
		{ "\"frames\":5,", "", "free_map: 3 cells and" },
		{ "\"huge_pages\":512", "\"huge_pages\":0", "free_map: 3 cells and" },
		{ "\"huge_pages\":512", "\"huge_pages\":65536", "free_map: member huge_pages" },
		{ "\"cell_frames\":2", "\"cell_frames\":0", "free_map: 3 cells and" },
		{ "\"sampled_one_in\":2", "\"sampled_one_in\":0", "free_map: 3 cells and" },
		{ "\"free_frames\":3", "\"free_frames\":4", "free_map: 3 cells and" },
		{ "\"free_pages\":1536", "\"free_pages\":1535", "free_map: 3 cells and" },
		{ "\"free_frames\":3,\"free_pages\":1536", "\"free_frames\":6,\"free_pages\":9999",
		  "free_map: 3 cells and" },
		{ "\"cells\":[1024", "\"cells\":[1025", "free_map: cell 0 has no number" },
		{ "512,0]", "512,513]", "free_map: cell 2 has no number of free pages" },
		{ "512,0]", "\"\",0]", "free_map: cell 1 has no number of free pages" },
		{ "\"cells\":[", "\"cells\":{},\"x\":[", "free_map: cells is no array of at most 8192" },
		{ "\"classes\":[", "\"classes\":[0,", "free_map: classes is no array of at most 18" },
		{ "155,\"free_blocks\":[", "155,\"free_blocks\":[null,", "pageblocks: free_blocks holds no numbers" },
	};
	struct kit *kit = new_kit(7, 3);
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };
		size_t size;
		const char *text;
		char *bad;

		sample_frame(kit->frame, 1, 3);
		text = encode(kit, &size);
		bad = replaced(text, size, rows[i].from, rows[i].to);
		sample_frame(kit->decoded, 1, 3);
		if (decode(kit, bad, strlen(bad), &err) != -EPROTO)
			fail_msg("taken: %s", rows[i].to);
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s: %s", rows[i].to, err.text);
		/* Cleared, not half filled. */
		bt_frame_clear(kit->frame);
		assert_same_frame(kit->decoded, kit->frame);
		free(bad);
	}
	free_kit(kit);
}

static void refuses_wrong_steps(void **state)
{
	struct kit *kit = new_kit(7, 3);
	struct bt_err err = { 0 };
	const char *text;
	size_t size;
	char *bad;

	(void)state;
	sample_frame(kit->frame, 1, 3);
	sample_step_config(&kit->frame->config, 7);
	round_trip(kit);
	text = encode(kit, &size);
	bad = replaced(text, size, "\"done\":[", "\"done\":[1,");
	assert_int_equal(decode(kit, bad, strlen(bad), &err), -EPROTO);
	assert_non_null(strstr(err.text, "done"));
	free(bad);
	bad = replaced(text, size, "\"ended\":[", "\"ended\":[\"\",");
	assert_int_equal(decode(kit, bad, strlen(bad), &err), -EPROTO);
	assert_non_null(strstr(err.text, "ended"));
	free(bad);
	free_kit(kit);
}

static void ways_are_told_in_words(void **state)
{
	static const char *const says[] = {
		"orders 0-10, proven by the allocator's tracepoint, from the nodes it is told",
		"orders 2-10, proven by its count of pages, from nodes of its own choice",
		"not here: transparent huge pages are off",
	};
	struct bt_machine machine;
	char text[BT_WAY_TEXT];

	(void)state;
	sample_machine(&machine, 1, 1);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(says); i++) {
		bt_machine_way_text(&machine.ways[i], text, sizeof(text));
		assert_string_equal(text, says[i]);
	}
	machine.ways[0] = (struct bt_machine_way){ .orders = 1 };
	bt_machine_way_text(&machine.ways[0], text, sizeof(text));
	assert_string_equal(text, "order 0, proven by its count of pages");
}

static void refuses_impossible_machines(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} rows[] = {
		{ "\"source\":\"kmod\",", "", "machine: member source is missing" },
		{ "\"reality\":\"emulated\"", "\"reality\":\"dreamt\"", "member reality" },
		{ "\"cpu_count\":7", "\"cpu_count\":0", "is 0" },
		{ "\"cpu_count\":7", "\"cpu_count\":1025", "member cpu_count" },
		{ "\"cpu_count\":7", "\"cpu_count\":8", "member cpu_node is no array of 8" },
		{ "\"node_count\":3", "\"node_count\":65", "member node_count" },
		{ "\"max_order\":10", "\"max_order\":16", "member max_order" },
		{ "\"page_bytes\":4096", "\"page_bytes\":0", "is 0" },
		{ "\"features\":[\"init_on_alloc\"]", "\"features\":1", "member features" },
		{ "\"features\":[\"init_on_alloc\"]", "\"features\":[1]", "member features" },
		{ "\"memory_nodes\":\"0,2\"", "\"memory_nodes\":\"0,3\"", "member memory_nodes" },
		{ "\"cpu_node\":[0", "\"cpu_node\":[3", "member cpu_node" },
		{ "\"cpu_core\":[0", "\"cpu_core\":[7", "member cpu_core" },
		{ "\"governor\":\"p", "\"governor\":[\"p\"],\"x\":\"", "member governor" },
		{ "\"microcode\":\"0x5003604\"", "\"microcode\":83899908", "member microcode" },
		{ "\"distance\":[[10", "\"distance\":[[256", "member distance" },
		{ "\"distance\":[[10,", "\"distance\":[[", "member distance" },
		{ "\"ways\":[{", "\"ways\":[7,{", "member ways holds no objects" },
		{ "\"name\":\"huge\",", "", "ways: member name is missing" },
		{ "\"orders\":\"2-10\"", "\"orders\":\"2-16\"", "ways: member orders" },
		{ "\"nodes\":\"ignored\"", "\"nodes\":\"obeyed\"", "ways: member nodes" },
	};
	struct kit *kit = new_kit(7, 3);
	struct bt_machine machine, before;
	unsigned i;

	(void)state;
	bt_machine_encode(kit->writer, NULL, &kit->machine);
	memset(&before, 0, sizeof(before));
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_err err = { 0 };
		size_t size;
		const char *text = bt_json_writer_text(kit->writer, &size);
		char *bad = replaced(text, size, rows[i].from, rows[i].to);

		machine = before;
		if (bt_machine_decode(bt_json_parse(kit->reader, bad, strlen(bad), &err), &machine,
				      &err) != -EPROTO)
			fail_msg("taken: %s", rows[i].to);
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s: %s", rows[i].to, err.text);
		assert_memory_equal(&machine, &before, sizeof(machine));
		free(bad);
	}
	assert_int_equal(bt_machine_decode(NULL, &machine, NULL), -EPROTO);
	assert_int_equal(bt_frame_decode(NULL, kit->decoded, NULL), -EPROTO);
	free_kit(kit);
}

/* A recording, or an agent, of before there were these keys. */
static void what_is_absent_is_unknown(void **state)
{
	static const char keys[] = "\"thp\":\"madvise\",\"governor\":\"performance, powersave\","
				   "\"smt\":\"on\",\"microcode\":\"0x5003604\",";
	struct kit *kit = new_kit(3, 2);
	struct bt_machine machine;
	struct bt_err err = { 0 };
	const char *text;
	size_t size;
	char *old;

	(void)state;
	bt_machine_encode(kit->writer, NULL, &kit->machine);
	text = bt_json_writer_text(kit->writer, &size);
	old = replaced(text, size, keys, "");
	if (bt_machine_decode(bt_json_parse(kit->reader, old, strlen(old), &err), &machine, &err))
		fail_msg("%s", err.text);
	free(old);
	assert_string_equal(machine.accel, "tcg");
	assert_string_equal(machine.thp, "");
	assert_string_equal(machine.governor, "");
	assert_string_equal(machine.smt, "");
	assert_string_equal(machine.microcode, "");

	old = replaced(text, size, "\"ways\":[", "\"paths\":[");
	if (bt_machine_decode(bt_json_parse(kit->reader, old, strlen(old), &err), &machine, &err))
		fail_msg("%s", err.text);
	free(old);
	assert_int_equal(machine.way_count, 0);

	sample_frame(kit->frame, 1, 1);
	text = encode(kit, &size);
	old = replaced(text, size, "\"load\":{\"load1_centi\":86400000000,\"cpu_us\":86400000001,"
		       "\"busy_us\":86400000002,\"steal_us\":86400000003},", "");
	sample_frame(kit->decoded, 1, 1);
	if (decode(kit, old, strlen(old), &err))
		fail_msg("%s", err.text);
	free(old);
	assert_int_equal(kit->decoded->psi.some_total_us, kit->frame->psi.some_total_us);
	assert_int_equal(kit->decoded->load.load1_centi, BT_UNKNOWN);
	assert_int_equal(kit->decoded->load.cpu_us, BT_UNKNOWN);
	assert_int_equal(kit->decoded->load.busy_us, BT_UNKNOWN);
	assert_int_equal(kit->decoded->load.steal_us, BT_UNKNOWN);

	text = encode(kit, &size);
	old = replaced(text, size, "\"mono_ns\":86400000000333,\"read_ns\":250000,\"cpus\":16,"
		       "\"min_khz\":1200000,\"max_khz\":3400000", "\"x\":1");
	if (decode(kit, old, strlen(old), &err))
		fail_msg("%s", err.text);
	free(old);
	assert_int_equal(kit->decoded->frequency.state, BT_DETAIL_KNOWN);
	assert_int_equal(kit->decoded->frequency.mono_ns, BT_UNKNOWN);
	assert_int_equal(kit->decoded->frequency.read_ns, BT_UNKNOWN);
	assert_int_equal(kit->decoded->frequency.cpus, BT_UNKNOWN);
	assert_int_equal(kit->decoded->frequency.min_khz, BT_UNKNOWN);
	assert_int_equal(kit->decoded->frequency.max_khz, BT_UNKNOWN);
	free_kit(kit);
}

/* Control characters of a remote machine's texts never reach a terminal; long texts are cut. */
static void texts_are_tamed(void **state)
{
	struct kit *kit = new_kit(1, 1);
	struct bt_machine machine;
	const char *text;
	size_t size;

	(void)state;
	memset(kit->machine.host, 'x', sizeof(kit->machine.host) - 1);
	memcpy(kit->machine.host, "\x1b]0;", 4);
	bt_machine_encode(kit->writer, NULL, &kit->machine);
	text = bt_json_writer_text(kit->writer, &size);
	assert_int_equal(bt_machine_decode(bt_json_parse(kit->reader, text, size, NULL), &machine,
					   NULL), 0);
	assert_memory_equal(machine.host, "?]0;xx", 6);
	assert_int_equal(strlen(machine.host), sizeof(machine.host) - 1);
	free_kit(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_survives),
		cmocka_unit_test(unknown_stays_unknown),
		cmocka_unit_test(a_host_by_example),
		cmocka_unit_test(a_long_phase_is_cut),
		cmocka_unit_test(a_reason_survives),
		cmocka_unit_test(clearing_forgets_details),
		cmocka_unit_test(idle_module_is_short),
		cmocka_unit_test(largest_machine_fits),
		cmocka_unit_test(machine_and_config_survive),
		cmocka_unit_test(config_by_example),
		cmocka_unit_test(config_without_sampling),
		cmocka_unit_test(refuses_every_bound),
		cmocka_unit_test(refuses_wrong_steps),
		cmocka_unit_test(ways_are_told_in_words),
		cmocka_unit_test(refuses_impossible_machines),
		cmocka_unit_test(what_is_absent_is_unknown),
		cmocka_unit_test(texts_are_tamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

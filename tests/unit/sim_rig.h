/* SPDX-License-Identifier: GPL-2.0 */
/* A simulated machine, its last two frames, and what must be true of every frame. */
#ifndef BT_SIM_RIG_H
#define BT_SIM_RIG_H

#include <string.h>

#include "core/json.h"
#include "core/param.h"
#include "frame/frame_json.h"
#include "frame/interval.h"
#include "source/source.h"

struct rig {
	void *state;
	struct bt_machine machine;
	struct ant_limits limits;
	struct bt_frame *before, *frame;
	struct bt_interval *interval;
	struct bt_config config;
	uint64_t token;
};

static inline struct rig *rig_open(const char *argument)
{
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));
	const struct bt_source_options options = { .argument = argument };
	struct bt_err err = { 0 };

	if (bt_source_sim.open(&rig->state, &options, &rig->machine, &err))
		fail_msg("%s", err.text);
	rig->limits = bt_machine_limits(&rig->machine);
	rig->before = bt_frame_create(&rig->machine);
	rig->frame = bt_frame_create(&rig->machine);
	rig->interval = bt_interval_create(&rig->machine);
	bt_config_default(&rig->config, &rig->limits, rig->machine.memory_bytes);
	return rig;
}

static inline void rig_close(struct rig *rig)
{
	bt_source_sim.close(rig->state);
	bt_frame_free(rig->before);
	bt_frame_free(rig->frame);
	bt_interval_free(rig->interval);
	free(rig);
}

static inline void rig_step(struct rig *rig, unsigned times)
{
	struct bt_err err = { 0 };

	while (times--) {
		bt_frame_copy(rig->before, rig->frame);
		rig->frame->extra = false;
		if (bt_source_sim.read(rig->state, rig->frame, &err))
			fail_msg("%s", err.text);
	}
	bt_interval_derive(rig->interval, rig->before, rig->frame);
}

static inline uint64_t hist_total(const struct bt_frame *frame, unsigned op)
{
	uint64_t total = 0;

	for (unsigned i = 0; i < frame->hist_count; i++)
		total += frame->hists[i].op == op ? frame->hists[i].hist.total : 0;
	return total;
}

/* What must hold of every frame of any allocator. */
static inline void check_counts(const struct rig *rig)
{
	const struct bt_frame *f = rig->frame;
	uint64_t by_order = 0, by_node = 0, remote = 0, held = 0, free_bytes = 0;
	struct bt_frame_totals t;

	bt_frame_totals(f, &t);
	for (unsigned o = 0; o < BT_MAX_ORDERS; o++)
		by_order += f->order_allocs[o];
	for (unsigned a = 0; a < f->node_count; a++) {
		for (unsigned b = 0; b < f->node_count; b++)
			by_node += f->matrix[a][b];
	}
	for (unsigned c = 0; c < f->cpu_count; c++) {
		assert_int_equal(f->cpus[c].allocs - f->cpus[c].frees, f->cpus[c].held_blocks);
		assert_true(f->cpus[c].held_pages >= f->cpus[c].held_blocks);
		remote += f->cpus[c].remote_blocks;
		held += f->cpus[c].held_pages;
	}
	assert_int_equal(by_order, t.allocs);
	assert_int_equal(by_node, t.allocs);
	assert_int_equal(hist_total(f, BT_OP_ALLOC) + t.preempted, t.allocs);
	assert_true(hist_total(f, BT_OP_FREE) <= t.frees);
	assert_true(remote <= t.allocs);
	assert_true(held * rig->machine.page_bytes <= rig->machine.memory_bytes);
	for (unsigned z = 0; z < f->zone_count; z++) {
		uint64_t pages = 0;

		for (unsigned o = 0; o <= rig->machine.max_order; o++)
			pages += f->zones[z].free_blocks[o] << o;
		assert_int_equal(pages, f->zones[z].free_pages);
		free_bytes += pages * rig->machine.page_bytes;
	}
	assert_int_equal(free_bytes, f->memory.free_bytes);
	assert_true(f->memory.available_bytes <= f->memory.total_bytes);
}

/* Its last frame as JSON; the caller frees it. */
static inline char *rig_text(const struct rig *rig)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *text;
	size_t size;
	char *copy;

	bt_frame_encode(w, NULL, rig->frame);
	text = bt_json_writer_text(w, &size);
	assert_non_null(text);
	copy = bt_xstrdup(text);
	bt_json_writer_free(w);
	return copy;
}

#endif

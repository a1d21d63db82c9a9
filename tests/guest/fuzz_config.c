// SPDX-License-Identifier: GPL-2.0
/* Configurations for the fuzz, and what the manual says of them. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "fuzz.h"
#include "oracle.h"

/* A bound that the machine decides. */
#define LARGEST_ORDER (UINT64_MAX - 1)

/*
 * One row for each field that has a range of its own; a new field of the ABI needs no more. `calm` is
 * the largest value that a configuration of ours mostly has, so that publishing stays cheap.
 */
static const struct field {
	size_t offset, bytes;
	uint64_t min, max, calm;
	bool zero; /* 0 is allowed, too */
} fields[] = {
#define FIELD(name, least, most, usual, ...) \
	{.offset = offsetof(struct bt_config, name), .min = least, .max = most, .calm = usual, \
	 .bytes = sizeof(((struct bt_config *)0)->name), ##__VA_ARGS__}
	FIELD(flags, 0, 0, 0),
	FIELD(run, 0, BT_RUN_COUNT - 1, BT_RUN_COUNT - 1),
	FIELD(order, 0, LARGEST_ORDER, 2),
	FIELD(pattern, 0, BT_PATTERN_COUNT - 1, BT_PATTERN_COUNT - 1),
	FIELD(free_order, 0, BT_FREE_COUNT - 1, BT_FREE_COUNT - 1),
	FIELD(touch, 0, BT_TOUCH_COUNT - 1, BT_TOUCH_COUNT - 1),
	FIELD(gfp, 0, BT_GFP_COUNT - 1, BT_GFP_COUNT - 1),
	FIELD(node_policy, 0, BT_NODE_COUNT - 1, BT_NODE_COUNT - 1),
	FIELD(guard, 0, BT_GUARD_COUNT - 1, BT_GUARD_COUNT - 1),
	FIELD(batch_blocks, 1, 65536, 64),
	FIELD(pace_ops, 0, 100000000, 5000),
	FIELD(lease_ms, 100, 600000, 300, .zero = true),
	FIELD(sample_every, 0, 65536, 4),
	FIELD(step, 0, BT_STEP_COUNT - 1, BT_STEP_COUNT - 1),
	FIELD(reserved, 0, 0, 0),
	FIELD(step_blocks, 0, 1ull << 40, 100),
	FIELD(seed, 0, UINT64_MAX, 1000),
	FIELD(bulk_pages, 0, 512, 32, .zero = true),
	FIELD(handoff, 0, 1, 1, .zero = true),
	FIELD(order_weights[0], 0, 65535, 8, .zero = true),
	FIELD(order_weights[1], 0, 65535, 8, .zero = true),
	FIELD(order_weights[2], 0, 65535, 8, .zero = true),
	FIELD(order_weights[3], 0, 65535, 0, .zero = true),
	FIELD(order_weights[9], 0, 65535, 0, .zero = true),
	FIELD(order_weights[15], 0, 65535, 0, .zero = true),
	FIELD(run_limit_ms, 0, 30ull * 24 * 60 * 60 * 1000, 200),
	FIELD(reserve_bytes, 0, UINT64_MAX, 64 * MIB),
	FIELD(generation, 0, 0, 0),
#undef FIELD
};

/* How many nodes a policy names. */
static const struct {
	unsigned min, max;
} policy_nodes[BT_NODE_COUNT] = {
	[BT_NODE_PREFER] = {1, 1},
	[BT_NODE_BIND] = {1, BT_NODE_WORDS * 64},
	[BT_NODE_INTERLEAVE] = {1, BT_NODE_WORDS * 64},
};

static void read_list(const char *path, __u64 *mask, unsigned words)
{
	char *text = oracle_text(path);
	struct bt_err err;

	text[strcspn(text, "\n")] = '\0';
	if (bt_mask_parse(text, words * 64, mask, words, path, &err) < 0) {
		printf("FAIL %s\n0 passed, 1 failed, 0 skipped\n", err.text);
		exit(1);
	}
	free(text);
}

void fuzz_machine_read(struct fuzz_machine *machine, const struct bt_info *info)
{
	machine->info = *info;
	read_list("/sys/devices/system/node/has_memory", machine->memory_nodes, BT_NODE_WORDS);
	read_list("/sys/devices/system/cpu/possible", machine->possible_cpus, BT_CPU_WORDS);
	machine->nodes = bt_mask_weight(machine->memory_nodes, BT_NODE_WORDS);
	machine->cpus = bt_mask_weight(machine->possible_cpus, BT_CPU_WORDS);
}

static uint64_t field_max(const struct fuzz_machine *machine, const struct field *field)
{
	return field->max == LARGEST_ORDER ? machine->info.max_order : field->max;
}

static uint64_t field_value(const struct bt_config *config, const struct field *field)
{
	uint64_t value = 0;

	memcpy(&value, (const char *)config + field->offset, field->bytes);
	return value;
}

static void field_set(struct bt_config *config, const struct field *field, uint64_t value)
{
	memcpy((char *)config + field->offset, &value, field->bytes);
}

/* A subset of some members, at least one. */
static void some_of(struct fuzz *f, const __u64 *of, __u64 *mask, unsigned words, bool only_one)
{
	unsigned count = bt_mask_weight(of, words), i, bit = 0, chosen;

	chosen = (unsigned)fuzz_below(f, count);
	for (i = 0; i < count; i++, bit++) {
		bit = bt_mask_next(of, words, bit);
		if (i == chosen || (!only_one && fuzz_once_in(f, 2)))
			bt_mask_set(mask, bit, true);
	}
}

/* Pages that a CPU needs: for a block, or a bulk call; and for a block that another one hands it. */
static uint64_t least_pages(const struct bt_config *config)
{
	uint64_t block = 1ull << config->order;

	return (config->bulk_pages ? config->bulk_pages : block) + (config->handoff ? block : 0);
}

/* Twice that, and a ring, for each CPU. */
static uint64_t comfortable_bytes(const struct fuzz_machine *machine, const struct bt_config *config)
{
	uint64_t cpus = bt_mask_weight(config->cpus, BT_CPU_WORDS);

	return cpus * (2 * least_pages(config) + 3) * machine->info.page_bytes;
}

/* A step goes with its run state alone, so often as there is room for one block. */
static void make_step_valid(struct bt_config *config)
{
	if (config->run != BT_RUN_STEP)
		config->step = BT_STEP_NONE;
	else if (config->step == BT_STEP_NONE)
		config->step = BT_STEP_PAIR;
	if (config->step == BT_STEP_NONE || config->step == BT_STEP_SHUFFLE)
		config->step_blocks = 0;
	else if (config->step == BT_STEP_GET || !config->step_blocks)
		config->step_blocks = 1;
}

/* A mix says what its highest order is; bulk calls are of order 0, and two hand off. */
static void make_mix_valid(struct fuzz *f, struct bt_config *config)
{
	unsigned order;

	/* Most blocks are of one order, so that much is in bulk. */
	if (config->run == BT_RUN_STEP || !fuzz_once_in(f, 4))
		memset(config->order_weights, 0, sizeof(config->order_weights));
	if (config->run == BT_RUN_STEP)
		config->bulk_pages = config->handoff = 0;
	for (order = f->machine->info.max_order + 1; order < BT_ORDER_COUNT; order++)
		config->order_weights[order] = 0;
	for (order = 0; order < BT_ORDER_COUNT; order++) {
		if (config->order_weights[order])
			config->order = order;
	}
	if (config->order || !(f->machine->info.features & BT_FEATURE_BULK))
		config->bulk_pages = 0;
	if (bt_mask_weight(config->cpus, BT_CPU_WORDS) < 2)
		config->handoff = 0;
}

struct bt_config fuzz_config_valid(struct fuzz *f)
{
	const struct fuzz_machine *m = f->machine;
	struct bt_config config = {.size = sizeof(config)};
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(fields); i++) {
		uint64_t max = field_max(m, &fields[i]);
		uint64_t most = fuzz_once_in(f, 16) ? max : fields[i].calm;
		uint64_t value = fields[i].min;

		if (most > fields[i].min)
			value += fuzz_below(f, most - fields[i].min) + fuzz_below(f, 2);
		field_set(&config, &fields[i], fields[i].zero && fuzz_once_in(f, 2) ? 0 : value);
	}
	if (config.node_policy == BT_NODE_REMOTE && m->nodes < 2)
		config.node_policy = BT_NODE_LOCAL;
	if (policy_nodes[config.node_policy].max)
		some_of(f, m->memory_nodes, config.nodes, BT_NODE_WORDS,
			policy_nodes[config.node_policy].max == 1);
	some_of(f, m->possible_cpus, config.cpus, BT_CPU_WORDS, false);
	if (config.guard == BT_GUARD_BENCH)
		config.reserve_bytes = 0;
	/* There shall be load. */
	if (fuzz_once_in(f, 2))
		config.run = BT_RUN_GO;
	if (fuzz_once_in(f, 2))
		config.pace_ops = 0;
	make_step_valid(&config);
	make_mix_valid(f, &config);
	config.max_held_bytes = comfortable_bytes(m, &config) +
				fuzz_below(f, MIB);
	return config;
}

/* Around the edges of a field, or anything. */
static uint64_t strange_value(struct fuzz *f, uint64_t min, uint64_t max)
{
	const uint64_t edges[] = {min, max, min - 1, max + 1, 0, 1, ~0ull, ~0u, 1ull << 31, 1ull << 63};

	switch (fuzz_below(f, 4)) {
	case 0:
		return fuzz_random(f);
	case 1:
		return 1ull << fuzz_below(f, 64);
	default:
		return edges[fuzz_below(f, BT_ARRAY_SIZE(edges))];
	}
}

static void mutate_mask(struct fuzz *f, __u64 *mask, unsigned words, unsigned count)
{
	switch (fuzz_below(f, 4)) {
	case 0: /* any bit */
		mask[fuzz_below(f, words)] ^= 1ull << fuzz_below(f, 64);
		break;
	case 1:
		memset(mask, 0, words * sizeof(*mask));
		break;
	default: /* one that exists, or the next */
		mask[0] ^= 1ull << fuzz_below(f, count + 1);
	}
}

void fuzz_config_mutate(struct fuzz *f, struct bt_config *config)
{
	const struct fuzz_machine *m = f->machine;
	const struct field *field;
	uint64_t changes = 1 + fuzz_below(f, 3), what;

	while (changes--) {
		what = fuzz_below(f, BT_ARRAY_SIZE(fields) + 3);
		if (what < BT_ARRAY_SIZE(fields)) {
			field = &fields[what];
			field_set(config, field, strange_value(f, field->min, field_max(m, field)));
		} else if (what == BT_ARRAY_SIZE(fields)) {
			config->max_held_bytes = strange_value(f, 4ull * m->info.page_bytes,
							       m->info.max_held_bytes);
		} else if (what == BT_ARRAY_SIZE(fields) + 1) {
			mutate_mask(f, config->nodes, BT_NODE_WORDS, m->nodes);
		} else {
			mutate_mask(f, config->cpus, BT_CPU_WORDS, m->cpus);
		}
	}
	/* Much may be asked for, but is not to be held for good. */
	if (config->max_held_bytes > 64 * MIB &&
	    (config->run == BT_RUN_GO || config->run == BT_RUN_STEP))
		config->run = BT_RUN_DRAIN;
}

static bool is_subset(const __u64 *mask, const __u64 *of, unsigned words)
{
	unsigned i;

	for (i = 0; i < words; i++) {
		if (mask[i] & ~of[i])
			return false;
	}
	return true;
}

static bool fields_are_valid(const struct fuzz_machine *m, const struct bt_config *config)
{
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(fields); i++) {
		uint64_t value = field_value(config, &fields[i]);

		if (value == 0 && fields[i].zero)
			continue;
		if (value < fields[i].min || value > field_max(m, &fields[i]))
			return false;
	}
	return true;
}

static bool masks_are_valid(const struct fuzz_machine *m, const struct bt_config *config)
{
	unsigned named = bt_mask_weight(config->nodes, BT_NODE_WORDS);

	return named >= policy_nodes[config->node_policy].min &&
	       named <= policy_nodes[config->node_policy].max &&
	       !(config->node_policy == BT_NODE_REMOTE && m->nodes < 2) &&
	       is_subset(config->nodes, m->memory_nodes, BT_NODE_WORDS) &&
	       bt_mask_weight(config->cpus, BT_CPU_WORDS) &&
	       is_subset(config->cpus, m->possible_cpus, BT_CPU_WORDS);
}

static bool step_is_valid(const struct bt_config *config)
{
	bool counts = config->step != BT_STEP_NONE && config->step != BT_STEP_SHUFFLE;

	return (config->run == BT_RUN_STEP) == (config->step != BT_STEP_NONE) &&
	       (config->step_blocks != 0) == counts;
}

static bool mix_is_valid(const struct fuzz_machine *m, const struct bt_config *config)
{
	unsigned order, highest = config->order, weights = 0;

	for (order = 0; order < BT_ORDER_COUNT; order++) {
		if (config->order_weights[order] > 65535)
			return false;
		if (config->order_weights[order]) {
			highest = order;
			weights++;
		}
	}
	if (weights && highest != config->order)
		return false;
	if (config->run == BT_RUN_STEP && (weights || config->bulk_pages || config->handoff))
		return false;
	if (config->bulk_pages && (config->order || !(m->info.features & BT_FEATURE_BULK)))
		return false;
	return !config->handoff || bt_mask_weight(config->cpus, BT_CPU_WORDS) >= 2;
}

/* Whether all that a `get` holds, and its ring of 8 bytes a page, have room; two pages are its rest. */
static enum fuzz_verdict step_fits(const struct fuzz_machine *m, const struct bt_config *config,
				   unsigned cpus)
{
	uint64_t share = config->max_held_bytes / cpus;
	uint64_t need = (config->step_blocks << config->order) * (m->info.page_bytes + 8ull);

	if (config->step != BT_STEP_GET)
		return FUZZ_VALID;
	if (share < need)
		return FUZZ_INVALID;
	return share - need < 2ull * m->info.page_bytes ? FUZZ_EITHER : FUZZ_VALID;
}

enum fuzz_verdict fuzz_config_verdict(const struct fuzz_machine *m, const struct bt_config *config)
{
	unsigned cpus;
	uint64_t least;

	if (!fields_are_valid(m, config) || !masks_are_valid(m, config) || !step_is_valid(config) ||
	    !mix_is_valid(m, config))
		return FUZZ_INVALID;
	if (config->guard == BT_GUARD_BENCH && config->reserve_bytes)
		return FUZZ_INVALID;
	cpus = bt_mask_weight(config->cpus, BT_CPU_WORDS);
	/* And a ring, which takes a page at least, for every CPU. */
	least = cpus * (least_pages(config) + 1) * m->info.page_bytes;
	if (config->max_held_bytes > m->info.max_held_bytes || config->max_held_bytes < least)
		return FUZZ_INVALID;
	if (config->max_held_bytes < comfortable_bytes(m, config))
		return step_fits(m, config, cpus) == FUZZ_INVALID ? FUZZ_INVALID : FUZZ_EITHER;
	return step_fits(m, config, cpus);
}

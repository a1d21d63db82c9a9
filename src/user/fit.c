// SPDX-License-Identifier: GPL-2.0
#include "user/fit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"

/* ---- what is said -------------------------------------------------------------------------- */

struct said {
	char *text;	/* of BT_USER_FIT_TEXT bytes; what does not fit is cut */
	size_t used;
};

static void say(struct said *said, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct said *said, const char *format, ...)
{
	size_t left = BT_USER_FIT_TEXT - said->used;
	va_list args;
	int length;

	length = snprintf(said->text + said->used, left, "%s", said->used ? ", " : "");
	said->used += (size_t)length < left ? (size_t)length : left - 1;
	left = BT_USER_FIT_TEXT - said->used;
	va_start(args, format);
	length = vsnprintf(said->text + said->used, left, format, args);
	va_end(args);
	said->used += (size_t)length < left ? (size_t)length : left - 1;
}

/* ---- the way ------------------------------------------------------------------------------- */

/* On a machine of one node every way does what any policy says. */
static bool follows(const struct bt_user_means *means, unsigned number,
		    const struct bt_config *config)
{
	return config->node_policy == BT_NODE_LOCAL ||
	       bt_mask_weight(means->machine->memory_nodes, BT_NODE_WORDS) < 2 ||
	       means->nodes[number] == BT_WAY_NODES_FOLLOWED;
}

static bool can(const struct bt_user_means *means, unsigned number, const struct bt_config *config)
{
	const struct bt_way *way = bt_ways[number];

	return means->orders[number] & 1u << config->order &&
	       way->rank[bt_way_use(config->pattern)] &&
	       (way->gfp == BT_GFP_MOVABLE) == (config->gfp == BT_GFP_MOVABLE) &&
	       follows(means, number, config);
}

/* A churn that is to give back others than the oldest: a way that cannot comes behind the next one. */
#define OTHER_FREE_ORDER 3u

static unsigned rank_of(const struct bt_way *way, const struct bt_config *config)
{
	enum bt_way_use use = bt_way_use(config->pattern);
	bool other = use == BT_WAY_CHURN && way->fifo && config->free_order != BT_FREE_FIFO;

	return 2u * way->rank[use] + (other ? OTHER_FREE_ORDER : 0u);
}

/* The best one that has room for what is to be held, else the best one. */
static enum bt_way_number choose(const struct bt_user_means *means, const struct bt_config *config)
{
	unsigned best = BT_WAY_COUNT, best_rank = 0;

	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		bool narrow = means->room_bytes[i] < config->max_held_bytes &&
			      !bt_ways[i]->transient;
		unsigned rank = rank_of(bt_ways[i], config) + (narrow ? 2u * UINT8_MAX : 0u);

		if (can(means, i, config) && (best == BT_WAY_COUNT || rank < best_rank)) {
			best = i;
			best_rank = rank;
		}
	}
	return best;
}

static int refuse(const struct bt_user_means *means, const struct bt_config *config,
		  char text[BT_USER_FIT_TEXT])
{
	const char *kind = config->gfp == BT_GFP_MOVABLE ? "gfp movable" : "kernel memory";
	struct said said = { text, 0 };
	char pattern[16], node[32], there[40];
	uint32_t ways = 0;

	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		ways |= means->orders[i] && follows(means, i, config) ? 1u << i : 0;
	bt_ways_text(ways, there, sizeof(there));
	bt_param_text(bt_param_find("pattern"), config, pattern, sizeof(pattern));
	bt_param_text(bt_param_find("node"), config, node, sizeof(node));
	say(&said, "no way for order %u", config->order);
	say(&said, "pattern %s", pattern);
	if (config->node_policy == BT_NODE_LOCAL) {
		say(&said, "%s (there: %s)", kind, there);
	} else {
		say(&said, "%s", kind);
		say(&said, "node %s (obeyed by: %s)", node, there);
	}
	return -EOPNOTSUPP;
}

static int refuse_nodes(const struct bt_user_means *means, char text[BT_USER_FIT_TEXT])
{
	char allowed[64];

	bt_mask_text(means->allowed_nodes, BT_NODE_WORDS, allowed, sizeof(allowed));
	snprintf(text, BT_USER_FIT_TEXT, "node: our cpuset allows only memory of %s", allowed);
	return -EOPNOTSUPP;
}

/* Nodes that the policy names, or for remote any, which the kernel would pass over. */
static bool are_allowed(const struct bt_user_means *means, const struct bt_config *config)
{
	bool remote = config->node_policy == BT_NODE_REMOTE;
	const __u64 *nodes = remote ? means->machine->memory_nodes : config->nodes;

	for (unsigned word = 0; word < BT_NODE_WORDS; word++) {
		if (nodes[word] & ~means->allowed_nodes[word])
			return false;
	}
	return true;
}

/* ---- what has to be different -------------------------------------------------------------- */

/* By name, as the parameters' table has them. */
static void say_param(struct said *said, const struct bt_config *from, const struct bt_config *to,
		      const char *name)
{
	const struct bt_param *param = bt_param_find(name);
	char value[64];

	if (bt_param_same(param, from, to))
		return;
	bt_param_text(param, to, value, sizeof(value));
	say(said, "%s=%s", name, value);
}

static void keep_allowed(const struct bt_machine *machine, struct bt_config *config)
{
	for (unsigned word = 0; word < BT_CPU_WORDS; word++)
		config->cpus[word] &= machine->allowed_cpus[word];
}

/* A burst is a unit, and of some ways a thread has few. */
static void raise_batch(const struct bt_machine *machine, const struct bt_way *way,
			struct bt_config *config)
{
	uint64_t share = ant_share_pages(config->max_held_bytes,
					 bt_mask_weight(config->cpus, BT_CPU_WORDS),
					 machine->page_bytes);
	uint64_t block = 1ull << config->order;
	uint64_t blocks = (bt_way_unit_least(way, share) + block - 1) / block;

	if (bt_way_use(config->pattern) != BT_WAY_CHURN || blocks <= config->batch_blocks)
		return;
	config->batch_blocks = blocks < BT_BATCH_MAX ? (uint32_t)blocks : BT_BATCH_MAX;
}

static void change(const struct bt_user_means *means, unsigned number, struct bt_config *config)
{
	const struct bt_way *way = bt_ways[number];

	config->gfp = way->gfp;
	config->touch = way->touch;
	if (way->fifo)
		config->free_order = BT_FREE_FIFO;
	config->guard = BT_GUARD_SAFE;
	if (means->room_bytes[number] < config->max_held_bytes && !way->transient)
		config->max_held_bytes = means->room_bytes[number];
	keep_allowed(means->machine, config);
	raise_batch(means->machine, way, config);
}

static void tell(const struct bt_config *from, const struct bt_config *to, const char *way,
		 char text[BT_USER_FIT_TEXT])
{
	static const char *const names[] = { "gfp", "touch", "free", "batch", "guard", "held",
					     "cpus" };
	struct said said = { text, 0 };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++)
		say_param(&said, from, to, names[i]);
	if (said.used)
		say(&said, "as way %s has it", way);
}

int bt_user_fit(const struct bt_user_means *means, struct bt_config *config,
		enum bt_way_number *way, char text[BT_USER_FIT_TEXT])
{
	struct ant_limits limits = bt_machine_limits(means->machine);
	struct bt_config fitting = *config;
	enum bt_way_number number = choose(means, config);
	struct bt_err err;

	text[0] = '\0';
	if (config->run == BT_RUN_STEP) {
		snprintf(text, BT_USER_FIT_TEXT, "steps of a microbenchmark need the module");
		return -EOPNOTSUPP;
	}
	if (number == BT_WAY_COUNT)
		return config->run == BT_RUN_DRAIN ? 0 : refuse(means, config, text);
	if (config->run != BT_RUN_DRAIN && !are_allowed(means, config))
		return refuse_nodes(means, text);
	change(means, number, &fitting);
	tell(config, &fitting, bt_ways[number]->name, text);
	/* What is left may be too little for a block on each CPU, or no CPU at all. */
	if (bt_config_check(&fitting, &limits, &err)) {
		snprintf(text, BT_USER_FIT_TEXT, "%.*s", BT_USER_FIT_TEXT - 1, err.text);
		return config->run == BT_RUN_DRAIN ? 0 : -EOPNOTSUPP;
	}
	*config = fitting;
	*way = number;
	return 0;
}

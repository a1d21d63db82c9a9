// SPDX-License-Identifier: GPL-2.0
#include "user/fit.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"

/* ---- the way ------------------------------------------------------------------------------- */

static bool can(const struct bt_user_means *means, unsigned number, const struct bt_config *config)
{
	const struct bt_way *way = bt_ways[number];

	return means->orders[number] & 1u << config->order &&
	       way->rank[bt_way_use(config->pattern)] &&
	       (way->gfp == BT_GFP_MOVABLE) == (config->gfp == BT_GFP_MOVABLE);
}

/* The best one that has room for what is to be held, else the best one. */
static enum bt_way_number choose(const struct bt_user_means *means, const struct bt_config *config)
{
	enum bt_way_use use = bt_way_use(config->pattern);
	unsigned best = BT_WAY_COUNT, best_rank = 0;

	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		bool narrow = means->room_bytes[i] < config->max_held_bytes &&
			      !bt_ways[i]->transient;
		unsigned rank = bt_ways[i]->rank[use] + (narrow ? UINT8_MAX : 0u);

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
	char pattern[16], there[40];
	uint32_t ways = 0;

	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		ways |= means->orders[i] ? 1u << i : 0;
	bt_ways_text(ways, there, sizeof(there));
	bt_param_text(bt_param_find("pattern"), config, pattern, sizeof(pattern));
	snprintf(text, BT_USER_FIT_TEXT, "no way for order %u, pattern %s, %s (there: %s)",
		 config->order, pattern,
		 config->gfp == BT_GFP_MOVABLE ? "gfp movable" : "kernel memory", there);
	return -EOPNOTSUPP;
}

/* ---- what has to be different -------------------------------------------------------------- */

struct changes {
	const struct bt_config *from;
	char *text;
	size_t used;
};

static void say(struct changes *changes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct changes *changes, const char *format, ...)
{
	size_t left = BT_USER_FIT_TEXT - changes->used;
	va_list args;
	int length;

	length = snprintf(changes->text + changes->used, left, "%s", changes->used ? ", " : "");
	changes->used += (size_t)length < left ? (size_t)length : left - 1;
	left = BT_USER_FIT_TEXT - changes->used;
	va_start(args, format);
	length = vsnprintf(changes->text + changes->used, left, format, args);
	va_end(args);
	changes->used += (size_t)length < left ? (size_t)length : left - 1;
}

/* By name, as the parameters' table has them. */
static void say_param(struct changes *changes, const struct bt_config *config, const char *name)
{
	const struct bt_param *param = bt_param_find(name);
	char value[64];

	if (bt_param_same(param, changes->from, config))
		return;
	bt_param_text(param, config, value, sizeof(value));
	say(changes, "%s=%s", name, value);
}

static void keep_allowed(const struct bt_machine *machine, struct bt_config *config)
{
	for (unsigned word = 0; word < BT_CPU_WORDS; word++)
		config->cpus[word] &= machine->allowed_cpus[word];
}

static void change(const struct bt_user_means *means, unsigned number, struct bt_config *config)
{
	const struct bt_way *way = bt_ways[number];

	config->gfp = way->gfp;
	config->touch = way->touch;
	if (way->fifo)
		config->free_order = BT_FREE_FIFO;
	config->node_policy = BT_NODE_LOCAL;
	memset(config->nodes, 0, sizeof(config->nodes));
	config->guard = BT_GUARD_SAFE;
	if (means->room_bytes[number] < config->max_held_bytes && !way->transient)
		config->max_held_bytes = means->room_bytes[number];
	keep_allowed(means->machine, config);
}

static void tell(const struct bt_config *from, const struct bt_config *to, const char *way,
		 char text[BT_USER_FIT_TEXT])
{
	static const char *const names[] = { "gfp", "touch", "free", "node", "guard", "held",
					     "cpus" };
	struct changes changes = { .from = from, .text = text };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++)
		say_param(&changes, to, names[i]);
	if (changes.used)
		say(&changes, "as way %s has it", way);
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

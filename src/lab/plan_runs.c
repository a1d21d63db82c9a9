// SPDX-License-Identifier: GPL-2.0
/* The runs of a plan: every combination of its values, their labels, names and order. */
#include "lab/plan_part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats.h"
#include "core/util.h"

#define ITEMS_MAX 4096u

struct expansion {
	struct bt_lab_item *items;
	unsigned count;
	struct bt_err *err;
};

static int too_many(struct expansion *e)
{
	return bt_err_set(e->err, EINVAL, "a plan of more than %u runs: make several of it",
			  ITEMS_MAX);
}

/* Letters, digits and a few signs; the rest would need quoting in a shell. */
static void make_name(struct bt_lab_item *item)
{
	char number[32];

	snprintf(number, sizeof(number), item->warm_up ? "warm-up" : "r%02u", item->repetition);
	/* No mode has a longer name: a folder's has room for all of it. */
	snprintf(item->name, sizeof(item->name), "%s-%.*s%s%s-%s",
		 bt_lab_benchmark_name[item->options.benchmark], (int)BT_MODE_NAME, item->mode,
		 *item->label ? "-" : "", item->label, number);
	for (char *c = item->name; *c; c++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.=+-_", *c))
			*c = '_';
	}
}

/* What a label says however many values there are; of a flag only that it is set. */
static const struct told {
	const char *key, *label;
	unsigned benchmarks;
} told[] = {
	{ "untouched", "touched=no", INFLATE },
	{ "baseline", "baseline=yes", STREAM | FTQ },
	{ "threads", "threads", STREAM | FTQ },
	{ "workload", "workload", COMPILING | MULTIVM },
};

static const struct told *find_told(const char *key, enum bt_lab_benchmark benchmark)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(told); i++) {
		if (!strcmp(told[i].key, key) && told[i].benchmarks & 1u << benchmark)
			return &told[i];
	}
	return NULL;
}

static void append_label(struct bt_lab_item *item, const char *text)
{
	size_t used = strlen(item->label);

	snprintf(item->label + used, sizeof(item->label) - used, "%s%s", used ? " " : "", text);
}

/* Of a key whose value the item has by now; text: as it was given. */
static void add_to_label(struct bt_lab_item *item, const struct lab_plan_key *key, bool several,
			 const char *text)
{
	const void *field = (const char *)item + key->offset;
	const struct told *tell = find_told(key->key.name, item->options.benchmark);
	char *label = NULL;

	if (key->kind == FLAG && tell)
		label = *(const bool *)field ? bt_xstrdup(tell->label) : NULL;
	else if (key->kind == WORKLOAD && tell)
		label = bt_xasprintf("%s=%s", tell->label, bt_lab_workload_called(&item->options));
	else if (tell)
		label = bt_xasprintf("%s=%u", tell->label, *(const unsigned *)field);
	else if (several && strcmp(key->key.name, "mode"))
		label = bt_xasprintf("%s=%s", key->key.name, text);
	if (label)
		append_label(item, label);
	free(label);
}

/* What some settings need of others. */
static int check(const struct bt_lab_item *item, struct bt_err *err)
{
	if (item->options.workload == BT_LAB_COMMAND &&
	    (!item->options.command || !item->options.image))
		return bt_err_set(err, EINVAL, "workload=command: image and command are needed");
	if (item->options.workload == BT_LAB_BUILD && !item->options.build_tree)
		return bt_err_set(err, EINVAL, "workload=build: build-tree is needed, a directory "
				  "that lab-build-tree makes");
	return 0;
}

/* All values of the keys from `key` on, by recursion: as deep as there are keys. */
static int expand(struct expansion *e, const struct lab_plan_section *section, unsigned key,
		  const struct bt_lab_item *so_far)
{
	const struct lab_plan_values *values = &section->values[key < LAB_PLAN_KEYS ? key : 0];
	int ret = 0;

	if (key == LAB_PLAN_KEYS) {
		if (e->count == ITEMS_MAX)
			return too_many(e);
		e->items = bt_xrealloc(e->items, e->count + 1, sizeof(*e->items));
		e->items[e->count] = *so_far;
		return check(&e->items[e->count++], e->err);
	}
	if (!values->count) {
		struct bt_lab_item item = *so_far;

		add_to_label(&item, &lab_plan_keys[key], false, NULL);
		return expand(e, section, key + 1, &item);
	}
	for (unsigned i = 0; i < values->count && !ret; i++) {
		struct bt_lab_item item = *so_far;

		lab_plan_apply(&lab_plan_keys[key], values->text[i], &item);
		add_to_label(&item, &lab_plan_keys[key], values->count > 1, values->text[i]);
		ret = expand(e, section, key + 1, &item);
	}
	return ret;
}

static void shuffle(struct bt_lab_item *items, unsigned count, struct bt_random *random)
{
	for (unsigned left = count; left > 1; left--) {
		unsigned pick = (unsigned)bt_random_below(random, left);
		struct bt_lab_item item = items[left - 1];

		items[left - 1] = items[pick];
		items[pick] = item;
	}
}

/* Those of one round: combinations that have a repetition of that number; 0: that are warmed up. */
static int add_round(struct expansion *to, const struct expansion *from, unsigned round,
		     uint64_t seed, struct bt_random *random)
{
	unsigned begin = to->count;

	for (unsigned i = 0; i < from->count; i++) {
		struct bt_lab_item item = from->items[i];

		if (round ? round > item.repetition : !item.warm_up)
			continue;
		if (to->count == ITEMS_MAX)
			return too_many(to);
		item.warm_up = !round;
		item.repetition = round;
		item.options.seed = seed + round;
		make_name(&item);
		to->items = bt_xrealloc(to->items, to->count + 1, sizeof(*to->items));
		to->items[to->count++] = item;
	}
	if (to->count > begin)	/* without any there are no items at all */
		shuffle(to->items + begin, to->count - begin, random);
	return 0;
}

/* Two that are told apart by nothing but what a name has no room for. */
static int check_names(const struct expansion *e)
{
	for (unsigned i = 0; i < e->count; i++) {
		for (unsigned k = 0; k < i; k++) {
			if (!strcmp(e->items[i].name, e->items[k].name))
				return bt_err_set(e->err, EINVAL, "two runs would both be called %s",
						  e->items[i].name);
		}
	}
	return 0;
}

int bt_lab_plan_expand(const struct bt_lab_plan *plan, uint64_t seed, struct bt_lab_item **items,
		       unsigned *count, struct bt_err *err)
{
	struct expansion combinations = { .err = err }, all = { .err = err };
	struct bt_random random;
	unsigned rounds = 0;
	int ret = 0;

	for (unsigned i = 0; i < plan->count && !ret; i++) {
		struct bt_lab_item item = { .mode = "base-manual", .repetition = 1 };

		bt_lab_options_default(&item.options, plan->sections[i].benchmark);
		ret = expand(&combinations, &plan->sections[i], 0, &item);
	}
	for (unsigned i = 0; i < combinations.count; i++) {
		if (combinations.items[i].repetition > rounds)
			rounds = combinations.items[i].repetition;
	}
	bt_random_seed(&random, seed);
	for (unsigned round = 0; round <= rounds && !ret; round++)
		ret = add_round(&all, &combinations, round, seed, &random);
	free(combinations.items);
	if (!ret)
		ret = check_names(&all);
	if (ret) {
		free(all.items);
		return ret;
	}
	*items = all.items;
	*count = all.count;
	return 0;
}

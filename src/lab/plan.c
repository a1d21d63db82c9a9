// SPDX-License-Identifier: GPL-2.0
#include "lab/plan.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats.h"
#include "core/util.h"
#include "lab/metric.h"

#define SECTIONS_MAX 64u
#define VALUES_MAX 32u
#define ITEMS_MAX 4096u
#define MIB ((uint64_t)1 << 20)

#define INFLATE (1u << BT_LAB_INFLATE)
#define STREAM (1u << BT_LAB_STREAM)
#define FTQ (1u << BT_LAB_FTQ)
#define COMPILING (1u << BT_LAB_COMPILING)
#define MULTIVM (1u << BT_LAB_MULTIVM)
#define ALL (INFLATE | STREAM | FTQ | COMPILING | MULTIVM)

enum kind { COUNT, BYTES, TIME, TEXT, FLAG, KERNELS, WORKLOAD };

static const struct key {
	struct bt_lab_key key;
	enum kind kind;
	size_t offset;
	uint64_t min, max;
	bool list;
} keys[] = {
#define KEY(name, value, help, benchmarks, kind, field, min, max, list) \
	{ { name, value, help, benchmarks }, kind, offsetof(struct bt_lab_item, field), min, max, \
	  list },
#include "lab/plan_keys.def"
#undef KEY
};

#define KEYS BT_ARRAY_SIZE(keys)

/* Values of a key; none: the default. */
struct values {
	char *text[VALUES_MAX];
	unsigned count;
};

struct section {
	enum bt_lab_benchmark benchmark;
	struct values values[KEYS];
};

struct bt_lab_plan {
	struct section sections[SECTIONS_MAX];
	unsigned count;
};

const struct bt_lab_key *bt_lab_key_at(unsigned index)
{
	return index < KEYS ? &keys[index].key : NULL;
}

struct bt_lab_plan *bt_lab_plan_create(void)
{
	return bt_xcalloc(1, sizeof(struct bt_lab_plan));
}

static void free_values(struct values *values)
{
	for (unsigned i = 0; i < values->count; i++)
		free(values->text[i]);
	values->count = 0;
}

void bt_lab_plan_free(struct bt_lab_plan *plan)
{
	for (unsigned i = 0; plan && i < plan->count; i++) {
		for (unsigned key = 0; key < KEYS; key++)
			free_values(&plan->sections[i].values[key]);
	}
	free(plan);
}

bool bt_lab_plan_is_empty(const struct bt_lab_plan *plan)
{
	return !plan->count;
}

/* ---- values ------------------------------------------------------------------------------- */

static int parse_kernels(const char *text, unsigned *bits)
{
	char *copy = bt_xstrdup(text), *rest = copy;
	int ret = 0;

	*bits = 0;
	for (char *name = strsep(&rest, "+"); name; name = strsep(&rest, "+")) {
		unsigned i = 0;

		while (i < BT_LAB_KERNELS && strcmp(bt_lab_kernel_name[i], name))
			i++;
		if (i == BT_LAB_KERNELS)
			ret = -EINVAL;
		else
			*bits |= 1u << i;
	}
	free(copy);
	return ret;
}

static int parse_workload(const char *text, enum bt_lab_workload *workload)
{
	for (unsigned i = 0; i < BT_LAB_WORKLOADS; i++) {
		if (!strcmp(bt_lab_workload_name[i], text)) {
			*workload = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_flag(const char *text, bool *flag)
{
	*flag = !strcmp(text, "yes");
	return *flag || !strcmp(text, "no") ? 0 : -EINVAL;
}

static int parse_number(const struct key *key, const char *text, void *field)
{
	uint64_t value;
	int ret;

	if (key->kind == BYTES)
		ret = bt_parse_bytes(text, &value);
	else if (key->kind == TIME)
		ret = bt_parse_time_ns(text, BT_NS_PER_S, &value);
	else
		ret = bt_parse_u64(text, &value);
	if (ret || value < key->min || value > key->max)
		return -EINVAL;
	if (key->kind == COUNT)
		*(unsigned *)field = (unsigned)value;
	else
		*(uint64_t *)field = value;
	return 0;
}

/* Into the item's field; a text stays the plan's. */
static int apply(const struct key *key, const char *text, struct bt_lab_item *item)
{
	void *field = (char *)item + key->offset;

	switch (key->kind) {
	case TEXT:
		*(const char **)field = text;
		return *text ? 0 : -EINVAL;
	case FLAG:
		return parse_flag(text, field);
	case KERNELS:
		return parse_kernels(text, field);
	case WORKLOAD:
		return parse_workload(text, field);
	default:
		return parse_number(key, text, field);
	}
}

static int refuse(const struct key *key, const char *text, struct bt_err *err)
{
	char min[32], max[32];

	if (key->kind == BYTES)
		return bt_err_set(err, EINVAL, "%s=%s: a size from %s to %s", key->key.name, text,
				  bt_text_bytes(key->min, min, sizeof(min)),
				  bt_text_bytes(key->max, max, sizeof(max)));
	if (key->kind == TIME)
		return bt_err_set(err, EINVAL, "%s=%s: a time from %s to %s", key->key.name, text,
				  bt_text_ns(key->min, min, sizeof(min)),
				  bt_text_ns(key->max, max, sizeof(max)));
	if (key->kind == COUNT)
		return bt_err_set(err, EINVAL, "%s=%s: %llu to %llu is possible", key->key.name, text,
				  (unsigned long long)key->min, (unsigned long long)key->max);
	return bt_err_set(err, EINVAL, "%s=%s: %s (%s)", key->key.name, text, key->key.value,
			  key->key.help);
}

/* Texts may have commas in them. */
static const char *separator(const struct key *key)
{
	if (!key->list)
		return "";
	return key->kind == TEXT && strcmp(key->key.name, "mode") ? "|" : ",";
}

char *bt_lab_trim(char *text)
{
	char *end;

	text += strspn(text, " \t");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = '\0';
	return text;
}

static int add_value(const struct key *key, struct values *values, const char *text,
		     struct bt_err *err)
{
	struct bt_lab_item scratch;

	if (values->count == VALUES_MAX)
		return bt_err_set(err, EINVAL, "%s: %u values are the most", key->key.name,
				  VALUES_MAX);
	if (apply(key, text, &scratch))
		return refuse(key, text, err);
	values->text[values->count++] = bt_xstrdup(text);
	return 0;
}

int bt_lab_plan_set(struct bt_lab_plan *plan, const char *name, const char *value,
		    struct bt_err *err)
{
	struct section *section = plan->count ? &plan->sections[plan->count - 1] : NULL;
	char *copy, *rest, *text;
	unsigned i = 0;
	int ret = 0;

	while (i < KEYS && strcmp(keys[i].key.name, name))
		i++;
	if (i == KEYS || !section)
		return bt_err_set(err, EINVAL, "'%s' is no setting of the lab", name);
	if (!(keys[i].key.benchmarks & 1u << section->benchmark))
		return bt_err_set(err, EINVAL, "%s: %s has nothing to do with it", name,
				  bt_lab_benchmark_name[section->benchmark]);
	free_values(&section->values[i]);
	copy = rest = bt_xstrdup(value);
	while (!ret && (text = strsep(&rest, separator(&keys[i]))))
		ret = add_value(&keys[i], &section->values[i], bt_lab_trim(text), err);
	free(copy);
	return ret;
}

int bt_lab_plan_add(struct bt_lab_plan *plan, const char *benchmark, struct bt_err *err)
{
	unsigned i = 0;

	while (i < BT_LAB_BENCHMARKS && strcmp(bt_lab_benchmark_name[i], benchmark))
		i++;
	if (i == BT_LAB_BENCHMARKS)
		return bt_err_set(err, EINVAL, "'%s' is no benchmark: inflate, stream, ftq, compiling "
				  "or multivm", benchmark);
	if (plan->count == SECTIONS_MAX)
		return bt_err_set(err, EINVAL, "a plan has at most %u sections", SECTIONS_MAX);
	plan->sections[plan->count++] = (struct section){ .benchmark = i };
	return 0;
}

void bt_lab_plan_print(const struct bt_lab_plan *plan, FILE *out)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct section *section = &plan->sections[i];

		fprintf(out, "[%s]\n", bt_lab_benchmark_name[section->benchmark]);
		for (unsigned key = 0; key < KEYS; key++) {
			const struct values *values = &section->values[key];

			for (unsigned v = 0; v < values->count; v++)
				fprintf(out, "%s%s%s", v ? separator(&keys[key]) : keys[key].key.name,
					v ? "" : " = ", values->text[v]);
			if (values->count)
				fputc('\n', out);
		}
	}
}

/* ---- runs --------------------------------------------------------------------------------- */

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
static void add_to_label(struct bt_lab_item *item, const struct key *key, bool several,
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
static int expand(struct expansion *e, const struct section *section, unsigned key,
		  const struct bt_lab_item *so_far)
{
	const struct values *values = &section->values[key < KEYS ? key : 0];
	int ret = 0;

	if (key == KEYS) {
		if (e->count == ITEMS_MAX)
			return too_many(e);
		e->items = bt_xrealloc(e->items, e->count + 1, sizeof(*e->items));
		e->items[e->count] = *so_far;
		return check(&e->items[e->count++], e->err);
	}
	if (!values->count) {
		struct bt_lab_item item = *so_far;

		add_to_label(&item, &keys[key], false, NULL);
		return expand(e, section, key + 1, &item);
	}
	for (unsigned i = 0; i < values->count && !ret; i++) {
		struct bt_lab_item item = *so_far;

		apply(&keys[key], values->text[i], &item);
		add_to_label(&item, &keys[key], values->count > 1, values->text[i]);
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

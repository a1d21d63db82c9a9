// SPDX-License-Identifier: GPL-2.0
#include "core/param.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"

#define VALUE_TEXT 1024	/* of a parameter in a message: long masks are cut */

const struct bt_param *bt_param_find(const char *name)
{
	const struct bt_param *found = NULL;
	size_t length = strlen(name);
	unsigned i, matches = 0;

	for (i = 0; i < bt_param_count; i++) {
		if (!strcmp(bt_params[i].name, name))
			return &bt_params[i];
		if (length && !strncmp(bt_params[i].name, name, length)) {
			found = &bt_params[i];
			matches++;
		}
	}
	return matches == 1 ? found : NULL;
}

uint64_t bt_param_max(const struct bt_param *param, const struct ant_limits *limits)
{
	if (limits && param->kind == BT_PARAM_ORDER)
		return limits->max_order;
	if (limits && param->offset == offsetof(struct bt_config, max_held_bytes))
		return limits->max_held_bytes;
	return param->max;
}

uint64_t bt_param_get(const struct bt_param *param, const struct bt_config *config)
{
	const char *field = (const char *)config + param->offset;
	uint32_t narrow;
	uint64_t wide;

	if (param->kind == BT_PARAM_CPUS)
		return 0;
	if (param->width == sizeof(wide)) {
		memcpy(&wide, field, sizeof(wide));
		return wide;
	}
	memcpy(&narrow, field, sizeof(narrow));
	return !narrow && param->kind == BT_PARAM_ONE_IN ? 1 : narrow;
}

static void put(const struct bt_param *param, struct bt_config *config, uint64_t value)
{
	char *field = (char *)config + param->offset;
	uint32_t narrow = (uint32_t)value;

	if (param->width == sizeof(value))
		memcpy(field, &value, sizeof(value));
	else
		memcpy(field, &narrow, sizeof(narrow));
}

bool bt_param_same(const struct bt_param *param, const struct bt_config *a,
		   const struct bt_config *b)
{
	if (param->kind == BT_PARAM_CPUS)
		return !memcmp(a->cpus, b->cpus, sizeof(a->cpus));
	if (param->kind == BT_PARAM_NODES && memcmp(a->nodes, b->nodes, sizeof(a->nodes)))
		return false;
	if (param->kind == BT_PARAM_ORDER &&
	    memcmp(a->order_weights, b->order_weights, sizeof(a->order_weights)))
		return false;
	return bt_param_get(param, a) == bt_param_get(param, b);
}

void bt_param_copy(const struct bt_param *param, struct bt_config *to,
		   const struct bt_config *from)
{
	if (param->kind == BT_PARAM_CPUS) {
		memcpy(to->cpus, from->cpus, sizeof(to->cpus));
		return;
	}
	if (param->kind == BT_PARAM_NODES)
		memcpy(to->nodes, from->nodes, sizeof(to->nodes));
	if (param->kind == BT_PARAM_ORDER)
		memcpy(to->order_weights, from->order_weights, sizeof(to->order_weights));
	put(param, to, bt_param_get(param, from));
}

/* ---- texts ------------------------------------------------------------------------------ */

struct unit {
	const char *suffix;
	uint64_t factor;
};

/* Exact, in the largest unit that divides value. */
static int text_in_units(uint64_t value, const struct unit *units, char *buf, size_t size)
{
	for (; units->factor > 1; units++) {
		if (value && value % units->factor == 0)
			break;
	}
	return snprintf(buf, size, "%llu%s", (unsigned long long)(value / units->factor),
			units->suffix);
}

static const struct unit byte_units[] = {
	{ "TiB", 1ull << 40 }, { "GiB", 1ull << 30 }, { "MiB", 1ull << 20 },
	{ "KiB", 1ull << 10 }, { "B", 1 },
};

static const struct unit ms_units[] = {
	{ "h", 3600000 }, { "m", 60000 }, { "s", 1000 }, { "ms", 1 },
};

static int text_number(const struct bt_param *param, uint64_t value, char *buf, size_t size)
{
	static const struct unit plain[] = { { "", 1 } };
	static const struct unit *const units[] = {
		[BT_PARAM_NUMBER] = plain,
		[BT_PARAM_ORDER] = plain,
		[BT_PARAM_BYTES] = byte_units,
		[BT_PARAM_TIME_MS] = ms_units,
	};

	if (param->zero_is_off && !value)
		return snprintf(buf, size, "off");
	if (param->kind == BT_PARAM_ONE_IN)
		return snprintf(buf, size, "1/%llu", (unsigned long long)value);
	return text_in_units(value, units[param->kind], buf, size);
}

static unsigned choice_count(const struct bt_param *param)
{
	unsigned count = 0;

	while (param->choices[count].name)
		count++;
	return count;
}

static const char *choice_name(const struct bt_param *param, uint64_t value)
{
	return value < choice_count(param) ? param->choices[value].name : "?";
}

static int text_nodes(const struct bt_param *param, const struct bt_config *config, char *buf,
		      size_t size)
{
	const char *name = choice_name(param, config->node_policy);
	char list[VALUE_TEXT];

	if (!bt_mask_text(config->nodes, BT_NODE_WORDS, list, sizeof(list)))
		return snprintf(buf, size, "%s", name);
	return snprintf(buf, size, "%s:%s", name, list);
}

static int text_mix(const struct bt_config *config, char *buf, size_t size)
{
	size_t used = 0;

	/* Goes on behind the end: as snprintf(), it tells how long it would be. */
	for (unsigned order = 0; order < BT_ORDER_COUNT; order++) {
		if (config->order_weights[order])
			used += (size_t)snprintf(used < size ? buf + used : NULL,
						 used < size ? size - used : 0, "%s%u:%u",
						 used ? "+" : "", order,
						 config->order_weights[order]);
	}
	return (int)used;
}

int bt_param_text(const struct bt_param *param, const struct bt_config *config, char *buf,
		  size_t size)
{
	int length;

	switch (param->kind) {
	case BT_PARAM_CPUS:
		length = bt_mask_text(config->cpus, BT_CPU_WORDS, buf, size);
		return length ? length : snprintf(buf, size, "none");
	case BT_PARAM_NODES:
		return text_nodes(param, config, buf, size);
	case BT_PARAM_CHOICE:
		return snprintf(buf, size, "%s", choice_name(param, bt_param_get(param, config)));
	case BT_PARAM_ORDER:
		if (bt_config_is_mix(config))
			return text_mix(config, buf, size);
		return text_number(param, bt_param_get(param, config), buf, size);
	default:
		return text_number(param, bt_param_get(param, config), buf, size);
	}
}

static int form_of_choices(const struct bt_param *param, char *buf, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; param->choices[i].name && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", i ? ", " : "",
					 param->choices[i].name);
	return (int)used;
}

int bt_param_form(const struct bt_param *param, char *buf, size_t size)
{
	char min[32], max[32];

	switch (param->kind) {
	case BT_PARAM_CPUS:
		return snprintf(buf, size, "LIST");
	case BT_PARAM_NODES:
		return snprintf(buf, size, "local, prefer:N, bind:LIST, interleave:LIST, remote");
	case BT_PARAM_CHOICE:
		return form_of_choices(param, buf, size);
	case BT_PARAM_BYTES:
		return snprintf(buf, size, "SIZE");
	default:
		text_number(param, param->min, min, sizeof(min));
		text_number(param, param->max, max, sizeof(max));
		return snprintf(buf, size, "%s to %s%s", min, max,
				param->zero_is_off ? ", off" : "");
	}
}

/* ---- parsing ---------------------------------------------------------------------------- */

/* Before the machine is known, the bound of the ABI must not look like that of the machine. */
static int refuse_range(const struct bt_param *param, const char *value,
			const struct ant_limits *limits, struct bt_err *err)
{
	uint64_t most = bt_param_max(param, limits);
	char min[32], max[32];
	bool has_unit = param->kind == BT_PARAM_NUMBER && *param->unit;
	bool of_abi = !limits && param->kind == BT_PARAM_ORDER;

	text_number(param, param->min, min, sizeof(min));
	text_number(param, most, max, sizeof(max));
	if (most == INT64_MAX)
		return bt_err_set(err, EINVAL, "%s=%s: out of range, allowed is %s or more",
				  param->name, value, min);
	return bt_err_set(err, EINVAL, "%s=%s: out of range, allowed is %s to %s%s%s%s%s",
			  param->name, value, min, max, has_unit ? " " : "",
			  has_unit ? param->unit : "", param->zero_is_off ? ", or off" : "",
			  of_abi ? " (by the ABI; a machine may allow less)" : "");
}

static int parse_number(const struct bt_param *param, const char *value, uint64_t *number)
{
	int code;

	if (param->zero_is_off && !strcmp(value, "off")) {
		*number = 0;
		return 0;
	}
	if (param->kind == BT_PARAM_BYTES)
		return bt_parse_bytes(value, number);
	if (param->kind == BT_PARAM_ONE_IN && !strncmp(value, "1/", 2))
		return bt_parse_u64(value + 2, number);
	if (param->kind != BT_PARAM_TIME_MS)
		return bt_parse_u64(value, number);
	code = bt_parse_time_ns(value, BT_NS_PER_MS, number);
	if (!code && *number % BT_NS_PER_MS)
		code = -EINVAL;
	*number /= BT_NS_PER_MS;
	return code;
}

static int set_number(const struct bt_param *param, struct bt_config *config, const char *value,
		      const struct ant_limits *limits, struct bt_err *err)
{
	static const char *const forms[] = {
		[BT_PARAM_NUMBER] = "a whole number is expected",
		[BT_PARAM_ORDER] = "a whole number is expected, or several by weight as 0:8+3:1",
		[BT_PARAM_ONE_IN] = "one in so many is expected, as 1/16 or 16",
		[BT_PARAM_BYTES] = "bytes are expected, as 4096, 64M or 2GiB",
		[BT_PARAM_TIME_MS] =
			"a time in whole milliseconds is expected, as 500ms, 10s or 2m",
	};
	uint64_t number = 0;
	int code = parse_number(param, value, &number);

	if (code == -EINVAL)
		return bt_err_set(err, EINVAL, "%s=%s: %s", param->name, value, forms[param->kind]);
	if (!code && !number && param->zero_is_off)
		put(param, config, 0);
	else if (code || number < param->min || number > bt_param_max(param, limits))
		return refuse_range(param, value, limits, err);
	else
		put(param, config, number);
	return 0;
}

/* "3:1", ended by what ends it; false where it is no order with a weight. */
static bool parse_weight(const char **at, uint64_t *order, uint64_t *weight)
{
	size_t colon = strcspn(*at, ":+"), end = strcspn(*at, "+");
	char number[32];

	if ((*at)[colon] != ':' || end >= sizeof(number))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)colon, *at);
	if (bt_parse_u64(number, order))
		return false;
	snprintf(number, sizeof(number), "%.*s", (int)(end - colon - 1), *at + colon + 1);
	*at += end;
	return !bt_parse_u64(number, weight);
}

static int set_mix(const struct bt_param *param, struct bt_config *config, const char *value,
		   const struct ant_limits *limits, struct bt_err *err)
{
	uint32_t weights[BT_ORDER_COUNT] = { 0 };
	uint64_t order, weight, highest = 0;
	const char *at = value;
	unsigned count = 0;

	do {
		if (!parse_weight(&at, &order, &weight))
			return bt_err_set(err, EINVAL, "%s=%s: orders by weight are expected, as "
					  "0:8+3:1", param->name, value);
		if (order > bt_param_max(param, limits))
			return refuse_range(param, value, limits, err);
		if (!weight || weight > BT_WEIGHT_MAX)
			return bt_err_set(err, EINVAL, "%s=%s: a weight is 1 to %u", param->name,
					  value, BT_WEIGHT_MAX);
		if (weights[order])
			return bt_err_set(err, EINVAL, "%s=%s: order %llu is there twice",
					  param->name, value, (unsigned long long)order);
		weights[order] = (uint32_t)weight;
		highest = order > highest ? order : highest;
		count++;
	} while (*at++ == '+');
	/* Of one order it is no mix. */
	if (count == 1)
		weights[order] = 0;
	memcpy(config->order_weights, weights, sizeof(weights));
	put(param, config, highest);
	return 0;
}

static int set_order(const struct bt_param *param, struct bt_config *config, const char *value,
		     const struct ant_limits *limits, struct bt_err *err)
{
	int code;

	if (strpbrk(value, ":+"))
		return set_mix(param, config, value, limits, err);
	code = set_number(param, config, value, limits, err);
	if (!code)
		memset(config->order_weights, 0, sizeof(config->order_weights));
	return code;
}

/* Index of the choice that is name[0..length), or -1. */
static int find_choice(const struct bt_param *param, const char *name, size_t length)
{
	unsigned i;

	for (i = 0; param->choices[i].name; i++) {
		if (strlen(param->choices[i].name) == length &&
		    !strncmp(param->choices[i].name, name, length))
			return (int)i;
	}
	return -1;
}

static int refuse_choice(const struct bt_param *param, const char *value, struct bt_err *err)
{
	char names[256];

	bt_param_form(param, names, sizeof(names));
	return bt_err_set(err, EINVAL, "%s=%s: allowed is one of %s", param->name, value, names);
}

static int set_choice(const struct bt_param *param, struct bt_config *config, const char *value,
		      struct bt_err *err)
{
	int choice = find_choice(param, value, strlen(value));

	if (choice < 0)
		return refuse_choice(param, value, err);
	put(param, config, (uint64_t)choice);
	return 0;
}

static int set_cpus(const struct bt_param *param, struct bt_config *config, const char *value,
		    const struct ant_limits *limits, struct bt_err *err)
{
	unsigned count = limits ? limits->cpu_count : BT_CPU_WORDS * 64;
	bool open_ended = !strcmp(value, "all") || *value == '^';
	__u64 mask[BT_CPU_WORDS] = { 0 };
	unsigned i;
	int code = bt_mask_parse(value, count, mask, BT_CPU_WORDS, "CPU", err);

	if (code)
		return code;
	for (i = 0; limits && open_ended && i < BT_CPU_WORDS; i++)
		mask[i] &= limits->possible_cpus[i];
	if (!bt_mask_weight(mask, BT_CPU_WORDS))
		return bt_err_set(err, EINVAL, "%s=%s: at least one CPU is needed", param->name,
				  value);
	memcpy(config->cpus, mask, sizeof(mask));
	return 0;
}

static int set_nodes(const struct bt_param *param, struct bt_config *config, const char *value,
		     const struct ant_limits *limits, struct bt_err *err)
{
	unsigned count = limits ? limits->node_count : BT_NODE_WORDS * 64;
	size_t length = strcspn(value, ":");
	int policy = find_choice(param, value, length);
	bool wants_list = policy == BT_NODE_PREFER || policy == BT_NODE_BIND ||
			  policy == BT_NODE_INTERLEAVE;
	__u64 nodes[BT_NODE_WORDS] = { 0 };
	unsigned named;
	int code;

	if (policy < 0 || (!wants_list && value[length]))
		return refuse_choice(param, value, err);
	if (wants_list) {
		code = bt_mask_parse(value[length] ? value + length + 1 : "", count, nodes,
				     BT_NODE_WORDS, "node", err);
		if (code)
			return code;
		named = bt_mask_weight(nodes, BT_NODE_WORDS);
		if (!named || (policy == BT_NODE_PREFER && named > 1))
			return bt_err_set(err, EINVAL, "%s=%s: %s needs %s node", param->name,
					  value, param->choices[policy].name,
					  policy == BT_NODE_PREFER ? "exactly one"
								   : "at least one");
	}
	config->node_policy = (uint32_t)policy;
	memcpy(config->nodes, nodes, sizeof(nodes));
	return 0;
}

int bt_param_set(const struct bt_param *param, struct bt_config *config, const char *value,
		 const struct ant_limits *limits, struct bt_err *err)
{
	switch (param->kind) {
	case BT_PARAM_CHOICE:
		return set_choice(param, config, value, err);
	case BT_PARAM_CPUS:
		return set_cpus(param, config, value, limits, err);
	case BT_PARAM_NODES:
		return set_nodes(param, config, value, limits, err);
	case BT_PARAM_ORDER:
		return set_order(param, config, value, limits, err);
	default:
		return set_number(param, config, value, limits, err);
	}
}

int bt_param_assign(struct bt_config *config, const char *assignment,
		    const struct ant_limits *limits, struct bt_err *err)
{
	const char *equals = strchr(assignment, '=');
	const struct bt_param *param;
	char name[32];

	if (!equals)
		return bt_err_set(err, EINVAL, "'%s': NAME=VALUE is expected, as order=3",
				  assignment);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - assignment), assignment);
	param = bt_param_find(name);
	if (!param)
		return bt_err_set(err, EINVAL, "no parameter is called '%s': see --help", name);
	return bt_param_set(param, config, equals + 1, limits, err);
}

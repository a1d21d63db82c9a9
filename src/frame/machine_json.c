// SPDX-License-Identifier: GPL-2.0
#include "frame/frame_json.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/param.h"
#include "frame/fields.h"

/* ---- config ------------------------------------------------------------------------------- */

/* What a config has beside its parameters. */
static const struct bt_field config_rows[] = {
	BT_FIELD(struct bt_config, run, "run", BT_FIELD_NAME, .required = true,
		 .max = BT_RUN_COUNT - 1, .names = bt_run_names),
};

/* Of a step of a microbenchmark alone. */
static const struct bt_field step_rows[] = {
	BT_FIELD(struct bt_config, step, "step", BT_FIELD_NAME, .max = BT_STEP_COUNT - 1,
		 .names = bt_step_names),
	BT_FIELD(struct bt_config, step_blocks, "step_blocks", BT_FIELD_UNSIGNED),
};

/* Of whatever is random, in a step or not. */
static const struct bt_field seed_rows[] = {
	BT_FIELD(struct bt_config, seed, "seed", BT_FIELD_UNSIGNED),
};

/* Absent as long as it was not published. */
static const struct bt_field generation_rows[] = {
	BT_FIELD(struct bt_config, generation, "generation", BT_FIELD_UNSIGNED),
};

static const struct bt_field_table config_fields = BT_FIELD_TABLE(config_rows);
static const struct bt_field_table step_fields = BT_FIELD_TABLE(step_rows);
static const struct bt_field_table seed_fields = BT_FIELD_TABLE(seed_rows);
static const struct bt_field_table generation_fields = BT_FIELD_TABLE(generation_rows);

static bool is_number(const struct bt_param *param)
{
	return param->kind == BT_PARAM_NUMBER || param->kind == BT_PARAM_ORDER ||
	       param->kind == BT_PARAM_BYTES || param->kind == BT_PARAM_TIME_MS ||
	       param->kind == BT_PARAM_ONE_IN;
}

static struct bt_field field_of(const struct bt_param *param)
{
	return (struct bt_field){
		.key = param->json_key,
		.kind = BT_FIELD_UNSIGNED,
		/* Documents of before there was sampling do without: every operation. */
		.required = param->kind != BT_PARAM_ONE_IN && !param->absent_is_zero,
		.offset = param->offset,
		.width = param->width,
	};
}

/* Beside "order", which is the highest of them. There is one. */
static void encode_weights(struct bt_json_writer *w, const struct bt_config *config)
{
	unsigned count = BT_ORDER_COUNT;

	while (!config->order_weights[count - 1])
		count--;
	bt_json_array(w, "order_weights");
	for (unsigned order = 0; order < count; order++)
		bt_json_u64(w, NULL, config->order_weights[order]);
	bt_json_end_array(w);
}

void bt_config_encode(struct bt_json_writer *w, const char *key, const struct bt_config *config)
{
	bool step = config->step || config->step_blocks;
	char text[1024];
	unsigned i;

	bt_json_object(w, key);
	bt_fields_encode(w, &config_fields, config);
	/* Numbers without their step go as they are: whoever gets them refuses them. */
	if (step)
		bt_fields_encode(w, &step_fields, config);
	if (step || config->seed)
		bt_fields_encode(w, &seed_fields, config);
	if (config->generation)
		bt_fields_encode(w, &generation_fields, config);
	for (i = 0; i < bt_param_count; i++) {
		const struct bt_param *param = &bt_params[i];
		struct bt_field field = field_of(param);

		if (param->absent_is_zero && !bt_param_get(param, config))
			continue;
		if (is_number(param)) {
			bt_json_u64(w, param->json_key, bt_field_load(&field, config));
		} else if (param->kind == BT_PARAM_CPUS) {
			bt_mask_encode(w, param->json_key, config->cpus, BT_CPU_WORDS);
		} else {
			bt_param_text(param, config, text, sizeof(text));
			bt_json_string(w, param->json_key, text);
		}
	}
	if (bt_config_is_mix(config))
		encode_weights(w, config);
	bt_json_end_object(w);
}

/*
 * A config as it is, also one that no machine would take: whether it is valid is
 * bt_config_check()'s to say.
 */
static int decode_param(const struct bt_json *node, const struct bt_param *param,
			struct bt_config *config, struct bt_err *err)
{
	const struct bt_field field = field_of(param);
	const struct bt_field_table table = { &field, 1 };
	const char *text;

	if (is_number(param))
		return bt_fields_decode(node, &table, config, err);
	if (param->kind == BT_PARAM_CPUS)
		return bt_mask_decode(node, param->json_key, BT_CPU_WORDS * 64, config->cpus,
				      BT_CPU_WORDS, err);
	if (param->absent_is_zero && !bt_json_get(node, param->json_key))
		return 0;
	text = bt_json_get_string(node, param->json_key);
	if (!text || bt_param_set(param, config, text, NULL, NULL))
		return bt_err_set(err, EPROTO, "member %s is missing or has no value of its list",
				  param->json_key);
	return 0;
}

static int decode_weights(const struct bt_json *node, struct bt_config *config, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get(node, "order_weights"), *element;
	unsigned order = 0;
	uint64_t weight;

	if (!array)
		return 0;
	if (array->type != BT_JSON_ARRAY || array->count > BT_ORDER_COUNT)
		return bt_err_set(err, EPROTO, "member order_weights is no array of at most %u",
				  BT_ORDER_COUNT);
	for (element = array->child; element; element = element->next) {
		if (!bt_json_as_u64(element, &weight) || weight > UINT32_MAX)
			return bt_err_set(err, EPROTO, "member order_weights holds no weights");
		config->order_weights[order++] = (uint32_t)weight;
	}
	return 0;
}

int bt_config_decode(const struct bt_json *node, struct bt_config *config, struct bt_err *err)
{
	struct bt_config decoded = { .size = sizeof(decoded) };
	unsigned i;
	int code;

	if (!node || node->type != BT_JSON_OBJECT)
		return bt_err_set(err, EPROTO, "config is no object");
	code = bt_fields_decode(node, &config_fields, &decoded, err);
	if (!code)
		code = bt_fields_decode(node, &step_fields, &decoded, err);
	if (!code)
		code = bt_fields_decode(node, &seed_fields, &decoded, err);
	if (!code)
		code = bt_fields_decode(node, &generation_fields, &decoded, err);
	for (i = 0; !code && i < bt_param_count; i++)
		code = decode_param(node, &bt_params[i], &decoded, err);
	if (!code)
		code = decode_weights(node, &decoded, err);
	if (code) {
		bt_err_prefix(err, "config");
		return code;
	}
	*config = decoded;
	return 0;
}

/* ---- machine ------------------------------------------------------------------------------ */

const char *const bt_reality_name[] = {
	[BT_REAL] = "real",
	[BT_EMULATED] = "emulated",
	[BT_SIMULATED] = "simulated",
};

#define TEXT(member) BT_FIELD(struct bt_machine, member, #member, BT_FIELD_TEXT)
#define NUMBER(member, ...) \
	BT_FIELD(struct bt_machine, member, #member, BT_FIELD_UNSIGNED, ##__VA_ARGS__)

static const struct bt_field machine_rows[] = {
	BT_FIELD(struct bt_machine, source, "source", BT_FIELD_TEXT, .required = true),
	BT_FIELD(struct bt_machine, reality, "reality", BT_FIELD_NAME, .required = true,
		 .max = BT_ARRAY_SIZE(bt_reality_name) - 1, .names = bt_reality_name),
	TEXT(source_note),
	TEXT(host),
	TEXT(kernel),
	TEXT(kernel_version),
	TEXT(arch),
	TEXT(cpu_model),
	TEXT(command_line),
	TEXT(module_version),
	TEXT(accel),
	TEXT(thp),
	TEXT(governor),
	TEXT(smt),
	TEXT(microcode),
	NUMBER(abi_version),
	NUMBER(page_bytes, .required = true, .max = 1u << 20),
	NUMBER(max_order, .required = true, .max = BT_MAX_ORDERS - 1),
	NUMBER(cpu_count, .required = true, .max = BT_MAX_CPUS),
	NUMBER(node_count, .required = true, .max = BT_MAX_NODES),
	NUMBER(memory_bytes),
	NUMBER(max_held_bytes),
};

static const struct bt_field_table machine_fields = BT_FIELD_TABLE(machine_rows);

static void encode_u16(struct bt_json_writer *w, const char *key, const uint16_t *numbers,
		       unsigned count)
{
	unsigned i;

	bt_json_array(w, key);
	for (i = 0; i < count; i++)
		bt_json_u64(w, NULL, numbers[i]);
	bt_json_end_array(w);
}

/* BT_FEATURE_*, each with its name. */
static const struct {
	uint64_t bit;
	const char *name;
} features[] = {
	{ BT_FEATURE_INIT_ON_ALLOC, "init_on_alloc" },
	{ BT_FEATURE_TEST_DELAY, "test_delay" },
	{ BT_FEATURE_BULK, "bulk" },
	{ BT_FEATURE_MIXED, "mixed" },
};

static void encode_features(struct bt_json_writer *w, uint64_t bits)
{
	unsigned i;

	bt_json_array(w, "features");
	for (i = 0; i < BT_ARRAY_SIZE(features); i++) {
		if (bits & features[i].bit)
			bt_json_string(w, NULL, features[i].name);
	}
	bt_json_end_array(w);
}

static void encode_distance(struct bt_json_writer *w, const struct bt_machine *machine)
{
	unsigned i, j;

	bt_json_array(w, "distance");
	for (i = 0; i < machine->node_count; i++) {
		bt_json_array(w, NULL);
		for (j = 0; j < machine->node_count; j++)
			bt_json_u64(w, NULL, machine->distance[i][j]);
		bt_json_end_array(w);
	}
	bt_json_end_array(w);
}

/* NULL: nobody knows, and it is left out. */
static const char *const way_nodes[BT_WAY_NODES_COUNT] = {
	[BT_WAY_NODES_FOLLOWED] = "followed",
	[BT_WAY_NODES_IGNORED] = "ignored",
};

#define WAY(member, kind, ...) \
	BT_FIELD(struct bt_machine_way, member, #member, kind, ##__VA_ARGS__)

static const struct bt_field way_rows[] = {
	WAY(name, BT_FIELD_TEXT, .required = true),
	WAY(dropped, BT_FIELD_TEXT),
	WAY(traced, BT_FIELD_BOOL),
	WAY(nodes, BT_FIELD_NAME, .max = BT_WAY_NODES_COUNT - 1, .names = way_nodes),
};

static const struct bt_field_table way_fields = BT_FIELD_TABLE(way_rows);

static void encode_ways(struct bt_json_writer *w, const struct bt_machine *machine)
{
	bt_json_array(w, "ways");
	for (unsigned i = 0; i < machine->way_count; i++) {
		const struct bt_machine_way *way = &machine->ways[i];
		const __u64 orders = way->orders;

		bt_json_object(w, NULL);
		bt_fields_encode(w, &way_fields, way);
		bt_mask_encode(w, "orders", &orders, 1);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
}

void bt_machine_encode(struct bt_json_writer *w, const char *key, const struct bt_machine *machine)
{
	bt_json_object(w, key);
	bt_fields_encode(w, &machine_fields, machine);
	encode_features(w, machine->features);
	bt_mask_encode(w, "memory_nodes", machine->memory_nodes, BT_NODE_WORDS);
	bt_mask_encode(w, "possible_cpus", machine->possible_cpus, BT_CPU_WORDS);
	bt_mask_encode(w, "allowed_cpus", machine->allowed_cpus, BT_CPU_WORDS);
	encode_u16(w, "cpu_node", machine->cpu_node, machine->cpu_count);
	encode_u16(w, "cpu_core", machine->cpu_core, machine->cpu_count);
	encode_distance(w, machine);
	if (machine->way_count)
		encode_ways(w, machine);
	bt_json_end_object(w);
}

/* Absent but of source user; more than there is room for are a newer program's. */
static int decode_ways(const struct bt_json *node, struct bt_machine *machine, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "ways"), *element;

	for (element = array ? array->child : NULL;
	     element && machine->way_count < BT_WAYS_MAX; element = element->next) {
		struct bt_machine_way *way = &machine->ways[machine->way_count++];
		__u64 orders = 0;
		int code;

		if (element->type != BT_JSON_OBJECT)
			return bt_err_set(err, EPROTO, "member ways holds no objects");
		code = bt_fields_decode(element, &way_fields, way, err);
		if (!code)
			code = bt_mask_decode(element, "orders", BT_MAX_ORDERS, &orders, 1, err);
		if (code)
			return bt_err_prefix(err, "ways");
		way->orders = (uint32_t)orders;
	}
	return 0;
}

/* Names that are not known here are a newer module's. */
static int decode_features(const struct bt_json *node, uint64_t *bits, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, "features"), *element;
	unsigned i;

	if (!array)
		return bt_err_set(err, EPROTO, "member features is no array");
	for (element = array->child; element; element = element->next) {
		if (element->type != BT_JSON_STRING)
			return bt_err_set(err, EPROTO, "member features holds no names");
		for (i = 0; i < BT_ARRAY_SIZE(features); i++) {
			if (!strcmp(features[i].name, element->string))
				*bits |= features[i].bit;
		}
	}
	return 0;
}

/* Exactly count numbers, each below limit. */
static int decode_u16(const struct bt_json *node, const char *key, unsigned count, unsigned limit,
		      uint16_t *numbers, struct bt_err *err)
{
	const struct bt_json *array = bt_json_get_array(node, key), *element;
	uint64_t value;

	if (!array || array->count != count)
		return bt_err_set(err, EPROTO, "member %s is no array of %u numbers", key, count);
	for (element = array->child; element; element = element->next) {
		if (!bt_json_as_u64(element, &value) || value >= limit)
			return bt_err_set(err, EPROTO,
					  "member %s holds no numbers below %u", key, limit);
		*numbers++ = (uint16_t)value;
	}
	return 0;
}

static int decode_distance(const struct bt_json *node, struct bt_machine *machine,
			   struct bt_err *err)
{
	const struct bt_json *rows = bt_json_get_array(node, "distance"), *row, *element;
	unsigned count = machine->node_count, i = 0, j;
	uint64_t value;

	if (!rows || rows->count != count)
		return bt_err_set(err, EPROTO, "member distance has not %u rows", count);
	for (row = rows->child; row; row = row->next, i++) {
		if (row->type != BT_JSON_ARRAY || row->count != count)
			return bt_err_set(err, EPROTO,
					  "member distance: row %u is not of %u numbers", i, count);
		for (element = row->child, j = 0; element; element = element->next, j++) {
			if (!bt_json_as_u64(element, &value) || value > UINT8_MAX)
				return bt_err_set(err, EPROTO, "member distance: row %u holds no "
						  "distances", i);
			machine->distance[i][j] = (uint8_t)value;
		}
	}
	return 0;
}

static int decode_topology(const struct bt_json *node, struct bt_machine *machine,
			   struct bt_err *err)
{
	unsigned cpus = machine->cpu_count, nodes = machine->node_count;
	int code;

	code = bt_mask_decode(node, "memory_nodes", nodes, machine->memory_nodes, BT_NODE_WORDS,
			      err);
	if (!code)
		code = bt_mask_decode(node, "possible_cpus", cpus, machine->possible_cpus,
				      BT_CPU_WORDS, err);
	if (!code)
		code = bt_mask_decode(node, "allowed_cpus", cpus, machine->allowed_cpus,
				      BT_CPU_WORDS, err);
	if (!code)
		code = decode_u16(node, "cpu_node", cpus, nodes, machine->cpu_node, err);
	if (!code)
		code = decode_u16(node, "cpu_core", cpus, cpus, machine->cpu_core, err);
	return code ? code : decode_distance(node, machine, err);
}

int bt_machine_decode(const struct bt_json *node, struct bt_machine *machine, struct bt_err *err)
{
	struct bt_machine decoded = { .memory_bytes = BT_UNKNOWN };
	int code;

	if (!node || node->type != BT_JSON_OBJECT)
		return bt_err_set(err, EPROTO, "machine is no object");
	code = bt_fields_decode(node, &machine_fields, &decoded, err);
	if (!code && (!decoded.cpu_count || !decoded.node_count || !decoded.page_bytes))
		code = bt_err_set(err, EPROTO, "cpu_count, node_count or page_bytes is 0");
	if (!code)
		code = decode_features(node, &decoded.features, err);
	if (!code)
		code = decode_topology(node, &decoded, err);
	if (!code)
		code = decode_ways(node, &decoded, err);
	if (code) {
		bt_err_prefix(err, "machine");
		return code;
	}
	*machine = decoded;
	return 0;
}

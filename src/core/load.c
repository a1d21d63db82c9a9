// SPDX-License-Identifier: GPL-2.0
#include "core/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/load_list.h"
#include "core/mask.h"
#include "core/util.h"

/* ---- all loads -------------------------------------------------------------------------- */

unsigned bt_loads_count(const struct bt_loads *loads)
{
	return loads ? loads->count : bt_load_table_count;
}

const struct bt_load *bt_loads_at(const struct bt_loads *loads, unsigned index)
{
	return loads ? &loads->items[index] : &bt_load_table[index];
}

int bt_loads_find(const struct bt_loads *loads, const char *name, const struct bt_load **load,
		  struct bt_err *err)
{
	char list[BT_ERR_TEXT] = "";
	size_t used = 0;

	for (unsigned i = 0; i < bt_loads_count(loads); i++) {
		*load = bt_loads_at(loads, i);
		if (!strcmp((*load)->name, name))
			return 0;
		if (used < sizeof(list))
			used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
						 i ? ", " : "", (*load)->name);
	}
	*load = NULL;
	return bt_err_set(err, EINVAL, "load %s: there is none of this name (there are %s)", name,
			  list);
}

/* ---- settings --------------------------------------------------------------------------- */

/* "60%", of a size. */
static bool is_percent(const struct bt_param *param, const char *value)
{
	size_t length = strlen(value);

	return param->kind == BT_PARAM_BYTES && length && value[length - 1] == '%';
}

static int parse_percent(const struct bt_param *param, const char *value, uint64_t *percent,
			 struct bt_err *err)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%.*s", (int)strlen(value) - 1, value);
	if (!bt_parse_u64(digits, percent) && *percent >= 1 && *percent <= 100)
		return 0;
	return bt_err_set(err, EINVAL, "%s=%s: of the memory 1%% to 100%% are allowed, in whole "
			  "numbers", param->name, value);
}

int bt_load_check_setting(const struct bt_param *param, const char *value, struct bt_err *err)
{
	struct bt_config config = { 0 };
	uint64_t percent;

	return is_percent(param, value) ? parse_percent(param, value, &percent, err) :
					  bt_param_set(param, &config, value, NULL, err);
}

static void say_less(const struct bt_param *param, const char *value, uint64_t bytes, uint64_t most,
		     char *note)
{
	char wanted[16], allowed[16];

	snprintf(note, BT_ERR_TEXT,
		 "%s is %s instead of %s (%s): no more is allowed here",
		 param->name, bt_text_bytes(most, allowed, sizeof(allowed)), value,
		 bt_text_bytes(bytes, wanted, sizeof(wanted)));
}

static int set_percent(const struct bt_param *param, const char *value,
		       const struct ant_limits *limits, uint64_t memory_bytes,
		       struct bt_config *config, char *note, struct bt_err *err)
{
	uint64_t most = bt_param_max(param, limits), percent, bytes;
	char text[32];
	int code = parse_percent(param, value, &percent, err);

	if (code)
		return code;
	if (memory_bytes == BT_UNKNOWN)
		return bt_err_set(err, EINVAL, "%s=%s: the machine's memory is not known; give "
				  "bytes", param->name, value);
	bytes = memory_bytes / 100 * percent >> 20 << 20;
	if (bytes > most && note)
		say_less(param, value, bytes, most, note);
	if (bytes > most)
		bytes = most >> 20 << 20;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)bytes);
	return bt_param_set(param, config, text, limits, err);
}

static int set(const char *setting, const struct ant_limits *limits, uint64_t memory_bytes,
	       struct bt_config *config, char *note, struct bt_err *err)
{
	const char *value = strchr(setting, '=') + 1;
	char name[32];
	const struct bt_param *param;

	snprintf(name, sizeof(name), "%.*s", (int)(value - 1 - setting), setting);
	param = bt_param_find(name);
	return is_percent(param, value) ?
		       set_percent(param, value, limits, memory_bytes, config, note, err) :
		       bt_param_set(param, config, value, limits, err);
}

/* The module takes guard bench without a reserve only. */
static void drop_reserve(const struct bt_load *load, struct bt_config *config)
{
	for (const char *const *setting = load->settings; *setting; setting++) {
		if (!strncmp(*setting, "reserve=", strlen("reserve=")))
			return;
	}
	config->reserve_bytes = 0;
}

int bt_load_check_machine(const struct bt_load *load, const struct ant_limits *limits,
			  struct bt_err *err)
{
	unsigned nodes = bt_mask_weight(limits->memory_nodes, BT_NODE_WORDS);

	if (nodes >= load->nodes)
		return 0;
	return bt_err_set(err, EOPNOTSUPP,
			  "load %s: it takes %u nodes with memory, this machine has %u", load->name,
			  load->nodes, nodes);
}

int bt_load_config(const struct bt_load *load, const struct ant_limits *limits,
		   uint64_t memory_bytes, struct bt_config *config, char *note, struct bt_err *err)
{
	struct bt_config changed;
	int code = bt_load_check_machine(load, limits, err);

	if (note)
		*note = '\0';
	if (code)
		return code;
	bt_config_default(&changed, limits, memory_bytes == BT_UNKNOWN ? 0 : memory_bytes);
	for (unsigned i = 0; i < bt_param_count; i++) {
		if (bt_params[i].stays)
			bt_param_copy(&bt_params[i], &changed, config);
	}
	bt_config_run(&changed, BT_RUN_GO);
	for (const char *const *setting = load->settings; *setting && !code; setting++)
		code = set(*setting, limits, memory_bytes, &changed, note, err);
	if (changed.guard == BT_GUARD_BENCH)
		drop_reserve(load, &changed);
	if (!code)
		code = bt_config_check(&changed, limits, err);
	if (code)
		return bt_err_prefix(err, "load %s", load->name);
	*config = changed;
	return 0;
}

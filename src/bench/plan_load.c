// SPDX-License-Identifier: GPL-2.0
#include "bench/plan_load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_key.h"
#include "core/util.h"

/* What bt_config_default() holds, of a machine that is not known yet. */
#define HELD_PRESET "10%"
#define VALUE_MAX 64

static const struct bt_plan_key *key_of(const struct bt_param *param)
{
	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		const struct bt_plan_key *key = &bt_plan_keys[i];

		if (key->param && !strcmp(key->param, param->name))
			return key;
	}
	return NULL;
}

/* NULL where the load does not name it. */
static const char *value_of(const struct bt_load *load, const char *param)
{
	size_t length = strlen(param);

	for (const char *const *setting = load->settings; *setting; setting++) {
		if (!strncmp(*setting, param, length) && (*setting)[length] == '=')
			return *setting + length + 1;
	}
	return NULL;
}

static bool is_guard(const struct bt_param *param)
{
	return !strcmp(param->name, "guard") || !strcmp(param->name, "reserve");
}

/* Where a plan's preset is another one than that of a load. */
static void write_preset(FILE *out, const struct bt_param *param, const struct bt_config *config)
{
	const struct bt_plan_key *key = key_of(param);
	char value[VALUE_MAX];

	if (!key || param->stays || is_guard(param))
		return;
	bt_param_text(param, config, value, sizeof(value));
	if (param->offset == offsetof(struct bt_config, max_held_bytes))
		snprintf(value, sizeof(value), "%s", HELD_PRESET);
	if (strcmp(value, key->preset))
		fprintf(out, "%s = %s\n", key->name, value);
}

static void write_setting(FILE *out, const struct bt_param *param, const char *value)
{
	if (strcmp(param->name, "reserve"))
		fprintf(out, "%s = %s\n", key_of(param)->name, value);
}

/* The presets first: a parameter may set what another one, which the load names, is about. */
static void write_load(FILE *out, const struct bt_load *load)
{
	static const __u64 no_cpus[BT_CPU_WORDS];
	const struct ant_limits limits = { .possible_cpus = no_cpus };
	struct bt_config config;

	bt_config_default(&config, &limits, 0);
	fprintf(out, "[%s]\n# %s\n", load->name, load->shows);
	for (unsigned i = 0; i < bt_param_count; i++) {
		if (!value_of(load, bt_params[i].name))
			write_preset(out, &bt_params[i], &config);
	}
	for (const char *const *setting = load->settings; *setting; setting++) {
		char name[VALUE_MAX];

		snprintf(name, sizeof(name), "%.*s", (int)strcspn(*setting, "="), *setting);
		write_setting(out, bt_param_find(name), strchr(*setting, '=') + 1);
	}
}

static int check(const struct bt_load *load, bool guarded, struct bt_err *err)
{
	const char *guard = value_of(load, "guard");
	const char *safe = bt_param_find("guard")->choices[BT_GUARD_SAFE].name;

	if (!strcmp(load->name, "global") || !strcmp(load->name, "override"))
		return bt_err_set(err, EINVAL, "load %s: a plan has this name for something else; "
				  "give the load another one in %s", load->name,
				  load->file ? load->file : "its file");
	if (guard && !strcmp(guard, safe) && !guarded)
		return bt_err_set(err, EINVAL, "load %s: it keeps to its guard, and what a guard has "
				  "touched is no result; --set guard=bench measures it without",
				  load->name);
	return 0;
}

int bt_plan_load_text(char **text, const struct bt_load *const *loads, unsigned count, bool guarded,
		      struct bt_err *err)
{
	size_t size;
	FILE *out;
	int code;

	*text = NULL;
	for (unsigned i = 0; i < count; i++) {
		code = check(loads[i], guarded, err);
		if (code)
			return code;
	}
	out = open_memstream(text, &size);
	for (unsigned i = 0; i < count; i++)
		write_load(out, loads[i]);
	fclose(out);
	return 0;
}

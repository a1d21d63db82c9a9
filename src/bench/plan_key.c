// SPDX-License-Identifier: GPL-2.0
#include "bench/plan_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define NAME_MAX_NEAR 32	/* longer names are near to none */
#define NEAR_EDITS 2

const struct bt_plan_key *bt_plan_key_find(const char *name)
{
	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		if (!strcmp(bt_plan_keys[i].name, name))
			return &bt_plan_keys[i];
	}
	return NULL;
}

/* Letters to insert, remove or replace to make one of the other (Levenshtein 1966). */
static unsigned edits(const char *from, const char *to)
{
	unsigned cost[NAME_MAX_NEAR + 1], columns = (unsigned)strlen(to), i, j;

	for (j = 0; j <= columns; j++)
		cost[j] = j;
	for (i = 1; from[i - 1]; i++) {
		unsigned diagonal = cost[0], above;

		cost[0] = i;
		for (j = 1; j <= columns; j++) {
			above = cost[j];
			cost[j] = diagonal + (from[i - 1] != to[j - 1]);
			if (above + 1 < cost[j])
				cost[j] = above + 1;
			if (cost[j - 1] + 1 < cost[j])
				cost[j] = cost[j - 1] + 1;
			diagonal = above;
		}
	}
	return cost[columns];
}

const struct bt_plan_key *bt_plan_key_near(const char *name)
{
	const struct bt_plan_key *near = NULL;
	unsigned least = NEAR_EDITS + 1, needed;

	if (strlen(name) > NAME_MAX_NEAR)
		return NULL;
	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		needed = edits(name, bt_plan_keys[i].name);
		if (needed < least && needed < strlen(name)) {
			least = needed;
			near = &bt_plan_keys[i];
		}
	}
	return near;
}

int bt_plan_key_get(const char *name, const struct bt_plan_key **key, struct bt_err *err)
{
	const struct bt_plan_key *near;

	*key = bt_plan_key_find(name);
	if (*key)
		return 0;
	near = bt_plan_key_near(name);
	if (near)
		return bt_err_set(err, EINVAL, "no key is called '%s'; is '%s' meant?", name,
				  near->name);
	return bt_err_set(err, EINVAL, "no key is called '%s'; buddytop.5 lists them", name);
}

/* ---- forms ------------------------------------------------------------------------------ */

static int form_of_kind(const struct bt_plan_key *key, char *buf, size_t size)
{
	switch (key->kind) {
	case BT_PLAN_PARAM:
		return bt_param_form(bt_param_find(key->param), buf, size);
	case BT_PLAN_HELD:
		return snprintf(buf, size, "SIZE, N%%, auto");
	case BT_PLAN_BYTES:
		return snprintf(buf, size, "SIZE");
	case BT_PLAN_TIME:
		return snprintf(buf, size, "TIME from %s to 24h", key->min ? "1ms" : "0");
	case BT_PLAN_YES_NO:
		return snprintf(buf, size, "yes, no");
	default:
		return snprintf(buf, size, "%llu to %llu", (unsigned long long)key->min,
				(unsigned long long)key->max);
	}
}

int bt_plan_key_form(const struct bt_plan_key *key, char *buf, size_t size)
{
	char form[192];

	form_of_kind(key, form, sizeof(form));
	return snprintf(buf, size, "%s%s%s", form, key->word ? ", " : "", key->word ? key->word : "");
}

void bt_plan_dump(FILE *out)
{
	char form[256];

	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		const struct bt_plan_key *key = &bt_plan_keys[i];

		bt_plan_key_form(key, form, sizeof(form));
		fprintf(out, "plan-key\t%s\t%s\t%s\t%s\n", key->name, form, key->preset,
			key->help ? key->help : bt_param_find(key->param)->help);
	}
}

static int refuse(const struct bt_plan_key *key, const char *value, struct bt_err *err)
{
	char form[256];

	bt_plan_key_form(key, form, sizeof(form));
	return bt_err_set(err, EINVAL, "%s=%s: allowed is %s", key->name, value, form);
}

/* ---- values ----------------------------------------------------------------------------- */

/* A parameter's value, under the name that the plan has for it: its mask is `cpus` in bt_params. */
static int set_param(const struct bt_plan_key *key, struct bt_config *config, const char *value,
		     const struct ant_limits *limits, struct bt_err *err)
{
	struct bt_param param = *bt_param_find(key->param);
	struct bt_err why = { 0 };

	param.name = key->name;
	if (!bt_param_set(&param, config, value, limits, &why))
		return 0;
	/* What is wrong in a list is told without the key. */
	if (strncmp(why.text, key->name, strlen(key->name)))
		bt_err_prefix(&why, "%s", key->name);
	return bt_err_set(err, why.code, "%s", why.text);
}

static void add_setting(struct bt_plan_run *run, const char *param, const char *value)
{
	run->settings = bt_xrealloc(run->settings, run->setting_count + 1, sizeof(char *));
	run->settings[run->setting_count++] = bt_xasprintf("%s=%s", param, value);
}

static int add_param(const struct bt_plan_key *key, const char *value, struct bt_plan_run *run,
		     struct bt_err *err)
{
	struct bt_config scratch = { .size = sizeof(scratch) };
	int code = set_param(key, &scratch, value, NULL, err);

	if (!code)
		add_setting(run, key->param, value);
	return code;
}

/* "20%", "12.5%": above 0, at most 100. By hand: strtod() follows the locale. */
static bool parse_percent(const char *text, double *percent)
{
	double sum = 0, scale = 1;
	const char *at = text;
	bool fraction = false;

	for (; (*at >= '0' && *at <= '9') || (*at == '.' && !fraction && at > text); at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		sum = sum * 10 + (*at - '0');
		scale *= fraction ? 10 : 1;
	}
	*percent = sum / scale;
	return at > text && at[-1] != '.' && !strcmp(at, "%") && *percent > 0 && *percent <= 100;
}

static int set_held(const struct bt_plan_key *key, const char *value, struct bt_plan_run *run,
		    struct bt_err *err)
{
	int code;

	if (!strcmp(value, "auto")) {
		run->held = BT_HELD_AUTO;
		return 0;
	}
	if (strchr(value, '%')) {
		if (!parse_percent(value, &run->held_percent))
			return refuse(key, value, err);
		run->held = BT_HELD_PERCENT;
		return 0;
	}
	code = add_param(key, value, run, err);
	if (!code)
		run->held = BT_HELD_BYTES;
	return code;
}

static int parse_number(const struct bt_plan_key *key, const char *value, uint64_t *number)
{
	int code;

	if (key->word && !strcmp(value, key->word)) {
		*number = key->word_value;
		return 0;
	}
	if (key->kind == BT_PLAN_BYTES)
		code = bt_parse_bytes(value, number);
	else if (key->kind == BT_PLAN_TIME)
		code = bt_parse_time_ns(value, BT_NS_PER_S, number);
	else
		code = bt_parse_u64(value, number);
	return code ? code : *number < key->min || *number > key->max ? -ERANGE : 0;
}

static int set_number(const struct bt_plan_key *key, const char *value, void *field,
		      struct bt_err *err)
{
	uint64_t number;
	unsigned narrow;

	if (parse_number(key, value, &number))
		return refuse(key, value, err);
	narrow = (unsigned)number;
	if (key->width == sizeof(number))
		memcpy(field, &number, sizeof(number));
	else
		memcpy(field, &narrow, sizeof(narrow));
	return 0;
}

static int set_yes_no(const struct bt_plan_key *key, const char *value, bool *field,
		      struct bt_err *err)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return refuse(key, value, err);
	*field = yes;
	return 0;
}

int bt_plan_key_set(const struct bt_plan_key *key, const char *value, struct bt_plan *plan,
		    struct bt_plan_run *run, struct bt_err *err)
{
	char *field = (key->of_plan ? (char *)plan : (char *)run) + key->offset;

	switch (key->kind) {
	case BT_PLAN_PARAM:
		return add_param(key, value, run, err);
	case BT_PLAN_HELD:
		return set_held(key, value, run, err);
	case BT_PLAN_YES_NO:
		return set_yes_no(key, value, (bool *)field, err);
	default:
		return set_number(key, value, field, err);
	}
}

void bt_plan_key_presets(struct bt_plan *plan, struct bt_plan_run *run)
{
	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		const struct bt_plan_key *key = &bt_plan_keys[i];

		if (key->kind != BT_PLAN_PARAM)
			bt_plan_key_set(key, key->preset, plan, run, NULL);
	}
}

/* ---- a whole config --------------------------------------------------------------------- */

/* The key of a setting, which is "param=value". */
static const struct bt_plan_key *key_of_setting(const char *setting)
{
	size_t length = strcspn(setting, "=");

	for (unsigned i = 0; i < bt_plan_key_count; i++) {
		const char *param = bt_plan_keys[i].param;

		if (param && strlen(param) == length && !strncmp(param, setting, length))
			return &bt_plan_keys[i];
	}
	return NULL;
}

int bt_plan_key_config(const struct bt_plan_run *run, const struct ant_limits *limits,
		       struct bt_config *config, struct bt_err *err)
{
	unsigned i;
	int code = 0;

	for (i = 0; !code && i < bt_plan_key_count; i++) {
		const struct bt_plan_key *key = &bt_plan_keys[i];

		if (key->kind == BT_PLAN_PARAM)
			code = set_param(key, config, key->preset, limits, err);
	}
	for (i = 0; !code && i < run->setting_count; i++) {
		const char *value = strchr(run->settings[i], '=') + 1;

		code = set_param(key_of_setting(run->settings[i]), config, value, limits, err);
	}
	return code;
}

void bt_plan_run_clear(struct bt_plan_run *run)
{
	while (run->setting_count)
		free(run->settings[--run->setting_count]);
	free(run->settings);
	free(run->label);
	*run = (struct bt_plan_run){ 0 };
}

// SPDX-License-Identifier: GPL-2.0
#include "ui/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ui/line.h"

unsigned ui_control_rows(void)
{
	return bt_param_count + 1;
}

const struct bt_param *ui_control_param(unsigned row)
{
	return row ? &bt_params[row - 1] : NULL;
}

unsigned ui_control_row(const struct bt_param *param)
{
	return param ? (unsigned)(param - bt_params) + 1 : 0;
}

const char *ui_control_label(unsigned row)
{
	return row ? ui_control_param(row)->label : "workers";
}

const char *ui_control_name(unsigned row)
{
	return row ? ui_control_param(row)->name : "workers";
}

/* ---- values ----------------------------------------------------------------------------- */

static const struct bt_choice run_choices[] = {
	[BT_RUN_DRAIN] = { "drained", "hold nothing, sleep" },
	[BT_RUN_GO] = { "running", "run the pattern" },
	[BT_RUN_KEEP] = { "kept", "sleep, keep what is held" },
	[BT_RUN_STEP] = { 0 },	/* not by hand: a microbenchmark's own */
};

const struct bt_choice *ui_control_choices(unsigned row)
{
	return row ? ui_control_param(row)->choices : run_choices;
}

const char *ui_control_value(unsigned row, const struct bt_config *config, char *buf, size_t size)
{
	if (row)
		return ui_effect_value(ui_control_param(row), config, buf, size);
	snprintf(buf, size, "%s", bt_run_name(config->run));
	return buf;
}

const char *ui_control_effect(unsigned row, const struct bt_config *config,
			      const struct bt_machine *machine, char buf[UI_EFFECT])
{
	if (row)
		return ui_effect(ui_control_param(row), config, machine, buf);
	snprintf(buf, UI_EFFECT, "%s",
		 config->run < BT_RUN_STEP ? run_choices[config->run].help :
					     "one step of a microbenchmark");
	return buf;
}

/* ---- differences ------------------------------------------------------------------------ */

bool ui_control_same(unsigned row, const struct bt_config *a, const struct bt_config *b)
{
	return row ? bt_param_same(ui_control_param(row), a, b) : a->run == b->run;
}

void ui_control_copy(unsigned row, struct bt_config *to, const struct bt_config *from)
{
	if (row)
		bt_param_copy(ui_control_param(row), to, from);
	else
		to->run = from->run;
}

unsigned ui_control_changes(const struct bt_config *from, const struct bt_config *to)
{
	unsigned changes = 0;

	for (unsigned row = 0; row < ui_control_rows(); row++)
		changes += !ui_control_same(row, from, to);
	return changes;
}

void ui_control_merge(struct bt_config *config, const struct bt_config *base,
		      const struct bt_config *changed)
{
	for (unsigned row = 0; row < ui_control_rows(); row++) {
		if (!ui_control_same(row, base, changed))
			ui_control_copy(row, config, changed);
	}
}

const char *ui_control_text(const struct bt_config *from, const struct bt_config *to, char *buf,
			    size_t size)
{
	char old[BT_PARAM_TEXT], new[BT_PARAM_TEXT];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned row = 0; row < ui_control_rows() && used < size; row++) {
		if (ui_control_same(row, from, to))
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s %s -> %s",
					 used ? ", " : "", ui_control_name(row),
					 ui_control_value(row, from, old, sizeof(old)),
					 ui_control_value(row, to, new, sizeof(new)));
	}
	return buf;
}

/* ---- changes ---------------------------------------------------------------------------- */

static int set_param(const struct bt_param *param, struct bt_config *config, const char *text,
		     const struct ant_limits *limits, struct bt_err *err)
{
	int code = bt_param_set(param, config, text, limits, err);

	/* The module accepts bench without a reserve only: it goes along, and is shown to. */
	if (!code && param->offset == offsetof(struct bt_config, guard) &&
	    config->guard == BT_GUARD_BENCH)
		config->reserve_bytes = 0;
	return code;
}

int ui_control_set(unsigned row, struct bt_config *config, const char *text,
		   const struct ant_limits *limits, struct bt_err *err)
{
	if (row)
		return set_param(ui_control_param(row), config, text, limits, err);
	for (unsigned run = 0; run_choices[run].name; run++) {
		if (!strcmp(run_choices[run].name, text)) {
			bt_config_run(config, run);
			return 0;
		}
	}
	return bt_err_set(err, EINVAL, "workers=%s: allowed is one of drained, running, kept",
			  text);
}

bool ui_control_find(const char *name, unsigned length, unsigned *row)
{
	const struct bt_param *param;
	char text[32];

	snprintf(text, sizeof(text), "%.*s", (int)length, name);
	param = bt_param_find(text);
	if (!length || (!param && strcmp(text, "workers")))
		return false;
	if (row)
		*row = ui_control_row(param);
	return true;
}

int ui_control_assign(struct bt_config *config, const char *text,
		      const struct ant_limits *limits, struct bt_err *err)
{
	struct bt_config changed = *config;
	char value[UI_LINE_MAX];
	unsigned row;

	while (*text) {
		unsigned length = (unsigned)strcspn(text, " =");
		const char *start = text + length + strspn(text + length, " =");
		unsigned size = (unsigned)strcspn(start, " ");
		int code;

		if (!ui_control_find(text, length, &row))
			return bt_err_set(err, EINVAL, "%.*s: there is no such parameter",
					  (int)length, text);
		snprintf(value, sizeof(value), "%.*s", (int)size, start);
		code = ui_control_set(row, &changed, value, limits, err);
		if (code)
			return code;
		text = start + size + strspn(start + size, " ");
	}
	*config = changed;
	return 0;
}

uint64_t ui_step_125(uint64_t value, bool up)
{
	uint64_t step = 1, before = 1;

	for (unsigned i = 0; step < value || (up && step == value); i++) {
		before = step;
		step = i % 3 == 1 ? step / 2 * 5 : step * 2;
	}
	return up ? step : before;
}

#define PACE_FASTEST 1000000u	/* the step above is flat out */

static uint64_t step_pace(uint64_t pace, bool up)
{
	if (!pace)
		return up ? 0 : PACE_FASTEST;
	return up && pace >= PACE_FASTEST ? 0 : ui_step_125(pace, up);
}

static uint64_t step_number(const struct bt_param *param, uint64_t value, bool up)
{
	if (param->offset == offsetof(struct bt_config, pace_ops))
		return step_pace(value, up);
	if (param->offset == offsetof(struct bt_config, batch_blocks) ||
	    param->offset == offsetof(struct bt_config, bulk_pages))
		return up ? value + !value + value : value / 2;
	return up ? value + 1 : value - (value > 0);
}

#define BYTES_STEP_MIN (1ull << 20)

/* By a quarter of the power of two below, so that every second doubling is a round number. */
static uint64_t step_bytes(uint64_t value, bool up)
{
	uint64_t power = BYTES_STEP_MIN * 4, step;

	while (power <= INT64_MAX / 2 && power * 2 <= value - !up)
		power *= 2;
	step = power / 4;
	if (up)
		return value / step * step + step;
	return value ? (value - 1) / step * step : 0;
}

/* Round times; off is below the first. */
static uint64_t step_time(uint64_t value_ms, bool up)
{
	static const uint64_t round_ms[] = {
		0, 100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000, 120000, 300000, 600000,
		1800000, 3600000, 7200000, 21600000, 43200000, 86400000, 604800000, 2592000000,
	};
	unsigned i = 0, count = BT_ARRAY_SIZE(round_ms);

	if (up) {
		while (i + 1 < count && round_ms[i] <= value_ms)
			i++;
		return round_ms[i];
	}
	while (i + 1 < count && round_ms[i + 1] < value_ms)
		i++;
	return round_ms[i];
}

static bool step_choice(unsigned row, struct bt_config *config, bool up)
{
	const struct bt_choice *choices = ui_control_choices(row);
	unsigned now = row ? (unsigned)bt_param_get(ui_control_param(row), config) : config->run;
	unsigned count = 0;

	while (choices[count].name)
		count++;
	now = (now + (up ? 1 : count - 1)) % count;
	return !ui_control_set(row, config, choices[now].name, NULL, NULL);
}

static uint64_t step_value(const struct bt_param *param, uint64_t value, bool up)
{
	switch (param->kind) {
	case BT_PARAM_BYTES:
		return step_bytes(value, up);
	case BT_PARAM_TIME_MS:
		return step_time(value, up);
	case BT_PARAM_ONE_IN:
		return up ? value * 2 : value / 2;
	default:
		return step_number(param, value, up);
	}
}

bool ui_control_step(unsigned row, struct bt_config *config, const struct ant_limits *limits,
		     bool up)
{
	const struct bt_param *param = ui_control_param(row);
	uint64_t value, most;
	char text[32];

	if (!row || param->kind == BT_PARAM_CHOICE)
		return step_choice(row, config, up);
	if (param->kind == BT_PARAM_CPUS || param->kind == BT_PARAM_NODES)
		return false;
	value = step_value(param, bt_param_get(param, config), up);
	most = bt_param_max(param, limits);
	if (value > most)
		value = most;
	if (value < param->min)
		value = param->zero_is_off && !up ? 0 : param->min;
	if (value == bt_param_get(param, config))
		return false;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return !bt_param_set(param, config, text, limits, NULL);
}

// SPDX-License-Identifier: GPL-2.0
#include "lab/reporting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define MODULE "page_reporting"
#define LIMIT_NS (30 * BT_NS_PER_S)

static const struct {
	const char *setting, *noted;	/* of plans; of a run's parameters */
	const char *parameter;		/* of the kernel */
} keys[BT_LAB_REPORTING_KEYS] = {
	[BT_LAB_REPORTING_ORDER] = { "reporting-order", "reporting_order", MODULE "_order" },
	[BT_LAB_REPORTING_DELAY] = { "reporting-delay", "reporting_delay_ms", MODULE "_delay" },
	[BT_LAB_REPORTING_CAPACITY] = { "reporting-capacity", "reporting_capacity",
					MODULE "_capacity" },
};

/* In the kernel's unit; BT_UNKNOWN: as it comes. */
static uint64_t wanted(const struct bt_lab_reporting *asked, unsigned key)
{
	switch (key) {
	case BT_LAB_REPORTING_ORDER:
		return asked->order == BT_LAB_AS_IT_COMES ? BT_UNKNOWN : asked->order;
	case BT_LAB_REPORTING_DELAY:
		return asked->delay_ns == BT_UNKNOWN ? BT_UNKNOWN : asked->delay_ns / BT_NS_PER_MS;
	default:
		return asked->capacity == BT_LAB_AS_IT_COMES ? BT_UNKNOWN : asked->capacity;
	}
}

const char *bt_lab_reporting_asked(const struct bt_lab_reporting *asked)
{
	for (unsigned key = 0; key < BT_LAB_REPORTING_KEYS; key++) {
		if (wanted(asked, key) != BT_UNKNOWN)
			return keys[key].setting;
	}
	return NULL;
}

char *bt_lab_reporting_append(const struct bt_lab_reporting *asked, const char *append)
{
	char *text = bt_xstrdup(append ? append : "");

	for (unsigned key = 0; key < BT_LAB_REPORTING_KEYS; key++) {
		uint64_t value = wanted(asked, key);
		char *more;

		if (value == BT_UNKNOWN)
			continue;
		more = bt_xasprintf("%s%s" MODULE ".%s=%llu", text, *text ? " " : "",
				    keys[key].parameter, (unsigned long long)value);
		free(text);
		text = more;
	}
	return text;
}

int bt_lab_reporting_note(struct bt_lab_run *run, unsigned key,
			  const struct bt_lab_reporting *asked,
			  const struct bt_lab_reporting_answer *answer, struct bt_err *err)
{
	uint64_t value = wanted(asked, key);

	if (answer->there && answer->value != BT_UNKNOWN)
		bt_lab_run_parameter(run, keys[key].noted, "%llu",
				     (unsigned long long)answer->value);
	else
		bt_lab_run_parameter(run, keys[key].noted, "unavailable");
	if (value == BT_UNKNOWN || (answer->there && answer->value == value))
		return 0;
	if (!answer->there)
		return bt_err_set(err, EOPNOTSUPP, "%s: the guest's kernel has no " MODULE ".%s",
				  keys[key].setting, keys[key].parameter);
	return bt_err_set(err, EOPNOTSUPP, "%s: the guest's kernel does not take %llu for " MODULE
			  ".%s%s%s", keys[key].setting, (unsigned long long)value,
			  keys[key].parameter, *answer->refused ? ": " : "", answer->refused);
}

/* ---- the guest ----------------------------------------------------------------------------- */

struct request {
	unsigned key;
	uint64_t value;		/* BT_UNKNOWN: it is only read */
	struct bt_lab_reporting_answer answer;
};

static void arguments(struct bt_json_writer *w, const void *context)
{
	const struct request *request = context;
	char text[24];

	bt_json_string(w, "module", MODULE);
	bt_json_string(w, "name", keys[request->key].parameter);
	if (request->value == BT_UNKNOWN)
		return;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)request->value);
	bt_json_string(w, "value", text);
}

static void take_answer(void *context, const struct bt_json *json)
{
	struct bt_lab_reporting_answer *answer = &((struct request *)context)->answer;
	const char *value = bt_json_get_string(json, "value");
	const char *refused = bt_json_get_string(json, "refused");

	answer->there = value != NULL;
	if (!value || bt_parse_u64(value, &answer->value))
		answer->value = BT_UNKNOWN;
	bt_copy_clean(answer->refused, sizeof(answer->refused), refused ? refused : "");
}

static int ask(struct bt_lab *lab, unsigned vm, struct request *request, struct bt_err *err)
{
	struct bt_lab_job job = { .name = "parameter", .arguments = arguments,
				  .totals = take_answer, .context = request };

	return bt_lab_do(lab, vm, &job, LIMIT_NS, err);
}

/*
 * Linux 6.1 overwrites the order of the command line when the balloon registers
 * (page_reporting_register() in mm/page_reporting.c): where it is not what was asked for, it is
 * written once more.
 */
static int set_one(struct bt_lab *lab, unsigned vm, unsigned key, struct bt_err *err)
{
	const struct bt_lab_reporting *asked = &lab->options->reporting;
	struct request request = { .key = key, .value = BT_UNKNOWN };
	int ret = ask(lab, vm, &request, err);

	if (!ret && request.answer.there && wanted(asked, key) != BT_UNKNOWN &&
	    request.answer.value != wanted(asked, key)) {
		request.value = wanted(asked, key);
		ret = ask(lab, vm, &request, err);
	}
	if (ret)
		return ret;
	ret = bt_lab_reporting_note(lab->run, key, asked, &request.answer, err);
	if (ret)
		lab->end = BT_LAB_UNAVAILABLE;
	return ret;
}

int bt_lab_reporting_set(struct bt_lab *lab, unsigned vm, struct bt_err *err)
{
	int ret = 0;

	if (!bt_mode_reports(lab->options->mode))
		return 0;
	for (unsigned key = 0; key < BT_LAB_REPORTING_KEYS && !ret; key++)
		ret = set_one(lab, vm, key, err);
	return ret;
}

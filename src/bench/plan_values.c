// SPDX-License-Identifier: GPL-2.0
/* What a key is swept over: "0-10:2, 12", "local bind:0,1". */
#include "bench/plan_key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "core/util.h"

struct split {
	const struct bt_plan_key *key;
	struct bt_plan_values *values;
	struct bt_err *err;
};

void bt_plan_values_clear(struct bt_plan_values *values)
{
	while (values->count)
		free(values->items[--values->count]);
	free(values->items);
	*values = (struct bt_plan_values){ 0 };
}

static int check(const struct split *split, const char *value)
{
	struct bt_plan_run run = { 0 };
	struct bt_plan plan = { 0 };
	int code = bt_plan_key_set(split->key, value, &plan, &run, split->err);

	bt_plan_run_clear(&run);
	return code;
}

static int refuse_amount(const struct split *split, const char *text)
{
	return bt_err_set(split->err, EINVAL, "%s=%s: more than %u values", split->key->name, text,
			  BT_PLAN_RUNS_MAX);
}

static int add(const struct split *split, const char *value)
{
	struct bt_plan_values *values = split->values;
	int code = check(split, value);

	if (code)
		return code;
	if (values->count == BT_PLAN_RUNS_MAX)
		return refuse_amount(split, value);
	values->items = bt_xrealloc(values->items, values->count + 1, sizeof(char *));
	values->items[values->count++] = bt_xstrdup(value);
	return 0;
}

static int add_number(const struct split *split, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return add(split, text);
}

struct range {
	uint64_t first, last, step;
};

/* "0-10" or "0-10:2"; cuts text into its parts. */
static bool parse_range(char *text, struct range *range)
{
	char *last = strchr(text, '-'), *step = strchr(text, ':');

	if (!last || (step && step < last))
		return false;
	*last++ = '\0';
	if (step)
		*step++ = '\0';
	range->step = 1;
	return !bt_parse_u64(text, &range->first) && !bt_parse_u64(last, &range->last) &&
	       !(step && bt_parse_u64(step, &range->step));
}

static int add_range(const struct split *split, const char *text)
{
	char parts[BT_PLAN_LINE_MAX + 1];
	struct range range;
	uint64_t count, i;
	int code = 0;

	snprintf(parts, sizeof(parts), "%s", text);
	if (!parse_range(parts, &range))
		return bt_err_set(split->err, EINVAL, "%s=%s: a range is expected, as 0-10 or 0-10:2",
				  split->key->name, text);
	if (range.last < range.first)
		return bt_err_set(split->err, EINVAL, "%s=%s: the range runs backwards",
				  split->key->name, text);
	if (!range.step)
		return bt_err_set(split->err, EINVAL, "%s=%s: the step of a range is 1 or more",
				  split->key->name, text);
	count = (range.last - range.first) / range.step;
	if (count >= BT_PLAN_RUNS_MAX)
		return refuse_amount(split, text);
	for (i = 0; !code && i <= count; i++)
		code = add_number(split, range.first + i * range.step);
	return code;
}

/* The same orders in one form, however they are written; what is none is refused as it is. */
static int add_mix(const struct split *split, const char *text)
{
	const struct bt_param *order = bt_param_find("order");
	struct bt_config config = { 0 };
	char form[BT_PARAM_TEXT];

	if (bt_param_set(order, &config, text, NULL, NULL))
		return add(split, text);
	bt_param_text(order, &config, form, sizeof(form));
	return add(split, form);
}

/* One number in one form, so that 04 and 4 are the same value, and the same label. */
static int add_term(const struct split *split, const char *text)
{
	uint64_t number;

	if (split->key->list < BT_PLAN_RANGES)
		return add(split, text);
	if (strchr(text, '-'))
		return add_range(split, text);
	if (!bt_parse_u64(text, &number))
		return add_number(split, number);
	return split->key->param && !strcmp(split->key->param, "order") ? add_mix(split, text) :
									   add(split, text);
}

/*
 * The next value of the list at *at (caller frees), which moves behind it and what separates it
 * from the one after; more: a comma promises that one.
 */
static char *next_term(const struct split *split, const char **at, bool *more)
{
	const char *blanks = " \t", *from = *at;
	size_t length = strcspn(from, split->key->list >= BT_PLAN_COMMAS ? " \t," : blanks);
	char *term = bt_xasprintf("%.*s", (int)length, from);

	*at = from + length + strspn(from + length, blanks);
	*more = split->key->list >= BT_PLAN_COMMAS && **at == ',';
	if (*more)
		*at += 1 + strspn(*at + 1, blanks);
	return term;
}

static int split_list(const struct split *split, const char *text)
{
	bool more = true;
	int code = 0;

	while (!code && (*text || more)) {
		char *term = next_term(split, &text, &more);

		code = *term ? add_term(split, term) :
			       bt_err_set(split->err, EINVAL, "%s: a value is missing at a comma",
					  split->key->name);
		free(term);
	}
	return code;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorted, as there may be thousands. */
static int refuse_doubles(const struct split *split)
{
	const struct bt_plan_values *values = split->values;
	char **sorted = bt_xcalloc(values->count, sizeof(*sorted));
	int code = 0;

	memcpy(sorted, values->items, values->count * sizeof(*sorted));
	qsort(sorted, values->count, sizeof(*sorted), by_text);
	for (unsigned i = 1; !code && i < values->count; i++) {
		if (!strcmp(sorted[i - 1], sorted[i]))
			code = bt_err_set(split->err, EINVAL, "%s=%s: the value is there twice",
					  split->key->name, sorted[i]);
	}
	free(sorted);
	return code;
}

int bt_plan_values_parse(struct bt_plan_values *values, const struct bt_plan_key *key,
			 const char *text, struct bt_err *err)
{
	struct split split = { key, values, err };
	int code;

	*values = (struct bt_plan_values){ 0 };
	if (!*text)
		return bt_err_set(err, EINVAL, "%s: a value is missing", key->name);
	if (key->list > BT_PLAN_ONE) {
		code = split_list(&split, text);
		if (!code)
			code = refuse_doubles(&split);
	} else if (strpbrk(text, " \t,")) {
		code = bt_err_set(err, EINVAL, "%s=%s: one value is expected, the key is not swept",
				  key->name, text);
	} else {
		code = add(&split, text);
	}
	if (code)
		bt_plan_values_clear(values);
	return code;
}

int bt_plan_check_line(const char *name, const char *text, struct bt_err *err)
{
	const struct bt_plan_key *key;
	struct bt_plan_values values;
	int code = bt_plan_key_get(name, &key, err);

	/* " = " and what a line may be long. */
	if (!code && strlen(name) + 3 + strlen(text) > BT_PLAN_LINE_MAX)
		code = bt_err_set(err, EINVAL, "%s: longer than %u bytes", name, BT_PLAN_LINE_MAX);
	if (!code)
		code = bt_plan_values_parse(&values, key, text, err);
	if (!code)
		bt_plan_values_clear(&values);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
#include "lab/plan_part.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/metric.h"

const struct lab_plan_key lab_plan_keys[LAB_PLAN_KEYS] = {
#define KEY(name, value, help, benchmarks, kind, field, min, max, list) \
	{ { name, value, help, benchmarks }, kind, offsetof(struct bt_lab_item, field), min, max, \
	  list },
#include "lab/plan_keys.def"
#undef KEY
};

const struct bt_lab_key *bt_lab_key_at(unsigned index)
{
	return index < LAB_PLAN_KEYS ? &lab_plan_keys[index].key : NULL;
}

struct bt_lab_plan *bt_lab_plan_create(void)
{
	return bt_xcalloc(1, sizeof(struct bt_lab_plan));
}

static void free_values(struct lab_plan_values *values)
{
	for (unsigned i = 0; i < values->count; i++)
		free(values->text[i]);
	values->count = 0;
}

void bt_lab_plan_free(struct bt_lab_plan *plan)
{
	for (unsigned i = 0; plan && i < plan->count; i++) {
		for (unsigned key = 0; key < LAB_PLAN_KEYS; key++)
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

static int parse_number(const struct lab_plan_key *key, const char *text, void *field)
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

int lab_plan_apply(const struct lab_plan_key *key, const char *text, struct bt_lab_item *item)
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

static int refuse(const struct lab_plan_key *key, const char *text, struct bt_err *err)
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
static const char *separator(const struct lab_plan_key *key)
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

static int add_value(const struct lab_plan_key *key, struct lab_plan_values *values,
		     const char *text, struct bt_err *err)
{
	struct bt_lab_item scratch;

	if (values->count == LAB_PLAN_VALUES_MAX)
		return bt_err_set(err, EINVAL, "%s: %u values are the most", key->key.name,
				  LAB_PLAN_VALUES_MAX);
	if (lab_plan_apply(key, text, &scratch))
		return refuse(key, text, err);
	values->text[values->count++] = bt_xstrdup(text);
	return 0;
}

int bt_lab_plan_set(struct bt_lab_plan *plan, const char *name, const char *value,
		    struct bt_err *err)
{
	struct lab_plan_section *section = plan->count ? &plan->sections[plan->count - 1] : NULL;
	char *copy, *rest, *text;
	unsigned i = 0;
	int ret = 0;

	while (i < LAB_PLAN_KEYS && strcmp(lab_plan_keys[i].key.name, name))
		i++;
	if (i == LAB_PLAN_KEYS || !section)
		return bt_err_set(err, EINVAL, "'%s' is no setting of the lab", name);
	if (!(lab_plan_keys[i].key.benchmarks & 1u << section->benchmark))
		return bt_err_set(err, EINVAL, "%s: %s has nothing to do with it", name,
				  bt_lab_benchmark_name[section->benchmark]);
	free_values(&section->values[i]);
	copy = rest = bt_xstrdup(value);
	while (!ret && (text = strsep(&rest, separator(&lab_plan_keys[i]))))
		ret = add_value(&lab_plan_keys[i], &section->values[i], bt_lab_trim(text), err);
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
	if (plan->count == LAB_PLAN_SECTIONS_MAX)
		return bt_err_set(err, EINVAL, "a plan has at most %u sections",
				  LAB_PLAN_SECTIONS_MAX);
	plan->sections[plan->count++] = (struct lab_plan_section){ .benchmark = i };
	return 0;
}

void bt_lab_plan_print(const struct bt_lab_plan *plan, FILE *out)
{
	for (unsigned i = 0; i < plan->count; i++) {
		const struct lab_plan_section *section = &plan->sections[i];

		fprintf(out, "[%s]\n", bt_lab_benchmark_name[section->benchmark]);
		for (unsigned key = 0; key < LAB_PLAN_KEYS; key++) {
			const struct lab_plan_values *values = &section->values[key];
			const struct lab_plan_key *of = &lab_plan_keys[key];

			for (unsigned v = 0; v < values->count; v++)
				fprintf(out, "%s%s%s", v ? separator(of) : of->key.name,
					v ? "" : " = ", values->text[v]);
			if (values->count)
				fputc('\n', out);
		}
	}
}

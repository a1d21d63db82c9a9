// SPDX-License-Identifier: GPL-2.0
/*
 * The document of page_alloc_bench as samples: one flat object of arrays of integers, NAME_orderN or
 * of one order NAME. Nothing in it tells of the machine. Its writer is in Go, where an array that
 * nothing was put into is null.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/samples_build.h"

#define ORDER_MARK "_order"

/* An array of a value for each iteration: a metric of our results, or one of its own. */
static const struct plain_key {
	const char *key;
	struct bt_result_metric metric;
} plain_keys[] = {
	{ "idle_available_bytes", { .key = "idle_available_bytes" } },
	{ "antagonized_available_bytes", { .key = "antagonized_available_bytes" } },
	{ "kernel_alloc_failures", { .key = "alloc_failures" } },
	/*
	 * Neither good nor bad: they grow with the time of an iteration, which is not in the
	 * document.
	 */
	{ "kernel_page_allocs",
	  { .key = "kernel_page_allocs", .label = "blocks allocated", .unit = BT_UNIT_COUNT } },
	{ "kernel_page_allocs_remote",
	  { .key = "kernel_page_allocs_remote", .label = "blocks of other nodes",
	    .unit = BT_UNIT_COUNT } },
};

/*
 * An array of single operations of all iterations, without a mark where one ends: they are no
 * repetitions, however many they are. What can be said is a quantile of them, once.
 */
static const struct sample_key {
	const char *key;
	struct {
		unsigned permille;
		const char *metric;	/* of bt_metrics */
	} quantiles[BT_QUANTILES];
} sample_keys[] = {
	{ "kernel_page_alloc_latencies_ns",
	  { { 500, "alloc_p50_ns" }, { 900, "alloc_p90_ns" }, { 990, "alloc_p99_ns" },
	    { 999, "alloc_p999_ns" } } },
	{ "kernel_page_free_latencies_ns",
	  { { 500, "free_p50_ns" }, { 900, "free_p90_ns" }, { 990, "free_p99_ns" },
	    { 999, "free_p999_ns" } } },
};

/* What our own writer of this format says besides (pab.c), each an array of one number. */
static void read_remark(struct bt_samples *samples, const char *name)
{
	if (!strcmp(name, "buddytop_result_is_partial"))
		samples->partial = true;
	else if (!strcmp(name, "buddytop_machine_is_emulated"))
		samples->machine.reality = BT_EMULATED;
	else if (!strcmp(name, "buddytop_machine_is_simulated"))
		samples->machine.reality = BT_SIMULATED;
}

/* "name_order4" is name and "order=4"; a key without an order is of the one that there was. */
static void split_key(const char *key, char name[BT_NAME], char config[BT_NAME])
{
	const char *mark = strstr(key, ORDER_MARK);
	uint64_t order;

	if (mark && bt_parse_u64(mark + strlen(ORDER_MARK), &order) == 0) {
		snprintf(name, BT_NAME, "%.*s", (int)(mark - key), key);
		snprintf(config, BT_NAME, "order=%llu", (unsigned long long)order);
	} else {
		snprintf(name, BT_NAME, "%s", key);
		snprintf(config, BT_NAME, "load");
	}
}

/* All of an array, checked; the caller's to free. NULL with err: it is no array of integers. */
static double *read_array(const struct bt_samples *samples, const struct bt_json *array,
			  struct bt_err *err)
{
	const struct bt_json *element = array->child;
	double *values;
	uint64_t value;

	if (array->type != BT_JSON_ARRAY && array->type != BT_JSON_NULL) {
		bt_err_set(err, EPROTO, "%s: %s is no array of numbers", samples->path, array->key);
		return NULL;
	}
	values = bt_xcalloc(array->count, sizeof(*values));
	for (unsigned i = 0; element; element = element->next) {
		if (!bt_json_as_u64(element, &value)) {
			bt_err_set(err, EPROTO, "%s: %s: value %u of %u is no whole number",
				   samples->path, array->key, i + 1, array->count);
			free(values);
			return NULL;
		}
		values[i++] = (double)value;
	}
	return values;
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void add_quantiles(struct bt_samples *samples, const char *config,
			  const struct sample_key *key, double *values, unsigned count)
{
	qsort(values, count, sizeof(*values), by_size);
	for (unsigned i = 0; count && i < BT_ARRAY_SIZE(key->quantiles); i++) {
		const struct bt_metric *metric = bt_metric_find(key->quantiles[i].metric);
		/* Nearest rank, as of a histogram (core/hist.h); from 1. */
		uint64_t rank = ((uint64_t)key->quantiles[i].permille * count + 999) / 1000;

		bt_samples_value(bt_samples_series(samples, config, metric->key, metric->label,
						   metric->unit, metric->better),
				 values[rank - 1]);
	}
}

static void add_values(struct bt_samples *samples, const char *config, const struct plain_key *key,
		       const double *values, unsigned count)
{
	const struct bt_result_metric *metric = &key->metric;

	if (!metric->label)
		metric = bt_result_metric_find(metric->key);
	for (unsigned i = 0; i < count; i++)
		bt_samples_value(bt_samples_series(samples, config, metric->key, metric->label,
						   metric->unit, metric->better), values[i]);
}

/* Other keys that are not known are passed over. 0, or -EPROTO; *known: there was one that is. */
static int read_member(struct bt_samples *samples, const struct bt_json *member, bool *known,
		       struct bt_err *err)
{
	const struct plain_key *plain = plain_keys;
	const struct sample_key *sample = sample_keys;
	char name[BT_NAME], config[BT_NAME];
	double *values;

	split_key(member->key, name, config);
	while (plain < plain_keys + BT_ARRAY_SIZE(plain_keys) && strcmp(plain->key, name))
		plain++;
	while (sample < sample_keys + BT_ARRAY_SIZE(sample_keys) && strcmp(sample->key, name))
		sample++;
	if (plain == plain_keys + BT_ARRAY_SIZE(plain_keys) &&
	    sample == sample_keys + BT_ARRAY_SIZE(sample_keys)) {
		read_remark(samples, name);
		return 0;
	}
	*known = true;
	values = read_array(samples, member, err);
	if (!values)
		return -EPROTO;
	if (plain < plain_keys + BT_ARRAY_SIZE(plain_keys))
		add_values(samples, config, plain, values, member->count);
	else
		add_quantiles(samples, config, sample, values, member->count);
	free(values);
	return 0;
}

int bt_samples_read_pab(struct bt_samples *samples, struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *root, *member;
	ssize_t size;
	char *text;
	struct bt_err why = { 0 };
	bool known = false;
	int rc = 0;

	size = bt_read_file(samples->path, BT_RESULT_BYTES_MAX, &text, err);
	if (size < 0)
		return (int)size;
	reader = bt_json_reader_create(BT_RESULT_BYTES_MAX);
	root = bt_json_parse(reader, text, (size_t)size, &why);
	if (!root)
		rc = bt_err_set(err, EPROTO, "%s: %s", samples->path, why.text);
	for (member = root ? root->child : NULL; member && !rc; member = member->next)
		rc = read_member(samples, member, &known, err);
	if (!rc && !known)
		rc = bt_err_set(err, EPROTO, "%s is no result, recording or document of "
				"page_alloc_bench: it has none of their keys", samples->path);
	bt_json_reader_free(reader);
	free(text);
	return rc;
}

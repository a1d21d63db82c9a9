// SPDX-License-Identifier: GPL-2.0
/*
 * An input is a document that `compare` and `report` take: a result, a recording, or one of
 * page_alloc_bench. A result is written and read again.
 */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdlib.h>

#include "bench/result.h"
#include "bench/samples.h"

static void hear(void *context, const char *text)
{
	(void)context;
	fuzz_must(*text, "a reason without a text");
}

static void check_series(const struct bt_samples *samples)
{
	for (size_t s = 0; s < samples->series_count; s++) {
		const struct bt_samples_series *series = &samples->series[s];

		fuzz_must(bt_samples_find(samples, series->config, series->metric),
			  "%s of %s is not found", series->metric, series->config);
		for (size_t i = 0; i < series->count; i++)
			fuzz_must(!isnan(series->values[i]), "a value that is none");
	}
}

static void try_samples(const uint8_t *data, size_t size)
{
	struct bt_err err = { 0 };
	struct bt_samples *samples = NULL;

	if (bt_samples_read(&samples, fuzz_file(data, size), &err)) {
		fuzz_must_say(&err);
		return;
	}
	check_series(samples);
	bt_samples_shorten(&samples, 1);
	bt_samples_differ(samples, samples, hear, NULL);
	bt_samples_free(samples);
}

static void write_again(const struct bt_result *result)
{
	struct fuzz_document first, second;
	struct bt_result *again = NULL;
	struct bt_err err = { 0 };

	fuzz_document_begin(&first);
	fuzz_document_begin(&second);
	bt_result_encode(first.writer, result);
	if (bt_result_decode(fuzz_document_parse(&first), &again, &err))
		fuzz_must(false, "what was written is refused: %s", err.text);
	bt_result_encode(second.writer, again);
	fuzz_must_equal(&first, &second, "a result");
	bt_result_free(again);
	fuzz_document_end(&second);
	fuzz_document_end(&first);
}

static void write_pab(const struct bt_result *result)
{
	struct fuzz_document document;

	fuzz_document_begin(&document);
	bt_result_encode_pab(document.writer, result);
	fuzz_document_parse(&document);
	fuzz_document_end(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_result *result = NULL;
	struct bt_err err = { 0 };

	try_samples(data, size);
	if (bt_result_read(&result, fuzz_file(data, size), &err)) {
		fuzz_must_say(&err);
		return 0;
	}
	write_again(result);
	write_pab(result);
	bt_result_free(result);
	return 0;
}

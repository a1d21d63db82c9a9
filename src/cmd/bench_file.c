// SPDX-License-Identifier: GPL-2.0
/* buddytop bench: the file that its result is written to. */
#include <malloc.h>

#include "cmd/bench.h"

/* Writing takes at most a twentieth of the time, however large the result has become. */
#define REST_FACTOR 20

static int write_document(const struct bench_file *file, const struct bt_result *result,
			  struct bt_err *err)
{
	struct bt_json_writer *w;
	int rc;

	if (!file->pab)
		return bt_result_write(result, file->path, err);
	w = bt_json_writer_create(false);
	bt_result_encode_pab(w, result);
	rc = bt_document_write(w, file->path, err);
	bt_json_writer_free(w);
	return rc;
}

int bench_file_write(struct bench_file *file, const struct bt_result *result, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	int rc;

	if (!file->path)
		return 0;
	rc = write_document(file, result, err);
	/* The program's memory is locked: what it keeps is missing from what is measured. */
	malloc_trim(0);
	file->failed = rc && err; /* else it is not told of yet */
	file->ended_ns = bt_mono_ns();
	file->took_ns = file->ended_ns - start_ns;
	return rc;
}

int bench_file_update(struct bench_file *file, const struct bt_result *result, struct bt_err *err)
{
	if (file->ended_ns && bt_mono_ns() - file->ended_ns < REST_FACTOR * file->took_ns)
		return 0;
	if (!file->path || !bt_file_is_replaced(file->path))
		return 0;
	return bench_file_write(file, result, err);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what the host sends to buddytop-work in a guest before it closes the port. Every job
 * it names is one that reads what jobs read of their requests, and tells it; no other is begun.
 */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "work/job.h"
#include "work/work.h"

const struct bt_work_job *__wrap_bt_work_job_find(const char *name);

static int read_request(struct bt_work_call *call, struct bt_err *err)
{
	static const struct bt_work_number number = { "iterations", 1, 1000, 1 };
	uint16_t cpus[BT_WORK_THREADS_MAX];
	uint64_t bytes, iterations;
	unsigned threads;
	char name[8];
	int code = bt_work_text(call, "name", name, sizeof(name), err);

	if (!code)
		code = bt_work_number(call, &number, &iterations, err);
	if (!code)
		code = bt_work_threads(call, &threads, cpus, err);
	if (!code)
		code = bt_work_pages(call, threads, &bytes, err);
	if (code)
		return code;
	fuzz_must(iterations >= 1 && iterations <= 1000, "iterations out of bounds");
	fuzz_must(threads >= 1 && threads <= BT_WORK_THREADS_MAX, "threads out of bounds");
	fuzz_must(bytes && !(bytes % 4096), "bytes are no pages");
	fuzz_must(*name && strlen(name) < sizeof(name), "no name");
	bt_work_begun(call, bt_mono_ns());
	bt_json_string(bt_work_line(call), "output", name);
	bt_work_send(call);
	bt_json_string(call->answer, "name", name);
	return 0;
}

const struct bt_work_job *__wrap_bt_work_job_find(const char *name)
{
	static const struct bt_work_job job = { "fuzz", read_request };

	return *name ? &job : NULL;
}

/* Lines of JSON; an error has a reason. Returns how many are answers. */
static unsigned check_lines(char *text)
{
	struct bt_json_reader *reader = bt_json_reader_create(1 << 20);
	unsigned answers = 0;
	char *rest = text;
	bool ok;

	for (char *line = strsep(&rest, "\n"); line && rest; line = strsep(&rest, "\n")) {
		const struct bt_json *json = bt_json_parse(reader, line, strlen(line), NULL);

		fuzz_must(json, "no JSON: %s", line);
		if (!bt_json_get_bool(json, "ok", &ok))
			continue;
		answers++;
		fuzz_must(ok || bt_json_get_string(json, "error"), "no reason: %s", line);
	}
	bt_json_reader_free(reader);
	return answers;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int in = memfd_create("in", MFD_CLOEXEC), out = memfd_create("out", MFD_CLOEXEC);
	unsigned lines = 1;	/* of one that is too long the end is none */
	struct bt_err err;
	off_t length;
	char *text;

	fuzz_must(!bt_write_all(in, data, size) && !lseek(in, 0, SEEK_SET), "no input");
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n';
	fuzz_must(!bt_work_serve(in, out, &err), "%s", err.text);
	length = lseek(out, 0, SEEK_END);
	text = bt_xcalloc((size_t)length + 1, 1);
	fuzz_must(pread(out, text, (size_t)length, 0) == length, "no output");
	fuzz_must(check_lines(text) <= lines, "more answers than lines");
	free(text);
	close(in);
	close(out);
	return 0;
}

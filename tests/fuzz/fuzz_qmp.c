// SPDX-License-Identifier: GPL-2.0
/* An input is what QEMU sends on the stream of its machine protocol before it closes it. */
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <unistd.h>

#include "vm/qmp.h"

static unsigned count_lines(const uint8_t *data, size_t size)
{
	unsigned count = 0;

	while (size--)
		count += *data++ == '\n';
	return count;
}

/* Every line is a message or refused, with a reason; at the end that end is told. */
static void receive_all(struct bt_qmp *qmp, unsigned lines)
{
	struct bt_err err;

	for (unsigned i = 0; i <= lines; i++) {
		if (bt_qmp_receive(qmp, &err))
			continue;
		fuzz_must_say(&err);
		if (err.code == EPIPE || err.code == EMSGSIZE)
			return;
	}
	fuzz_must(false, "more messages than lines");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_err err = { 0 };
	struct bt_qmp *qmp;
	int other, ours = fuzz_stream(&other, data, size);

	fuzz_must(!bt_qmp_open(&qmp, ours, &err), "%s", err.text);
	receive_all(qmp, count_lines(data, size));
	bt_qmp_close(qmp);
	close(other);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* An input is "COUNT LIST": a list of CPUs or nodes whose numbers are below COUNT. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "kmod/buddytop_uapi.h"

#define BITS (BT_CPU_WORDS * 64)

static void print_and_parse(const __u64 *mask, unsigned count)
{
	__u64 again[BT_CPU_WORDS];
	struct bt_err err = { 0 };
	int length = bt_mask_text(mask, BT_CPU_WORDS, NULL, 0);
	char *text = bt_xcalloc((size_t)length + 1, 1);

	fuzz_must(bt_mask_text(mask, BT_CPU_WORDS, text, (size_t)length + 1) == length &&
			  strlen(text) == (size_t)length,
		  "a list is not as long as it says");
	fuzz_must(!*text == !bt_mask_weight(mask, BT_CPU_WORDS), "an empty list is none");
	if (bt_mask_parse(*text ? text : "none", count, again, BT_CPU_WORDS, "CPU", &err))
		fuzz_must(false, "what was printed is refused: %s", err.text);
	fuzz_must(!memcmp(mask, again, sizeof(again)), "'%s' means something else", text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *list;
	unsigned count = (unsigned)strtoul(text, &list, 10) % (BITS + 1);
	__u64 mask[BT_CPU_WORDS], before[BT_CPU_WORDS];
	struct bt_err err = { 0 };

	memset(before, 0x5a, sizeof(before));
	memcpy(mask, before, sizeof(mask));
	list += *list == ' ';
	if (bt_mask_parse(list, count, mask, BT_CPU_WORDS, "CPU", &err)) {
		fuzz_must_say(&err);
		fuzz_must(!memcmp(mask, before, sizeof(mask)), "refused, and changed");
	} else {
		fuzz_must(bt_mask_next(mask, BT_CPU_WORDS, count) == BITS, "one is out of range");
		print_and_parse(mask, count);
	}
	free(text);
	return 0;
}

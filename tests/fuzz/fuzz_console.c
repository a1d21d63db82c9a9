// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what a guest wrote on its console before it ended: the reason is a line that can be
 * shown.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "vm/console.h"

#define REASON_BYTES 160

static void show(const char *text)
{
	for (; *text; text += bt_utf8_length(text)) {
		fuzz_must(bt_utf8_length(text), "a reason that is not UTF-8");
		fuzz_must((unsigned char)*text >= ' ' && *text != 0x7f,
			  "a reason that moves the cursor");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char panic[] = "Kernel panic - not syncing";
	char reason[REASON_BYTES];
	bool panicked = bt_console_reason(fuzz_file(data, size), reason, sizeof(reason));

	fuzz_must(panicked == !strncmp(reason, panic, strlen(panic)), "a panic that is none: %s",
		  reason);
	show(reason);
	return 0;
}

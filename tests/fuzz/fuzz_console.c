// SPDX-License-Identifier: GPL-2.0
/*
 * An input is what a guest wrote on its console before it ended: the reason is a line that can be
 * shown, and of a panic it says so.
 */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "vm/console.h"

#define REASON_BYTES 160
#define TAIL_BYTES 65536	/* so much of a console is looked at */
#define UTF8_BYTES 4

static void show(const char *text)
{
	for (; *text; text += bt_utf8_length(text)) {
		fuzz_must(bt_utf8_length(text), "a reason that is not UTF-8");
		fuzz_must((unsigned char)*text >= ' ' && *text != 0x7f,
			  "a reason that moves the cursor");
	}
}

/* A panic is named, behind what the kernel panicked over; where that fills the reason, it is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char panic[] = "Kernel panic - not syncing";
	char reason[REASON_BYTES];
	bool panicked = bt_console_reason(fuzz_file(data, size), reason, sizeof(reason));
	size_t text = strnlen((const char *)data, size);

	fuzz_must(size >= TAIL_BYTES || panicked == !!memmem(data, text, panic, strlen(panic)),
		  "a panic that is none, or one that is not seen: %s", reason);
	fuzz_must(!panicked || strstr(reason, panic) || strlen(reason) >= REASON_BYTES - UTF8_BYTES,
		  "a panic that is not named: %s", reason);
	fuzz_must(!panicked || !strncmp(reason, panic, strlen(panic)) ||
		  memmem(data, text, " [#1] ", strlen(" [#1] ")), "no oops, yet not the panic: %s", reason);
	show(reason);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* An input is a modes.ini. Each mode that there is then can be found, and made a guest of. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "vm/mode.h"

#define MIB ((uint64_t)1 << 20)

static void try_guest(const struct bt_mode *mode)
{
	struct bt_mode_size size = { .cpus = 3, .memory_bytes = 512 * MIB,
				     .least_bytes = 256 * MIB };
	struct bt_vm_options options;
	struct bt_err err = { 0 };
	char **texts = NULL;

	fuzz_must(!bt_mode_complete(mode, &size, &err), "%s: %s", mode->name, err.text);
	if (bt_mode_options(mode, &size, &options, &texts, &err)) {
		fuzz_must_say(&err);
		return;
	}
	fuzz_must(options.append && options.qemu_args.count <= BT_VM_LIST_MAX, "%s: arguments",
		  mode->name);
	for (unsigned i = 0; i < options.qemu_args.count; i++)
		fuzz_must(options.qemu_args.items[i], "%s: an argument is missing", mode->name);
	bt_mode_free_texts(texts);
}

static void try_all(const struct bt_modes *modes)
{
	unsigned count = bt_modes_count(modes);

	fuzz_must(count && count <= BT_MODES_MAX, "%u modes", count);
	for (unsigned i = 0; i < count; i++) {
		const struct bt_mode *mode = bt_modes_at(modes, i), *found = NULL;
		struct bt_err err = { 0 };

		fuzz_must(!bt_modes_find(modes, mode->name, &found, &err) && found == mode,
			  "two modes are called %s", mode->name);
		fuzz_must(*bt_mode_summary(mode), "%s: no summary", mode->name);
		if (bt_mode_check(mode, &err))
			fuzz_must_say(&err);
		try_guest(mode);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_modes *modes = NULL;
	struct bt_err err = { 0 };

	if (bt_modes_read(&modes, fuzz_file(data, size), &err)) {
		fuzz_must_say(&err);
		return 0;
	}
	try_all(modes);
	if (bt_modes_override(modes, "append", "quiet", &err))
		fuzz_must(false, "%s", err.text);
	bt_modes_free(modes);
	return 0;
}

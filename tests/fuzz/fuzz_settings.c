// SPDX-License-Identifier: GPL-2.0
/* An input is the dashboard's config.json. What it says is saved into it and read again. */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "ui/settings.h"

#define ALL (UI_SETTING_BIT(UI_SETTING_COUNT) - 1)

static void save_and_load(struct ui_settings_file *file)
{
	struct ui_settings_file *again = bt_xcalloc(1, sizeof(*again));
	struct bt_err err = { 0 };

	if (ui_settings_save(file, &file->settings, ALL, &err)) {
		fuzz_must_say(&err);
	} else {
		ui_settings_load(again);
		fuzz_must(!ui_settings_differ(&file->settings, &again->settings),
			  "saved, and read as something else");
		fuzz_must(!again->problem_count, "saved with a problem: %s",
			  again->problems[0].text);
	}
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = bt_xasprintf("%s/buddytop/config.json", fuzz_directory());
	struct ui_settings_file *file = bt_xcalloc(1, sizeof(*file));

	setenv("XDG_CONFIG_HOME", fuzz_directory(), 1);
	fuzz_put(path, data, size);
	ui_settings_load(file);
	fuzz_must(file->present && !strcmp(file->path, path), "it was not read");
	fuzz_must(file->problem_count <= UI_SETTINGS_PROBLEMS, "too many problems");
	for (unsigned i = 0; i < file->problem_count; i++)
		fuzz_must_say(&file->problems[i]);
	save_and_load(file);
	free(file);
	free(path);
	return 0;
}

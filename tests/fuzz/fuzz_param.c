// SPDX-License-Identifier: GPL-2.0
/* An input is lines as people type them: parameters, "order=3", and with '#' in front numbers. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "tests/unit/sample_frame.h"

#define CPUS 70
#define NODES 3

/* Digits and a unit of 1 give the same number back. */
static void try_numbers(const char *text)
{
	uint64_t value, again = 0;
	char plain[32], shown[16];

	if (!bt_parse_u64(text, &value)) {
		snprintf(plain, sizeof(plain), "%lluns", (unsigned long long)value);
		fuzz_must(!bt_parse_time_ns(plain, 1, &again) && again == value, "%s", plain);
		fuzz_must(!bt_parse_bytes(text, &again) && again == value, "%s bytes", text);
	}
	if (!bt_parse_bytes(text, &value)) {
		snprintf(plain, sizeof(plain), "%llu", (unsigned long long)value);
		fuzz_must(!bt_parse_bytes(plain, &again) && again == value, "%s", text);
		fuzz_must(*bt_text_bytes(value, shown, sizeof(shown)), "%s", text);
	}
	if (!bt_parse_time_ns(text, BT_NS_PER_MS, &value)) {
		snprintf(plain, sizeof(plain), "%lluns", (unsigned long long)value);
		fuzz_must(!bt_parse_time_ns(plain, 1, &again) && again == value, "%s", text);
		fuzz_must(*bt_text_ns(value, shown, sizeof(shown)), "%s", text);
	}
}

/* A value is printed as one that means the same, whatever was typed. */
static void print_and_parse(const struct bt_param *param, const struct bt_config *config,
			    const struct ant_limits *limits)
{
	struct bt_config again = *config;
	int length = bt_param_text(param, config, NULL, 0);
	char *text = bt_xcalloc((size_t)length + 1, 1);
	struct bt_err err = { 0 };

	fuzz_must(bt_param_text(param, config, text, (size_t)length + 1) == length &&
			  strlen(text) == (size_t)length,
		  "%s: not as long as it says", param->name);
	/* No CPU at all is possible in a config, and refused as a value by the check of all. */
	if (bt_param_set(param, &again, *text ? text : "none", limits, &err))
		fuzz_must(false, "%s=%s was printed and is refused: %s", param->name, text,
			  err.text);
	fuzz_must(bt_param_same(param, config, &again), "%s=%s means something else", param->name,
		  text);
	free(text);
}

static void try_assignment(struct bt_config *config, const char *line,
			   const struct ant_limits *limits)
{
	struct bt_config before = *config;
	struct bt_err err = { 0 };
	unsigned changed = 0;

	if (bt_param_assign(config, line, limits, &err)) {
		fuzz_must_say(&err);
		fuzz_must(!memcmp(config, &before, sizeof(before)), "refused, and changed");
		return;
	}
	for (unsigned i = 0; i < bt_param_count; i++) {
		changed += !bt_param_same(&bt_params[i], config, &before);
		print_and_parse(&bt_params[i], config, limits);
	}
	fuzz_must(changed <= 1, "'%s' changes %u parameters", line, changed);
	if (bt_config_check(config, limits, &err))
		fuzz_must_say(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	char *text = fuzz_text(data, size), *rest = text, *line;
	struct ant_limits limits;
	struct bt_config config;

	sample_machine(machine, CPUS, NODES);
	limits = bt_machine_limits(machine);
	bt_config_default(&config, &limits, machine->memory_bytes);
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '#')
			try_numbers(line + 1);
		else
			try_assignment(&config, line, &limits);
	}
	free(text);
	free(machine);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* An input is a loads.ini. Each load that there is then can be found, and made a config or refused. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "core/load.h"

#define GIB ((uint64_t)1 << 30)

static const __u64 nodes[BT_NODE_WORDS] = { 3 }, cpus[BT_CPU_WORDS] = { 0xff };
static const struct ant_limits limits = {
	.max_order = 10, .page_bytes = 4096, .cpu_count = 8, .node_count = 2,
	.max_held_bytes = GIB, .memory_nodes = nodes, .possible_cpus = cpus,
};

/* What is made is valid, and the same whatever ran before. */
static void try_config(const struct bt_load *load)
{
	struct bt_config config, other;
	char note[BT_ERR_TEXT];
	struct bt_err err = { 0 };

	bt_config_default(&config, &limits, 4 * GIB);
	other = config;
	other.order = 3;
	other.gfp = BT_GFP_ATOMIC;
	if (bt_load_config(load, &limits, 4 * GIB, &config, note, &err)) {
		fuzz_must_say(&err);
		return;
	}
	fuzz_must(!bt_config_check(&config, &limits, &err), "%s: %s", load->name, err.text);
	fuzz_must(!bt_load_config(load, &limits, 4 * GIB, &other, NULL, &err) &&
		  !memcmp(&config, &other, sizeof(config)), "%s: two configs", load->name);
}

static void try_load(const struct bt_loads *loads, const struct bt_load *load)
{
	const struct bt_load *found = NULL;
	unsigned settings = 0;

	fuzz_must(!bt_loads_find(loads, load->name, &found, NULL) && found == load,
		  "two loads are called %s", load->name);
	fuzz_must(*load->shows && strlen(load->shows) < BT_LOAD_TEXT &&
		  strlen(load->look) < BT_LOAD_TEXT && strlen(load->name) < BT_LOAD_NAME,
		  "%s: texts", load->name);
	fuzz_must(load->view <= BT_LOAD_VIEWS, "%s: view %u", load->name, load->view);
	while (load->settings[settings])
		fuzz_must(++settings < BT_LOAD_SETTINGS, "%s: settings", load->name);
	try_config(load);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_loads *loads = NULL;
	struct bt_err err = { 0 };

	if (bt_loads_read(&loads, fuzz_file(data, size), &err)) {
		fuzz_must_say(&err);
		return 0;
	}
	fuzz_must(bt_loads_count(loads) <= BT_LOADS_MAX, "%u loads", bt_loads_count(loads));
	for (unsigned i = 0; i < bt_loads_count(loads); i++)
		try_load(loads, bt_loads_at(loads, i));
	bt_loads_free(loads);
	return 0;
}

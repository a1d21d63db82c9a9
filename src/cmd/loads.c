// SPDX-License-Identifier: GPL-2.0
/* buddytop loads: the named loads that there are, with what each is for. */
#include "cmd/loads.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm/place.h"

#define LOADS_VERSION 1u
#define NAME_COLS 14

struct loads_values {
	bool json;
};

static const struct bt_opt loads_opts[] = {
	{ "json", 0, BT_OPT_FLAG, NULL, "as one JSON document",
	  offsetof(struct loads_values, json) },
	{ 0 }
};

int bt_cmd_loads_read(struct bt_loads **loads, struct bt_err *err)
{
	struct bt_err ignored;
	char path[PATH_MAX];

	/* Who has no directory has no file in it. */
	if (bt_place_config_file("loads.ini", path, &ignored))
		path[0] = '\0';
	return bt_loads_read(loads, path, err);
}

int bt_cmd_loads_agreed(const struct bt_cmd_call *call, const char *name, struct bt_loads **loads,
			const struct bt_load **load, struct bt_err *err)
{
	int rc;

	*loads = NULL;
	*load = NULL;
	if (!name)
		return 0;
	if (!call->source.yes)
		return bt_err_set(err, EINVAL, "--load: the load makes the machine slower and may "
				  "take its memory; --yes agrees");
	rc = bt_cmd_loads_read(loads, err);
	if (rc)
		return rc;
	rc = bt_loads_find(*loads, name, load, err);
	if (!rc)
		return 0;
	bt_loads_free(*loads);
	*loads = NULL;
	return bt_err_prefix(err, "--load");
}

int bt_cmd_loads_choose(const struct bt_loads *loads, const char *names,
			const struct bt_load **chosen, unsigned *count, struct bt_err *err)
{
	char *copy = bt_xstrdup(names), *rest = copy, *name;
	int code = 0;

	*count = 0;
	while (!code && (name = strsep(&rest, ",")) != NULL) {
		if (*count == BT_LOADS_MAX)
			code = bt_err_set(err, EINVAL, "more than %u", BT_LOADS_MAX);
		else
			code = bt_loads_find(loads, name, &chosen[(*count)++], err);
	}
	free(copy);
	return code ? bt_err_prefix(err, "--load") : 0;
}

/* ---- the list --------------------------------------------------------------------------- */

static void print_load(const struct bt_load *load)
{
	printf("%-*s%s\n", NAME_COLS, load->name, load->shows);
	if (*load->look)
		printf("%*s%s\n", NAME_COLS, "", load->look);
	printf("%*s", NAME_COLS - 1, "");
	for (const char *const *setting = load->settings; *setting; setting++)
		printf(" %s", *setting);
	putchar('\n');
	if (load->nodes)
		printf("%*sneeds %u nodes with memory\n", NAME_COLS, "", load->nodes);
	if (load->file)
		printf("%*sfrom %s\n", NAME_COLS, "", load->file);
	putchar('\n');
}

static void encode_load(struct bt_json_writer *w, const struct bt_load *load)
{
	bt_json_object(w, NULL);
	bt_json_string(w, "name", load->name);
	bt_json_string(w, "shows", load->shows);
	bt_json_string(w, "look", load->look);
	if (load->view)
		bt_json_u64(w, "view", load->view);
	bt_json_u64(w, "needs_nodes", load->nodes);
	bt_json_array(w, "settings");
	for (const char *const *setting = load->settings; *setting; setting++)
		bt_json_string(w, NULL, *setting);
	bt_json_end_array(w);
	bt_json_string(w, "file", load->file);
	bt_json_end_object(w);
}

static void print_json(const struct bt_loads *loads)
{
	struct bt_json_writer *w = bt_json_writer_create(true);

	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-loads");
	bt_json_u64(w, "version", LOADS_VERSION);
	bt_json_end_object(w);
	bt_json_array(w, "loads");
	for (unsigned i = 0; i < bt_loads_count(loads); i++)
		encode_load(w, bt_loads_at(loads, i));
	bt_json_end_array(w);
	bt_json_end_object(w);
	bt_cmd_print_json(w);
	bt_json_writer_free(w);
}

static int run_loads(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct loads_values *values = call->values;
	struct bt_loads *loads;
	int rc;

	if (call->argc)
		return bt_err_set(err, EINVAL, "loads: '%s': takes no operands", call->argv[0]);
	rc = bt_cmd_loads_read(&loads, err);
	if (rc)
		return rc;
	if (values->json)
		print_json(loads);
	for (unsigned i = 0; i < bt_loads_count(loads) && !values->json; i++)
		print_load(bt_loads_at(loads, i));
	bt_loads_free(loads);
	return 0;
}

const struct bt_cmd bt_cmd_loads = {
	.name = "loads",
	.operands = "",
	.summary = "List the named loads, with what each shows",
	.description = "':load NAME' in the dashboard and --load NAME start one; 'buddytop demo' goes\n"
		       "through all. ~/.config/buddytop/loads.ini adds some and changes these.",
	.opts = loads_opts,
	.no_source = true,
	.values_size = sizeof(struct loads_values),
	.run = run_loads,
};

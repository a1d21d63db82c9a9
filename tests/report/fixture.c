// SPDX-License-Identifier: GPL-2.0
/*
 * fixture FILE SPEED [hostile|silent|partial|flawed|few]: writes the result of tests/unit/sample_result.h.
 * Hostile: its texts try to be markup, commands and formats. Silent: without latencies. Partial:
 * interrupted, of an emulated machine. Flawed: no repetition counts.
 * Few: two count of each configuration.
 */
#include "tests/unit/test.h"

#include "tests/unit/sample_result.h"

/* What each of these would do, were it not taken for text, is looked for by run.py. */
static const char attack[] = "'; system('touch attacked') # `touch attacked` @x \\ %s%n {/:Bold x} "
			     "</pre><script>document.title='attacked'</script>"
			     "<img src=http://attacked.invalid/>\" onload=\"document.title=0\" "
			     "&amp;";

static void replace(char **text)
{
	free(*text);
	*text = bt_xstrdup(attack);
}

static void make_hostile(struct bt_result *result)
{
	replace(&result->plan_name);
	replace(&result->plan_text);
	replace(&result->runs[0].label);
	replace(&result->runs[0].section);
	replace(&result->warnings[0]);
	bt_copy_clean(result->machine.host, sizeof(result->machine.host), attack);
	bt_copy_clean(result->machine.kernel, sizeof(result->machine.kernel), attack);
	snprintf(result->machine.command_line, sizeof(result->machine.command_line), "%s", attack);
	snprintf(result->runs[1].repetitions[4].flaw, BT_FLAW, "%.150s", attack);
}

static void make_flawed(struct bt_result *result, unsigned first)
{
	for (unsigned i = 0; i < result->run_count; i++) {
		for (unsigned k = first; k < result->runs[i].repetition_count; k++)
			strcpy(result->runs[i].repetitions[k].flaw, "the guard stopped the load");
	}
}

int main(int argc, char **argv)
{
	struct bt_result *result;
	struct bt_err err;
	int rc;

	if (argc < 3)
		return 2;
	result = sample_result(argv[1], atof(argv[2]));
	if (argc > 3 && !strcmp(argv[3], "hostile"))
		make_hostile(result);
	if (argc > 3 && !strcmp(argv[3], "silent"))
		result->latencies = false;
	if (argc > 3 && !strcmp(argv[3], "partial")) {
		result->partial = true;
		strcpy(result->partial_reason, "interrupted");
		result->machine.reality = BT_EMULATED;
	}
	if (argc > 3 && !strcmp(argv[3], "flawed"))
		make_flawed(result, 0);
	if (argc > 3 && !strcmp(argv[3], "few"))
		make_flawed(result, 2);
	rc = bt_result_write(result, argv[1], &err);
	if (rc)
		fprintf(stderr, "%s\n", err.text);
	bt_result_free(result);
	return rc ? 1 : 0;
}

// SPDX-License-Identifier: GPL-2.0
/* The text of a plan, line by line. */
#include "bench/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_draft.h"
#include "core/inifile.h"
#include "core/util.h"

#define SECTION_NAME_MAX 48
#define VALUES_MAX (4 * BT_PLAN_RUNS_MAX)	/* of all keys together: bounds the memory */

struct parser {
	struct bt_plan_draft draft;
	struct bt_plan_section global;		/* what later sections begin with */
	struct bt_plan_section override;	/* what wins over all of them */
	struct bt_plan_section *special;	/* the one of those two it is in, or NULL */
	unsigned line;		/* the present one, from 1 */
	unsigned value_count;
	struct bt_err *err;
};

/* ---- sections --------------------------------------------------------------------------- */

static bool has_section(const struct bt_plan *plan, const char *name)
{
	for (unsigned i = 0; i < plan->section_count; i++) {
		if (!strcmp(plan->sections[i], name))
			return true;
	}
	return false;
}

/* It begins with what [global] has by now. Takes name. */
static void add_section(struct parser *p, char *name)
{
	struct bt_plan *plan = p->draft.plan;
	unsigned count = plan->section_count++;

	plan->sections = bt_xrealloc(plan->sections, count + 1, sizeof(*plan->sections));
	plan->sections[count] = name;
	p->draft.sections = bt_xrealloc(p->draft.sections, count + 1, sizeof(*p->draft.sections));
	p->draft.sections[count] = p->global;
	p->draft.sections[count].line = p->line;
}

static int on_heading(void *context, const char *line)
{
	struct parser *p = context;
	char *name;
	int code = bt_ini_heading(line, SECTION_NAME_MAX, &name, p->err);

	if (code)
		return code;
	p->special = !strcmp(name, "global")   ? &p->global :
		     !strcmp(name, "override") ? &p->override : NULL;
	if (p->special) {
		p->special->line = p->line;
		free(name);
		return 0;
	}
	if (has_section(p->draft.plan, name))
		code = bt_err_set(p->err, EINVAL, "[%s]: a section of this name is there already",
				  name);
	else if (p->draft.plan->section_count == BT_PLAN_RUNS_MAX)
		code = bt_err_set(p->err, EINVAL, "[%s]: more than %u sections", name,
				  BT_PLAN_RUNS_MAX);
	if (code)
		free(name);
	else
		add_section(p, name);
	return code;
}

/* ---- keys ------------------------------------------------------------------------------- */

static struct bt_plan_section *current_section(struct parser *p)
{
	return p->special ? p->special : &p->draft.sections[p->draft.plan->section_count - 1];
}

/* Line where key was given in the section itself, or that gave the plan's; 0: nowhere. */
static unsigned given_in_line(struct parser *p, const struct bt_plan_key *key)
{
	const struct bt_plan_section *section = current_section(p);

	for (unsigned i = 0; i < section->count; i++) {
		const struct bt_plan_entry *entry = &p->draft.entries[section->entries[i]];

		if (entry->key == key && (key->of_plan || entry->line > section->line))
			return entry->line;
	}
	return 0;
}

static int check_place(struct parser *p, const struct bt_plan_key *key)
{
	unsigned line = given_in_line(p, key);

	if (key->of_plan && !p->special)
		return bt_err_set(p->err, EINVAL, "%s: is of the whole plan, its place is [global]",
				  key->name);
	if (line)
		return bt_err_set(p->err, EINVAL, "%s: is there already, in line %u", key->name,
				  line);
	return 0;
}

/* Behind all others, where the text has it; one of [global] with the same key gives way. */
static void add_entry(struct parser *p, const struct bt_plan_key *key,
		      const struct bt_plan_values *values)
{
	struct bt_plan_section *section = current_section(p);
	struct bt_plan_draft *draft = &p->draft;
	unsigned kept = 0;

	for (unsigned i = 0; i < section->count; i++) {
		if (draft->entries[section->entries[i]].key != key)
			section->entries[kept++] = section->entries[i];
	}
	draft->entries =
		bt_xrealloc(draft->entries, draft->entry_count + 1, sizeof(*draft->entries));
	draft->entries[draft->entry_count] = (struct bt_plan_entry){ key, *values, p->line };
	section->entries[kept++] = draft->entry_count++;
	section->count = kept;
}

static int on_key(void *context, const char *name, const char *text)
{
	struct parser *p = context;
	const struct bt_plan_key *key;
	struct bt_plan_values values;
	int code = bt_plan_key_get(name, &key, p->err);

	if (code)
		return code;
	code = check_place(p, key);
	if (code)
		return code;
	code = bt_plan_values_parse(&values, key, text, p->err);
	if (code)
		return code;
	p->value_count += values.count;
	if (p->value_count > VALUES_MAX) {
		bt_plan_values_clear(&values);
		return bt_err_set(p->err, EINVAL, "%s: with it the plan has more than %u values",
				  name, VALUES_MAX);
	}
	add_entry(p, key, &values);
	return 0;
}

/* ---- lines ------------------------------------------------------------------------------ */

static int read_lines(struct parser *p)
{
	static const struct bt_ini_ops ops = { .heading = on_heading, .key = on_key };
	int code = bt_ini_read(p->draft.plan->text, &ops, p, &p->line, p->err);

	if (code)
		bt_err_prefix(p->err, "plan %s, line %u", p->draft.plan->name, p->line);
	return code;
}

/* Where the section has the key, it has the new value now; else behind all others. */
static void override_entry(struct parser *p, struct bt_plan_section *section, unsigned entry)
{
	const struct bt_plan_entry *entries = p->draft.entries;
	unsigned i = 0;

	while (i < section->count && entries[section->entries[i]].key != entries[entry].key)
		i++;
	section->entries[i] = entry;
	section->count += i == section->count;
}

static void apply_overrides(struct parser *p)
{
	for (unsigned i = 0; i < p->draft.plan->section_count; i++) {
		for (unsigned j = 0; j < p->override.count; j++)
			override_entry(p, &p->draft.sections[i], p->override.entries[j]);
	}
}

/* A plan of defaults alone is one job. */
static int read_sections(struct parser *p)
{
	struct bt_plan *plan = p->draft.plan;
	int code;

	if (strlen(plan->text) > BT_PLAN_BYTES_MAX)
		return bt_err_set(p->err, EINVAL, "plan %s: longer than %u bytes", plan->name,
				  BT_PLAN_BYTES_MAX);
	code = read_lines(p);
	if (code)
		return code;
	if (!plan->section_count && !p->global.count && !p->override.count)
		return bt_err_set(p->err, EINVAL, "plan %s: it has neither a section nor a key",
				  plan->name);
	if (!plan->section_count)
		add_section(p, bt_xstrdup(plan->name));
	apply_overrides(p);
	return 0;
}

static void draft_free(struct bt_plan_draft *draft)
{
	while (draft->entry_count)
		bt_plan_values_clear(&draft->entries[--draft->entry_count].values);
	free(draft->entries);
	free(draft->sections);
}

int bt_plan_parse(struct bt_plan **plan, const char *name, const char *text, struct bt_err *err)
{
	struct parser p = { .err = err };
	int code;

	p.special = &p.global;
	p.draft.plan = bt_xcalloc(1, sizeof(**plan));
	p.draft.plan->name = bt_xstrdup(name);
	p.draft.plan->text = bt_xstrdup(text);
	code = read_sections(&p);
	if (!code)
		code = bt_plan_expand(&p.draft, err);
	draft_free(&p.draft);
	if (code) {
		bt_plan_free(p.draft.plan);
		p.draft.plan = NULL;
	}
	*plan = p.draft.plan;
	return code;
}

void bt_plan_free(struct bt_plan *plan)
{
	if (!plan)
		return;
	while (plan->run_count)
		bt_plan_run_clear(&plan->runs[--plan->run_count]);
	while (plan->section_count)
		free(plan->sections[--plan->section_count]);
	free(plan->runs);
	free(plan->sections);
	free(plan->text);
	free(plan->name);
	free(plan);
}

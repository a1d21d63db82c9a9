// SPDX-License-Identifier: GPL-2.0
/*
 * The text of a plan. inih splits its lines; what inih does not tell, the number of a line and the
 * begin of a section, is seen by the reader that hands the lines out.
 */
#include "bench/plan.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan_draft.h"
#include "core/util.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define SECTION_NAME_MAX 48
#define VALUES_MAX (4 * BT_PLAN_RUNS_MAX)	/* of all keys together: bounds the memory */

struct parser {
	struct bt_plan_draft draft;
	struct bt_plan_section global;		/* what later sections begin with */
	struct bt_plan_section override;	/* what wins over all of them */
	struct bt_plan_section *special;	/* the one of those two it is in, or NULL */
	const char *at;		/* behind the present line */
	unsigned line;		/* the present one, from 1 */
	unsigned value_count;
	int code;		/* of the first failure, which ends the reading */
	struct bt_err *err;
};

/* ---- sections --------------------------------------------------------------------------- */

/* The name in "[name]" (caller frees), NULL where the heading is malformed. */
static char *heading_name(const char *line)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";
	size_t length = strspn(++line, allowed);

	if (!length || length > SECTION_NAME_MAX || line[length] != ']')
		return NULL;
	if (!strchr("\n;#", line[length + 1 + strspn(line + length + 1, " \t\r")]))
		return NULL;
	return bt_xasprintf("%.*s", (int)length, line);
}

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

static int begin_section(struct parser *p, const char *line)
{
	char *name = heading_name(line);
	int code = 0;

	if (!name)
		return bt_err_set(p->err, EINVAL,
				  "%.*s: [NAME] is expected, up to %d letters, digits and ._+-",
				  (int)strcspn(line, "\r\n"), line, SECTION_NAME_MAX);
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

static int take_key(struct parser *p, const char *name, const char *text)
{
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

/* inih's handler; it knows of no way to end the reading, that is left to the reader. */
static int on_key(void *context, const char *section, const char *name, const char *value)
{
	struct parser *p = context;

	(void)section;
	if (!p->code)
		p->code = take_key(p, name, value);
	return 1;
}

/*
 * inih's reader: a line into buf, NULL at the end. With a newline, the last one, too; without the
 * blanks before it, which would make it the continuation of the line above.
 */
static char *next_line(char *buf, int size, void *context)
{
	struct parser *p = context;
	size_t length;

	if (p->code || !*p->at)
		return NULL;
	p->line++;
	length = strcspn(p->at, "\n");
	if (length > BT_PLAN_LINE_MAX || length + 2 > (size_t)size) {
		p->code = bt_err_set(p->err, EINVAL, "longer than %u bytes", BT_PLAN_LINE_MAX);
		return NULL;
	}
	memcpy(buf, p->at, length);
	memcpy(buf + length, "\n", 2);
	p->at += length + (p->at[length] == '\n');
	length = strspn(buf, " \t\r\v\f");
	memmove(buf, buf + length, strlen(buf + length) + 1);
	if (*buf == '[')
		p->code = begin_section(p, buf);
	return p->code ? NULL : buf;
}

static int read_lines(struct parser *p)
{
	int bad = ini_parse_stream(next_line, p, on_key, p);

	/* inih goes on after a line that it does not understand: it may come before a failure. */
	if (bad > 0 && (!p->code || (unsigned)bad < p->line)) {
		p->line = (unsigned)bad;
		p->code = bt_err_set(p->err, EINVAL, "KEY = VALUE or [SECTION] is expected");
	} else if (bad < 0 && !p->code) {
		p->code = bt_err_set(p->err, ENOMEM, "out of memory");
	}
	if (p->code)
		bt_err_prefix(p->err, "plan %s, line %u", p->draft.plan->name, p->line);
	return p->code;
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
	p.at = text;
	if (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		p.at += strlen(BYTE_ORDER_MARK);
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

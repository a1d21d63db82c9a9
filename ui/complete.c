// SPDX-License-Identifier: GPL-2.0
#include "ui/complete.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mask.h"
#include "ui/command.h"
#include "ui/line.h"
#include "ui/text.h"

/* A line that is being completed: word is what stands before the cursor. */
struct context {
	const struct ui_complete_world *world;
	struct ui_completion *out;
	char line[UI_LINE_MAX];	/* up to the cursor */
	const char *word;
};

__attribute__((format(printf, 4, 5)))
static void add(struct context *c, const char *text, bool open, const char *help, ...)
{
	struct ui_completion *out = c->out;
	struct ui_candidate *candidate = &out->candidates[out->count];
	va_list args;

	if (strncmp(text, c->word, strlen(c->word)))
		return;
	if (out->count == UI_CANDIDATES_MAX) {
		out->more = true;
		return;
	}
	out->count++;
	candidate->open = open;
	snprintf(candidate->text, sizeof(candidate->text), "%s", text);
	va_start(args, help);
	vsnprintf(candidate->help, sizeof(candidate->help), help, args);
	va_end(args);
}

static void set_word(struct context *c, const char *word)
{
	c->word = word;
	c->out->from = (unsigned)(word - c->line);
}

/* ---- values of parameters --------------------------------------------------------------- */

/* After "bind:" and the like: nodes with memory, after what is there already up to a comma. */
static void add_nodes(struct context *c)
{
	const struct bt_machine *machine = c->world->machine;
	const char *at = strrchr(c->word, ',');
	char text[16], distance[UI_TEXT] = "";

	if (!at)
		at = strchr(c->word, ':');
	set_word(c, at + 1);
	for (unsigned node = 0; node < machine->node_count; node++) {
		if (!bt_mask_test(machine->memory_nodes, node))
			continue;
		if (node < BT_MAX_NODES && machine->distance[0][node])
			snprintf(distance, sizeof(distance), ", distance %u from node 0",
				 machine->distance[0][node]);
		snprintf(text, sizeof(text), "%u", node);
		add(c, text, true, "node with memory%s", distance);
	}
}

static void add_policies(struct context *c, const struct bt_param *param)
{
	char text[32];

	if (strchr(c->word, ':')) {
		add_nodes(c);
		return;
	}
	for (unsigned i = 0; param->choices[i].name; i++) {
		bool list = i == BT_NODE_PREFER || i == BT_NODE_BIND || i == BT_NODE_INTERLEAVE;

		snprintf(text, sizeof(text), "%s%s", param->choices[i].name, list ? ":" : "");
		add(c, text, list, "%s", param->choices[i].help);
	}
}

/* All, and the CPUs of each node; after a comma they are added to what is there. */
static void add_cpus(struct context *c)
{
	const struct bt_machine *machine = c->world->machine;
	const char *comma = strrchr(c->word, ',');
	char text[UI_CANDIDATE_TEXT];

	if (comma)
		set_word(c, comma + 1);
	else
		add(c, "all", false, "every CPU, %u",
		    bt_mask_weight(machine->possible_cpus, BT_CPU_WORDS));
	for (unsigned node = 0; node < machine->node_count; node++) {
		__u64 mask[BT_CPU_WORDS] = { 0 };
		unsigned cpus;

		for (unsigned cpu = 0; cpu < machine->cpu_count; cpu++) {
			if (machine->cpu_node[cpu] == node &&
			    bt_mask_test(machine->possible_cpus, cpu))
				bt_mask_set(mask, cpu, true);
		}
		cpus = bt_mask_weight(mask, BT_CPU_WORDS);
		if (cpus && bt_mask_text(mask, BT_CPU_WORDS, text, sizeof(text)) <
			    (int)sizeof(text))
			add(c, text, true, "node %u, %u CPU%s", node, cpus, cpus == 1 ? "" : "s");
	}
}

static void add_values(struct context *c, unsigned row)
{
	const struct bt_param *param = ui_control_param(row);
	const struct bt_choice *choices = ui_control_choices(row);

	if (param && param->kind == BT_PARAM_NODES)
		add_policies(c, param);
	else if (param && param->kind == BT_PARAM_CPUS)
		add_cpus(c);
	else if (choices)
		for (unsigned i = 0; choices[i].name; i++)
			add(c, choices[i].name, false, "%s", choices[i].help);
	else if (param && param->zero_is_off)
		add(c, "off", false, "none");
}

/* What a parameter is, what it may be and what it is. */
static void hint_row(struct context *c, unsigned row)
{
	const struct bt_param *param = ui_control_param(row);
	const struct ant_limits limits = bt_machine_limits(c->world->machine);
	char form[UI_TEXT * 4], now[BT_PARAM_TEXT], most[UI_TEXT];

	ui_control_value(row, c->world->config, now, sizeof(now));
	if (!param) {
		snprintf(c->out->hint, UI_HINT, "What the workers do. Now %s.", now);
		return;
	}
	/* Choices are among the candidates. */
	if (param->choices) {
		snprintf(c->out->hint, UI_HINT, "%s Now %s.", param->help, now);
		return;
	}
	bt_param_form(param, form, sizeof(form));
	if (param->kind == BT_PARAM_BYTES && bt_param_max(param, &limits) != param->max)
		snprintf(form, sizeof(form), "SIZE up to %s",
			 bt_text_bytes(bt_param_max(param, &limits), most, sizeof(most)));
	else if (param->kind == BT_PARAM_NUMBER || param->kind == BT_PARAM_ORDER)
		snprintf(form, sizeof(form), "%llu to %llu%s%s", (unsigned long long)param->min,
			 (unsigned long long)bt_param_max(param, &limits),
			 *param->unit ? " " : "", param->unit);
	else if (param->kind == BT_PARAM_CPUS)
		snprintf(form, sizeof(form), "0-3,8 or ^2 or 0xff or all");
	snprintf(c->out->hint, UI_HINT, "%s %s. Now %s.", param->help, form, now);
}

/* ---- names ------------------------------------------------------------------------------ */

static void add_names(struct context *c)
{
	for (unsigned row = 1; row < ui_control_rows(); row++)
		add(c, ui_control_name(row), false, "%s", ui_control_param(row)->help);
	add(c, ui_control_name(0), false, "What the workers do.");
}

/* NAME VALUE NAME=VALUE ...: finds which of them the cursor is in. */
static void complete_assignments(struct context *c, const char *at)
{
	unsigned row;

	for (;;) {
		unsigned length = (unsigned)strcspn(at, " =");
		const char *value = at + length + strspn(at + length, " =");

		if (!at[length]) {
			set_word(c, at);
			add_names(c);
			if (ui_control_find(at, length, &row))
				hint_row(c, row);
			return;
		}
		if (!ui_control_find(at, length, &row)) {
			snprintf(c->out->hint, UI_HINT, "%.*s: there is no such parameter",
				 (int)length, at);
			return;
		}
		at = value + strcspn(value, " ");
		if (!*at) {
			set_word(c, value);
			hint_row(c, row);
			add_values(c, row);
			return;
		}
		at += strspn(at, " ");
	}
}

/* ---- arguments of commands -------------------------------------------------------------- */

static void complete_change(struct context *c)
{
	const struct ui_undo *undo = c->world->undo;
	char number[16], text[UI_CANDIDATE_TEXT];

	for (unsigned back = 0; back < undo->count; back++) {
		snprintf(number, sizeof(number), "%u", back + 1);
		add(c, number, false, "%s",
		    ui_undo_text(ui_undo_at(undo, back), text, sizeof(text)));
	}
	if (!undo->count)
		snprintf(c->out->hint, UI_HINT, "This dashboard has changed nothing yet.");
}

/* The newest first. */
static void complete_mark(struct context *c)
{
	const struct bt_session *session = c->world->session;
	uint64_t first = session ? bt_session_event_first(session) : 0;
	const struct bt_event *event;
	char utc[UI_TEXT];

	for (uint64_t n = first ? bt_session_event_last(session) : 0; n >= first && n; n--) {
		event = bt_session_event(session, n);
		if (!event || event->kind != BT_EVENT_MARK)
			continue;
		bt_utc_text(event->utc_ns, utc, sizeof(utc));
		add(c, event->text, false, "%s by %s", utc, event->who);
	}
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Names that cannot be typed in a line are left out. */
static bool can_be_typed(const char *name)
{
	const char *at = name;

	while (*at >= ' ' && *at <= '~')
		at++;
	return !*at && at - name < UI_CANDIDATE_TEXT - 1;
}

static void add_file(struct context *c, const char *folder, const char *name)
{
	char path[UI_LINE_MAX + 256], text[256 + 2];
	struct stat st;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	if (!can_be_typed(name) || stat(path, &st))
		return;
	snprintf(text, sizeof(text), "%s%s", name, S_ISDIR(st.st_mode) ? "/" : "");
	add(c, text, S_ISDIR(st.st_mode), "%s", S_ISDIR(st.st_mode) ? "directory" : "file");
}

static void complete_file(struct context *c)
{
	const char *slash = strrchr(c->word, '/');
	struct dirent **names = NULL;
	char folder[UI_LINE_MAX] = "";
	int count;

	if (slash) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash + 1 - c->word), c->word);
		set_word(c, slash + 1);
	}
	count = scandir(*folder ? folder : ".", &names, NULL, by_name);
	for (int i = 0; i < count; i++) {
		if (names[i]->d_name[0] != '.' || *c->word == '.')
			add_file(c, folder, names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

static void complete_choice(struct context *c, const struct ui_command *command)
{
	for (unsigned i = 0; command->choices[i].name; i++)
		add(c, command->choices[i].name, false, "%s", command->choices[i].help);
}

static void complete_load(struct context *c)
{
	const struct bt_loads *loads = c->world->loads;

	for (unsigned i = 0; i < bt_loads_count(loads); i++)
		add(c, bt_loads_at(loads, i)->name, false, "%s", bt_loads_at(loads, i)->shows);
}

static void complete_argument(struct context *c, const struct ui_command *command,
			      const char *argument)
{
	set_word(c, argument);
	snprintf(c->out->hint, UI_HINT, "%s%s%s", command->form ? command->form : "",
		 command->form ? ": " : "", command->help);
	switch (command->argument) {
	case UI_ARGUMENT_ASSIGNMENTS:
		complete_assignments(c, argument);
		break;
	case UI_ARGUMENT_MARK:
		complete_mark(c);
		break;
	case UI_ARGUMENT_CHANGE:
		complete_change(c);
		break;
	case UI_ARGUMENT_FILE:
		complete_file(c);
		break;
	case UI_ARGUMENT_CHOICE:
		complete_choice(c, command);
		break;
	case UI_ARGUMENT_LOAD:
		complete_load(c);
		break;
	case UI_ARGUMENT_NONE:
	case UI_ARGUMENT_TEXT:
		break;
	}
}

static void complete_command_name(struct context *c, unsigned length)
{
	const struct ui_command *command = ui_command_find(c->word, length);

	for (unsigned i = 0; i < ui_command_count; i++)
		add(c, ui_commands[i].name, false, "%s", ui_commands[i].help);
	if (command)
		snprintf(c->out->hint, UI_HINT, "%s", command->help);
}

void ui_complete(const struct ui_complete_world *world, const char *line, unsigned cursor,
		 struct ui_completion *completion)
{
	struct context c = { .world = world, .out = completion };
	const struct ui_command *command;
	const char *first;
	unsigned length;

	memset(completion, 0, sizeof(*completion));
	snprintf(c.line, sizeof(c.line), "%.*s", (int)cursor, line);
	first = c.line + strspn(c.line, " :");
	length = (unsigned)strcspn(first, " =");
	set_word(&c, first);
	command = ui_command_find(first, length);
	if (first[length] && command) {
		complete_argument(&c, command, first + length + strspn(first + length, " ="));
		return;
	}
	complete_assignments(&c, first);
	if (!first[length])
		complete_command_name(&c, length);
	if (!*first)
		snprintf(completion->hint, UI_HINT, "Parameters with their values, as order 3 "
			 "cpus 0-3 (one change), or a command.");
}

unsigned ui_complete_common(const struct ui_completion *completion)
{
	const char *first = completion->candidates[0].text;
	unsigned length = completion->count ? (unsigned)strlen(first) : 0;

	for (unsigned i = 1; i < completion->count; i++) {
		unsigned same = 0;

		while (same < length && completion->candidates[i].text[same] == first[same])
			same++;
		length = same;
	}
	return length;
}

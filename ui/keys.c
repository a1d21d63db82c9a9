// SPDX-License-Identifier: GPL-2.0
#include "ui/keys.h"

#include <string.h>

#include "core/util.h"

#define F(n) (UI_KEY_F0 + (n))

static const char load[] = "Load";
static const char view[] = "View";
static const char past[] = "Time";
static const char move[] = "Moving about";
static const char program[] = "Program";

/*
 * The order is that of the help screen and, among those with a brief text, of the footer, where
 * footer.c lets some go first.
 */
const struct ui_binding ui_bindings[] = {
	{ .action = UI_ACTION_HELP, .key = { '?', F(1) },
	  .group = program, .brief = "help",
	  .help = "this help; in it, letters look for keys" },
	{ .action = UI_ACTION_QUIT, .key = { 'q', F(10), UI_KEY_CTRL_C },
	  .group = program, .brief = "quit",
	  .help = "quit, giving back what is held; asks while the load is on, ^C twice does not" },
	{ .action = UI_ACTION_COMMAND, .key = { ':' },
	  .group = program, .brief = "command",
	  .help = "command line: order 4, cpus 0-15, load fragment, start, stop, keep ..." },
	{ .action = UI_ACTION_TAKEOVER, .key = { 'K' },
	  .group = program,
	  .help = "take control over, once the controller of the source is gone" },

	{ .action = UI_ACTION_WORKERS, .key = { 'w' },
	  .group = load, .brief = "load on/off",
	  .help = "start the workers, or stop them and give all back; the first start asks" },
	{ .action = UI_ACTION_STOP_NOW, .key = { '!', F(9) },
	  .group = load, .brief = "stop now",
	  .help = "stop the workers and give everything back, without a question" },
	{ .action = UI_ACTION_UNDO, .key = { 'u' },
	  .group = load, .brief = "undo",
	  .help = "take the last change of this dashboard back; a stop taken back asks like a start" },
	{ .action = UI_ACTION_DRAFT, .key = { 'D' },
	  .group = load, .brief = "draft",
	  .help = "draft: changes wait and show what they would do; D again sends them at once, "
		  "Esc drops them" },
	{ .action = UI_ACTION_STEP_DOWN, .key = { '[', F(7) },
	  .group = load, .brief = "order -", .param = "order",
	  .help = "order down by one" },
	{ .action = UI_ACTION_STEP_UP, .key = { ']', F(8) },
	  .group = load, .brief = "order +", .param = "order",
	  .help = "order up by one" },
	{ .action = UI_ACTION_EDIT, .key = { 'o' },
	  .group = load, .param = "order",
	  .help = "type the order, or several by weight: 0:8+3:1" },
	{ .action = UI_ACTION_EDIT, .key = { 'c', 'a' },
	  .group = load, .brief = "CPUs", .param = "cpus",
	  .help = "choose CPUs, in a grid or as a list" },
	{ .action = UI_ACTION_EDIT, .key = { 'n' },
	  .group = load, .brief = "nodes", .param = "node",
	  .help = "choose the node policy and its nodes" },
	{ .action = UI_ACTION_EDIT, .key = { 'g' },
	  .group = load, .brief = "GFP", .param = "gfp",
	  .help = "choose the allocation class" },
	{ .action = UI_ACTION_EDIT, .key = { 'P' },
	  .group = load, .param = "pattern",
	  .help = "choose the pattern" },
	{ .action = UI_ACTION_EDIT, .key = { 'F' },
	  .group = load, .param = "free",
	  .help = "choose which held blocks are freed first" },
	{ .action = UI_ACTION_EDIT, .key = { 'W' },
	  .group = load, .param = "touch",
	  .help = "choose how much of a block is written" },
	{ .action = UI_ACTION_STEP_DOWN, .key = { '{' },
	  .group = load, .param = "batch",
	  .help = "batch / 2" },
	{ .action = UI_ACTION_STEP_UP, .key = { '}' },
	  .group = load, .param = "batch",
	  .help = "batch x 2" },
	{ .action = UI_ACTION_EDIT, .key = { '*' },
	  .group = load, .param = "bulk",
	  .help = "type how many pages one call asks for; off: a call a block" },
	{ .action = UI_ACTION_EDIT, .key = { '&' },
	  .group = load, .param = "handoff",
	  .help = "choose which CPU frees a block" },
	{ .action = UI_ACTION_STEP_DOWN, .key = { '(' },
	  .group = load, .param = "pace",
	  .help = "slower pace, in steps of 1-2-5" },
	{ .action = UI_ACTION_STEP_UP, .key = { ')' },
	  .group = load, .param = "pace",
	  .help = "faster pace; beyond 1M ops/s: flat out" },
	{ .action = UI_ACTION_EDIT, .key = { 'N' },
	  .group = load, .param = "sample",
	  .help = "type in how many operations one is timed" },
	{ .action = UI_ACTION_EDIT, .key = { 'H' },
	  .group = load, .param = "held",
	  .help = "type how much is held at most" },
	{ .action = UI_ACTION_EDIT, .key = { 'R' },
	  .group = load, .param = "reserve",
	  .help = "type the reserve that guard safe leaves" },
	{ .action = UI_ACTION_EDIT, .key = { 'G' },
	  .group = load, .param = "guard",
	  .help = "choose what happens when the machine runs out of memory" },
	{ .action = UI_ACTION_EDIT, .key = { 'A' },
	  .group = load, .param = "lease",
	  .help = "type the lease: how long the load outlives its controller's silence" },
	{ .action = UI_ACTION_EDIT, .key = { 'X' },
	  .group = load, .param = "limit",
	  .help = "type the time limit after which the load stops" },
	{ .action = UI_ACTION_MEASURE, .key = { 'f' },
	  .group = load,
	  .help = "find what user space can really get; asks how far to go" },

	{ .action = UI_ACTION_KBENCH, .key = { 'U' },
	  .group = load, .brief = "start/stop it",
	  .help = "view 8, Microbenchmark; in it: start the one of the plan; stop one that runs" },
	{ .action = UI_ACTION_KBENCH_SAVE, .key = { 'O' },
	  .group = load, .brief = "write result",
	  .help = "write the result of the last microbenchmark to a JSON file" },

	{ .action = UI_ACTION_SNAPSHOT, .key = { 's', F(5) },
	  .group = view, .brief = "snapshot",
	  .help = "write all that is known now to a JSON file" },
	{ .action = UI_ACTION_MARK, .key = { 'm' },
	  .group = view, .brief = "mark",
	  .help = "mark this moment in the event log and in all graphs" },
	{ .action = UI_ACTION_MARK_TEXT, .key = { 'M' },
	  .group = view,
	  .help = "mark this moment, with a text" },
	{ .action = UI_ACTION_RECORD, .key = { 'S' },
	  .group = view,
	  .help = "record everything to a file (JSON Lines), or end the recording" },
	{ .action = UI_ACTION_FREEZE, .key = { ' ' },
	  .group = view, .brief = "freeze",
	  .help = "freeze the picture; sampling goes on; in a replay: pause" },
	{ .action = UI_ACTION_PAUSE, .key = { 'p' },
	  .group = view, .brief = "pause",
	  .help = "pause sampling, the load goes on, graphs show a gap; in a replay: pause it" },
	{ .action = UI_ACTION_INTERVAL_UP, .key = { '+', '=' },
	  .group = view,
	  .help = "longer interval, in steps of 1-2-5; in a replay: faster" },
	{ .action = UI_ACTION_INTERVAL_DOWN, .key = { '-' },
	  .group = view,
	  .help = "shorter interval; in a replay: slower" },
	{ .action = UI_ACTION_INTERVAL, .key = { 'i' },
	  .group = view, .brief = "interval",
	  .help = "type the interval" },
	{ .action = UI_ACTION_SEEK_BACK, .key = { ',' },
	  .group = view,
	  .help = "10 s back, in a replay" },
	{ .action = UI_ACTION_SEEK_ON, .key = { '.' },
	  .group = view,
	  .help = "10 s on, in a replay" },
	{ .action = UI_ACTION_LOG, .key = { 'L' },
	  .group = view, .brief = "log",
	  .help = "view 7, Events: the whole log" },
	{ .action = UI_ACTION_EXPORT, .key = { 'e' },
	  .group = view,
	  .help = "write the events that view 7 shows, those that fit its filter, to a file; in it "
		  "Enter goes to the time of the selected one" },
	{ .action = UI_ACTION_VIEW, .key = { '1' },
	  .group = view,
	  .help = "view 1, Overview; 2 Latency, 3 NUMA and zones, 4 Fragmentation, 5 CPUs, "
		  "6 Reclaim and pressure, 7 Events, 8 Microbenchmark, 9 Lab (digits only choose "
		  "views)" },
	{ .action = UI_ACTION_MODE, .key = { 'x' },
	  .group = view, .brief = "form",
	  .help = "next form of the focused panel" },
	{ .action = UI_ACTION_FILTER, .key = { '/' },
	  .group = view, .brief = "filter",
	  .help = "filter the rows of the focused panel while typing: 0-3,8 numbers, node 1, a text; "
		  "! before a word: rows without it; Esc shows all again" },
	{ .action = UI_ACTION_SUBJECT_UP, .key = { 'y' },
	  .group = view, .brief = "content",
	  .help = "what the focused panel shows, the next: allocs and frees, one of them, one node" },
	{ .action = UI_ACTION_SUBJECT_DOWN, .key = { 'Y' },
	  .group = view,
	  .help = "the one before" },
	{ .action = UI_ACTION_GLYPHS, .key = { 'v' },
	  .group = view,
	  .help = "next glyph set: full, console, ASCII" },
	{ .action = UI_ACTION_THEME, .key = { 'C' },
	  .group = view,
	  .help = "next theme: default, light background, high contrast, monochrome" },
	{ .action = UI_ACTION_SETUP, .key = { 'E', F(2) },
	  .group = view,
	  .help = "set-up: colours, characters, interval, units and panels; saves them" },
	{ .action = UI_ACTION_REDRAW, .key = { UI_KEY_CTRL_L },
	  .group = view,
	  .help = "draw the screen afresh" },

	{ .action = UI_ACTION_TIME_BACK, .key = { UI_KEY_LEFT, 'h' },
	  .group = past, .brief = "back",
	  .help = "back in time by one step; freezes the picture there; in the grid of CPUs only h" },
	{ .action = UI_ACTION_TIME_FORWARD, .key = { UI_KEY_RIGHT, 'l' },
	  .group = past,
	  .help = "forward in time by one step; in the grid of CPUs only l" },
	{ .action = UI_ACTION_TIME_OLDEST, .key = { UI_KEY_HOME },
	  .group = past,
	  .help = "the oldest that the history has at this length of step" },
	{ .action = UI_ACTION_TIME_LIVE, .key = { UI_KEY_END, '0' },
	  .group = past, .brief = "live",
	  .help = "now: the picture follows again" },
	{ .action = UI_ACTION_SAMPLE_NEXT, .key = { 't' },
	  .group = past,
	  .help = "the next sample, each as a step of its own" },
	{ .action = UI_ACTION_SAMPLE_PREVIOUS, .key = { 'T' },
	  .group = past,
	  .help = "the sample before" },
	{ .action = UI_ACTION_EVENT_PREVIOUS, .key = { '<' },
	  .group = past,
	  .help = "back to the vertical line before: a mark, a change of control, a fault" },
	{ .action = UI_ACTION_EVENT_NEXT, .key = { '>' },
	  .group = past,
	  .help = "forward to the next vertical line" },
	{ .action = UI_ACTION_JUMP, .key = { 'J' },
	  .group = past,
	  .help = "jump to a time (12:34:56, -5m) or to a mark of the list" },
	{ .action = UI_ACTION_STEP_SHORTER, .key = { 'z' },
	  .group = past,
	  .help = "shorter steps, so a shorter time on the screen: 60 s, 10 s, 1 s, samples" },
	{ .action = UI_ACTION_STEP_LONGER, .key = { 'Z' },
	  .group = past,
	  .help = "longer steps, so a longer time on the screen" },
	{ .action = UI_ACTION_BASELINE, .key = { 'b' },
	  .group = past,
	  .help = "take the time on the screen as the baseline" },
	{ .action = UI_ACTION_COMPARE, .key = { 'B' },
	  .group = past,
	  .help = "compare with the baseline: every number in a list; Esc leaves the list, the views "
		  "then show differences and the baseline's lines; once more: off" },
	{ .action = UI_ACTION_RESET, .key = { 'r' },
	  .group = past,
	  .help = "begin anew what counts since the start: low mark, histogram; u takes it back" },

	{ .action = UI_ACTION_NEXT_PANEL, .key = { UI_KEY_TAB },
	  .group = move, .brief = "panel",
	  .help = "focus the next panel; after the last one, the next view" },
	{ .action = UI_ACTION_PREVIOUS_PANEL, .key = { UI_KEY_BACK_TAB },
	  .group = move,
	  .help = "focus the panel before, or the view before" },
	{ .action = UI_ACTION_MOVE_UP, .key = { UI_KEY_UP, 'k' },
	  .group = move,
	  .help = "up in the focused panel" },
	{ .action = UI_ACTION_MOVE_DOWN, .key = { UI_KEY_DOWN, 'j' },
	  .group = move,
	  .help = "down in the focused panel" },
	{ .action = UI_ACTION_MOVE_PAGE_UP, .key = { UI_KEY_PAGE_UP },
	  .group = move,
	  .help = "a page up; where nothing scrolls, a screen back in time" },
	{ .action = UI_ACTION_MOVE_PAGE_DOWN, .key = { UI_KEY_PAGE_DOWN },
	  .group = move,
	  .help = "a page down, or a screen forward in time" },
	{ .action = UI_ACTION_ENTER, .key = { UI_KEY_ENTER },
	  .group = move,
	  .help = "change the selected control in its row: Up Down or typing, Enter applies, Esc "
		  "drops; in other panels: the panel alone on the screen" },
	{ .action = UI_ACTION_BACK, .key = { UI_KEY_ESC },
	  .group = move,
	  .help = "back: close a dialog, leave a panel, return to live; never quits" },
};

const unsigned ui_binding_count = BT_ARRAY_SIZE(ui_bindings);

const struct ui_binding *ui_keys_find(int key)
{
	/* Any digit but 0 is a view. */
	if (key >= '1' && key <= '9')
		key = '1';
	for (unsigned i = 0; key && i < ui_binding_count; i++) {
		for (unsigned k = 0; k < UI_KEY_ALIASES; k++) {
			if (ui_bindings[i].key[k] == key)
				return &ui_bindings[i];
		}
	}
	return NULL;
}

const struct ui_binding *ui_keys_of_param(const char *param)
{
	const struct ui_binding *found = NULL;

	for (unsigned i = 0; i < ui_binding_count; i++) {
		if (!ui_bindings[i].param || strcmp(ui_bindings[i].param, param))
			continue;
		if (ui_bindings[i].action == UI_ACTION_EDIT)
			return &ui_bindings[i];
		if (!found)
			found = &ui_bindings[i];
	}
	return found;
}

const char *ui_key_name(int key, char *buf, size_t size)
{
	static const struct {
		int key;
		const char *name;
	} names[] = {
		{ ' ', "Space" }, { UI_KEY_TAB, "Tab" }, { UI_KEY_BACK_TAB, "Shift-Tab" },
		{ UI_KEY_ENTER, "Enter" }, { UI_KEY_ESC, "Esc" }, { UI_KEY_UP, "Up" },
		{ UI_KEY_DOWN, "Down" }, { UI_KEY_LEFT, "Left" }, { UI_KEY_RIGHT, "Right" },
		{ UI_KEY_HOME, "Home" }, { UI_KEY_END, "End" }, { UI_KEY_PAGE_UP, "PgUp" }, { UI_KEY_PAGE_DOWN, "PgDn" },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++) {
		if (names[i].key == key) {
			snprintf(buf, size, "%s", names[i].name);
			return buf;
		}
	}
	if (key > UI_KEY_F0 && key <= UI_KEY_F12)
		snprintf(buf, size, "F%d", key - UI_KEY_F0);
	else if (key < ' ')
		snprintf(buf, size, "^%c", key + '@');
	else
		snprintf(buf, size, "%c", key < 0x7f ? key : '?');
	return buf;
}

const char *ui_binding_names(const struct ui_binding *binding, char *buf, size_t size)
{
	size_t used = 0;
	char name[16];

	buf[0] = '\0';
	for (unsigned k = 0; k < UI_KEY_ALIASES && binding->key[k] && used < size; k++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", k ? " " : "",
					 ui_key_name(binding->key[k], name, sizeof(name)));
	return buf;
}

void ui_keys_print(FILE *to)
{
	char names[48];

	for (unsigned i = 0; i < ui_binding_count; i++)
		fprintf(to, "%s\t%s\t%s\n", ui_bindings[i].group,
			ui_binding_names(&ui_bindings[i], names, sizeof(names)),
			ui_bindings[i].help);
}

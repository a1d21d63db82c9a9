// SPDX-License-Identifier: GPL-2.0
#include "tests/monkey/monkey.h"

#include <stdio.h>
#include <string.h>

#include "core/util.h"
#include "ui/keys.h"

/* splitmix64 */
uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

unsigned chance_below(struct chance *chance, unsigned below)
{
	return (unsigned)(chance_next(chance) % below);
}

#define PICK(chance, array) ((array)[chance_below((chance), BT_ARRAY_SIZE(array))])

static void add(struct burst *burst, int key)
{
	if (burst->count < BURST_KEYS)
		burst->keys[burst->count++] = key;
}

static void add_text(struct burst *burst, const char *text)
{
	while (*text)
		add(burst, (unsigned char)*text++);
}

/* ---- kinds of keys ----------------------------------------------------------------------- */

static void bound_key(struct chance *chance, struct burst *burst)
{
	const struct ui_binding *binding = &ui_bindings[chance_below(chance, ui_binding_count)];
	unsigned names = 0;

	while (names < UI_KEY_ALIASES && binding->key[names])
		names++;
	add(burst, binding->key[chance_below(chance, names)]);
}

static void moving_key(struct chance *chance, struct burst *burst)
{
	static const int keys[] = {
		UI_KEY_ENTER, UI_KEY_ESC, UI_KEY_TAB, UI_KEY_BACK_TAB, UI_KEY_UP, UI_KEY_DOWN,
		UI_KEY_LEFT, UI_KEY_RIGHT, UI_KEY_HOME, UI_KEY_END, UI_KEY_PAGE_UP,
		UI_KEY_PAGE_DOWN, UI_KEY_BACKSPACE, UI_KEY_DELETE, UI_KEY_CTRL_U, ' ', 'y', 'n',
		'x', 't', 'A', 'N', 'I', '/', '1', '2', '3', '4', '5', '6', '7', '0',
	};
	int key = PICK(chance, keys);

	for (unsigned times = chance_below(chance, 4) ? 1 : chance_below(chance, 12); times; times--)
		add(burst, key);
}

static void command_line(struct chance *chance, struct burst *burst)
{
	static const char *const words[] = {
		"order", "cpus", "node", "gfp", "pattern", "held", "batch", "pace", "sample", "touch", "free",
		"guard", "reserve", "lease", "limit", "interval", "start", "stop", "keep", "freeze",
		"pause", "snapshot", "measure", "step", "view", "mark", "baseline", "compare", "undo",
		"jump", "filter", "export", "theme", "units", "glyphs", "set", "record", "seek", "speed",
		"draft", "apply", "discard", "reset", "window", "quit", "no-such-thing", "save-screen",
	};
	static const char *const values[] = {
		"", "0", "3", "99999999999999999999", "-1", "0-3", "0x3", "0-1,^1", "bind:1",
		"prefer:0", "interleave:0-1", "remote", "kernel", "atomic", "hold", "64M", "1T", "10%",
		"1s", "200ms", "60s", "12:00:00", "-30s", "first", "all", "fifo", "bench", "all order=2",
		"control", "light", "ascii", "\xc3\xa9\xe2\x82\xac", "%s%n", "\x7f", "screen", "=",
	};

	add(burst, ':');
	add_text(burst, PICK(chance, words));
	add(burst, chance_below(chance, 8) ? ' ' : '=');
	add_text(burst, PICK(chance, values));
	if (!chance_below(chance, 6))
		add(burst, UI_KEY_TAB);
	add(burst, chance_below(chance, 8) ? UI_KEY_ENTER : UI_KEY_ESC);
}

static void typed_text(struct chance *chance, struct burst *burst)
{
	for (unsigned left = 1 + chance_below(chance, 12); left; left--)
		add(burst, (int)(' ' + chance_below(chance, 95)));
	if (chance_below(chance, 2))
		add(burst, UI_KEY_ENTER);
}

/* Combining, wide, right-to-left, private, surrogate, last, and whatever comes. */
static void unicode_text(struct chance *chance, struct burst *burst)
{
	static const int odd[] = { 0x301, 0x4e2d, 0x5d0, 0x200b, 0x202e, 0xe000, 0xd800, 0xfffe,
				   0x1f600, 0x10ffff, 0x85, 0xa0, 0x2028 };

	for (unsigned left = 1 + chance_below(chance, 6); left; left--)
		add(burst, chance_below(chance, 2) ? PICK(chance, odd) :
		    (int)(1 + chance_below(chance, 0x10ffff)));
}

/* What is left of sequences that curses does not know, and keys that no terminal sends. */
static void rubbish(struct chance *chance, struct burst *burst)
{
	static const char *const sequences[] = { "[999~", "[<0;10;10M", "]0;title\a", "Pq#0\\",
						 "[200~pasted\n[201~", "OQ", "[1;5C" };

	if (chance_below(chance, 2)) {
		add(burst, UI_KEY_ESC);
		add_text(burst, PICK(chance, sequences));
	} else {
		add(burst, (int)chance_below(chance, 32));
		add(burst, UI_KEY_SPECIAL + (int)chance_below(chance, 64));
	}
}

void chance_keys(struct chance *chance, struct burst *burst)
{
	static const struct {
		unsigned weight;
		void (*make)(struct chance *chance, struct burst *burst);
	} kinds[] = {
		{ 45, bound_key }, { 27, moving_key }, { 12, command_line }, { 8, typed_text },
		{ 4, unicode_text }, { 4, rubbish },
	};
	unsigned at = chance_below(chance, 100), i = 0;

	burst->count = 0;
	while (at >= kinds[i].weight)
		at -= kinds[i++].weight;
	kinds[i].make(chance, burst);
}

/* ---- machines and screens ---------------------------------------------------------------- */

void chance_source(struct chance *chance, char *buf, size_t size)
{
	static const struct {
		const char *text;
		unsigned cpus;
	} machines[] = {
		{ "", 8 }, { ",cpus=1,nodes=1", 1 }, { ",cpus=3,nodes=3,memonly=2", 3 },
		{ ",cpus=64,nodes=4,offline=9+10", 64 }, { ",cpus=8,nodes=2,cpuonly=1", 8 },
		{ ",cpus=256,nodes=8", 256 }, { ",cpus=2,nodes=1,memory=64M", 2 },
		{ ",cpus=1024,nodes=16", 1024 },
	};
	static const char *const faults[] = { "lost", "rubbish", "fail", "oom", "stuck", "jump",
					      "offline", "online", "lease" };
	/* Large machines are slow, and seldom. */
	unsigned machine = chance_below(chance, chance_below(chance, 4) ? 5 :
					BT_ARRAY_SIZE(machines));
	size_t used = (size_t)snprintf(buf, size, "sim:%u%s", chance_below(chance, 1000),
				       machines[machine].text);

	for (unsigned left = chance_below(chance, 6); left && used < size; left--) {
		const char *fault = PICK(chance, faults);

		used += (size_t)snprintf(buf + used, size - used, ",fault=%s@%us:%u", fault,
					 1 + chance_below(chance, 60),
					 chance_below(chance, machines[machine].cpus));
	}
}

void chance_size(struct chance *chance, int *rows, int *cols)
{
	static const struct {
		int rows, cols;
	} usual[] = { { 24, 80 }, { 50, 160 }, { 24, 80 }, { 50, 160 }, { 10, 40 }, { 1, 1 },
		      { 1, 80 }, { 2, 200 }, { 120, 2 }, { 120, 250 }, { 12, 76 }, { 11, 75 } };
	unsigned which = chance_below(chance, 2 * BT_ARRAY_SIZE(usual));

	if (which < BT_ARRAY_SIZE(usual)) {
		*rows = usual[which].rows;
		*cols = usual[which].cols;
		return;
	}
	*rows = 1 + (int)chance_below(chance, 120);
	*cols = 1 + (int)chance_below(chance, 250);
}

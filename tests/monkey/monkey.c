// SPDX-License-Identifier: GPL-2.0
/*
 * A monkey at the dashboard: a real session on simulated machines that break, random keys and sizes of
 * the screen, a picture after each key, and what must hold whatever was typed.
 *
 *     monkey KEYS SEED [live|user]
 *
 * The seed decides every key and machine, so the same arguments do the same again; but recordings that
 * were made on the way are played by the clock. live: all samples come by the clock, as they do for
 * people; that is for ThreadSanitizer. user: this machine without the module, of which it may hold
 * little, and what it answers differs from run to run.
 */
#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <locale.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/monkey/monkey.h"
#include "ui/app.h"

#define LIMIT_NS (20 * BT_NS_PER_S)
#define KEYS_OF_A_LIFE 1500
#define REMEMBERED 60

#define USER_BYTES (64ull << 20)	/* of the real machine */

/* Whatever is typed, no more than that is held, and nobody looks where the memory ends. */
static int open_user(void **state, const struct bt_source_options *options,
		     struct bt_machine *machine, struct bt_err *err)
{
	int code = bt_source_user.open(state, options, machine, err);

	if (machine->max_held_bytes > USER_BYTES)
		machine->max_held_bytes = USER_BYTES;
	return code;
}

static struct bt_source_ops user;
const struct bt_source_ops *const bt_sources[] = { &bt_source_sim, &bt_source_replay, &user, NULL };

struct monkey {
	struct chance chance;
	struct bt_session *session;
	struct ui_app app;
	struct ui_settings_file settings;
	const char *argument;		/* the seed, for the report */
	char source[256];
	char *directory;
	bool live;			/* samples come by the clock */
	bool user;			/* nothing is simulated */
	bool clocked;			/* in this life: always if live, and in a recording's */
	bool no_utf8;			/* the terminal shows ASCII alone */
	bool asked;			/* a way out was chosen and not yet cancelled */
	unsigned left, life_left;	/* keys */
	uint64_t typed;
	int last[REMEMBERED];		/* ring of keys, for the report */
};

/* ---- what must hold ---------------------------------------------------------------------- */

static void report_keys(const struct monkey *monkey)
{
	uint64_t from = monkey->typed > REMEMBERED ? monkey->typed - REMEMBERED : 0;

	for (uint64_t i = from; i < monkey->typed; i++) {
		char name[16];
		int key = monkey->last[i % REMEMBERED];

		if (key < 0x20 || (key >= UI_KEY_SPECIAL && key <= UI_KEY_F12))
			fprintf(stderr, " <%s>", ui_key_name(key, name, sizeof(name)));
		else
			fprintf(stderr, key < 0x7f ? " %c" : " U+%04X", key);
	}
	fputc('\n', stderr);
}

__attribute__((noreturn, format(printf, 2, 3)))
static void fail(const struct monkey *monkey, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "FAIL monkey, seed %s, key %llu, source %s, %dx%d: ", monkey->argument,
		(unsigned long long)monkey->typed, monkey->source, monkey->app.canvas.rows,
		monkey->app.canvas.cols);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\nthe last keys:", stderr);
	report_keys(monkey);
	ui_canvas_dump(&monkey->app.canvas, stderr);
	abort();
}

/* Every cell is one character that takes one column, which the terminal can show. */
static void check_cells(const struct monkey *monkey)
{
	const struct ui_canvas *canvas = &monkey->app.canvas;
	size_t count = (size_t)canvas->rows * (size_t)canvas->cols, blank = 0;

	for (size_t i = 0; i < count; i++) {
		wchar_t ch = canvas->cells[i].ch;

		if (ch < L' ' || ch == 0x7f || (ch > 0x7f && (monkey->no_utf8 || wcwidth(ch) != 1)))
			fail(monkey, "cell %zu,%zu holds U+%04X", i / (size_t)canvas->cols,
			     i % (size_t)canvas->cols, (unsigned)ch);
		if (canvas->cells[i].role >= UI_ROLE_COUNT)
			fail(monkey, "cell %zu has role %u", i, canvas->cells[i].role);
		blank += ch == L' ';
	}
	/* On the smallest screens a dialog may show an empty line of its list. */
	if (blank == count && canvas->rows >= 3 && canvas->cols >= 10)
		fail(monkey, "the screen is blank");
}

static void draw(struct monkey *monkey)
{
	ui_app_draw(&monkey->app);
	check_cells(monkey);
}

/* Drawing shows what is there; it changes nothing, so twice is as once. */
static void check_drawing_is_pure(struct monkey *monkey)
{
	struct ui_canvas *canvas = &monkey->app.canvas;
	size_t bytes = (size_t)canvas->rows * (size_t)canvas->cols * sizeof(*canvas->cells);
	struct ui_cell *before = bt_xcalloc(1, bytes);

	memcpy(before, canvas->cells, bytes);
	ui_app_draw(&monkey->app);
	for (size_t i = 0; i < bytes / sizeof(*before); i++) {
		if (before[i].ch != canvas->cells[i].ch || before[i].role != canvas->cells[i].role)
			fail(monkey, "drawn again, cell %zu,%zu is another", i / (size_t)canvas->cols,
			     i % (size_t)canvas->cols);
	}
	free(before);
}

static void check_quit(struct monkey *monkey, int key)
{
	static const int ways_out[] = { 'q', 'Q', UI_KEY_CTRL_C, UI_KEY_F0 + 10 };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(ways_out); i++)
		monkey->asked |= key == ways_out[i];
	if (monkey->app.quit && !monkey->asked)
		fail(monkey, "quit though nobody asked");
	if (!monkey->app.overlay.ops)
		monkey->asked = false;
}

/* ---- keys and time ----------------------------------------------------------------------- */

static void press(struct monkey *monkey, int key)
{
	monkey->last[monkey->typed++ % REMEMBERED] = key;
	ui_app_key(&monkey->app, key);
	monkey->app.redraw = false;	/* ui.c does what it asks for */
	check_quit(monkey, key);
}

/* Dialogs may lie over dialogs, but a few Esc lead out of all of them, and never further. */
static void escape(struct monkey *monkey)
{
	for (unsigned i = 0; i < 4 && monkey->app.overlay.ops; i++)
		press(monkey, UI_KEY_ESC);
	if (monkey->app.overlay.ops)
		fail(monkey, "Esc does not close the dialog");
	if (monkey->app.quit)
		fail(monkey, "Esc quits");
}

static void step(struct monkey *monkey, int limit_ms)
{
	struct pollfd fd = { .fd = bt_session_fd(monkey->session), .events = POLLIN };

	if (poll(&fd, 1, limit_ms) > 0)
		bt_session_step(monkey->session);
	ui_app_update(&monkey->app);
}

static enum bt_session_state state_of(const struct monkey *monkey)
{
	struct bt_session_status status;

	bt_session_status(monkey->session, &status);
	return status.state;
}

/* One sample; or, where the source is lost, one try to open it again. */
static void pass_one(struct monkey *monkey)
{
	const struct bt_frame *frame = bt_session_frame(monkey->session);
	uint64_t seq = frame ? frame->seq : 0, end = bt_mono_ns() + LIMIT_NS;
	enum bt_session_state state = state_of(monkey);

	bt_session_kick(monkey->session);
	do {
		step(monkey, 50);
		frame = bt_session_frame(monkey->session);
		if ((frame && frame->seq != seq) || state_of(monkey) != state)
			return;
	} while (bt_mono_ns() < end);
	fail(monkey, "no sample came");
}

static void pass(struct monkey *monkey)
{
	unsigned samples = chance_below(&monkey->chance, 4);

	if (monkey->app.steps) {	/* a command asked for them */
		samples = monkey->app.steps < 8 ? monkey->app.steps : 8;
		monkey->app.steps = 0;
	}
	if (monkey->clocked)
		step(monkey, (int)chance_below(&monkey->chance, 3));
	else
		while (samples--)
			pass_one(monkey);
}

static void type(struct monkey *monkey)
{
	struct burst burst;

	chance_keys(&monkey->chance, &burst);
	for (unsigned i = 0; i < burst.count && monkey->left && !monkey->app.quit; i++) {
		press(monkey, burst.keys[i]);
		monkey->left--;
		monkey->life_left -= monkey->life_left > 0;
		draw(monkey);
	}
}

static void resize(struct monkey *monkey)
{
	int rows, cols;

	chance_size(&monkey->chance, &rows, &cols);
	ui_canvas_resize(&monkey->app.canvas, rows, cols);
}

/* ---- a life: one session, until it quits ------------------------------------------------- */

/* Sometimes what a life before has recorded; else, false, a simulated machine. */
static bool choose_recording(struct monkey *monkey)
{
	glob_t found;
	bool is = !chance_below(&monkey->chance, 2) && !glob("buddytop-sim-*.jsonl", 0, NULL, &found);

	chance_source(&monkey->chance, monkey->source, sizeof(monkey->source));
	if (monkey->user)
		snprintf(monkey->source, sizeof(monkey->source), "user");
	if (!is)
		return false;
	snprintf(monkey->source, sizeof(monkey->source), "replay:%s", found.gl_pathv[0]);
	globfree(&found);
	return true;
}

static void begin_life(struct monkey *monkey)
{
	static const char *const glyphs[] = { "full", "console", "ascii" };
	struct bt_session_options options = {
		.source = monkey->source,
		.interval_ns = monkey->live ? 20 * BT_NS_PER_MS : 0,
		.history = 1000,
	};
	const struct ui_glyphs *safe;
	struct bt_err err = { 0 };

	monkey->clocked = choose_recording(monkey) || monkey->live;
	if (bt_session_open(&monkey->session, &options, &err)) {
		fprintf(stderr, "FAIL monkey: %s: %s\n", monkey->source, err.text);
		exit(1);
	}
	monkey->no_utf8 = !chance_below(&monkey->chance, 4);
	safe = ui_glyphs_find(monkey->no_utf8 ? "ascii" :
			      glyphs[chance_below(&monkey->chance, 3)]);
	ui_app_init(&monkey->app, monkey->session, safe,
		    monkey->no_utf8 ? "ANSI_X3.4-1968" : "UTF-8");
	ui_settings_load(&monkey->settings);
	if (monkey->no_utf8)
		monkey->settings.settings.glyphs = NULL;
	ui_setup_begin(&monkey->app, &monkey->settings, &monkey->settings.settings, safe);
	printf("# %s\n", monkey->source);
	resize(monkey);
	monkey->app.colours = true;
	monkey->life_left = KEYS_OF_A_LIFE;
	monkey->asked = false;
}

static void end_life(struct monkey *monkey)
{
	ui_app_free(&monkey->app);
	bt_session_close(monkey->session);
}

static int remove_one(const char *path, const struct stat *status, int type_flag, struct FTW *walk)
{
	(void)status, (void)type_flag;
	return walk->level ? remove(path) : 0;
}

/* Snapshots, recordings, settings. */
static void empty_directory(const struct monkey *monkey)
{
	nftw(monkey->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void live(struct monkey *monkey)
{
	begin_life(monkey);
	while (monkey->left && monkey->life_left && !monkey->app.quit) {
		if (!chance_below(&monkey->chance, 12))
			resize(monkey);
		type(monkey);
		if (monkey->app.quit)
			break;
		pass(monkey);
		draw(monkey);
		if (!chance_below(&monkey->chance, 6)) {
			check_drawing_is_pure(monkey);
			escape(monkey);
		}
	}
	end_life(monkey);
	/* Settings that were saved are there in the next life, sometimes. */
	if (chance_below(&monkey->chance, 2))
		empty_directory(monkey);
}

int main(int argc, char **argv)
{
	char directory[] = "/tmp/buddytop-monkey-XXXXXX";
	struct monkey monkey = { .directory = directory };
	uint64_t keys, seed;

	if (argc < 3 || bt_parse_u64(argv[1], &keys) || bt_parse_u64(argv[2], &seed)) {
		fprintf(stderr, "usage: %s KEYS SEED [live|user]\n", argv[0]);
		return 2;
	}
	setlocale(LC_ALL, "C.UTF-8");
	if (!mkdtemp(directory) || chdir(directory)) {
		fprintf(stderr, "%s: %s\n", directory, strerror(errno));
		return 1;
	}
	setenv("XDG_CONFIG_HOME", directory, 1);
	setenv("HOME", directory, 1);
	monkey.argument = argv[2];
	monkey.chance.state = seed;
	monkey.left = (unsigned)keys;
	monkey.live = argc > 3 && !strcmp(argv[3], "live");
	monkey.user = argc > 3 && !strcmp(argv[3], "user");
	user = bt_source_user;
	user.open = open_user;
	user.measure = NULL;
	while (monkey.left)
		live(&monkey);
	empty_directory(&monkey);
	rmdir(directory);
	printf("ok monkey, seed %s: %llu keys\n", argv[2], (unsigned long long)monkey.typed);
	return 0;
}

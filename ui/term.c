// SPDX-License-Identifier: GPL-2.0
#include "ui/term.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "core/util.h"
#include "ui/keys.h"
#include "ui/signals.h"

struct ui_term {
	SCREEN *screen;
	WINDOW *input;		/* a pad: reading a key from it never refreshes anything */
	struct ui_canvas shown;
	const struct ui_theme *theme;
	bool colours_begun;
	bool afresh;		/* what is shown was drawn in another theme */
	struct termios before;
};

#define ESC_WAIT_MS 25

static bool is_known(void)
{
	int found;

	if (setupterm(NULL, STDOUT_FILENO, &found) != OK)
		return false;
	del_curterm(cur_term);
	return true;
}

int ui_term_usable(struct bt_err *err)
{
	const char *term = getenv("TERM");

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return bt_err_set(err, EOPNOTSUPP, "the dashboard needs a terminal on standard %s; "
				  "--plain and --batch print lines, 'buddytop snapshot' a document",
				  isatty(STDIN_FILENO) ? "output" : "input");
	if (!term || !*term || !strcmp(term, "dumb"))
		return bt_err_set(err, EOPNOTSUPP,
				  "TERM=%s: the dashboard cannot be drawn on this "
				  "terminal; set TERM, or use --plain",
				  term ? term : "");
	if (!is_known())
		return bt_err_set(err, EOPNOTSUPP, "TERM=%s: this terminal is not known here; set "
				  "TERM to one that is, as xterm or vt100", term);
	return 0;
}

/* ---- colours ---------------------------------------------------------------------------- */

/*
 * Colours are switched on by the first theme that has some: nothing about them is sent to a
 * terminal whose operator wants none.
 */
static void init_colours(struct ui_term *term)
{
	const struct ui_theme *theme = term->theme;
	bool many;

	if (!theme->colour)
		return;
	if (!term->colours_begun) {
		start_color();
		use_default_colors();
		term->colours_begun = true;
	}
	many = COLORS >= 256;
	for (int role = 0; role < UI_ROLE_COUNT; role++) {
		const struct ui_style *style = ui_theme_style(theme, (enum ui_role)role);

		init_pair((short)(role + 1), many ? style->fg256 : style->fg8,
			  many ? theme->bg256 : theme->bg8);
	}
}

static attr_t attributes(unsigned char attr)
{
	return (attr & UI_ATTR_BOLD ? A_BOLD : 0) | (attr & UI_ATTR_DIM ? A_DIM : 0) |
	       (attr & UI_ATTR_REVERSE ? A_REVERSE : 0) |
	       (attr & UI_ATTR_UNDERLINE ? A_UNDERLINE : 0);
}

static void put_cell(const struct ui_term *term, int row, int col, const struct ui_cell *cell)
{
	const struct ui_style *style = ui_theme_style(term->theme, (enum ui_role)cell->role);
	const wchar_t text[2] = { cell->ch, L'\0' };
	cchar_t out;

	setcchar(&out, text, attributes(style->attr),
		 term->theme->colour ? (short)(cell->role + 1) : 0, NULL);
	mvadd_wch(row, col, &out);
}

/* ---- begin and end ---------------------------------------------------------------------- */

static void append(char *to, size_t size, const char *capability)
{
	const char *text = tigetstr(capability);

	if (text && text != (char *)-1 && strlen(to) + strlen(text) < size)
		strcat(to, text);
}

static void set_guard(const struct ui_term *term, int stderr_fd)
{
	static const char *const capabilities[] = { "sgr0", "rmkx", "cnorm", "rmcup" };
	char restore[256] = "";

	for (unsigned i = 0; i < BT_ARRAY_SIZE(capabilities); i++)
		append(restore, sizeof(restore), capabilities[i]);
	ui_signals_guard(STDOUT_FILENO, stderr_fd, restore, &term->before);
}

/*
 * What terminals send whose modes or whose TERM are not quite what terminfo says: cursor keys in
 * both of their modes, and the common numbers of the others.
 */
static void define_keys(void)
{
	static const struct {
		const char *sent;
		int key;
	} keys[] = {
		{ "\033[A", KEY_UP }, { "\033[B", KEY_DOWN }, { "\033[C", KEY_RIGHT },
		{ "\033[D", KEY_LEFT }, { "\033[H", KEY_HOME }, { "\033[F", KEY_END },
		{ "\033OA", KEY_UP }, { "\033OB", KEY_DOWN }, { "\033OC", KEY_RIGHT },
		{ "\033OD", KEY_LEFT }, { "\033OH", KEY_HOME }, { "\033OF", KEY_END },
		{ "\033[1~", KEY_HOME }, { "\033[4~", KEY_END }, { "\033[7~", KEY_HOME },
		{ "\033[8~", KEY_END }, { "\033[3~", KEY_DC }, { "\033[5~", KEY_PPAGE },
		{ "\033[6~", KEY_NPAGE }, { "\033[Z", KEY_BTAB },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		if (!key_defined(keys[i].sent))
			define_key(keys[i].sent, keys[i].key);
	}
}

static void set_modes(struct ui_term *term)
{
	struct termios modes;

	set_escdelay(ESC_WAIT_MS);
	cbreak();
	noecho();
	nonl();
	/*
	 * ^S would stop the output, and with it this thread and its keep-alive; with ^C and ^Z the kernel
	 * would throw away what the terminal has not read yet, of a picture that curses takes for shown.
	 */
	if (!tcgetattr(STDIN_FILENO, &modes)) {
		modes.c_iflag &= ~(tcflag_t)IXON;
		modes.c_lflag |= NOFLSH;
		tcsetattr(STDIN_FILENO, TCSANOW, &modes);
		def_prog_mode();
	}
	curs_set(0);
	leaveok(stdscr, TRUE);
	term->input = newpad(1, 1);
	keypad(term->input, TRUE);
	nodelay(term->input, TRUE);
	define_keys();
}

int ui_term_begin(struct ui_term **out, int stderr_fd, struct bt_err *err)
{
	struct ui_term *term;
	int code = ui_term_usable(err);

	if (code)
		return code;
	term = bt_xcalloc(1, sizeof(*term));
	tcgetattr(STDIN_FILENO, &term->before);
	term->screen = newterm(NULL, stdout, stdin);
	if (!term->screen) {
		free(term);
		return bt_err_set(err, EOPNOTSUPP, "TERM=%s: curses cannot use this terminal",
				  getenv("TERM"));
	}
	set_term(term->screen);
	set_modes(term);
	term->theme = ui_theme_find("monochrome");
	ui_canvas_init(&term->shown, NULL);
	set_guard(term, stderr_fd);
	/*
	 * Until curses mode was left and entered once, ncurses 6.4 flushes after every cursor move
	 * (_nc_mvcur, ewInitial): a frame would be dozens of writes instead of one or two.
	 */
	refresh();
	endwin();
	refresh();
	*out = term;
	ui_term_resize(term);
	return 0;
}

void ui_term_end(struct ui_term *term)
{
	if (!term)
		return;
	if (!isendwin())
		endwin();
	ui_signals_guard(-1, -1, NULL, NULL);
	delwin(term->input);
	delscreen(term->screen);
	ui_canvas_free(&term->shown);
	free(term);
}

void ui_term_leave(struct ui_term *term)
{
	(void)term;
	endwin();
}

void ui_term_return(struct ui_term *term)
{
	(void)term;
	refresh();
	curs_set(0);
}

/* ---- size and picture ------------------------------------------------------------------- */

void ui_term_size(const struct ui_term *term, int *rows, int *cols)
{
	(void)term;
	*rows = LINES;
	*cols = COLS;
}

bool ui_term_resize(struct ui_term *term)
{
	struct winsize size;

	(void)term;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col ||
	    (size.ws_row == LINES && size.ws_col == COLS))
		return false;
	resizeterm(size.ws_row, size.ws_col);
	return true;
}

bool ui_term_can_colour(const struct ui_term *term)
{
	(void)term;
	return has_colors();
}

void ui_term_theme(struct ui_term *term, const struct ui_theme *theme)
{
	if (theme == term->theme || (theme->colour && !has_colors()))
		return;
	term->theme = theme;
	term->afresh = true;
	init_colours(term);
}

void ui_term_show(struct ui_term *term, const struct ui_canvas *canvas, bool afresh)
{
	struct ui_canvas *shown = &term->shown;

	afresh |= term->afresh;
	term->afresh = false;
	if (shown->rows != canvas->rows || shown->cols != canvas->cols) {
		ui_canvas_resize(shown, canvas->rows, canvas->cols);
		afresh = true;
	}
	if (afresh)
		clearok(stdscr, TRUE);
	for (int row = 0; row < canvas->rows; row++) {
		for (int col = 0; col < canvas->cols; col++) {
			size_t at = (size_t)row * (size_t)canvas->cols + (size_t)col;
			const struct ui_cell *cell = &canvas->cells[at];

			if (!afresh && cell->ch == shown->cells[at].ch &&
			    cell->role == shown->cells[at].role)
				continue;
			put_cell(term, row, col, cell);
			shown->cells[at] = *cell;
		}
	}
	refresh();
}

/* ---- keys ------------------------------------------------------------------------------- */

static int translate(wint_t key)
{
	static const struct {
		wint_t from;
		int to;
	} keys[] = {
		{ KEY_UP, UI_KEY_UP }, { KEY_DOWN, UI_KEY_DOWN }, { KEY_LEFT, UI_KEY_LEFT },
		{ KEY_RIGHT, UI_KEY_RIGHT }, { KEY_HOME, UI_KEY_HOME }, { KEY_END, UI_KEY_END },
		{ KEY_FIND, UI_KEY_HOME }, { KEY_SELECT, UI_KEY_END },
		{ KEY_PPAGE, UI_KEY_PAGE_UP }, { KEY_NPAGE, UI_KEY_PAGE_DOWN },
		{ KEY_BTAB, UI_KEY_BACK_TAB }, { KEY_BACKSPACE, UI_KEY_BACKSPACE },
		{ KEY_DC, UI_KEY_DELETE }, { KEY_ENTER, UI_KEY_ENTER },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		if (keys[i].from == key)
			return keys[i].to;
	}
	if (key >= KEY_F(1) && key <= KEY_F(12))
		return UI_KEY_F0 + (int)(key - KEY_F0);
	return UI_KEY_NONE;
}

/*
 * After an ESC that begins no key that is known: takes the rest of a control sequence (ECMA-48: up
 * to a final byte from @ to ~), so that no part of it acts as keys of its own - '[' would change
 * the order. False: it was the Esc key. A person is slower than ESC_WAIT_MS, ncurses has waited.
 */
static bool swallow_sequence(struct ui_term *term)
{
	wint_t key;

	if (wget_wch(term->input, &key) != OK)
		return false;
	if (key != L'[' && key != L'O') {
		unget_wch((wchar_t)key);
		return false;
	}
	for (unsigned i = 0; wget_wch(term->input, &key) == OK; i++) {
		/* The Linux console's function keys are "[[" and a letter. */
		if (key >= L'@' && key <= L'~' && (i || key != L'['))
			break;
	}
	return true;
}

int ui_term_key(struct ui_term *term)
{
	wint_t key;

	for (;;) {
		int kind = wget_wch(term->input, &key), translated;

		if (kind == ERR)
			return UI_KEY_NONE;
		if (kind == KEY_CODE_YES) {
			translated = translate(key);
			if (translated == UI_KEY_NONE)
				continue;
			return translated;
		}
		if (key == UI_KEY_ESC && swallow_sequence(term))
			continue;
		if (key == L'\r' || key == L'\n')
			return UI_KEY_ENTER;
		if (key == 0x7f || key == 8)
			return UI_KEY_BACKSPACE;
		if (key)
			return (int)key;
	}
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What lies over the view and takes the keys: prompts, editors, questions, help. One at a
 * time. Each kind has its state in the union and a table of two functions.
 */
#ifndef UI_OVERLAY_H
#define UI_OVERLAY_H

#include "core/param.h"
#include "ui/canvas.h"
#include "ui/complete.h"
#include "ui/cpu_grid.h"
#include "ui/line.h"
#include "ui/view.h"

struct ui_app;

struct ui_overlay_ops {
	/* A key that is not Esc (which closes) and not ^C. */
	void (*key)(struct ui_app *app, int key);
	void (*draw)(struct ui_app *app, const struct ui_area *screen);
	/* What Esc undoes before it closes; NULL: nothing. */
	void (*cancel)(struct ui_app *app);
};

/* A typed value: of a parameter, of the interval, the text of a mark. */
struct ui_prompt {
	const struct bt_param *param;
	/* Otherwise: what Enter does; an error keeps the prompt open. */
	int (*accept)(struct ui_app *app, const char *text, struct bt_err *err);
	const char *title, *hint;
	struct ui_line line;
	struct bt_err err;	/* of the last Enter */
};

/* The filter of a panel, which follows every key. */
struct ui_filter_prompt {
	enum ui_panel panel;
	struct ui_line line;
};

/* The command line: completion shows what could stand at its cursor. */
struct ui_command_line {
	struct ui_line line;
	struct bt_err err;		/* of the last Enter */
	struct ui_completion completion;
	int chosen;			/* candidate that stands in the line, -1 = none */
	bool recalling;			/* lines that begin with typed are looked through */
	unsigned recall_at;
	char typed[UI_LINE_MAX];
};

/* Where to in time: typed, or the selected line of the list. */
struct ui_jump {
	struct ui_line line;
	unsigned selected;
	struct bt_err err;		/* of the last Enter */
};

/* One of the named loads. */
struct ui_load_list {
	unsigned selected;
};

/* One of a parameter's choices. */
struct ui_picker {
	const struct bt_param *param;
	unsigned selected, count;
};

struct ui_cpus {
	struct ui_cpu_grid grid;	/* of the machine as it was when the editor opened */
	struct bt_config draft;		/* its mask is what the grid shows */
	struct ui_line line;		/* the same, typed */
	struct bt_err err;		/* of the typed text, or of the last Enter */
	bool typing;
	unsigned cursor;		/* place in the grid */
	int range_from;			/* place, -1 = none */
	unsigned top;			/* first line of the grid that shows */
	unsigned per_line;		/* as last drawn */
};

struct ui_nodes {
	__u64 nodes[BT_NODE_WORDS];
	unsigned policy, cursor, count;	/* cursor: a node; count: nodes when it opened */
	bool in_nodes;			/* keys move in the nodes, not in the policies */
	unsigned top;			/* first node that shows */
	struct bt_err err;		/* of the last Enter */
};

/* All keys, or those that what is typed is found in. */
struct ui_help {
	struct ui_line line;
	unsigned scroll;
};

struct ui_answer {
	int key;
	const char *label;
	void (*run)(struct ui_app *app);
};

#define UI_QUESTION_LINES 8

struct ui_question {
	const char *title;
	char lines[UI_QUESTION_LINES][128];
	unsigned line_count;
	const struct ui_answer *answers;	/* ends with a NULL label; Esc is none of them */
};

struct ui_overlay {
	const struct ui_overlay_ops *ops;	/* NULL: nothing lies over the view */
	union {
		struct ui_prompt prompt;
		struct ui_filter_prompt filter;
		struct ui_command_line command;
		struct ui_jump jump;
		struct ui_picker picker;
		struct ui_load_list loads;
		struct ui_cpus cpus;
		struct ui_nodes nodes;
		struct ui_question question;
		struct ui_help help;
		unsigned scroll;		/* comparison */
	};
};

void ui_overlay_close(struct ui_app *app);

/* Shows the prompt again as its state in the union says. */
void ui_prompt_reopen(struct ui_app *app);
void ui_prompt_open_param(struct ui_app *app, const struct bt_param *param);
/* Title and hint outlive the prompt. accept() errors keep it open. */
void ui_prompt_open_text(struct ui_app *app, const char *title, const char *hint, const char *text,
			 int (*accept)(struct ui_app *app, const char *text, struct bt_err *err));
void ui_prompt_open_interval(struct ui_app *app);
void ui_prompt_open_export(struct ui_app *app);
void ui_prompt_open_mark(struct ui_app *app);
void ui_command_line_open(struct ui_app *app);
/* Of the focused panel, in the footer; false: it has no rows to filter. */
bool ui_filter_open(struct ui_app *app);
/* Takes the filter of the focused panel away; false: there was none. */
bool ui_filter_drop(struct ui_app *app);
void ui_jump_open(struct ui_app *app);
/* Every number against the baseline. */
void ui_compare_open(struct ui_app *app);
void ui_load_list_open(struct ui_app *app);
void ui_picker_open(struct ui_app *app, const struct bt_param *param);
/* What a choice does and what it may do to others, from row on; returns the rows it takes. */
int ui_picker_draw_detail(const struct ui_app *app, const struct bt_param *param, unsigned choice,
			  const struct ui_area *area, int row);
/* A row of the control panel, in place; CPUs and nodes open their editors. */
void ui_edit_row_open(struct ui_app *app, unsigned row);
void ui_cpus_open(struct ui_app *app);
void ui_nodes_open(struct ui_app *app);
void ui_help_open(struct ui_app *app);
/* Returns the question, to be filled with lines. */
struct ui_question *ui_question_open(struct ui_app *app, const char *title,
				     const struct ui_answer *answers);
void ui_question_line(struct ui_question *question, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Whether this question is open: two questions are told apart by their answers. */
bool ui_question_is(const struct ui_app *app, const struct ui_answer *answers);

/*
 * A frame of at most rows x cols inside, centred and cleared, with a title above and a hint below.
 * Returns the inside; where the screen is too small for a frame, the whole screen.
 */
struct ui_area ui_box(const struct ui_area *screen, int rows, int cols, const char *title,
		      const char *hint);

#endif

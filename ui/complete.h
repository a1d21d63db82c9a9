/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What could stand where the cursor of the command line is: commands, parameters, their values,
 * nodes, CPUs, named loads, changes that can be undone, marks, files. Pure but for files, which are looked up.
 */
#ifndef UI_COMPLETE_H
#define UI_COMPLETE_H

#include "core/load.h"
#include "session/session.h"
#include "ui/undo.h"

#define UI_CANDIDATES_MAX 64
#define UI_CANDIDATE_TEXT 128
#define UI_HINT 512

/* What names and values depend on. */
struct ui_complete_world {
	const struct bt_machine *machine;
	const struct bt_config *config;	/* what changes start from */
	const struct ui_undo *undo;
	const struct bt_session *session;	/* its marks; NULL: none */
	const struct bt_loads *loads;		/* NULL: those of the program */
};

struct ui_candidate {
	char text[UI_CANDIDATE_TEXT];	/* replaces the line from `from` to the cursor */
	char help[UI_CANDIDATE_TEXT];
	bool open;			/* more belongs to the word: no blank after it */
};

struct ui_completion {
	unsigned from;		/* where the word begins that the candidates replace */
	unsigned count;
	bool more;		/* there are more than fit */
	char hint[UI_HINT];	/* what is expected here, its range, what it is now */
	struct ui_candidate candidates[UI_CANDIDATES_MAX];
};

/* line up to its character `cursor`; all of completion is filled anew. */
void ui_complete(const struct ui_complete_world *world, const char *line, unsigned cursor,
		 struct ui_completion *completion);
/* Length of the beginning that all candidates have in common. */
unsigned ui_complete_common(const struct ui_completion *completion);

#endif

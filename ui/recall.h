/* SPDX-License-Identifier: GPL-2.0 */
/* Lines typed before, of this run. Pure. */
#ifndef UI_RECALL_H
#define UI_RECALL_H

#include <stdbool.h>

#define UI_RECALL_MAX 100

struct ui_recall {
	char *lines[UI_RECALL_MAX];	/* oldest first */
	unsigned count;
};

/* Remembers a line; an equal one is moved to the end, an empty one is not kept. */
void ui_recall_add(struct ui_recall *recall, const char *line);
void ui_recall_free(struct ui_recall *recall);
/*
 * The next line before (back) or after place `at` that begins with prefix; at is moved there. Place
 * count is the line that is being typed: NULL there and where there is none, at stays then.
 */
const char *ui_recall_find(const struct ui_recall *recall, const char *prefix, unsigned *at,
			   bool back);

#endif

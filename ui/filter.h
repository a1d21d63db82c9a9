/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which rows of a panel are wanted, as one types it: words that must all fit. A list of numbers
 * ("0-3,8") is of CPUs, processes or what the rows are numbered by, "node 1" or "node 0-3" of the
 * nodes they belong to, everything else a text in the row, in either case. "!" before a word: rows
 * that do not fit it. Pure.
 */
#ifndef UI_FILTER_H
#define UI_FILTER_H

#include <stdbool.h>

#define UI_FILTER_MAX 64	/* of its text */
#define UI_FILTER_WORDS 8
#define UI_FILTER_RANGES 16
#define UI_FILTER_TEXTS 6

enum ui_filter_kind { UI_FILTER_TEXT, UI_FILTER_NUMBER, UI_FILTER_NODE };

struct ui_filter {
	unsigned count;
	struct ui_filter_word {
		enum ui_filter_kind kind;
		bool not;
		char text[UI_FILTER_MAX];	/* as typed: for rows that have no number, no node */
		unsigned range_count;		/* 0: still being typed, fits everything */
		struct {
			unsigned long from, to;
		} ranges[UI_FILTER_RANGES];
	} words[UI_FILTER_WORDS];
};

/* What a filter can see of a row. */
struct ui_filter_row {
	long number, node;			/* -1: it has none */
	const char *texts[UI_FILTER_TEXTS];	/* up to the first NULL */
};

/* Takes every text; "" fits everything. */
void ui_filter_parse(struct ui_filter *filter, const char *text);
bool ui_filter_fits(const struct ui_filter *filter, const struct ui_filter_row *row);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A table of texts, for people (aligned, as many columns as there is room for), as CSV (RFC 4180)
 * and as Markdown. Texts are UTF-8, a character a column; what is none, and control characters,
 * become '?'.
 */
#ifndef BT_TABLE_H
#define BT_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#define BT_TABLE_COLUMNS_MAX 64u

struct bt_table_column {
	const char *title;
	bool right;		/* aligned; numbers */
	unsigned rank;		/* where there is no room the highest goes first; 0 never goes */
};

struct bt_table;

/* The columns are copied, their titles too. */
struct bt_table *bt_table_create(const struct bt_table_column *columns, unsigned count);
void bt_table_free(struct bt_table *table);
/* A line above the rows that follow. */
void bt_table_heading(struct bt_table *table, const char *text);
/* Copies a cell for each column. */
void bt_table_row(struct bt_table *table, const char *const *cells);
/* Columns of one rank go together, until the lines are not longer than width (0: there is room). */
void bt_table_print(const struct bt_table *table, FILE *out, unsigned width);
/* A cell of a CSV line, quoted where RFC 4180 asks for it. */
void bt_csv_cell(FILE *out, const char *text);
/* Titles and rows, without the headings. */
void bt_table_csv(const struct bt_table *table, FILE *out);
/* A text that stands in Markdown as it is: characters that would be markup get a backslash. */
void bt_table_markdown_text(FILE *out, const char *text);
/* A table under each heading. */
void bt_table_markdown(const struct bt_table *table, FILE *out);
/*
 * Words of text in lines of at most width characters (0: in one); indent is where the first has
 * begun and the others begin.
 */
void bt_table_wrap(FILE *out, const char *text, unsigned indent, unsigned width);

#endif

// SPDX-License-Identifier: GPL-2.0
#include "bench/table.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define GAP 2	/* blanks between two columns */

struct row {
	char *heading;		/* NULL: cells */
	char **cells;
};

struct bt_table {
	struct bt_table_column columns[BT_TABLE_COLUMNS_MAX];
	unsigned column_count;
	struct row *rows;
	size_t row_count;
};

struct bt_table *bt_table_create(const struct bt_table_column *columns, unsigned count)
{
	struct bt_table *table = bt_xcalloc(1, sizeof(*table));

	table->column_count = count < BT_TABLE_COLUMNS_MAX ? count : BT_TABLE_COLUMNS_MAX;
	for (unsigned i = 0; i < table->column_count; i++) {
		table->columns[i] = columns[i];
		table->columns[i].title = bt_xstrdup(columns[i].title);
	}
	return table;
}

void bt_table_free(struct bt_table *table)
{
	if (!table)
		return;
	for (size_t r = 0; r < table->row_count; r++) {
		for (unsigned i = 0; table->rows[r].cells && i < table->column_count; i++)
			free(table->rows[r].cells[i]);
		free(table->rows[r].cells);
		free(table->rows[r].heading);
	}
	for (unsigned i = 0; i < table->column_count; i++)
		free((char *)table->columns[i].title);
	free(table->rows);
	free(table);
}

static struct row *append(struct bt_table *table)
{
	table->rows = bt_xrealloc(table->rows, table->row_count + 1, sizeof(*table->rows));
	table->rows[table->row_count] = (struct row){ 0 };
	return &table->rows[table->row_count++];
}

/* Texts come from documents: what they hold must not reach a terminal as it is. */
static char *copy_clean(const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = bt_xcalloc(size, 1);

	bt_copy_clean(copy, size, text);
	return copy;
}

void bt_table_heading(struct bt_table *table, const char *text)
{
	append(table)->heading = copy_clean(text);
}

void bt_table_row(struct bt_table *table, const char *const *cells)
{
	struct row *row = append(table);

	row->cells = bt_xcalloc(table->column_count, sizeof(*row->cells));
	for (unsigned i = 0; i < table->column_count; i++)
		row->cells[i] = copy_clean(cells[i]);
}

/* ---- for people -------------------------------------------------------------------------- */

static unsigned text_width(const char *text)
{
	unsigned width = 0;

	for (; *text; width++) {
		size_t length = bt_utf8_length(text);

		text += length ? length : 1;
	}
	return width;
}

/* Of each column; 0: it is left out. */
static void find_widths(const struct bt_table *table, unsigned widths[BT_TABLE_COLUMNS_MAX])
{
	for (unsigned i = 0; i < table->column_count; i++)
		widths[i] = text_width(table->columns[i].title);
	for (size_t r = 0; r < table->row_count; r++) {
		for (unsigned i = 0; table->rows[r].cells && i < table->column_count; i++) {
			unsigned width = text_width(table->rows[r].cells[i]);

			widths[i] = width > widths[i] ? width : widths[i];
		}
	}
}

static unsigned line_width(const unsigned *widths, unsigned count)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < count; i++)
		sum += widths[i] ? widths[i] + (sum ? GAP : 0) : 0;
	return sum;
}

/* False: the columns that are left have to stay. */
static bool drop_rank(const struct bt_table *table, unsigned *widths)
{
	unsigned highest = 0;

	for (unsigned i = 0; i < table->column_count; i++) {
		if (widths[i] && table->columns[i].rank > highest)
			highest = table->columns[i].rank;
	}
	for (unsigned i = 0; highest && i < table->column_count; i++) {
		if (table->columns[i].rank == highest)
			widths[i] = 0;
	}
	return highest;
}

static void print_line(const struct bt_table *table, FILE *out, const unsigned *widths,
		       const char *(*cell)(const void *context, unsigned column),
		       const void *context)
{
	unsigned pending = 0; /* blanks, which never end a line */
	bool first = true;

	for (unsigned i = 0; i < table->column_count; i++) {
		const char *text = cell(context, i);
		unsigned fill = widths[i] - text_width(text);

		if (!widths[i])
			continue;
		pending += (first ? 0 : GAP) + (table->columns[i].right ? fill : 0);
		first = false;
		if (*text) {
			fprintf(out, "%*s%s", (int)pending, "", text);
			pending = 0;
		}
		pending += table->columns[i].right ? 0 : fill;
	}
	putc('\n', out);
}

static const char *title_cell(const void *context, unsigned column)
{
	return ((const struct bt_table *)context)->columns[column].title;
}

static const char *row_cell(const void *context, unsigned column)
{
	return ((const struct row *)context)->cells[column];
}

void bt_table_print(const struct bt_table *table, FILE *out, unsigned width)
{
	unsigned widths[BT_TABLE_COLUMNS_MAX];

	find_widths(table, widths);
	while (width && line_width(widths, table->column_count) > width)
		if (!drop_rank(table, widths))
			break;
	print_line(table, out, widths, title_cell, table);
	for (size_t r = 0; r < table->row_count; r++) {
		if (table->rows[r].heading)
			fprintf(out, "\n%s\n", table->rows[r].heading);
		else
			print_line(table, out, widths, row_cell, &table->rows[r]);
	}
}

void bt_table_wrap(FILE *out, const char *text, unsigned indent, unsigned width)
{
	unsigned col = indent;

	while (*text) {
		int length = (int)strcspn(text, " ");
		unsigned cols = 0;

		for (const char *at = text; at < text + length; cols++)
			at += bt_utf8_length(at) ? bt_utf8_length(at) : 1;
		if (width && col > indent && col + 1 + cols > width) {
			fprintf(out, "\n%*s", (int)indent, "");
			col = indent;
		} else if (col > indent) {
			putc(' ', out);
			col++;
		}
		fprintf(out, "%.*s", length, text);
		col += cols;
		text += length + (text[length] == ' ');
	}
	putc('\n', out);
}

/* ---- for programs ------------------------------------------------------------------------ */

void bt_csv_cell(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void csv_line(const struct bt_table *table, FILE *out,
		     const char *(*cell)(const void *context, unsigned column), const void *context)
{
	for (unsigned i = 0; i < table->column_count; i++) {
		if (i)
			putc(',', out);
		bt_csv_cell(out, cell(context, i));
	}
	putc('\n', out);
}

void bt_table_csv(const struct bt_table *table, FILE *out)
{
	csv_line(table, out, title_cell, table);
	for (size_t r = 0; r < table->row_count; r++) {
		if (table->rows[r].cells)
			csv_line(table, out, row_cell, &table->rows[r]);
	}
}

void bt_table_markdown_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]", *text))
			putc('\\', out);
		putc(*text, out);
	}
}

static void markdown_line(const struct bt_table *table, FILE *out,
			  const char *(*cell)(const void *context, unsigned column),
			  const void *context)
{
	putc('|', out);
	for (unsigned i = 0; i < table->column_count; i++) {
		putc(' ', out);
		bt_table_markdown_text(out, cell(context, i));
		fputs(" |", out);
	}
	putc('\n', out);
}

static void markdown_head(const struct bt_table *table, FILE *out)
{
	markdown_line(table, out, title_cell, table);
	putc('|', out);
	for (unsigned i = 0; i < table->column_count; i++)
		fputs(table->columns[i].right ? "---:|" : "---|", out);
	putc('\n', out);
}

void bt_table_markdown(const struct bt_table *table, FILE *out)
{
	if (table->row_count && !table->rows[0].heading)
		markdown_head(table, out);
	for (size_t r = 0; r < table->row_count; r++) {
		if (!table->rows[r].heading) {
			markdown_line(table, out, row_cell, &table->rows[r]);
			continue;
		}
		fprintf(out, "%s### ", r ? "\n" : "");
		bt_table_markdown_text(out, table->rows[r].heading);
		fputs("\n\n", out);
		markdown_head(table, out);
	}
}

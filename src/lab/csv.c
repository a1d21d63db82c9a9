// SPDX-License-Identifier: GPL-2.0
#include "lab/csv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER_LETTERS 32u
#define LINE_BYTES (BT_LAB_COLUMNS_MAX * 64u)
#define HEADER "its columns are not those that they should be"

/* ---- writing ------------------------------------------------------------------------------ */

static void put_row(FILE *file, const double *cells, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		fputs(i ? "," : "", file);
		if (isfinite(cells[i]))
			fprintf(file, "%.17g", cells[i]);
	}
	fputc('\n', file);
}

static void put_table(FILE *file, const struct bt_lab_table *table)
{
	for (unsigned i = 0; i < table->column_count; i++)
		fprintf(file, "%s%s", i ? "," : "", table->columns[i]);
	fputc('\n', file);
	for (size_t i = 0; i < table->rows; i++)
		put_row(file, &table->cells[i * table->column_count], table->column_count);
}

int bt_lab_csv_write(const struct bt_lab_table *table, const char *path, struct bt_err *err)
{
	FILE *file = fopen(path, "we");
	int code = 0;

	if (!file)
		return bt_err_set(err, errno, "cannot write %s: %s", path, strerror(errno));
	put_table(file, table);
	if (ferror(file) || fflush(file) || fsync(fileno(file)))
		code = errno ? errno : EIO;
	if (fclose(file) && !code)
		code = errno;
	return code ? bt_err_set(err, code, "cannot write %s: %s", path, strerror(code)) : 0;
}

/* ---- reading ------------------------------------------------------------------------------ */

/* A file that is read line by line, and where in it we are. */
struct lines {
	FILE *file;
	const char *path;
	char text[LINE_BYTES];
	size_t number;
};

static int damaged(const struct lines *lines, const char *why, struct bt_err *err)
{
	return bt_err_set(err, EPROTO, "%s, line %zu: %s", lines->path, lines->number, why);
}

/* 1: a line, without its end; 0: there are no more. */
static int next_line(struct lines *lines, struct bt_err *err)
{
	size_t length;

	lines->number++;
	if (!fgets(lines->text, sizeof(lines->text), lines->file))
		return ferror(lines->file) ? damaged(lines, "cannot be read", err) : 0;
	length = strlen(lines->text);
	if (!length || lines->text[length - 1] != '\n')
		return damaged(lines, "it is too long, or cut off", err);
	lines->text[length - 1] = '\0';
	return 1;
}

/* Digits, sign, point, exponent; nothing at all, and "nan", is a number nobody knows. */
static bool parse_cell(const char *text, double *value)
{
	char *end;

	*value = NAN;
	if (!*text || !strcmp(text, "nan"))
		return true;
	if (strlen(text) > NUMBER_LETTERS || text[strspn(text, "0123456789+-.e")])
		return false;
	*value = strtod(text, &end);
	return !*end && isfinite(*value);
}

static int read_row(struct lines *lines, struct bt_lab_table *table, struct bt_err *err)
{
	double cells[BT_LAB_COLUMNS_MAX];
	char *rest = lines->text, *cell;
	unsigned count = 0;

	while ((cell = strsep(&rest, ","))) {
		if (count == table->column_count)
			return damaged(lines, "it has more cells than there are columns", err);
		if (!parse_cell(cell, &cells[count++]))
			return damaged(lines, "a cell is no number", err);
	}
	if (count < table->column_count)
		return damaged(lines, "it has fewer cells than there are columns", err);
	return bt_lab_table_add(table, cells) ? 0 : damaged(lines, "there are too many rows", err);
}

static int check_header(struct lines *lines, const struct bt_lab_table *table, struct bt_err *err)
{
	char *rest = lines->text, *name;
	unsigned count = 0;
	int rc = next_line(lines, err);

	if (rc < 0)
		return rc;
	while (rc && (name = strsep(&rest, ","))) {
		if (count == table->column_count || strcmp(name, table->columns[count++]))
			return damaged(lines, HEADER, err);
	}
	return rc && count == table->column_count ? 0 :
	       damaged(lines, HEADER, err);
}

static int read_rows(struct lines *lines, struct bt_lab_table *table, struct bt_err *err)
{
	int rc = check_header(lines, table, err);

	if (rc)
		return rc;
	while ((rc = next_line(lines, err)) > 0) {
		rc = read_row(lines, table, err);
		if (rc)
			return rc;
	}
	return rc;
}

int bt_lab_csv_read(struct bt_lab_table *table, const char *path, struct bt_err *err)
{
	struct lines *lines = bt_xcalloc(1, sizeof(*lines));
	int rc;

	lines->path = path;
	lines->file = fopen(path, "re");
	if (!lines->file) {
		rc = bt_err_set(err, errno, "cannot open %s: %s", path, strerror(errno));
	} else {
		rc = read_rows(lines, table, err);
		fclose(lines->file);
	}
	free(lines);
	return rc;
}

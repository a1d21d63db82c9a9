// SPDX-License-Identifier: GPL-2.0
/* The folder of a run: its document, and a CSV file for each table. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/run_json.h"

#define DOCUMENT "result.json"
#define DOCUMENT_BYTES_MAX (64u << 20)
#define NUMBER_LETTERS 32u
#define LINE_BYTES (BT_LAB_COLUMNS_MAX * 64u)

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

/* In place: until there is a document beside it, nobody takes it for a result. */
static int write_table(const struct bt_lab_table *table, const char *folder, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s.csv", folder, table->name);
	FILE *file = fopen(path, "we");
	int rc = 0;

	if (!file) {
		rc = bt_err_set(err, errno, "cannot write %s: %s", path, strerror(errno));
		free(path);
		return rc;
	}
	put_table(file, table);
	if (fflush(file) || ferror(file) || fsync(fileno(file)))
		rc = bt_err_set(err, errno ? errno : EIO, "cannot write %s: %s", path,
				strerror(errno ? errno : EIO));
	if (fclose(file) && !rc)
		rc = bt_err_set(err, errno, "cannot write %s: %s", path, strerror(errno));
	free(path);
	return rc;
}

static int write_document(const struct bt_lab_run *run, const char *folder, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	char *path = bt_xasprintf("%s/" DOCUMENT, folder);
	int rc;

	bt_lab_run_encode(w, run);
	rc = bt_document_write(w, path, err);
	bt_json_writer_free(w);
	free(path);
	return rc;
}

int bt_lab_run_write(const struct bt_lab_run *run, const char *folder, struct bt_err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < run->table_count && !rc; i++)
		rc = write_table(&run->tables[i], folder, err);
	return rc ? rc : write_document(run, folder, err);
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

/* Digits, sign, point, exponent: what put_row() writes; nothing at all is a number nobody knows. */
static bool parse_cell(const char *text, double *value)
{
	char *end;

	*value = NAN;
	if (!*text)
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
			return damaged(lines, "its columns are not those of " DOCUMENT, err);
	}
	return rc && count == table->column_count ? 0 :
	       damaged(lines, "its columns are not those of " DOCUMENT, err);
}

static int read_rows(struct lines *lines, struct bt_lab_table *table, uint64_t wanted,
		     struct bt_err *err)
{
	int rc = check_header(lines, table, err);

	if (rc)
		return rc;
	while ((rc = next_line(lines, err)) > 0) {
		if (table->rows == wanted)
			return damaged(lines, "there are more rows than " DOCUMENT " says", err);
		rc = read_row(lines, table, err);
		if (rc)
			return rc;
	}
	if (!rc && table->rows < wanted)
		rc = damaged(lines, "there are fewer rows than " DOCUMENT " says", err);
	return rc;
}

static int read_table(struct bt_lab_table *table, uint64_t wanted, const char *folder,
		      struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s.csv", folder, table->name);
	struct lines *lines = bt_xcalloc(1, sizeof(*lines));
	int rc;

	lines->path = path;
	lines->file = fopen(path, "re");
	if (!lines->file) {
		/* The run is finished: what is missing was taken away. */
		rc = bt_err_set(err, errno == ENOENT ? EPROTO : errno, "cannot open %s: %s", path,
				strerror(errno));
	} else {
		rc = read_rows(lines, table, wanted, err);
		fclose(lines->file);
	}
	free(lines);
	free(path);
	return rc;
}

static int read_document(struct bt_lab_run **run, const char *path,
			 uint64_t rows[BT_LAB_TABLES_MAX], struct bt_err *err)
{
	struct bt_json_reader *reader;
	const struct bt_json *root;
	char *text;
	ssize_t size = bt_read_file(path, DOCUMENT_BYTES_MAX, &text, err);
	int rc;

	if (size < 0)
		return (int)size;
	reader = bt_json_reader_create(DOCUMENT_BYTES_MAX);
	root = bt_json_parse(reader, text, (size_t)size, err);
	if (!root)
		err->code = EPROTO; /* damage, not a wrong use of the command */
	rc = root ? bt_lab_run_decode(root, run, rows, err) : -EPROTO;
	if (rc)
		bt_err_prefix(err, "%s", path);
	bt_json_reader_free(reader);
	free(text);
	return rc;
}

int bt_lab_run_read(struct bt_lab_run **run, const char *folder, bool tables, struct bt_err *err)
{
	uint64_t rows[BT_LAB_TABLES_MAX];
	char *path = bt_xasprintf("%s/" DOCUMENT, folder);
	struct bt_lab_run *read;
	struct bt_err ignored;
	int rc;

	err = err ? err : &ignored;
	rc = read_document(&read, path, rows, err);
	free(path);
	if (rc)
		return rc;
	for (unsigned i = 0; tables && i < read->table_count && !rc; i++)
		rc = read_table(&read->tables[i], rows[i], folder, err);
	if (rc)
		bt_lab_run_free(read);
	else
		*run = read;
	return rc;
}

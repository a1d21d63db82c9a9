// SPDX-License-Identifier: GPL-2.0
/* The folder of a run: its document, and a CSV file for each table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/csv.h"
#include "lab/run_json.h"

#define DOCUMENT "result.json"
#define DOCUMENT_BYTES_MAX (64u << 20)

/* ---- writing ------------------------------------------------------------------------------ */

/* In place: until there is a document beside it, nobody takes it for a result. */
static int write_table(const struct bt_lab_table *table, const char *folder, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s.csv", folder, table->name);
	int rc = bt_lab_csv_write(table, path, err);

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

static int read_table(struct bt_lab_table *table, uint64_t wanted, const char *folder,
		      struct bt_err *err)
{
	char *path = bt_xasprintf("%s/%s.csv", folder, table->name);
	int rc = bt_lab_csv_read(table, path, err);

	/* The run is finished: what is missing was taken away. */
	if (rc == -ENOENT)
		rc = -(err->code = EPROTO);
	if (!rc && table->rows != wanted)
		rc = bt_err_set(err, EPROTO, "%s has %zu rows, " DOCUMENT " says %llu", path,
				table->rows, (unsigned long long)wanted);
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

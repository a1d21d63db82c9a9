/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the fuzz targets share. A target is one file that defines LLVMFuzzerTestOneInput() and says
 * at its top what an input is; libFuzzer calls it with what it makes up (make fuzz), replay.c with
 * the files of its corpus (make check).
 */
#ifndef BT_FUZZ_H
#define BT_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/json.h"
#include "core/util.h"

/* Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program as a crash, which keeps the input, unless it holds. */
void fuzz_must(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same of an error: it has a code, and a text of one line. */
void fuzz_must_say(const struct bt_err *err);

/* The input up to its first NUL, terminated, in memory of just that size; caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);
/* Path of a file in memory that holds the input, until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);
/* A directory of this process in memory, or else in /tmp; it goes when the program ends. */
const char *fuzz_directory(void);
/* Writes a file, whole, below it; its directories are made. */
void fuzz_put(const char *path, const void *data, size_t size);
/*
 * The same of several files: after a line "@ PATH" the text of that one, up to the next such line;
 * of these paths alone, others are passed over.
 */
void fuzz_put_files(const uint8_t *data, size_t size, const char *const *paths, unsigned count);
void fuzz_remove_files(const char *const *paths, unsigned count);
/* One end of a socket pair; *other, to be closed as well, has sent the input and sends no more. */
int fuzz_stream(int *other, const uint8_t *data, size_t size);

/* ---- documents -------------------------------------------------------------------------- */

/* A writer, and what it wrote parsed again. */
struct fuzz_document {
	struct bt_json_writer *writer;
	struct bt_json_reader *reader;
};

void fuzz_document_begin(struct fuzz_document *document);
void fuzz_document_end(struct fuzz_document *document);
/* Of what was written since it began; it must be a text, and a document. */
const struct bt_json *fuzz_document_parse(struct fuzz_document *document);
/* What was decoded, written and decoded again is written as it was before. */
void fuzz_must_equal(struct fuzz_document *a, struct fuzz_document *b, const char *what);

#endif

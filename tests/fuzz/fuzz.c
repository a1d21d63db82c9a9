// SPDX-License-Identifier: GPL-2.0
#include "tests/fuzz/fuzz.h"

#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define DOCUMENT_MAX (16u << 20)
#define MARK "@ "

void fuzz_must(bool holds, const char *format, ...)
{
	va_list args;

	if (holds)
		return;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

void fuzz_must_say(const struct bt_err *err)
{
	fuzz_must(err->code > 0, "refused without a code");
	fuzz_must(*err->text && !strchr(err->text, '\n'), "refused without a line that says why");
}

/* ---- where inputs are --------------------------------------------------------------------- */

char *fuzz_text(const uint8_t *data, size_t size)
{
	size_t length = size ? strnlen((const char *)data, size) : 0;
	char *text = bt_xcalloc(length + 1, 1);

	memcpy(text, data, length);
	return text;
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	fuzz_must(fd >= 0 && !ftruncate(fd, 0) && pwrite(fd, data, size, 0) == (ssize_t)size,
		  "no file in memory");
	return path;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_directory(void)
{
	nftw(fuzz_directory(), remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_directory(void)
{
	static char path[40];

	if (*path)
		return path;
	strcpy(path, access("/dev/shm", W_OK) ? "/tmp/buddytop-fuzz-XXXXXX" :
					       "/dev/shm/buddytop-fuzz-XXXXXX");
	fuzz_must(mkdtemp(path), "no directory like %s", path);
	atexit(remove_directory);
	return path;
}

void fuzz_put(const char *path, const void *data, size_t size)
{
	char *directory = bt_xstrdup(path);
	FILE *file = fopen(path, "we");

	if (!file) {
		*strrchr(directory, '/') = '\0';
		fuzz_must(!bt_make_path(directory, 0700, NULL), "no directory %s", directory);
		file = fopen(path, "we");
	}
	free(directory);
	fuzz_must(file && fwrite(data, 1, size, file) == size && !fclose(file), "no file %s", path);
}

int fuzz_stream(int *other, const uint8_t *data, size_t size)
{
	int ends[2];

	fuzz_must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), "no socket pair");
	/* More than a socket holds is cut: nobody reads it before this returns. */
	send(ends[1], data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(ends[1], SHUT_WR);
	*other = ends[1];
	return ends[0];
}

/* ---- files of an input ------------------------------------------------------------------ */

static const char *find_path(const char *const *paths, unsigned count, const char *line,
			     size_t length)
{
	for (unsigned i = 0; i < count; i++) {
		if (strlen(paths[i]) == length && !memcmp(paths[i], line, length))
			return paths[i];
	}
	return NULL;
}

/* The next line that is a mark, or the end. */
static const char *next_mark(const char *at, const char *end)
{
	while (at < end && (end - at < 2 || memcmp(at, MARK, strlen(MARK)))) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		at = newline ? newline + 1 : end;
	}
	return at;
}

static void put_below(const char *path, const char *text, size_t size)
{
	char *full = bt_xasprintf("%s%s", fuzz_directory(), path);

	fuzz_put(full, text, size);
	free(full);
}

void fuzz_put_files(const uint8_t *data, size_t size, const char *const *paths, unsigned count)
{
	const char *text = (const char *)data, *end = text + size, *at = next_mark(text, end);

	while (at < end) {
		const char *line = at + strlen(MARK), *path;
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		if (!newline)
			return;
		path = find_path(paths, count, line, (size_t)(newline - line));
		at = next_mark(newline + 1, end);
		if (path)
			put_below(path, newline + 1, (size_t)(at - newline) - 1);
	}
}

void fuzz_remove_files(const char *const *paths, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		char *path = bt_xasprintf("%s%s", fuzz_directory(), paths[i]);

		unlink(path);
		free(path);
	}
}

/* ---- documents -------------------------------------------------------------------------- */

void fuzz_document_begin(struct fuzz_document *document)
{
	document->writer = bt_json_writer_create(false);
	document->reader = bt_json_reader_create(DOCUMENT_MAX);
}

void fuzz_document_end(struct fuzz_document *document)
{
	bt_json_writer_free(document->writer);
	bt_json_reader_free(document->reader);
}

const struct bt_json *fuzz_document_parse(struct fuzz_document *document)
{
	struct bt_err err = { 0 };
	const struct bt_json *root;
	const char *text;
	size_t size;

	text = bt_json_writer_text(document->writer, &size);
	fuzz_must(text, "what was decoded cannot be written");
	root = bt_json_parse(document->reader, text, size, &err);
	fuzz_must(root, "what was written cannot be parsed: %s", err.text);
	return root;
}

void fuzz_must_equal(struct fuzz_document *a, struct fuzz_document *b, const char *what)
{
	size_t size_a, size_b;
	const char *text_a = bt_json_writer_text(a->writer, &size_a);
	const char *text_b = bt_json_writer_text(b->writer, &size_b);

	fuzz_must(text_a && text_b, "%s cannot be written", what);
	fuzz_must(size_a == size_b && !memcmp(text_a, text_b, size_a),
		  "%s changed on its way:\n%.*s\n%.*s", what, (int)size_a, text_a, (int)size_b,
		  text_b);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The main() of a fuzz target without libFuzzer: fuzz_NAME [FILE|DIRECTORY...] runs it on each file
 * of what is named, or of its corpus, $srcdir/tests/fuzz/corpus/NAME. No file at all is a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/fuzz/fuzz.h"

#define PREFIX "fuzz_"
#define INPUT_MAX (16u << 20)

static int is_input(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

/* How many files were run, or -1. */
static long replay_file(const char *path)
{
	struct bt_err err = {0};
	uint8_t *exact;
	char *text;
	ssize_t size = bt_read_file(path, INPUT_MAX, &text, &err);

	if (size < 0) {
		fprintf(stderr, "%s\n", err.text);
		return -1;
	}
	/* Without the terminator: a sanitizer sees who reads on. */
	exact = bt_xcalloc((size_t)size, 1);
	memcpy(exact, text, (size_t)size);
	free(text);
	LLVMFuzzerTestOneInput(exact, (size_t)size);
	free(exact);
	return 1;
}

static long replay_directory(const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_input, alphasort);
	long done = 0;

	if (count < 0) {
		fprintf(stderr, "%s: %s\n", directory, strerror(errno));
		return -1;
	}
	for (int i = 0; i < count; i++) {
		char *path = bt_xasprintf("%s/%s", directory, entries[i]->d_name);

		fprintf(stderr, "%s\n", path); /* the last one is the one that crashed */
		if (done >= 0)
			done = replay_file(path) < 0 ? -1 : done + 1;
		free(path);
		free(entries[i]);
	}
	free(entries);
	if (!count)
		fprintf(stderr, "%s is empty\n", directory);
	return count ? done : -1;
}

static long replay(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode) ? replay_directory(path) : replay_file(path);
}

static long replay_corpus(const char *program)
{
	const char *srcdir = getenv("srcdir"), *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;
	char *path;
	long done;

	if (!strncmp(name, PREFIX, strlen(PREFIX)))
		name += strlen(PREFIX);
	path = bt_xasprintf("%s/tests/fuzz/corpus/%s", srcdir ? srcdir : ".", name);
	done = replay_directory(path);
	free(path);
	return done;
}

int main(int argc, char **argv)
{
	long total = argc > 1 ? 0 : replay_corpus(argv[0]);

	for (int i = 1; i < argc && total >= 0; i++) {
		long done = replay(argv[i]);

		total = done < 0 ? -1 : total + done;
	}
	if (total < 0)
		return EXIT_FAILURE;
	printf("%ld inputs\n", total);
	return EXIT_SUCCESS;
}

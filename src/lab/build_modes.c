// SPDX-License-Identifier: GPL-2.0
/*
 * One section of the modes file is changed, line by line: comments, blank lines and other keys of its
 * owner stay. What a line is, is as inih reads it: see mode_file.c and buddytop.5.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/build_part.h"

struct merge {
	const char *section, *own;
	const struct build_mode_keys *keys;
	bool inside, seen;		/* in the section; there was one */
	bool dropping;			/* lines that go on with a value that went */
	unsigned done;			/* bit of each key that was written */
	char *replaced;
	size_t replaced_size;
	FILE *out;
	/* Blank lines and comments wait: behind the section's last key they belong to the next one. */
	const char *waiting;
	size_t waiting_length;
};

static const char *skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

static bool is_comment(const char *line)
{
	return *line == ';' || *line == '#';
}

static bool is_section(const char *line, const char *name)
{
	size_t length = strlen(name);

	return *line == '[' && !strncmp(line + 1, name, length) && line[1 + length] == ']';
}

static const struct build_mode_key *find_key(const struct merge *merge, const char *line,
					     unsigned *index)
{
	size_t length = strcspn(line, "=:\n");

	while (length && isspace((unsigned char)line[length - 1]))
		length--;
	for (*index = 0; *index < merge->keys->count; ++*index) {
		const char *name = merge->keys->key[*index].name;

		if (strlen(name) == length && !strncmp(line, name, length))
			return &merge->keys->key[*index];
	}
	return NULL;
}

/* What waits belongs to what comes now. */
static void write_waiting(struct merge *merge)
{
	fwrite(merge->waiting, 1, merge->waiting_length, merge->out);
	merge->waiting_length = 0;
}

static void wait_with(struct merge *merge, const char *start, size_t length)
{
	if (!merge->waiting_length)
		merge->waiting = start;
	merge->waiting_length += length;
}

/* The file's last line may lack its end, and more may come behind it. */
static void write_line(struct merge *merge, const char *start, size_t length)
{
	write_waiting(merge);
	fwrite(start, 1, length, merge->out);
	if (start[length - 1] != '\n')
		fputc('\n', merge->out);
}

static void write_key(struct merge *merge, unsigned index)
{
	const struct build_mode_key *key = &merge->keys->key[index];

	if (key->value && !(merge->done & 1u << index))
		fprintf(merge->out, "%s = %s\n", key->name, key->value);
	merge->done |= 1u << index;
}

static void write_missing(struct merge *merge)
{
	for (unsigned i = 0; i < merge->keys->count; i++) {
		if (!(merge->done & 1u << i))
			write_key(merge, i);
	}
}

static bool is_below(const char *value, const char *directory)
{
	size_t length = strlen(directory);

	return !strncmp(value, directory, length) && value[length] == '/';
}

/* A value of somebody's that is another one now. */
static void note_replaced(struct merge *merge, const struct build_mode_key *key, const char *line)
{
	const char *value = skip_blanks(line + strcspn(line, "=:\n") + 1);
	size_t length = strcspn(value, "\n"), used = strlen(merge->replaced);

	if (key->value && strlen(key->value) == length && !strncmp(value, key->value, length))
		return;
	if (is_below(value, merge->own))
		return;
	snprintf(merge->replaced + used, merge->replaced_size - used, "%s%s = %.*s",
		 used ? ", " : "", key->name, (int)length, value);
}

static void leave_section(struct merge *merge)
{
	if (!merge->inside)
		return;
	write_missing(merge);
	merge->inside = false;
}

static void take_header(struct merge *merge, const char *start, const char *line, size_t length)
{
	leave_section(merge);
	write_line(merge, start, length);
	merge->inside = is_section(line, merge->section);
	merge->seen |= merge->inside;
	merge->dropping = false;
}

/* start: the line with its blanks and end; line: its first other character. */
static void take_line(struct merge *merge, const char *start, size_t length)
{
	const char *line = skip_blanks(start);
	const struct build_mode_key *key;
	unsigned index;

	if (*line == '[') {
		take_header(merge, start, line, length);
		return;
	}
	if (merge->inside && (is_comment(line) || *line == '\n' || !*line)) {
		wait_with(merge, start, length);
		return;
	}
	if (merge->dropping && line != start) {
		write_waiting(merge);
		return;
	}
	key = merge->inside ? find_key(merge, line, &index) : NULL;
	merge->dropping = key;
	if (!key) {
		write_line(merge, start, length);
		return;
	}
	write_waiting(merge);
	note_replaced(merge, key, line);
	write_key(merge, index);
}

static void add_section(struct merge *merge, bool first)
{
	fprintf(merge->out, "%s[%s]\n", first ? "" : "\n", merge->section);
	write_missing(merge);
}

char *build_modes_text(const char *text, const char *section, const struct build_mode_keys *keys,
		       const char *own, char *replaced, size_t size)
{
	struct merge merge = { .section = section, .own = own, .keys = keys, .replaced = replaced,
			       .replaced_size = size, .waiting = "" };
	char *result = NULL;
	size_t result_size;

	*replaced = '\0';
	merge.out = open_memstream(&result, &result_size);
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		length += line[length] == '\n';
		take_line(&merge, line, length);
		line += length;
	}
	leave_section(&merge);
	write_waiting(&merge);
	if (!merge.seen)
		add_section(&merge, !*text);
	fclose(merge.out);
	return result;
}

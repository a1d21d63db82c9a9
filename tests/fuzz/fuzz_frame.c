// SPDX-License-Identifier: GPL-2.0
/*
 * Mutated machines, configs and frames against their decoders: none may crash, overrun or leave
 * something behind that cannot be written and read again. Deterministic: fuzz_frame [LINES [SEED]].
 * Meant to be run with the sanitizers built in.
 */
#include <stdio.h>
#include <stdlib.h>

#include "frame/frame_json.h"
#include "tests/unit/sample_frame.h"

#define CPUS 7
#define NODES 3
#define ROOM (64u * 1024)

struct fuzz {
	uint64_t random;
	struct bt_machine machine, decoded_machine;
	struct bt_frame *frame, *again;
	struct bt_json_writer *writer;
	struct bt_json_reader *reader;
	char line[ROOM];
	size_t size;
	unsigned long parsed, decoded;
};

/* xorshift64: the same everywhere. */
static uint64_t next_random(struct fuzz *f, uint64_t below)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return below ? f->random % below : 0;
}

static void die(const char *what)
{
	fprintf(stderr, "fuzz_frame: %s\n", what);
	exit(1);
}

/* ---- lines -------------------------------------------------------------------------------- */

enum kind { MACHINE, CONFIG, FRAME, KINDS };

static void take_text(struct fuzz *f)
{
	const char *text = bt_json_writer_text(f->writer, &f->size);

	if (!text || f->size >= ROOM)
		die("a valid document could not be written");
	memcpy(f->line, text, f->size);
}

static void make_line(struct fuzz *f, enum kind kind)
{
	struct bt_config config;

	bt_json_writer_reset(f->writer);
	if (kind == MACHINE) {
		bt_machine_encode(f->writer, NULL, &f->machine);
	} else if (kind == CONFIG) {
		(next_random(f, 2) ? sample_step_config : sample_config)(&config, CPUS);
		bt_config_encode(f->writer, NULL, &config);
	} else {
		sample_frame(f->frame, (unsigned)next_random(f, 3), 5);
		f->frame->has_module = next_random(f, 4);
		bt_frame_encode(f->writer, NULL, f->frame);
	}
	take_text(f);
}

/* ---- mutations: each keeps size below ROOM ------------------------------------------------- */

static void flip_byte(struct fuzz *f)
{
	f->line[next_random(f, f->size)] = (char)next_random(f, 256);
}

static void cut_span(struct fuzz *f)
{
	size_t at = next_random(f, f->size), length = next_random(f, f->size - at) % 64;

	memmove(f->line + at, f->line + at + length, f->size - at - length);
	f->size -= length;
}

static void repeat_span(struct fuzz *f)
{
	size_t at = next_random(f, f->size), length = next_random(f, f->size - at) % 256;

	if (f->size + length >= ROOM)
		return;
	memmove(f->line + at + length, f->line + at, f->size - at);
	f->size += length;
}

static void truncate_line(struct fuzz *f)
{
	f->size = 1 + next_random(f, f->size);
}

/* Puts another number, or something that is none, where digits are. */
static void swap_number(struct fuzz *f)
{
	static const char *const others[] = {
		"0", "1", "-1", "255", "256", "1024", "65536", "4294967296", "9223372036854775808",
		"18446744073709551615", "18446744073709551616", "1e9", "0.5", "null", "true", "[]",
		"{}", "\"\"", "\"0-3\"",
	};
	const char *other = others[next_random(f, BT_ARRAY_SIZE(others))];
	size_t at = next_random(f, f->size), end, length = strlen(other);

	while (at < f->size && (f->line[at] < '0' || f->line[at] > '9'))
		at++;
	for (end = at; end < f->size && f->line[end] >= '0' && f->line[end] <= '9';)
		end++;
	if (f->size - (end - at) + length >= ROOM)
		return;
	memmove(f->line + at + length, f->line + end, f->size - end);
	memcpy(f->line + at, other, length);
	f->size = f->size - (end - at) + length;
}

static void mutate(struct fuzz *f)
{
	static void (*const mutations[])(struct fuzz *) = {
		flip_byte,   cut_span,	  repeat_span, truncate_line,
		swap_number, swap_number, swap_number, swap_number,
	};
	uint64_t times = next_random(f, 4);

	while (times-- && f->size > 1)
		mutations[next_random(f, BT_ARRAY_SIZE(mutations))](f);
}

/* ---- what must hold ------------------------------------------------------------------------ */

static const struct bt_json *parse_again(struct fuzz *f)
{
	size_t size;
	const char *text = bt_json_writer_text(f->writer, &size);
	const struct bt_json *tree = text ? bt_json_parse(f->reader, text, size, NULL) : NULL;

	if (!tree)
		die("what was decoded cannot be written");
	return tree;
}

static bool try_machine(struct fuzz *f, const struct bt_json *tree, struct bt_err *err)
{
	if (bt_machine_decode(tree, &f->decoded_machine, err))
		return false;
	bt_json_writer_reset(f->writer);
	bt_machine_encode(f->writer, NULL, &f->decoded_machine);
	if (bt_machine_decode(parse_again(f), &f->decoded_machine, err))
		die(err->text);
	return true;
}

static bool try_config(struct fuzz *f, const struct bt_json *tree, struct bt_err *err)
{
	struct bt_config config, again;

	if (bt_config_decode(tree, &config, err))
		return false;
	bt_json_writer_reset(f->writer);
	bt_config_encode(f->writer, NULL, &config);
	if (bt_config_decode(parse_again(f), &again, err))
		die(err->text);
	if (memcmp(&config, &again, sizeof(config)))
		die("a config changed on its way");
	return true;
}

static bool try_frame(struct fuzz *f, const struct bt_json *tree, struct bt_err *err)
{
	struct bt_frame_totals totals;

	if (bt_frame_decode(tree, f->frame, err))
		return false;
	bt_frame_totals(f->frame, &totals);
	bt_json_writer_reset(f->writer);
	bt_frame_encode(f->writer, NULL, f->frame);
	if (bt_frame_decode(parse_again(f), f->again, err))
		die(err->text);
	if (f->frame->mono_ns != f->again->mono_ns || f->frame->hist_count != f->again->hist_count)
		die("a frame changed on its way");
	return true;
}

static void one_line(struct fuzz *f)
{
	static bool (*const tries[KINDS])(struct fuzz *, const struct bt_json *,
					  struct bt_err *) = {
		[MACHINE] = try_machine,
		[CONFIG] = try_config,
		[FRAME] = try_frame,
	};
	enum kind kind = next_random(f, KINDS);
	struct bt_err err = { 0 };
	const struct bt_json *tree;

	make_line(f, kind);
	mutate(f);
	tree = bt_json_parse(f->reader, f->line, f->size, &err);
	if (tree) {
		f->parsed++;
		f->decoded += tries[kind](f, tree, &err);
	} else if (!err.code || !*err.text) {
		die("refused without a reason");
	}
}

int main(int argc, char **argv)
{
	unsigned long lines = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000, i;
	struct fuzz *f = bt_xcalloc(1, sizeof(*f));

	f->random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	if (!f->random)
		die("SEED is a number above 0");
	sample_machine(&f->machine, CPUS, NODES);
	f->frame = bt_frame_create(&f->machine);
	f->again = bt_frame_create(&f->machine);
	f->writer = bt_json_writer_create(false);
	f->reader = bt_json_reader_create(ROOM);
	for (i = 0; i < lines; i++)
		one_line(f);
	printf("fuzz_frame: %lu lines, %lu parsed, %lu decoded\n", lines, f->parsed, f->decoded);
	bt_json_reader_free(f->reader);
	bt_json_writer_free(f->writer);
	bt_frame_free(f->again);
	bt_frame_free(f->frame);
	/* A run in which nothing gets through, or everything, tries nothing. */
	i = f->decoded && f->decoded < f->parsed && f->parsed < lines;
	free(f);
	return i ? 0 : 1;
}

// SPDX-License-Identifier: GPL-2.0
/* Writes by yajl's generator; json_read.c is the other file that knows yajl. */
#include "core/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_gen.h>

#include "core/util.h"

struct bt_json_writer {
	yajl_gen gen;
	unsigned depth;
	bool in_object[BT_JSON_DEPTH_MAX];	/* of each open container: object or array */
	bool begun;			/* something is written */
	bool failed;			/* and the text therefore worthless */
	char *repaired;			/* scratch for texts that are not UTF-8 */
	size_t repaired_room;
};

struct bt_json_writer *bt_json_writer_create(bool pretty)
{
	struct bt_json_writer *w = bt_xcalloc(1, sizeof(*w));

	w->gen = yajl_gen_alloc(NULL);
	if (!w->gen) {
		fputs("out of memory\n", stderr);
		exit(BT_EXIT_FAILED);
	}
	yajl_gen_config(w->gen, yajl_gen_beautify, pretty);
	yajl_gen_config(w->gen, yajl_gen_indent_string, "  ");
	return w;
}

void bt_json_writer_free(struct bt_json_writer *w)
{
	if (!w)
		return;
	yajl_gen_free(w->gen);
	free(w->repaired);
	free(w);
}

void bt_json_writer_reset(struct bt_json_writer *w)
{
	yajl_gen_reset(w->gen, NULL);
	yajl_gen_clear(w->gen);
	w->depth = 0;
	w->begun = false;
	w->failed = false;
}

const char *bt_json_writer_text(struct bt_json_writer *w, size_t *size)
{
	const unsigned char *text = NULL;

	*size = 0;
	if (w->failed || w->depth || !w->begun || yajl_gen_get_buf(w->gen, &text, size))
		return NULL;
	return (const char *)text;
}

static void note(struct bt_json_writer *w, yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		w->failed = true;
}

/* Length of text; *valid tells whether all of it is UTF-8. */
static size_t measure(const char *text, bool *valid)
{
	size_t size = 0, length;

	*valid = true;
	while (text[size]) {
		length = bt_utf8_length(text + size);
		if (!length)
			*valid = false;
		size += length ? length : 1;
	}
	return size;
}

static const char *repair(struct bt_json_writer *w, const char *text, size_t size)
{
	size_t i = 0, length;

	if (w->repaired_room < size + 1) {
		w->repaired_room = size + 1;
		w->repaired = bt_xrealloc(w->repaired, w->repaired_room, 1);
	}
	memcpy(w->repaired, text, size + 1);
	for (; i < size; i += length) {
		length = bt_utf8_length(text + i);
		if (!length) {
			w->repaired[i] = '?';
			length = 1;
		}
	}
	return w->repaired;
}

static void put_string(struct bt_json_writer *w, const char *text)
{
	bool valid;
	size_t size = measure(text, &valid);

	if (!valid)
		text = repair(w, text, size);
	note(w, yajl_gen_string(w->gen, (const unsigned char *)text, size));
}

/* Everything is written behind this: objects want a key, arrays and the top none. */
static void begin(struct bt_json_writer *w, const char *key)
{
	bool wants_key = w->depth && w->in_object[w->depth - 1];

	if (wants_key != (key != NULL))
		w->failed = true;
	w->begun = true;
	if (wants_key && key)
		put_string(w, key);
}

static void open_container(struct bt_json_writer *w, const char *key, bool object)
{
	begin(w, key);
	if (w->depth == BT_JSON_DEPTH_MAX) {
		w->failed = true;
		return;
	}
	note(w, object ? yajl_gen_map_open(w->gen) : yajl_gen_array_open(w->gen));
	w->in_object[w->depth++] = object;
}

static void close_container(struct bt_json_writer *w, bool object)
{
	if (!w->depth || w->in_object[w->depth - 1] != object) {
		w->failed = true;
		return;
	}
	w->depth--;
	note(w, object ? yajl_gen_map_close(w->gen) : yajl_gen_array_close(w->gen));
}

void bt_json_object(struct bt_json_writer *w, const char *key)
{
	open_container(w, key, true);
}

void bt_json_array(struct bt_json_writer *w, const char *key)
{
	open_container(w, key, false);
}

void bt_json_end_object(struct bt_json_writer *w)
{
	close_container(w, true);
}

void bt_json_end_array(struct bt_json_writer *w)
{
	close_container(w, false);
}

/* yajl's own integers are signed and its doubles have 20 digits: numbers go in as texts. */
static void put_number(struct bt_json_writer *w, const char *key, const char *text, int length)
{
	begin(w, key);
	note(w, yajl_gen_number(w->gen, text, (size_t)length));
}

void bt_json_u64(struct bt_json_writer *w, const char *key, uint64_t value)
{
	char text[32];

	put_number(w, key, text, snprintf(text, sizeof(text), "%llu", (unsigned long long)value));
}

void bt_json_i64(struct bt_json_writer *w, const char *key, int64_t value)
{
	char text[32];

	put_number(w, key, text, snprintf(text, sizeof(text), "%lld", (long long)value));
}

void bt_json_double(struct bt_json_writer *w, const char *key, double value)
{
	char text[40];
	int length;

	if (!isfinite(value)) {
		bt_json_string(w, key, NULL);
		return;
	}
	length = snprintf(text, sizeof(text), "%.15g", value);
	if (strtod(text, NULL) != value)
		length = snprintf(text, sizeof(text), "%.17g", value);
	put_number(w, key, text, length);
}

void bt_json_bool(struct bt_json_writer *w, const char *key, bool value)
{
	begin(w, key);
	note(w, yajl_gen_bool(w->gen, value));
}

void bt_json_string(struct bt_json_writer *w, const char *key, const char *value)
{
	begin(w, key);
	if (value)
		put_string(w, value);
	else
		note(w, yajl_gen_null(w->gen));
}

void bt_json_node(struct bt_json_writer *w, const char *key, const struct bt_json *node)
{
	switch (node->type) {
	case BT_JSON_NULL:
		bt_json_string(w, key, NULL);
		break;
	case BT_JSON_BOOL:
		bt_json_bool(w, key, node->boolean);
		break;
	case BT_JSON_NUMBER:
		put_number(w, key, node->string, (int)strlen(node->string));
		break;
	case BT_JSON_STRING:
		bt_json_string(w, key, node->string);
		break;
	default:
		open_container(w, key, node->type == BT_JSON_OBJECT);
		for (const struct bt_json *child = node->child; child; child = child->next)
			bt_json_node(w, child->key, child);
		close_container(w, node->type == BT_JSON_OBJECT);
	}
}

void bt_json_known(struct bt_json_writer *w, const char *key, uint64_t value)
{
	if (value != BT_UNKNOWN)
		bt_json_u64(w, key, value);
}

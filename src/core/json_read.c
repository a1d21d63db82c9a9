// SPDX-License-Identifier: GPL-2.0
/* Builds the tree by yajl's streaming parser; json_write.c is the other file that knows yajl. */
#include "core/json.h"

#include <errno.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "core/arena.h"
#include "core/util.h"

struct open_container {
	struct bt_json *node, *last_child;
};

struct bt_json_reader {
	size_t max_bytes;
	struct bt_arena *arena;		/* the tree, and all that yajl allocates */
	struct bt_json *root;
	const char *key;		/* of the value that comes next in an object */
	unsigned depth;
	struct open_container open[BT_JSON_DEPTH_MAX];
	const char *refusal;		/* why a callback cancelled */
};

/* ---- memory ---------------------------------------------------------------------------- */

static void restart(struct bt_json_reader *r)
{
	bt_arena_reset(r->arena);
	r->root = NULL;
	r->key = NULL;
	r->depth = 0;
	r->refusal = NULL;
}

/* yajl's memory; the size is kept in front of each piece because realloc needs it. */
static void *arena_malloc(void *reader, size_t size)
{
	struct bt_json_reader *r = reader;
	size_t *head = bt_arena_take(r->arena, alignof(max_align_t) + size);

	*head = size;
	return (char *)head + alignof(max_align_t);
}

static void *arena_realloc(void *reader, void *old, size_t size)
{
	void *new = arena_malloc(reader, size);
	size_t old_size;

	if (old) {
		old_size = *(size_t *)((char *)old - alignof(max_align_t));
		memcpy(new, old, old_size < size ? old_size : size);
	}
	return new;
}

static void arena_free(void *reader, void *old)
{
	(void)reader;
	(void)old;
}

static const char *keep_text(struct bt_json_reader *r, const void *text, size_t size)
{
	char *copy = bt_arena_take(r->arena, size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

/* ---- callbacks: 1 goes on, 0 cancels ---------------------------------------------------- */

static int refuse(struct bt_json_reader *r, const char *why)
{
	r->refusal = why;
	return 0;
}

static struct bt_json *add(struct bt_json_reader *r, enum bt_json_type type)
{
	struct bt_json *node = bt_arena_take(r->arena, sizeof(*node));
	struct open_container *parent = r->depth ? &r->open[r->depth - 1] : NULL;

	*node = (struct bt_json){ .type = type, .key = r->key };
	r->key = NULL;
	if (!parent) {
		r->root = node;
		return node;
	}
	if (parent->last_child)
		parent->last_child->next = node;
	else
		parent->node->child = node;
	parent->last_child = node;
	parent->node->count++;
	return node;
}

static int on_null(void *reader)
{
	add(reader, BT_JSON_NULL);
	return 1;
}

static int on_bool(void *reader, int value)
{
	add(reader, BT_JSON_BOOL)->boolean = value;
	return 1;
}

static int on_number(void *reader, const char *text, size_t size)
{
	add(reader, BT_JSON_NUMBER)->string = keep_text(reader, text, size);
	return 1;
}

static int on_string(void *reader, const unsigned char *text, size_t size)
{
	if (memchr(text, '\0', size))
		return refuse(reader, "a string holds a NUL character");
	add(reader, BT_JSON_STRING)->string = keep_text(reader, text, size);
	return 1;
}

static int on_key(void *reader, const unsigned char *text, size_t size)
{
	struct bt_json_reader *r = reader;

	if (memchr(text, '\0', size))
		return refuse(r, "a key holds a NUL character");
	r->key = keep_text(r, text, size);
	return 1;
}

static int enter(struct bt_json_reader *r, enum bt_json_type type)
{
	struct bt_json *node;

	if (r->depth == BT_JSON_DEPTH_MAX)
		return refuse(r, "nested too deeply");
	node = add(r, type);
	r->open[r->depth++] = (struct open_container){ .node = node };
	return 1;
}

static int on_object(void *reader)
{
	return enter(reader, BT_JSON_OBJECT);
}

static int on_array(void *reader)
{
	return enter(reader, BT_JSON_ARRAY);
}

static int on_end(void *reader)
{
	struct bt_json_reader *r = reader;

	r->depth--;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_bool,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_key,
	.yajl_end_map = on_end,
	.yajl_start_array = on_array,
	.yajl_end_array = on_end,
};

/* ---- parsing --------------------------------------------------------------------------- */

struct bt_json_reader *bt_json_reader_create(size_t max_bytes)
{
	struct bt_json_reader *r = bt_xcalloc(1, sizeof(*r));

	r->max_bytes = max_bytes;
	r->arena = bt_arena_create();
	return r;
}

void bt_json_reader_free(struct bt_json_reader *r)
{
	if (!r)
		return;
	bt_arena_free(r->arena);
	free(r);
}

static void refuse_at(const struct bt_json_reader *r, yajl_handle handle, const char *text,
		      size_t size, struct bt_err *err)
{
	size_t at = yajl_get_bytes_consumed(handle);
	unsigned line = 1, column = 1;
	unsigned char *why = NULL;
	size_t i;

	for (i = 0; i < at && i < size; i++) {
		column = text[i] == '\n' ? 1 : column + 1;
		line += text[i] == '\n';
	}
	if (!r->refusal) {
		why = yajl_get_error(handle, 0, (const unsigned char *)text, size);
		why[strcspn((char *)why, "\n")] = '\0';
	}
	bt_err_set(err, EINVAL, "JSON line %u column %u: %s", line, column,
		   why ? (const char *)why : r->refusal);
}

static const struct bt_json *parse(struct bt_json_reader *r, const char *text, size_t size,
				   bool whole, struct bt_err *err)
{
	yajl_alloc_funcs arena = { arena_malloc, arena_realloc, arena_free, r };
	yajl_handle handle;
	yajl_status status;

	if (size > r->max_bytes) {
		bt_err_set(err, EMSGSIZE, "JSON text of %zu bytes, at most %zu are taken", size,
			   r->max_bytes);
		return NULL;
	}
	restart(r);
	handle = yajl_alloc(&callbacks, &arena, r);
	status = yajl_parse(handle, (const unsigned char *)text, size);
	if (status == yajl_status_ok && whole)
		status = yajl_complete_parse(handle);
	if (status != yajl_status_ok) {
		refuse_at(r, handle, text, size, err);
		return NULL;
	}
	return r->root;
}

const struct bt_json *bt_json_parse(struct bt_json_reader *r, const char *text, size_t size,
				    struct bt_err *err)
{
	return parse(r, text, size, true, err);
}

const struct bt_json *bt_json_parse_begin(struct bt_json_reader *r, const char *text, size_t size)
{
	return parse(r, text, size, false, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON: a writer over yajl_gen (json_write.c) and a bounded tree built by yajl's streaming parser
 * (json_read.c); no other file knows yajl. Not for several threads at once on the same object.
 * Programs leave LC_NUMERIC at "C": the decimal point of numbers comes from there.
 */
#ifndef BT_JSON_H
#define BT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define BT_JSON_DEPTH_MAX 32u	/* of texts written and read */

/* ---- writer ---------------------------------------------------------------------------- */

struct bt_json_writer;

struct bt_json_writer *bt_json_writer_create(bool pretty);
void bt_json_writer_free(struct bt_json_writer *w);
/* Forgets what was written, keeps the memory. */
void bt_json_writer_reset(struct bt_json_writer *w);
/*
 * The text so far, owned by the writer, valid until the next call on it. Compact texts hold no
 * newline. NULL with *size 0 when something could not be written (invalid use).
 */
const char *bt_json_writer_text(struct bt_json_writer *w, size_t *size);

/* key NULL inside arrays and at the top. Text that is not UTF-8 is repaired with '?'. */
void bt_json_object(struct bt_json_writer *w, const char *key);
void bt_json_array(struct bt_json_writer *w, const char *key);
void bt_json_end_object(struct bt_json_writer *w);
void bt_json_end_array(struct bt_json_writer *w);
void bt_json_u64(struct bt_json_writer *w, const char *key, uint64_t value); /* full 64 bits */
void bt_json_i64(struct bt_json_writer *w, const char *key, int64_t value);
void bt_json_double(struct bt_json_writer *w, const char *key, double value); /* NaN, inf -> null */
void bt_json_bool(struct bt_json_writer *w, const char *key, bool value);
/* NULL -> null */
void bt_json_string(struct bt_json_writer *w, const char *key, const char *value);
/* Writes nothing when value is BT_UNKNOWN. */
void bt_json_known(struct bt_json_writer *w, const char *key, uint64_t value);

struct bt_json;
/* A whole tree, its numbers as they were written. */
void bt_json_node(struct bt_json_writer *w, const char *key, const struct bt_json *node);

/* ---- reader ---------------------------------------------------------------------------- */

enum bt_json_type { BT_JSON_NULL, BT_JSON_BOOL, BT_JSON_NUMBER, BT_JSON_STRING, BT_JSON_OBJECT,
		    BT_JSON_ARRAY };

/* A node; members of an object and elements of an array are a list by `next`. */
struct bt_json {
	enum bt_json_type type;
	const char *key;		/* in an object, else NULL */
	const struct bt_json *child;	/* first member or element */
	const struct bt_json *next;
	unsigned count;			/* members or elements */
	bool boolean;
	const char *string;		/* strings: NUL-terminated; numbers: as written */
};

/* A parser with its arena, reused from text to text so that steady use allocates nothing. */
struct bt_json_reader;

/*
 * Refused: texts above max_bytes (EMSGSIZE), depths above BT_JSON_DEPTH_MAX, NUL characters and
 * trailing garbage (EINVAL).
 */
struct bt_json_reader *bt_json_reader_create(size_t max_bytes);
void bt_json_reader_free(struct bt_json_reader *r);
/*
 * Parses one complete text. The tree belongs to the reader and is valid until its next parse.
 * Duplicate keys: the first is found. err says line and column.
 */
const struct bt_json *bt_json_parse(struct bt_json_reader *r, const char *text, size_t size,
				    struct bt_err *err);

/* The beginning of a text: a tree of the values that are whole in it. NULL: it is no JSON so far. */
const struct bt_json *bt_json_parse_begin(struct bt_json_reader *r, const char *text, size_t size);

/* Lookups return NULL / false when absent or of another type; they accept node == NULL. */
const struct bt_json *bt_json_get(const struct bt_json *node, const char *key);
const struct bt_json *bt_json_get_object(const struct bt_json *node, const char *key);
const struct bt_json *bt_json_get_array(const struct bt_json *node, const char *key);
const char *bt_json_get_string(const struct bt_json *node, const char *key);
bool bt_json_get_u64(const struct bt_json *node, const char *key, uint64_t *value);
bool bt_json_get_i64(const struct bt_json *node, const char *key, int64_t *value);
bool bt_json_get_double(const struct bt_json *node, const char *key, double *value);
bool bt_json_get_bool(const struct bt_json *node, const char *key, bool *value);
/* The node's own value (array elements). Exact: "1e3", "1.0", "-1" and 2^64 are not a u64. */
bool bt_json_as_u64(const struct bt_json *node, uint64_t *value);
bool bt_json_as_double(const struct bt_json *node, double *value);

#endif

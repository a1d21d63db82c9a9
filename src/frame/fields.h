/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of a structure as members of a JSON object: one table serves encoder and decoder. Only
 * the files that know a document use it.
 */
#ifndef BT_FIELDS_H
#define BT_FIELDS_H

#include <linux/types.h>

#include "core/hist.h"
#include "core/json.h"
#include "core/util.h"

enum bt_field_kind {
	BT_FIELD_UNSIGNED,	/* 1, 2, 4 or 8 bytes; BT_UNKNOWN of 8 is left out */
	BT_FIELD_SIGNED,	/* 8 bytes; BT_UNKNOWN_SIGNED is left out */
	BT_FIELD_BOOL,
	BT_FIELD_TEXT,		/* char array; too long a text is cut */
	BT_FIELD_NAME,		/* 1 to 8 bytes, written as names[value]; left out without one */
};

struct bt_field {
	const char *key;
	enum bt_field_kind kind;
	bool required;
	size_t offset, width;
	uint64_t max;			/* unsigned: largest value; 0 = what the width holds */
	const char *const *names;	/* of BT_FIELD_NAME, max + 1 of them, NULL for none */
};

/* A row for member of type; further designated initialisers may follow. */
#define BT_FIELD(type, member, key_, kind_, ...) \
	{ .key = key_, .kind = kind_, .offset = offsetof(type, member), \
	  .width = sizeof(((type *)0)->member), ##__VA_ARGS__ }

struct bt_field_table {
	const struct bt_field *fields;
	size_t count;
};
#define BT_FIELD_TABLE(rows) { rows, BT_ARRAY_SIZE(rows) }

void bt_fields_encode(struct bt_json_writer *w, const struct bt_field_table *table,
		      const void *from);
/* Members that are absent leave to as it is, unless required. -EPROTO names the member. */
int bt_fields_decode(const struct bt_json *node, const struct bt_field_table *table, void *to,
		     struct bt_err *err);

/* One number, as the field's kind and bounds ask: for arrays and columns. */
uint64_t bt_field_load(const struct bt_field *field, const void *from);
void bt_field_store(const struct bt_field *field, void *to, uint64_t value);
uint64_t bt_field_max(const struct bt_field *field);
/* BT_FIELD_NAME: its name or NULL, and back. */
const char *bt_field_name(const struct bt_field *field, uint64_t value);
bool bt_field_named(const struct bt_field *field, const char *name, uint64_t *value);

/* Numbers as an array; decoding takes at most count of them, the rest stays as it is. */
void bt_numbers_encode(struct bt_json_writer *w, const char *key, const uint64_t *numbers,
		       unsigned count);
int bt_numbers_decode(const struct bt_json *array, const char *what, uint64_t *numbers,
		      unsigned count, struct bt_err *err);

/* The list text of a mask of words, and back: bits below count only. */
void bt_mask_encode(struct bt_json_writer *w, const char *key, const __u64 *mask, unsigned words);
int bt_mask_decode(const struct bt_json *node, const char *key, unsigned count, __u64 *mask,
		   unsigned words, struct bt_err *err);

/*
 * A histogram as its used buckets: bucket and count in turn, buckets rising. Decoding adds to hist,
 * which is empty; array NULL is refused.
 */
void bt_buckets_encode(struct bt_json_writer *w, const char *key, const struct bt_hist *hist);
int bt_buckets_decode(const struct bt_json *array, struct bt_hist *hist, struct bt_err *err);

#endif

// SPDX-License-Identifier: GPL-2.0
#include "frame/fields.h"

#include <errno.h>
#include <string.h>

#include "core/mask.h"
#include "core/util.h"
#include "kmod/buddytop_uapi.h"

#define MASK_TEXT (BT_CPU_WORDS * 64 / 2 * 5 + 1)	/* every other of 8192 CPUs, with commas */

uint64_t bt_field_max(const struct bt_field *field)
{
	if (field->max)
		return field->max;
	/* BT_UNKNOWN is said by leaving the number out. */
	return field->width == 8 ? BT_UNKNOWN - 1 : (1ull << (8 * field->width)) - 1;
}

uint64_t bt_field_load(const struct bt_field *field, const void *from)
{
	const char *at = (const char *)from + field->offset;
	uint64_t wide;
	uint32_t word;
	uint16_t half;

	switch (field->width) {
	case 8:
		memcpy(&wide, at, sizeof(wide));
		return wide;
	case 4:
		memcpy(&word, at, sizeof(word));
		return word;
	case 2:
		memcpy(&half, at, sizeof(half));
		return half;
	default:
		return *(const uint8_t *)at;
	}
}

void bt_field_store(const struct bt_field *field, void *to, uint64_t value)
{
	char *at = (char *)to + field->offset;
	uint32_t word = (uint32_t)value;
	uint16_t half = (uint16_t)value;

	switch (field->width) {
	case 8:
		memcpy(at, &value, sizeof(value));
		break;
	case 4:
		memcpy(at, &word, sizeof(word));
		break;
	case 2:
		memcpy(at, &half, sizeof(half));
		break;
	default:
		*(uint8_t *)at = (uint8_t)value;
	}
}

const char *bt_field_name(const struct bt_field *field, uint64_t value)
{
	return value <= field->max ? field->names[value] : NULL;
}

bool bt_field_named(const struct bt_field *field, const char *name, uint64_t *value)
{
	for (*value = 0; *value <= field->max; ++*value) {
		const char *there = field->names[*value];

		if (there && !strcmp(there, name))
			return true;
	}
	return false;
}

static void encode(struct bt_json_writer *w, const struct bt_field *field, const void *from)
{
	const char *at = (const char *)from + field->offset, *name;

	switch (field->kind) {
	case BT_FIELD_TEXT:
		bt_json_string(w, field->key, at);
		break;
	case BT_FIELD_BOOL:
		bt_json_bool(w, field->key, *(const bool *)at);
		break;
	case BT_FIELD_SIGNED:
		if ((int64_t)bt_field_load(field, from) != BT_UNKNOWN_SIGNED)
			bt_json_i64(w, field->key, (int64_t)bt_field_load(field, from));
		break;
	case BT_FIELD_UNSIGNED:
		bt_json_known(w, field->key, bt_field_load(field, from));
		break;
	case BT_FIELD_NAME:
		name = bt_field_name(field, bt_field_load(field, from));
		if (name)
			bt_json_string(w, field->key, name);
		break;
	}
}

void bt_fields_encode(struct bt_json_writer *w, const struct bt_field_table *table,
		      const void *from)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		encode(w, &table->fields[i], from);
}

static bool decode_name(const struct bt_json *node, const struct bt_field *field, void *to)
{
	const char *name = bt_json_get_string(node, field->key);
	uint64_t value;

	if (!name || !bt_field_named(field, name, &value))
		return false;
	bt_field_store(field, to, value);
	return true;
}

static bool decode(const struct bt_json *node, const struct bt_field *field, void *to)
{
	char *at = (char *)to + field->offset;
	const char *text;
	uint64_t value;
	int64_t number;

	switch (field->kind) {
	case BT_FIELD_TEXT:
		text = bt_json_get_string(node, field->key);
		if (text)
			bt_copy_clean(at, field->width, text);
		return text;
	case BT_FIELD_BOOL:
		return bt_json_get_bool(node, field->key, (bool *)at);
	case BT_FIELD_SIGNED:
		if (!bt_json_get_i64(node, field->key, &number))
			return false;
		bt_field_store(field, to, (uint64_t)number);
		return true;
	case BT_FIELD_NAME:
		return decode_name(node, field, to);
	default:
		if (!bt_json_get_u64(node, field->key, &value) || value > bt_field_max(field))
			return false;
		bt_field_store(field, to, value);
		return true;
	}
}

int bt_fields_decode(const struct bt_json *node, const struct bt_field_table *table, void *to,
		     struct bt_err *err)
{
	size_t i;

	for (i = 0; i < table->count; i++) {
		const struct bt_field *field = &table->fields[i];
		bool present = bt_json_get(node, field->key);

		if (!present && !field->required)
			continue;
		if (!present)
			return bt_err_set(err, EPROTO, "member %s is missing", field->key);
		if (!decode(node, field, to))
			return bt_err_set(err, EPROTO, "member %s has a wrong type or value",
					  field->key);
	}
	return 0;
}

void bt_numbers_encode(struct bt_json_writer *w, const char *key, const uint64_t *numbers,
		       unsigned count)
{
	unsigned i;

	bt_json_array(w, key);
	for (i = 0; i < count; i++)
		bt_json_u64(w, NULL, numbers[i]);
	bt_json_end_array(w);
}

int bt_numbers_decode(const struct bt_json *array, const char *what, uint64_t *numbers,
		      unsigned count, struct bt_err *err)
{
	const struct bt_json *element;

	if (!array || array->type != BT_JSON_ARRAY || array->count > count)
		return bt_err_set(err, EPROTO, "%s is no array of at most %u numbers", what, count);
	for (element = array->child; element; element = element->next) {
		if (!bt_json_as_u64(element, numbers++))
			return bt_err_set(err, EPROTO, "%s holds no numbers", what);
	}
	return 0;
}

void bt_mask_encode(struct bt_json_writer *w, const char *key, const __u64 *mask, unsigned words)
{
	char text[MASK_TEXT];

	bt_mask_text(mask, words, text, sizeof(text));
	bt_json_string(w, key, *text ? text : "none");
}

int bt_mask_decode(const struct bt_json *node, const char *key, unsigned count, __u64 *mask,
		   unsigned words, struct bt_err *err)
{
	const char *text = bt_json_get_string(node, key);
	int code;

	if (!text)
		return bt_err_set(err, EPROTO, "member %s is missing or no text", key);
	code = bt_mask_parse(text, count, mask, words, key, err);
	if (!code)
		return 0;
	return bt_err_set(err, EPROTO, "member %s is no list of numbers below %u", key, count);
}

/* ---- histograms --------------------------------------------------------------------------- */

void bt_buckets_encode(struct bt_json_writer *w, const char *key, const struct bt_hist *hist)
{
	unsigned i;

	bt_json_array(w, key);
	for (i = 0; i < BT_HIST_BUCKETS; i++) {
		if (!hist->count[i])
			continue;
		bt_json_u64(w, NULL, i);
		bt_json_u64(w, NULL, hist->count[i]);
	}
	bt_json_end_array(w);
}

int bt_buckets_decode(const struct bt_json *array, struct bt_hist *hist, struct bt_err *err)
{
	const struct bt_json *bucket;
	uint64_t index, count, next = 0;

	if (!array || array->count % 2)
		return bt_err_set(err, EPROTO, "latency: buckets are no pairs");
	for (bucket = array->child; bucket; bucket = bucket->next->next) {
		if (!bt_json_as_u64(bucket, &index) || index < next || index >= BT_HIST_BUCKETS ||
		    !bt_json_as_u64(bucket->next, &count) ||
		    __builtin_add_overflow(hist->total, count, &hist->total))
			return bt_err_set(err, EPROTO,
					  "latency: a bucket or count is out of range");
		hist->count[index] = count;
		next = index + 1;
	}
	return 0;
}

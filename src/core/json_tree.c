// SPDX-License-Identifier: GPL-2.0
/* Lookups in the tree that json_read.c builds. */
#include "core/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

const struct bt_json *bt_json_get(const struct bt_json *node, const char *key)
{
	const struct bt_json *member;

	if (!node || node->type != BT_JSON_OBJECT)
		return NULL;
	for (member = node->child; member; member = member->next) {
		if (!strcmp(member->key, key))
			return member;
	}
	return NULL;
}

static const struct bt_json *get_typed(const struct bt_json *node, const char *key,
				       enum bt_json_type type)
{
	const struct bt_json *member = bt_json_get(node, key);

	return member && member->type == type ? member : NULL;
}

const struct bt_json *bt_json_get_object(const struct bt_json *node, const char *key)
{
	return get_typed(node, key, BT_JSON_OBJECT);
}

const struct bt_json *bt_json_get_array(const struct bt_json *node, const char *key)
{
	return get_typed(node, key, BT_JSON_ARRAY);
}

const char *bt_json_get_string(const struct bt_json *node, const char *key)
{
	const struct bt_json *member = get_typed(node, key, BT_JSON_STRING);

	return member ? member->string : NULL;
}

bool bt_json_as_u64(const struct bt_json *node, uint64_t *value)
{
	return node && node->type == BT_JSON_NUMBER && bt_parse_u64(node->string, value) == 0;
}

bool bt_json_get_u64(const struct bt_json *node, const char *key, uint64_t *value)
{
	return bt_json_as_u64(bt_json_get(node, key), value);
}

bool bt_json_get_i64(const struct bt_json *node, const char *key, int64_t *value)
{
	const struct bt_json *member = get_typed(node, key, BT_JSON_NUMBER);
	char *end;
	long long parsed;

	if (!member)
		return false;
	errno = 0;
	parsed = strtoll(member->string, &end, 10);
	if (errno || *end)
		return false;
	*value = parsed;
	return true;
}

bool bt_json_as_double(const struct bt_json *node, double *value)
{
	char *end;
	double parsed;

	if (!node || node->type != BT_JSON_NUMBER)
		return false;
	parsed = strtod(node->string, &end);
	if (*end || !isfinite(parsed))
		return false;
	*value = parsed;
	return true;
}

bool bt_json_get_double(const struct bt_json *node, const char *key, double *value)
{
	return bt_json_as_double(bt_json_get(node, key), value);
}

bool bt_json_get_bool(const struct bt_json *node, const char *key, bool *value)
{
	const struct bt_json *member = get_typed(node, key, BT_JSON_BOOL);

	if (member)
		*value = member->boolean;
	return member;
}

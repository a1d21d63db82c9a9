// SPDX-License-Identifier: GPL-2.0
/* An input is a text that may be JSON: parsed, written and parsed again it stays what it was. */
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX (64u * 1024)

static unsigned count_nodes(const struct bt_json *node)
{
	unsigned count = 1, children = 0;

	for (const struct bt_json *child = node->child; child; child = child->next) {
		fuzz_must((node->type == BT_JSON_OBJECT) == (child->key != NULL), "a lost key");
		count += count_nodes(child);
		children++;
	}
	fuzz_must(children == node->count, "%u children are counted as %u", children, node->count);
	fuzz_must((node->string != NULL) ==
			  (node->type == BT_JSON_STRING || node->type == BT_JSON_NUMBER),
		  "a lost string");
	return count;
}

static void write_again(const struct bt_json *root)
{
	struct fuzz_document first, second;
	const struct bt_json *again;

	fuzz_document_begin(&first);
	fuzz_document_begin(&second);
	bt_json_node(first.writer, NULL, root);
	again = fuzz_document_parse(&first);
	fuzz_must(count_nodes(again) == count_nodes(root), "a node was lost");
	bt_json_node(second.writer, NULL, again);
	fuzz_must_equal(&first, &second, "a text");
	fuzz_document_end(&second);
	fuzz_document_end(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_json_reader *reader = bt_json_reader_create(TEXT_MAX);
	const char *text = (const char *)data;
	struct bt_err err = { 0 };
	const struct bt_json *root = bt_json_parse(reader, text, size, &err);

	if (root)
		write_again(root);
	else
		fuzz_must_say(&err);
	/* A number that is all could go on. */
	fuzz_must(!root || root->type == BT_JSON_NUMBER || bt_json_parse_begin(reader, text, size),
		  "a whole text is no beginning of one");
	for (size_t part = 0; part < size; part += 1 + size / 8) {
		root = bt_json_parse_begin(reader, text, part);
		if (root)
			count_nodes(root);
	}
	bt_json_reader_free(reader);
	return 0;
}

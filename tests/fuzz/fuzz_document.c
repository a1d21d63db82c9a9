// SPDX-License-Identifier: GPL-2.0
/*
 * An input is an object with any of the members machine, config, frame, event, point, options (of a
 * measurement) and measure, as recordings, snapshots and the agent protocol have them. What can be
 * decoded is written, decoded and written once more, and that is the same. Frames are of the sample
 * machine.
 */
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

#include "frame/event.h"
#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "frame/point_json.h"
#include "tests/unit/sample_frame.h"

#define CPUS 7
#define NODES 3

/* Of every kind one. */
union value {
	struct bt_machine machine;
	struct bt_config config;
	struct bt_frame *frame;
	struct bt_event event;
	struct bt_point point;
	struct bt_measure_options options;
	struct bt_measure measure;
};

static int decode_machine(const struct bt_json *node, union value *value, struct bt_err *err)
{
	return bt_machine_decode(node, &value->machine, err);
}

static void encode_machine(struct bt_json_writer *w, const union value *value)
{
	bt_machine_encode(w, NULL, &value->machine);
}

static int decode_config(const struct bt_json *node, union value *value, struct bt_err *err)
{
	return bt_config_decode(node, &value->config, err);
}

static void encode_config(struct bt_json_writer *w, const union value *value)
{
	bt_config_encode(w, NULL, &value->config);
}

static void create_frame(union value *value)
{
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));

	sample_machine(machine, CPUS, NODES);
	value->frame = bt_frame_create(machine);
	free(machine);
}

static void free_frame(union value *value)
{
	bt_frame_free(value->frame);
}

static int decode_frame(const struct bt_json *node, union value *value, struct bt_err *err)
{
	struct bt_frame_totals totals;
	int code = bt_frame_decode(node, value->frame, err);

	bt_frame_totals(value->frame, &totals);
	fuzz_must(totals.applied <= totals.online && totals.online <= CPUS, "more CPUs than all");
	return code;
}

static void encode_frame(struct bt_json_writer *w, const union value *value)
{
	bt_frame_encode(w, NULL, value->frame);
}

static int decode_event(const struct bt_json *node, union value *value, struct bt_err *err)
{
	return bt_event_decode(node, &value->event, err);
}

static void encode_event(struct bt_json_writer *w, const union value *value)
{
	bt_event_encode(w, NULL, &value->event);
}

static int decode_point(const struct bt_json *node, union value *value, struct bt_err *err)
{
	return bt_point_decode(node, &value->point, err);
}

static void encode_point(struct bt_json_writer *w, const union value *value)
{
	bt_point_encode(w, NULL, &value->point);
}

static int decode_options(const struct bt_json *node, union value *value, struct bt_err *err)
{
	int code = bt_measure_options_decode(node, &value->options, err);
	struct bt_err why = { 0 };

	if (!code && bt_measure_check(&value->options, &why))
		fuzz_must_say(&why);
	return code;
}

static void encode_options(struct bt_json_writer *w, const union value *value)
{
	bt_json_object(w, NULL);
	bt_measure_options_encode(w, &value->options);
	bt_json_end_object(w);
}

static int decode_measure(const struct bt_json *node, union value *value, struct bt_err *err)
{
	return bt_measure_decode(node, &value->measure, err);
}

static void encode_measure(struct bt_json_writer *w, const union value *value)
{
	bt_measure_encode(w, NULL, &value->measure);
}

static const struct kind {
	const char *key;
	int (*decode)(const struct bt_json *node, union value *value, struct bt_err *err);
	void (*encode)(struct bt_json_writer *w, const union value *value);
	void (*create)(union value *value), (*free)(union value *value); /* or NULL */
} kinds[] = {
	{ "machine", decode_machine, encode_machine, NULL, NULL },
	{ "config", decode_config, encode_config, NULL, NULL },
	{ "frame", decode_frame, encode_frame, create_frame, free_frame },
	{ "event", decode_event, encode_event, NULL, NULL },
	{ "point", decode_point, encode_point, NULL, NULL },
	{ "options", decode_options, encode_options, NULL, NULL },
	{ "measure", decode_measure, encode_measure, NULL, NULL },
};

static void write_again(const struct kind *kind, const union value *value, union value *other)
{
	struct fuzz_document first, second;
	struct bt_err err = { 0 };

	fuzz_document_begin(&first);
	fuzz_document_begin(&second);
	kind->encode(first.writer, value);
	if (kind->decode(fuzz_document_parse(&first), other, &err))
		fuzz_must(false, "%s: what was written is refused: %s", kind->key, err.text);
	kind->encode(second.writer, other);
	fuzz_must_equal(&first, &second, kind->key);
	fuzz_document_end(&second);
	fuzz_document_end(&first);
}

static void try_kind(const struct kind *kind, const struct bt_json *node)
{
	union value *values = bt_xcalloc(2, sizeof(*values));
	struct bt_err err = { 0 };

	for (unsigned i = 0; i < 2 && kind->create; i++)
		kind->create(&values[i]);
	if (kind->decode(node, &values[0], &err))
		fuzz_must_say(&err);
	else
		write_again(kind, &values[0], &values[1]);
	for (unsigned i = 0; i < 2 && kind->free; i++)
		kind->free(&values[i]);
	free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bt_json_reader *reader = bt_json_reader_create(BT_FRAME_LINE_MAX);
	struct bt_err err = { 0 };
	const struct bt_json *root = bt_json_parse(reader, (const char *)data, size, &err);

	if (!root)
		fuzz_must_say(&err);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(kinds); i++) {
		const struct bt_json *node = bt_json_get(root, kinds[i].key);

		if (node)
			try_kind(&kinds[i], node);
	}
	bt_json_reader_free(reader);
	return 0;
}

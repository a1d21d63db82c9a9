// SPDX-License-Identifier: GPL-2.0
/* Pictures of maps of free pages, and the documents they come from: numbers calculated by hand. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "bench/freemap_document.h"
#include "bench/plot_freemap.h"
#include "frame/frame_json.h"
#include "tests/unit/directory.h"
#include "tests/unit/sample_frame.h"

/* ---- pictures ------------------------------------------------------------------------------- */

static struct bt_frame_freemap *new_map(void)
{
	static const struct bt_freemap_look looks[] = {
		{ 512, 512 }, { 256, 512 }, { 0, 512 }, { 1, 512 }, { 512, 512 },
	};
	struct bt_frame_freemap *map = bt_freemap_create();

	map->state = BT_DETAIL_KNOWN;
	map->huge_pages = 512;
	map->sampled_one_in = 1;
	bt_freemap_fill(map, looks, BT_ARRAY_SIZE(looks));
	return map;
}

static char *program_of(const struct bt_plot_maps *plot)
{
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	if (bt_plot_maps_program(plot, &program, &size, &err))
		fail_msg("%s", err.text);
	assert_int_equal(strlen(program), size);
	return program;
}

static void assert_has(const char *program, const char *part)
{
	if (!strstr(program, part))
		fail_msg("'%s' is not in:\n%s", part, program);
}

/* Five frames in rows of four: 8 MiB a row, 16 MiB in all; 512 of them free besides 257 pages. */
static void fields_by_address(void **state)
{
	struct bt_frame_freemap *map = new_map();
	const struct bt_plot_map panels[] = { { map, "before" }, { map, "it's after" } };
	struct bt_plot_maps plot = { .maps = panels, .count = 2, .title = "title", .fact = "fact",
				     .warning = "EMULATED" };
	char *program = program_of(&plot);

	(void)state;
	assert_has(program, "\n$map << EOD\n0 0 100\n1 0 50\n2 0 0\n3 0 0.1953\n0 1 100\nEOD\n");
	assert_has(program, "\nset xrange [0:8]\nset yrange [16:0]\n");
	assert_has(program, "memory within a row, MiB");
	assert_has(program, "\nx(n) = n * 2\ny(n) = n * 8\n");
	assert_has(program, "2 of 5 frames of 2 MiB are free as a whole (40.0 %), 1.00 MiB more in "
			    "the others'");
	assert_has(program, "'before'");
	assert_has(program, "'it\u2019s after'");
	assert_has(program, "'title'");
	assert_has(program, "'fact'");
	assert_has(program, "'EMULATED'");
	free(program);
	/* One in eight: as much address space, and nobody takes the numbers for those of all. */
	map->sampled_one_in = 8;
	map->free_frames = BT_UNKNOWN;
	program = program_of(&plot);
	assert_has(program, "\nset xrange [0:64]\nset yrange [128:0]\n");
	assert_has(program, "'? of 5 frames of 2 MiB are free as a whole; one frame of 8 was looked at'");
	free(program);
	bt_freemap_free(map);
}

static void a_map_of_nothing(void **state)
{
	struct bt_frame_freemap *map = bt_freemap_create();
	const struct bt_plot_map panel = { map, "empty" };
	const struct bt_plot_maps plot = { .maps = &panel, .count = 1, .title = "" };
	struct bt_err err = { 0 };
	char *program;
	size_t size;

	(void)state;
	assert_int_equal(bt_plot_maps_program(&plot, &program, &size, &err), -ENODATA);
	assert_non_null(strstr(err.text, "empty"));
	bt_freemap_free(map);
}

/* ---- documents ------------------------------------------------------------------------------ */

struct kit {
	struct bt_machine machine;
	struct bt_frame *frame;
	struct bt_freemap_document document;
	struct bt_err err;
};

static struct kit *new_kit(void)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));

	sample_machine(&kit->machine, 8, 1);
	kit->frame = bt_frame_create(&kit->machine);
	sample_frame(kit->frame, 0, 0);
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_freemap_document_free(&kit->document);
	bt_frame_free(kit->frame);
	free(kit);
}

static void put(struct bt_json_writer *w, const char *mode)
{
	FILE *file = fopen(in_directory("document"), mode);
	size_t size;
	const char *text = bt_json_writer_text(w, &size);

	assert_non_null(text);
	assert_int_equal(fwrite(text, 1, size, file), size);
	fputc('\n', file);
	fclose(file);
	bt_json_writer_free(w);
}

static struct bt_json_writer *begin(const char *schema)
{
	struct bt_json_writer *w = bt_json_writer_create(false);

	bt_json_object(w, NULL);
	if (!schema)
		return w;
	bt_json_object(w, "schema");
	bt_json_string(w, "name", schema);
	bt_json_u64(w, "version", 1);
	bt_json_end_object(w);
	return w;
}

static void write_snapshot(struct kit *kit)
{
	struct bt_json_writer *w = begin("buddytop-snapshot");

	bt_machine_encode(w, "machine", &kit->machine);
	bt_frame_encode(w, "frame", kit->frame);
	bt_json_end_object(w);
	put(w, "w");
}

static void write_greeting(struct kit *kit)
{
	struct bt_json_writer *w = begin("buddytop-recording");

	bt_json_object(w, "hello");
	bt_machine_encode(w, "machine", &kit->machine);
	bt_json_end_object(w);
	bt_json_end_object(w);
	put(w, "w");
}

static void write_frame(struct kit *kit)
{
	struct bt_json_writer *w = begin(NULL);

	bt_frame_encode(w, "frame", kit->frame);
	bt_json_end_object(w);
	put(w, "a");
}

static int read_document(struct kit *kit)
{
	bt_freemap_document_free(&kit->document);
	return bt_freemap_document_read(&kit->document, in_directory("document"), &kit->err);
}

static void a_snapshot(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	write_snapshot(kit);
	assert_int_equal(read_document(kit), 0);
	assert_string_equal(kit->document.machine.host, kit->machine.host);
	assert_int_equal(kit->document.utc_ns, kit->frame->utc_ns);
	assert_int_equal(kit->document.map->frames, 5);
	assert_int_equal(kit->document.map->cells[0], 1024);
	kit->frame->free_map.state = BT_DETAIL_NEEDS_ROOT;
	write_snapshot(kit);
	assert_int_equal(read_document(kit), -ENODATA);
	assert_non_null(strstr(kit->err.text, "needed root"));
	kit->frame->free_map.state = BT_DETAIL_NONE;
	write_snapshot(kit);
	assert_int_equal(read_document(kit), -ENODATA);
	assert_non_null(strstr(kit->err.text, "no map of free pages is in it"));
	free_kit(kit);
}

/* The last frame that has a map, though more without one follow. */
static void a_recording(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	write_greeting(kit);
	for (unsigned i = 0; i < 4; i++) {
		kit->frame->mono_ns += BT_NS_PER_S;
		kit->frame->utc_ns += BT_NS_PER_S;
		kit->frame->free_map.cells[1] = 100 + i;
		kit->frame->free_map.state = i < 2 ? BT_DETAIL_KNOWN : BT_DETAIL_NONE;
		write_frame(kit);
	}
	assert_int_equal(read_document(kit), 0);
	assert_int_equal(kit->document.map->cells[1], 101);
	assert_int_equal(kit->document.utc_ns, kit->frame->utc_ns - 2 * BT_NS_PER_S);
	write_greeting(kit);
	write_frame(kit);
	assert_int_equal(read_document(kit), -ENODATA);
	free_kit(kit);
}

static void other_files(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	assert_int_equal(bt_write_file(in_directory("document"), "{}\n", 3, 0600, NULL), 0);
	assert_int_equal(read_document(kit), -EPROTO);
	assert_non_null(strstr(kit->err.text, "neither a snapshot nor a recording"));
	remove(in_directory("document"));
	assert_int_equal(read_document(kit), -ENOENT);
	free_kit(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_by_address),
		cmocka_unit_test(a_map_of_nothing),
		cmocka_unit_test(a_snapshot),
		cmocka_unit_test(a_recording),
		cmocka_unit_test(other_files),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

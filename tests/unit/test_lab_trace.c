// SPDX-License-Identifier: GPL-2.0
/*
 * The device's own times, out of lines that QEMU 7.2.22 wrote with -msg timestamp=on while a guest
 * was shrunk and grown, once by virtio-balloon and once by virtio-mem.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <math.h>

#include "core/util.h"
#include "lab/bench.h"
#include "tests/unit/tree.h"

static const char balloon[] =
	"7958@1795913371.071160:virtio_balloon_get_config num_pages: 0 actual: 0\n"
	"7915@1795913389.132403:virtio_balloon_to_target balloon target: 0x18000000 num_pages: 163840\n"
	"7958@1795913389.133323:virtio_balloon_get_config num_pages: 163840 actual: 0\n"
	"7958@1795913389.155743:virtio_balloon_set_config actual: 256 oldactual: 0\n"
	"qemu-system-x86_64: warning: something else\n"
	"7958@1795913413.380454:virtio_balloon_get_config num_pages: 163840 actual: 163584\n"
	"7958@1795913413.416258:virtio_balloon_set_config actual: 163840 oldactual: 163584\n"
	"7915@1795913414.383487:virtio_balloon_to_target balloon target: 0x40000000 num_pages: 0\n"
	"7958@1795913414.384436:virtio_balloon_get_config num_pages: 0 actual: 163840\n"
	"7958@1795913416.282554:virtio_balloon_get_config num_pages: 0 actual: 256\n"
	"7958@1795913416.283269:virtio_balloon_set_config actual: 0 oldactual: 256\n";

static const char memory_device[] =
	"12955@1795913481.314286:virtio_mem_send_response type=0\n"
	"12955@1795913494.926603:virtio_mem_unplug_request addr=0x120000000 nb_blocks=64\n"
	"12955@1795913494.927775:virtio_mem_send_response type=0\n"
	"12955@1795913497.610391:virtio_mem_unplug_request addr=0x100000000 nb_blocks=64\n"
	"12955@1795913497.611316:virtio_mem_send_response type=0\n"
	"12931@1795913498.670156:virtio_mem_resized_usable_region "
	"old_size=0x28000000new_size=0x28000000\n"
	"12955@1795913498.673365:virtio_mem_plug_request addr=0x100000000 nb_blocks=64\n"
	"12955@1795913498.711751:virtio_mem_send_response type=0\n";

/* The run began at UTC 1795913305 s, 5 s of our clock. */
#define OFFSET_NS 1795913300000000000
#define BEGIN_NS 5000000000ull
#define AT(seconds) (((seconds) - 1795913305.0) * 1e9)

static struct bt_lab *lab_of(void)
{
	struct bt_lab *lab = calloc(1, sizeof(*lab));

	lab->run = bt_lab_run_create(BT_LAB_INFLATE, "base-manual");
	lab->begin_ns = BEGIN_NS;
	lab->utc_offset_ns = OFFSET_NS;
	return lab;
}

static void lab_free(struct bt_lab *lab)
{
	bt_lab_run_free(lab->run);
	free(lab);
}

static void take(struct bt_lab *lab, const char *text)
{
	struct bt_err err;

	tree_put("/trace.log", text);
	assert_int_equal(bt_lab_take_trace(lab, tree_path("/trace.log"), 0, &err), 0);
}

static void check_value(const struct bt_lab *lab, const char *key, unsigned index, double wanted)
{
	const struct bt_lab_metric *metric = bt_lab_run_metric(lab->run, key);

	assert_non_null(metric);
	assert_true(index < metric->count);
	if (isnan(wanted))
		assert_true(isnan(metric->values[index]));
	else
		assert_true(metric->values[index] == wanted);
}

/* From the request, which QEMU notes, to what the guest told last: by the times of the lines. */
static void a_balloons_times_are_taken(void **state)
{
	struct bt_lab *lab = lab_of();

	(void)state;
	bt_lab_run_mark(lab->run, "shrink", AT(1795913389.132), AT(1795913413.4163));
	bt_lab_run_mark(lab->run, "grow", AT(1795913414.383), AT(1795913416.2833));
	take(lab, balloon);
	check_value(lab, "shrink_device_ns", 0, 24283855000.0);
	check_value(lab, "grow_device_ns", 0, 1899782000.0);
	lab_free(lab);
}

static void virtio_mems_times_are_taken(void **state)
{
	struct bt_lab *lab = lab_of();

	(void)state;
	bt_lab_run_mark(lab->run, "shrink", AT(1795913494.866), AT(1795913497.612));
	bt_lab_run_mark(lab->run, "grow", AT(1795913498.670), AT(1795913498.731));
	take(lab, memory_device);
	check_value(lab, "shrink_device_ns", 0, 2684713000.0);
	check_value(lab, "grow_device_ns", 0, 41595000.0);
	lab_free(lab);
}

/* A ms more on either side, for a clock that is read twice; but no more. */
static void there_is_some_slack(void **state)
{
	struct bt_lab *lab = lab_of();

	(void)state;
	bt_lab_run_mark(lab->run, "shrink", AT(1795913494.9275), AT(1795913497.6105));
	bt_lab_run_mark(lab->run, "shrink", AT(1795913494.928), AT(1795913497.609));
	take(lab, memory_device);
	check_value(lab, "shrink_device_ns", 0, 2684713000.0);
	/* From 494.927775 on; its last is the request at 497.610391, out of reach by 391 us. */
	check_value(lab, "shrink_device_ns", 1, NAN);
	lab_free(lab);
}

static void what_was_no_resize_of_it_has_none(void **state)
{
	struct bt_lab *lab = lab_of();

	(void)state;
	/* Another guest's; one that never ended; another kind. */
	bt_lab_run_mark(lab->run, "shrink", AT(1795913389.132), AT(1795913413.4163))->vm = 1;
	bt_lab_run_mark(lab->run, "shrink", AT(1795913389.132), NAN);
	bt_lab_run_mark(lab->run, "fill", AT(1795913389.132), AT(1795913413.4163));
	take(lab, balloon);
	assert_null(bt_lab_run_metric(lab->run, "shrink_device_ns"));
	assert_null(bt_lab_run_metric(lab->run, "fill_device_ns"));
	/* Without an event, and with a single one, a time is not known. */
	bt_lab_run_mark(lab->run, "grow", AT(1795913420.0), AT(1795913421.0));
	bt_lab_run_mark(lab->run, "grow", AT(1795913371.0), AT(1795913372.0));
	take(lab, balloon);
	check_value(lab, "grow_device_ns", 0, NAN);
	check_value(lab, "grow_device_ns", 1, NAN);
	take(lab, "");
	check_value(lab, "grow_device_ns", 3, NAN);
	lab_free(lab);
}

static void a_log_that_is_not_there_is_told(void **state)
{
	struct bt_lab *lab = lab_of();
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_lab_take_trace(lab, in_directory("none.log"), 0, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/none.log"));
	lab_free(lab);
}

/*
 * As hyperalloc-qemu prints them (hw/virtio/virtio-llfree-balloon.c at ab72a8a: info_report() with
 * "llfree_balloon_start %lu ns", "update balloon size %ld->%ld: %ld", "llfree_balloon_end %lu ns"),
 * between what a guest says. A second end: it tries again when the page cache has shrunk. A second
 * begin: the same size is asked for again meanwhile.
 */
static const char llfree[] =
	"[    0.512345] Linux version 6.1.0\n"
	"qemu-system-x86_64: info: llfree_balloon_start 6000000100 ns\n"
	"qemu-system-x86_64: info: update balloon size 0->384: 384\n"
	"qemu-system-x86_64: info: llfree_balloon_end 6054000600 ns\n"
	"[    9.1] a line of the guest's\n"
	"qemu-system-x86_64: info: llfree_balloon_start 6500000000 ns\n"
	"qemu-system-x86_64: info: update balloon size 380->384: 4\n"
	"2026-11-29T00:49:31.071160Z qemu-system-x86_64: info: llfree_balloon_end 7000000000 ns\n"
	"qemu-system-x86_64: info: llfree_balloon_start 8000000000 ns\n"
	"qemu-system-x86_64: info: update balloon size 384->0: -384\n"
	"qemu-system-x86_64: info: llfree_balloon_end 8002340000 ns\n";

static int take_markers(struct bt_lab *lab, const char *text)
{
	struct bt_err err;

	tree_put("/console.log", text);
	return bt_lab_take_markers(lab, tree_path("/console.log"), 0, &err);
}

/* Times of the run count from 5 s on. */
static void llfrees_own_times_are_taken(void **state)
{
	struct bt_lab *lab = lab_of();
	struct bt_err err;

	(void)state;
	bt_lab_run_mark(lab->run, "shrink", 1e9, 2e9);
	bt_lab_run_mark(lab->run, "grow", 3e9, 3.01e9);
	bt_lab_run_mark(lab->run, "grow", 4e9, 4.01e9);
	bt_lab_run_mark(lab->run, "grow", 3e9, 3.01e9)->vm = 1;
	assert_int_equal(take_markers(lab, "[    9.1] a line of the guest's\n"), 0);
	assert_null(bt_lab_run_metric(lab->run, "shrink_device_ns"));
	assert_int_equal(take_markers(lab, llfree), 1);
	check_value(lab, "shrink_device_ns", 0, 999999900.0);
	check_value(lab, "grow_device_ns", 0, 2340000.0);
	check_value(lab, "grow_device_ns", 1, NAN);
	assert_int_equal(bt_lab_run_metric(lab->run, "grow_device_ns")->count, 2);
	assert_int_equal(bt_lab_take_markers(lab, in_directory("none.log"), 0, &err), -ENOENT);
	lab_free(lab);
}

/* Words by hyperalloc-bench's inflate/bench.py: the number is the last but one. */
static void markers_are_read_or_left(void **state)
{
	static const struct {
		const char *line;
		bool end;
		uint64_t ns;	/* 0: it is none */
	} cases[] = {
		{ "qemu: info: llfree_balloon_start 1 ns\n", false, 1 },
		{ "qemu: info: llfree_balloon_end 9999999999999999999 ns\n", true,
		  9999999999999999999ull },
		{ "qemu: info: virtio_balloon_start 12 ns", false, 12 },
		{ "[  1.0] qemu: info: virtio_balloon_end 13 ns\n", true, 13 },
		{ "qemu: info: virtio_mem_config at 14 ns\n", false, 14 },
		{ "qemu: info: virtio_mem_end 15 ns\n", true, 15 },
		{ "qemu: info: virtio_mem_config 14 ns\n", false, 0 },
		{ "llfree_balloon_start 1 ns\n", false, 0 },
		{ "qemu: info: llfree_balloon_start -1 ns\n", false, 0 },
		{ "qemu: info: llfree_balloon_start 1 s\n", false, 0 },
		{ "qemu: info: llfree_balloon_start 1", false, 0 },
		{ "qemu: info: llfree_balloon_start \n", false, 0 },
		{ "qemu: info: llfree_balloon_start 99999999999999999999 ns\n", false, 0 },
		{ "", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		uint64_t ns = 0;
		bool end = false;

		assert_int_equal(bt_lab_marker_line(cases[i].line, &end, &ns), cases[i].ns != 0);
		assert_int_equal(ns, cases[i].ns);
		assert_int_equal(end, cases[i].end);
	}
}

static void lines_are_read_or_left(void **state)
{
	static const char *const others[] = {
		"", "\n", "virtio_balloon_get_config num_pages: 0 actual: 0\n",
		"7958@1795913371.071160:memory_region_ops_read cpu 0\n",
		"7958@1795913371.071160 virtio_mem_send_response type=0\n",
		"7958@1795913371.07116:virtio_mem_send_response type=0\n",
		"7958@1795913371.-71160:virtio_mem_send_response type=0\n",
		"7958@-795913371.071160:virtio_mem_send_response type=0\n",
		"7958@99999999999.071160:virtio_mem_send_response type=0\n",
		"7958@9999999999.071160:virtio_mem_send_response type=0\n",
		"@1795913371.071160:virtio_mem_send_response type=0\n",
		"7958@1795913371.071160:", "7958@1795913371.071160", "7958@1795913371.", "7958@",
		"2026-11-29T00:49:31.071160Z qemu-system-x86_64: warning: x\n",
	};
	int64_t utc_ns = -1;

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(others); i++)
		assert_false(bt_lab_trace_line(others[i], &utc_ns));
	assert_int_equal(utc_ns, -1);
	assert_true(bt_lab_trace_line("7958@1795913371.071160:virtio_balloon_get_config n\n",
				      &utc_ns));
	assert_int_equal(utc_ns, 1795913371071160000);
	assert_true(bt_lab_trace_line("1@0.000001:virtio_mem_unplugged_all \n", &utc_ns));
	assert_int_equal(utc_ns, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_balloons_times_are_taken),
		cmocka_unit_test(virtio_mems_times_are_taken),
		cmocka_unit_test(there_is_some_slack),
		cmocka_unit_test(what_was_no_resize_of_it_has_none),
		cmocka_unit_test(a_log_that_is_not_there_is_told),
		cmocka_unit_test(llfrees_own_times_are_taken),
		cmocka_unit_test(markers_are_read_or_left),
		cmocka_unit_test(lines_are_read_or_left),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

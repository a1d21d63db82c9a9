// SPDX-License-Identifier: GPL-2.0
/*
 * The map of free pages, from a file of page flags that is made up: bits as the kernel's
 * Documentation/admin-guide/mm/pagemap.rst numbers them, counts by hand.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "system/freemap.h"
#include "system/system.h"

#include "tests/unit/directory.h"

#define HUGE 512u
#define USED 0x2cull		/* referenced, uptodate, LRU: page cache */
#define BUDDY (1ull << 10)
#define NOPAGE (1ull << 20)
#define OFFLINE (1ull << 23)

struct kit {
	uint64_t *flags;
	unsigned frames;
	struct bt_frame_freemap *map;
};

/* A machine of so many frames, all pages in use. */
static struct kit new_kit(unsigned frames)
{
	struct kit kit = { .frames = frames, .map = bt_freemap_create() };

	kit.flags = bt_xcalloc((size_t)frames * HUGE, sizeof(*kit.flags));
	for (size_t i = 0; i < (size_t)frames * HUGE; i++)
		kit.flags[i] = USED;
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_freemap_free(kit->map);
	free(kit->flags);
}

/* count pages from the one at `page` of a frame. */
static void set(struct kit *kit, unsigned frame, unsigned page, unsigned count, uint64_t flags)
{
	for (unsigned i = 0; i < count; i++)
		kit->flags[frame * HUGE + page + i] = flags;
}

static uint64_t clock_ns, step_ns;

/* Each look at it costs. */
static uint64_t fake_now_ns(void)
{
	return clock_ns += step_ns;
}

static int read_map(struct kit *kit, const char *iomem, uint64_t limit_ns)
{
	struct bt_freemap_source from = {
		.iomem = iomem, .page_bytes = 4096, .limit_ns = limit_ns, .now_ns = fake_now_ns,
	};
	int code;

	assert_int_equal(bt_write_file(in_directory("flags"), (const char *)kit->flags,
				       (size_t)kit->frames * HUGE * 8, 0600, NULL), 0);
	from.flags = open(in_directory("flags"), O_RDONLY | O_CLOEXEC);
	assert_true(from.flags >= 0);
	code = bt_freemap_read(&from, kit->map);
	close(from.flags);
	return code;
}

static void assert_counts(const struct kit *kit, uint64_t frames, uint64_t free_frames,
			  uint64_t free_pages, uint64_t pages)
{
	assert_int_equal(kit->map->frames, frames);
	assert_int_equal(kit->map->free_frames, free_frames);
	assert_int_equal(kit->map->free_pages, free_pages);
	assert_int_equal(kit->map->pages, pages);
}

/* ---- what is counted ------------------------------------------------------------------------ */

static void free_pages_of_each_frame(void **state)
{
	struct kit kit = new_kit(4);

	(void)state;
	step_ns = 0;
	set(&kit, 1, 0, 512, BUDDY);
	set(&kit, 2, 100, 1, BUDDY);
	set(&kit, 3, 1, 511, BUDDY | 1ull << 16);	/* any other bit besides */
	assert_int_equal(read_map(&kit, NULL, BT_NS_PER_S), 0);
	assert_int_equal(kit.map->huge_pages, 512);
	assert_int_equal(kit.map->sampled_one_in, 1);
	assert_int_equal(kit.map->cell_frames, 1);
	assert_int_equal(kit.map->first_frame, 0);
	assert_int_equal(kit.map->end_frame, 4);
	assert_counts(&kit, 4, 1, 512 + 1 + 511, 4 * 512);
	assert_int_equal(kit.map->count, 4);
	assert_int_equal(kit.map->cells[0], 0);
	assert_int_equal(kit.map->cells[1], 512);
	assert_int_equal(kit.map->cells[2], 1);
	assert_int_equal(kit.map->cells[3], 511);
	assert_int_equal(kit.map->classes[0], 1);
	assert_int_equal(kit.map->classes[1], 1);
	assert_int_equal(kit.map->classes[16], 1);
	assert_int_equal(kit.map->classes[17], 1);
	assert_true(fabs(bt_freemap_free_share(kit.map) - 0.25) < 1e-12);
	assert_true(fabs(bt_freemap_ratio(kit.map, 1, 3) - 513 / 1024.0) < 1e-12);
	free_kit(&kit);
}

/* Holes are left out; what a balloon holds is no memory, and a frame with it is not free. */
static void holes_and_balloons(void **state)
{
	struct kit kit = new_kit(6);

	(void)state;
	step_ns = 0;
	set(&kit, 0, 0, 512, NOPAGE);
	set(&kit, 1, 0, 512, BUDDY);
	set(&kit, 2, 0, 512, NOPAGE);
	set(&kit, 3, 0, 512, OFFLINE);
	set(&kit, 4, 0, 500, BUDDY);
	set(&kit, 4, 500, 12, OFFLINE);
	set(&kit, 5, 0, 512, NOPAGE);
	assert_int_equal(read_map(&kit, NULL, BT_NS_PER_S), 0);
	assert_counts(&kit, 2, 1, 1012, 1012);
	assert_int_equal(kit.map->count, 2);
	assert_int_equal(kit.map->cells[0], 512);
	assert_int_equal(kit.map->cells[1], 500);
	assert_int_equal(kit.map->first_frame, 1);
	assert_int_equal(kit.map->end_frame, 5);
	free_kit(&kit);
}

/* A machine whose memory ends within a frame: that is never free as a whole. */
static void a_part_of_a_frame(void **state)
{
	struct kit kit = new_kit(2);

	(void)state;
	step_ns = 0;
	set(&kit, 0, 0, 512, BUDDY);
	set(&kit, 1, 0, 512, BUDDY);
	assert_int_equal(read_map(&kit, "00000000-0027ffff : System RAM\n", BT_NS_PER_S), 0);
	assert_counts(&kit, 2, 1, 512 + 128, 512 + 128);
	assert_int_equal(kit.map->cells[1], 128);
	free_kit(&kit);
}

/* Frame 0 is shared by two ranges, 2 is in none, 3 begins in the middle, 5 is beyond the file. */
static void only_where_there_is_memory(void **state)
{
	static const char iomem[] =
		"00000000-00000fff : Reserved\n"
		"00001000-0009fbff : System RAM\n"		/* pages 1 to 158 */
		"000a0000-000fffff : PCI Bus 0000:00\n"
		"  000f0000-000fffff : System ROM\n"
		"00100000-003fffff : System RAM\n"		/* 256 to 1023 */
		"  00200000-00be3fff : Kernel code\n"
		"00400000-005fffff : ACPI Tables\n"
		"00600400-006fffff : Persistent Memory\n"
		"  00700400-00807fff : System RAM (kmem)\n"	/* 1793 to 2055 */
		"00900000-009fffff : System RAM (boot alias)\n"
		"00a00000-00bfffff : System RAM\n";
	struct kit kit = new_kit(5);

	(void)state;
	step_ns = 0;
	set(&kit, 0, 0, 512, BUDDY);
	set(&kit, 1, 0, 512, BUDDY);
	set(&kit, 2, 0, 512, BUDDY);
	set(&kit, 3, 0, 512, BUDDY);
	set(&kit, 4, 0, 512, BUDDY);
	assert_int_equal(read_map(&kit, iomem, BT_NS_PER_S), 0);
	assert_int_equal(kit.map->count, 4);
	assert_int_equal(kit.map->cells[0], 158 + 256);
	assert_int_equal(kit.map->cells[1], 512);
	assert_int_equal(kit.map->cells[2], 255);
	assert_int_equal(kit.map->cells[3], 8);
	assert_counts(&kit, 4, 1, 1189, 1189);
	assert_int_equal(kit.map->first_frame, 0);
	assert_int_equal(kit.map->end_frame, 5);
	free_kit(&kit);
}

/* Who may not see addresses sees zeros: then the file says where memory ends. */
static void hidden_addresses(void **state)
{
	struct kit kit = new_kit(3);

	(void)state;
	step_ns = 0;
	assert_int_equal(read_map(&kit, "00000000-00000000 : System RAM\n"
					"  00000000-00000000 : Kernel code\n", BT_NS_PER_S), 0);
	assert_counts(&kit, 3, 0, 0, 3 * 512);
	free_kit(&kit);
}

/* ---- large machines ------------------------------------------------------------------------- */

/* Groups of four frames with 0, 100, 200 and 300 free pages: 600 together. */
static void neighbours_are_merged(void **state)
{
	struct bt_freemap_look *looks = bt_xcalloc(65537, sizeof(*looks));
	struct bt_frame_freemap *map = bt_freemap_create();

	(void)state;
	for (unsigned i = 0; i < 65537; i++)
		looks[i] = (struct bt_freemap_look){ .free = i % 4 * 100, .pages = 512 };
	map->huge_pages = 512;
	bt_freemap_fill(map, looks, 8192);
	assert_int_equal(map->cell_frames, 1);
	assert_int_equal(map->count, 8192);
	assert_int_equal(map->cells[8191], 300);
	bt_freemap_fill(map, looks, 8193);
	assert_int_equal(map->cell_frames, 2);
	assert_int_equal(map->count, 4097);
	assert_int_equal(map->cells[0], 100);
	assert_int_equal(map->cells[1], 500);
	assert_int_equal(map->cells[4096], 0);
	assert_int_equal(bt_freemap_cell_frames(map, 4095), 2);
	assert_int_equal(bt_freemap_cell_frames(map, 4096), 1);
	bt_freemap_fill(map, looks, 65537);
	assert_int_equal(map->cell_frames, 16);
	assert_int_equal(map->count, 4097);
	assert_int_equal(map->cells[4095], 4 * 600);
	assert_int_equal(map->frames, 65537);
	assert_int_equal(map->free_pages, 16384 * 600);
	assert_int_equal(map->classes[0], 16385);
	assert_int_equal(map->classes[1 + 100 / 32], 16384);
	bt_freemap_free(map);
	free(looks);
}

/*
 * 1 ms for 32 frames, and 44 ms for 4096. After 6 ms, more than an eighth, it looks like 128 ms:
 * every second frame. After 7 ms, with frame 256 next, 1920 more: 7 + 7 * 1920 / 224 = 67 ms: every
 * fourth. After 8 ms, with frame 384 next, 928 more: 8 + 8 * 928 / 256 = 37 ms, which will do.
 */
static void a_slow_machine_is_sampled(void **state)
{
	struct kit kit = new_kit(4096);

	(void)state;
	for (unsigned i = 0; i < 4096; i++)
		set(&kit, i, 0, i % 4 == 0 ? i / 4 % 512 : 512, BUDDY);
	clock_ns = 0;
	step_ns = BT_NS_PER_MS;
	assert_int_equal(read_map(&kit, NULL, 44 * BT_NS_PER_MS), 0);
	assert_int_equal(kit.map->sampled_one_in, 4);
	assert_int_equal(kit.map->frames, 1024);
	assert_int_equal(kit.map->pages, 1024 * 512);
	assert_int_equal(kit.map->free_pages, 2 * (511 * 512 / 2));
	assert_int_equal(kit.map->free_frames, 0);
	for (unsigned i = 0; i < 1024; i++)
		assert_int_equal(kit.map->cells[i], i % 512);
	assert_int_equal(kit.map->first_frame, 0);
	assert_int_equal(kit.map->end_frame, 4093);
	/* One whose clock stands still is not sampled. */
	step_ns = 0;
	assert_int_equal(read_map(&kit, NULL, 44 * BT_NS_PER_MS), 0);
	assert_int_equal(kit.map->sampled_one_in, 1);
	assert_int_equal(kit.map->frames, 4096);
	free_kit(&kit);
}

/* A clock that says that the limit is long over after 32 frames: 512 are looked at all the same. */
static void a_machine_that_crawls(void **state)
{
	struct kit kit = new_kit(1100);

	(void)state;
	clock_ns = 0;
	step_ns = BT_NS_PER_S;
	assert_int_equal(read_map(&kit, NULL, BT_NS_PER_MS), 0);
	assert_int_equal(kit.map->sampled_one_in, 2);
	assert_int_equal(kit.map->frames, 550);
	free_kit(&kit);
}

/* ---- classes -------------------------------------------------------------------------------- */

static void classes(void **state)
{
	static const struct {
		unsigned pages, class;
	} rows[] = {
		{ 0, 0 }, { 1, 1 }, { 31, 1 }, { 32, 2 }, { 63, 2 }, { 64, 3 }, { 479, 15 },
		{ 480, 16 }, { 511, 16 }, { 512, 17 },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		assert_int_equal(bt_freemap_class(512, rows[i].pages), rows[i].class);
	assert_int_equal(bt_freemap_class(32, 31), 16);	/* pages of 64 KiB */
	assert_int_equal(bt_freemap_class(32, 32), 17);
	assert_int_equal(bt_freemap_class_floor(512, 0), 0);
	assert_int_equal(bt_freemap_class_floor(512, 1), 1);
	assert_int_equal(bt_freemap_class_floor(512, 2), 32);
	assert_int_equal(bt_freemap_class_floor(512, 16), 480);
	assert_int_equal(bt_freemap_class_floor(512, 17), 512);
	for (unsigned class = 0; class < BT_FREEMAP_CLASSES; class++)
		assert_int_equal(bt_freemap_class(512, bt_freemap_class_floor(512, class)), class);
}

/* ---- of the machine ------------------------------------------------------------------------- */

static struct bt_frame *frame_of(struct bt_system *system)
{
	struct bt_machine machine = { .source = "" };
	struct bt_err err = { 0 };

	if (bt_system_machine(system, &machine, &err))
		fail_msg("%s", err.text);
	return bt_frame_create(&machine);
}

static struct bt_system *system_at(const char *root)
{
	struct bt_system *system = NULL;
	struct bt_err err = { 0 };

	if (bt_system_open(&system, root, &err))
		fail_msg("%s", err.text);
	return system;
}

static void read_frame(struct bt_system *system, struct bt_frame *frame, unsigned want, bool extra)
{
	bt_frame_clear(frame);
	frame->want = want;
	frame->extra = extra;
	bt_system_read(system, frame);
}

static void write_flags(const struct kit *kit, mode_t mode)
{
	mkdir(in_directory("proc"), 0755);
	assert_int_equal(bt_write_file(in_directory("proc/kpageflags"), (const char *)kit->flags,
				       (size_t)kit->frames * HUGE * 8, mode, NULL), 0);
}

/* In turn the last reading is repeated for a second; out of turn it is read when asked for. */
static void in_turn_and_out_of_turn(void **state)
{
	struct kit kit = new_kit(2);
	struct bt_system *system;
	struct bt_frame *frame;
	uint64_t first_ns;

	(void)state;
	set(&kit, 1, 0, 512, BUDDY);
	write_flags(&kit, 0600);
	system = system_at(directory);
	frame = frame_of(system);
	read_frame(system, frame, BT_WANT_TASKS, false);
	assert_int_equal(frame->free_map.state, BT_DETAIL_NONE);
	read_frame(system, frame, BT_WANT_FREE_MAP, false);
	assert_int_equal(frame->free_map.state, BT_DETAIL_KNOWN);
	assert_int_equal(frame->free_map.free_pages, 512);
	assert_true(frame->free_map.mono_ns >= frame->mono_ns);
	first_ns = frame->free_map.mono_ns;
	usleep(5000);
	read_frame(system, frame, BT_WANT_FREE_MAP, false);
	assert_int_equal(frame->free_map.mono_ns, first_ns);
	assert_int_equal(frame->free_map.free_pages, 512);
	for (unsigned tries = 0; tries < 1000 && frame->free_map.mono_ns == first_ns; tries++) {
		usleep(1000);
		read_frame(system, frame, BT_WANT_FREE_MAP, true);
	}
	assert_true(frame->free_map.mono_ns > first_ns);
	bt_frame_free(frame);
	bt_system_close(system);
	free_kit(&kit);
}

static void due_again(void **state)
{
	const uint64_t t = 1000 * BT_NS_PER_S, ms = BT_NS_PER_MS;
	struct bt_frame_freemap last = { .state = BT_DETAIL_NONE, .mono_ns = t };

	(void)state;
	assert_true(bt_freemap_due(&last, false, t));
	last.state = BT_DETAIL_KNOWN;
	last.read_ns = 20 * ms;	/* a tenth of the time: 200 ms, but a second is the least */
	assert_false(bt_freemap_due(&last, false, t + 800 * ms));
	assert_true(bt_freemap_due(&last, false, t + 1000 * ms));
	assert_false(bt_freemap_due(&last, true, t + 39 * ms));
	assert_true(bt_freemap_due(&last, true, t + 40 * ms));
	last.read_ns = 500 * ms;
	assert_false(bt_freemap_due(&last, false, t + 4999 * ms));
	assert_true(bt_freemap_due(&last, false, t + 5000 * ms));
	assert_true(bt_freemap_due(&last, true, t + 1000 * ms));
}

static void only_root_may_read_it(void **state)
{
	bool is_root = !geteuid();
	struct kit kit = new_kit(1);
	struct bt_system *system;
	struct bt_frame *frame;

	(void)state;
	write_flags(&kit, 0);
	chmod(directory, 0755);
	system = system_at(directory);
	frame = frame_of(system);
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	read_frame(system, frame, BT_WANT_FREE_MAP, true);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(frame->free_map.state, BT_DETAIL_NEEDS_ROOT);
	assert_int_equal(frame->free_map.frames, BT_UNKNOWN);
	assert_int_equal(frame->free_map.count, 0);
	bt_frame_free(frame);
	bt_system_close(system);
	system = system_at("/nonexistent");
	frame = frame_of(system);
	read_frame(system, frame, BT_WANT_FREE_MAP, true);
	assert_int_equal(frame->free_map.state, BT_DETAIL_NOT_IN_KERNEL);
	bt_frame_free(frame);
	bt_system_close(system);
	free_kit(&kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(free_pages_of_each_frame),
		cmocka_unit_test(holes_and_balloons),
		cmocka_unit_test(a_part_of_a_frame),
		cmocka_unit_test(only_where_there_is_memory),
		cmocka_unit_test(hidden_addresses),
		cmocka_unit_test(neighbours_are_merged),
		cmocka_unit_test(a_slow_machine_is_sampled),
		cmocka_unit_test(a_machine_that_crawls),
		cmocka_unit_test(classes),
		cmocka_unit_test(in_turn_and_out_of_turn),
		cmocka_unit_test(due_again),
		cmocka_unit_test(only_root_may_read_it),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

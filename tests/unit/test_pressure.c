// SPDX-License-Identifier: GPL-2.0
/* Stalls in a window: texts as a kernel writes them, percentages by hand. */
#include "tests/unit/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "system/pressure.h"

#define TICK BT_PRESSURE_TICK_NS
#define START (1000 * BT_NS_PER_S)

static void file_with(const char *text, char path[32])
{
	int fd;

	strcpy(path, "/tmp/bt-pressure-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(bt_write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static void reads_the_time_of_some(void **state)
{
	uint64_t stalled_us = 0;
	char path[32];
	int fd;

	(void)state;
	file_with("some avg10=0.00 avg60=1.27 avg300=0.95 total=184467440737\n"
		  "full avg10=0.00 avg60=0.50 avg300=0.31 total=5\n", path);
	fd = bt_pressure_open(path, NULL);
	assert_true(fd >= 0);
	assert_int_equal(bt_pressure_read(fd, &stalled_us), 0);
	assert_int_equal(stalled_us, 184467440737);
	close(fd);
	unlink(path);
}

/* No such file; one that is empty, of "full" alone, or something else: all say the way out. */
static void tells_a_kernel_without(void **state)
{
	static const char *const texts[] = { NULL, "", "full avg10=0.00 total=5\n",
					     "some avg10=0\n" };
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(texts); i++) {
		char path[32] = "/nonexistent/memory";
		struct bt_err err = { 0 };

		if (texts[i])
			file_with(texts[i], path);
		assert_int_equal(bt_pressure_open(path, &err), -EOPNOTSUPP);
		assert_non_null(strstr(err.text, path));
		assert_non_null(strstr(err.text, "CONFIG_PSI"));
		assert_non_null(strstr(err.text, "psi=1"));
		assert_non_null(strstr(err.text, "--limit-bytes"));
		if (texts[i])
			unlink(path);
	}
}

/* 10 ms of stall each 50 ms are 20 %, once a window of them was seen; at first a part of it. */
static void is_the_share_of_a_window(void **state)
{
	struct bt_pressure p = { .count = 0 };
	unsigned i, percent;

	(void)state;
	for (i = 0; i <= 40; i++) {
		percent = bt_pressure_percent(&p, START + i * TICK, 7000000 + i * 10000ull);
		assert_int_equal(percent, i < 10 ? 2 * i : 20);
	}
}

/* A burst of 300 ms is 60 % for as long as its beginning is in the window, and then forgotten. */
static void forgets(void **state)
{
	struct bt_pressure p = { .count = 0 };
	uint64_t stalled_us = 0;
	unsigned i, percent;

	(void)state;
	for (i = 0; i <= 40; i++) {
		if (i == 20)
			stalled_us += 300000;
		percent = bt_pressure_percent(&p, START + i * TICK, stalled_us);
		assert_int_equal(percent, i >= 20 && i < 30 ? 60 : 0);
	}
}

/* A watcher that did not run for 2 s: 1 s of stall since are 50 %, not 200. */
static void a_late_reading_covers_more(void **state)
{
	struct bt_pressure p = { .count = 0 };

	(void)state;
	bt_pressure_percent(&p, START, 0);
	bt_pressure_percent(&p, START + TICK, 0);
	/* The window begins with the newest reading that is old enough: 1.95 s ago. */
	assert_int_equal(bt_pressure_percent(&p, START + 40 * TICK, 975000), 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_time_of_some),
		cmocka_unit_test(tells_a_kernel_without),
		cmocka_unit_test(is_the_share_of_a_window),
		cmocka_unit_test(forgets),
		cmocka_unit_test(a_late_reading_covers_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

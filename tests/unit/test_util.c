// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util.h"

static void parses_whole_numbers(void **state)
{
	static const struct {
		const char *text;
		int code;
		uint64_t value;
	} rows[] = {
		{ "0", 0, 0 },
		{ "007", 0, 7 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ " 1", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		uint64_t value = 42;

		assert_int_equal(bt_parse_u64(rows[i].text, &value), rows[i].code);
		assert_int_equal(value, rows[i].code ? 42 : rows[i].value);
	}
}

static void parses_bytes(void **state)
{
	static const struct {
		const char *text;
		int code;
		uint64_t value;
	} rows[] = {
		{ "4096", 0, 4096 },
		{ "4096B", 0, 4096 },
		{ "1k", 0, 1024 },
		{ "64M", 0, 67108864 },
		{ "64MiB", 0, 67108864 },
		{ "64mib", 0, 67108864 },
		{ "3G", 0, 3221225472 },
		{ "2T", 0, 2199023255552 },
		{ "16777215T", 0, 18446742974197923840ull },
		{ "16777216T", -ERANGE, 0 },
		{ "64MB", -EINVAL, 0 },
		{ "64 M", -EINVAL, 0 },
		{ "M", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "-1G", -EINVAL, 0 },
		{ "1P", -EINVAL, 0 },
		{ "1\x0bM", -EINVAL, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		uint64_t value = 42;

		assert_int_equal(bt_parse_bytes(rows[i].text, &value), rows[i].code);
		assert_int_equal(value, rows[i].code ? 42 : rows[i].value);
	}
}

static void parses_times(void **state)
{
	static const struct {
		const char *text;
		int code;
		uint64_t ns;
	} rows[] = {
		{ "250", 0, 250000000 },
		{ "7ns", 0, 7 },
		{ "3us", 0, 3000 },
		{ "20ms", 0, 20000000 },
		{ "10s", 0, 10000000000ull },
		{ "2m", 0, 120000000000ull },
		{ "1h", 0, 3600000000000ull },
		{ "1d", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "ms", -EINVAL, 0 },
		{ "6000000h", -ERANGE, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		uint64_t ns = 42;

		assert_int_equal(bt_parse_time_ns(rows[i].text, BT_NS_PER_MS, &ns), rows[i].code);
		assert_int_equal(ns, rows[i].code ? 42 : rows[i].ns);
	}
}

static void writes_numbers_for_people(void **state)
{
	static const struct {
		uint64_t value;
		const char *bytes, *ns, *count;
	} rows[] = {
		{ 0, "0 B", "0 ns", "0" },
		{ 812, "812 B", "812 ns", "812" },
		{ 1000, "1000 B", "1.00 us", "1.00k" },
		{ 1024, "1.00 KiB", "1.02 us", "1.02k" },
		{ 9999, "9.76 KiB", "10.0 us", "10.0k" },
		{ 999499, "976 KiB", "999 us", "999k" },
		{ 999500, "976 KiB", "1.00 ms", "1.00M" },
		{ 1048063, "1023 KiB", "1.05 ms", "1.05M" },
		{ 1048064, "1.00 MiB", "1.05 ms", "1.05M" },
		{ 1320702444, "1.23 GiB", "1.32 s", "1.32G" },
		{ UINT64_MAX, "?", "?", "?" },
	};
	char buf[16];
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		assert_string_equal(bt_text_bytes(rows[i].value, buf, sizeof(buf)), rows[i].bytes);
		assert_string_equal(bt_text_ns(rows[i].value, buf, sizeof(buf)), rows[i].ns);
		assert_string_equal(bt_text_count((double)rows[i].value, buf, sizeof(buf)),
				    rows[i].count);
	}
	assert_string_equal(bt_text_count(0.5, buf, sizeof(buf)), "0.50");
	assert_string_equal(bt_text_count(12.34, buf, sizeof(buf)), "12.3");
	assert_string_equal(bt_text_count(NAN, buf, sizeof(buf)), "?");
	assert_string_equal(bt_text_count(-1, buf, sizeof(buf)), "?");
}

/* Both kinds of units on one number can never be taken for each other. */
static void writes_numbers_in_the_units_of_a_screen(void **state)
{
	static const struct bt_units binary = { 0 };
	static const struct bt_units other = { BT_BYTES_DECIMAL, BT_LATENCY_NS };
	static const struct {
		uint64_t value;
		const char *bytes, *narrow, *decimal, *narrow_decimal, *latency;
	} rows[] = {
		{ 0, "0 B", "0B", "0 B", "0B", "0 ns" },
		{ 999, "999 B", "999B", "999 B", "999B", "999 ns" },
		{ 1000, "1000 B", "1000B", "1.00 kB", "1.00kB", "1000 ns" },
		{ 99999, "97.7 KiB", "97.7Ki", "100 kB", "100kB", "99999 ns" },
		{ 100000, "97.7 KiB", "97.7Ki", "100 kB", "100kB", "100k ns" },
		{ 999500, "976 KiB", "976Ki", "1.00 MB", "1.00MB", "1.00M ns" },
		{ 1048064, "1.00 MiB", "1.00Mi", "1.05 MB", "1.05MB", "1.05M ns" },
		{ 1320702444, "1.23 GiB", "1.23Gi", "1.32 GB", "1.32GB", "1.32G ns" },
		{ 16000000000000000000u, "13.9 EiB", "13.9Ei", "16.0 EB", "16.0EB", "16.0E ns" },
		{ BT_UNKNOWN, "?", "?", "?", "?", "?" },
	};
	char buf[16];

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		uint64_t value = rows[i].value;

		assert_string_equal(bt_text_bytes_in(&binary, value, buf, sizeof(buf)),
				    rows[i].bytes);
		assert_string_equal(bt_text_narrow_in(&binary, value, buf, sizeof(buf)),
				    rows[i].narrow);
		assert_string_equal(bt_text_bytes_in(&other, value, buf, sizeof(buf)),
				    rows[i].decimal);
		assert_string_equal(bt_text_narrow_in(&other, value, buf, sizeof(buf)),
				    rows[i].narrow_decimal);
		assert_string_equal(bt_text_latency_in(&other, value, buf, sizeof(buf)),
				    rows[i].latency);
	}
	assert_string_equal(bt_text_latency_in(&binary, 1200, buf, sizeof(buf)), "1.20 us");
}

static void writes_utc(void **state)
{
	char buf[32];

	(void)state;
	/* date -u -d @1795238207.123 */
	bt_utc_text(1795238207123456789, buf, sizeof(buf));
	assert_string_equal(buf, "2026-11-21T05:16:47.123Z");
	bt_utc_compact(1795238207123456789, buf, sizeof(buf));
	assert_string_equal(buf, "20261121T051647Z");
	bt_utc_text(-1, buf, sizeof(buf));
	assert_string_equal(buf, "1969-12-31T23:59:59.999Z");
	bt_utc_text(1795238207123456789, buf, 25);
	assert_string_equal(buf, "2026-11-21T05:16:47.123Z");
}

static void cleans_text(void **state)
{
	static const struct {
		const char *from, *to;
	} rows[] = {
		{ "plain", "plain" },
		{ "a\x1b[31mb\n", "a?[31mb?" },
		{ "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80" },
		{ "a\xffz", "a?z" },
		{ "\xc3", "?" },			/* cut in the middle */
		{ "\xc0\x80", "??" },			/* overlong */
		{ "\xe0\x80\x80", "???" },		/* overlong */
		{ "\xf0\x80\x80\x80", "????" },	/* overlong */
		{ "\xed\xa0\x80", "???" },		/* surrogate */
		{ "\xf4\x90\x80\x80", "????" },		/* above U+10FFFF */
		{ "\xc2\x9b" "31m", "?31m" },		/* CSI as one C1 character */
	};
	char buf[32];
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		bt_copy_clean(buf, sizeof(buf), rows[i].from);
		assert_string_equal(buf, rows[i].to);
	}
	/* A character is kept whole or left out. */
	bt_copy_clean(buf, 4, "ab\xe2\x82\xac");
	assert_string_equal(buf, "ab");
}

/* Lines of files of /sys. */
static void keeps_the_chosen_word(void **state)
{
	static const struct { const char *line, *word; } rows[] = {
		{ "always [madvise] never", "madvise" },
		{ "[always] madvise never", "always" },
		{ "always defer defer+madvise madvise [never]", "never" },
		{ "performance", "" },
		{ "a [", "" },
		{ "", "" },
	};
	char line[64];

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		strcpy(line, rows[i].line);
		bt_keep_chosen(line);
		assert_string_equal(line, rows[i].word);
	}
}

static void reads_the_first_line(void **state)
{
	char path[] = "/tmp/bt-line-XXXXXX", line[8] = "before";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(bt_write_all(fd, "a\tb long\nc\n", 11), 0);
	close(fd);
	assert_true(bt_read_line(path, line, sizeof(line)));
	assert_string_equal(line, "a?b lon");
	unlink(path);
	assert_false(bt_read_line(path, line, sizeof(line)));
	assert_string_equal(line, "");
}

static char *in_directory(const char *dir, const char *name)
{
	return bt_xasprintf("%s/%s", dir, name);
}

static void writes_files_whole_or_not(void **state)
{
	char dir[] = "/tmp/bt-util-XXXXXX", *path, *deep, *text = NULL, *listing;
	struct bt_err err = { 0 };
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = in_directory(dir, "file");
	assert_int_equal(bt_write_file(path, "old", 3, 0640, &err), 0);
	assert_int_equal(bt_write_file(path, "newer", 5, 0640, &err), 0);
	assert_int_equal(bt_read_file(path, 5, &text, &err), 5);
	assert_string_equal(text, "newer");
	free(text);
	assert_int_equal(bt_read_file(path, 4, &text, &err), -EFBIG);
	assert_non_null(strstr(err.text, path));

	/* A directory in the way: the old content stays and no temporary file is left. */
	deep = in_directory(dir, "a/b/c");
	assert_int_equal(bt_make_path(deep, 0700, &err), 0);
	assert_int_equal(bt_make_path(deep, 0700, &err), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_true(bt_write_file(deep, "x", 1, 0600, &err) < 0);
	assert_non_null(strstr(err.text, deep));
	listing = bt_xasprintf("test -z \"$(find %s -name '*.tmp')\" && rm -r %s", dir, dir);
	assert_int_equal(system(listing), 0);
	assert_int_equal(bt_write_file(path, "x", 1, 0600, &err), -ENOENT);
	free(listing);
	free(deep);
	free(path);
}

/*
 * A write that fails half-way, as on a full disk: the old content stays, nothing is left beside it.
 */
static void leaves_nothing_half_written(void **state)
{
	char dir[] = "/tmp/bt-util-XXXXXX", *path, *command, *text = NULL;
	struct rlimit before, small = { .rlim_cur = 8192 };
	struct bt_err err = { 0 };
	static char large[65536];

	(void)state;
	assert_non_null(mkdtemp(dir));
	path = in_directory(dir, "file");
	assert_int_equal(bt_write_file(path, "old", 3, 0600, &err), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(bt_write_file(path, large, sizeof(large), 0600, &err), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_non_null(strstr(err.text, "File too large"));
	assert_int_equal(bt_read_file(path, 100, &text, &err), 3);
	assert_string_equal(text, "old");
	command = bt_xasprintf("test \"$(ls -A %s)\" = file && rm -r %s", dir, dir);
	assert_int_equal(system(command), 0);
	free(command);
	free(text);
	free(path);
}

/* What is no regular file is written into, a link stays one. */
static void replaces_regular_files_alone(void **state)
{
	char dir[] = "/tmp/bt-util-XXXXXX", *fifo, *link, *file, *nowhere, buf[8] = "", *text = NULL;
	struct bt_err err = { 0 };
	struct stat st;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fifo = in_directory(dir, "fifo");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDWR | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_false(bt_file_is_replaced(fifo));
	assert_int_equal(bt_file_may_be_written(fifo, &err), 0);
	assert_int_equal(bt_write_file(fifo, "text", 4, 0600, &err), 0);
	assert_int_equal(read(fd, buf, sizeof(buf)), 4);
	assert_string_equal(buf, "text");
	close(fd);
	assert_int_equal(stat(fifo, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));

	file = in_directory(dir, "file");
	link = in_directory(dir, "link");
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(bt_write_file(file, "old", 3, 0600, &err), 0);
	assert_true(bt_file_is_replaced(link));
	assert_int_equal(bt_write_file(link, "new", 3, 0600, &err), 0);
	assert_int_equal(lstat(link, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(bt_read_file(file, 3, &text, &err), 3);
	assert_string_equal(text, "new");

	nowhere = in_directory(dir, "none/file");
	assert_int_equal(bt_file_may_be_written(file, &err), 0);
	assert_int_equal(bt_file_may_be_written(dir, &err), -EISDIR);
	assert_int_equal(bt_file_may_be_written(nowhere, &err), -ENOENT);
	assert_non_null(strstr(err.text, nowhere));
	unlink(fifo);
	unlink(link);
	unlink(file);
	rmdir(dir);
	free(text);
	free(nowhere);
	free(link);
	free(file);
	free(fifo);
}

static void names_the_cause(void **state)
{
	struct bt_err err = { 0 };
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(bt_write_all(fileno(full), "x", 1), -ENOSPC);
	fclose(full);
	assert_int_equal(bt_make_path("/dev/null/x", 0700, &err), -ENOTDIR);
	assert_string_equal(err.text, "cannot make directory /dev/null/x: Not a directory");
	assert_int_equal(bt_write_file("/proc/x", "x", 1, 0600, &err), -ENOENT);
	assert_string_equal(err.text, "cannot create /proc/x: No such file or directory");
}

static void sleeps_until(void **state)
{
	uint64_t start = bt_mono_ns();

	(void)state;
	assert_true(bt_sleep_until_ns(start + 5 * BT_NS_PER_MS));
	assert_true(bt_mono_ns() >= start + 5 * BT_NS_PER_MS);
	assert_true(bt_sleep_until_ns(0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_whole_numbers),
		cmocka_unit_test(parses_bytes),
		cmocka_unit_test(parses_times),
		cmocka_unit_test(writes_numbers_for_people),
		cmocka_unit_test(writes_numbers_in_the_units_of_a_screen),
		cmocka_unit_test(writes_utc),
		cmocka_unit_test(cleans_text),
		cmocka_unit_test(keeps_the_chosen_word),
		cmocka_unit_test(reads_the_first_line),
		cmocka_unit_test(writes_files_whole_or_not),
		cmocka_unit_test(leaves_nothing_half_written),
		cmocka_unit_test(replaces_regular_files_alone),
		cmocka_unit_test(names_the_cause),
		cmocka_unit_test(sleeps_until),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* smaps: a text of the form that proc(5) describes, and what the kernel says of a mapping here. */
#include "tests/unit/test.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/util.h"
#include "system/smaps.h"

#define ONE(range, rss, anon, shmem) \
	range " rw-p 00000000 00:00 0 \nSize:               4096 kB\nRss:                " rss \
	" kB\nPss:                   9 kB\nAnonHugePages:      " anon " kB\nShmemPmdMapped:     " \
	shmem " kB\nFilePmdMapped:         0 kB\nVmFlags: rd wr mr mw me ac \n"

static struct bt_smaps parse(const char *text, uintptr_t from, uintptr_t to)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct bt_smaps smaps;

	assert_non_null(file);
	bt_smaps_parse(file, from, to, &smaps);
	fclose(file);
	return smaps;
}

static void test_sums(void **state)
{
	static const char text[] = ONE("7f0000000000-7f0000400000", "4000", "2048", "0")
				   ONE("7f0000400000-7f0000800000", "12", "0", "0")
				   ONE("7f0000800000-7f0000c00000", "7", "0", "2048");
	struct bt_smaps smaps = parse(text, 0x7f0000000000, 0x7f0000800000);

	(void)state;
	assert_int_equal(smaps.rss_bytes, 4012 * 1024);
	assert_int_equal(smaps.huge_bytes, 2048 * 1024);
	smaps = parse(text, 0x7f0000800000, 0x7f0000c00000);
	assert_int_equal(smaps.rss_bytes, 7 * 1024);
	assert_int_equal(smaps.huge_bytes, 2048 * 1024);
	/* Half of a mapping is none. */
	smaps = parse(text, 0x7f0000000000, 0x7f0000200000);
	assert_true(smaps.rss_bytes == BT_UNKNOWN && smaps.huge_bytes == BT_UNKNOWN);
}

/* Kernels without huge pages have no such lines. */
static void test_unknown(void **state)
{
	struct bt_smaps smaps = parse("1000-2000 rw-p 00000000 00:00 0 \nRss:       4 kB\n", 0x1000,
				      0x2000);

	(void)state;
	assert_int_equal(smaps.rss_bytes, 4096);
	assert_true(smaps.huge_bytes == BT_UNKNOWN);
	smaps = parse("rubbish\n\n\x01\xff-", 0, UINTPTR_MAX);
	assert_true(smaps.rss_bytes == BT_UNKNOWN);
}

/* Three pages of eight are written to: three are mapped. */
static void test_here(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *room = mmap(NULL, 10 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *at = room + page;
	struct bt_smaps smaps;

	(void)state;
	assert_true(room != MAP_FAILED);
	assert_int_equal(mprotect(at, 8 * page, PROT_READ | PROT_WRITE), 0);
	for (unsigned i = 0; i < 3; i++)
		at[i * 2 * page] = 1;
	assert_int_equal(bt_smaps_read((uintptr_t)at, (uintptr_t)at + 8 * page, &smaps, NULL), 0);
	assert_int_equal(smaps.rss_bytes, 3 * page);
	munmap(room, 10 * page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Reasons found in console logs (texts as Linux 6.1 and QEMU 7.2 print them), old logs removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/console.h"

static bool reason_of(const char *text, char *reason, size_t size)
{
	char path[] = "/tmp/bt-console-XXXXXX";
	int fd = mkstemp(path);
	bool panic;

	assert_true(fd >= 0);
	assert_int_equal(bt_write_all(fd, text, strlen(text)), 0);
	close(fd);
	panic = bt_console_reason(path, reason, size);
	unlink(path);
	return panic;
}

static void a_panic_is_the_reason(void **state)
{
	char reason[128];

	(void)state;
	assert_true(reason_of("[    1.9] Run /init as init process\r\n"
			      "[    2.004521] Kernel panic - not syncing: Attempted to kill init! "
			      "exitcode=0x00000100\r\n"
			      "[    2.004921] CPU: 0 PID: 1 Comm: init Not tainted\r\n"
			      "[    2.008332] Rebooting in 1 seconds..\r\n",
			      reason, sizeof(reason)));
	assert_string_equal(reason, "Kernel panic - not syncing: Attempted to kill init! "
				    "exitcode=0x00000100");
}

#define LINE_OF_100 "[    9.0] 456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 12345678\r\n"
#define LONG_LINES LINE_OF_100 LINE_OF_100 LINE_OF_100 LINE_OF_100 LINE_OF_100 LINE_OF_100

static void what_it_panicked_over_comes_first(void **state)
{
	char reason[256];

	(void)state;
	assert_true(reason_of("[    4.2] watchdog: BUG: soft lockup, which it lived through, and 600 bytes\r\n"
			      LONG_LINES
			      "[  145.9] buddytop: loading\r\n"
			      "[  146.155070] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI\r\n"
			      "[  146.155652] CPU: 0 UID: 0 PID: 156 Comm: buddytop-agent\r\n"
			      "[  146.160620] Oops: int3: 0000 [#2] PREEMPT SMP NOPTI\r\n"
			      "[  146.161057] Kernel panic - not syncing: Fatal exception in interrupt\r\n"
			      "[  148.108764] Shutting down cpus with NMI\r\n", reason, sizeof(reason)));
	assert_string_equal(reason, "Oops: int3: 0000 [#1] PREEMPT SMP NOPTI; "
				    "Kernel panic - not syncing: Fatal exception in interrupt");
	assert_true(reason_of("[    9.1] BUG: kernel NULL pointer dereference, address: 0000000000000008\r\n"
			      "[    9.2] Oops: 0000 [#1] PREEMPT SMP NOPTI\r\n"
			      "[    9.3] Kernel panic - not syncing: Fatal exception\r\n",
			      reason, sizeof(reason)));
	assert_string_equal(reason, "BUG: kernel NULL pointer dereference, address: 0000000000000008; "
				    "Kernel panic - not syncing: Fatal exception");
}

static void else_the_last_line(void **state)
{
	char reason[128];

	(void)state;
	assert_false(reason_of("buddytop-init: ready\r\n"
			       "qemu-system-x86_64: could not read \x1b[31m\r\n\r\n",
			       reason, sizeof(reason)));
	assert_string_equal(reason, "qemu-system-x86_64: could not read ?[31m");
	assert_false(reason_of("", reason, sizeof(reason)));
	assert_string_equal(reason, "");
	assert_false(bt_console_reason("/nonexistent/log", reason, sizeof(reason)));
	assert_string_equal(reason, "");
}

static void a_long_log_is_read_at_its_end(void **state)
{
	enum { SIZE = 300000 };
	char *text = bt_xcalloc(1, SIZE), reason[64];

	(void)state;
	memset(text, 'x', SIZE - 1);
	for (size_t i = 99; i < SIZE; i += 100)
		text[i] = '\n';
	strcpy(text + SIZE - 100, "the end\n");
	assert_false(reason_of(text, reason, sizeof(reason)));
	assert_string_equal(reason, "the end");
	free(text);
}

static int count_logs(const char *dir)
{
	DIR *entries = opendir(dir);
	struct dirent *entry;
	int count = 0;

	assert_non_null(entries);
	while ((entry = readdir(entries)))
		count += !strncmp(entry->d_name, "console-", 8);
	closedir(entries);
	return count;
}

static void old_logs_are_removed(void **state)
{
	char dir[] = "/tmp/bt-logs-XXXXXX", path[PATH_MAX], *oldest;
	struct bt_err err = { 0 };
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	for (unsigned i = 0; i < BT_CONSOLE_KEPT + 5; i++) {
		char *old = bt_xasprintf("%s/console-20200101T0000%02uZ-1.log", dir, i);

		assert_int_equal(bt_write_file(old, "x", 1, 0600, &err), 0);
		free(old);
	}
	fd = bt_console_create(dir, path, &err);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(count_logs(dir), BT_CONSOLE_KEPT);
	oldest = bt_xasprintf("%s/console-20200101T000005Z-1.log", dir);
	assert_int_not_equal(access(oldest, F_OK), 0);
	free(oldest);
	oldest = bt_xasprintf("rm -rf %s", dir);
	assert_int_equal(system(oldest), 0);
	free(oldest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_panic_is_the_reason),
		cmocka_unit_test(what_it_panicked_over_comes_first),
		cmocka_unit_test(else_the_last_line),
		cmocka_unit_test(a_long_log_is_read_at_its_end),
		cmocka_unit_test(old_logs_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The archive against the format's description (cpio(5), "New ASCII Format") byte by byte, and
 * against whichever cpio program this machine has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/cpio.h"

static void header_is_that_of_the_format(void **state)
{
	/* Inode 1, mode 0100755, owner 0:0, one link, time 0, 5 bytes, devices 0, a name of 5. */
	static const char expected[] =
		"070701" "00000001" "000081ed" "00000000" "00000000" "00000001" "00000000"
		"00000005" "00000000" "00000000" "00000000" "00000000" "00000005" "00000000"
		"init\0" "\0"		/* 110 + 5 bytes, padded to 116 */
		"hello" "\0\0\0"	/* 5 bytes, padded to 8 */
		"070701" "00000002" "00000000" "00000000" "00000000" "00000001" "00000000"
		"00000000" "00000000" "00000000" "00000000" "00000000" "0000000b" "00000000"
		"TRAILER!!!\0" "\0\0"; /* 110 + 11, padded to 124 by the literal's own end */
	struct bt_cpio cpio;
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	(void)state;
	bt_cpio_begin(&cpio, out);
	bt_cpio_file(&cpio, "init", 0755, "hello", 5);
	assert_int_equal(bt_cpio_end(&cpio), 0);
	fclose(out);
	assert_int_equal(size, 116 + 8 + 124);
	assert_int_equal(size, sizeof(expected));
	assert_memory_equal(data, expected, size);
	free(data);
}

static void write_error_is_reported(void **state)
{
	FILE *out = fopen("/dev/full", "w");
	struct bt_cpio cpio;

	(void)state;
	assert_non_null(out);
	bt_cpio_begin(&cpio, out);
	bt_cpio_file(&cpio, "init", 0755, "hello", 5);
	assert_int_equal(bt_cpio_end(&cpio), -ENOSPC);
	fclose(out);
}

static void missing_file_is_named(void **state)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);
	struct bt_cpio cpio;
	struct bt_err err = { 0 };

	(void)state;
	bt_cpio_begin(&cpio, out);
	assert_int_equal(bt_cpio_copy(&cpio, "bin/x", 0644, "/nonexistent/x", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/x"));
	fclose(out);
	free(data);
}

static const char *system_cpio(void)
{
	if (!system("cpio --version >/dev/null 2>&1"))
		return "cpio";
	if (!system("busybox cpio --help >/dev/null 2>&1"))
		return "busybox cpio";
	return NULL;
}

/* An archive with directories above a copied file, in FILE of the directory. */
static void write_sample(const char *dir)
{
	char *archive = bt_xasprintf("%s/archive", dir), *source = bt_xasprintf("%s/source", dir);
	FILE *out = fopen(archive, "w");
	struct bt_cpio cpio;
	struct bt_err err = { 0 };

	assert_non_null(out);
	assert_int_equal(bt_write_file(source, "three\0bytes\n", 12, 0600, &err), 0);
	bt_cpio_begin(&cpio, out);
	bt_cpio_directory(&cpio, "proc");
	bt_cpio_file(&cpio, "init", 0755, "#!", 2);
	assert_int_equal(bt_cpio_copy(&cpio, "usr/sbin/tool", 0755, source, &err), 0);
	assert_int_equal(bt_cpio_end(&cpio), 0);
	fclose(out);
	free(archive);
	free(source);
}

static void the_systems_cpio_agrees(void **state)
{
	static const char expected[] = "proc\ninit\nusr\nusr/sbin\nusr/sbin/tool\n";
	char dir[] = "/tmp/bt-cpio-XXXXXX", listing[256] = "";
	const char *cpio = system_cpio();
	char *command;
	FILE *pipe;

	(void)state;
	if (!cpio) {
		print_message("neither cpio nor busybox is installed\n");
		skip();
	}
	assert_non_null(mkdtemp(dir));
	write_sample(dir);
	command = bt_xasprintf("cd %s && %s -t <archive 2>/dev/null && mkdir out && cd out && "
			       "%s -i <../archive 2>/dev/null && cmp usr/sbin/tool ../source && "
			       "test -d proc && test -x init && test -x usr/sbin/tool && echo same",
			       dir, cpio, cpio);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	listing[fread(listing, 1, sizeof(listing) - 1, pipe)] = '\0';
	pclose(pipe);
	free(command);
	command = bt_xasprintf("rm -rf %s", dir);
	assert_int_equal(system(command), 0);
	free(command);
	assert_memory_equal(listing, expected, sizeof(expected) - 1);
	assert_string_equal(listing + sizeof(expected) - 1, "same\n");
}

/* Files in directories, a link to one, and a directory with nothing in it. */
static void a_tree_is_what_it_was(void **state)
{
	char dir[] = "/tmp/bt-cpio-XXXXXX";
	const char *program = system_cpio();
	struct bt_cpio cpio;
	struct bt_err err = { 0 };
	char *command, *path;
	FILE *out;

	(void)state;
	if (!program) {
		print_message("neither cpio nor busybox is installed\n");
		skip();
	}
	assert_non_null(mkdtemp(dir));
	command = bt_xasprintf("cd %s && mkdir -p from/usr/bin from/empty && echo x >from/usr/bin/x && "
			       "chmod 755 from/usr/bin/x && ln -s usr/bin/x from/y && echo z >from/z",
			       dir);
	assert_int_equal(system(command), 0);
	free(command);
	path = bt_xasprintf("%s/archive", dir);
	out = fopen(path, "w");
	assert_non_null(out);
	free(path);
	bt_cpio_begin(&cpio, out);
	path = bt_xasprintf("%s/from", dir);
	assert_int_equal(bt_cpio_tree(&cpio, path, &err), 0);
	free(path);
	assert_int_equal(bt_cpio_tree(&cpio, "/nonexistent/x", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/x"));
	assert_int_equal(bt_cpio_end(&cpio), 0);
	fclose(out);
	command = bt_xasprintf("cd %s && mkdir to && cd to && %s -i <../archive 2>/dev/null; "
			       "diff -r ../from . && test -x usr/bin/x -a -d empty -a ! -h y -a ! -x z; "
			       "code=$?; rm -rf %s; exit $code", dir, program, dir);
	assert_int_equal(system(command), 0);
	free(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_is_that_of_the_format),
		cmocka_unit_test(write_error_is_reported),
		cmocka_unit_test(missing_file_is_named),
		cmocka_unit_test(the_systems_cpio_agrees),
		cmocka_unit_test(a_tree_is_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

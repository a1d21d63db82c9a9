// SPDX-License-Identifier: GPL-2.0
/* buddytop-work: its lines, and its jobs done for real, small; the kernel says what they did. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/unit/directory.h"
#include "tests/unit/work_rig.h"

#define MIB (1ull << 20)

static uint64_t mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* ---- lines -------------------------------------------------------------------------------- */

static void test_hello(void **state)
{
	struct work_rig *rig = *state;
	const struct bt_json *answer = work_ask(rig, "{\"id\":18446744073709551614,\"do\":\"hello\"}",
						NULL);

	assert_string_equal(bt_json_get_string(answer, "program"), "buddytop-work");
	assert_true(work_u64(answer, "id") == UINT64_MAX - 1);
	assert_int_equal(work_u64(answer, "page_bytes"), getpagesize());
	assert_int_equal(work_u64(answer, "cpus"), sysconf(_SC_NPROCESSORS_ONLN));
}

static void test_clock(void **state)
{
	struct work_rig *rig = *state;
	uint64_t before_ns = mono_ns();
	uint64_t ns = work_u64(work_ask(rig, "{\"id\":1,\"do\":\"clock\"}", NULL), "mono_ns");

	assert_in_range(ns, before_ns, mono_ns());
}

static void test_bad_lines(void **state)
{
	static const char *const lines[][2] = {
		{ "nonsense", "JSON line 1 column" },
		{ "[1]", "needs an \"id\"" },
		{ "{}", "needs an \"id\"" },
		{ "{\"id\":-1,\"do\":\"clock\"}", "needs an \"id\"" },
		{ "{\"id\":1}", "needs \"do\"" },
		{ "{\"id\":1,\"do\":7}", "needs \"do\"" },
		{ "{\"id\":1,\"do\":\"x\"}", "'x' is nothing this program does" },
		{ "{\"id\":1,\"do\":\"stop\"}", "\"job\" is missing" },
		{ "{\"id\":1,\"do\":\"stop\",\"job\":1}", "no job 1 runs" },
		{ "{\"id\":1,\"do\":\"clock\"} 2", "JSON line 1 column" },
		{ "{\"id\":1,\"do\":\"fill\",\"name\":\"a\"}", "\"bytes\" is missing" },
		{ "{\"id\":1,\"do\":\"fill\",\"name\":\"a\",\"bytes\":1e6}", "1e6 is not a number" },
		{ "{\"id\":1,\"do\":\"fill\",\"name\":\"a\",\"bytes\":4095}", "4095 is not a number" },
		{ "{\"id\":1,\"do\":\"fill\",\"bytes\":4096}", "\"name\" is missing" },
		{ "{\"id\":1,\"do\":\"fill\",\"name\":\"a\",\"bytes\":4096,\"threads\":257}",
		  "257 is not a number from 1 to 256" },
		{ "{\"id\":1,\"do\":\"touch\",\"name\":\"a\"}", "nothing is held as 'a'" },
		{ "{\"id\":1,\"do\":\"stream\",\"bytes\":1048576,\"iterations\":1,"
		  "\"kernels\":[\"copy\",\"sort\"]}", "'sort' is none of copy" },
		{ "{\"id\":1,\"do\":\"stream\",\"bytes\":1048576,\"iterations\":1,\"kernels\":[]}",
		  "no list of 1 to 16" },
		{ "{\"id\":1,\"do\":\"ftq\",\"quantum_ns\":10,\"samples\":1}", "10 is not a number" },
		{ "{\"id\":1,\"do\":\"ftq\",\"quantum_ns\":1000,\"samples\":1,\"limit_ns\":\"x\"}",
		  "\"limit_ns\" is no time" },
		{ "{\"id\":1,\"do\":\"command\",\"argv\":[]}", "no list of 1 to 256 words" },
		{ "{\"id\":1,\"do\":\"command\",\"argv\":[\"sh\",1]}", "word 1 is no text" },
		{ "{\"id\":1,\"do\":\"command\",\"argv\":[\"/nonexistent\"]}", "No such file" },
		{ "{\"id\":1,\"do\":\"clean\",\"dir\":\"x\"}", "does not begin with a slash" },
		{ "{\"id\":1,\"do\":\"build\",\"dir\":\"/tmp\",\"tree\":\"/nonexistent\"}",
		  "0 C files in /nonexistent" },
	};
	struct work_rig *rig = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		work_refused(rig, lines[i][0], lines[i][1]);
}

/* What follows it is heard as if it had not been. */
static void test_long_line(void **state)
{
	struct work_rig *rig = *state;
	size_t size = 4 * BT_WORK_LINE_MAX;
	char *text = malloc(size + 1);

	memset(text, 'x', size);
	text[size] = '\0';
	work_refused(rig, text, "longer than 65536 bytes");
	work_ask(rig, "{\"id\":1,\"do\":\"clock\"}", NULL);
	free(text);
}

/* While a job runs, the clock is told, a second job is not begun, and the job can be stopped. */
static void test_busy_and_stop(void **state)
{
	struct work_rig *rig = *state;
	const struct bt_json *answer;

	work_say(rig, "{\"id\":7,\"do\":\"command\",\"argv\":[\"sleep\",\"1000\"]}");
	assert_true(work_bool(work_hear(rig), "begun"));
	work_ask(rig, "{\"id\":8,\"do\":\"clock\"}", NULL);
	work_refused(rig, "{\"id\":9,\"do\":\"drop_caches\"}", "busy with command, job 7");
	work_refused(rig, "{\"id\":10,\"do\":\"stop\",\"job\":9}", "no job 9 runs");
	assert_int_equal(work_u64(work_ask(rig, "{\"id\":11,\"do\":\"stop\",\"job\":7}", NULL), "id"), 11);
	answer = work_answer(rig, NULL);
	assert_int_equal(work_u64(answer, "id"), 7);
	assert_true(work_bool(answer, "ok") && work_bool(answer, "stopped"));
	assert_null(bt_json_get(answer, "exit"));
	/* Not busy any more. */
	work_ask(rig, "{\"id\":12,\"do\":\"command\",\"argv\":[\"true\"]}", NULL);
}

static void test_limit(void **state)
{
	struct work_rig *rig = *state;
	const struct bt_json *answer = work_ask(rig, "{\"id\":7,\"do\":\"command\",\"limit_ns\":20000000,"
						"\"argv\":[\"sleep\",\"1000\"]}", NULL);

	assert_true(work_bool(answer, "limited"));
	assert_null(bt_json_get(answer, "stopped"));
}

/* ---- memory that is held ------------------------------------------------------------------ */

/* Rss of the process, VmRSS of /proc/self/status: proc(5). */
static uint64_t rss_bytes(void)
{
	char text[4096] = "";
	FILE *file = fopen("/proc/self/status", "re");
	size_t got = fread(text, 1, sizeof(text) - 1, file);

	assert_true(got > 0);
	fclose(file);
	return strtoull(strstr(text, "VmRSS:") + 6, NULL, 10) * 1024;
}

static void test_fill(void **state)
{
	struct work_rig *rig = *state;
	uint64_t before = rss_bytes(), filled;

	assert_int_equal(work_u64(work_ask(rig, "{\"id\":1,\"do\":\"fill\",\"name\":\"a\","
					   "\"bytes\":67108864}", NULL), "bytes"), 64 * MIB);
	filled = rss_bytes();
	assert_in_range(filled - before, 62 * MIB, 80 * MIB);
	work_refused(rig, "{\"id\":2,\"do\":\"fill\",\"name\":\"a\",\"bytes\":4096}",
		     "'a' is held already");
	work_ask(rig, "{\"id\":3,\"do\":\"touch\",\"name\":\"a\"}", NULL);
	assert_in_range(rss_bytes(), filled - 4 * MIB, filled + 4 * MIB);
	work_ask(rig, "{\"id\":4,\"do\":\"release\",\"name\":\"a\"}", NULL);
	assert_in_range(filled - rss_bytes(), 60 * MIB, 70 * MIB);
	work_refused(rig, "{\"id\":5,\"do\":\"release\",\"name\":\"a\"}", "nothing is held as 'a'");
	/* MemAvailable is less than 2^60 bytes on any machine. */
	work_refused(rig, "{\"id\":6,\"do\":\"fill\",\"name\":\"a\",\"bytes\":1152921504606846976}",
		     "1.00 EiB are more than there is: ");
}

/* ---- jobs that measure -------------------------------------------------------------------- */

struct rows {
	unsigned count;
	uint64_t last_ns;	/* end of the row before this */
	uint64_t sum;
};

static void on_stream(void *context, const struct bt_json *row)
{
	/* 2 MiB of each array are 262144 doubles: 16 or 24 bytes of each, by STREAM's counting. */
	static const struct {
		const char *name;
		uint64_t bytes;
	} expected[] = { { "copy", 4194304 }, { "triad", 6291456 } };
	struct rows *rows = context;
	unsigned kernel = rows->count % 2;

	assert_string_equal(bt_json_get_string(row, "kernel"), expected[kernel].name);
	assert_int_equal(work_u64(row, "bytes"), expected[kernel].bytes);
	assert_int_equal(work_u64(row, "iteration"), rows->count / 2);
	assert_int_equal(work_u64(row, "thread_count"), 1);
	assert_true(work_u64(row, "start_ns") >= rows->last_ns);
	assert_true(work_u64(row, "ns") > 0);
	rows->last_ns = work_u64(row, "start_ns") + work_u64(row, "ns");
	rows->count++;
}

static void test_stream(void **state)
{
	struct work_rig *rig = *state;
	struct rows rows = { .last_ns = mono_ns() };
	const struct bt_json *answer;

	answer = work_ask(rig, "{\"id\":1,\"do\":\"stream\",\"kernels\":[\"copy\",\"triad\"],"
			  "\"bytes\":6291456,\"iterations\":300}",
			  &(struct work_listener){ .row = on_stream, .context = &rows });
	assert_int_equal(work_u64(answer, "elements"), 262144);
	assert_int_equal(work_u64(answer, "iterations"), 300);
	assert_int_equal(rows.count, 600);
	assert_true(rows.last_ns <= mono_ns());
}

static void on_ftq(void *context, const struct bt_json *row)
{
	const struct bt_json *counts = bt_json_get_array(row, "counts");
	struct rows *rows = context;

	assert_int_equal(work_u64(row, "sample"), rows->count);
	if (rows->count)
		assert_int_equal(work_u64(row, "start_ns") - rows->last_ns, 500000);
	rows->last_ns = work_u64(row, "start_ns");
	assert_int_equal(counts->count, 1);
	assert_int_equal(counts->child->type, BT_JSON_NUMBER);
	rows->count++;
}

static void test_ftq(void **state)
{
	struct work_rig *rig = *state;
	struct rows rows = { 0 };
	uint64_t start_ns = mono_ns();

	assert_int_equal(work_u64(work_ask(rig, "{\"id\":1,\"do\":\"ftq\",\"quantum_ns\":500000,"
					   "\"samples\":200}",
					   &(struct work_listener){ .row = on_ftq, .context = &rows }),
				  "samples"), 200);
	assert_int_equal(rows.count, 200);
	/* The last quantum began 199 quanta after the first, that 10 of warm-up after the start. */
	assert_true(rows.last_ns >= start_ns + 209 * 500000);
	assert_true(mono_ns() >= rows.last_ns + 500000);
}

static void on_write(void *context, const struct bt_json *row)
{
	struct rows *rows = context;

	assert_int_equal(work_u64(row, "iteration"), rows->count++);
	assert_true(work_u64(row, "fault_ns") && work_u64(row, "drop_ns"));
	assert_true(work_u64(row, "map_ns") && work_u64(row, "unmap_ns"));
}

static void test_write(void **state)
{
	struct work_rig *rig = *state;
	struct rows rows = { 0 };

	work_ask(rig, "{\"id\":1,\"do\":\"write\",\"bytes\":1048576,\"iterations\":3}",
		 &(struct work_listener){ .row = on_write, .context = &rows });
	assert_int_equal(rows.count, 3);
}

/* ---- programs ----------------------------------------------------------------------------- */

static void on_output(void *context, const char *text)
{
	strcat(context, text);
	strcat(context, "|");
}

static void test_command(void **state)
{
	struct work_rig *rig = *state;
	char output[4096] = "";
	const struct work_listener listener = { .output = on_output, .context = output };
	const struct bt_json *answer;

	answer = work_ask(rig, "{\"id\":1,\"do\":\"command\",\"argv\":[\"sh\",\"-c\","
			  "\"echo one; printf 't\\\\033w\\\\377o\\\\n' >&2; echo; printf end; exit 3\"]}",
			  &listener);
	assert_string_equal(output, "one|t?w?o||end|");
	assert_int_equal(work_u64(answer, "exit"), 3);
	answer = work_ask(rig, "{\"id\":2,\"do\":\"command\",\"argv\":[\"sh\",\"-c\",\"kill -9 $$\"]}",
			  NULL);
	assert_int_equal(work_u64(answer, "signal"), SIGKILL);
}

/* 1500 characters are more than a line's 1023: two pieces. */
static void test_long_output(void **state)
{
	struct work_rig *rig = *state;
	char output[4096] = "";

	work_ask(rig, "{\"id\":1,\"do\":\"command\",\"argv\":[\"sh\",\"-c\",\"printf '%01500d' 0\"]}",
		 &(struct work_listener){ .output = on_output, .context = output });
	assert_int_equal(strlen(output), 1502);
	assert_int_equal(strchr(output, '|') - output, 1023);
}

/* What a program leaves running ends with it. */
static void test_left_running(void **state)
{
	struct work_rig *rig = *state;
	char output[4096] = "";
	long pid;

	work_ask(rig, "{\"id\":1,\"do\":\"command\",\"argv\":[\"sh\",\"-c\",\"sleep 1000 & echo $!\"]}",
		 &(struct work_listener){ .output = on_output, .context = output });
	pid = strtol(output, NULL, 10);
	assert_true(pid > 1);
	for (;;) {
		char path[64], text[512] = "", *state_letter;
		FILE *file;

		snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		file = fopen(path, "re");
		if (!file)
			break;
		if (!fread(text, 1, sizeof(text) - 1, file))
			text[0] = '\0';
		fclose(file);
		/* Nobody may be there to reap it: proc(5), the letter behind the name. */
		state_letter = strrchr(text, ')');
		if (!state_letter || state_letter[2] == 'Z')
			break;
		usleep(1000);
	}
}

/* ---- files -------------------------------------------------------------------------------- */

static void on_synth(void *context, const struct bt_json *row)
{
	struct rows *rows = context;

	assert_true(work_u64(row, "end_ns") > work_u64(row, "start_ns"));
	rows->sum += work_u64(row, "file_bytes");
	rows->count++;
}

/* Bytes of all files in a directory, counted by stat(). */
static uint64_t directory_bytes(const char *path, unsigned files)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < files; i++) {
		struct stat status;
		char name[4096];

		snprintf(name, sizeof(name), "%s/%u.o", path, i);
		assert_int_equal(stat(name, &status), 0);
		bytes += (uint64_t)status.st_size;
	}
	return bytes;
}

static void test_synth(void **state)
{
	struct work_rig *rig = *state;
	struct rows rows = { 0 };
	const struct bt_json *answer;
	char line[512];

	snprintf(line, sizeof(line), "{\"id\":1,\"do\":\"synth\",\"bytes\":8388608,\"threads\":2,"
		 "\"duration_ns\":100000000,\"dir\":\"%s\"}", directory);
	answer = work_ask(rig, line, &(struct work_listener){ .row = on_synth, .context = &rows });
	/* 16 lives for each of two. */
	assert_int_equal(rows.count, 32);
	assert_int_equal(work_u64(answer, "children"), 32);
	assert_in_range(work_u64(answer, "peak_bytes"), 1, 6 * MIB);
	assert_int_equal(directory_bytes(in_directory("synth"), 32), rows.sum);
	assert_in_range(rows.sum, 32 * 4096, 2 * MIB);
	snprintf(line, sizeof(line), "{\"id\":2,\"do\":\"clean\",\"dir\":\"%s\"}", directory);
	work_ask(rig, line, NULL);
	assert_int_equal(access(in_directory("synth"), F_OK), -1);
	assert_int_equal(access(directory, F_OK), 0);
}

static void shell(const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && %s", directory, script);
	assert_int_equal(system(command), 0);
}

/* Its compiler is a script that tells what it is asked for, and writes what it is to. */
static void test_build(void **state)
{
	struct work_rig *rig = *state;
	char output[4096] = "", line[512];

	shell("mkdir tree && touch tree/b.c tree/a.c tree/n.h && "
	      "printf '#!/bin/sh\\n[ $1 = -r ] && echo join >$3 || echo $7 | tee $6\\n' >cc && chmod +x cc");
	snprintf(line, sizeof(line), "{\"id\":1,\"do\":\"build\",\"rounds\":2,\"dir\":\"%s\","
		 "\"tree\":\"%s/tree\",\"compiler\":\"%s/cc\"}", directory, directory, directory);
	assert_int_equal(work_u64(work_ask(rig, line, &(struct work_listener){
		.output = on_output, .context = output }), "files"), 4);
	assert_non_null(strstr(output, "a.c|b.c|"));
	shell("cd build/1 && test -e a.c.o -a -e b.c.o -a -e all.o");
	snprintf(line, sizeof(line), "{\"id\":1,\"do\":\"build\",\"files\":1,\"dir\":\"%s\","
		 "\"tree\":\"%s/tree\",\"compiler\":\"%s/cc\"}", directory, directory, directory);
	assert_int_equal(work_u64(work_ask(rig, line, NULL), "files"), 1);
	shell("printf '#!/bin/sh\\nexit 1\\n' >cc");
	work_refused(rig, line, "cc of a.c: exit 1");
}

/* ---- parameters of the kernel --------------------------------------------------------------- */

/* What is written is what is there already: the kernel stays as it is. */
static void test_parameter(void **state)
{
	static const char path[] = "/sys/module/printk/parameters/time";
	struct work_rig *rig = *state;
	const struct bt_json *answer;
	char value[8] = "", line[256];
	FILE *file = fopen(path, "r");

	if (!file)
		skip();
	assert_int_equal(fscanf(file, "%7s", value), 1);
	fclose(file);
	snprintf(line, sizeof(line), "{\"id\":1,\"do\":\"parameter\",\"module\":\"printk\","
		 "\"name\":\"time\"}");
	answer = work_ask(rig, line, NULL);
	assert_string_equal(bt_json_get_string(answer, "value"), value);
	assert_null(bt_json_get_string(answer, "refused"));
	/* A bool of the kernel's is Y, N, 1, 0, on or off; and others than root may not write. */
	snprintf(line, sizeof(line), "{\"id\":2,\"do\":\"parameter\",\"module\":\"printk\","
		 "\"name\":\"time\",\"value\":\"?\"}");
	answer = work_ask(rig, line, NULL);
	assert_string_equal(bt_json_get_string(answer, "value"), value);
	assert_string_equal(bt_json_get_string(answer, "refused"),
			    access(path, W_OK) ? strerror(EACCES) : strerror(EINVAL));
	snprintf(line, sizeof(line), "{\"id\":3,\"do\":\"parameter\",\"module\":\"printk\","
		 "\"name\":\"time\",\"value\":\"%s\"}", value);
	answer = work_ask(rig, line, NULL);
	assert_string_equal(bt_json_get_string(answer, "value"), value);
	assert_true(access(path, W_OK) || !bt_json_get_string(answer, "refused"));
}

static void test_no_parameter(void **state)
{
	struct work_rig *rig = *state;
	const struct bt_json *answer;

	answer = work_ask(rig, "{\"id\":1,\"do\":\"parameter\",\"module\":\"printk\","
			  "\"name\":\"no_such\",\"value\":\"1\"}", NULL);
	assert_null(bt_json_get_string(answer, "value"));
	work_refused(rig, "{\"id\":2,\"do\":\"parameter\",\"module\":\"printk\"}",
		     "\"name\" is missing");
	work_refused(rig, "{\"id\":3,\"do\":\"parameter\",\"module\":\"..\",\"name\":\"x\"}",
		     "'..' is no name");
	work_refused(rig, "{\"id\":4,\"do\":\"parameter\",\"module\":\"printk\","
		     "\"name\":\"a/b\"}", "'a/b' is no name");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, work_rig_open, work_rig_close)
	const struct CMUnitTest tests[] = {
		TEST(test_hello),
		TEST(test_clock),
		TEST(test_bad_lines),
		TEST(test_long_line),
		TEST(test_busy_and_stop),
		TEST(test_limit),
		TEST(test_fill),
		TEST(test_stream),
		TEST(test_ftq),
		TEST(test_write),
		TEST(test_command),
		TEST(test_long_output),
		TEST(test_left_running),
		TEST(test_parameter),
		TEST(test_no_parameter),
		TEST(test_synth),
		TEST(test_build),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

// SPDX-License-Identifier: GPL-2.0
/* Runs of the lab: building them, their folder there and back, and what of a folder is refused. */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/run_json.h"
#include "tests/unit/directory.h"
#include "tests/unit/sample_lab.h"

static const char *new_folder(const char *name)
{
	const char *path = in_directory(name);

	assert_int_equal(mkdir(path, 0755), 0);
	return path;
}

static void put_text(const char *folder, const char *name, const char *text)
{
	char *path = bt_xasprintf("%s/%s", folder, name);

	assert_int_equal(bt_write_file(path, text, strlen(text), 0644, NULL), 0);
	free(path);
}

static struct bt_lab_run *everything(void)
{
	static const char *const columns[] = { "time_ns", "odd_bytes", NULL };
	struct bt_lab_run *run = lab_run(BT_LAB_COMPILING, "base-auto");
	struct bt_lab_table *table = bt_lab_run_table(run, "samples", columns);
	struct bt_lab_mark *mark = bt_lab_run_mark(run, "build", 1.5e9, 61e9);

	bt_copy_clean(run->label, sizeof(run->label), "order=9");
	bt_copy_clean(run->reason, sizeof(run->reason), "no \"reason\"");
	run->end = BT_LAB_WORKLOAD;
	run->repetition = 3;
	run->warm_up = run->unproven = true;
	run->reality = BT_EMULATED;
	run->seed = 0xfedcba9876543210;
	run->warnings = 2;
	mark->vm = 1;
	mark->iteration = 4;
	mark->bytes = 12345;
	bt_lab_run_mark(run, "drop", 7, 7);
	bt_lab_run_mark(run, "shrink", 8, NAN);
	bt_lab_run_noise(run, "load was 9");
	bt_lab_run_noise(run, "the hypervisor stole 5 %");
	bt_lab_run_parameter(run, "threads", "%d", 4);
	bt_lab_run_parameter(run, "threads", "%d", 2);
	bt_lab_run_value(run, "runtime_ns", 0.1);
	bt_lab_run_value(run, "runtime_ns", NAN);
	bt_lab_run_value(run, "peak_bytes", 4294967296.0);
	bt_lab_table_add(table, (double[]){ 86400e9 * 100 + 1, 1.0 / 3 });
	bt_lab_table_add(table, (double[]){ 2e9, NAN });
	return run;
}

static void check_everything(const struct bt_lab_run *run)
{
	const struct bt_lab_metric *metric = bt_lab_run_metric(run, "runtime_ns");

	assert_int_equal(run->benchmark, BT_LAB_COMPILING);
	assert_string_equal(run->mode, "base-auto");
	assert_string_equal(run->label, "order=9");
	assert_int_equal(run->end, BT_LAB_WORKLOAD);
	assert_string_equal(run->reason, "no \"reason\"");
	assert_int_equal(run->repetition, 3);
	assert_true(run->warm_up && run->unproven && run->has_guest);
	assert_int_equal(run->reality, BT_EMULATED);
	assert_true(run->seed == 0xfedcba9876543210);
	assert_int_equal(run->warnings, 2);
	assert_string_equal(run->accel, "kvm");
	assert_string_equal(run->qemu_version, "QEMU emulator version 7.2.22");
	assert_string_equal(run->host.source, "lab");
	assert_int_equal(run->guest.cpu_count, 2);
	assert_string_equal(bt_lab_run_parameter_value(run, "memory"), "4G");
	assert_string_equal(bt_lab_run_parameter_value(run, "threads"), "2");
	assert_null(bt_lab_run_parameter_value(run, "thread"));
	assert_int_equal(run->metric_count, 2);
	assert_int_equal(metric->count, 2);
	assert_true(metric->values[0] == 0.1 && isnan(metric->values[1]));
	assert_int_equal(run->mark_count, 3);
	/* What never came to its end has none. */
	assert_true(run->marks[2].begin_ns == 8 && isnan(run->marks[2].end_ns));
	assert_int_equal(run->parameter_count, 4);
	assert_string_equal(run->parameters[1].value, "load was 9");
	assert_string_equal(run->parameters[2].value, "the hypervisor stole 5 %");
	assert_ptr_equal(bt_lab_run_find_mark(run, "build", 1), &run->marks[0]);
	assert_null(bt_lab_run_find_mark(run, "build", 0));
	assert_int_equal(run->marks[0].iteration, 4);
	assert_true(run->marks[0].begin_ns == 1.5e9 && run->marks[0].end_ns == 61e9);
	assert_true(run->marks[0].bytes == 12345 && isnan(run->marks[1].bytes));
}

static void test_there_and_back(void **state)
{
	const char *folder = new_folder("there");
	struct bt_lab_run *run = everything(), *read;
	const struct bt_lab_table *table;
	struct bt_err err;

	(void)state;
	check_everything(run);
	assert_int_equal(bt_lab_run_write(run, folder, &err), 0);
	bt_lab_run_free(run);
	assert_int_equal(bt_lab_run_read(&read, folder, true, &err), 0);
	check_everything(read);
	table = bt_lab_run_find_table(read, "samples");
	assert_int_equal(table->rows, 2);
	assert_int_equal(bt_lab_table_column(table, "odd_bytes"), 1);
	assert_int_equal(bt_lab_table_column(table, "odd"), -1);
	/* ns of a hundred days, and a third, are the same to the last bit. */
	assert_true(bt_lab_table_cell(table, 0, 0) == 8640000000000001.0);
	assert_true(bt_lab_table_cell(table, 0, 1) == 1.0 / 3);
	assert_true(isnan(bt_lab_table_cell(table, 1, 1)));
	assert_true(isnan(bt_lab_table_cell(table, 1, -1)));
	bt_lab_run_free(read);
	assert_int_equal(bt_lab_run_read(&read, folder, false, &err), 0);
	assert_int_equal(bt_lab_run_find_table(read, "samples")->rows, 0);
	bt_lab_run_free(read);
}

/* A run that ended before anything was known. */
static void test_nothing(void **state)
{
	const char *folder = new_folder("nothing");
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_FTQ, "llfree-manual"), *read;
	struct bt_err err;

	(void)state;
	run->end = BT_LAB_NO_PARTS;
	assert_int_equal(bt_lab_run_write(run, folder, &err), 0);
	bt_lab_run_free(run);
	assert_int_equal(bt_lab_run_read(&read, folder, true, &err), 0);
	assert_int_equal(read->end, BT_LAB_NO_PARTS);
	assert_false(read->has_guest);
	assert_int_equal(read->host.cpu_count, 0);
	bt_lab_run_free(read);
}

static void refused(const char *folder, int code, const char *why)
{
	struct bt_lab_run *run;
	struct bt_err err;

	assert_int_equal(bt_lab_run_read(&run, folder, true, &err), -code);
	assert_int_equal(err.code, code);
	if (!strstr(err.text, why))
		fail_msg("'%s' is not in '%s'", why, err.text);
}

static void test_tables_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} damages[] = {
		{ "time_ns,odd_bytes\n1,2\n", "has 1 rows, result.json says 2" },
		{ "time_ns,odd_bytes\n1,2\n3,4\n5,6\n", "has 3 rows, result.json says 2" },
		{ "time_ns,odd_bytes\n1,2\n3,4", "line 3: it is too long, or cut off" },
		{ "time_ns\n1\n2\n", "line 1: its columns" },
		{ "time_ns,even_bytes\n1,2\n3,4\n", "line 1: its columns" },
		{ "time_ns,odd_bytes,more\n1,2\n3,4\n", "line 1: its columns" },
		{ "", "line 1: its columns" },
		{ "time_ns,odd_bytes\n1,2,3\n3,4\n", "line 2: it has more cells" },
		{ "time_ns,odd_bytes\n1\n3,4\n", "line 2: it has fewer cells" },
		{ "time_ns,odd_bytes\n1,2\n0x10,4\n", "line 3: a cell is no number" },
		{ "time_ns,odd_bytes\n1,2\ninf,4\n", "line 3: a cell is no number" },
		{ "time_ns,odd_bytes\n1,2\n1e999,4\n", "line 3: a cell is no number" },
		{ "time_ns,odd_bytes\n1,2\n 3,4\n", "line 3: a cell is no number" },
		{ "time_ns,odd_bytes\n1,2\n1e,4\n", "line 3: a cell is no number" },
	};
	const char *folder = new_folder("tables");
	struct bt_lab_run *run = everything();
	char *path = bt_xasprintf("%s/samples.csv", folder);

	(void)state;
	assert_int_equal(bt_lab_run_write(run, folder, NULL), 0);
	bt_lab_run_free(run);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(damages); i++) {
		put_text(folder, "samples.csv", damages[i].text);
		refused(folder, EPROTO, damages[i].why);
	}
	unlink(path);
	refused(folder, EPROTO, "samples.csv");
	free(path);
}

#define HEAD "{\"schema\":{\"name\":\"buddytop-lab\",\"version\":1}," \
	     "\"benchmark\":\"ftq\",\"mode\":\"x\",\"repetition\":1,\"warm_up\":false," \
	     "\"begin_utc_ns\":1,\"end_utc_ns\":2,\"end\":\"ok\",\"reality\":\"real\"," \
	     "\"unproven\":false"

static void test_documents_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} damages[] = {
		{ "{", "result.json" },
		{ "{}", "no run of buddytop lab" },
		{ "{\"schema\":{\"name\":\"buddytop-result\",\"version\":1}}", "no run" },
		{ "{\"schema\":{\"name\":\"buddytop-lab\",\"version\":2}}", "another version" },
		{ "{\"schema\":{\"name\":\"buddytop-lab\",\"version\":1}}", "benchmark" },
		{ HEAD ",\"host\":{}}", "host: machine" },
		{ HEAD ",\"parameters\":[{\"name\":\"a\"}]}", "parameters" },
		{ HEAD ",\"metrics\":[{\"key\":\"a b\",\"values\":[]}]}", "metrics" },
		{ HEAD ",\"metrics\":[{\"key\":\"a\",\"values\":[\"1\"]}]}", "a holds no numbers" },
		{ HEAD ",\"tables\":[{\"name\":\"../a\",\"rows\":0,\"columns\":[\"b\"]}]}",
		  "no name of its own" },
		{ HEAD ",\"tables\":[{\"name\":\"a\",\"rows\":4000001,\"columns\":[\"b\"]}]}",
		  "too many" },
		{ HEAD ",\"tables\":[{\"name\":\"a\",\"rows\":0,\"columns\":[]}]}",
		  "columns of a" },
		{ HEAD ",\"tables\":[{\"name\":\"a\",\"rows\":0,\"columns\":[\"b,c\"]}]}",
		  "no names" },
		{ HEAD ",\"tables\":[{},{},{},{},{},{},{},{},{}]}", "more than 8" },
		{ HEAD ",\"marks\":[{\"kind\":\"build\",\"end_ns\":1}]}", "marks: member begin_ns" },
		{ HEAD ",\"parameters\":[{\"name\":\"a\",\"value\":\"1\"},{\"name\":\"a\","
		  "\"value\":\"2\"}]}", "parameters" },
		{ HEAD ",\"marks\":[{\"kind\":\"build\",\"vm\":1025,\"begin_ns\":1,\"end_ns\":2}]}",
		  "vm" },
	};
	const char *folder = new_folder("documents");
	struct bt_lab_run *run;

	(void)state;
	refused(folder, ENOENT, "result.json");
	put_text(folder, "result.json", HEAD "}");
	assert_int_equal(bt_lab_run_read(&run, folder, true, NULL), 0);
	bt_lab_run_free(run);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(damages); i++) {
		put_text(folder, "result.json", damages[i].text);
		refused(folder, EPROTO, damages[i].why);
	}
}

/* The document is not there while a table cannot be written. */
static void test_no_space(void **state)
{
	const char *folder = new_folder("full");
	struct bt_lab_run *run = everything();
	char *path = bt_xasprintf("%s/samples.csv", folder);
	struct bt_err err;

	(void)state;
	assert_int_equal(symlink("/dev/full", path), 0);
	assert_int_equal(bt_lab_run_write(run, folder, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "samples.csv"));
	bt_lab_run_free(run);
	refused(folder, ENOENT, "result.json");
	free(path);
}

static void test_limits(void **state)
{
	static const char *const columns[] = { "a", NULL };
	struct bt_lab_run *run = bt_lab_run_create(BT_LAB_FTQ, "x");
	struct bt_lab_table *first = bt_lab_run_table(run, "t0", columns);

	(void)state;
	for (unsigned i = 1; i < BT_LAB_TABLES_MAX; i++)
		assert_non_null(bt_lab_run_table(run, (char[]){ 't', (char)('0' + i), 0 },
						 columns));
	assert_null(bt_lab_run_table(run, "one_more", columns));
	assert_ptr_equal(bt_lab_run_table(run, "t0", columns), first);
	for (unsigned i = 0; i < BT_LAB_ROWS_MAX; i++)
		assert_true(bt_lab_table_add(first, (double[]){ 1 }));
	assert_false(bt_lab_table_add(first, (double[]){ 1 }));
	bt_lab_run_free(run);
	bt_lab_run_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_tables_refused),
		cmocka_unit_test(test_documents_refused),
		cmocka_unit_test(test_no_space),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

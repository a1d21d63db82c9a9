// SPDX-License-Identifier: GPL-2.0
/* Plans of the lab: what they take, how many runs they are and in which order. Counted by hand. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "lab/plan.h"
#include "tests/unit/tree.h"

#define SAFE "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.=+-_"

struct runs {
	struct bt_lab_item *items;
	unsigned count;
};

static int read_plan(struct bt_lab_plan *plan, const char *text, struct bt_err *err)
{
	tree_put("/plan.ini", text);
	return bt_lab_plan_read(plan, in_directory("plan.ini"), err);
}

static struct bt_lab_plan *plan_of(const char *text)
{
	struct bt_lab_plan *plan = bt_lab_plan_create();
	struct bt_err err = { 0 };

	if (read_plan(plan, text, &err))
		fail_msg("%s", err.text);
	return plan;
}

static struct runs expand(const struct bt_lab_plan *plan, uint64_t seed)
{
	struct runs runs;
	struct bt_err err = { 0 };

	if (bt_lab_plan_expand(plan, seed, &runs.items, &runs.count, &err))
		fail_msg("%s", err.text);
	return runs;
}

static const struct bt_lab_item *named(struct runs runs, const char *name)
{
	for (unsigned i = 0; i < runs.count; i++) {
		if (!strcmp(runs.items[i].name, name))
			return &runs.items[i];
	}
	fail_msg("there is no %s", name);
	return NULL;
}

/* ---- settings ------------------------------------------------------------------------------ */

static void settings_reach_the_run(void **state)
{
	struct bt_lab_plan *plan = plan_of("# a comment\n; another\n\n"
					   "[stream]\n mode = virtio-mem \ncpus=3\nmemory = 2G\r\n"
					   "least\t= 512M\ninitial = 1G\nthreads = 4\ntimeline = 14s\n"
					   "baseline = yes\noperation = copy+triad\narray = 64M\n"
					   "append = a=1 , b=2 ; c\nsettle = 250ms\n"
					   "boot-limit = 1m\nresize-limit = 2s\nwork-limit = 1h\n");
	struct runs runs = expand(plan, 7);
	const struct bt_lab_options *o = &runs.items[0].options;

	(void)state;
	assert_int_equal(runs.count, 1);
	assert_string_equal(runs.items[0].mode, "virtio-mem");
	assert_string_equal(runs.items[0].name, "stream-virtio-mem-threads=4_baseline=yes-r01");
	assert_string_equal(runs.items[0].label, "threads=4 baseline=yes");
	assert_int_equal(o->benchmark, BT_LAB_STREAM);
	assert_int_equal(o->size.cpus, 3);
	assert_int_equal(o->size.memory_bytes, 2147483648);
	assert_int_equal(o->size.least_bytes, 536870912);
	assert_int_equal(o->size.initial_bytes, 1073741824);
	assert_int_equal(o->threads, 4);
	assert_int_equal(o->timeline_ns, 14000000000);
	assert_true(o->baseline);
	assert_int_equal(o->kernels, 1 + 8);
	assert_int_equal(o->array_bytes, 67108864);
	assert_string_equal(o->append, "a=1 , b=2 ; c");
	assert_int_equal(o->settle_ns, 250000000);
	assert_int_equal(o->boot_limit_ns, 60000000000);
	assert_int_equal(o->resize_limit_ns, 2000000000);
	assert_int_equal(o->work_limit_ns, 3600000000000);
	free(runs.items);
	bt_lab_plan_free(plan);
}

static void what_nobody_says_follows_from_the_rest(void **state)
{
	struct bt_lab_plan *plan = plan_of("[inflate]\nmemory = 4G\nleast = 1G\n"
					   "[compiling]\nmode = virtio-mem-auto\nmemory = 4G\n"
					   "least = 1G\n");
	struct runs runs = expand(plan, 1);

	(void)state;
	assert_int_equal(runs.count, 2);
	/* The mode decides: bt_mode_complete(). */
	assert_int_equal(named(runs, "inflate-base-manual-r01")->options.size.initial_bytes, 0);
	assert_int_equal(named(runs, "compiling-virtio-mem-auto-workload=synth-r01")->
			 options.size.initial_bytes, 0);
	free(runs.items);
	bt_lab_plan_free(plan);
}

static void commands_stay_whole(void **state)
{
	char *path = bt_xstrdup("/"), *text;
	struct bt_lab_plan *plan;
	struct runs runs;

	(void)state;
	/* 600 characters: more than a line of inih's. */
	for (unsigned i = 0; i < 60; i++) {
		char *more = bt_xasprintf("%s012345678/", path);

		free(path);
		path = more;
	}
	text = bt_xasprintf("[compiling]\nworkload = command\nimage = %s\n"
			    "command = make -j2, all ; echo \"a = b\" | cat # done\n", path);
	plan = plan_of(text);
	runs = expand(plan, 1);
	assert_int_equal(runs.count, 1);
	assert_string_equal(runs.items[0].options.image, path);
	assert_string_equal(runs.items[0].options.command,
			    "make -j2, all ; echo \"a = b\" | cat # done");
	free(runs.items);
	bt_lab_plan_free(plan);
	free(text);
	free(path);
}

/* ---- lists and labels ---------------------------------------------------------------------- */

/* 2 modes, 3 numbers of threads, 2 command lines: 12, each 2 times; and all of a second section. */
static void every_combination_is_a_run(void **state)
{
	struct bt_lab_plan *plan = plan_of("[inflate]\nmode = base-manual,virtio-mem\n"
					   "threads = 1, 2 ,4\n"
					   "append = a=1,2 | b\nrepetitions = 2\n"
					   "[inflate]\nmode = base-auto\n[ftq]\n");
	struct runs runs = expand(plan, 3);
	const struct bt_lab_item *item;

	(void)state;
	assert_int_equal(runs.count, 24 + 1 + 1);
	item = named(runs, "inflate-virtio-mem-append=a=1_2_threads=4-r02");
	assert_string_equal(item->label, "append=a=1,2 threads=4");
	assert_string_equal(item->options.append, "a=1,2");
	assert_int_equal(item->options.threads, 4);
	assert_int_equal(item->repetition, 2);
	named(runs, "inflate-base-manual-append=b_threads=1-r01");
	named(runs, "inflate-base-auto-r01");
	named(runs, "ftq-base-manual-threads=2-r01");
	free(runs.items);
	bt_lab_plan_free(plan);
}

static void names_are_unique_and_of_harmless_letters(void **state)
{
	struct bt_lab_plan *plan = plan_of("[inflate]\nmode = ../../x, $(y) z, ok+vfio\n"
					   "threads = 1,2\n"
					   "append = a\"b' | *\n");
	struct runs runs = expand(plan, 1);

	(void)state;
	assert_int_equal(runs.count, 3 * 2 * 2);
	for (unsigned i = 0; i < runs.count; i++) {
		assert_int_equal(strspn(runs.items[i].name, SAFE), strlen(runs.items[i].name));
		assert_int_equal(strncmp(runs.items[i].name, "inflate-", 8), 0);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(runs.items[i].name, runs.items[k].name);
	}
	free(runs.items);
	bt_lab_plan_free(plan);
}

/* As the published figures are labelled (lab/reference.c), and those of hyperalloc-bench. */
static void labels_say_what_was_done(void **state)
{
	static const struct {
		const char *text, *label;
	} cases[] = {
		{ "[inflate]\n", "" },
		{ "[inflate]\nthreads = 4\n", "" },
		{ "[inflate]\nuntouched = no\n", "" },
		{ "[inflate]\nuntouched = yes\n", "touched=no" },
		{ "[stream]\nthreads = 12\n", "threads=12" },
		{ "[ftq]\n", "threads=2" },
		{ "[ftq]\nbaseline = yes\n", "threads=2 baseline=yes" },
		{ "[stream]\nbaseline = no\n", "threads=2" },
		{ "[compiling]\nthreads = 4\n", "workload=synth" },
		{ "[multivm]\nworkload = write\n", "workload=write" },
		{ "[compiling]\nworkload = command\nimage = i\ncommand = c\n", "workload=command" },
		{ "[compiling]\nworkload = command\nimage = i\ncommand = c\n"
		  "workload-name = clang\n", "workload=clang" },
		{ "[compiling]\nworkload = synth\nworkload-name = clang\n", "workload=synth" },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_lab_plan *plan = plan_of(cases[i].text);
		struct runs runs = expand(plan, 1);

		assert_int_equal(runs.count, 1);
		assert_string_equal(runs.items[0].label, cases[i].label);
		free(runs.items);
		bt_lab_plan_free(plan);
	}
}

/* With both, the one that is as usual has no label of it. */
static void both_sorts_are_told_apart(void **state)
{
	struct bt_lab_plan *plan = plan_of("[inflate]\nuntouched = no, yes\n"
					   "[stream]\nbaseline = no, yes\nthreads = 1, 12\n");
	struct runs runs = expand(plan, 1);

	(void)state;
	assert_int_equal(runs.count, 2 + 4);
	assert_string_equal(named(runs, "inflate-base-manual-r01")->label, "");
	assert_string_equal(named(runs, "inflate-base-manual-touched=no-r01")->label, "touched=no");
	named(runs, "stream-base-manual-threads=12-r01");
	named(runs, "stream-base-manual-threads=1_baseline=yes-r01");
	free(runs.items);
	bt_lab_plan_free(plan);
}

static void reporting_is_of_the_plan(void **state)
{
	struct bt_lab_plan *plan = plan_of("[compiling]\nmode = base-auto\nreporting-order = 0, 9\n"
					   "reporting-delay = 100ms, 2s\nreporting-capacity = 512\n"
					   "[ftq]\n");
	struct runs runs = expand(plan, 1);
	const struct bt_lab_item *item =
		named(runs, "compiling-base-auto-reporting-order=9_reporting-delay=100ms_"
		      "workload=synth-r01");
	const struct bt_lab_reporting *reporting = &item->options.reporting;

	(void)state;
	assert_int_equal(runs.count, 4 + 1);
	assert_string_equal(item->label, "reporting-order=9 reporting-delay=100ms workload=synth");
	assert_int_equal(reporting->order, 9);
	assert_int_equal(reporting->delay_ns, 100000000);
	assert_int_equal(reporting->capacity, 512);
	reporting = &named(runs, "ftq-base-manual-threads=2-r01")->options.reporting;
	assert_null(bt_lab_reporting_asked(reporting));
	free(runs.items);
	bt_lab_plan_free(plan);
}

/* ---- order --------------------------------------------------------------------------------- */

#define ORDER "[inflate]\nmode = a, b, c, d\nthreads = 1, 2, 3\nrepetitions = 3\nwarm-up = yes\n" \
	      "[ftq]\nmode = a\nrepetitions = 2\n"

/* 12 warm-ups; 12 and 1; 12 and 1; 12. */
static void repetitions_are_interleaved(void **state)
{
	static const unsigned ends[] = { 12, 25, 38, 50 };
	struct bt_lab_plan *plan = plan_of(ORDER);
	struct runs runs = expand(plan, 42);
	unsigned round = 0;

	(void)state;
	assert_int_equal(runs.count, 50);
	for (unsigned i = 0; i < runs.count; i++) {
		round += i == ends[round];
		assert_int_equal(runs.items[i].warm_up, round == 0);
		assert_int_equal(runs.items[i].repetition, round);
		assert_int_equal(runs.items[i].options.seed, 42 + round);
		assert_non_null(strstr(runs.items[i].name, round ? "-r0" : "-warm-up"));
	}
	free(runs.items);
	bt_lab_plan_free(plan);
}

static bool same_order(struct runs a, struct runs b)
{
	assert_int_equal(a.count, b.count);
	for (unsigned i = 0; i < a.count; i++) {
		if (strcmp(a.items[i].name, b.items[i].name))
			return false;
	}
	return true;
}

static void the_seed_makes_the_order(void **state)
{
	struct bt_lab_plan *plan = plan_of(ORDER);
	struct runs first = expand(plan, 1), again = expand(plan, 1), other = expand(plan, 2);
	unsigned moved = 0;

	(void)state;
	assert_true(same_order(first, again));
	assert_false(same_order(first, other));
	/* The rounds differ among themselves, too. */
	for (unsigned i = 0; i < 12; i++)
		moved += strncmp(first.items[12 + i].name, first.items[25 + i].name, 20) != 0;
	assert_true(moved > 0);
	for (unsigned i = 0; i < first.count; i++)
		named(other, first.items[i].name);
	free(first.items);
	free(again.items);
	free(other.items);
	bt_lab_plan_free(plan);
}

/* ---- refusals ------------------------------------------------------------------------------ */

static void bad_plans_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[inflate]\n[deflate]\n", "line 2: 'deflate' is no benchmark: inflate, stream" },
		{ "mode = base-auto\n", "line 1: 'mode' is no setting of the lab" },
		{ "[inflate]\ncolour = red\n", "line 2: 'colour' is no setting of the lab" },
		{ "[inflate]\nvms = 2\n", "vms: inflate has nothing to do with it" },
		{ "[ftq]\narray = 1M\n", "array: ftq has nothing to do with it" },
		{ "[inflate]\n\nmemory\n", "line 3: it is neither [BENCHMARK] nor key = value" },
		{ "[inflate\nmode = a\n", "line 1: it is neither" },
		{ "[inflate]\ncpus = 0\n", "cpus=0: 1 to 64 is possible" },
		{ "[inflate]\ncpus = 65\n", "cpus=65: 1 to 64" },
		{ "[inflate]\ncpus = 1, two\n", "cpus=two: " },
		{ "[inflate]\ncpus = \n", "cpus=: " },
		{ "[inflate]\nmemory = 255M\n", "memory=255M: a size from 256 MiB to 1.00 TiB" },
		{ "[inflate]\nmemory = 2T\n", "memory=2T: " },
		{ "[inflate]\ninitial = 1G, 2G\n", "initial=1G, 2G: " },
		{ "[ftq]\nreporting-order = 11\n", "reporting-order=11: 0 to 10 is possible" },
		{ "[inflate]\nsettle = 1d\n", "settle=1d: a time from 0 ns to" },
		{ "[inflate]\nuntouched = maybe\n", "untouched=maybe: no|yes (" },
		{ "[inflate]\nmode = a,,b\n", "mode=: LIST (" },
		{ "[stream]\noperation = copy+paste\n", "operation=copy+paste: " },
		{ "[multivm]\nworkload = doom\n", "workload=doom: " },
		{ "[multivm]\nvms = 9\n", "vms=9: 1 to 8" },
		{ "[inflate]\nrepetitions = 100\n", "repetitions=100: 1 to 99" },
		{ "[inflate]\nthreads = 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,"
		  "25,26,27,28,29,30,31,32,33\n", "threads: 32 values are the most" },
		{ "# nothing\n", "there is no benchmark in it" },
		{ "", "there is no benchmark in it" },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_lab_plan *plan = bt_lab_plan_create();
		struct bt_err err = { 0 };

		assert_int_equal(read_plan(plan, cases[i].text, &err), -EINVAL);
		assert_non_null(strstr(err.text, "plan.ini: "));
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s, not %s", err.text, cases[i].why);
		bt_lab_plan_free(plan);
	}
}

static void plans_that_are_not_there_are_refused(void **state)
{
	struct bt_lab_plan *plan = bt_lab_plan_create();
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_lab_plan_read(plan, in_directory("none.ini"), &err), -ENOENT);
	assert_non_null(strstr(err.text, "there are full, fast, and files"));
	assert_int_equal(bt_lab_plan_read(plan, directory, &err), -EIO);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(bt_lab_plan_add(plan, "ftq", &err), 0);
	assert_int_equal(bt_lab_plan_add(plan, "ftq", &err), -EINVAL);
	assert_string_equal(err.text, "a plan has at most 64 sections");
	bt_lab_plan_free(plan);
}

#define MANY "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16"

/* 4096 are the most: 16 * 16 * 16; with repetitions, too. */
static void runs_that_cannot_be_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[inflate]\nmode = a, b, a\n", "two runs would both be called inflate-a-r01" },
		{ "[inflate]\nappend = x y | x_y\n",
		  "two runs would both be called inflate-base-manual-append=x_y-r01" },
		{ "[inflate]\n[inflate]\n", "two runs would both be called inflate-base-manual-r01" },
		{ "[compiling]\nworkload = command\nimage = x\n", "image and command are needed" },
		{ "[compiling]\nworkload = synth, build\n", "build-tree is needed" },
		{ "[inflate]\nmode = a,b\ncpus = " MANY "\nthreads = " MANY
		  "\nmemory = 1G,2G,3G,4G,5G,6G,7G,8G,9G\n", "a plan of more than 4096 runs" },
		{ "[inflate]\ncpus = " MANY "\nthreads = " MANY "\nrepetitions = 17\n",
		  "a plan of more than 4096 runs" },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_lab_plan *plan = plan_of(cases[i].text);
		struct bt_lab_item *items;
		struct bt_err err = { 0 };
		unsigned count;

		assert_int_equal(bt_lab_plan_expand(plan, 1, &items, &count, &err), -EINVAL);
		if (!strstr(err.text, cases[i].why))
			fail_msg("%s, not %s", err.text, cases[i].why);
		bt_lab_plan_free(plan);
	}
}

/* ---- text ---------------------------------------------------------------------------------- */

static char *printed(const struct bt_lab_plan *plan)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	bt_lab_plan_print(plan, out);
	fclose(out);
	return text;
}

static void what_is_printed_is_the_same_plan(void **state)
{
	static const char *const texts[] = {
		ORDER,
		"[inflate]\n",
		"[inflate]\nmode = a\n[inflate]\nmode = b\n[ftq]\n[inflate]\nmode = c\n",
		"[inflate]\nmode = a, b\nappend = x=1,2 y ; z | w\n",
		"[compiling]\nworkload = command\nimage = /i\ncommand = make ; [x] = # y\n",
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(texts); i++) {
		struct bt_lab_plan *plan = plan_of(texts[i]), *again;
		char *text = printed(plan), *text_again;
		struct runs runs = expand(plan, 5), runs_again;

		again = plan_of(text);
		text_again = printed(again);
		assert_string_equal(text, text_again);
		runs_again = expand(again, 5);
		assert_true(same_order(runs, runs_again));
		free(runs.items);
		free(runs_again.items);
		free(text);
		free(text_again);
		bt_lab_plan_free(plan);
		bt_lab_plan_free(again);
	}
}

/*
 * full: inflate 2 modes * 2 * 3 repetitions; stream and ftq 2 * 2 threads * 2 * 3 each; compiling
 * 3 * 3; multivm 2 * 2. fast: 2 * 2 of inflate, stream, ftq; 3; 2.
 */
static void the_plans_that_are_built_in_expand(void **state)
{
	static const struct {
		const char *name;
		unsigned count;
	} plans[] = { { "full", 12 + 24 + 24 + 9 + 4 }, { "fast", 4 + 4 + 4 + 3 + 2 } };

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(plans); i++) {
		struct bt_lab_plan *plan = bt_lab_plan_create();
		struct runs runs;
		struct bt_err err;

		assert_int_equal(bt_lab_plan_read(plan, plans[i].name, &err), 0);
		runs = expand(plan, 1);
		assert_int_equal(runs.count, plans[i].count);
		for (unsigned k = 0; k < runs.count; k++) {
			const struct bt_mode_size *size = &runs.items[k].options.size;

			assert_true(size->least_bytes < size->memory_bytes);
			assert_int_equal(size->initial_bytes, 0);
		}
		free(runs.items);
		bt_lab_plan_free(plan);
	}
}

static void keys_are_told(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const struct bt_lab_key *key; (key = bt_lab_key_at(count)); count++) {
		assert_true(*key->name && *key->value && *key->help);
		assert_true(key->benchmarks && key->benchmarks < 1u << BT_LAB_BENCHMARKS);
		for (unsigned i = 0; i < count; i++)
			assert_string_not_equal(key->name, bt_lab_key_at(i)->name);
	}
	assert_true(count > 20);
	assert_null(bt_lab_key_at(count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_reach_the_run),
		cmocka_unit_test(what_nobody_says_follows_from_the_rest),
		cmocka_unit_test(commands_stay_whole),
		cmocka_unit_test(every_combination_is_a_run),
		cmocka_unit_test(names_are_unique_and_of_harmless_letters),
		cmocka_unit_test(labels_say_what_was_done),
		cmocka_unit_test(both_sorts_are_told_apart),
		cmocka_unit_test(reporting_is_of_the_plan),
		cmocka_unit_test(repetitions_are_interleaved),
		cmocka_unit_test(the_seed_makes_the_order),
		cmocka_unit_test(bad_plans_are_refused),
		cmocka_unit_test(plans_that_are_not_there_are_refused),
		cmocka_unit_test(runs_that_cannot_be_are_refused),
		cmocka_unit_test(what_is_printed_is_the_same_plan),
		cmocka_unit_test(the_plans_that_are_built_in_expand),
		cmocka_unit_test(keys_are_told),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

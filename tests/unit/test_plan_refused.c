// SPDX-License-Identifier: GPL-2.0
/* Plans that are refused, those that just are not, and random ones. */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "bench/plan.h"
#include "core/util.h"

/* ---- what is refused -------------------------------------------------------------------- */

#define DIGITS "0000000000000000000000000000000000000000000000000000000000000000000000"

static void refusals_name_the_line(void **state)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "", "plan p: it has neither a section nor a key" },
		{ "# order = 3\n[global]\n", "plan p: it has neither a section nor a key" },
		{ "[a]\n\norder = 16\n", "plan p, line 3: order=16: out of range, allowed is 0 to "
					 "15 (by the ABI; a machine may allow less)" },
		{ "[a]\norder = x\n", "plan p, line 2: order=x: a whole number is expected, or several "
		  "by weight as 0:8+3:1" },
		{ "[a]\norder =\n", "plan p, line 2: order: a value is missing" },
		{ "[a]\norder = 1,,2\n", "plan p, line 2: order: a value is missing at a comma" },
		{ "[a]\norder = ,1\n", "plan p, line 2: order: a value is missing at a comma" },
		{ "[a]\norder = 1, \n", "plan p, line 2: order: a value is missing at a comma" },
		{ "[a]\norder = 4,04\n", "plan p, line 2: order=4: the value is there twice" },
		{ "[a]\norder = 0-4 3\n", "plan p, line 2: order=3: the value is there twice" },
		{ "[a]\norder = 4-2\n", "plan p, line 2: order=4-2: the range runs backwards" },
		{ "[a]\norder = 0-4:0\n",
		  "plan p, line 2: order=0-4:0: the step of a range is 1 or more" },
		{ "[a]\norder = 0-\n",
		  "plan p, line 2: order=0-: a range is expected, as 0-10 or 0-10:2" },
		{ "[a]\norder = 1:2-3\n",
		  "plan p, line 2: order=1:2-3: a range is expected, as 0-10 or 0-10:2" },
		{ "[a]\npace = 0-100000000\n",
		  "plan p, line 2: pace=0-100000000: more than 4096 values" },
		{ "[a]\npace = 0-18446744073709551615\n",
		  "plan p, line 2: pace=0-18446744073709551615: more than 4096 values" },
		{ "[a]\nbatch = 1-4097\n", "plan p, line 2: batch=1-4097: more than 4096 values" },
		{ "[a]\nbatch = 1-4096 5000\n",
		  "plan p, line 2: batch=5000: more than 4096 values" },
		{ "[a]\ncpus = 0-3\n", "plan p, line 2: cpus=0: allowed is 1 to 1024, all" },
		{ "[a]\ncpus = 1025\n", "plan p, line 2: cpus=1025: allowed is 1 to 1024, all" },
		{ "[a]\nmask = 3-1\n", "plan p, line 2: mask: CPU list '3-1': '3-1' at character "
				       "1: the range runs backwards" },
		{ "[a]\nmask = none\n", "plan p, line 2: mask=none: at least one CPU is needed" },
		{ "[a]\nnode = bind\n", "plan p, line 2: node list is empty: name one at least, "
					"as 0 or 0-3" },
		{ "[a]\nnode = far\n", "plan p, line 2: node=far: allowed is one of local, prefer:N, "
				       "bind:LIST, interleave:LIST, remote" },
		{ "[a]\ngfp = GFP_KERNEL\n",
		  "plan p, line 2: gfp=GFP_KERNEL: allowed is one of kernel-mayfail, kernel, "
		  "kernel-noretry, atomic, movable" },
		{ "[a]\nheld = 0%\n", "plan p, line 2: held=0%: allowed is SIZE, N%, auto" },
		{ "[a]\nheld = 101%\n", "plan p, line 2: held=101%: allowed is SIZE, N%, auto" },
		{ "[a]\nheld = 1.%\n", "plan p, line 2: held=1.%: allowed is SIZE, N%, auto" },
		{ "[a]\nheld = %\n", "plan p, line 2: held=%: allowed is SIZE, N%, auto" },
		{ "[a]\nheld = lots\n", "plan p, line 2: held=lots: bytes are expected, as 4096, "
					"64M or 2GiB" },
		{ "[a]\nseconds = 1 2\n",
		  "plan p, line 2: seconds=1 2: one value is expected, the key is not swept" },
		{ "[a]\nseconds = 0\n",
		  "plan p, line 2: seconds=0: allowed is TIME from 1ms to 24h" },
		{ "[a]\nsteady = 25h\n",
		  "plan p, line 2: steady=25h: allowed is TIME from 0 to 24h, off" },
		{ "[a]\nrepetitions = 0\n",
		  "plan p, line 2: repetitions=0: allowed is 1 to 10000" },
		{ "[a]\nprobe = maybe\n", "plan p, line 2: probe=maybe: allowed is yes, no" },
		{ "[a]\nlimit-bytes = 1\n", "plan p, line 2: limit-bytes=1: allowed is SIZE, off" },
		{ "[a]\nmmap-size = off\n",
		  "plan p, line 2: mmap-size=off: allowed is SIZE, auto" },
		{ "[a]\nstop-at-psi = 101\n",
		  "plan p, line 2: stop-at-psi=101: allowed is 1 to 100, off" },
		{ "[a]\norder = 1\norder = 2\n",
		  "plan p, line 3: order: is there already, in line 2" },
		{ "order = 1\ngfp = kernel\norder = 2\n",
		  "plan p, line 3: order: is there already, in line 1" },
		{ "seed = 1\n[global]\nseed = 2\n",
		  "plan p, line 3: seed: is there already, in line 1" },
		{ "[a]\nshuffle = yes\n",
		  "plan p, line 2: shuffle: is of the whole plan, its place is [global]" },
		{ "[a]\nwarm-up = 1\n",
		  "plan p, line 2: no key is called 'warm-up'; is 'warmup' meant?" },
		{ "[a]\nOrder = 1\n", "plan p, line 2: no key is called 'Order'; is 'order' meant?" },
		{ "[a]\ncolour = red\n",
		  "plan p, line 2: no key is called 'colour'; buddytop.5 lists them" },
		{ "[a]\n[b]\n[a]\n", "plan p, line 3: [a]: a section of this name is there already" },
		{ "[]\n", "plan p, line 1: []: [NAME] is expected, up to 48 letters, digits and "
			  "._+-" },
		{ "\n[a b]\n", "plan p, line 2: [a b]: [NAME] is expected, up to 48 letters, digits "
			       "and ._+-" },
		{ "[a\n", "plan p, line 1: [a: [NAME] is expected, up to 48 letters, digits and "
			  "._+-" },
		{ "[a] order = 3\n", "plan p, line 1: [a] order = 3: [NAME] is expected, up to 48 "
				     "letters, digits and ._+-" },
		{ "[a]\norder\n[b]\norder = 99\n",
		  "plan p, line 2: KEY = VALUE or [SECTION] is expected" },
		{ "[a]\norder = " DIGITS DIGITS DIGITS "\n",
		  "plan p, line 2: longer than 197 bytes" },
		{ "[a]\nbatch = 1-100\npace = 1-41\n",
		  "plan p, [a]: with it the plan has more than 4096 runs" },
		{ "batch = 1-4096\n[a]\n[b]\nbatch = 2\n",
		  "plan p, [b]: with it the plan has more than 4096 runs" },
		/* 4096^6 is 2^72 */
		{ "[a]\nbatch=1-4096\npace=1-4096\n[b]\nbatch=1-4096\npace=1-4096\n"
		  "[c]\nbatch=1-4096\n", "plan p, line 8: batch: with it the plan has more than "
					 "16384 values" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct bt_plan *plan = (struct bt_plan *)&rows;
		struct bt_err err = { 0 };

		assert_int_equal(bt_plan_parse(&plan, "p", rows[i].text, &err), -EINVAL);
		assert_string_equal(err.text, rows[i].message);
		assert_int_equal(err.code, EINVAL);
		assert_null(plan);
		/* Nobody need ask why. */
		assert_int_equal(bt_plan_parse(&plan, "p", rows[i].text, NULL), -EINVAL);
	}
}

static void what_just_fits(void **state)
{
	char line[512];
	struct bt_plan *plan;

	(void)state;
	assert_int_equal(bt_plan_parse(&plan, "p", "[a]\nbatch = 1-64\npace = 1-64\n", NULL), 0);
	assert_int_equal(plan->run_count, 4096);
	assert_string_equal(plan->runs[4095].label, "batch=64 pace=64");
	bt_plan_free(plan);
	/* 197 bytes, the last of which counts. */
	snprintf(line, sizeof(line), "%0197d\norder = %0188d4\n", 0, 0);
	*line = '#';
	assert_int_equal(bt_plan_parse(&plan, "p", line, NULL), 0);
	assert_string_equal(plan->runs[0].settings[0], "order=4");
	bt_plan_free(plan);
}

static void a_text_that_is_too_long(void **state)
{
	char *text = bt_xcalloc(1, BT_PLAN_BYTES_MAX + 2);
	struct bt_err err = { 0 };
	struct bt_plan *plan;

	(void)state;
	memset(text, '\n', BT_PLAN_BYTES_MAX + 1);
	memcpy(text, "[a]", 3);
	assert_int_equal(bt_plan_parse(&plan, "p", text, &err), -EINVAL);
	assert_string_equal(err.text, "plan p: longer than 262144 bytes");
	text[BT_PLAN_BYTES_MAX] = '\0';
	assert_int_equal(bt_plan_parse(&plan, "p", text, &err), 0);
	bt_plan_free(plan);
	free(text);
}

/* ---- anything at all -------------------------------------------------------------------- */

static uint32_t step(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u; /* Numerical Recipes */
	return *state >> 8;
}

/* Half of it lines that could be right, so that what comes of those is seen, too. */
static void pick_text(uint32_t seed, char *text, size_t size)
{
	static const char *const words[] = {
		"\n[a]\n", "\n[b]\n", "\n[global]\n", "\norder=0-9:3", "\norder = 4", "\ncpus = 1,2",
		"\nmask=0 0-1", "\nnode=local", "\nheld=12.5% 64M", "\nbatch=7", "\npace=1-40",
		"\nseconds=2", "\nseed=0", "\nfree=fifo,lifo", "\ntouch=all", " ", " ; ", "\n#",
		"[", "]", "\n", "=", ":", ",", "-", "\t", "\r", "%", "^", "0", "4096", "0-10",
		"18446744073709551615", "bind:0", "auto", "\xef\xbb\xbf", "\xff", "\v",
	};
	const unsigned harmless = 18;
	size_t used = 0, most = step(&seed) % 30;
	bool wild = step(&seed) % 2;

	for (size_t i = 0; i < most && used + 32 < size; i++) {
		unsigned count = wild ? BT_ARRAY_SIZE(words) : harmless;

		if (step(&seed) % 16 || !wild)
			used += (size_t)sprintf(text + used, "%s", words[step(&seed) % count]);
		else
			text[used++] = (char)(step(&seed) % 255 + 1);
	}
	text[used] = '\0';
}

static bool same_label(const struct bt_plan *plan, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (!strcmp(plan->runs[i].label, plan->runs[index].label))
			return true;
	}
	return false;
}

static void random_text_does_no_harm(void **state)
{
	unsigned accepted = 0, seed, i;
	struct bt_plan *plan;
	struct bt_err err;
	char text[2048];

	(void)state;
	for (seed = 0; seed < 20000; seed++) {
		pick_text(seed, text, sizeof(text));
		if (bt_plan_parse(&plan, "p", text, &err)) {
			assert_non_null(strstr(err.text, "plan p"));
			continue;
		}
		accepted++;
		assert_in_range(plan->run_count, 1, BT_PLAN_RUNS_MAX);
		for (i = 0; i < plan->run_count; i++)
			assert_false(same_label(plan, i));
		bt_plan_free(plan);
	}
	/* Or nothing was tested. */
	assert_true(accepted > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_name_the_line),
		cmocka_unit_test(what_just_fits),
		cmocka_unit_test(a_text_that_is_too_long),
		cmocka_unit_test(random_text_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0
/* Parts of buddytop-work: the kernels of STREAM and their validation, quanta, and plans. */
#include "tests/unit/test.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "work/ftq.h"
#include "work/stream.h"
#include "work/synth.h"

#define ELEMENTS 10000u		/* no whole number of pages */

static uint16_t own_cpu[2];
static unsigned cpu_count;

static int find_cpus(void **state)
{
	cpu_set_t allowed;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	for (unsigned i = 0; i < CPU_SETSIZE && cpu_count < 2; i++) {
		if (CPU_ISSET(i, &allowed))
			own_cpu[cpu_count++] = (uint16_t)i;
	}
	return 0;
}

/* ---- STREAM ------------------------------------------------------------------------------- */

/* By hand, of a = 1, b = 2, c = 4: c = 1; b = q 4; c = 3; a = 2 + q 4. */
static void test_kernels(void **state)
{
	static const struct {
		const char *name;
		unsigned bytes, array;
		double value;
	} expected[] = {
		{ "copy", 16, 2, 1 },
		{ "scale", 16, 1, 1.6568542494923802 },
		{ "add", 24, 2, 3 },
		{ "triad", 24, 0, 3.6568542494923802 },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(expected); i++) {
		double v[3][5] = { { 1, 1, 1, 1, 1 }, { 2, 2, 2, 2, 2 }, { 4, 4, 4, 4, 4 } };
		const struct bt_stream_kernel *kernel = bt_stream_kernel(expected[i].name);

		assert_int_equal(kernel->element_bytes, expected[i].bytes);
		kernel->run(v[0], v[1], v[2], 4);
		for (unsigned j = 0; j < 3; j++) {
			double before = j == 0 ? 1 : j == 1 ? 2 : 4;
			double after = j == expected[i].array ? expected[i].value : before;

			for (unsigned k = 0; k < 4; k++)
				assert_true(v[j][k] > after - 1e-12 && v[j][k] < after + 1e-12);
			assert_true(v[j][4] == before);	/* beyond the count */
		}
	}
	assert_null(bt_stream_kernel("sort"));
}

static int run_stream(const struct bt_stream_plan *plan, size_t *rows, struct bt_err *err)
{
	struct bt_stream_run *run;
	const struct bt_stream_row *row;
	int code;

	assert_int_equal(bt_stream_open(&run, plan, err), 0);
	assert_int_equal(bt_stream_begin(run, err), 0);
	while (!bt_stream_wait(run, 1000))
		;
	*rows = bt_stream_rows(run, &row);
	for (size_t i = 1; i < *rows; i++)
		assert_true(row[i].start_ns >= row[i - 1].start_ns + row[i - 1].ns);
	code = bt_stream_end(run, err);
	bt_stream_close(run);
	return code;
}

/*
 * Sequences that stay, shrink (copy, scale, triad: by 2 q, to 1e-100 in 1223 iterations), and grow
 * (scale, add, triad: by q + sqrt(q + q^2), to 1e100 in 1398).
 */
static void test_sequences(void **state)
{
	static const struct {
		const char *kernels[BT_STREAM_KERNELS_MAX];
		uint64_t iterations;
		bool alone;
	} sequences[] = {
		{ { "copy" }, 50, false },
		{ { "copy", "scale", "add", "triad" }, 50, false },
		{ { "copy", "scale", "triad" }, 5000, true },
		{ { "scale", "add", "triad" }, 5000, true },
		{ { "add", "add" }, 3, false },
	};
	static atomic_bool stop;
	struct bt_err err = { 0 };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(sequences); i++) {
		struct bt_stream_plan plan = { .elements = ELEMENTS, .cpus = own_cpu, .stop = &stop,
					       .iterations = sequences[i].iterations,
					       .threads = sequences[i].alone ? 1 : cpu_count };
		size_t rows;

		for (; sequences[i].kernels[plan.kernel_count]; plan.kernel_count++)
			plan.kernels[plan.kernel_count] =
				bt_stream_kernel(sequences[i].kernels[plan.kernel_count]);
		if (run_stream(&plan, &rows, &err))
			fail_msg("%s", err.text);
		assert_int_equal(rows, plan.kernel_count * plan.iterations);
	}
}

static void forgets_the_last(double *restrict a, double *restrict b, double *restrict c,
			     size_t count)
{
	(void)b;
	memcpy(c, a, (count - 1) * sizeof(*a));
}

static void copies_what_is_near(double *restrict a, double *restrict b, double *restrict c,
				size_t count)
{
	(void)b;
	for (size_t i = 0; i < count; i++)
		c[i] = a[i] * (1 + 2e-8);
}

static void copies_nothing_that_is(double *restrict a, double *restrict b, double *restrict c,
				   size_t count)
{
	(void)b;
	for (size_t i = 0; i < count; i++)
		c[i] = (a[i] - 1) / 0.0;
}

static void test_wrong_kernels(void **state)
{
	static const struct {
		void (*run)(double *restrict a, double *restrict b, double *restrict c, size_t n);
		const char *text;
	} wrong[] = {
		{ forgets_the_last, "element 9999 of array c is 0 after 2 kernels, not 1" },
		{ copies_what_is_near, "element 0 of array c is 1 after 2 kernels" },
		{ copies_nothing_that_is, "element 0 of array c is " },
	};
	static atomic_bool stop;
	size_t rows;

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(wrong); i++) {
		struct bt_stream_kernel kernel = *bt_stream_kernel("copy");
		struct bt_stream_plan plan = { .kernels = { &kernel }, .kernel_count = 1,
					       .elements = ELEMENTS, .iterations = 2, .threads = 1,
					       .cpus = own_cpu, .stop = &stop };
		struct bt_err err = { 0 };

		kernel.run = wrong[i].run;
		assert_int_equal(run_stream(&plan, &rows, &err), -EIO);
		if (!strstr(err.text, wrong[i].text))
			fail_msg("'%s' is not in '%s'", wrong[i].text, err.text);
	}
}

/* Stopped at once, it has done one kernel, and that right. */
static void test_stopped_stream(void **state)
{
	static atomic_bool stop = true;
	struct bt_stream_plan plan = { .kernels = { bt_stream_kernel("add") }, .kernel_count = 1,
				       .elements = ELEMENTS, .iterations = 1000000,
				       .threads = cpu_count, .cpus = own_cpu, .stop = &stop };
	struct bt_err err = { 0 };
	size_t rows;

	(void)state;
	assert_int_equal(run_stream(&plan, &rows, &err), 0);
	assert_int_equal(rows, 1);
}

/* ---- FTQ ---------------------------------------------------------------------------------- */

/* As often as it takes a thread to be awake: the machine may have better to do. */
static void test_quanta(void **state)
{
	static atomic_bool stop;
	const struct bt_ftq_plan plan = { .quantum_ns = 1000000, .samples = 50, .stop = &stop,
					  .threads = cpu_count, .cpus = own_cpu };
	uint64_t before_ns, start_ns, sum = 0;
	struct bt_ftq_run *run;

	(void)state;
	assert_int_equal(bt_ftq_needs_bytes(&plan), cpu_count * 400);
	while (!sum) {
		before_ns = bt_mono_ns();
		assert_int_equal(bt_ftq_open(&run, &plan, &start_ns, NULL), 0);
		assert_true(start_ns >= before_ns + 10 * plan.quantum_ns);
		while (!bt_ftq_wait(run, 1000))
			;
		assert_true(bt_mono_ns() >= start_ns + 50 * plan.quantum_ns);
		assert_int_equal(bt_ftq_done(run), 50);
		for (size_t i = 0; i < 50; i++)
			sum += bt_ftq_count(run, i, cpu_count - 1);
		bt_ftq_close(run);
	}
}

/* A quantum that nobody can be awake in: threads come as it is over, and count nothing. */
static void test_late(void **state)
{
	static atomic_bool stop;
	const struct bt_ftq_plan plan = { .quantum_ns = 1, .samples = 3, .threads = 1,
					  .cpus = own_cpu, .stop = &stop };
	struct bt_ftq_run *run;
	uint64_t start_ns;

	(void)state;
	assert_int_equal(bt_ftq_open(&run, &plan, &start_ns, NULL), 0);
	while (!bt_ftq_wait(run, 1000))
		;
	assert_int_equal(bt_ftq_done(run), 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(bt_ftq_count(run, i, 0), 0);
	bt_ftq_close(run);
}

/* ---- plans of compilations ---------------------------------------------------------------- */

static void test_same_seed(void **state)
{
	struct bt_synth_settings settings = { .seed = 7, .bytes = 1ull << 30, .threads = 4,
					      .duration_ns = 60 * BT_NS_PER_S };
	struct bt_synth_plan *a = bt_synth_plan(&settings), *b = bt_synth_plan(&settings), *c;

	(void)state;
	settings.seed = 8;
	c = bt_synth_plan(&settings);
	assert_int_equal(a->count, 64);
	assert_int_equal(b->count, 64);
	assert_memory_equal(a->children, b->children, 64 * sizeof(*a->children));
	assert_memory_not_equal(a->children, c->children, 64 * sizeof(*a->children));
	bt_synth_plan_free(a);
	bt_synth_plan_free(b);
	bt_synth_plan_free(c);
}

static void check_bounds(const struct bt_synth_plan *plan)
{
	uint64_t limit = plan->settings.bytes / 4 * 3, files = 0;

	assert_int_equal(plan->anon_limit_bytes, limit);
	for (unsigned i = 0; i < plan->count; i++) {
		const struct bt_synth_child *child = &plan->children[i];

		assert_in_range(child->anon_bytes, 4096, limit);
		assert_int_equal(child->anon_bytes % 4096, 0);
		assert_true(child->reads[0] <= i && child->reads[1] <= i);
		files += child->file_bytes;
	}
	assert_true(files <= plan->settings.bytes / 4);
}

/*
 * Of u^3 the mean is 1/4, the median 1/8, and P(above 1/2) = 1 - cbrt(1/2) = 0.206; lives last the
 * sixteenth part of the duration on average.
 */
static void test_distribution(void **state)
{
	const struct bt_synth_settings settings = { .seed = 1, .bytes = 1ull << 40, .threads = 256,
						    .duration_ns = 16 * BT_NS_PER_S };
	struct bt_synth_plan *plan = bt_synth_plan(&settings);
	double largest = (double)(settings.bytes / 4 * 3 / 256 * 4), sum = 0, life_ns = 0;
	unsigned below = 0, above = 0;

	(void)state;
	check_bounds(plan);
	assert_int_equal(plan->count, 4096);
	for (unsigned i = 0; i < plan->count; i++) {
		double part = (double)plan->children[i].anon_bytes / largest;

		assert_true(plan->children[i].life_ns >= BT_NS_PER_S / 2);
		assert_true(plan->children[i].life_ns <= BT_NS_PER_S / 2 * 3);
		life_ns += (double)plan->children[i].life_ns;
		sum += part;
		below += part < 1.0 / 8;
		above += part > 1.0 / 2;
	}
	/* Standard errors of 4096 draws: 0.0044 of the mean, 32 and 26 of the counts. */
	assert_true(sum / 4096 > 0.23 && sum / 4096 < 0.27);
	assert_in_range(below, 2048 - 160, 2048 + 160);
	assert_in_range(above, 845 - 130, 845 + 130);
	assert_true(life_ns / 4096 > 0.97e9 && life_ns / 4096 < 1.03e9);
	bt_synth_plan_free(plan);
}

/*
 * When the last of a plan ends, if each lives as long as planned: in their order, `threads` at a time,
 * and not before what they grow to fits.
 */
static uint64_t end_of_plan(const struct bt_synth_plan *plan)
{
	uint64_t until[4] = { 0 }, anon[4] = { 0 }, now = 0, used = 0, last = 0;
	unsigned next = 0;

	while (next < plan->count) {
		uint64_t soonest = UINT64_MAX;

		for (unsigned i = 0; i < plan->settings.threads; i++) {
			if (anon[i] && until[i] <= now) {
				used -= anon[i];
				anon[i] = 0;
			}
		}
		for (unsigned i = 0; i < plan->settings.threads && next < plan->count; i++) {
			const struct bt_synth_child *child = &plan->children[next];

			if (anon[i] || used + child->anon_bytes > plan->anon_limit_bytes)
				continue;
			used += anon[i] = child->anon_bytes;
			until[i] = now + child->life_ns;
			last = until[i] > last ? until[i] : last;
			next++;
		}
		for (unsigned i = 0; i < plan->settings.threads; i++) {
			if (anon[i] && until[i] < soonest)
				soonest = until[i];
		}
		now = soonest;
	}
	return last;
}

/* The lab waits twice the duration, and then as long as its work limit (lab/workload.h). */
static void test_plans_end(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 200; seed++) {
		struct bt_synth_plan *plan = bt_synth_plan(&(struct bt_synth_settings){
			.seed = seed, .bytes = 4ull << 30, .threads = 1 + seed % 4,
			.duration_ns = 600 * BT_NS_PER_S });

		assert_in_range(end_of_plan(plan), 300 * BT_NS_PER_S, 1200 * BT_NS_PER_S);
		bt_synth_plan_free(plan);
	}
}

static void test_small_plans(void **state)
{
	static const struct bt_synth_settings settings[] = {
		{ .seed = 1, .bytes = 16384, .threads = 1, .duration_ns = 1 },
		{ .seed = 2, .bytes = 256 * 16384, .threads = 256, .duration_ns = BT_NS_PER_S },
		{ .seed = 3, .bytes = 1 << 20, .threads = 3, .duration_ns = BT_NS_PER_MS },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(settings); i++) {
		struct bt_synth_plan *plan = bt_synth_plan(&settings[i]);

		assert_true(plan->count >= settings[i].threads);
		check_bounds(plan);
		bt_synth_plan_free(plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_wrong_kernels),
		cmocka_unit_test(test_stopped_stream),
		cmocka_unit_test(test_quanta),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_same_seed),
		cmocka_unit_test(test_distribution),
		cmocka_unit_test(test_small_plans),
		cmocka_unit_test(test_plans_end),
	};

	return cmocka_run_group_tests(tests, find_cpus, NULL);
}

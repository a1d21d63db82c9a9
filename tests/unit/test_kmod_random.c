// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include "kmod/random.h"

/* The published test vector of SplitMix64: the first numbers of the seed 1234567. */
static void the_published_numbers(void **state)
{
	static const uint64_t expected[] = {
		6457827717110365317ull, 3203168211198807973ull, 9817491932198370423ull,
		4593380528125082431ull, 16408922859458223821ull,
	};
	__u64 seed = 1234567;

	(void)state;
	for (unsigned i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_true(ant_random(&seed) == expected[i]);
}

/* floor(number * n / 2^64), by hand of the first one: 0.35007... of 1000 and of 7. */
static void below_a_bound(void **state)
{
	__u64 seed = 1234567, counts[5] = { 0 };

	(void)state;
	assert_int_equal(ant_random_below(&seed, 1000), 350);
	seed = 1234567;
	assert_int_equal(ant_random_below(&seed, 7), 2);
	for (unsigned i = 0; i < 10000; i++)
		counts[ant_random_below(&seed, 5)]++;
	/* 2000 each with a deviation of 40: 6 of them. */
	for (unsigned i = 0; i < 5; i++)
		assert_in_range(counts[i], 1760, 2240);
	assert_int_equal(ant_random_below(&seed, 1), 0);
}

static void every_cpu_has_its_own(void **state)
{
	(void)state;
	for (unsigned a = 0; a < 64; a++) {
		for (unsigned b = 0; b < a; b++)
			assert_true(ant_random_state(7, a) != ant_random_state(7, b));
	}
	assert_true(ant_random_state(7, 0) != ant_random_state(8, 0));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_numbers),
		cmocka_unit_test(below_a_bound),
		cmocka_unit_test(every_cpu_has_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

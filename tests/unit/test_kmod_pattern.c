// SPDX-License-Identifier: GPL-2.0
#include "tests/unit/test.h"

#include "core/util.h"
#include "kmod/buddytop_uapi.h"
#include "kmod/pattern.h"

/* Share 1000 pages, blocks of 4, bursts of 10 blocks. */
static const struct ant_band_terms terms = {
	.run = BT_RUN_GO, .share = 1000, .block = 4, .burst = 40,
};

static struct ant_band band_of(unsigned run, unsigned pattern)
{
	struct ant_band_terms t = terms;

	t.run = run;
	t.pattern = pattern;
	return ant_band(&t);
}

static void bands_are_as_described(void **state)
{
	static const struct {
		unsigned run, pattern;
		uint64_t low, high;
	} rows[] = {
		{ BT_RUN_GO, BT_PATTERN_BURST, 480, 520 },
		{ BT_RUN_GO, BT_PATTERN_STEADY, 960, 1000 },
		{ BT_RUN_GO, BT_PATTERN_REPEAT, 0, 4 },
		{ BT_RUN_GO, BT_PATTERN_RAMP, 0, 1000 },
		{ BT_RUN_GO, BT_PATTERN_HOLD, 1000, 1000 },
		{ BT_RUN_KEEP, BT_PATTERN_RAMP, 1000, 0 },
		{ BT_RUN_DRAIN, BT_PATTERN_HOLD, 0, 0 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct ant_band band = band_of(rows[i].run, rows[i].pattern);

		assert_int_equal(band.low, rows[i].low);
		assert_int_equal(band.high, rows[i].high);
	}
}

/* Takes steps until nothing is left to do or `count` are taken; returns the pages held. */
static uint64_t steps(const struct ant_band *band, enum ant_phase *phase, uint64_t held,
		      unsigned count, uint64_t *low, uint64_t *high)
{
	*low = *high = held;
	while (count--) {
		enum ant_step step = ant_pattern_step(phase, band, held, terms.block);

		if (step == ANT_STEP_NONE)
			break;
		held += step == ANT_STEP_ALLOC ? terms.block : -terms.block;
		*low = held < *low ? held : *low;
		*high = held > *high ? held : *high;
	}
	return held;
}

static void steps_stay_in_the_band_and_never_end(void **state)
{
	static const struct {
		unsigned pattern;
		uint64_t low, high;
	} rows[] = {
		{ BT_PATTERN_BURST, 480, 520 },
		{ BT_PATTERN_STEADY, 960, 1000 },
		{ BT_PATTERN_REPEAT, 0, 4 },
		{ BT_PATTERN_RAMP, 0, 1000 },
	};
	unsigned i;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		struct ant_band band = band_of(BT_RUN_GO, rows[i].pattern);
		enum ant_phase phase = ANT_GROWING;
		uint64_t low, high, held = steps(&band, &phase, 0, 1000, &low, &high);

		steps(&band, &phase, held, 1000, &low, &high);
		assert_int_equal(low, rows[i].low);
		assert_int_equal(high, rows[i].high);
	}
}

/* A band of any two sizes a block apart keeps a worker busy, and within its share. */
static void small_shares_work_too(void **state)
{
	uint64_t share, burst;
	unsigned pattern;

	(void)state;
	for (pattern = BT_PATTERN_BURST; pattern <= BT_PATTERN_RAMP; pattern++) {
		for (share = terms.block; share < 64; share++) {
			for (burst = terms.block; burst < 128; burst += terms.block) {
				struct ant_band_terms t = terms;
				enum ant_phase phase = ANT_GROWING;
				struct ant_band band;
				uint64_t low, high;

				t.pattern = pattern;
				t.share = share;
				t.burst = burst;
				band = ant_band(&t);
				steps(&band, &phase, 0, 500, &low, &high);
				assert_true(high >= terms.block && high <= share);
				assert_int_not_equal(ant_pattern_step(&phase, &band, high, terms.block),
						     ANT_STEP_NONE);
			}
		}
	}
}

static void hold_keep_and_drain_come_to_rest(void **state)
{
	const struct {
		unsigned run;
		uint64_t from, to;
	} rows[] = {
		{ BT_RUN_GO, 0, 1000 },
		{ BT_RUN_GO, 1200, 1000 },
		{ BT_RUN_KEEP, 0, 0 },
		{ BT_RUN_KEEP, 400, 400 },
		{ BT_RUN_KEEP, 1200, 1000 },	/* the share became smaller */
		{ BT_RUN_DRAIN, 400, 0 },
		{ BT_RUN_DRAIN, 0, 0 },
	};
	unsigned i, start;

	(void)state;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		for (start = ANT_GROWING; start <= ANT_SHRINKING; start++) {
			struct ant_band band = band_of(rows[i].run, BT_PATTERN_HOLD);
			enum ant_phase phase = start;
			uint64_t low, high;

			assert_int_equal(steps(&band, &phase, rows[i].from, 2000, &low, &high),
					 rows[i].to);
			assert_int_equal(ant_pattern_step(&phase, &band, rows[i].to, terms.block),
					 ANT_STEP_NONE);
		}
	}
}

static void the_guard_clips_both_edges(void **state)
{
	struct ant_band band = ant_band_clip((struct ant_band){ .low = 960, .high = 1000 }, 980);

	(void)state;
	assert_int_equal(band.low, 960);
	assert_int_equal(band.high, 980);
	band = ant_band_clip(band, 100);
	assert_int_equal(band.low, 100);
	assert_int_equal(band.high, 100);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(bands_are_as_described),
		cmocka_unit_test(steps_stay_in_the_band_and_never_end),
		cmocka_unit_test(small_shares_work_too),
		cmocka_unit_test(hold_keep_and_drain_come_to_rest),
		cmocka_unit_test(the_guard_clips_both_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

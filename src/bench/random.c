// SPDX-License-Identifier: GPL-2.0
#include "bench/stats.h"

#include "core/util.h"

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

static uint64_t rotate_left(uint64_t value, unsigned by)
{
	return value << by | value >> (64 - by);
}

void bt_random_seed(struct bt_random *random, uint64_t seed)
{
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(random->state); i++)
		random->state[i] = splitmix64(&seed);
}

uint64_t bt_random_next(struct bt_random *random)
{
	uint64_t *s = random->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

/*
 * The upper half of a product with the bound is below the bound. Some results come once more often
 * than others; the lower half tells which draws are the surplus, 2^64 % bound of them.
 */
uint64_t bt_random_below(struct bt_random *random, uint64_t bound)
{
	unsigned __int128 product = (unsigned __int128)bt_random_next(random) * bound;

	if ((uint64_t)product < bound) {
		uint64_t surplus = -bound % bound;

		while ((uint64_t)product < surplus)
			product = (unsigned __int128)bt_random_next(random) * bound;
	}
	return (uint64_t)(product >> 64);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers of a seed, the same on every machine: SplitMix64 (Steele, Lea, Flood: "Fast
 * Splittable Pseudorandom Number Generators", 2014). Pure.
 */
#ifndef ANT_RANDOM_H
#define ANT_RANDOM_H

#include <linux/types.h>

static inline __u64 ant_random(__u64 *state)
{
	__u64 z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Below n, which is not 0; every value but for n in 2^64 equally likely. */
static inline __u64 ant_random_below(__u64 *state, __u64 n)
{
	return (__u64)(((__uint128_t)ant_random(state) * n) >> 64);
}

/* The state of one CPU under a seed: any two differ. */
static inline __u64 ant_random_state(__u64 seed, __u32 cpu)
{
	__u64 state = seed;

	return ant_random(&state) + cpu;
}

#endif

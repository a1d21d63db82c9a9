/* SPDX-License-Identifier: GPL-2.0 */
/* What a monkey types: everything follows from the seed. */
#ifndef MONKEY_H
#define MONKEY_H

#include <stddef.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);
/* 0 .. below - 1 */
unsigned chance_below(struct chance *chance, unsigned below);

/* Keys that follow one another, as one key, a typed line or a burst of rubbish are. */
#define BURST_KEYS 96
struct burst {
	int keys[BURST_KEYS];
	unsigned count;
};
void chance_keys(struct chance *chance, struct burst *burst);

/* The spec of a simulated machine with faults to come, into buf. */
void chance_source(struct chance *chance, char *buf, size_t size);
void chance_size(struct chance *chance, int *rows, int *cols);

#endif

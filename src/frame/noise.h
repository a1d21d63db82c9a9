/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What disturbed a measurement, as far as the machine itself tells: found from two frames around it,
 * and said in words. Pure: the machine may be this one, a guest, a remote one or a recording.
 */
#ifndef BT_NOISE_H
#define BT_NOISE_H

#include "frame/frame.h"

/* Ratios are from 0 to 1; what the frames do not tell is NaN. */
struct bt_noise {
	unsigned online_cpus;		/* of the first frame */
	double load1_before;		/* load average of the minute before the first frame */
	double steal_ratio;		/* steal_us / cpu_us of the time between the frames */
	double busy_ratio;		/* the same of busy_us: the measured load is part of it */
	/* 1 - lowest / highest clock rate, of both frames' readings (BT_WANT_FREQUENCY) together. */
	double frequency_spread;
};

/*
 * first was read before any load of our own began, last when the measured time was over, both from
 * one machine.
 */
void bt_noise_between(struct bt_noise *noise, const struct bt_frame *first,
		      const struct bt_frame *last);

#define BT_NOISE_WARNINGS 5u	/* at most so many */
#define BT_NOISE_TEXT 160u

/*
 * A sentence for each thing that makes the numbers less true or less repeatable; returns how many.
 * What is not known is not warned of. SMT and a hypervisor are no noise by themselves: they are
 * facts of the machine, and results of machines that differ in them are not compared.
 */
unsigned bt_noise_warnings(const struct bt_machine *machine, const struct bt_noise *noise,
			   char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT]);

#endif

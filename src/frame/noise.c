// SPDX-License-Identifier: GPL-2.0
#include "frame/noise.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/*
 * A task that ran through the 42 s before shows as 1 - exp(-42/60) = 0.5 in the average of a minute;
 * daemons of an idle machine stay below.
 */
#define LOAD1_NOISE 0.5
/* One tick of /proc/stat in a second of one CPU: less cannot be told from none. */
#define STEAL_NOISE 0.01
/* What depends on the clock differs as much: more than the differences that are looked for. */
#define FREQUENCY_NOISE 0.05

/* ---- what two frames tell ------------------------------------------------------------------- */

/* Idle and I/O wait may step back a little (proc_stat(5)): then nothing is known. */
static double grown(uint64_t first, uint64_t last)
{
	if (first == BT_UNKNOWN || last == BT_UNKNOWN || last < first)
		return NAN;
	return (double)(last - first);
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : NAN;
}

static double spread(const struct bt_frame_frequency *first, const struct bt_frame_frequency *last)
{
	const struct bt_frame_frequency *const readings[] = { first, last };
	uint64_t min_khz = BT_UNKNOWN, max_khz = 0;
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(readings); i++) {
		if (readings[i]->state != BT_DETAIL_KNOWN || readings[i]->min_khz == BT_UNKNOWN ||
		    readings[i]->max_khz == BT_UNKNOWN)
			continue;
		if (readings[i]->min_khz < min_khz)
			min_khz = readings[i]->min_khz;
		if (readings[i]->max_khz > max_khz)
			max_khz = readings[i]->max_khz;
	}
	return 1 - ratio((double)min_khz, (double)max_khz);
}

void bt_noise_between(struct bt_noise *noise, const struct bt_frame *first,
		      const struct bt_frame *last)
{
	const struct bt_frame_load *a = &first->load, *b = &last->load;
	double cpu_us = grown(a->cpu_us, b->cpu_us);
	struct bt_frame_totals totals;

	bt_frame_totals(first, &totals);
	*noise = (struct bt_noise){
		.online_cpus = totals.online,
		.load1_before = a->load1_centi == BT_UNKNOWN ? NAN : (double)a->load1_centi / 100,
		.steal_ratio = ratio(grown(a->steal_us, b->steal_us), cpu_us),
		.busy_ratio = ratio(grown(a->busy_us, b->busy_us), cpu_us),
		.frequency_spread = spread(&first->frequency, &last->frequency),
	};
}

/* ---- in words ------------------------------------------------------------------------------- */

/* Each writes its sentence, or "" when there is nothing to say; a NaN is above no threshold. */
typedef void say_fn(const struct bt_machine *machine, const struct bt_noise *noise,
		    char text[BT_NOISE_TEXT]);

static void say_reality(const struct bt_machine *machine, const struct bt_noise *noise,
			char text[BT_NOISE_TEXT])
{
	static const char *const sentences[] = {
		[BT_REAL] = "",
		[BT_EMULATED] = "emulated: times are not those of hardware",
		[BT_SIMULATED] = "simulated: there was no kernel, all numbers are a model's",
	};

	(void)noise;
	snprintf(text, BT_NOISE_TEXT, "%s", sentences[machine->reality]);
}

static void say_load(const struct bt_machine *machine, const struct bt_noise *noise,
		     char text[BT_NOISE_TEXT])
{
	(void)machine;
	if (noise->load1_before > LOAD1_NOISE)
		snprintf(text, BT_NOISE_TEXT,
			 "load was %.2f before the start on %u CPU%s: something else was running",
			 noise->load1_before, noise->online_cpus,
			 noise->online_cpus == 1 ? "" : "s");
}

static void say_steal(const struct bt_machine *machine, const struct bt_noise *noise,
		      char text[BT_NOISE_TEXT])
{
	(void)machine;
	if (noise->steal_ratio > STEAL_NOISE)
		snprintf(text, BT_NOISE_TEXT, "%.1f %% of CPU time was stolen by the hypervisor",
			 100 * noise->steal_ratio);
}

static void say_governor(const struct bt_machine *machine, const struct bt_noise *noise,
			 char text[BT_NOISE_TEXT])
{
	static const char *const steady[] = { "", "performance", "userspace" };
	unsigned i;

	(void)noise;
	for (i = 0; i < BT_ARRAY_SIZE(steady); i++) {
		if (!strcmp(machine->governor, steady[i]))
			return;
	}
	if (strchr(machine->governor, ','))
		snprintf(text, BT_NOISE_TEXT, "governors differ between CPUs (%s), and so may clock "
			 "rates: performance on all keeps them", machine->governor);
	else
		snprintf(text, BT_NOISE_TEXT, "governor is %s: the clock rate changes with the "
			 "load; performance keeps it", machine->governor);
}

static void say_frequency(const struct bt_machine *machine, const struct bt_noise *noise,
			  char text[BT_NOISE_TEXT])
{
	(void)machine;
	if (noise->frequency_spread > FREQUENCY_NOISE)
		snprintf(text, BT_NOISE_TEXT, "clock rates differed by %.0f %% between CPUs or in "
			 "time", 100 * noise->frequency_spread);
}

unsigned bt_noise_warnings(const struct bt_machine *machine, const struct bt_noise *noise,
			   char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT])
{
	static say_fn *const say[BT_NOISE_WARNINGS] = {
		say_reality, say_load, say_steal, say_governor, say_frequency,
	};
	unsigned i, count = 0;

	for (i = 0; i < BT_NOISE_WARNINGS; i++) {
		texts[count][0] = '\0';
		say[i](machine, noise, texts[count]);
		count += texts[count][0] != '\0';
	}
	return count;
}

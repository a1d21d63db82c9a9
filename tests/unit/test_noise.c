// SPDX-License-Identifier: GPL-2.0
/* Ratios by hand from made-up frames; sentences above each threshold, and none at it. */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "frame/noise.h"

struct kit {
	struct bt_machine machine;
	struct bt_frame *first, *last;
	struct bt_noise noise;
	char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT];
};

/* Four CPUs, one of them offline. */
static struct kit *new_kit(void)
{
	struct kit *kit = bt_xcalloc(1, sizeof(*kit));

	kit->machine.cpu_count = 4;
	kit->machine.node_count = 1;
	kit->first = bt_frame_create(&kit->machine);
	kit->last = bt_frame_create(&kit->machine);
	for (unsigned i = 0; i < 3; i++)
		kit->first->cpus[i].online = true;
	return kit;
}

static void free_kit(struct kit *kit)
{
	bt_frame_free(kit->first);
	bt_frame_free(kit->last);
	free(kit);
}

static void set_clocks(struct bt_frame *frame, uint64_t min_khz, uint64_t max_khz)
{
	frame->frequency = (struct bt_frame_frequency){
		.state = BT_DETAIL_KNOWN, .cpus = 3, .min_khz = min_khz, .max_khz = max_khz,
		.limit_khz = BT_UNKNOWN,
	};
}

static unsigned warnings(struct kit *kit)
{
	memset(kit->texts, '#', sizeof(kit->texts));
	return bt_noise_warnings(&kit->machine, &kit->noise, kit->texts);
}

#define QUIET \
	(struct bt_noise){ .online_cpus = 4, .load1_before = NAN, .steal_ratio = NAN, \
			   .busy_ratio = NAN, .frequency_spread = NAN }

/* The only warning of this noise. */
static const char *warning(struct kit *kit, struct bt_noise noise)
{
	kit->noise = noise;
	assert_int_equal(warnings(kit), 1);
	return kit->texts[0];
}

/* ---- ratios --------------------------------------------------------------------------------- */

static void between_two_frames(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	kit->first->load = (struct bt_frame_load){ 320, 1000000, 400000, 1000 };
	kit->last->load = (struct bt_frame_load){ 999, 9000000, 6400000, 401000 };
	set_clocks(kit->first, 2000000, 2500000);
	set_clocks(kit->last, 1600000, 2400000);
	bt_noise_between(&kit->noise, kit->first, kit->last);
	assert_int_equal(kit->noise.online_cpus, 3);
	assert_true(fabs(kit->noise.load1_before - 3.2) < 1e-12);
	assert_true(fabs(kit->noise.steal_ratio - 0.05) < 1e-12);	/* 0.4 of 8 s */
	assert_true(fabs(kit->noise.busy_ratio - 0.75) < 1e-12);	/* 6 of 8 s */
	assert_true(fabs(kit->noise.frequency_spread - 0.36) < 1e-12);	/* 1 - 1.6 / 2.5 */
	free_kit(kit);
}

static void what_frames_do_not_tell(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	bt_noise_between(&kit->noise, kit->first, kit->last);
	assert_true(isnan(kit->noise.load1_before));
	assert_true(isnan(kit->noise.steal_ratio));
	assert_true(isnan(kit->noise.busy_ratio));
	assert_true(isnan(kit->noise.frequency_spread));
	assert_int_equal(warnings(kit), 0);

	/* No time between them; a counter that stepped back; no cpufreq at the end. */
	kit->first->load = kit->last->load = (struct bt_frame_load){ 0, 5000000, 400000, 1000 };
	kit->first->frequency.state = BT_DETAIL_NOT_IN_KERNEL;
	bt_noise_between(&kit->noise, kit->first, kit->last);
	assert_true(kit->noise.load1_before == 0);
	assert_true(isnan(kit->noise.steal_ratio));
	assert_true(isnan(kit->noise.frequency_spread));
	kit->last->load = (struct bt_frame_load){ 0, 6000000, 399999, 2000 };
	set_clocks(kit->last, 900000, 1000000);
	bt_noise_between(&kit->noise, kit->first, kit->last);
	assert_true(isnan(kit->noise.busy_ratio));
	assert_true(fabs(kit->noise.steal_ratio - 0.001) < 1e-12);
	assert_true(fabs(kit->noise.frequency_spread - 0.1) < 1e-12);
	free_kit(kit);
}

/* ---- sentences ------------------------------------------------------------------------------ */

static void sentences_of_noise(void **state)
{
	struct kit *kit = new_kit();
	struct bt_noise noise = QUIET;

	(void)state;
	noise.load1_before = 3.2;
	assert_string_equal(warning(kit, noise), "load was 3.20 before the start on 4 CPUs: "
						 "something else was running");
	noise.load1_before = 0.51;
	noise.online_cpus = 1;
	assert_string_equal(warning(kit, noise), "load was 0.51 before the start on 1 CPU: "
						 "something else was running");
	noise = QUIET;
	noise.steal_ratio = 0.051;
	assert_string_equal(warning(kit, noise), "5.1 % of CPU time was stolen by the hypervisor");
	noise = QUIET;
	noise.frequency_spread = 0.23;
	assert_string_equal(warning(kit, noise), "clock rates differed by 23 % between CPUs or in "
						 "time");
	/* At the thresholds, busy CPUs, SMT and a hypervisor: nothing to say. */
	strcpy(kit->machine.smt, "on");
	strcpy(kit->machine.accel, "kvm");
	kit->noise = (struct bt_noise){ 4, 0.5, 0.01, 1, 0.05 };
	assert_int_equal(warnings(kit), 0);
	free_kit(kit);
}

static void sentences_of_the_machine(void **state)
{
	static const struct {
		const char *governor, *says;
	} rows[] = {
		{ "powersave", "governor is powersave: the clock rate changes with the load; "
			       "performance keeps it" },
		{ "schedutil", "governor is schedutil: " },
		{ "performance, powersave", "governors differ between CPUs (performance, powersave)" },
	};
	struct kit *kit = new_kit();

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		strcpy(kit->machine.governor, rows[i].governor);
		if (strncmp(warning(kit, QUIET), rows[i].says, strlen(rows[i].says)))
			fail_msg("%s", kit->texts[0]);
	}
	strcpy(kit->machine.governor, "performance");
	assert_int_equal(warnings(kit), 0);
	strcpy(kit->machine.governor, "userspace");
	assert_int_equal(warnings(kit), 0);
	kit->machine.reality = BT_EMULATED;
	assert_string_equal(warning(kit, QUIET), "emulated: times are not those of hardware");
	kit->machine.reality = BT_SIMULATED;
	assert_non_null(strstr(warning(kit, QUIET), "simulated: "));
	free_kit(kit);
}

/* All together fill the room there is, also with the longest of texts. */
static void everything_at_once(void **state)
{
	struct kit *kit = new_kit();

	(void)state;
	kit->machine.reality = BT_EMULATED;
	memset(kit->machine.governor, 'g', sizeof(kit->machine.governor) - 1);
	kit->machine.governor[20] = ',';
	kit->noise = (struct bt_noise){ BT_MAX_CPUS, 1e17, 1, 1, 1 };
	assert_int_equal(warnings(kit), BT_NOISE_WARNINGS);
	for (unsigned i = 0; i < BT_NOISE_WARNINGS; i++)
		assert_in_range(strnlen(kit->texts[i], BT_NOISE_TEXT), 20, BT_NOISE_TEXT - 2);
	free_kit(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(between_two_frames),
		cmocka_unit_test(what_frames_do_not_tell),
		cmocka_unit_test(sentences_of_noise),
		cmocka_unit_test(sentences_of_the_machine),
		cmocka_unit_test(everything_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

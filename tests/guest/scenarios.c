// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest (see tests/guest.sh): every scenario, or those whose name begins with an
 * argument. After each one the kernel's log must be clean. Ends with the counts and "exit N".
 */
#include "scenarios.h"

#include <stdio.h>
#include <string.h>

#include "oracle.h"

static bool wanted(const struct scenario *scenario, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (!strncmp(scenario->name, argv[i], strlen(argv[i])))
			return true;
	}
	return argc == 1;
}

static void run_one(struct rig *rig, const struct scenario *scenario)
{
	uint64_t start = bt_mono_ns();

	rig->scenario = scenario->name;
	if (scenario->own_session && rig->session)
		rig_close(rig);
	if (!scenario->own_session && !rig->session && !rig_open(rig, RIG_AGENT))
		return;
	scenario->run(rig);
	rig_check(rig, oracle_kernel_complaints() == 0, "the kernel's log is clean (%.1f s)",
		  (double)(bt_mono_ns() - start) / BT_NS_PER_S);
}

int main(int argc, char **argv)
{
	static const struct scenario *const lists[] = {parameter_scenarios, fault_scenarios};
	struct rig rig = {0};
	unsigned i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	oracle_kernel_complaints();
	for (i = 0; i < BT_ARRAY_SIZE(lists); i++) {
		const struct scenario *scenario;

		for (scenario = lists[i]; scenario->name; scenario++) {
			if (wanted(scenario, argc, argv))
				run_one(&rig, scenario);
		}
	}
	rig_close(&rig);
	printf("%u passed, %u failed, %u skipped\nexit %d\n", rig.passed, rig.failed, rig.skipped,
	       rig.failed != 0);
	return rig.failed != 0;
}

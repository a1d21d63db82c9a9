// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest (see tests/guest.sh): every scenario for a guest with so many nodes, or those of
 * them whose name begins with a line of /etc/scenarios. After each one the kernel's log must be clean. Ends with the counts.
 */
#include "scenarios.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"

/* All that this program needs of the sources. */
const struct bt_source_ops *const bt_sources[] = {
	&bt_source_remote, &bt_source_kmod, &bt_source_replay, &bt_source_session, NULL
};

static unsigned guest_nodes(void)
{
	unsigned nodes = 0;
	char path[64];

	do {
		snprintf(path, sizeof(path), "/sys/devices/system/node/node%u", nodes);
	} while (!access(path, F_OK) && ++nodes);
	return nodes;
}

static bool wanted(const struct scenario *scenario, const char *names, unsigned nodes)
{
	size_t length;

	if ((scenario->nodes ? scenario->nodes : 2) != nodes)
		return false;
	if (!names || !*names)
		return true;
	for (; *names; names += length + (names[length] == '\n')) {
		length = strcspn(names, "\n");
		if (length && !strncmp(scenario->name, names, length))
			return true;
	}
	return false;
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
	static const struct scenario *const lists[] = {
		/*
		 * Those of the nodes first, as ever: some 15 s after the boot a few MiB of the guest
		 * go to others, which "held" would take for its own.
		 */
		node_scenarios, parameter_scenarios, clock_scenarios, detail_scenarios, block_scenarios,
		counter_scenarios, failure_scenarios, session_scenarios, measure_scenarios, fault_scenarios,
		mixed_scenarios, kbench_scenarios, load_scenarios, user_scenarios,
	};
	struct rig rig = {0};
	char *names = NULL;
	unsigned i, nodes = guest_nodes();

	if (argc > 1 && !strcmp(argv[1], SCENARIO_AS_NOBODY))
		return scenario_agent_of_nobody();
	bt_read_file("/etc/scenarios", 4096, &names, NULL);
	signal(SIGPIPE, SIG_IGN);	/* agents are killed */
	setvbuf(stdout, NULL, _IOLBF, 0);
	oracle_begin();
	for (i = 0; i < BT_ARRAY_SIZE(lists); i++) {
		const struct scenario *scenario;

		for (scenario = lists[i]; scenario->name; scenario++) {
			if (wanted(scenario, names, nodes))
				run_one(&rig, scenario);
		}
	}
	rig_close(&rig);
	free(names);
	printf("%u passed, %u failed, %u skipped\n", rig.passed, rig.failed, rig.skipped);
	return rig.failed != 0;
}

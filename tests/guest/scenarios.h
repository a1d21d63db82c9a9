/* SPDX-License-Identifier: GPL-2.0 */
/* The scenarios that drive the real module through the real agent; each drains at its end. */
#ifndef GUEST_SCENARIOS_H
#define GUEST_SCENARIOS_H

#include "rig.h"

struct scenario {
	const char *name;
	void (*run)(struct rig *rig);
	bool own_session;	/* opens what it needs itself; no session is open when it starts */
	unsigned nodes;		/* of the guest that it is for; 0: the two of most */
};

extern const struct scenario parameter_scenarios[];	/* end with a NULL name */
extern const struct scenario clock_scenarios[];
extern const struct scenario node_scenarios[];
extern const struct scenario detail_scenarios[];
extern const struct scenario block_scenarios[];
extern const struct scenario counter_scenarios[];
extern const struct scenario session_scenarios[];
extern const struct scenario measure_scenarios[];
extern const struct scenario failure_scenarios[];
extern const struct scenario fault_scenarios[];
extern const struct scenario mixed_scenarios[];
extern const struct scenario kbench_scenarios[];
extern const struct scenario load_scenarios[];
extern const struct scenario user_scenarios[];

/*
 * scenarios_user.c: what this program is when it has this argument: an agent of source user that
 * runs as nobody. Returns where it cannot.
 */
#define SCENARIO_AS_NOBODY "--as-nobody"
int scenario_agent_of_nobody(void);

/* scenarios_storm.c */
void scenario_oom_storm(struct rig *rig);

#endif

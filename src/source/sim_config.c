// SPDX-License-Identifier: GPL-2.0
/* The argument of the sim source: topology, memory and the faults to come. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "source/sim.h"

#define SIM_MAX_NODES 16u
#define SIM_PAGE_BYTES 4096u
#define SIM_MAX_ORDER 10u
#define SIM_HELD_PERCENT 90u	/* what the module's max_held_pct is in a lab guest */

struct setup {
	uint64_t cpus, nodes, memory_bytes;
	__u64 cpu_only[BT_NODE_WORDS], memory_only[BT_NODE_WORDS];
	__u64 forbidden[BT_CPU_WORDS];	/* CPUs outside our own affinity mask */
};

static const struct {
	const char *name;
	bool wants_cpu;
	uint64_t otherwise;		/* the argument when none is given */
} fault_rows[SIM_FAULT_KINDS] = {
	[SIM_LOST] = { "lost", false, 0 },
	[SIM_RUBBISH] = { "rubbish", false, 0 },
	[SIM_FAIL] = { "fail", false, 100 },
	[SIM_OOM] = { "oom", false, 0 },
	[SIM_STUCK] = { "stuck", true, 0 },
	[SIM_JUMP] = { "jump", false, 3600 },
	[SIM_OFFLINE] = { "offline", true, 0 },
	[SIM_ONLINE] = { "online", true, 0 },
	[SIM_LEASE] = { "lease", false, 0 },
};

static int parse_count(const char *key, const char *value, uint64_t max, uint64_t *to,
		       struct bt_err *err)
{
	uint64_t n;

	if (bt_parse_u64(value, &n) || n < 1 || n > max)
		return bt_err_set(err, EINVAL, "sim: %s=%s: not a number from 1 to %llu", key,
				  value, (unsigned long long)max);
	*to = n;
	return 0;
}

/* A list with '+' where Linux has ',' because ',' separates the settings here. */
static int parse_list(const char *key, const char *value, unsigned count, __u64 *mask,
		      unsigned words, struct bt_err *err)
{
	char *text = bt_xstrdup(value);
	int rc;

	for (char *c = text; *c; c++) {
		if (*c == '+')
			*c = ',';
	}
	rc = bt_mask_parse(text, count, mask, words, key, err);
	free(text);
	return rc;
}

/* "stuck@5s:3": kind, time since open, argument. */
static int parse_fault(struct sim *sim, char *value, struct bt_err *err)
{
	struct sim_fault *fault = &sim->faults[sim->fault_count];
	char *at = strchr(value, '@'), *argument = at ? strchr(at, ':') : NULL;
	unsigned kind = 0;

	if (at)
		*at++ = '\0';
	if (argument)
		*argument++ = '\0';
	while (kind < SIM_FAULT_KINDS && strcmp(fault_rows[kind].name, value))
		kind++;
	if (kind == SIM_FAULT_KINDS || sim->fault_count == SIM_MAX_FAULTS)
		return bt_err_set(err, EINVAL, "sim: fault=%s: no such fault (or more than %d)",
				  value, SIM_MAX_FAULTS);
	fault->kind = kind;
	fault->argument = fault_rows[kind].otherwise;
	if (!at || bt_parse_time_ns(at, BT_NS_PER_S, &fault->at_ns) ||
	    (argument && bt_parse_u64(argument, &fault->argument)))
		return bt_err_set(err, EINVAL, "sim: fault=%s: the form is %s@TIME[:NUMBER]", value,
				  value);
	sim->fault_count++;
	return 0;
}

static int parse_setting(struct sim *sim, struct setup *setup, char *key, char *value,
			 struct bt_err *err)
{
	if (!strcmp(key, "cpus"))
		return parse_count(key, value, BT_MAX_CPUS, &setup->cpus, err);
	if (!strcmp(key, "nodes"))
		return parse_count(key, value, SIM_MAX_NODES, &setup->nodes, err);
	if (!strcmp(key, "memory")) {
		if (bt_parse_bytes(value, &setup->memory_bytes) ||
		    setup->memory_bytes < 64ull << 20 || setup->memory_bytes > 64ull << 40)
			return bt_err_set(err, EINVAL, "sim: memory=%s: not 64M to 64T", value);
		return 0;
	}
	if (!strcmp(key, "fault"))
		return parse_fault(sim, value, err);
	if (!strcmp(key, "offline"))
		return parse_list(key, value, BT_MAX_CPUS, sim->offline, BT_CPU_WORDS, err);
	if (!strcmp(key, "forbidden"))
		return parse_list(key, value, BT_MAX_CPUS, setup->forbidden, BT_CPU_WORDS, err);
	if (!strcmp(key, "cpuonly"))
		return parse_list(key, value, SIM_MAX_NODES, setup->cpu_only, BT_NODE_WORDS, err);
	if (!strcmp(key, "memonly"))
		return parse_list(key, value, SIM_MAX_NODES, setup->memory_only, BT_NODE_WORDS,
				  err);
	return bt_err_set(err, EINVAL, "sim: %s: no such setting (cpus, nodes, memory, offline, "
			  "forbidden, cpuonly, memonly, fault)", key);
}

static int parse_argument(struct sim *sim, struct setup *setup, char *argument, struct bt_err *err)
{
	char *save = NULL;
	int rc;

	for (char *part = strtok_r(argument, ",", &save); part; part = strtok_r(NULL, ",", &save)) {
		char *value = strchr(part, '=');

		if (!value && part == argument) {
			if (bt_parse_u64(part, &sim->seed))
				return bt_err_set(err, EINVAL, "sim: seed '%s' is not a number",
						  part);
			continue;
		}
		if (!value)
			return bt_err_set(err, EINVAL, "sim: %s: the form is KEY=VALUE", part);
		*value++ = '\0';
		rc = parse_setting(sim, setup, part, value, err);
		if (rc)
			return rc;
	}
	return 0;
}

static void set_distances(struct bt_machine *m)
{
	for (unsigned a = 0; a < m->node_count; a++) {
		for (unsigned b = 0; b < m->node_count; b++) {
			unsigned apart = a > b ? a - b : b - a;

			if (apart > m->node_count / 2)
				apart = m->node_count - apart; /* a ring */
			m->distance[a][b] =
				(uint8_t)(apart ? 11 + 10 * (apart < 3 ? apart : 3) : 10);
		}
	}
}

/* CPUs in equal runs over the nodes that have any, as firmware numbers them; pairs share a core. */
static void place_cpus(struct bt_machine *m, const struct setup *setup)
{
	unsigned homes[SIM_MAX_NODES], count = 0;

	for (unsigned n = 0; n < m->node_count; n++) {
		if (!bt_mask_test(setup->memory_only, n))
			homes[count++] = n;
	}
	for (unsigned c = 0; c < m->cpu_count; c++) {
		m->cpu_node[c] = (uint16_t)homes[(uint64_t)c * count / m->cpu_count];
		m->cpu_core[c] = (uint16_t)(c & ~1u);
		bt_mask_set(m->possible_cpus, c, true);
		bt_mask_set(m->allowed_cpus, c, !bt_mask_test(setup->forbidden, c));
	}
}

static void describe(struct bt_machine *m)
{
	snprintf(m->source, sizeof(m->source), "sim");
	snprintf(m->host, sizeof(m->host), "sim");
	snprintf(m->kernel, sizeof(m->kernel), "6.12.0-sim");
	snprintf(m->kernel_version, sizeof(m->kernel_version), "#1 SMP simulated");
	snprintf(m->arch, sizeof(m->arch), "x86_64");
	snprintf(m->cpu_model, sizeof(m->cpu_model), "simulated CPU");
	snprintf(m->module_version, sizeof(m->module_version), "%s", PACKAGE_VERSION);
	m->reality = BT_SIMULATED;
	m->abi_version = BT_ABI_VERSION;
	m->page_bytes = SIM_PAGE_BYTES;
	m->max_order = SIM_MAX_ORDER;
	m->features = BT_FEATURE_BULK | BT_FEATURE_MIXED;
}

static void place_memory(struct sim *sim, const struct setup *setup)
{
	struct bt_machine *m = &sim->machine;
	unsigned with = 0;

	for (unsigned n = 0; n < m->node_count; n++) {
		bt_mask_set(m->memory_nodes, n, !bt_mask_test(setup->cpu_only, n));
		with += bt_mask_test(m->memory_nodes, n);
	}
	for (unsigned n = 0; n < m->node_count; n++) {
		struct sim_node *node = &sim->nodes[n];

		if (!bt_mask_test(m->memory_nodes, n))
			continue;
		node->managed_pages = setup->memory_bytes / m->page_bytes / with;
		node->used_pages = node->managed_pages / 10;
		node->cache_pages = node->managed_pages / 6;
		m->memory_bytes += node->managed_pages * m->page_bytes;
	}
	m->max_held_bytes = m->memory_bytes / 100 * SIM_HELD_PERCENT;
}

static unsigned nearest_memory(const struct bt_machine *m, unsigned from)
{
	unsigned best = BT_MAX_NODES;

	for (unsigned n = 0; n < m->node_count; n++) {
		if (bt_mask_test(m->memory_nodes, n) &&
		    (best == BT_MAX_NODES || m->distance[from][n] < m->distance[from][best]))
			best = n;
	}
	return best;
}

static int check_setup(const struct setup *setup, struct bt_err *err)
{
	unsigned memory_only = bt_mask_weight(setup->memory_only, BT_NODE_WORDS);
	unsigned cpu_only = bt_mask_weight(setup->cpu_only, BT_NODE_WORDS);

	if (bt_mask_next(setup->memory_only, BT_NODE_WORDS, (unsigned)setup->nodes) <
		    BT_NODE_WORDS * 64 ||
	    bt_mask_next(setup->cpu_only, BT_NODE_WORDS, (unsigned)setup->nodes) <
		    BT_NODE_WORDS * 64)
		return bt_err_set(err, EINVAL,
				  "sim: memonly and cpuonly name a node above the last");
	if (memory_only >= setup->nodes || cpu_only >= setup->nodes)
		return bt_err_set(err, EINVAL, "sim: one node needs CPUs and one needs memory");
	if (setup->cpus < setup->nodes - memory_only)
		return bt_err_set(err, EINVAL, "sim: fewer CPUs than nodes with CPUs");
	return 0;
}

static int check_faults(const struct sim *sim, struct bt_err *err)
{
	for (const struct sim_fault *f = sim->faults; f < sim->faults + sim->fault_count; f++) {
		if (fault_rows[f->kind].wants_cpu && f->argument >= sim->machine.cpu_count)
			return bt_err_set(err, EINVAL, "sim: fault=%s: no CPU %llu",
					  fault_rows[f->kind].name,
					  (unsigned long long)f->argument);
	}
	return 0;
}

int sim_configure(struct sim *sim, const char *argument, struct bt_err *err)
{
	struct setup setup = { .cpus = 8, .nodes = 2, .memory_bytes = 16ull << 30 };
	struct bt_machine *m = &sim->machine;
	char *text = bt_xstrdup(argument ? argument : "");
	int rc = parse_argument(sim, &setup, text, err);

	free(text);
	if (!rc)
		rc = check_setup(&setup, err);
	if (rc)
		return rc;
	m->cpu_count = (uint32_t)setup.cpus;
	m->node_count = (uint32_t)setup.nodes;
	sim->cpus = bt_xcalloc(m->cpu_count, sizeof(*sim->cpus));
	sim->nodes = bt_xcalloc(m->node_count, sizeof(*sim->nodes));
	describe(m);
	set_distances(m);
	place_cpus(m, &setup);
	place_memory(sim, &setup);
	for (unsigned c = 0; c < m->cpu_count; c++) {
		sim->cpus[c].mem_node = (uint16_t)nearest_memory(m, m->cpu_node[c]);
		sim->cpus[c].stats.op = BT_OP_NONE;
		sim->cpus[c].stats.online = !bt_mask_test(sim->offline, c);
	}
	return check_faults(sim, err);
}

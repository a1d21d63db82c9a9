// SPDX-License-Identifier: GPL-2.0
/* buddytop bench: what belongs together, and what counts. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/bench.h"

#define TEXT(member, what) { offsetof(struct bt_machine, member), what }

/* What is decoded was cleaned, what the machine says was not. */
static bool same_text(const char *before, const char *now)
{
	char clean[sizeof(((struct bt_machine *)NULL)->command_line)];

	bt_copy_clean(clean, sizeof(clean), now);
	return !strcmp(before, clean);
}

/* The member in which they differ, NULL: in none. */
static const char *text_that_differs(const struct bt_machine *before, const struct bt_machine *now)
{
	static const struct {
		size_t offset;
		const char *what;
	} rows[] = {
		TEXT(source, "kind of source"),
		TEXT(host, "host"),
		TEXT(kernel, "kernel"),
		TEXT(command_line, "command line of the kernel"),
		TEXT(cpu_model, "CPU"),
		TEXT(accel, "hypervisor or accelerator"),
		TEXT(thp, "transparent huge pages"),
		TEXT(module_version, "version of the module"),
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		if (!same_text((const char *)before + rows[i].offset,
			       (const char *)now + rows[i].offset))
			return rows[i].what;
	}
	return NULL;
}

static const char *number_that_differs(const struct bt_machine *before,
				       const struct bt_machine *now)
{
	const struct {
		const char *what;
		bool same;
	} rows[] = {
		{ "real, emulated or simulated", before->reality == now->reality },
		{ "ABI version of the module", before->abi_version == now->abi_version },
		{ "number of CPUs", before->cpu_count == now->cpu_count },
		{ "number of nodes", before->node_count == now->node_count },
		/* The kernel takes a little more or less for itself at each boot. */
		{ "memory", llabs((long long)(before->memory_bytes - now->memory_bytes)) <
			    (long long)(now->memory_bytes / 100) },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		if (!rows[i].same)
			return rows[i].what;
	}
	return NULL;
}

int bench_check_loads(const struct bench_loads *loads, const struct bt_machine *machine,
		      struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(machine);
	int rc = 0;

	for (unsigned i = 0; i < loads->count && !rc; i++)
		rc = bt_load_check_machine(loads->chosen[i], &limits, err);
	return rc;
}

int bench_check_same_machine(const struct bt_machine *before, const struct bt_machine *now,
			     struct bt_err *err)
{
	const char *what = text_that_differs(before, now);

	if (!what)
		what = number_that_differs(before, now);
	if (what)
		return bt_err_set(err, EINVAL, "--resume: this is another machine (%s); its figures "
				  "would not belong together", what);
	return 0;
}

static bool has_counted(const struct bt_result_run *run)
{
	for (unsigned i = 0; i < run->repetition_count; i++) {
		if (bt_result_counts(&run->repetitions[i]))
			return true;
	}
	return false;
}

int bench_check_counted(const struct bt_result *result, struct bt_err *err)
{
	const struct bt_result_run *first = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < result->run_count; i++) {
		const struct bt_result_run *run = &result->runs[i];

		if (run->left_out[0] || !run->repetition_count || has_counted(run))
			continue;
		count++;
		first = first ? first : run;
	}
	if (!first)
		return 0;
	return bt_err_set(err, ENODATA, "no repetition of '%s' counts%s: %s", first->label,
			  count > 1 ? ", nor of other runs" : "", first->repetitions[0].flaw);
}

// SPDX-License-Identifier: GPL-2.0
#include "lab/group.h"

#include <stdlib.h>
#include <string.h>

/* The same order of the same values has the same interval, wherever it is shown. */
#define BOOTSTRAP_SEED 1u

static bool same_group(const struct bt_lab_run *a, const struct bt_lab_run *b)
{
	return a->benchmark == b->benchmark && !strcmp(a->mode, b->mode) &&
	       !strcmp(a->label, b->label) && a->reality == b->reality &&
	       !strcmp(a->accel, b->accel) && !strcmp(a->host.host, b->host.host);
}

unsigned bt_lab_group_take(const struct bt_lab_runs *runs, unsigned index,
			   struct bt_lab_group *group)
{
	*group = (struct bt_lab_group){ .runs = &runs->runs[index] };
	while (index + group->count < runs->count &&
	       same_group(runs->runs[index], runs->runs[index + group->count])) {
		const struct bt_lab_run *run = runs->runs[index + group->count++];

		if (!bt_lab_counts(run))
			continue;
		group->counted++;
		if (!group->first)
			group->first = run;
	}
	return index + group->count;
}

void bt_lab_group_statistics(const struct bt_lab_group *group,
			     const struct bt_lab_metric_kind *kind, double confidence,
			     struct bt_lab_statistics *statistics)
{
	double *all = NULL;
	size_t count = 0;

	for (unsigned i = 0; i < group->count; i++) {
		double *values;
		unsigned some;

		if (!bt_lab_counts(group->runs[i]))
			continue;
		some = bt_lab_values(kind, group->runs[i], &values);
		all = bt_xrealloc(all, count + some + 1, sizeof(*all));
		if (some)
			memcpy(all + count, values, some * sizeof(*all));
		count += some;
		free(values);
	}
	bt_lab_statistics(all, count, confidence, BOOTSTRAP_SEED, statistics);
	free(all);
}

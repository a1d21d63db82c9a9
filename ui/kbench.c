// SPDX-License-Identifier: GPL-2.0
#include "ui/kbench.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/param.h"
#include "ui/line.h"

void ui_kbench_free(struct ui_kbench *kbench)
{
	bt_kbench_end(kbench->run);
	kbench->run = NULL;
	for (unsigned kind = 0; kind < BT_KBENCH_KINDS; kind++) {
		bt_kbench_free(kbench->last[kind]);
		bt_kbench_free(kbench->previous[kind]);
		kbench->last[kind] = kbench->previous[kind] = NULL;
	}
}

/* ---- the form ----------------------------------------------------------------------------- */

static const char benchmark[] = "benchmark";

unsigned ui_kbench_rows(void)
{
	return bt_kbench_field_count + 1;
}

const char *ui_kbench_label(unsigned row)
{
	return row ? bt_kbench_fields[row - 1].name : benchmark;
}

const char *ui_kbench_help(const struct bt_kbench_plan *plan, unsigned row)
{
	return row ? bt_kbench_fields[row - 1].help : bt_kbench_help[plan->kind];
}

const char *ui_kbench_text(const struct bt_kbench_plan *plan, unsigned row, char *buf, size_t size)
{
	if (row)
		bt_kbench_fields[row - 1].get(&bt_kbench_fields[row - 1], plan, buf, size);
	else
		snprintf(buf, size, "%s", bt_kbench_name[plan->kind]);
	return buf;
}

static void take_word(const char **text, const char *end, char *word, size_t size)
{
	size_t length = strcspn(*text, end);

	snprintf(word, size, "%.*s", (int)length, *text);
	*text += length + strspn(*text + length, " =");
}

int ui_kbench_assign(struct bt_kbench_plan *plan, const char *text,
		     const struct bt_machine *machine, const struct bt_frame *frame,
		     struct bt_err *err)
{
	struct bt_kbench_plan changed = *plan;
	char name[UI_LINE_MAX], value[UI_LINE_MAX];
	enum bt_kbench_kind kind;
	int rc = 0;

	while (*text && !rc) {
		const struct bt_kbench_field *field;

		take_word(&text, " =", name, sizeof(name));
		if (!bt_kbench_find_kind(name, &kind, NULL)) {
			bt_kbench_set_kind(&changed, kind, machine, frame);
			continue;
		}
		field = bt_kbench_field_find(name);
		if (!field && strcmp(name, benchmark))
			return bt_err_set(err, EINVAL, "%s: neither a microbenchmark nor a part of "
					  "its plan", name);
		take_word(&text, " ", value, sizeof(value));
		if (field)
			rc = field->set(field, &changed, value, machine, err);
		else if (!(rc = bt_kbench_find_kind(value, &kind, err)))
			bt_kbench_set_kind(&changed, kind, machine, frame);
	}
	if (!rc)
		*plan = changed;
	return rc;
}

/* ---- results ------------------------------------------------------------------------------ */

const struct bt_kbench *ui_kbench_result(const struct ui_kbench *kbench)
{
	return kbench->run ? bt_kbench_result(kbench->run) : kbench->last[kbench->shown];
}

const struct bt_kbench *ui_kbench_previous(const struct ui_kbench *kbench)
{
	if (kbench->run)
		return kbench->last[bt_kbench_result(kbench->run)->plan.kind];
	return kbench->previous[kbench->shown];
}

const struct bt_kbench_group *ui_kbench_group(const struct bt_kbench *result, unsigned order,
					      unsigned threads)
{
	for (unsigned i = 0; result && i < result->group_count; i++) {
		if (result->groups[i].order == order && result->groups[i].threads == threads)
			return &result->groups[i];
	}
	return NULL;
}

static double known(uint64_t value)
{
	return value == BT_UNKNOWN ? NAN : (double)value;
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* To whole ns, as the averages are. */
static double median(double *values, unsigned count)
{
	if (!count)
		return NAN;
	qsort(values, count, sizeof(*values), by_size);
	return round((values[(count - 1) / 2] + values[count / 2]) / 2);
}

static void summarise(const struct bt_kbench *result, const struct bt_kbench_group *group,
		      double *averages[BT_OP_COUNT], struct ui_kbench_summary *summary)
{
	unsigned count[BT_OP_COUNT] = { 0 };

	for (unsigned i = 0; i < result->row_count; i++) {
		const struct bt_kbench_row *row = &result->rows[i];
		const uint64_t avg_ns[BT_OP_COUNT] = { [BT_OP_ALLOC] = row->get.avg_ns,
						       [BT_OP_FREE] = row->put.avg_ns };

		if (row->order != group->order || row->threads != group->threads)
			continue;
		for (unsigned op = 0; op < BT_OP_COUNT; op++) {
			if (avg_ns[op] != BT_UNKNOWN)
				averages[op][count[op]++] = (double)avg_ns[op];
		}
		if (!summary->iterations++)
			summary->first_frames = known(row->free_frames);
		summary->last_frames = known(row->free_frames);
		summary->last_pages = known(row->free_pages);
		summary->failures += row->failures;
		summary->preempted += row->preempted;
	}
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		summary->avg_ns[op] = median(averages[op], count[op]);
}

void ui_kbench_summary(const struct bt_kbench *result, const struct bt_kbench_group *group,
		       struct ui_kbench_summary *summary)
{
	double *averages[BT_OP_COUNT];

	*summary = (struct ui_kbench_summary){
		.avg_ns = { NAN, NAN }, .p99_ns = { NAN, NAN },
		.first_frames = NAN, .last_frames = NAN, .last_pages = NAN,
	};
	if (!group)
		return;
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		averages[op] = bt_xcalloc(result->row_count + 1, sizeof(**averages));
	summarise(result, group, averages, summary);
	summary->p99_ns[BT_OP_ALLOC] = known(bt_hist_quantile(&group->get, 0.99));
	summary->p99_ns[BT_OP_FREE] = known(bt_hist_quantile(&group->put, 0.99));
	for (unsigned op = 0; op < BT_OP_COUNT; op++)
		free(averages[op]);
}

unsigned ui_kbench_series(const struct bt_kbench *result, const struct bt_kbench_group *group,
			  enum bt_op op, double *values, unsigned room)
{
	unsigned count = 0, skipped = 0, found = 0;

	for (unsigned i = 0; i < result->row_count; i++)
		found += result->rows[i].order == group->order &&
			 result->rows[i].threads == group->threads;
	for (unsigned i = 0; i < result->row_count; i++) {
		const struct bt_kbench_row *row = &result->rows[i];

		if (row->order != group->order || row->threads != group->threads)
			continue;
		if (found - skipped > room)
			skipped++;
		else
			values[count++] = known(op == BT_OP_ALLOC ? row->get.avg_ns : row->put.avg_ns);
	}
	return count;
}

/* ---- whether two results are of the same plan ---------------------------------------------- */

static size_t add_difference(char *buf, size_t size, size_t used, const char *what, const char *now,
			     const char *before)
{
	if (!strcmp(now, before) || used >= size)
		return used;
	return used + (size_t)snprintf(buf + used, size - used, "%s%s %s, before %s",
				       used ? "; " : "", what, now, before);
}

/* What is measured, not how often or of which order and number of threads. */
static const char *const fields[] = { "allocs", "node", "percent", "seed" };
static const char *const params[] = { "gfp", "touch", "sample", "guard", "reserve" };

const char *ui_kbench_differs(const struct bt_kbench *result, const struct bt_kbench *previous,
			      char *buf, size_t size)
{
	char now[64], before[64];
	size_t used = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < BT_ARRAY_SIZE(fields); i++) {
		const struct bt_kbench_field *field = bt_kbench_field_find(fields[i]);

		field->get(field, &result->plan, now, sizeof(now));
		field->get(field, &previous->plan, before, sizeof(before));
		used = add_difference(buf, size, used, field->name, now, before);
	}
	for (unsigned i = 0; i < BT_ARRAY_SIZE(params); i++) {
		const struct bt_param *param = bt_param_find(params[i]);

		if (!param)
			continue;
		bt_param_text(param, &result->plan.config, now, sizeof(now));
		bt_param_text(param, &previous->plan.config, before, sizeof(before));
		used = add_difference(buf, size, used, param->name, now, before);
	}
	return buf;
}

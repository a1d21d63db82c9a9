// SPDX-License-Identifier: GPL-2.0
/* What people set of a microbenchmark, by name and as text: options, forms, commands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "session/kbench.h"

#define FRAG_ITERATIONS 10

/* ---- which benchmark ---------------------------------------------------------------------- */

/* frag wants all CPUs that the plan allows, and all that they may hold. */
static void set_frag(struct bt_kbench_plan *plan, const struct bt_machine *machine,
		     const struct bt_frame *frame)
{
	bool chosen = bt_mask_weight(plan->cpus, BT_CPU_WORDS) > 0;
	unsigned cpus = 0;

	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++)
		cpus += frame->cpus[cpu].online &&
			(plan->node < 0 || machine->cpu_node[cpu] == plan->node) &&
			(!chosen || bt_mask_test(plan->cpus, cpu));
	plan->allocs = 0;
	plan->iterations = FRAG_ITERATIONS;
	plan->threads[0] = cpus ? cpus : 1;
	plan->thread_count = 1;
}

void bt_kbench_set_kind(struct bt_kbench_plan *plan, enum bt_kbench_kind kind,
			const struct bt_machine *machine, const struct bt_frame *frame)
{
	bool was_frag = plan->kind == BT_KBENCH_FRAG;
	struct bt_kbench_plan usual;

	plan->kind = kind;
	if (was_frag == (kind == BT_KBENCH_FRAG))
		return;
	if (kind == BT_KBENCH_FRAG) {
		set_frag(plan, machine, frame);
		return;
	}
	bt_kbench_plan_default(&usual, machine);
	plan->allocs = usual.allocs;
	plan->iterations = usual.iterations;
	plan->threads[0] = usual.threads[0];
	plan->thread_count = usual.thread_count;
}

int bt_kbench_find_kind(const char *name, enum bt_kbench_kind *kind, struct bt_err *err)
{
	for (unsigned i = 0; i < BT_KBENCH_KINDS; i++) {
		if (!strcmp(name, bt_kbench_name[i])) {
			*kind = i;
			return 0;
		}
	}
	return bt_err_set(err, EINVAL, "%s: it is none of bulk, repeat, rand, frag", name);
}

/* ---- numbers ------------------------------------------------------------------------------ */

static int parse_number(const struct bt_kbench_field *field, const char *text, uint64_t *number,
			struct bt_err *err)
{
	uint64_t parsed;

	if (bt_parse_u64(text, &parsed) || parsed < field->least || parsed > field->most)
		return bt_err_set(err, EINVAL, "%s: '%s' is no number from %llu to %llu", field->name,
				  text, (unsigned long long)field->least,
				  (unsigned long long)field->most);
	*number = parsed;
	return 0;
}

static int set_unsigned(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
			const char *text, const struct bt_machine *machine, struct bt_err *err)
{
	uint64_t number = 0;
	int rc = parse_number(field, text, &number, err);

	(void)machine;
	if (!rc)
		*(unsigned *)((char *)plan + field->offset) = (unsigned)number;
	return rc;
}

static void get_unsigned(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
			 char *buf, size_t size)
{
	snprintf(buf, size, "%u", *(const unsigned *)((const char *)plan + field->offset));
}

static int set_u64(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
		   const char *text, const struct bt_machine *machine, struct bt_err *err)
{
	(void)machine;
	return parse_number(field, text, (uint64_t *)((char *)plan + field->offset), err);
}

static void get_u64(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
		    char *buf, size_t size)
{
	snprintf(buf, size, "%llu", (unsigned long long)
		 *(const uint64_t *)((const char *)plan + field->offset));
}

/* Of frag: as many as may be held. */
static int set_allocs(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
		      const char *text, const struct bt_machine *machine, struct bt_err *err)
{
	if (plan->kind != BT_KBENCH_FRAG || strcmp(text, "all"))
		return set_u64(field, plan, text, machine, err);
	plan->allocs = 0;
	return 0;
}

static void get_allocs(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
		       char *buf, size_t size)
{
	if (plan->allocs)
		get_u64(field, plan, buf, size);
	else
		snprintf(buf, size, "all");
}

/* "any" or the number of a node. */
static int set_node(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
		    const char *text, const struct bt_machine *machine, struct bt_err *err)
{
	uint64_t node = 0;

	if (strcmp(text, "any") && (bt_parse_u64(text, &node) || node >= machine->node_count))
		return bt_err_set(err, EINVAL, "%s: '%s' is neither any nor a node from 0 to %u",
				  field->name, text, machine->node_count - 1);
	plan->node = strcmp(text, "any") ? (int)node : -1;
	return 0;
}

static void get_node(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
		     char *buf, size_t size)
{
	(void)field;
	if (plan->node < 0)
		snprintf(buf, size, "any");
	else
		snprintf(buf, size, "%d", plan->node);
}

/* ---- lists -------------------------------------------------------------------------------- */

static unsigned *list_of(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan)
{
	return (unsigned *)((char *)plan + field->offset);
}

static unsigned *count_of(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan)
{
	return (unsigned *)((char *)plan + field->count_offset);
}

/* "0,4", "1-3": in rising order. */
static int set_list(const struct bt_kbench_field *field, struct bt_kbench_plan *plan,
		    const char *text, const struct bt_machine *machine, struct bt_err *err)
{
	unsigned below = field->offset == offsetof(struct bt_kbench_plan, orders) ?
			 machine->max_order + 1 : BT_MAX_CPUS;
	unsigned *list = list_of(field, plan), *count = count_of(field, plan);
	__u64 mask[BT_CPU_WORDS] = { 0 };
	int rc = bt_mask_parse(text, below, mask, BT_CPU_WORDS, field->name, err);
	unsigned weight = bt_mask_weight(mask, BT_CPU_WORDS);

	if (!rc && (!weight || weight > field->most))
		rc = bt_err_set(err, EINVAL, "%s: one number at least, at most %llu", field->name,
				(unsigned long long)field->most);
	if (rc)
		return rc;
	*count = 0;
	for (unsigned n = bt_mask_next(mask, BT_CPU_WORDS, 0); n < BT_CPU_WORDS * 64;
	     n = bt_mask_next(mask, BT_CPU_WORDS, n + 1))
		list[(*count)++] = n;
	return 0;
}

static void get_list(const struct bt_kbench_field *field, const struct bt_kbench_plan *plan,
		     char *buf, size_t size)
{
	__u64 mask[BT_CPU_WORDS] = { 0 };

	for (unsigned i = 0; i < *count_of(field, plan); i++)
		bt_mask_set(mask, list_of(field, plan)[i], true);
	bt_mask_text(mask, BT_CPU_WORDS, buf, size);
}

#define AT(member) .offset = offsetof(struct bt_kbench_plan, member)
#define LIST(members, count) AT(members), .count_offset = offsetof(struct bt_kbench_plan, count), \
	.set = set_list, .get = get_list

const struct bt_kbench_field bt_kbench_fields[] = {
	{ "orders", "sizes of the blocks, one group each: 0,4 or 0-3", LIST(orders, order_count),
	  .most = BT_MAX_ORDERS },
	{ "threads", "numbers of threads, a CPU each: 1,2 or 1-4", LIST(threads, thread_count),
	  .most = BT_KBENCH_GROUPS },
	{ "allocs", "blocks of each thread; of frag, all: as many as may be held", AT(allocs),
	  .least = 1, .most = BT_STEP_BLOCKS_MAX, .set = set_allocs,
	  .get = get_allocs },
	{ "iterations", "of each order and number of threads", AT(iterations), .least = 1,
	  .most = BT_KBENCH_ROWS_MAX, .set = set_unsigned, .get = get_unsigned },
	{ "node", "any, or CPUs and memory of this node alone", .set = set_node, .get = get_node },
	{ "percent", "of frag: re-allocated in an iteration, of what is held", AT(percent),
	  .least = 1, .most = 100, .set = set_unsigned, .get = get_unsigned },
	{ "seed", "of what is random", AT(seed), .most = UINT64_MAX - 1, .set = set_u64,
	  .get = get_u64 },
};

const unsigned bt_kbench_field_count = BT_ARRAY_SIZE(bt_kbench_fields);

const struct bt_kbench_field *bt_kbench_field_find(const char *name)
{
	for (unsigned i = 0; i < bt_kbench_field_count; i++) {
		if (!strcmp(name, bt_kbench_fields[i].name))
			return &bt_kbench_fields[i];
	}
	return NULL;
}

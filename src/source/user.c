// SPDX-License-Identifier: GPL-2.0
/*
 * This machine without the module: a process of our own that has the kernel allocate pages by other
 * system calls (user/way.h). What a way cannot tell of them stays unknown, and what it cannot do is
 * changed in the configuration, or refused; each is said. Without any way the machine is watched.
 */
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mask.h"
#include "source/area.h"
#include "source/source.h"
#include "system/available.h"
#include "system/findlimit.h"
#include "system/system.h"
#include "user/fit.h"
#include "user/guard.h"
#include "user/load.h"
#include "user/policy.h"

struct user {
	struct bt_machine machine;	/* as it was opened */
	struct bt_system *system;
	struct bt_user_load *load;	/* NULL: no way, nothing but watching */
	struct bt_area_reader *reader;
	struct bt_user_means means;
	char no_control[256];
	uint64_t seq;
	struct bt_findlimit *findlimit;	/* the last measurement; NULL = none yet */
	pthread_mutex_t lock;		/* ack and way: written by publish(), read by read() */
	struct bt_frame_ack ack;
	enum bt_way_number way;
};

/* ---- opening ------------------------------------------------------------------------------- */

static uint32_t proven(const struct user *u)
{
	uint32_t ways = 0;

	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		ways |= u->means.orders[i] ? 1u << i : 0;
	return ways;
}

static void take_proofs(struct user *u)
{
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		u->means.orders[i] = bt_user_load_proof(u->load, i)->orders;
		u->means.nodes[i] = bt_user_load_proof(u->load, i)->nodes;
		u->means.room_bytes[i] = bt_ways[i]->room_bytes ? bt_ways[i]->room_bytes() :
								  BT_UNKNOWN;
	}
}

_Static_assert((unsigned)BT_WAY_COUNT <= BT_WAYS_MAX, "BT_WAYS_MAX is too small");

/* Those asked for, in the machine's own words: for whoever shows it. */
static void describe_ways(const struct user *u, uint32_t asked, struct bt_machine *machine)
{
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		const struct bt_proof *proof = bt_user_load_proof(u->load, i);
		struct bt_machine_way *way = &machine->ways[machine->way_count];

		if (!(asked & 1u << i))
			continue;
		*way = (struct bt_machine_way){
			.orders = proof->orders, .traced = proof->traced,
			.nodes = (uint8_t)proof->nodes,
		};
		snprintf(way->name, sizeof(way->name), "%s", bt_ways[i]->name);
		bt_copy_clean(way->dropped, sizeof(way->dropped), proof->reason);
		machine->way_count++;
	}
}

/* A text that grows, cut where it is full. */
struct note {
	char *text;
	size_t size, used;
};

static void note_add(struct note *note, const char *before, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void note_add(struct note *note, const char *before, const char *format, ...)
{
	char part[256];
	va_list args;

	va_start(args, format);
	vsnprintf(part, sizeof(part), format, args);
	va_end(args);
	if (note->used < note->size)
		note->used += (size_t)snprintf(note->text + note->used, note->size - note->used,
					       "%s%s", note->used ? before : "", part);
}

/* It may put blocks together of single pages, and no tracepoint was there to tell. */
static bool hides_its_orders(const struct user *u, unsigned number)
{
	return bt_ways[number]->hides_failures && u->means.orders[number] & ~1u &&
	       !bt_user_load_proof(u->load, number)->traced;
}

static void note_hidden(const struct user *u, struct note *note)
{
	const char *before = "; ", *of = "pages alone are proven of ";

	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		if (!hides_its_orders(u, i))
			continue;
		note_add(note, before, "%s%s", of, bt_ways[i]->name);
		before = ", ";
		of = "";
	}
}

/*
 * "orders: pipe 0, packet 0-10, pbuf 0-7; pages alone are proven of pbuf; no huge: transparent huge
 * pages are off"
 */
static void note_ways(const struct user *u, uint32_t asked, struct note *note)
{
	const char *before = "; ", *of = "orders: ";
	char orders[32];

	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		const __u64 mask = u->means.orders[i];

		bt_mask_text(&mask, 1, orders, sizeof(orders));
		if (!mask)
			continue;
		note_add(note, before, "%s%s %s", of, bt_ways[i]->name, orders);
		before = ", ";
		of = "";
	}
	note_hidden(u, note);
	for (unsigned i = 0; i < BT_WAY_COUNT; i++) {
		const char *reason = bt_user_load_proof(u->load, i)->reason;

		if (asked & 1u << i && *reason)
			note_add(note, "; ", "%s %s: %s", u->means.orders[i] ? "not all of" : "no",
				 bt_ways[i]->name, reason);
	}
}

static int open_load(struct user *u, uint32_t asked, struct bt_machine *machine,
		     struct bt_err *err)
{
	struct note note = { machine->source_note, sizeof(machine->source_note),
			     strlen(machine->source_note) };
	char ways[48];
	size_t size;
	const void *area;
	int rc = bt_user_load_open(&u->load, asked, &u->machine, err);

	if (rc)
		return rc;
	take_proofs(u);
	bt_ways_text(proven(u), ways, sizeof(ways));
	snprintf(machine->source, sizeof(machine->source), "user:%s", ways);
	note_ways(u, asked, &note);
	describe_ways(u, asked, machine);
	if (!proven(u)) {
		snprintf(u->no_control, sizeof(u->no_control),
			 "no way to allocate without the module ('?' says why)");
		bt_user_load_close(u->load);
		u->load = NULL;
		return 0;
	}
	if (!bt_user_load_sees_stalls(u->load))
		note_add(&note, "; ", "no PSI: memory stalls do not stop it");
	area = bt_user_load_area(u->load, &size);
	return bt_area_reader_create(&u->reader, area, size, err);
}

/* Whatever the workers fail at: the machine can be watched. */
static void open_or_watch(struct user *u, uint32_t asked, struct bt_machine *machine)
{
	struct bt_err err = { 0 };
	struct note note = { machine->source_note, sizeof(machine->source_note), 0 };

	if (!open_load(u, asked, machine, &err))
		return;
	bt_user_load_close(u->load);
	u->load = NULL;
	snprintf(machine->source, sizeof(machine->source), "user:none");
	snprintf(u->no_control, sizeof(u->no_control), "watching alone: %.200s", err.text);
	note.used = strlen(machine->source_note);
	note_add(&note, "; ", "%s", u->no_control);
}

/* What was available then bounds what may ever be held. */
static int describe(struct user *u, struct bt_err *err)
{
	uint64_t available_bytes;
	int rc = bt_available_look(&u->machine, &available_bytes, err);

	if (!rc)
		rc = bt_system_open(&u->system, "", err);
	if (rc)
		return rc;
	if (available_bytes == BT_UNKNOWN)
		available_bytes = 0;
	u->machine.max_held_bytes = available_bytes / 100 * BT_USER_HELD_PERCENT;
	u->means.machine = &u->machine;
	bt_policy_allowed(&u->machine, u->means.allowed_nodes);
	return 0;
}

static void user_close(void *state)
{
	struct user *u = state;

	bt_findlimit_free(u->findlimit);
	bt_area_reader_free(u->reader);
	bt_user_load_close(u->load);
	if (u->system)
		bt_system_close(u->system);
	pthread_mutex_destroy(&u->lock);
	free(u);
}

static int user_open(void **state, const struct bt_source_options *options,
		     struct bt_machine *machine, struct bt_err *err)
{
	struct user *u;
	uint32_t ways;
	int rc = bt_ways_parse(options->argument, &ways, err);

	if (rc)
		return rc;
	u = bt_xcalloc(1, sizeof(*u));
	pthread_mutex_init(&u->lock, NULL);
	u->machine = *machine;
	rc = describe(u, err);
	*machine = u->machine;
	snprintf(machine->source, sizeof(machine->source), "user:none");
	snprintf(machine->source_note, sizeof(machine->source_note), "%s",
		 options->instead ? options->instead : "");
	if (!rc && options->read_only)
		snprintf(u->no_control, sizeof(u->no_control), "watching alone, as asked");
	else if (!rc && !ways)
		snprintf(u->no_control, sizeof(u->no_control), "watching alone (user:none)");
	else if (!rc)
		open_or_watch(u, ways, machine);
	if (rc) {
		user_close(u);
		return rc;
	}
	*state = u;
	return 0;
}

/* ---- frames -------------------------------------------------------------------------------- */

static void forget_cpu(struct bt_frame_cpu *cpu, const struct bt_way *way, bool blind)
{
	if (!way->timed) {
		cpu->alloc_max_ns = cpu->free_max_ns = BT_UNKNOWN;
		cpu->preempted = cpu->preempted_ns = BT_UNKNOWN;
	}
	if (way->hides_failures || blind)
		cpu->failures = BT_UNKNOWN;
	memset(&cpu->step, 0, sizeof(cpu->step));
}

/* Nothing tells where a block is, but a machine that has one node. */
static void forget_nodes(struct bt_frame *frame)
{
	if (frame->node_count == 1)
		return;
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++)
		frame->cpus[cpu].remote_blocks = frame->cpus[cpu].remote_pages = BT_UNKNOWN;
	for (unsigned from = 0; from < frame->node_count; from++) {
		for (unsigned to = 0; to < frame->node_count; to++)
			frame->matrix[from][to] = BT_UNKNOWN;
	}
}

static void fill_load(struct bt_frame *frame, const struct bt_user_status *status)
{
	const struct bt_way *way = bt_ways[status->way];

	frame->config = status->config;
	frame->publish_ns = status->publish_ns;
	frame->run = (uint8_t)status->config.run;
	frame->reason = (uint8_t)status->reason;
	frame->lease_expiries = status->lease_expiries;
	frame->limit_expiries = status->limit_expiries;
	frame->oom_notifications = frame->oom_freed_pages = frame->ring_bytes = BT_UNKNOWN;
	if (status->config.generation)
		snprintf(frame->way, sizeof(frame->way), "%s", way->name);
	snprintf(frame->way_trouble, sizeof(frame->way_trouble), "%s", status->trouble);
	for (unsigned cpu = 0; cpu < frame->cpu_count; cpu++)
		forget_cpu(&frame->cpus[cpu], way, status->blind);
	forget_nodes(frame);
}

static int user_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	uint64_t start = bt_mono_ns();
	struct user *u = state;
	struct bt_user_status status;
	int rc;

	bt_frame_clear(frame);
	if (u->load) {
		/* The ack first: a frame that has it must not show the config before it. */
		pthread_mutex_lock(&u->lock);
		frame->ack = u->ack;
		rc = bt_user_load_status(u->load, &status, err);
		pthread_mutex_unlock(&u->lock);
		if (rc)
			return rc;
		bt_area_read(u->reader, frame);
		fill_load(frame, &status);
	}
	bt_system_read(u->system, frame);
	frame->seq = ++u->seq;
	frame->read_ns = bt_mono_ns() - start;
	return 0;
}

/* ---- control ------------------------------------------------------------------------------- */

static int user_publish(void *state, const struct bt_config *config, uint64_t token,
			struct bt_err *err)
{
	struct user *u = state;
	struct bt_config fitting = *config;
	struct bt_frame_ack ack = { .token = token };
	enum bt_way_number way;

	if (!u->load)
		return bt_err_set(err, EPERM, "%s", u->no_control);
	pthread_mutex_lock(&u->lock);
	way = u->way;
	ack.error = -bt_user_fit(&u->means, &fitting, &way, ack.text);
	/* What is kept is held by the way that it came by. */
	if (!ack.error && fitting.run != BT_RUN_KEEP)
		u->way = way;
	if (!ack.error)
		ack.generation = bt_user_load_publish(u->load, &fitting, u->way);
	u->ack = ack;
	pthread_mutex_unlock(&u->lock);
	return 0;
}

static const char *user_no_control(void *state)
{
	struct user *u = state;

	return u->no_control[0] ? u->no_control : NULL;
}

static int user_keepalive(void *state)
{
	struct user *u = state;

	if (u->load)
		bt_user_load_keepalive(u->load);
	return 0;
}

static int user_measure(void *state, const struct bt_measure_options *options, struct bt_err *err)
{
	struct user *u = state;

	return bt_findlimit_again(&u->findlimit, options, err);
}

static void user_measured(void *state, struct bt_measure *measure)
{
	struct user *u = state;

	bt_findlimit_last(u->findlimit, measure);
}

const struct bt_source_ops bt_source_user = {
	.name = "user",
	.help = "user[:WAY[+WAY...]]: this machine without the module (see buddytop(7)); none: "
		"watch alone",
	.open = user_open,
	.read = user_read,
	.publish = user_publish,
	.no_control = user_no_control,
	.keepalive = user_keepalive,
	.measure = user_measure,
	.measured = user_measured,
	.close = user_close,
};

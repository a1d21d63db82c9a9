// SPDX-License-Identifier: GPL-2.0
/* Each way to allocate without the module, against what the kernel counts. */
#include "tests/unit/test.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "tests/unit/user_rig.h"
#include "user/proof.h"
#include "user/rights.h"

#define TRIES 60	/* others allocate, too: some time they do not */
#define PAUSE_US 2000
#define TRACING "/sys/kernel/tracing"

struct row {
	enum bt_way_number way;
	unsigned order;
	unsigned blocks;	/* by one call */
	unsigned calls;
};

/* Some MiB at most. */
static const struct row rows[] = {
	{ BT_WAY_PACKET, 0, 1024, 1 }, { BT_WAY_PACKET, 3, 128, 2 }, { BT_WAY_PACKET, 9, 4, 1 },
	{ BT_WAY_PACKET, 10, 2, 1 },   { BT_WAY_PIPE, 0, 1, 2000 },  { BT_WAY_PBUF, 0, 1, 600 },
	{ BT_WAY_PBUF, 3, 1, 100 },    { BT_WAY_PBUF, 7, 1, 6 },     { BT_WAY_SYSCTL, 2, 1, 400 },
	{ BT_WAY_SYSCTL, 5, 1, 100 },  { BT_WAY_SYSCTL, 10, 1, 4 },  { BT_WAY_ANON, 0, 1, 1000 },
	{ BT_WAY_HUGE, 9, 1, 4 },
};

/* ---- one way, in a child ------------------------------------------------------------------- */

struct open_way {
	const struct bt_way *way;
	void *state;
	uint32_t units[2048];
};

static bool open_way(struct open_way *open, enum bt_way_number number, char verdict[VERDICT])
{
	const struct bt_way_terms terms = { .max_pages = 16384 };
	struct bt_err err = { 0 };

	*open = (struct open_way){ .way = bt_ways[number] };
	bt_rights_descriptors();
	if ((open->way->networks && bt_rights_network(&err)) ||
	    open->way->open(&open->state, &terms, &err)) {
		snprintf(verdict, VERDICT, "skip: %.200s", err.text);
		return false;
	}
	return true;
}

static bool take(struct open_way *open, const struct row *row, char verdict[VERDICT])
{
	for (unsigned i = 0; i < row->calls; i++) {
		int code = open->way->prepare ? open->way->prepare(open->state) : 0;

		if (!code)
			code = open->way->alloc(open->state, row->order, row->blocks,
						&open->units[i]);
		if (!code)
			continue;
		snprintf(verdict, VERDICT, "refused: call %u of order %u: %s", i, row->order,
			 strerror(-code));
		return false;
	}
	return true;
}

static void give(struct open_way *open, const struct row *row)
{
	for (unsigned i = 0; open->way->free && i < row->calls; i++) {
		open->way->free(open->state, row->order, open->units[i]);
		if (open->way->settle)
			open->way->settle(open->state);
	}
}

/* ---- /proc/vmstat -------------------------------------------------------------------------- */

static bool is_about(uint64_t grown, uint64_t pages)
{
	return grown >= pages && grown <= pages + pages / 4 + 128;
}

/* Again, with what was given back: a way may have kept it for itself. */
static void counts_in_vmstat(const void *context, char verdict[VERDICT])
{
	const struct row *row = context;
	uint64_t pages = (uint64_t)row->blocks * row->calls << row->order, taken = 0, given = 0;
	struct open_way open;

	if (!open_way(&open, row->way, verdict))
		return;
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t before = pages_allocated(), freed;

		if (!take(&open, row, verdict))
			return;
		taken = pages_allocated() - before;
		freed = proc_sum("/proc/vmstat", "pgfree ");
		give(&open, row);
		given = proc_sum("/proc/vmstat", "pgfree ") - freed;
		if (open.way->transient)
			given = taken;
		/* The last ones may wait in a CPU's batch for their lists (struct folio_batch, up to 31). */
		if (i && is_about(taken, pages) &&
		    (is_about(given, pages) || (given < pages && given + 31 >= pages)))
			return;
		usleep(PAUSE_US);
	}
	snprintf(verdict, VERDICT, "order %u: %llu pages asked for, pgalloc %llu, pgfree %llu",
		 row->order, (unsigned long long)pages, (unsigned long long)taken,
		 (unsigned long long)given);
}

static void pages_are_counted_by_vmstat(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		check_both(bt_ways[rows[i].way]->name,
			   &(struct check){ counts_in_vmstat, &rows[i] });
}

/* ---- the tracepoint ------------------------------------------------------------------------ */

/* Counts the allocations of an order by this thread; -1: not possible here. */
static int count_order(unsigned order)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(attr) };
	FILE *file = fopen(TRACING "/events/kmem/mm_page_alloc/id", "r");
	unsigned long long id = 0;
	char filter[32];
	int fd;

	if (!file || fscanf(file, "%llu", &id) != 1)
		return -1;
	fclose(file);
	attr.config = id;
	fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
	snprintf(filter, sizeof(filter), "order==%u", order);
	if (fd >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return -1;
	return fd;
}

/* tracefs where nobody else sees it. */
static bool mount_tracing(void)
{
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tracefs", TRACING, "tracefs", 0, NULL);
}

static void counts_in_trace(const void *context, char verdict[VERDICT])
{
	const struct row *row = context;
	uint64_t blocks = (uint64_t)row->blocks * row->calls, before = 0, after = 0;
	struct open_way open;
	int fd;

	if (geteuid() || !mount_tracing() || (fd = count_order(row->order)) < 0) {
		snprintf(verdict, VERDICT, "skip: no tracefs or perf to be had");
		return;
	}
	if (!open_way(&open, row->way, verdict))
		return;
	if (read(fd, &before, sizeof(before)) != sizeof(before) || !take(&open, row, verdict) ||
	    read(fd, &after, sizeof(after)) != sizeof(after)) {
		if (!*verdict)
			snprintf(verdict, VERDICT, "the counter cannot be read");
		return;
	}
	/* Slabs and page tables of its own are of small orders, and few. */
	if (after - before < blocks || after - before > blocks + blocks / 8 + 40)
		snprintf(verdict, VERDICT, "order %u: %llu blocks asked for, %llu traced",
			 row->order, (unsigned long long)blocks,
			 (unsigned long long)(after - before));
}

static void blocks_are_of_their_order(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++)
		check_as(false, bt_ways[rows[i].way]->name,
			 &(struct check){ counts_in_trace, &rows[i] });
}

/* ---- held ---------------------------------------------------------------------------------- */

static void leaves_the_free_lists(const void *context, char verdict[VERDICT])
{
	const struct row *row = context;
	uint64_t pages = (uint64_t)row->blocks * row->calls << row->order;
	long long gone = 0, back = 0;
	struct open_way open;

	if (!open_way(&open, row->way, verdict))
		return;
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t before = buddy_pages(row->order), held;

		if (!take(&open, row, verdict))
			return;
		held = buddy_pages(row->order);
		give(&open, row);
		gone = (long long)(before - held);
		back = (long long)(buddy_pages(row->order) - held);
		if (gone >= (long long)pages * 3 / 4 && gone <= (long long)pages * 3 / 2 &&
		    back >= (long long)pages * 3 / 4)
			return;
		usleep(PAUSE_US);
	}
	snprintf(verdict, VERDICT, "%llu pages held, %lld gone from the free lists, %lld back",
		 (unsigned long long)pages, gone, back);
}

static void large_blocks_leave_the_free_lists(void **state)
{
	/* No order that may be on the lists of CPUs, where blocks are free as well. */
	static const struct row large[] = { { BT_WAY_PACKET, 8, 16, 2 }, { BT_WAY_PACKET, 10, 8, 1 } };

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(large); i++)
		check_both(bt_ways[large[i].way]->name,
			   &(struct check){ leaves_the_free_lists, &large[i] });
}

/* ---- limits -------------------------------------------------------------------------------- */

/* Each is waited for when the process ends. */
static void bounds_its_sockets(const void *context, char verdict[VERDICT])
{
	struct open_way open;
	unsigned sockets = 0;
	int code = 0;

	(void)context;
	if (!open_way(&open, BT_WAY_PACKET, verdict))
		return;
	while (!(code = open.way->alloc(open.state, 0, 1, &open.units[sockets])) && sockets < 1024)
		sockets++;
	if (sockets > 1023 || code != -EMFILE)
		snprintf(verdict, VERDICT, "%u sockets, then %d", sockets, code);
	/* One that was closed makes room. */
	open.way->free(open.state, 0, open.units[0]);
	if (open.way->alloc(open.state, 0, 1, &open.units[0]))
		snprintf(verdict, VERDICT, "none instead of the first");
}

static void sockets_are_bounded(void **state)
{
	(void)state;
	check_as(false, "packet", &(struct check){ bounds_its_sockets, NULL });
}

/* ---- proofs -------------------------------------------------------------------------------- */

static void proves(const void *context, char verdict[VERDICT])
{
	const struct bt_way *way = bt_ways[*(const unsigned *)context];
	struct bt_err err = { 0 };
	struct bt_proof proof;

	if (way->networks && bt_rights_network(&err)) {
		snprintf(verdict, VERDICT, "skip: %.200s", err.text);
		return;
	}
	bt_prove(way, 10, &proof);
	if (!proof.orders && (strstr(proof.reason, "no ") || strstr(proof.reason, "off")))
		snprintf(verdict, VERDICT, "skip: %.200s", proof.reason);
	/* Of a busy machine, as one that runs other tests, not all; and then it is said why. */
	else if (!proof.orders || proof.orders & ~way->orders ||
		 (proof.orders == (way->orders & 0x7ff)) != !*proof.reason)
		snprintf(verdict, VERDICT, "orders %#x of %#x: %.160s", proof.orders, way->orders,
			 proof.reason);
}

static void ways_prove_themselves(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BT_WAY_COUNT; i++)
		check_both(bt_ways[i]->name, &(struct check){ proves, &i });
}

static int fake_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	(void)terms;
	*state = err;
	return 0;
}

static int fake_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	(void)state;
	(void)order;
	(void)blocks;
	*unit = 0;
	return 0;
}

static bool fake_free(void *state, unsigned order, uint32_t unit)
{
	(void)state;
	(void)order;
	(void)unit;
	return true;
}

static void fake_close(void *state)
{
	(void)state;
}

/* One that says it allocates, and does not. 4 MiB a try: no machine does that by the way. */
static void a_liar_is_found_out(void **state)
{
	const struct bt_way liar = {
		.name = "liar", .orders = 1u << 10, .unit_blocks = 1, .open = fake_open,
		.alloc = fake_alloc, .free = fake_free, .close = fake_close,
	};
	struct bt_proof proof;

	(void)state;
	bt_prove(&liar, 10, &proof);
	assert_int_equal(proof.orders, 0);
	assert_non_null(strstr(proof.reason, "order 10: 1024 pages were to be allocated"));
}

#define QUIET_TRIES 50

/* Order 11 is above what the allocator has: these pages are real, and no block. */
static void takes_vmalloc(const void *context, char verdict[VERDICT])
{
	struct bt_way way = bt_way_packet;
	struct bt_err err = { 0 };
	struct bt_proof proof;

	(void)context;
	way.orders = 1u << 11;
	if (bt_rights_network(&err)) {
		snprintf(verdict, VERDICT, "skip: %.200s", err.text);
		return;
	}
	/* Where others allocate all the time, that is the reason; some time they do not. */
	for (unsigned i = 0; i < QUIET_TRIES; i++) {
		bt_prove(&way, 11, &proof);
		if (proof.orders || !strstr(proof.reason, "were to be allocated"))
			break;
	}
	if (proof.orders || !strstr(proof.reason, " pages came out of vmalloc()"))
		snprintf(verdict, VERDICT, "orders %#x: %.160s", proof.orders, proof.reason);
}

static void vmalloc_is_no_proof(void **state)
{
	(void)state;
	check_as(false, "packet", &(struct check){ takes_vmalloc, NULL });
}

static void names_are_read(void **state)
{
	struct bt_err err = { 0 };
	uint32_t ways = 0;
	char text[64];

	(void)state;
	assert_int_equal(bt_ways_parse(NULL, &ways, &err), 0);
	assert_int_equal(ways, BT_WAYS_ALL);
	assert_int_equal(bt_ways_parse("none", &ways, &err), 0);
	assert_int_equal(ways, 0);
	bt_ways_text(0, text, sizeof(text));
	assert_string_equal(text, "none");
	assert_int_equal(bt_ways_parse("packet+pipe", &ways, &err), 0);
	bt_ways_text(ways, text, sizeof(text));
	assert_string_equal(text, "pipe+packet");
	assert_int_equal(bt_ways_parse("pipe+", &ways, &err), -EINVAL);
	assert_int_equal(bt_ways_parse("pipes", &ways, &err), -EINVAL);
	assert_non_null(strstr(err.text, "'pipes' is no way to allocate (pipe+packet+pbuf+"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_counted_by_vmstat),
		cmocka_unit_test(blocks_are_of_their_order),
		cmocka_unit_test(large_blocks_leave_the_free_lists),
		cmocka_unit_test(sockets_are_bounded),
		cmocka_unit_test(ways_prove_themselves),
		cmocka_unit_test(a_liar_is_found_out),
		cmocka_unit_test(vmalloc_is_no_proof),
		cmocka_unit_test(names_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

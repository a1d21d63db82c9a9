// SPDX-License-Identifier: GPL-2.0
/*
 * Source user: no module, but the ways into the allocator that the kernel has for everybody, by an
 * agent of root's and by one of nobody's. What they do is counted by the tracepoint, the free lists
 * and the nodes.
 */
#include "scenarios.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/param.h"
#include "counter.h"
#include "oracle.h"

#define AGENT "/bin/buddytop-agent"
#define NOBODY 65534
#define WORKERS "bt-user"
#define MIB (1ull << 20)
/* A plain start, as RIG_PLAIN; guard and touch are what all ways have. */
#define PLAIN "order=0 cpus=0-1 node=local gfp=kernel pattern=steady free=fifo touch=none batch=64 " \
	      "pace=0 held=64M guard=safe reserve=32M lease=20s limit=0"

/* ---- whose agent --------------------------------------------------------------------------- */

static const char *const user_names[] = { "root", "nobody" };

int scenario_agent_of_nobody(void)
{
	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		return 1;
	execl(AGENT, AGENT, "--source", "user", NULL);
	return 1;
}

static bool open_as(struct rig *rig, unsigned user)
{
	char self[256] = "", source[320];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	snprintf(source, sizeof(source), user ? "remote:%.*s " SCENARIO_AS_NOBODY :
		 "remote:" AGENT " --source user", user ? (int)length : 0, self);
	return rig_open(rig, source) && rig_publish(rig, PLAIN, BT_RUN_DRAIN);
}

/* The kernel that looks for faults has none; those of distributions all do. */
static bool has_packet_sockets(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		return errno != EAFNOSUPPORT;
	close(fd);
	return true;
}

static void as_both(struct rig *rig, void (*body)(struct rig *rig, unsigned user))
{
	int counter;

	if (!has_packet_sockets()) {
		rig_skip(rig, "this kernel has no packet sockets (CONFIG_PACKET)");
		return;
	}
	counter = counter_hold();
	oracle_watch(WORKERS);
	for (unsigned user = 0; user < 2; user++) {
		if (open_as(rig, user))
			body(rig, user);
		rig_close(rig);
	}
	oracle_watch(NULL);
	counter_release(counter);
}

static const struct bt_machine_way *way_of(struct rig *rig, const char *name)
{
	const struct bt_machine *machine = bt_session_machine(rig->session);

	for (unsigned i = 0; i < machine->way_count; i++) {
		if (!strcmp(machine->ways[i].name, name))
			return &machine->ways[i];
	}
	return NULL;
}

/* Linux 6.4 gave io_uring rings of its own. */
static bool has_way(struct rig *rig, const char *name)
{
	unsigned major = 0, minor = 0;

	sscanf(bt_session_machine(rig->session)->kernel, "%u.%u", &major, &minor);
	return strcmp(name, "pbuf") || major * 100 + minor >= 604;
}

/* ---- ways ---------------------------------------------------------------------------------- */

static void check_ways(struct rig *rig, unsigned user)
{
	static const struct {
		const char *name;
		uint32_t orders;
	} rows[] = {
		{ "pipe", 0x1 },   { "packet", 0x7ff }, { "pbuf", 0xff },
		{ "sysctl", 0x7fc }, { "anon", 0x1 },   { "huge", 0x200 },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		const struct bt_machine_way *way = way_of(rig, rows[i].name);
		char text[BT_WAY_TEXT] = "is missing";

		if (way)
			bt_machine_way_text(way, text, sizeof(text));
		if (has_way(rig, rows[i].name))
			rig_check(rig, way && way->orders == rows[i].orders && way->traced == !user,
				  "%s, %s: %s", user_names[user], rows[i].name, text);
		else
			rig_check(rig, way && !way->orders && strstr(text, "since Linux 6.4"),
				  "%s, %s: %s", user_names[user], rows[i].name, text);
	}
}

/* A process that takes and gives back some hundred thousand pages a second. */
static pid_t start_noise(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {
		void *memory = mmap(NULL, MIB, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		munmap(memory, MIB);
	}
	_exit(0);
}

static enum bt_way_nodes nodes_of(struct rig *rig, unsigned number)
{
	return bt_session_machine(rig->session)->ways[number].nodes;
}

/* What others take may hide where ours come from; then nobody knows. */
static void check_nodes_beside(struct rig *rig, const enum bt_way_nodes quiet[BT_WAYS_MAX])
{
	const struct bt_machine *machine = bt_session_machine(rig->session);
	unsigned false_claims = 0, told = 0;

	for (unsigned i = 0; i < machine->way_count; i++) {
		enum bt_way_nodes nodes = nodes_of(rig, i);

		told += nodes != BT_WAY_NODES_UNKNOWN;
		false_claims += nodes != BT_WAY_NODES_UNKNOWN && nodes != quiet[i];
	}
	rig_check(rig, machine->way_count && !false_claims,
		  "beside others it is told of %u ways whether they follow nodes, of %u not as before",
		  told, false_claims);
}

/* The tracepoint counts our own blocks, whatever others do beside: root's ways are all there. */
static void check_ways_beside(struct rig *rig)
{
	enum bt_way_nodes quiet[BT_WAYS_MAX] = { 0 };
	int counter;
	pid_t noise;

	if (!has_packet_sockets())
		return;
	counter = counter_hold();
	if (open_as(rig, 0)) {
		for (unsigned i = 0; i < bt_session_machine(rig->session)->way_count; i++)
			quiet[i] = nodes_of(rig, i);
	}
	rig_close(rig);
	noise = start_noise();
	if (open_as(rig, 0)) {
		check_ways(rig, 0);
		check_nodes_beside(rig, quiet);
	}
	rig_close(rig);
	kill(noise, SIGKILL);
	waitpid(noise, NULL, 0);
	counter_release(counter);
}

static void scenario_user_ways(struct rig *rig)
{
	as_both(rig, check_ways);
	check_ways_beside(rig);
}

/* ---- orders -------------------------------------------------------------------------------- */

static const struct {
	const char *assignments, *way;
	unsigned order;
} order_cases[] = {
	{ "order=0 gfp=kernel pattern=steady held=32M", "pipe", 0 },
	{ "order=3 gfp=kernel-noretry pattern=hold held=64M", "packet", 3 },
	{ "order=9 gfp=kernel-noretry pattern=burst batch=4 held=64M", "packet", 9 },
	{ "order=2 gfp=kernel pattern=burst batch=64 held=4M", "pbuf", 2 },
	{ "order=8 gfp=kernel-noretry pattern=repeat", "sysctl", 8 },
	{ "order=0 gfp=movable pattern=steady held=32M", "anon", 0 },
	{ "order=9 gfp=movable pattern=burst batch=4 held=64M", "huge", 9 },
};

/*
 * What the same threads have allocated besides: slabs, page tables and files, which are of small
 * orders. The trigger drops a hit now and then, when another CPU has its entry in hand.
 */
static bool is_counted(uint64_t traced, uint64_t counted, unsigned order)
{
	uint64_t others = order < 4 ? counted / 20 + 1000 : 0;

	return counted && traced >= counted - counted / 1000 && traced <= counted + others;
}

static void check_orders(struct rig *rig, unsigned user)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(order_cases); i++) {
		uint64_t traced, counted = rig_totals(rig).allocs;
		char way[32];

		if (!has_way(rig, order_cases[i].way))
			continue;
		oracle_trigger_arm("mm_page_alloc", "order");
		rig_publish(rig, order_cases[i].assignments, BT_RUN_GO);
		rig_wait_ms(rig, 1000);
		snprintf(way, sizeof(way), "%s", rig_fresh(rig)->way);
		rig_drain(rig);
		counted = rig_totals(rig).allocs - counted;
		traced = oracle_trigger_sum(order_cases[i].order);
		oracle_trigger_disarm();
		rig_check(rig, !strcmp(way, order_cases[i].way) &&
			  is_counted(traced, counted, order_cases[i].order),
			  "%s, order %u: %llu blocks by way %s, the tracepoint has %llu",
			  user_names[user], order_cases[i].order, (unsigned long long)counted, way,
			  (unsigned long long)traced);
	}
}

static void scenario_user_orders(struct rig *rig)
{
	as_both(rig, check_orders);
}

/* ---- held ---------------------------------------------------------------------------------- */

#define HELD (192 * MIB)
#define HOLD "order=8 gfp=kernel-noretry pattern=hold held=192M"
#define NEARLY (HELD - 4 * MIB)	/* whole blocks on each CPU */
/* What others take and give back meanwhile. */
#define OTHERS (12 * MIB)

struct memory {
	uint64_t free_bytes, large_bytes, vmalloc_bytes;
};

static struct memory look(void)
{
	return (struct memory){ oracle_free_bytes(), 4096 * oracle_free_pages(8),
				oracle_meminfo_bytes("VmallocUsed") };
}

static uint64_t fallen(uint64_t from, uint64_t to)
{
	return from > to ? from - to : 0;
}

static bool hold(struct rig *rig)
{
	rig_publish(rig, HOLD, BT_RUN_GO);
	return rig_until(rig, rig_holds, NEARLY, 20000) ||
	       rig_check(rig, false, "%s: held within 20 s", HOLD);
}

/* Memory that is freed comes back at once but for what lies on lists of CPUs, which counts. */
static bool is_back(uint64_t free_bytes)
{
	uint64_t end = oracle_deadline_ns(10000);

	while (oracle_free_bytes() + OTHERS < free_bytes && bt_mono_ns() < end)
		usleep(50000);
	return oracle_free_bytes() + OTHERS >= free_bytes;
}

static void check_held(struct rig *rig, unsigned user)
{
	struct memory before = look(), held;
	struct bt_frame_totals totals;
	uint64_t bytes, gone, large;

	if (!hold(rig))
		return;
	totals = rig_totals(rig);
	held = look();
	bytes = totals.held_pages * 4096;
	gone = fallen(before.free_bytes, held.free_bytes);
	large = fallen(before.large_bytes, held.large_bytes);
	rig_check(rig, gone + OTHERS >= bytes && gone <= bytes + OTHERS &&
		  large + OTHERS >= bytes && bytes >= NEARLY && bytes <= HELD,
		  "%s: %llu MiB held, free memory is less by %llu, free blocks of order 8 by %llu",
		  user_names[user], (unsigned long long)(bytes / MIB),
		  (unsigned long long)(gone / MIB), (unsigned long long)(large / MIB));
	rig_check(rig, fallen(held.vmalloc_bytes, before.vmalloc_bytes) < MIB && !totals.failures,
		  "%s: nothing of it is of vmalloc(): %llu KiB more, %llu failures", user_names[user],
		  (unsigned long long)(fallen(held.vmalloc_bytes, before.vmalloc_bytes) / 1024),
		  (unsigned long long)totals.failures);
	rig_drain(rig);
	rig_check(rig, is_back(before.free_bytes), "%s: drained, free memory is back",
		  user_names[user]);
}

static void scenario_user_held(struct rig *rig)
{
	as_both(rig, check_held);
}

/* ---- killed -------------------------------------------------------------------------------- */

/* The session may start others meanwhile. */
static bool is_gone(pid_t pid)
{
	uint64_t end = oracle_deadline_ns(10000);

	while (!kill(pid, 0) && bt_mono_ns() < end)
		usleep(50000);
	return kill(pid, 0) != 0;
}

static void check_kill(struct rig *rig, unsigned user, const char *process)
{
	uint64_t free_bytes = oracle_free_bytes();
	pid_t pid, workers;

	if (!hold(rig))
		return;
	pid = rig_process(process);
	workers = rig_process(WORKERS);
	rig_check(rig, pid > 0 && workers > 0 && !kill(pid, SIGKILL) && is_back(free_bytes) &&
		  is_gone(workers), "%s: %s is killed, all it held is free and its workers are gone",
		  user_names[user], process);
}

static void check_kill_of_agent(struct rig *rig, unsigned user)
{
	check_kill(rig, user, "buddytop-agent");
}

static void check_kill_of_workers(struct rig *rig, unsigned user)
{
	check_kill(rig, user, WORKERS);
}

static void scenario_user_killed(struct rig *rig)
{
	as_both(rig, check_kill_of_agent);
	as_both(rig, check_kill_of_workers);
}

/* ---- nodes --------------------------------------------------------------------------------- */

/* One count a block, whoever asked. */
static uint64_t taken_from(unsigned node)
{
	return oracle_numastat(node, "local_node") + oracle_numastat(node, "other_node");
}

/* But for local, each has another share than its CPUs have of their own nodes. */
static const struct {
	const char *assignments;
	double share;		/* of the blocks, from node 0; CPU n is on node n */
} policies[] = {
	{ "cpus=0 node=local", 1 },	    { "cpus=1 node=local", 0 },
	{ "cpus=0-1 node=prefer:1", 0 },    { "cpus=0-1 node=bind:0", 1 },
	{ "cpus=1 node=bind:0", 1 },	    { "cpus=0 node=interleave:0-1", 0.5 },
	{ "cpus=0 node=remote", 0 },	    { "cpus=1 node=remote", 1 },
};

static const struct node_way {
	const char *assignments, *way;
	unsigned order;
} node_ways[] = {
	{ "order=0 gfp=kernel pattern=steady held=16M", "pipe", 0 },
	{ "order=4 gfp=kernel-noretry pattern=hold held=128M", "packet", 4 },
	{ "order=2 gfp=kernel pattern=repeat", "pbuf", 2 },
	{ "order=8 gfp=kernel-noretry pattern=repeat", "sysctl", 8 },
	{ "order=0 gfp=movable pattern=steady held=16M", "anon", 0 },
	{ "order=9 gfp=movable pattern=burst batch=4 held=64M", "huge", 9 },
};

#define AROUND 0.3
#define BLOCKS 150	/* so that others, who are there all the time, are few beside */
#define PLENTY 1500	/* with so many there is nothing left to wait for */

static void wait_for_blocks(struct rig *rig, unsigned order)
{
	uint64_t now = bt_mono_ns(), end = oracle_deadline_ns(20000), soon = now + 700 * BT_NS_PER_MS;

	do {
		uint64_t blocks = oracle_trigger_sum(order);

		if (blocks >= PLENTY || (blocks >= BLOCKS && now >= soon))
			return;
		rig_wait_ms(rig, 100);
		now = bt_mono_ns();
	} while (now < end);
}

static void check_policy(struct rig *rig, unsigned user, unsigned way, unsigned policy)
{
	uint64_t got[2] = { taken_from(0), taken_from(1) }, blocks;
	double share;

	oracle_trigger_arm("mm_page_alloc", "order");
	rig_publish(rig, policies[policy].assignments, BT_RUN_GO);
	bt_session_pause(rig->session, true);	/* sampling allocates, too */
	wait_for_blocks(rig, node_ways[way].order);
	bt_session_pause(rig->session, false);
	rig_drain(rig);
	got[0] = taken_from(0) - got[0];
	got[1] = taken_from(1) - got[1];
	blocks = oracle_trigger_sum(node_ways[way].order);
	oracle_trigger_disarm();
	/*
	 * All of it is there, and what others took besides does not hide where. With a huge page
	 * comes a page table, and blocks of 2 MiB are few.
	 */
	share = (double)got[0] / (double)(got[0] + got[1]);
	rig_check(rig, blocks >= BLOCKS && (double)(got[0] + got[1]) >= (double)blocks * 0.98 &&
		  share >= policies[policy].share - AROUND && share <= policies[policy].share + AROUND,
		  "%s, %s, %s: %llu blocks, node 0 gave %llu, node 1 %llu", user_names[user],
		  node_ways[way].way, policies[policy].assignments, (unsigned long long)blocks,
		  (unsigned long long)got[0], (unsigned long long)got[1]);
}

static bool is_refused(const struct bt_frame *frame, uint64_t token)
{
	return frame->ack.token == token && frame->ack.error;
}

/* A way that ignores nodes gives way to one that does not, */
static void check_other_way(struct rig *rig, unsigned user, unsigned way)
{
	char other[32];

	rig_publish(rig, "cpus=0-1 node=bind:0", BT_RUN_GO);
	snprintf(other, sizeof(other), "%s", rig_fresh(rig)->way);
	rig_check(rig, !strcmp(other, "packet"), "%s, %s: node=bind:0 is done by %s",
		  user_names[user], node_ways[way].way, other);
	rig_drain(rig);
}

/* and is refused where there is none. */
static void check_refusal(struct rig *rig, const char *way, const char *assignments)
{
	struct bt_config config;
	struct ant_limits limits;
	struct bt_err err = { 0 };
	char source[64];
	bool refused;

	snprintf(source, sizeof(source), "remote:" AGENT " --source user:%s", way);
	if (!rig_open(rig, source) || !rig_publish(rig, PLAIN, BT_RUN_DRAIN) ||
	    !rig_publish(rig, assignments, BT_RUN_DRAIN))
		return;
	config = *bt_session_config(rig->session);
	limits = bt_machine_limits(bt_session_machine(rig->session));
	config.run = BT_RUN_GO;
	refused = !bt_param_assign(&config, "node=bind:0", &limits, &err) &&
		  !bt_session_publish(rig->session, &config, "scenario", &err) &&
		  rig_until(rig, is_refused, bt_session_token(rig->session), 5000);
	rig_check(rig, refused && strstr(bt_session_frame(rig->session)->ack.text,
					 "node bind:0 (obeyed by: none)"),
		  "%s alone: node=bind:0 is refused: %s", way,
		  bt_session_frame(rig->session)->ack.text);
}

static void check_nodes(struct rig *rig, unsigned user)
{
	const struct node_way *ignored = NULL;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(node_ways); i++) {
		const struct bt_machine_way *way = way_of(rig, node_ways[i].way);
		bool followed = way && way->nodes == BT_WAY_NODES_FOLLOWED;

		if (!has_way(rig, node_ways[i].way))
			continue;
		rig_publish(rig, node_ways[i].assignments, BT_RUN_DRAIN);
		rig_publish(rig, "cpus=0-1 node=local", BT_RUN_DRAIN);
		for (unsigned j = 0; j < BT_ARRAY_SIZE(policies); j++) {
			if (followed || strstr(policies[j].assignments, "local"))
				check_policy(rig, user, i, j);
		}
		if (!followed)
			check_other_way(rig, user, i);
		ignored = followed ? ignored : &node_ways[i];
	}
	if (user)
		return;
	if (!ignored) {
		rig_skip(rig, "no way ignores nodes here, so none is refused");
		return;
	}
	rig_close(rig);
	check_refusal(rig, ignored->way, ignored->assignments);
}

static void scenario_user_nodes(struct rig *rig)
{
	as_both(rig, check_nodes);
}

const struct scenario user_scenarios[] = {
	{ "user ways", scenario_user_ways, .own_session = true },
	{ "user orders", scenario_user_orders, .own_session = true },
	{ "user held", scenario_user_held, .own_session = true },
	{ "user killed", scenario_user_killed, .own_session = true },
	{ "user nodes", scenario_user_nodes, .own_session = true },
	{0},
};

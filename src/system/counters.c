// SPDX-License-Identifier: GPL-2.0
/* meminfo, vmstat, pressure and the nodes' counters; and the scanning of lines. */
#include <fcntl.h>
#include <libproc2/meminfo.h>
#include <limits.h>
#include <string.h>

#include "core/mask.h"
#include "system/files.h"

/* ---- scanning ----------------------------------------------------------------------------- */

bool bt_scan_u64(const char **at, uint64_t *value)
{
	const char *digit = *at + strspn(*at, " ");
	uint64_t sum = 0;

	if (*digit < '0' || *digit > '9')
		return false;
	for (; *digit >= '0' && *digit <= '9'; digit++)
		sum = sum * 10 + (uint64_t)(*digit - '0');
	*value = sum;
	*at = digit;
	return true;
}

bool bt_scan_centi(const char **at, uint64_t *centi)
{
	uint64_t whole, part;

	if (!bt_scan_u64(at, &whole) || *(*at)++ != '.' || !bt_scan_u64(at, &part))
		return false;
	*centi = whole * 100 + part;
	return true;
}

bool bt_scan_word(const char **at, const char *word)
{
	const char *start = *at + strspn(*at, " ");
	size_t length = strlen(word);

	if (strncmp(start, word, length) || !strchr(" \n", start[length]))
		return false;
	*at = start + length;
	return true;
}

const char *bt_scan_line(const char *at)
{
	at = strchr(at, '\n');
	return at && at[1] ? at + 1 : NULL;
}

/* ---- meminfo ------------------------------------------------------------------------------ */

void bt_system_read_meminfo(struct bt_system *system, struct bt_frame_memory *memory)
{
	static const struct {
		enum meminfo_item item;
		size_t offset;
	} rows[] = {
		{ MEMINFO_MEM_TOTAL, offsetof(struct bt_frame_memory, total_bytes) },
		{ MEMINFO_MEM_FREE, offsetof(struct bt_frame_memory, free_bytes) },
		{ MEMINFO_MEM_AVAILABLE, offsetof(struct bt_frame_memory, available_bytes) },
		{ MEMINFO_MEM_CACHED, offsetof(struct bt_frame_memory, cached_bytes) },
		{ MEMINFO_MEM_DIRTY, offsetof(struct bt_frame_memory, dirty_bytes) },
		{ MEMINFO_MEM_SLAB, offsetof(struct bt_frame_memory, slab_bytes) },
		{ MEMINFO_MEM_ANON, offsetof(struct bt_frame_memory, anon_bytes) },
		{ MEMINFO_SWAP_TOTAL, offsetof(struct bt_frame_memory, swap_total_bytes) },
		{ MEMINFO_SWAP_FREE, offsetof(struct bt_frame_memory, swap_free_bytes) },
	};
	enum meminfo_item items[BT_ARRAY_SIZE(rows)];
	struct meminfo_stack *stack;
	uint64_t bytes;
	unsigned i;

	if (!system->meminfo)
		return;
	for (i = 0; i < BT_ARRAY_SIZE(rows); i++)
		items[i] = rows[i].item;
	/* Not _get(), which gives numbers up to a second old. */
	stack = procps_meminfo_select(system->meminfo, items, BT_ARRAY_SIZE(rows));
	for (i = 0; stack && i < BT_ARRAY_SIZE(rows); i++) {
		bytes = (uint64_t)stack->head[i].result.ul_int * 1024;
		memcpy((char *)memory + rows[i].offset, &bytes, sizeof(bytes));
	}
}

/* ---- vmstat ------------------------------------------------------------------------------- */

/* Whether a line's name is a counter's, or for a sum, that of one of its zones ("pgalloc_dma"). */
static bool is_counter(const char *line, size_t length, enum bt_vmstat counter)
{
	static const char *const zones[] = { "_dma", "_dma32", "_normal", "_high", "_movable",
					     "_device" };
	const char *name = bt_vmstat_name[counter];
	size_t base = strlen(name);
	unsigned i;

	if (length < base || strncmp(line, name, base))
		return false;
	if (length == base)
		return true;
	if (counter != BT_VMSTAT_PGALLOC && counter != BT_VMSTAT_ALLOCSTALL)
		return false;
	for (i = 0; i < BT_ARRAY_SIZE(zones); i++) {
		if (strlen(zones[i]) == length - base &&
		    !strncmp(line + base, zones[i], length - base))
			return true;
	}
	return false;
}

void bt_system_read_vmstat(struct bt_system *system, struct bt_frame *frame)
{
	const char *line = bt_system_text(system, system->files[BT_FILE_VMSTAT]);
	uint64_t value, *sum;
	unsigned i;

	for (; line; line = bt_scan_line(line)) {
		size_t length = strcspn(line, " \n");
		const char *at = line + length;

		for (i = 0; i < BT_VMSTAT_COUNT; i++) {
			if (is_counter(line, length, i))
				break;
		}
		if (i == BT_VMSTAT_COUNT || !bt_scan_u64(&at, &value))
			continue;
		sum = &frame->vmstat[i];
		*sum = *sum == BT_UNKNOWN ? value : *sum + value;
	}
}

/* ---- pressure ----------------------------------------------------------------------------- */

/* "some avg10=1.25 avg60=... avg300=... total=123": hundredths of a percent, microseconds. */
static void scan_pressure(const char *line, uint64_t *avg10_centipercent, uint64_t *total_us)
{
	const char *at = strstr(line, "avg10=");

	if (at) {
		at += strlen("avg10=");
		bt_scan_centi(&at, avg10_centipercent);
	}
	at = strstr(line, "total=");
	if (at) {
		at += strlen("total=");
		bt_scan_u64(&at, total_us);
	}
}

void bt_system_read_pressure(struct bt_system *system, struct bt_frame_psi *psi)
{
	const char *line = bt_system_text(system, system->files[BT_FILE_PRESSURE]);

	for (; line; line = bt_scan_line(line)) {
		const char *at = line;

		if (bt_scan_word(&at, "some"))
			scan_pressure(at, &psi->some_avg10_centipercent, &psi->some_total_us);
		else if (bt_scan_word(&at, "full"))
			scan_pressure(at, &psi->full_avg10_centipercent, &psi->full_total_us);
	}
}

/* ---- nodes -------------------------------------------------------------------------------- */

static void read_numastat(const char *line, struct bt_frame_node *node)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
		{ "numa_hit", offsetof(struct bt_frame_node, numa_hit) },
		{ "numa_miss", offsetof(struct bt_frame_node, numa_miss) },
		{ "numa_foreign", offsetof(struct bt_frame_node, numa_foreign) },
		{ "interleave_hit", offsetof(struct bt_frame_node, interleave_hit) },
		{ "local_node", offsetof(struct bt_frame_node, local_node) },
		{ "other_node", offsetof(struct bt_frame_node, other_node) },
	};
	uint64_t pages;
	unsigned i;

	for (; line; line = bt_scan_line(line)) {
		for (i = 0; i < BT_ARRAY_SIZE(rows); i++) {
			const char *at = line;

			if (bt_scan_word(&at, rows[i].name) && bt_scan_u64(&at, &pages))
				memcpy((char *)node + rows[i].offset, &pages, sizeof(pages));
		}
	}
}

/* "Node 0 MemTotal:  1004192 kB" */
static void read_node_meminfo(const char *line, struct bt_frame_node *node)
{
	uint64_t number, kib;

	for (; line; line = bt_scan_line(line)) {
		const char *at = line;

		if (!bt_scan_word(&at, "Node") || !bt_scan_u64(&at, &number))
			continue;
		if (bt_scan_word(&at, "MemTotal:") && bt_scan_u64(&at, &kib))
			node->total_bytes = kib * 1024;
		else if (bt_scan_word(&at, "MemFree:") && bt_scan_u64(&at, &kib))
			node->free_bytes = kib * 1024;
	}
}

/* Opened when first seen: nodes may come online later. */
static const char *node_text(struct bt_system *system, int *fd, unsigned node, const char *file)
{
	char path[PATH_MAX];

	if (*fd < 0)
		*fd = open(bt_system_path(system, path, "/sys/devices/system/node/node%u/%s", node,
					  file), O_RDONLY | O_CLOEXEC);
	return bt_system_text(system, *fd);
}

/* A kernel without NUMA is one node that has all. */
static void fill_only_node(struct bt_frame *frame)
{
	struct bt_frame_node *node = &frame->nodes[0];

	node->online = true;
	node->has_memory = true;
	node->total_bytes = frame->memory.total_bytes;
	node->free_bytes = frame->memory.free_bytes;
}

void bt_system_read_nodes(struct bt_system *system, struct bt_frame *frame)
{
	__u64 online[BT_NODE_WORDS], memory[BT_NODE_WORDS];
	unsigned i;

	if (!bt_system_mask(system, system->files[BT_FILE_NODES_ONLINE], online, BT_NODE_WORDS)) {
		fill_only_node(frame);
		return;
	}
	if (!bt_system_mask(system, system->files[BT_FILE_NODES_MEMORY], memory, BT_NODE_WORDS))
		memcpy(memory, online, sizeof(memory));
	for (i = 0; i < frame->node_count; i++) {
		struct bt_frame_node *node = &frame->nodes[i];

		node->online = bt_mask_test(online, i);
		node->has_memory = bt_mask_test(memory, i);
		if (!node->online)
			continue;
		read_numastat(node_text(system, &system->numastat[i], i, "numastat"), node);
		read_node_meminfo(node_text(system, &system->node_meminfo[i], i, "meminfo"), node);
	}
}

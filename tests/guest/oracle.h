/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel itself says, for the guest scenarios: nothing in here reads the module's or the
 * program's own counters. Every function ends the test program when its file cannot be read.
 */
#ifndef GUEST_ORACLE_H
#define GUEST_ORACLE_H

#include <stdbool.h>
#include <stdint.h>

#define PATIENCE_VARIABLE "BUDDYTOP_PATIENCE"

/* Before anything else, while no worker runs. What the kernel complained of until now is forgotten. */
void oracle_begin(void);

/*
 * By how much limits of time are longer than on an ordinary kernel: PATIENCE_VARIABLE of the kernel's
 * command line, which init passes on; 1 without it.
 */
unsigned oracle_patience(void);
/* The time, as of bt_mono_ns(), at which so long a limit is over, by that much longer. */
uint64_t oracle_deadline_ns(unsigned limit_ms);
/* All of a file; the caller frees it. */
char *oracle_text(const char *path);
/* /proc/meminfo, in bytes: "MemFree", "MemAvailable", "MemTotal". */
uint64_t oracle_meminfo_bytes(const char *key);
/*
 * Free memory: MemFree and the per-CPU lists of /proc/zoneinfo, which are free, too, but not counted
 * there; since Linux 6.7 they grow to a good part of a zone. Where kmemleak answers for them, slabs
 * are free, too: KASAN keeps freed objects back up to a 32nd of the memory.
 */
uint64_t oracle_free_bytes(void);
/* /proc/vmstat, 0 when the kernel has no such line. */
uint64_t oracle_vmstat(const char *key);
/* The sum of a key's lines, one for each kind of zone: "pgalloc". */
uint64_t oracle_vmstat_zones(const char *key);
/* /sys/devices/system/node/nodeN/numastat. */
uint64_t oracle_numastat(unsigned node, const char *key);
/* /sys/devices/system/node/nodeN/meminfo, in bytes. */
uint64_t oracle_node_bytes(unsigned node, const char *key);
/* /proc/buddyinfo: free pages of one order and above, all zones. */
uint64_t oracle_free_pages(unsigned order_from);

/*
 * The threads that all below are limited to, by the beginning of their name: "bt-user"; NULL: the
 * module's workers.
 */
void oracle_watch(const char *name);

/*
 * A hist trigger on a kmem event, limited to the watched threads. keys as the kernel takes
 * them ("order", "common_cpu"); arm clears it, sum() adds the hits of every entry whose key equals
 * value; UINT64_MAX as value adds all.
 */
void oracle_trigger_arm(const char *event, const char *keys);
/* The allocations that found a block, by order. */
void oracle_trigger_arm_blocks(void);
/* The same of allocations by the workers for which the allocator had nothing; the key is the order. */
void oracle_trigger_arm_failures(void);
uint64_t oracle_trigger_sum(uint64_t value);
/* Of two keys: entries whose first one equals value and whose second one is at least least. */
uint64_t oracle_trigger_sum_from(uint64_t value, uint64_t least);
/*
 * Hits of any key that the kernel could not file, by its own count: while one CPU makes an entry,
 * another one's hits of the same key are dropped.
 */
uint64_t oracle_trigger_dropped(void);
/* How many different key values were hit. */
unsigned oracle_trigger_entries(void);
void oracle_trigger_disarm(void);

/* The text of gfp_flags that the tracepoint prints for the workers' next allocation. */
void oracle_gfp_text(char *buf, unsigned size);
/*
 * Traces the workers of one CPU for ms milliseconds and returns the longest run of allocations
 * without a free between.
 */
unsigned oracle_longest_alloc_run(unsigned ms);

/* Frees of blocks whose allocation was traced before, by the CPU of the two. */
struct oracle_frees {
	unsigned same, elsewhere;
};
/* Traces the workers for ms milliseconds. */
void oracle_frees(unsigned ms, struct oracle_frees *frees);

/*
 * Looks into the memory of the block that the workers allocated last, through /proc/kcore: how many
 * of its words are not zero, and whether the first one is not. The kernel zeroes what it hands out
 * (init_on_alloc), so what is not zero was written by the workers. False when no allocation was seen.
 */
bool oracle_block_written(unsigned order, bool *first, uint64_t *words);

/* Kernel messages since the last call that say that something broke; 0 = clean. Prints them. */
unsigned oracle_kernel_complaints(void);

#endif

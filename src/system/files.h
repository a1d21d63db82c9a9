/* SPDX-License-Identifier: GPL-2.0 */
/* Inside src/system: the open files of a bt_system, and who fills which part of a frame. */
#ifndef BT_SYSTEM_FILES_H
#define BT_SYSTEM_FILES_H

#include "system/system.h"

#define BT_ZONE_NAME 16		/* with its NUL, as in struct bt_frame_zone */

enum bt_file {
	BT_FILE_ZONEINFO,
	BT_FILE_BUDDYINFO,
	BT_FILE_VMSTAT,
	BT_FILE_PRESSURE,
	BT_FILE_LOADAVG,
	BT_FILE_STAT,
	BT_FILE_CPUS_ONLINE,
	BT_FILE_NODES_ONLINE,
	BT_FILE_NODES_MEMORY,
	BT_FILE_COUNT
};

struct meminfo_info; /* libproc2 */
struct pids_info;

struct bt_system {
	char *root;
	int files[BT_FILE_COUNT];	/* -1 = absent */
	int numastat[BT_MAX_NODES];
	int node_meminfo[BT_MAX_NODES];
	struct meminfo_info *meminfo;	/* NULL under a root */

	/* What is read only when wanted, as it was read last; files opened then. */
	int pagetypeinfo;		/* -1 = not open */
	struct pids_info *pids;		/* NULL = not open */
	struct bt_frame_tasks tasks;
	struct bt_frame_pageblocks pageblocks;
	struct bt_frame_frequency frequency;
	int kpageflags, iomem;		/* -1 = not open */
	struct bt_frame_freemap *free_map; /* NULL = never wanted */

	char *text;			/* of the file read last */
	size_t room;			/* of text, with its NUL */
};

/* Path below the root, into buf (PATH_MAX). */
const char *bt_system_path(const struct bt_system *system, char *buf, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The present text of an open file in system->text; NULL when absent, unreadable or too long. */
const char *bt_system_text(struct bt_system *system, int fd);
/* The same of a file that may be longer than any before: makes room for it. */
const char *bt_system_long_text(struct bt_system *system, int fd);
/* A list file ("0-3\n", "\n") as a mask; false when absent or malformed. */
bool bt_system_mask(struct bt_system *system, int fd, __u64 *mask, unsigned words);
/* The same of a path below the root that is read only once. */
bool bt_system_mask_at(struct bt_system *system, const char *path, __u64 *mask, unsigned words);

void bt_system_read_meminfo(struct bt_system *system, struct bt_frame_memory *memory);
void bt_system_read_zones(struct bt_system *system, struct bt_frame *frame);
void bt_system_read_vmstat(struct bt_system *system, struct bt_frame *frame);
void bt_system_read_pressure(struct bt_system *system, struct bt_frame_psi *psi);
void bt_system_read_load(struct bt_system *system, struct bt_frame_load *load);
void bt_system_read_nodes(struct bt_system *system, struct bt_frame *frame);
/* Those that the frame wants, afresh where the last reading is old enough. */
void bt_system_read_tasks(struct bt_system *system, struct bt_frame *frame);
void bt_system_close_tasks(struct bt_system *system);
void bt_system_read_pageblocks(struct bt_system *system, struct bt_frame *frame);
/* After the online CPUs. */
void bt_system_read_frequency(struct bt_system *system, struct bt_frame *frame);
void bt_system_read_free_map(struct bt_system *system, struct bt_frame *frame);
/* What a file that could not be read, with this errno, makes of a reading. */
enum bt_detail bt_system_detail(int code);

/* Orders of the free lists in /proc/buddyinfo (max_order + 1); 0 = unknown. */
unsigned bt_system_order_count(struct bt_system *system);
/*
 * "kvm", "tcg", "xen" ...; "other": one whose name is not known; "none": the CPU says that there is
 * none; "": nothing tells.
 */
const char *bt_system_hypervisor(struct bt_system *system);

/* ---- scanning of lines; each moves *at behind what it took --------------------------------- */

/* Digits after blanks. */
bool bt_scan_u64(const char **at, uint64_t *value);
/* "12.07" after blanks, always with two decimals: 1207. */
bool bt_scan_centi(const char **at, uint64_t *centi);
/* This word after blanks, ended by a blank, the line's or the text's end. */
bool bt_scan_word(const char **at, const char *word);
/* "Node 0, zone   Normal": what follows the name is left. */
bool bt_scan_zone(const char **at, uint64_t *node, char name[BT_ZONE_NAME]);
/* Start of the next line, or NULL. */
const char *bt_scan_line(const char *at);

#endif

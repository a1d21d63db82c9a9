/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of this machine that make measured times alike from run to run: clock rates, SMT, huge
 * pages. They are set for the lab and put back to what they were; a record on disk, written before
 * the first of them changes, is what they are put back from, by whatever process, also after this
 * one was killed. The kernel forgets them at a reboot, and so does whoever reads such a record.
 */
#ifndef BT_LAB_HOST_H
#define BT_LAB_HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"

enum bt_host_state {
	BT_HOST_CHANGE,		/* to be set, or to be put back */
	BT_HOST_SAME,		/* is as it should be */
	BT_HOST_CANNOT,		/* `why` says */
	/* Of a record: is neither what it was nor what we set it to, or cannot be read any more. */
	BT_HOST_FOREIGN,
	BT_HOST_STATES
};

struct bt_host_setting {
	const char *name;	/* "governor" */
	char path[128];		/* of its file, below the root; "" where there is none */
	char was[64];		/* its value before us */
	char set[64];		/* what we set it to, by what the kernel made of it */
	char now[64];		/* read last; "" = could not be read */
	enum bt_host_state state;
	char why[128];
};

struct bt_host {
	char *root;
	struct bt_host_setting *settings;	/* in the order in which they are set */
	unsigned count;
	bool earlier_boot;	/* of a record: the machine was booted since, nothing of it holds */
	int64_t utc_ns;		/* of a record: when it was made */
};

/*
 * What would be set; changes nothing. root is put before /proc and /sys ("" but in tests); keep:
 * names with commas between of settings that are left alone, or NULL. -EINVAL names one that there
 * is not. Freed by bt_host_free(), NULL too.
 */
int bt_host_plan(struct bt_host **host, const char *root, const char *keep, struct bt_err *err);
/*
 * Sets what a plan has to change and records it in the file. When one cannot be set, all are put
 * back and there is no record; where not even that can be done, the record stays and err says so.
 * -EEXIST: there is a record of this boot. What vanished meanwhile or had no effect becomes CANNOT.
 */
int bt_host_set(struct bt_host *host, const char *record, struct bt_err *err);
/* A record, and how its settings are now. -ENOENT: there is none. */
int bt_host_load(struct bt_host **host, const char *root, const char *record, struct bt_err *err);

enum bt_host_foreign { BT_HOST_KEEP, BT_HOST_FORCE, BT_HOST_FORGET };

/*
 * Puts back what a loaded record has to change, in reverse order. What others have changed since
 * stays as it is: it is kept in the record (-EBUSY), overwritten all the same (FORCE), or forgotten
 * (FORGET). The record goes when nothing of it is left; what failed (in err, the first) is left.
 */
int bt_host_restore(struct bt_host *host, const char *record, enum bt_host_foreign foreign,
		    struct bt_err *err);
void bt_host_free(struct bt_host *host);

/* How many are in this state. */
unsigned bt_host_count(const struct bt_host *host, enum bt_host_state state);
/* A line for each setting, one for those of several CPUs that are alike; back: of a record. */
void bt_host_print(FILE *out, const struct bt_host *host, bool back);

#endif

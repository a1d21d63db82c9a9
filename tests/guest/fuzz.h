/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ABI fuzz: several processes make random calls to the device at once. What each call must give
 * is worked out beforehand from the manual (buddytop.4), never from the module's sources.
 */
#ifndef GUEST_FUZZ_H
#define GUEST_FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "abi.h"

#define FUZZ_FAULTS 16u
#define FUZZ_KINDS_MAX 16u
#define FUZZ_CHILDREN 6u
/* What ABI version 1 began with: no caller knows less. */
#define FUZZ_CONFIG_LEAST 1240u
#define FUZZ_INFO_LEAST 56u

/* Shared by all processes. */
struct fuzz_shared {
	_Atomic uint64_t calls[FUZZ_KINDS_MAX], accepted[FUZZ_KINDS_MAX];
	_Atomic uint64_t done[FUZZ_CHILDREN]; /* calls of each, those of killed ones too */
	_Atomic unsigned faults;
	char fault[FUZZ_FAULTS][240];
	_Atomic unsigned mode_changes; /* odd: the node's mode is being changed */
	_Atomic unsigned mode;
	_Atomic pid_t owner; /* who has the controlling descriptor; 0: nobody knows of one */
	_Atomic pid_t doomed; /* is about to be killed: may own it or not */
};

/* What the machine is, from outside the module. */
struct fuzz_machine {
	struct bt_info info; /* limits of the module: order and held bytes */
	unsigned nodes, cpus;
	__u64 memory_nodes[BT_NODE_WORDS];
	__u64 possible_cpus[BT_CPU_WORDS];
};

struct fuzz {
	struct fuzz_shared *shared;
	const struct fuzz_machine *machine;
	const volatile struct bt_area *area;
	uint64_t random;
	unsigned id, kind;
	bool root;
	pid_t me; /* of a child that was forked to inherit: its parent */
	int fd; /* -1: none */
	bool control; /* fd is the controlling one */
	uint64_t generation; /* the last one that a publication gave */
	unsigned char *arena; /* FUZZ_ARENA bytes, behind them a page that nobody may touch */
	unsigned char *read_only; /* a page with a valid configuration */
};

#define FUZZ_PAGE 4096u
#define FUZZ_ARENA (4 * FUZZ_PAGE)

uint64_t fuzz_random(struct fuzz *fuzz);
/* 0 .. below - 1. */
uint64_t fuzz_below(struct fuzz *fuzz, uint64_t below);
/* Once in so many times. */
bool fuzz_once_in(struct fuzz *fuzz, uint64_t times);
/* Remembers what went wrong; the first few are printed at the end. */
void fuzz_fault(struct fuzz *fuzz, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* fuzz_config.c */
enum fuzz_verdict {
	FUZZ_VALID,
	FUZZ_INVALID,
	FUZZ_EITHER, /* at the edge of what fits, where the manual gives no figure */
};

void fuzz_machine_read(struct fuzz_machine *machine, const struct bt_info *info);
/* A configuration that must be accepted, with little to hold. */
struct bt_config fuzz_config_valid(struct fuzz *fuzz);
/* Changes some fields of it, for better or for worse. */
void fuzz_config_mutate(struct fuzz *fuzz, struct bt_config *config);
enum fuzz_verdict fuzz_config_verdict(const struct fuzz_machine *machine,
				      const struct bt_config *config);

/* fuzz_calls.c, fuzz_files.c */
struct fuzz_kind {
	const char *name;
	unsigned weight;
	bool without_fd; /* makes sense without a descriptor */
	bool always_refused;
	void (*run)(struct fuzz *fuzz);
};

/* A set of outcomes: errno values (those from 63 on are one), 0 for success. */
#define FUZZ(code) (1ull << ((code) < 63 ? (code) : 63))
#define FUZZ_ANY (~0ull)

/* Counts one call, which gave ret (and errno); a fault unless that is one of `allowed`. Returns ret. */
long fuzz_result(struct fuzz *fuzz, long ret, uint64_t allowed, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

extern const struct fuzz_kind fuzz_kinds[]; /* end with a NULL name */
void fuzz_publish(struct fuzz *fuzz);
void fuzz_get_config(struct fuzz *fuzz);
void fuzz_info(struct fuzz *fuzz);
void fuzz_keepalive(struct fuzz *fuzz);
void fuzz_other_command(struct fuzz *fuzz);
/* Before the descriptor goes: whoever opens after that is no second controller. */
void fuzz_disown(struct fuzz *fuzz);
void fuzz_open(struct fuzz *fuzz);
void fuzz_close(struct fuzz *fuzz);
void fuzz_map(struct fuzz *fuzz);
void fuzz_file(struct fuzz *fuzz);
void fuzz_duplicate(struct fuzz *fuzz);
void fuzz_inherit(struct fuzz *fuzz);

#endif

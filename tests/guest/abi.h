/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The stand of the ABI test: the device itself, without agent or session. One observer with the
 * mapping stays open; a test opens the controller it needs.
 */
#ifndef GUEST_ABI_H
#define GUEST_ABI_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/util.h"
#include "kmod/buddytop_uapi.h"

#define MIB (1024ull * 1024)
#define DEVICE "/dev/" BT_DEVICE_NAME

struct abi {
	int observer;
	struct bt_info info;
	const volatile struct bt_area *area;
	unsigned passed, failed, skipped;
};

/* Prints "ok ..." or "FAIL ...". Returns ok. */
bool check(struct abi *abi, bool ok, const char *format, ...) __attribute__((format(printf, 3, 4)));
void skip(struct abi *abi, const char *reason);

/* Opens the observer, maps the area; ends the program when that fails. */
void abi_open(struct abi *abi);
void abi_close(struct abi *abi);

const volatile struct bt_cpu_stats *abi_cpu(const struct abi *abi, unsigned cpu);
uint64_t abi_by_node(const struct abi *abi, unsigned cpu, unsigned node);
/* All buckets of one operation on one CPU, every order. */
uint64_t abi_hist_sum(const struct abi *abi, unsigned cpu, enum bt_op op);
/* Also what was handed to a CPU and is not freed yet. */
uint64_t abi_held_pages(const struct abi *abi);
uint64_t abi_allocs(const struct abi *abi);

/* A valid configuration that runs on CPUs 0 and 1: order 0, local, steady, 32 MiB, guard safe. */
struct bt_config abi_config(void);
/* ioctl() of a copy whose result generation is stored in config; 0 or -errno. */
int abi_publish(int fd, struct bt_config *config);
/* Publishes and waits until every online CPU echoes it; a FAIL line and false otherwise. */
bool abi_run(struct abi *abi, int fd, struct bt_config *config);
/* Opens the controlling file; -1 and a FAIL line when it cannot. */
int abi_control(struct abi *abi);
/* Waits until *word is value; false after limit_ms. */
bool abi_wait_word(const volatile __u64 *word, uint64_t value, unsigned limit_ms);
/* Waits until that many pages are held (at least, at most); false after limit_ms. */
bool abi_wait_held(const struct abi *abi, uint64_t least, uint64_t most, unsigned limit_ms);

/* Every free page that was free before is so again, but for slack. */
bool memory_is_back(uint64_t before, uint64_t slack_bytes);
void put_text(const char *path, const char *text);
/* A process that takes memory until it is killed, or until *stop is no longer value. */
pid_t start_hog(const volatile __u64 *stop, uint64_t value);

struct abi_test {
	const char *name;
	void (*run)(struct abi *abi);
};

/* Each ends with an entry without a name. */
extern const struct abi_test abi_error_tests[], abi_work_tests[], abi_step_tests[],
	abi_memory_tests[], abi_guard_tests[];

#endif

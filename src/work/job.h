/* SPDX-License-Identifier: GPL-2.0 */
/* Inside of buddytop-work: what a job is, and what it is given. */
#ifndef BT_WORK_JOB_H
#define BT_WORK_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/json.h"
#include "core/util.h"
#include "frame/frame.h"

#define BT_WORK_THREADS_MAX 256u
#define BT_WORK_TICK_MS 100	/* between two looks at what there is to tell */

struct bt_work_out;
struct bt_work_hold;

struct bt_work_call {
	uint64_t id;
	const struct bt_json *request;
	struct bt_json_writer *answer;	/* an open object, for totals; given up after an error */
	struct bt_json_writer *line;	/* for what is told before it */
	struct bt_work_out *out;
	struct bt_work_hold *holds;	/* see hold.c; kept from job to job */
	int stop_fd;			/* readable: end soon */
	atomic_bool stop;		/* the same, for loops */
};

struct bt_work_job {
	const char *name;
	/* In a thread of its own. An error becomes the answer; ended early is none. */
	int (*run)(struct bt_work_call *call, struct bt_err *err);
};

/* NULL: there is none of this name. */
const struct bt_work_job *bt_work_job_find(const char *name);

int bt_work_fill(struct bt_work_call *call, struct bt_err *err);
int bt_work_touch(struct bt_work_call *call, struct bt_err *err);
int bt_work_release(struct bt_work_call *call, struct bt_err *err);
int bt_work_write(struct bt_work_call *call, struct bt_err *err);
int bt_work_stream(struct bt_work_call *call, struct bt_err *err);
int bt_work_ftq(struct bt_work_call *call, struct bt_err *err);
int bt_work_synth(struct bt_work_call *call, struct bt_err *err);
int bt_work_command(struct bt_work_call *call, struct bt_err *err);
int bt_work_build(struct bt_work_call *call, struct bt_err *err);
int bt_work_clean(struct bt_work_call *call, struct bt_err *err);
int bt_work_mount(struct bt_work_call *call, struct bt_err *err);
int bt_work_parameter(struct bt_work_call *call, struct bt_err *err);
int bt_work_drop_caches(struct bt_work_call *call, struct bt_err *err);

struct bt_work_hold *bt_work_holds_create(void);
void bt_work_holds_free(struct bt_work_hold *holds);

/* ---- telling ------------------------------------------------------------------------------ */

/* {"id":N,"begun":true,"mono_ns":...}: the measured part begins now, or at start_ns. */
void bt_work_begun(struct bt_work_call *call, uint64_t start_ns);
/* A line {"id":N ... which the caller goes on with, until bt_work_send() ends and queues it. */
struct bt_json_writer *bt_work_line(struct bt_work_call *call);
/* Waits while much is queued that the host has not read. */
void bt_work_send(struct bt_work_call *call);

/* ---- what is asked for -------------------------------------------------------------------- */

struct bt_work_number {
	const char *key;
	uint64_t min, max;
	uint64_t otherwise;	/* where it is missing; BT_UNKNOWN: it is needed */
};

/* -EINVAL, naming key, value and bounds. */
int bt_work_number(const struct bt_work_call *call, const struct bt_work_number *number,
		   uint64_t *value, struct bt_err *err);
/* A text that is needed, of less than size bytes. */
int bt_work_text(const struct bt_work_call *call, const char *key, char *text, size_t size,
		 struct bt_err *err);
/*
 * "threads" (default 1): one to a CPU of ours. cpus has room for BT_WORK_THREADS_MAX: the highest
 * first, as the lowest serve the most interrupts.
 */
int bt_work_threads(const struct bt_work_call *call, unsigned *threads, uint16_t *cpus,
		    struct bt_err *err);
/* Without what is left over. */
uint64_t bt_work_whole_pages(uint64_t bytes);
/* "bytes", cut to whole pages: at least one for each of the threads. */
int bt_work_pages(const struct bt_work_call *call, unsigned threads, uint64_t *bytes,
		  struct bt_err *err);
/*
 * -ENOMEM when bytes are more than MemAvailable without its twentieth part; both are named. machine
 * may be NULL.
 */
int bt_work_room(uint64_t bytes, struct bt_machine *machine, struct bt_err *err);

#endif

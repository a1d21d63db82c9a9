// SPDX-License-Identifier: GPL-2.0
#include "bench/write.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/stats.h"
#include "bench/write_stage.h"
#include "system/smaps.h"

#define TICK_MS 200		/* between two reports of progress */
#define LEFT_PART 20u		/* the twentieth part of memory is left alone */
#define LEFT_MIN_BYTES (64ull << 20)

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000	/* 4.17; before, an address is a hint */
#endif

struct job {
	struct bt_write_result *result;
	const struct bt_write_options *options;
	struct bt_write_progress now;
	uint64_t start_ns;
	uint32_t *order;	/* of the pages; NULL: as they lie */
};

/* ---- what is possible --------------------------------------------------------------------- */

uint64_t bt_write_needs_bytes(const struct bt_write_plan *plan)
{
	uint64_t pages = plan->memory_bytes / plan->page_bytes;

	return plan->memory_bytes + (plan->rand ? pages * sizeof(uint32_t) : 0);
}

static int check_available(const struct bt_write_plan *plan, const struct bt_machine *machine,
			   uint64_t available_bytes, struct bt_err *err)
{
	uint64_t left_bytes = machine->memory_bytes == BT_UNKNOWN ? 0 :
			      machine->memory_bytes / LEFT_PART;
	char asked[16], there[16], left[16];

	if (left_bytes < LEFT_MIN_BYTES)
		left_bytes = LEFT_MIN_BYTES;
	if (available_bytes == BT_UNKNOWN ||
	    (available_bytes >= left_bytes &&
	     bt_write_needs_bytes(plan) <= available_bytes - left_bytes))
		return 0;
	return bt_err_set(err, EINVAL, "--memory: %s is more than there is: %s available, of which "
			  "%s are left alone", bt_text_bytes(plan->memory_bytes, asked, sizeof(asked)),
			  bt_text_bytes(available_bytes, there, sizeof(there)),
			  bt_text_bytes(left_bytes, left, sizeof(left)));
}

int bt_write_check(const struct bt_write_plan *plan, const struct bt_machine *machine,
		   uint64_t available_bytes, struct bt_err *err)
{
	uint64_t unit_pages = bt_write_unit_pages(plan), pages = plan->memory_bytes / plan->page_bytes;
	char least[16];

	if (plan->huge && plan->huge_page_bytes == BT_UNKNOWN)
		return bt_err_set(err, EOPNOTSUPP, "--huge: this kernel has no transparent huge "
				  "pages (CONFIG_TRANSPARENT_HUGEPAGE)");
	for (unsigned i = 0; i < plan->run_count; i++) {
		if (pages / unit_pages >= plan->threads[i])
			continue;
		return bt_err_set(err, EINVAL, "--memory: %u threads need %s at least, a %spage each",
				  plan->threads[i],
				  bt_text_bytes(plan->threads[i] * unit_pages * plan->page_bytes,
						least, sizeof(least)), plan->huge ? "huge " : "");
	}
	if (plan->rand && pages > UINT32_MAX)
		return bt_err_set(err, EINVAL, "--rand: %llu pages are more than can be shuffled",
				  (unsigned long long)pages);
	return check_available(plan, machine, available_bytes, err);
}

/* ---- the mapping -------------------------------------------------------------------------- */

/*
 * Address space with room for an address at which a huge page may begin. What lies around it stays
 * reserved, so that the kernel joins the mapping with no other, and smaps has it alone.
 */
struct room {
	char *from;
	size_t size;
	char *at;
};

static int reserve(const struct bt_write_plan *plan, struct room *room)
{
	uint64_t align = plan->huge_page_bytes == BT_UNKNOWN ? plan->page_bytes :
							       plan->huge_page_bytes;

	room->size = plan->memory_bytes + 2 * align;
	room->from = mmap(NULL, room->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			  -1, 0);
	if (room->from == MAP_FAILED)
		return -errno;
	room->at = room->from + align - (uintptr_t)room->from % align;
	return 0;
}

static int map_failed(const struct bt_write_plan *plan, int code, struct bt_err *err)
{
	char size[16];

	return bt_err_set(err, code, "mmap of %s: %s",
			  bt_text_bytes(plan->memory_bytes, size, sizeof(size)), strerror(code));
}

static int advise(const struct bt_write_plan *plan, char *at, struct bt_err *err)
{
	int advice = plan->huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;

	/* A kernel without huge pages needs no advice to give none. */
	if (!madvise(at, plan->memory_bytes, advice) || (errno == EINVAL && !plan->huge))
		return 0;
	return bt_err_set(err, errno, "madvise(%s): %s",
			  plan->huge ? "MADV_HUGEPAGE" : "MADV_NOHUGEPAGE", strerror(errno));
}

/* The hole in the room is no longer there than it takes to map something into it. */
static int map(const struct bt_write_plan *plan, const struct room *room, uint64_t *map_ns,
	       struct bt_err *err)
{
	int flags = MAP_ANONYMOUS | MAP_FIXED_NOREPLACE |
		    (plan->private ? MAP_PRIVATE : MAP_SHARED) |
		    (plan->populate ? MAP_POPULATE : 0), code;
	uint64_t start_ns;
	char *got;

	munmap(room->at, plan->memory_bytes);
	start_ns = bt_mono_ns();
	got = mmap(room->at, plan->memory_bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
	*map_ns = bt_mono_ns() - start_ns;
	code = got == MAP_FAILED ? errno : EEXIST;
	if (got == room->at)
		return advise(plan, got, err);
	if (got != MAP_FAILED)
		munmap(got, plan->memory_bytes);
	return map_failed(plan, code, err);
}

static int unmap(const struct bt_write_plan *plan, const struct room *room, uint64_t *unmap_ns,
		 struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	int code = munmap(room->at, plan->memory_bytes) ? errno : 0;

	*unmap_ns = bt_mono_ns() - start_ns;
	munmap(room->from, room->size);
	return code ? bt_err_set(err, code, "munmap: %s", strerror(code)) : 0;
}

/* ---- phases ------------------------------------------------------------------------------- */

static void show(struct job *job, enum bt_write_phase phase, uint64_t done_pages)
{
	struct bt_write_progress *now = &job->now;
	unsigned done = now->position - 1;

	now->phase = phase;
	now->done_pages = done_pages;
	now->elapsed_ns = bt_mono_ns() - job->start_ns;
	now->left_ns = done ? now->elapsed_ns / done * (now->total - done) : BT_UNKNOWN;
	if (job->options->progress)
		job->options->progress(job->options->context, now);
}

static bool is_stopped(const struct bt_write_options *options)
{
	struct pollfd fd = { .fd = options->stop_fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* Waits until the last thread is through; ^C ends the fault phase within a block of pages. */
static int wait_idle(struct job *job, struct bt_write_stage *stage, enum bt_write_phase phase,
		     struct bt_err *err)
{
	struct pollfd fds[2] = { { .fd = stage->idle_fd, .events = POLLIN },
				 { .fd = job->options->stop_fd, .events = POLLIN } };
	int tick = job->options->progress ? TICK_MS : -1;
	uint64_t idle;

	do {
		poll(fds, 2, tick);
		if (fds[1].revents) {
			atomic_store(&stage->stop, true);
			fds[1].fd = -1;
		} else if (!fds[0].revents) {
			show(job, phase, bt_write_stage_touched(stage));
		}
	} while (!fds[0].revents);
	if (read(stage->idle_fd, &idle, sizeof(idle)) < 0)
		return bt_err_set(err, errno, "eventfd: %s", strerror(errno));
	return atomic_load(&stage->stop) ? bt_err_set(err, EINTR, "interrupted") :
					   bt_write_stage_failed(stage, err);
}

static void tell_ended(const struct job *job, enum bt_write_phase phase, const char *at)
{
	if (job->options->ended)
		job->options->ended(job->options->context, phase, at,
				    job->result->plan.memory_bytes);
}

static int do_phase(struct job *job, struct bt_write_stage *stage, enum bt_write_phase phase,
		 struct bt_smaps *smaps, struct bt_err *err)
{
	uintptr_t at = (uintptr_t)stage->at;
	int code;

	show(job, phase, 0);
	bt_write_stage_begin(stage);
	code = wait_idle(job, stage, phase, err);
	if (code)
		return code;
	if (bt_smaps_read(at, at + stage->plan->memory_bytes, smaps, NULL))
		*smaps = (struct bt_smaps){ BT_UNKNOWN, BT_UNKNOWN };
	tell_ended(job, phase, stage->at);
	return 0;
}

static int threads(struct job *job, struct bt_write_iteration *iteration, char *at,
		   struct bt_err *err)
{
	struct bt_write_stage stage;
	struct bt_smaps smaps;
	int code = bt_write_stage_open(&stage, &job->result->plan, at, job->order, iteration,
				       job->now.run->threads, err);

	if (code)
		return code;
	code = do_phase(job, &stage, BT_WRITE_FAULT, &smaps, err);
	if (!code) {
		iteration->huge_bytes = smaps.huge_bytes;
		iteration->fault_rss_bytes = smaps.rss_bytes;
		code = do_phase(job, &stage, BT_WRITE_DROP, &smaps, err);
		iteration->drop_rss_bytes = smaps.rss_bytes;
	}
	bt_write_stage_close(&stage);
	return code;
}

static int iterate(struct job *job, struct bt_write_iteration *iteration, struct bt_err *err)
{
	const struct bt_write_plan *plan = &job->result->plan;
	struct room room = { 0 };
	int code = reserve(plan, &room);

	if (code)
		return map_failed(plan, -code, err);
	show(job, BT_WRITE_MAP, 0);
	code = map(plan, &room, &iteration->map_ns, err);
	if (!code) {
		tell_ended(job, BT_WRITE_MAP, room.at);
		code = threads(job, iteration, room.at, err);
	}
	if (code) {
		munmap(room.from, room.size);
		return code;
	}
	show(job, BT_WRITE_UNMAP, 0);
	return unmap(plan, &room, &iteration->unmap_ns, err);
}

/* ---- runs --------------------------------------------------------------------------------- */

struct bt_write_result *bt_write_create(const struct bt_write_plan *plan)
{
	struct bt_write_result *result = bt_xcalloc(1, sizeof(*result));

	result->plan = *plan;
	result->start_utc_ns = result->end_utc_ns = bt_utc_ns();
	for (unsigned i = 0; i < plan->run_count; i++) {
		struct bt_write_run *run = &result->runs[i];

		run->threads = plan->threads[i];
		run->iterations = bt_xcalloc(plan->iterations, sizeof(*run->iterations));
		for (unsigned j = 0; j < plan->iterations; j++)
			run->iterations[j].threads = bt_xcalloc(run->threads,
								sizeof(struct bt_write_thread));
	}
	return result;
}

void bt_write_free(struct bt_write_result *result)
{
	if (!result)
		return;
	for (unsigned i = 0; i < result->plan.run_count; i++) {
		for (unsigned j = 0; j < result->plan.iterations; j++)
			free(result->runs[i].iterations[j].threads);
		free(result->runs[i].iterations);
	}
	free(result);
}

/* The shuffle of Fisher and Yates. */
static uint32_t *shuffle(const struct bt_write_plan *plan)
{
	uint64_t pages = plan->memory_bytes / plan->page_bytes;
	uint32_t *order = bt_xcalloc(pages, sizeof(*order));
	struct bt_random random;

	bt_random_seed(&random, plan->seed);
	for (uint64_t i = 0; i < pages; i++)
		order[i] = (uint32_t)i;
	for (uint64_t i = pages - 1; i; i--) {
		uint64_t other = bt_random_below(&random, i + 1);
		uint32_t page = order[i];

		order[i] = order[other];
		order[other] = page;
	}
	return order;
}

static int run_one(struct job *job, struct bt_write_run *run, struct bt_err *err)
{
	int code;

	job->now.run = run;
	while (run->done < job->result->plan.iterations) {
		if (is_stopped(job->options))
			return bt_err_set(err, EINTR, "interrupted");
		job->now.position++;
		job->now.iteration = run->done + 1;
		code = iterate(job, &run->iterations[run->done], err);
		if (code)
			return code;
		run->done++;
		if (job->options->done)
			job->options->done(job->options->context, &job->now);
	}
	return 0;
}

int bt_write_run(struct bt_write_result *result, const struct bt_write_options *options,
		 struct bt_err *err)
{
	const struct bt_write_plan *plan = &result->plan;
	struct job job = { .result = result, .options = options, .start_ns = bt_mono_ns(),
			   .order = plan->rand ? shuffle(plan) : NULL,
			   .now = { .total = plan->run_count * plan->iterations,
				    .pages = plan->memory_bytes / plan->page_bytes } };
	struct bt_err failed;
	int code = 0;

	for (unsigned i = 0; !code && i < plan->run_count; i++)
		code = run_one(&job, &result->runs[i], &failed);
	free(job.order);
	result->end_utc_ns = bt_utc_ns();
	result->partial = code;
	if (!code)
		return 0;
	snprintf(result->partial_reason, sizeof(result->partial_reason), "%s", failed.text);
	if (err)
		*err = failed;
	return code;
}

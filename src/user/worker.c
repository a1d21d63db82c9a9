// SPDX-License-Identifier: GPL-2.0
/* What a worker does: adopt a job, a bounded batch, or a sleep; as kmod/worker.c does. */
#include "user/worker.h"

#include <stdio.h>
#include <string.h>

#include "core/mask.h"
#include "kmod/random.h"
#include "user/policy.h"

#define BATCH_NS BT_NS_PER_MS
#define SLEEP_MAX_NS (20 * BT_NS_PER_MS)
#define GUARD_WAIT_NS (BT_NS_PER_MS / 2)
#define CATCH_UP_NS (100 * BT_NS_PER_MS)
#define BACKOFF_MIN_NS 100000u
#define BACKOFF_MAX_NS (100 * BT_NS_PER_MS)
#define ROOM_NS BT_NS_PER_S	/* others may have given back what the way is limited by */
/* By one call at most, and of its share: a worker can be told something else between two. */
#define UNIT_PAGES 4096u
#define UNIT_SHARE 8u

static bool is_current(const struct bt_user_worker *w)
{
	return w->heard == atomic_load_explicit(&w->shared->bell, memory_order_relaxed);
}

/* ---- adopting ------------------------------------------------------------------------------ */

static void drain(struct bt_user_worker *w)
{
	uint64_t now_ns;

	BT_USER_SET(w, state, BT_WORKER_DRAINING);
	while (w->held_pages)
		bt_user_shrink(w, &now_ns);
}

static uint64_t share_pages(const struct bt_user_worker *w)
{
	return ant_share_pages(w->config.max_held_bytes,
			       bt_mask_weight(w->config.cpus, BT_CPU_WORDS), w->machine->page_bytes);
}

static void leave_way(struct bt_user_worker *w)
{
	if (!w->way)
		return;
	drain(w);
	w->way->close(w->state);
	w->way = NULL;
}

/* What another way holds cannot stay: it would have to be kept open for that. */
static void take_way(struct bt_user_worker *w, const struct bt_way *way)
{
	const struct bt_way_terms terms = { .max_pages = share_pages(w) };
	struct bt_err err = { 0 };
	char text[BT_TROUBLE_TEXT];

	if (w->way == way)
		return;
	leave_way(w);
	w->way = way->open(&w->state, &terms, &err) ? NULL : way;
	if (w->way)
		return;
	snprintf(text, sizeof(text), "CPU %u gets nothing by way %s: %.100s", w->cpu, way->name,
		 err.text);
	bt_user_tell(w->shared, w->generation, text);
}

/* From nodes that were not asked for nothing is to come. */
static void take_policy(struct bt_user_worker *w)
{
	int code = bt_policy_set(&w->config, w->machine, w->cpu);
	char text[BT_TROUBLE_TEXT];

	if (!code)
		return;
	leave_way(w);
	snprintf(text, sizeof(text), "CPU %u gets nothing: its nodes cannot be set: %s", w->cpu,
		 strerror(-code));
	bt_user_tell(w->shared, w->generation, text);
}

static uint64_t whole_blocks(const struct bt_user_worker *w, uint64_t pages)
{
	uint64_t block = 1ull << w->config.order, most = w->way->unit_blocks * block;

	if (pages > most)
		return most;
	return pages > block ? pages : block;
}

static uint64_t burst_pages(const struct bt_user_worker *w)
{
	return (uint64_t)w->config.batch_blocks << w->config.order;
}

/* Of one call: what stays comes by large ones, what comes and goes by those that the pattern asks for. */
static void take_unit(struct bt_user_worker *w, uint64_t share)
{
	uint64_t least = bt_way_unit_least(w->way, share);
	uint64_t large = share / UNIT_SHARE < UNIT_PAGES ? share / UNIT_SHARE : UNIT_PAGES;
	const uint64_t pages[BT_WAY_USES] = {
		[BT_WAY_HOLD] = large > least ? large : least,
		[BT_WAY_CHURN] = burst_pages(w),
	};

	w->unit_pages = whole_blocks(w, pages[bt_way_use(w->config.pattern)]);
}

static void take_config(struct bt_user_worker *w)
{
	const struct bt_config *config = &w->config;
	uint64_t share = share_pages(w);

	w->band = ant_band(&(struct ant_band_terms){
		.run = config->run, .pattern = config->pattern, .share = share,
		.block = 1ull << config->order,
		.burst = burst_pages(w),
	});
	w->phase = ANT_GROWING;
	if (w->way)
		take_unit(w, share);
	w->interval_ns = config->pace_ops ? BT_NS_PER_S / config->pace_ops : 0;
	w->room_pages = BT_UNKNOWN;
	w->random = ant_random_state(config->seed, w->cpu);
	w->left[BT_OP_ALLOC] = w->left[BT_OP_FREE] = 1;
	w->resume_ns = w->backoff_ns = 0;
}

static void adopt(struct bt_user_worker *w)
{
	struct bt_user_job job;
	uint64_t generation;

	w->heard = atomic_load_explicit(&w->shared->bell, memory_order_acquire);
	if (!bt_user_newest(w->shared, &job, &generation))
		return;
	w->config = job.config;
	w->generation = generation;
	if (!bt_mask_test(job.config.cpus, w->cpu) ||
	    atomic_load(&w->shared->stopped_generation) == generation)
		w->config.run = BT_RUN_DRAIN;
	if (w->config.run == BT_RUN_GO) {
		take_way(w, bt_ways[job.way]);
		take_policy(w);
	}
	take_config(w);
	__atomic_store_n(&w->board.stats->generation, generation, __ATOMIC_RELEASE);
}

/* ---- batches ------------------------------------------------------------------------------- */

/* The load alone is paced: what the guard or the end wants back goes as fast as it can. */
static bool is_due(struct bt_user_worker *w, uint64_t allowed_pages, uint64_t now_ns)
{
	uint64_t earliest = now_ns - CATCH_UP_NS;

	if (!w->interval_ns || w->config.run != BT_RUN_GO || w->held_pages > allowed_pages)
		return true;
	if (now_ns < w->due_ns) {
		w->resume_ns = w->due_ns;
		return false;
	}
	w->due_ns = (w->due_ns > earliest ? w->due_ns : earliest) + w->interval_ns;
	return true;
}

static void back_off(struct bt_user_worker *w, uint64_t now_ns)
{
	w->phase = ANT_SHRINKING; /* there is no more: let the pattern turn */
	w->backoff_ns = w->backoff_ns ? 2 * w->backoff_ns : BACKOFF_MIN_NS;
	if (w->backoff_ns > BACKOFF_MAX_NS)
		w->backoff_ns = BACKOFF_MAX_NS;
	w->resume_ns = now_ns + w->backoff_ns;
	BT_USER_ADD(w, backoffs, 1);
	BT_USER_SET(w, state, BT_WORKER_BACKOFF);
}

/* With nothing to do and nothing to give back, only the bell can change that. */
static void rest(struct bt_user_worker *w, uint64_t now_ns)
{
	if (w->board.stats->state != BT_WORKER_THROTTLED)
		BT_USER_SET(w, state, BT_WORKER_IDLE);
	w->resume_ns = w->held_pages || w->config.run == BT_RUN_GO ? now_ns + SLEEP_MAX_NS :
								     BT_UNKNOWN;
}

static bool grow(struct bt_user_worker *w, uint64_t high, uint64_t *now_ns)
{
	switch (bt_user_grow(w, high, now_ns)) {
	case BT_USER_GOT:
		w->backoff_ns = 0;
		return true;
	case BT_USER_FULL:
		w->room_pages = w->held_pages;
		w->room_until_ns = *now_ns + ROOM_NS;
		break;
	case BT_USER_FAILED:
		break;
	}
	back_off(w, *now_ns);
	return false;
}

/* Where a thread has few units, none is spent on what the guard leaves of a whole one. */
static bool is_scrap(const struct bt_user_worker *w, const struct ant_band *band)
{
	uint64_t whole = w->band.high - w->held_pages;

	if (whole > w->unit_pages)
		whole = w->unit_pages;
	return w->way->units && band->high - w->held_pages < whole;
}

/* False ends the batch. */
static bool step(struct bt_user_worker *w, const struct ant_band *band, uint64_t *now_ns)
{
	switch (ant_pattern_step(&w->phase, band, w->held_pages, 1ull << w->config.order)) {
	case ANT_STEP_FREE:
		bt_user_shrink(w, now_ns);
		return true;
	case ANT_STEP_ALLOC:
		if (!w->way) {
			back_off(w, *now_ns);
			return false;
		}
		if (!is_scrap(w, band))
			return grow(w, band->high, now_ns);
		rest(w, *now_ns);
		return false;
	default:
		rest(w, *now_ns);
		return false;
	}
}

static void show_state(struct bt_user_worker *w, bool throttled)
{
	if (w->config.run == BT_RUN_DRAIN) {
		BT_USER_SET(w, state, BT_WORKER_DRAINING);
	} else if (throttled) {
		BT_USER_SET(w, state, BT_WORKER_THROTTLED);
		BT_USER_ADD(w, throttled, 1);
	} else {
		BT_USER_SET(w, state, BT_WORKER_RUNNING);
	}
}

static bool has_looked(const struct bt_user_worker *w)
{
	return atomic_load_explicit(&w->shared->guarded_generation, memory_order_acquire) ==
	       w->generation;
}

/* What may be held is for the guard to say first. */
static bool is_guarded(struct bt_user_worker *w, uint64_t now_ns)
{
	if (w->config.run == BT_RUN_DRAIN || has_looked(w))
		return true;
	w->resume_ns = now_ns + GUARD_WAIT_NS;
	return false;
}

static uint64_t allowed_pages(const struct bt_user_worker *w)
{
	return atomic_load_explicit(&w->shared->limit_pages, memory_order_relaxed);
}

/* Nothing is to be waited for then. */
static bool is_over(const struct bt_user_worker *w)
{
	return w->config.run != BT_RUN_DRAIN && has_looked(w) && w->held_pages > allowed_pages(w);
}

/* At the limit of a way what comes and goes still does so, below it. */
static struct ant_band clip_to_room(struct bt_user_worker *w, struct ant_band band, uint64_t now_ns)
{
	uint64_t burst = burst_pages(w), low;

	if (now_ns >= w->room_until_ns)
		w->room_pages = BT_UNKNOWN;
	if (w->room_pages >= band.high)
		return band;
	low = w->room_pages - (burst < w->room_pages ? burst : w->room_pages);
	band = ant_band_clip(band, w->room_pages);
	if (bt_way_use(w->config.pattern) == BT_WAY_CHURN && band.low > low)
		band.low = low;
	return band;
}

static void batch(struct bt_user_worker *w, uint64_t now_ns)
{
	uint64_t allowed = allowed_pages(w);
	uint64_t end_ns = now_ns + BATCH_NS;
	struct ant_band band = ant_band_clip(w->band, allowed);
	bool throttled = band.high < w->band.high || band.low < w->band.low;

	band = clip_to_room(w, band, now_ns);
	show_state(w, throttled);
	while (is_due(w, allowed, now_ns) && step(w, &band, &now_ns) && now_ns < end_ns &&
	       is_current(w))
		;
	BT_USER_ADD(w, batches, 1);
	BT_USER_SET(w, last_ns, now_ns);
}

static void sleep_until(struct bt_user_worker *w, uint64_t now_ns)
{
	bt_user_wait(w->shared, w->heard,
		     w->resume_ns == BT_UNKNOWN ? BT_UNKNOWN : w->resume_ns - now_ns);
}

void *bt_user_worker_run(void *context)
{
	struct bt_user_worker *w = context;
	uint64_t now_ns;

	BT_USER_SET(w, state, BT_WORKER_IDLE);
	w->resume_ns = BT_UNKNOWN;
	w->heard = atomic_load(&w->shared->bell) - 1; /* what was published before */
	for (;;) {
		if (!is_current(w))
			adopt(w);
		now_ns = bt_mono_ns();
		if (now_ns < w->resume_ns && !is_over(w))
			sleep_until(w, now_ns);
		else if (is_guarded(w, now_ns))
			batch(w, now_ns);
	}
	return NULL;
}

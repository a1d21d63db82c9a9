// SPDX-License-Identifier: GPL-2.0
/* The owner of the model: what is shown of the session, and when. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/baseline.h"
#include "ui/beside.h"
#include "ui/cost.h"
#include "ui/model.h"
#include "ui/tasks.h"

/* One long point. */
struct total {
	struct bt_point point;
	bool any;			/* there was a sample */
};

struct ui_feed {
	struct bt_session *session;
	struct ui_model model;
	unsigned cpu_count, node_count;		/* of the machine that all below is about */
	unsigned restarts;			/* of its history */
	struct bt_frame *frozen_frame;		/* of the last freeze */
	struct bt_interval *frozen_interval;
	uint64_t frozen_number;			/* newest sample then */
	struct bt_point *shown;			/* copy of the point that a frozen picture shows */
	uint64_t shown_number;			/* the sample that it is to hold in each tier */
	struct ui_baseline *baseline;
	struct ui_beside *beside;		/* the caller's */
	struct ui_tasks tasks;
	struct total since;
	struct total before[UI_RESETS_MAX];	/* of each reset since the one before it */
	unsigned resets;
	uint64_t seen_number;			/* newest sample in since */
	struct ui_cost cost;
};

struct ui_feed *ui_feed_create(struct bt_session *session)
{
	struct ui_feed *feed = bt_xcalloc(1, sizeof(*feed));

	feed->session = session;
	feed->model.session = session;
	feed->model.own_cpu_ratio = NAN;
	feed->model.tasks = &feed->tasks;
	ui_cost_begin(&feed->cost);
	ui_feed_update(feed);
	return feed;
}

static void drop_copies(struct ui_feed *feed)
{
	bt_frame_free(feed->frozen_frame);
	bt_interval_free(feed->frozen_interval);
	free(feed->shown);
	feed->frozen_frame = NULL;
	feed->frozen_interval = NULL;
	feed->shown = NULL;
}

void ui_feed_free(struct ui_feed *feed)
{
	if (!feed)
		return;
	drop_copies(feed);
	ui_baseline_free(feed->baseline);
	free(feed);
}

const struct ui_model *ui_feed_model(const struct ui_feed *feed)
{
	return &feed->model;
}

void ui_feed_show_own(struct ui_feed *feed, const struct ui_draft *draft,
		      const struct ui_kbench *kbench)
{
	feed->model.kbench = kbench;
	feed->model.draft = draft;
}

void ui_feed_set_beside(struct ui_feed *feed, struct ui_beside *beside)
{
	feed->model.beside = feed->beside = beside;
	feed->model.compare = beside;
	ui_feed_update(feed);
}

void ui_feed_set_units(struct ui_feed *feed, const struct bt_units *units)
{
	feed->model.units = *units;
}

/* ---- since the start, or since a reset --------------------------------------------------- */

static void join(struct total *into, const struct bt_point *from)
{
	if (into->any) {
		bt_point_merge(&into->point, from);
	} else {
		into->point = *from;
		into->point.tails = 0;
	}
	into->any = true;
}

static void update_since(struct ui_feed *feed)
{
	const struct bt_history *history = feed->model.history;
	const struct bt_point *newest = bt_history_at(history, BT_TIER_SAMPLE, 0);
	struct total *since = &feed->since;
	unsigned age;

	if (newest && newest->number > feed->seen_number) {
		age = bt_history_age(history, BT_TIER_SAMPLE, feed->seen_number + 1) + 1;
		while (age-- > 0)
			join(since, bt_history_at(history, BT_TIER_SAMPLE, age));
		bt_point_quantiles(&since->point);
		feed->seen_number = newest->number;
	}
	feed->model.since = since->any ? &since->point : NULL;
}

bool ui_feed_reset(struct ui_feed *feed)
{
	/* Twice with nothing in between is once. */
	if (!feed->since.any && feed->resets)
		return false;
	if (feed->resets == UI_RESETS_MAX)
		memmove(feed->before, feed->before + 1, --feed->resets * sizeof(*feed->before));
	feed->before[feed->resets++] = feed->since;
	feed->since.any = false;
	ui_feed_update(feed);
	return true;
}

bool ui_feed_unreset(struct ui_feed *feed, unsigned back)
{
	struct total *before, *after;

	if (back >= feed->resets)
		return false;
	before = &feed->before[feed->resets - 1 - back];
	after = back ? before + 1 : &feed->since;
	if (after->any)
		join(before, &after->point);
	*after = *before;
	memmove(before, before + 1, back * sizeof(*before));
	feed->resets--;
	if (after->any && !back)
		bt_point_quantiles(&after->point);
	ui_feed_update(feed);
	return true;
}

/* ---- following the session --------------------------------------------------------------- */

static void update_cost(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;

	/* Where time only passes on command, cost in relation to it means nothing. */
	if (model->status.interval_ns)
		model->own_cpu_ratio = ui_cost_ratio(&feed->cost, model->own_cpu_ratio);
}

/* A machine that comes back with another size has another history: copies of points do not fit. */
static void update_machine(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;

	model->machine = bt_session_machine(feed->session);
	model->limits = bt_machine_limits(model->machine);
	model->history = bt_session_history(feed->session);
	if (model->machine->cpu_count == feed->cpu_count &&
	    model->machine->node_count == feed->node_count)
		return;
	feed->cpu_count = model->machine->cpu_count;
	feed->node_count = model->machine->node_count;
	drop_copies(feed);
	ui_baseline_free(feed->baseline);
	feed->baseline = NULL;
	model->baseline = NULL;
	model->compare = feed->beside;
	model->frozen = false;
	feed->tasks = (struct ui_tasks){ .now = { .state = BT_DETAIL_NONE } };
	feed->seen_number = 0;
}

/* A replay that was turned back has another history: what was counted and frozen is not in it. */
static void update_restarts(struct ui_feed *feed)
{
	if (feed->model.status.restarts == feed->restarts)
		return;
	feed->restarts = feed->model.status.restarts;
	drop_copies(feed);
	feed->model.frozen = false;
	feed->seen_number = 0;
	feed->since.any = false;
	feed->resets = 0;
}

/* Where the frozen instant is by now, and how much is newer. */
static void update_frozen(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	const struct bt_point *newest = bt_history_at(model->history, BT_TIER_SAMPLE, 0);

	if (!newest || !model->point)
		return;
	model->age = bt_history_age(model->history, model->tier, feed->shown_number);
	model->behind_points = newest->number - feed->shown_number;
	model->behind_ns = newest->mono_ns > model->point->mono_ns ?
			   newest->mono_ns - model->point->mono_ns : 0;
}

void ui_feed_update(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	struct bt_session *session = feed->session;

	update_machine(feed);
	model->live = bt_session_frame(session);
	model->wanted = bt_session_config(session);
	model->no_control = bt_session_no_control(session);
	bt_session_status(session, &model->status);
	update_restarts(feed);
	bt_session_measured(session, &model->measure);
	bt_session_peer(session, &model->peer);
	model->is_replay = bt_session_replay(session, &model->replay);
	model->is_recording = bt_session_recording(session, &model->recording);
	model->lost_for_ns = model->status.state == BT_SESSION_LOST ?
			     bt_mono_ns() - model->status.lost_ns : 0;
	update_since(feed);
	update_cost(feed);
	if (model->frozen) {
		update_frozen(feed);
		ui_beside_update(feed->beside, model);
		return;
	}
	model->frame = model->live;
	if (model->frame)
		ui_tasks_follow(&feed->tasks, &model->frame->tasks);
	model->interval = bt_session_interval(session);
	model->point = bt_history_at(model->history, model->tier, 0);
	model->age = 0;
	model->past = false;
	ui_beside_update(feed->beside, model);
}

/* ---- freezing and moving in time --------------------------------------------------------- */

/* A copy: the newest step goes on being filled. */
static void show(struct ui_feed *feed, unsigned age)
{
	struct ui_model *model = &feed->model;

	if (!bt_history_at(model->history, model->tier, age))
		return;
	bt_history_merge(model->history, model->tier, age, age, feed->shown);
	model->point = feed->shown;
	model->age = age;
	model->frame = model->past ? NULL : feed->frozen_frame;
	model->interval = model->past ? NULL : feed->frozen_interval;
	update_frozen(feed);
	ui_beside_update(feed->beside, model);
}

static void keep_copies(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;

	drop_copies(feed);
	if (model->frame) {
		feed->frozen_frame = bt_frame_create(model->machine);
		bt_frame_copy(feed->frozen_frame, model->frame);
	}
	if (model->interval) {
		feed->frozen_interval = bt_interval_create(model->machine);
		bt_interval_copy(feed->frozen_interval, model->interval);
	}
	feed->shown = bt_history_point(model->history);
	feed->shown_number = feed->frozen_number = model->point ? model->point->number : 0;
	model->frame = feed->frozen_frame;
	model->interval = feed->frozen_interval;
}

void ui_feed_freeze(struct ui_feed *feed, bool freeze)
{
	struct ui_model *model = &feed->model;

	if (freeze == model->frozen)
		return;
	model->frozen = freeze;
	if (freeze) {
		keep_copies(feed);
		show(feed, 0);
	}
	ui_feed_update(feed);
}

void ui_feed_live(struct ui_feed *feed)
{
	ui_feed_freeze(feed, false);
}

static bool go_to_age(struct ui_feed *feed, unsigned age)
{
	struct ui_model *model = &feed->model;

	if (!model->point || age == model->age)
		return false;
	ui_feed_freeze(feed, true);
	feed->shown_number = bt_history_at(model->history, model->tier, age)->number;
	model->past = feed->shown_number != feed->frozen_number;
	show(feed, age);
	return true;
}

bool ui_feed_move(struct ui_feed *feed, int points)
{
	const struct ui_model *model = &feed->model;
	long last = (long)bt_history_count(model->history, model->tier) - 1;
	long age = (long)model->age - points;

	return go_to_age(feed, (unsigned)(age < 0 ? 0 : age > last ? last : age));
}

static void set_tier(struct ui_feed *feed, enum bt_tier tier)
{
	struct ui_model *model = &feed->model;

	model->tier = tier;
	if (model->frozen)
		show(feed, bt_history_age(model->history, tier, feed->shown_number));
	ui_feed_update(feed);
}

bool ui_feed_move_sample(struct ui_feed *feed, int samples)
{
	set_tier(feed, BT_TIER_SAMPLE);
	return ui_feed_move(feed, samples);
}

bool ui_feed_oldest(struct ui_feed *feed)
{
	return ui_feed_move(feed, -(int)bt_history_count(feed->model.history, feed->model.tier));
}

/* Age of the oldest point that ends at mono_ns or after it; 0 when there is none. */
static unsigned age_of(const struct ui_model *model, enum bt_tier tier, uint64_t mono_ns)
{
	const struct bt_point *point;
	unsigned age = 0;

	while ((point = bt_history_at(model->history, tier, age + 1)) != NULL &&
	       point->mono_ns >= mono_ns)
		age++;
	return age;
}

static bool reaches(const struct ui_model *model, enum bt_tier tier, uint64_t mono_ns)
{
	unsigned count = bt_history_count(model->history, tier);
	const struct bt_point *oldest = count ? bt_history_at(model->history, tier, count - 1) :
						NULL;

	return oldest && oldest->mono_ns <= mono_ns + oldest->length_ns;
}

bool ui_feed_go(struct ui_feed *feed, uint64_t mono_ns)
{
	const struct ui_model *model = &feed->model;
	enum bt_tier tier = model->tier;

	while (tier + 1 < BT_TIER_COUNT && !reaches(model, tier, mono_ns))
		tier++;
	if (reaches(model, tier, mono_ns))
		set_tier(feed, tier);
	return go_to_age(feed, age_of(model, model->tier, mono_ns));
}

bool ui_feed_holds(const struct ui_feed *feed, uint64_t mono_ns)
{
	const struct ui_model *model = &feed->model;
	const struct bt_point *point;

	for (enum bt_tier tier = 0; tier < BT_TIER_COUNT; tier++) {
		point = bt_history_at(model->history, tier, age_of(model, tier, mono_ns));
		if (point && (point->mono_ns == mono_ns ||
			      (point->mono_ns > mono_ns && !point->gap &&
			       point->mono_ns - point->length_ns <= mono_ns)))
			return true;
	}
	return false;
}

bool ui_feed_move_flag(struct ui_feed *feed, uint32_t flags, int by)
{
	const struct ui_model *model = &feed->model;
	const struct bt_point *point;
	unsigned age = model->age;

	while (by < 0 || age > 0) {
		age = by < 0 ? age + 1 : age - 1;
		point = bt_history_at(model->history, model->tier, age);
		if (!point)
			return false;
		if (point->flags & flags)
			return go_to_age(feed, age);
	}
	return false;
}

bool ui_feed_move_tier(struct ui_feed *feed, int by)
{
	int tier = (int)feed->model.tier + by;

	if (tier < 0 || tier >= BT_TIER_COUNT)
		return false;
	set_tier(feed, (enum bt_tier)tier);
	return true;
}

/* ---- baseline ---------------------------------------------------------------------------- */

bool ui_feed_take_baseline(struct ui_feed *feed, unsigned points)
{
	struct ui_model *model = &feed->model;
	struct ui_baseline *baseline = ui_baseline_take(model->history, model->tier, model->age,
							points);

	if (!baseline)
		return false;
	if (model->live)
		snprintf(baseline->way, sizeof(baseline->way), "%s", model->live->way);
	ui_baseline_free(feed->baseline);
	model->baseline = feed->baseline = baseline;
	ui_tasks_rebase(&feed->tasks);
	return true;
}

void ui_feed_compare(struct ui_feed *feed, bool compare)
{
	feed->model.compare = compare && (feed->beside || feed->baseline);
}

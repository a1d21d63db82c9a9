// SPDX-License-Identifier: GPL-2.0
#include "ui/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ui/chart.h"

/* Own cost is averaged over at least this long. */
#define COST_WINDOW_NS (2 * BT_NS_PER_S)

struct ui_feed {
	struct bt_session *session;
	struct ui_model model;
	struct bt_frame *frozen_frame;		/* of the last freeze */
	struct bt_interval *frozen_interval;
	uint64_t frozen_ns;			/* newest point that a frozen picture shows */
	uint64_t seen_ns;			/* newest point in the low-water mark */
	uint64_t cost_mono_ns, cost_cpu_ns;	/* start of the current window */
};

static uint64_t process_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * BT_NS_PER_S + (uint64_t)ts.tv_nsec;
}

struct ui_feed *ui_feed_create(struct bt_session *session)
{
	struct ui_feed *feed = bt_xcalloc(1, sizeof(*feed));

	feed->session = session;
	feed->model.session = session;
	feed->model.low_bytes = BT_UNKNOWN;
	feed->model.own_cpu_ratio = NAN;
	feed->cost_mono_ns = bt_mono_ns();
	feed->cost_cpu_ns = process_cpu_ns();
	ui_feed_update(feed);
	return feed;
}

void ui_feed_free(struct ui_feed *feed)
{
	if (!feed)
		return;
	bt_frame_free(feed->frozen_frame);
	bt_interval_free(feed->frozen_interval);
	free(feed);
}

static void update_low_water(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	const struct bt_point *point;

	for (unsigned age = 0; (point = bt_history_at(model->history, BT_TIER_SAMPLE, age)) != NULL; age++) {
		if (point->mono_ns <= feed->seen_ns)
			break;
		/* BT_UNKNOWN is larger than any number of bytes. */
		if (!point->gap && point->available_bytes < model->low_bytes)
			model->low_bytes = point->available_bytes;
	}
	point = bt_history_at(model->history, BT_TIER_SAMPLE, 0);
	if (point)
		feed->seen_ns = point->mono_ns;
}

static void update_cost(struct ui_feed *feed)
{
	uint64_t now = bt_mono_ns(), cpu;

	/* Where time only passes on command, cost in relation to it means nothing. */
	if (!feed->model.status.interval_ns || now - feed->cost_mono_ns < COST_WINDOW_NS)
		return;
	cpu = process_cpu_ns();
	feed->model.own_cpu_ratio = (double)(cpu - feed->cost_cpu_ns) /
				    (double)(now - feed->cost_mono_ns);
	feed->cost_mono_ns = now;
	feed->cost_cpu_ns = cpu;
}

/* How many points are newer than the frozen picture, and how much time they cover. */
static void update_frozen(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	const struct bt_point *newest = bt_history_at(model->history, BT_TIER_SAMPLE, 0), *point;
	unsigned skip = 0;

	while ((point = bt_history_at(model->history, BT_TIER_SAMPLE, skip)) != NULL &&
	       point->mono_ns > feed->frozen_ns)
		skip++;
	model->history_skip = skip;
	model->behind_points = skip;
	model->behind_ns = newest && skip ? newest->mono_ns - feed->frozen_ns : 0;
}

void ui_feed_update(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	struct bt_session *session = feed->session;

	model->machine = bt_session_machine(session);
	model->limits = bt_machine_limits(model->machine);
	model->history = bt_session_history(session);
	model->wanted = bt_session_config(session);
	model->no_control = bt_session_no_control(session);
	bt_session_status(session, &model->status);
	bt_session_measured(session, &model->measure);
	model->lost_for_ns = model->status.state == BT_SESSION_LOST ?
			     bt_mono_ns() - model->status.lost_ns : 0;
	update_low_water(feed);
	update_cost(feed);
	if (model->frozen) {
		update_frozen(feed);
		return;
	}
	model->frame = bt_session_frame(session);
	model->interval = bt_session_interval(session);
	model->history_skip = 0;
}

const struct ui_model *ui_feed_model(const struct ui_feed *feed)
{
	return &feed->model;
}

void ui_feed_show_draft(struct ui_feed *feed, const struct ui_draft *draft)
{
	feed->model.draft = draft;
}

static void keep_copies(struct ui_feed *feed)
{
	struct ui_model *model = &feed->model;
	const struct bt_point *newest = bt_history_at(model->history, BT_TIER_SAMPLE, 0);

	/* Afresh each time: the machine may have come back with another size. */
	bt_frame_free(feed->frozen_frame);
	bt_interval_free(feed->frozen_interval);
	feed->frozen_frame = bt_frame_create(model->machine);
	feed->frozen_interval = bt_interval_create(model->machine);
	if (model->frame) {
		bt_frame_copy(feed->frozen_frame, model->frame);
		model->frame = feed->frozen_frame;
	}
	if (model->interval) {
		bt_interval_copy(feed->frozen_interval, model->interval);
		model->interval = feed->frozen_interval;
	}
	feed->frozen_ns = newest ? newest->mono_ns : 0;
}

void ui_feed_freeze(struct ui_feed *feed, bool freeze)
{
	if (freeze == feed->model.frozen)
		return;
	if (freeze)
		keep_copies(feed);
	feed->model.frozen = freeze;
	ui_feed_update(feed);
}

void ui_feed_set_units(struct ui_feed *feed, const struct bt_units *units)
{
	feed->model.units = *units;
}

const struct bt_point *ui_model_point(const struct ui_model *model, unsigned age)
{
	return model->history ? bt_history_at(model->history, BT_TIER_SAMPLE, age + model->history_skip) : NULL;
}

unsigned ui_model_series(const struct ui_model *model, ui_value_fn value, double *values,
			 unsigned want)
{
	const struct bt_point *point;
	unsigned have = 0;

	while (have < want && ui_model_point(model, have))
		have++;
	for (unsigned age = 0; age < have; age++) {
		point = ui_model_point(model, age);
		values[have - 1 - age] = point->gap ? UI_GAP : value(point);
	}
	return have;
}

const struct bt_config *ui_model_applied(const struct ui_model *model)
{
	const struct bt_frame *frame = model->frame;

	return frame && frame->has_module && frame->config.batch_blocks ? &frame->config : NULL;
}

bool ui_model_loaded(const struct ui_model *model)
{
	const struct bt_frame *frame = model->frame;
	struct bt_frame_totals totals;

	if (!frame || !frame->has_module)
		return model->wanted && model->wanted->run != BT_RUN_DRAIN;
	bt_frame_totals(frame, &totals);
	return frame->run != BT_RUN_DRAIN || model->wanted->run != BT_RUN_DRAIN ||
	       totals.held_blocks > 0;
}

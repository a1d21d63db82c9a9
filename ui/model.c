// SPDX-License-Identifier: GPL-2.0
#include "ui/model.h"

#include <string.h>

#include "ui/baseline.h"
#include "ui/beside.h"
#include "ui/chart.h"

const char *const ui_tier_name[BT_TIER_COUNT] = {
	[BT_TIER_SAMPLE] = "a sample",
	[BT_TIER_1S] = "1 s",
	[BT_TIER_10S] = "10 s",
	[BT_TIER_60S] = "60 s",
};

const struct bt_point *ui_model_point(const struct ui_model *model, unsigned age)
{
	/* The shown one may be a copy: a step that was frozen while it was being filled. */
	if (!age)
		return model->point;
	return bt_history_at(model->history, model->tier, model->age + age);
}

static double value_of(const struct bt_point *point, ui_value_fn value)
{
	return point->gap ? UI_GAP : value(point);
}

unsigned ui_model_series(const struct ui_model *model, ui_value_fn value, double *values,
			 unsigned want)
{
	unsigned there = bt_history_count(model->history, model->tier), have;

	there = model->point && there > model->age ? there - model->age : 0;
	have = there < want ? there : want;
	for (unsigned age = 0; age < have; age++)
		values[have - 1 - age] = value_of(ui_model_point(model, age), value);
	return have;
}

const struct bt_point *ui_model_baseline_point(const struct ui_model *model, unsigned age)
{
	const struct bt_point *point;

	if (!model->compare || ui_model_other_way(model))
		return NULL;
	if (!model->beside)
		return age < model->baseline->count ? model->baseline->points[age] : NULL;
	if (!age)
		return model->beside->point;
	point = ui_model_point(model, age);
	return point ? ui_beside_at(model->beside, model->tier, point) : NULL;
}

unsigned ui_model_baseline_series(const struct ui_model *model, ui_value_fn value, double *values,
				  unsigned want)
{
	const struct bt_point *point;
	unsigned have = 0;

	for (; have < want && (point = ui_model_baseline_point(model, have)) != NULL; have++)
		values[want - 1 - have] = value_of(point, value);
	memmove(values, values + want - have, have * sizeof(*values));
	return have;
}

const struct bt_point *ui_model_baseline(const struct ui_model *model)
{
	if (!model->compare || ui_model_other_way(model))
		return NULL;
	return model->beside ? model->beside->point : model->baseline->whole;
}

static const char *way_of(const struct bt_frame *frame)
{
	return frame ? frame->way : "";
}

const char *ui_model_other_way(const struct ui_model *model)
{
	const char *now = way_of(model->live), *other = "";

	if (model->beside)
		other = way_of(model->beside->live);
	else if (model->baseline)
		other = model->baseline->way;
	/* Of one at rest nothing is said. */
	return *now && *other && strcmp(now, other) ? other : NULL;
}

const char *ui_model_compared(const struct ui_model *model)
{
	return model->beside ? model->beside->name : "baseline";
}

const char *ui_model_compared_label(const struct ui_model *model)
{
	return model->beside ? model->beside->label : "baseline";
}

bool ui_model_has_rates(const struct ui_model *model)
{
	return model->live && model->live->has_module && model->point &&
	       model->point->known_ns > 0;
}

const struct bt_config *ui_model_applied(const struct ui_model *model)
{
	const struct bt_frame *live = model->live;

	return live && live->has_module && live->config.batch_blocks ? &live->config : NULL;
}

bool ui_model_loaded(const struct ui_model *model)
{
	const struct bt_frame *live = model->live;
	struct bt_frame_totals totals;

	if (!live || !live->has_module)
		return model->wanted && model->wanted->run != BT_RUN_DRAIN;
	bt_frame_totals(live, &totals);
	return live->run != BT_RUN_DRAIN || model->wanted->run != BT_RUN_DRAIN ||
	       totals.held_blocks > 0;
}

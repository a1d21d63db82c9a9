/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Graphs of one row: a character for each point of the shown tier, the newest at the right, growing
 * with the value. A dot is a known 0.
 */
#ifndef UI_SPARK_H
#define UI_SPARK_H

#include "ui/graph.h"

/* Most points that a spark of this width shows, at most UI_SERIES_MAX. */
unsigned ui_spark_capacity(const struct ui_model *model, int width);
/* So many values as of ui_model_series(); high: the full character. */
void ui_spark(const struct ui_model *model, const struct ui_area *area, int row, int col, int width,
	      const double *values, unsigned count, double high, enum ui_role role);
/* One value of a spark, NaN and UI_GAP too. */
void ui_spark_put(const struct ui_area *area, int row, int col, double value, double high,
		  enum ui_role role);
/*
 * The row above sparks of this width: which time they cover, and a line at each point into which a
 * control change, a mark or another event fell.
 */
void ui_spark_head(const struct ui_model *model, const struct ui_area *area, int row, int col,
		   int width);

#endif

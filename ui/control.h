/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Controls: row 0 is what the workers do, row n is bt_params[n - 1]. What panel, keys, draft and
 * undo do to them, on configs alone. Pure.
 */
#ifndef UI_CONTROL_H
#define UI_CONTROL_H

#include "core/param.h"
#include "frame/frame.h"
#include "ui/effect.h"

#define UI_CONTROL_TEXT 256

unsigned ui_control_rows(void);
/* The parameter of a row, NULL of row 0. */
const struct bt_param *ui_control_param(unsigned row);
unsigned ui_control_row(const struct bt_param *param);
/* "workers", or the parameter's label. */
const char *ui_control_label(unsigned row);
/* "workers", or the parameter's name, as commands have it. */
const char *ui_control_name(unsigned row);
/* Choices of a row, ended by a NULL name; NULL where it has none. */
const struct bt_choice *ui_control_choices(unsigned row);
/* The value for people, and what it means on a machine. */
const char *ui_control_value(unsigned row, const struct bt_config *config, char *buf, size_t size);
const char *ui_control_effect(unsigned row, const struct bt_config *config,
			      const struct bt_machine *machine, char buf[UI_EFFECT]);

bool ui_control_same(unsigned row, const struct bt_config *a, const struct bt_config *b);
void ui_control_copy(unsigned row, struct bt_config *to, const struct bt_config *from);
/* Rows in which two configs differ. */
unsigned ui_control_changes(const struct bt_config *from, const struct bt_config *to);
/* Takes the rows over in which changed differs from base; the others stay. */
void ui_control_merge(struct bt_config *config, const struct bt_config *base,
		      const struct bt_config *changed);
/* "order 3 -> 0, cpus 0-7 -> 0-3", cut to size. */
const char *ui_control_text(const struct bt_config *from, const struct bt_config *to, char *buf,
			    size_t size);

/* As bt_param_set(); row 0 takes the names of its choices, guard bench takes the reserve to 0. */
int ui_control_set(unsigned row, struct bt_config *config, const char *text,
		   const struct ant_limits *limits, struct bt_err *err);
/* The row that a name of length characters, or an unambiguous beginning, means; false: none. */
bool ui_control_find(const char *name, unsigned length, unsigned *row);
/* "order 3 cpus 0-3" or "order=3 cpus=0-3", one after the other; config is untouched on error. */
int ui_control_assign(struct bt_config *config, const char *text,
		      const struct ant_limits *limits, struct bt_err *err);
/*
 * The next value up or down: order by one, batch doubled, pace in 1-2-5, sizes by a quarter, times
 * in round ones, choices in turn. False, with config untouched, where there is none.
 */
bool ui_control_step(unsigned row, struct bt_config *config, const struct ant_limits *limits,
		     bool up);
/* 1, 2, 5, 10 ...: the step after (or before) value. */
uint64_t ui_step_125(uint64_t value, bool up);

#endif

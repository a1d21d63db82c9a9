/* SPDX-License-Identifier: GPL-2.0 */
/* The dashboard on a terminal. */
#ifndef UI_UI_H
#define UI_UI_H

#include "session/session.h"
#include "ui/demo.h"
#include "ui/kbench.h"
#include "ui/settings.h"
#include "ui/signals.h"

struct ui_options {
	const char *glyphs, *theme;	/* by name; NULL: what the settings say */
	struct ui_settings_file *settings;
	ui_kbench_write_fn write_kbench;
	const struct bt_loads *loads;	/* NULL: those of the program */
	const struct bt_load *load;	/* to be started first, with the usual question; NULL: none */
	const struct ui_demo_plan *demo; /* NULL: none */
	struct bt_session *against;	/* a second machine (ui/against.c); NULL: none */
	const char *against_name;	/* how the operator named it */
};

/*
 * Runs until the operator quits, the terminal goes away or a signal asks for the end; sessions stay
 * the caller's, who closes them (and so stops the load) afterwards. signals were begun before they
 * were opened. The locale must be set. -EOPNOTSUPP when there is no usable terminal, -EINVAL where
 * the second machine cannot be compared with the first.
 */
int ui_run(struct bt_session *session, const struct ui_signals *signals,
	   const struct ui_options *options, struct bt_err *err);

#endif

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
};

/*
 * Runs until the operator quits, the terminal goes away or a signal asks for the end; the session
 * stays the caller's, who closes it (and so stops the load) afterwards. signals were begun before
 * the session was opened. The locale must be set. -EOPNOTSUPP when there is no usable terminal.
 */
int ui_run(struct bt_session *session, const struct ui_signals *signals,
	   const struct ui_options *options, struct bt_err *err);

#endif

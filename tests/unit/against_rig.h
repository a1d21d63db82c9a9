/* SPDX-License-Identifier: GPL-2.0 */
/* Two simulated machines in one dashboard, for programs that press its keys. */
#ifndef BT_TEST_AGAINST_RIG_H
#define BT_TEST_AGAINST_RIG_H

#include "tests/unit/app_picture.h"
#include "tests/unit/session_rig.h"

#include "ui/app.h"
#include "ui/beside.h"

#define FIRST "sim:1,cpus=4,nodes=2"
#define SECOND "sim:2,cpus=4,nodes=2"

struct rig {
	struct bt_session *first, *second;
	struct ui_app app;
	const struct ui_model *model;
	char *text;
};

static inline struct bt_session *open_session(const char *source)
{
	struct bt_session_options options = { .source = source, .history = true };
	struct bt_session *session;
	struct bt_err err = { 0 };

	if (bt_session_open(&session, &options, &err))
		fail_msg("%s", err.text);
	return session;
}

static inline void rig_open(struct rig *rig, const char *first, const char *second)
{
	struct bt_err err = { 0 };

	memset(rig, 0, sizeof(*rig));
	rig->first = open_session(first);
	rig->second = open_session(second);
	ui_app_init(&rig->app, rig->first, ui_glyphs_find("ascii"), "UTF-8");
	rig->model = rig->app.model;
	ui_canvas_resize(&rig->app.canvas, 50, 160);
	if (ui_against_begin(&rig->app, rig->second, second, &err))
		fail_msg("%s", err.text);
}

static inline void rig_close(struct rig *rig)
{
	ui_app_free(&rig->app);
	bt_session_close(rig->second);
	bt_session_close(rig->first);
	free(rig->text);
}

/* Samples of the second, as the loop takes them. */
static inline void pass_second(struct rig *rig, unsigned samples)
{
	while (samples--) {
		rig_frames(rig->second, 1);
		ui_against_step(&rig->app);
	}
	ui_app_update(&rig->app);
}

static inline void pass(struct rig *rig, unsigned samples)
{
	while (samples--) {
		rig_frames(rig->first, 1);
		pass_second(rig, 1);
	}
}

static inline void press(struct rig *rig, const char *keys)
{
	for (; *keys; keys++)
		ui_app_key(&rig->app, *keys == '\n' ? UI_KEY_ENTER : *keys);
	ui_app_update(&rig->app);
}

static inline void key(struct rig *rig, int number)
{
	ui_app_key(&rig->app, number);
}

static inline const char *picture(struct rig *rig)
{
	return rig_picture(&rig->app, &rig->text);
}

#define assert_shows(rig, words) assert_non_null(strstr(picture(rig), words))

#endif

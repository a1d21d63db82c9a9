/* SPDX-License-Identifier: GPL-2.0 */
/* A dashboard on a simulated machine, for programs that press its keys and read its pictures. */
#ifndef BT_TEST_APP_RIG_H
#define BT_TEST_APP_RIG_H

#include "tests/unit/app_picture.h"
#include "tests/unit/session_rig.h"

struct rig {
	struct bt_session *session;
	struct ui_app *app;
	char *text;	/* of the last picture */
};

static int rig_open_spec(void **state, const char *source, uint64_t interval_ns)
{
	struct bt_session_options options = { .source = source, .history = 64,
					      .interval_ns = interval_ns };
	struct rig *rig = bt_xcalloc(1, sizeof(*rig));
	struct bt_err err = { 0 };

	if (bt_session_open(&rig->session, &options, &err))
		fail_msg("%s", err.text);
	rig_frames(rig->session, 2);
	rig->app = bt_xcalloc(1, sizeof(*rig->app));
	ui_app_init(rig->app, rig->session, ui_glyphs_find("ascii"), "UTF-8");
	ui_canvas_resize(&rig->app->canvas, 50, 160);
	*state = rig;
	return 0;
}

static inline int rig_open(void **state)
{
	return rig_open_spec(state, "sim:1,cpus=8,nodes=2", 0);
}

static inline int rig_open_timed(void **state)
{
	return rig_open_spec(state, "sim:1,cpus=2", BT_NS_PER_S);
}

static int rig_close(void **state)
{
	struct rig *rig = *state;

	ui_app_free(rig->app);
	bt_session_close(rig->session);
	free(rig->app);
	free(rig->text);
	free(rig);
	return 0;
}

static void press(struct rig *rig, const char *keys)
{
	for (; *keys; keys++)
		ui_app_key(rig->app, *keys == '\n' ? UI_KEY_ENTER : *keys == '\t' ? UI_KEY_TAB :
			   *keys == '\033' ? UI_KEY_ESC : *keys == '\001' ? UI_KEY_UP :
			   *keys == '\002' ? UI_KEY_DOWN : *keys);
}

#define UP "\001"
#define DOWN "\002"
#define ESC "\033"

static inline const struct bt_config *after(struct rig *rig, unsigned samples)
{
	rig_frames(rig->session, samples);
	ui_app_update(rig->app);
	return &bt_session_frame(rig->session)->config;
}

static const char *picture(struct rig *rig)
{
	return rig_picture(rig->app, &rig->text);
}

#define assert_shows(rig, words)                                                                   \
	do {                                                                                       \
		if (!strstr(picture(rig), words))                                                  \
			fail_msg("'%s' is not in:\n%s", words, rig->text);                         \
	} while (0)
#define assert_hides(rig, words) assert_null(strstr(picture(rig), words))

#endif

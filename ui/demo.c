// SPDX-License-Identifier: GPL-2.0
#include "ui/demo.h"

#include <string.h>

#include "session/load.h"
#include "ui/app.h"

#define WHO "demo"

static const struct bt_load *present(const struct ui_demo *demo)
{
	return demo->plan.loads[demo->at];
}

/* ---- its course ------------------------------------------------------------------------- */

static void hold(struct ui_app *app, const char *why)
{
	struct ui_demo *demo = &app->demo;

	demo->spent_ns = app->model->status.now_ns - demo->since_ns;
	demo->state = UI_DEMO_HELD;
	snprintf(demo->why, sizeof(demo->why), "%s", why);
}

static void show_view(struct ui_app *app, const struct bt_load *load)
{
	ui_feed_live(app->feed);
	app->screen.alone = false;
	if (load->view)
		app->screen.view = (enum ui_view)(load->view - 1);
}

/* Without control, or where the question is answered with no, it stays here, held. */
static void enter(struct ui_app *app, unsigned at)
{
	struct ui_demo *demo = &app->demo;
	struct bt_err err;
	int code;

	demo->at = at;
	demo->since_ns = app->model->status.now_ns;
	show_view(app, present(demo));
	if (app->draft.on) {
		hold(app, "there is a draft (D sends it, :discard drops it)");
		return;
	}
	demo->entering = true;
	code = ui_app_load(app, present(demo), &err);
	demo->entering = false;
	demo->token = code ? 0 : bt_session_token(app->session);
	app->message[0] = '\0'; /* the caption says it, in full */
	demo->state = app->overlay.ops ? UI_DEMO_ASKED : UI_DEMO_RUNNING;
	if (code)
		hold(app, err.text);
}

static void finish(struct ui_app *app)
{
	struct bt_err err;

	app->demo.state = UI_DEMO_OVER;
	if (app->model->wanted->run == BT_RUN_DRAIN)
		return;
	if (ui_app_stop_now(app, WHO, &err))
		ui_app_say_error(app, &err);
	else
		app->message[0] = '\0';
}

/* Those that this machine cannot do are left out, and the log says why. */
static void leave_out(struct ui_app *app)
{
	struct ui_demo_plan *plan = &app->demo.plan;
	unsigned kept = 0;

	for (unsigned i = 0; i < plan->count; i++) {
		struct bt_config config = *app->model->wanted;
		struct bt_err err;

		if (bt_session_load_config(app->session, plan->loads[i], &config, NULL, &err))
			bt_session_note(app->session, BT_EVENT_NOTE, WHO, "left out: %s",
					err.text);
		else
			plan->loads[kept++] = plan->loads[i];
	}
	plan->count = kept;
}

static void start(struct ui_app *app)
{
	struct ui_demo *demo = &app->demo;

	if (!app->model->live)
		return;
	leave_out(app);
	app->start_agreed |= demo->plan.agreed;
	if (demo->plan.count)
		enter(app, 0);
	else
		demo->state = UI_DEMO_OVER;
}

static void look_at_answer(struct ui_app *app)
{
	if (app->overlay.ops)
		return;
	app->demo.since_ns = app->model->status.now_ns;
	app->demo.state = UI_DEMO_RUNNING;
	app->demo.token = bt_session_token(app->session);
	if (app->model->wanted->run != BT_RUN_GO)
		hold(app, "the load was not started");
}

/* What the source says of the present one; NULL: not yet. */
static const struct bt_frame_ack *answer(const struct ui_app *app)
{
	const struct bt_frame *live = app->model->live;

	return live && live->ack.token == app->demo.token ? &live->ack : NULL;
}

/* The source does not do it, whatever else it goes on with: it is left out, too. */
static void skip_refused(struct ui_app *app, const char *why)
{
	struct ui_demo *demo = &app->demo;
	struct ui_demo_plan *plan = &demo->plan;

	bt_session_note(app->session, BT_EVENT_NOTE, WHO, "left out: load %s: %s", present(demo)->name,
			why);
	plan->count--;
	memmove(plan->loads + demo->at, plan->loads + demo->at + 1,
		(plan->count - demo->at) * sizeof(plan->loads[0]));
	if (demo->at < plan->count) {
		enter(app, demo->at);
		return;
	}
	demo->at = plan->count ? plan->count - 1 : 0;
	finish(app);
}

/* A load that somebody or something has stopped is not started again by itself. */
static void go_on(struct ui_app *app)
{
	struct ui_demo *demo = &app->demo;
	uint64_t now_ns = app->model->status.now_ns;
	const struct bt_frame_ack *ack = answer(app);

	if (ack && ack->error) {
		skip_refused(app, ack->text);
		return;
	}
	if (now_ns < demo->since_ns)
		demo->since_ns = now_ns; /* a source that has come back with a clock of its own */
	if (app->overlay.ops)
		return; /* whoever is asked something, or edits, is not interrupted */
	if (app->model->wanted->run != BT_RUN_GO)
		hold(app, "the load was stopped");
	else if (now_ns - demo->since_ns < demo->plan.each_ns)
		return;
	else if (demo->at + 1 < demo->plan.count)
		enter(app, demo->at + 1);
	else
		finish(app);
}

void ui_demo_begin(struct ui_app *app, const struct ui_demo_plan *plan)
{
	app->demo = (struct ui_demo){ .plan = *plan, .state = UI_DEMO_WAITING };
}

void ui_demo_step(struct ui_app *app)
{
	static void (*const steps[])(struct ui_app *app) = {
		[UI_DEMO_WAITING] = start,
		[UI_DEMO_ASKED] = look_at_answer,
		[UI_DEMO_RUNNING] = go_on,
		[UI_DEMO_OVER] = NULL,
	};
	void (*step)(struct ui_app *app) = steps[app->demo.state];

	if (step && !app->demo.entering)
		step(app);
}

/* ---- keys ------------------------------------------------------------------------------- */

static void go_next(struct ui_app *app)
{
	struct ui_demo *demo = &app->demo;

	if (demo->state == UI_DEMO_OVER)
		return;
	if (demo->at + 1 < demo->plan.count)
		enter(app, demo->at + 1);
	else
		finish(app);
}

static void go_back(struct ui_app *app)
{
	struct ui_demo *demo = &app->demo;

	if (!demo->plan.count)
		return;
	if (demo->state == UI_DEMO_OVER)
		enter(app, demo->plan.count - 1);
	else
		enter(app, demo->at ? demo->at - 1 : 0);
}

static void hold_or_go_on(struct ui_app *app)
{
	struct ui_demo *demo = &app->demo;

	if (demo->state == UI_DEMO_RUNNING) {
		hold(app, "");
	} else if (demo->state == UI_DEMO_HELD && app->model->wanted->run == BT_RUN_GO) {
		demo->since_ns = app->model->status.now_ns - demo->spent_ns;
		demo->state = UI_DEMO_RUNNING;
	} else if (demo->state == UI_DEMO_HELD) {
		enter(app, demo->at);
	}
}

static void end(struct ui_app *app)
{
	finish(app);
	app->quit = true;
}

static const struct {
	int key;
	const char *brief;
	void (*run)(struct ui_app *app);
} keys[] = {
	{ 'n', "next", go_next },
	{ 'p', "previous", go_back },
	{ ' ', "hold", hold_or_go_on },
	{ 'q', "end", end },
};

bool ui_demo_key(struct ui_app *app, int key)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		if (keys[i].key != key || app->demo.state == UI_DEMO_OFF)
			continue;
		if (app->demo.state != UI_DEMO_WAITING || keys[i].run == end)
			keys[i].run(app);
		return true;
	}
	return false;
}

/* ---- drawing ---------------------------------------------------------------------------- */

/* A caption of all its sentences leaves at least so many rows to the view. */
#define VIEW_ROWS 12

static const char *sentences_of(const struct ui_demo *demo, const char **look)
{
	*look = "";
	switch (demo->state) {
	case UI_DEMO_WAITING:
		return "Waiting for the first sample.";
	case UI_DEMO_OVER:
		if (demo->plan.count)
			return "That was all. The load is stopped, its memory given back.";
		return "This machine can do none of the loads; the log says why.";
	default:
		*look = present(demo)->look;
		return present(demo)->shows;
	}
}

/* Rows of the caption; draws it when area is given. */
static int put_caption(const struct ui_app *app, const struct ui_area *area, int cols)
{
	const struct ui_demo *demo = &app->demo;
	const char *look, *shows = sentences_of(demo, &look);
	const struct bt_frame_ack *ack = answer(app);
	char otherwise[sizeof(ack->text) + 24];
	int row = 1;

	row += ui_put_wrapped(area, row, 1, cols - 2, UI_ROLE_NORMAL, shows);
	row += ui_put_wrapped(area, row, 1, cols - 2, UI_ROLE_STRONG, look);
	/* The sentences are of the load as it is meant. */
	if (*look && ack && !ack->error && *ack->text) {
		snprintf(otherwise, sizeof(otherwise), "Here it is otherwise: %s.", ack->text);
		row += ui_put_wrapped(area, row, 1, cols - 2, UI_ROLE_WARN, otherwise);
	}
	return row;
}

int ui_demo_rows(const struct ui_app *app, int rows, int cols)
{
	int wanted;

	if (app->demo.state == UI_DEMO_OFF || rows < 4)
		return 0;
	wanted = put_caption(app, NULL, cols);
	return rows - wanted >= VIEW_ROWS ? wanted : 1;
}

#define STATE_TEXT (BT_ERR_TEXT + 16)

static void text_state(const struct ui_app *app, char text[STATE_TEXT])
{
	const struct ui_demo *demo = &app->demo;
	uint64_t spent_ns = app->model->status.now_ns - demo->since_ns;
	uint64_t left_ns = demo->plan.each_ns > spent_ns ? demo->plan.each_ns - spent_ns : 0;

	text[0] = '\0';
	if (demo->state == UI_DEMO_HELD)
		snprintf(text, STATE_TEXT, "held%s%s", *demo->why ? ": " : "", demo->why);
	else if (demo->state == UI_DEMO_RUNNING)
		snprintf(text, STATE_TEXT, "%llu s left",
			 (unsigned long long)((left_ns + BT_NS_PER_S - 1) / BT_NS_PER_S));
}

/* A rule with where it is: "DEMO 2/9  pcp-storm ---- 12 s left". */
static void draw_head(const struct ui_app *app, const struct ui_area *area)
{
	const struct ui_demo *demo = &app->demo;
	int cols = area->rect.cols, col, width;
	char text[STATE_TEXT];

	for (col = 0; col < cols; col++)
		ui_put_glyph(area, 0, col, UI_ROLE_RULE, UI_GLYPH_HLINE);
	if (demo->state == UI_DEMO_WAITING || demo->state == UI_DEMO_OVER) {
		ui_put(area, 0, 1, UI_ROLE_BADGE, " DEMO ");
		return;
	}
	col = ui_putf(area, 0, 1, UI_ROLE_BADGE, " DEMO %u/%u ", demo->at + 1, demo->plan.count);
	col = ui_putf(area, 0, col, UI_ROLE_STRONG, " %s ", present(demo)->name);
	text_state(app, text);
	width = ui_text_width(text);
	if (width > cols - col - 4)
		width = cols - col - 4;
	if (width <= 0)
		return;
	ui_put_char(area, 0, cols - width - 3, UI_ROLE_NORMAL, L' ');
	ui_put_cut(area, 0, cols - width - 2, width,
		   demo->state == UI_DEMO_HELD ? UI_ROLE_WARN : UI_ROLE_NORMAL, text);
	ui_put_char(area, 0, cols - 2, UI_ROLE_NORMAL, L' ');
}

void ui_demo_draw(const struct ui_app *app, const struct ui_area *area)
{
	ui_area_fill(area, L' ', UI_ROLE_NORMAL);
	draw_head(app, area);
	if (area->rect.rows > 1)
		put_caption(app, area, area->rect.cols);
}

void ui_demo_draw_keys(const struct ui_area *area)
{
	char name[16];
	int col = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++) {
		ui_key_name(keys[i].key, name, sizeof(name));
		col = ui_put(area, 0, col, UI_ROLE_KEY, name);
		col = ui_put(area, 0, col + 1, UI_ROLE_DIM, keys[i].brief) + 2;
	}
}

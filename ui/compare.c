// SPDX-License-Identifier: GPL-2.0
/* Every number against the baseline: a list, and words for the titles of panels. */
#include "ui/compare.h"

#include <math.h>
#include <string.h>

#include "ui/app.h"
#include "ui/baseline.h"
#include "ui/beside.h"

#define PAGE 8
#define LIST_COLS 87
#define NARROW_COLS 69
/* Less than so much of a difference is called neither better nor worse. */
#define NOTABLE 0.05

const char *ui_compare_delta(const struct bt_metric *metric, const struct bt_units *units,
			     double before, double now, char buf[UI_COMPARE_TEXT])
{
	char amount[24];

	if (isnan(before) || isnan(now))
		snprintf(buf, UI_COMPARE_TEXT, "?");
	else if (now == before)
		snprintf(buf, UI_COMPARE_TEXT, "0");
	else if (metric->unit == BT_UNIT_RATIO)
		snprintf(buf, UI_COMPARE_TEXT, "%+.1f points", (now - before) * 100);
	else
		snprintf(buf, UI_COMPARE_TEXT, "%c%s", now > before ? '+' : '-',
			 bt_metric_text(metric, units, fabs(now - before), amount,
					sizeof(amount)));
	return buf;
}

const char *ui_compare_ratio(double before, double now, char buf[UI_COMPARE_TEXT])
{
	double ratio = now / before;

	if (isnan(before) || isnan(now))
		snprintf(buf, UI_COMPARE_TEXT, "?");
	else if (before == 0)
		snprintf(buf, UI_COMPARE_TEXT, "-");
	else
		snprintf(buf, UI_COMPARE_TEXT, "x%.*f", ratio < 10 ? 2 : ratio < 100 ? 1 : 0, ratio);
	return buf;
}

/* False where the row has no room for it; others of its priority stay rather than it. */
static bool add_if_fits(struct ui_row *row, int room, unsigned priority, const char *label,
			const char *text)
{
	struct ui_row tried = *row;

	ui_row_add(&tried, priority, UI_ROLE_STRONG, label, "%s", text);
	ui_row_fit(&tried, room);
	if (!tried.count || strcmp(tried.words[tried.count - 1].text, text) != 0)
		return false;
	*row = tried;
	return true;
}

void ui_compare_add(const struct ui_model *model, const char *key, struct ui_row *row, int room)
{
	const struct bt_point *baseline = ui_model_baseline(model);
	const struct bt_metric *metric = bt_metric_find(key);
	char delta[UI_COMPARE_TEXT], ratio[UI_COMPARE_TEXT] = "", both[2 * UI_COMPARE_TEXT];
	double before, now;

	if (!baseline || !model->point)
		return;
	before = bt_metric_value(metric, baseline);
	now = bt_metric_value(metric, model->point);
	ui_compare_delta(metric, &model->units, before, now, delta);
	if (before != 0)
		ui_compare_ratio(before, now, ratio);
	snprintf(both, sizeof(both), "%s%s%s", delta, *ratio ? " " : "", ratio);
	if (!add_if_fits(row, room, 1, ui_model_compared_label(model), both) &&
	    !add_if_fits(row, room, 0, "", both))
		add_if_fits(row, room, 0, "", *ratio ? ratio : delta);
}

/* ---- the list ---------------------------------------------------------------------------- */

/* Widths; 0: there is no room for it. */
struct columns {
	int label, before, now, difference, ratio;
};

static struct columns columns_of(const struct ui_area *area)
{
	static const struct columns forms[] = {
		{ 23, 15, 15, 16, 10 }, { 17, 14, 14, 15, 8 }, { 15, 0, 13, 0, 8 },
	};

	return forms[area->rect.cols >= LIST_COLS ? 0 : area->rect.cols >= NARROW_COLS ? 1 : 2];
}

/* Rows are counted also where they are not seen: that is how long the list is. */
struct list {
	const struct ui_model *model;
	const struct ui_area *area;
	struct columns columns;
	int row;		/* the next one, of the area; negative above it */
};

static void add_heading(struct list *list, const char *text)
{
	if (list->row >= 0)
		ui_put(list->area, list->row, 0, UI_ROLE_TITLE, text);
	list->row++;
}

static const char *verdict(const struct bt_metric *metric, double before, double now,
			   enum ui_role *role)
{
	bool more = now > before;

	*role = UI_ROLE_NORMAL;
	if (isnan(before) || isnan(now) || metric->better == BT_BETTER_NEITHER ||
	    fabs(now - before) <= NOTABLE * fabs(before))
		return "";
	if (more == (metric->better == BT_BETTER_MORE)) {
		*role = UI_ROLE_GOOD;
		return "better";
	}
	*role = UI_ROLE_WARN;
	return "worse";
}

static void put_column(const struct list *list, int *col, int width, enum ui_role role,
		       const char *text)
{
	*col += width;
	if (width)
		ui_put_right(list->area, list->row, *col, role, text);
}

static void add_values(struct list *list, const char *label, const struct bt_metric *metric,
		       double before, double now)
{
	const struct bt_units *units = &list->model->units;
	const struct columns *columns = &list->columns;
	const struct ui_area *area = list->area;
	int col = columns->label;
	char text[UI_COMPARE_TEXT];
	enum ui_role role;
	const char *word = verdict(metric, before, now, &role);

	if (list->row >= 0 && list->row < area->rect.rows) {
		ui_put_cut(area, list->row, 1, col - 1, UI_ROLE_DIM, label);
		put_column(list, &col, columns->before, UI_ROLE_NORMAL,
			   bt_metric_text(metric, units, before, text, sizeof(text)));
		put_column(list, &col, columns->now, UI_ROLE_STRONG,
			   bt_metric_text(metric, units, now, text, sizeof(text)));
		put_column(list, &col, columns->difference, UI_ROLE_NORMAL,
			   ui_compare_delta(metric, units, before, now, text));
		put_column(list, &col, columns->ratio, UI_ROLE_NORMAL,
			   ui_compare_ratio(before, now, text));
		ui_put(area, list->row, col + 2, role, word);
	}
	list->row++;
}

/* Counts of points that are not equally long: for each second. */
static double comparable(const struct bt_metric *metric, const struct bt_point *point)
{
	double value = bt_metric_value(metric, point);

	if (metric->unit != BT_UNIT_COUNT)
		return value;
	return point->known_ns ? value * (double)BT_NS_PER_S / (double)point->known_ns : NAN;
}

static void add_metrics(struct list *list, const struct bt_point *before,
			const struct bt_point *now)
{
	const char *group = NULL;

	for (unsigned i = 0; i < bt_metric_count; i++) {
		struct bt_metric metric = bt_metrics[i];

		if (metric.rare && isnan(bt_metric_value(&metric, before)) &&
		    isnan(bt_metric_value(&metric, now)))
			continue;
		if (metric.group != group)
			add_heading(list, metric.group);
		group = metric.group;
		if (metric.has_rate)
			continue;
		if (metric.unit == BT_UNIT_COUNT)
			metric.unit = BT_UNIT_PER_S;
		add_values(list, metric.label, &metric, comparable(&bt_metrics[i], before),
			   comparable(&bt_metrics[i], now));
	}
}

static void add_node(struct list *list, const struct bt_point_node *before,
		     const struct bt_point_node *now)
{
	static const struct bt_metric bytes = { .unit = BT_UNIT_BYTES, .better = BT_BETTER_MORE };
	static const struct bt_metric pages = { .unit = BT_UNIT_PAGES_PER_S };

	add_values(list, "free", &bytes,
		   before->free_bytes == BT_UNKNOWN ? NAN : (double)before->free_bytes,
		   now->free_bytes == BT_UNKNOWN ? NAN : (double)now->free_bytes);
	for (unsigned i = 0; i < BT_NUMASTAT_COUNT; i++)
		add_values(list, bt_numastat_name[i], &pages, (double)before->numastat_per_s[i],
			   (double)now->numastat_per_s[i]);
}

static void add_nodes(struct list *list, const struct bt_point *before,
		      const struct bt_point *now)
{
	const struct bt_point_node *a = bt_point_nodes(list->model->history, before);
	const struct bt_point_node *b = bt_point_nodes(list->model->history, now);
	char heading[UI_TEXT];

	for (unsigned node = 0; a && b && node < list->model->machine->node_count; node++) {
		snprintf(heading, sizeof(heading), "Node %u", node);
		add_heading(list, heading);
		add_node(list, &a[node], &b[node]);
	}
}

static void add_all(struct list *list, const struct bt_point *before, const struct bt_point *now)
{
	add_metrics(list, before, now);
	add_nodes(list, before, now);
}

static void draw_heads(const struct ui_model *model, const struct ui_area *area)
{
	struct ui_row row = { 0 };
	char end[UI_TEXT], length[UI_TEXT], now[UI_TEXT];

	if (model->beside)
		ui_row_add(&row, 0, UI_ROLE_NORMAL, model->beside->label, "%s on %s, at the same time",
			   model->beside->machine->kernel, model->beside->machine->host);
	else
		ui_row_add(&row, 0, UI_ROLE_NORMAL, "baseline", "%s until %s",
			   ui_text_clock(model->baseline->whole->length_ns, length),
			   ui_point_time(model, model->baseline->whole, end));
	ui_row_add(&row, 1, UI_ROLE_NORMAL, model->past ? "past" : "now", "%s, a step is %s",
		   ui_point_time(model, model->point, now), ui_tier_name[model->tier]);
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

static void draw_columns(const struct list *list)
{
	const struct columns *columns = &list->columns;
	int col = columns->label;

	put_column(list, &col, columns->before, UI_ROLE_DIM, ui_model_compared_label(list->model));
	put_column(list, &col, columns->now, UI_ROLE_DIM,
		   list->model->beside ? list->model->beside->first : "now");
	put_column(list, &col, columns->difference, UI_ROLE_DIM, "difference");
	put_column(list, &col, columns->ratio, UI_ROLE_DIM, "ratio");
}

#define TITLE 160

static const char *title_of(const struct ui_model *model, char title[TITLE])
{
	snprintf(title, TITLE, "Compared with %s%s", model->beside ? "" : "the ",
		 ui_model_compared(model));
	return title;
}

static void compare_draw(struct ui_app *app, const struct ui_area *screen)
{
	const struct ui_model *model = app->model;
	const struct bt_point *before = ui_model_baseline(model);
	char title[TITLE];
	struct ui_area inside = ui_box(screen, screen->rect.rows, LIST_COLS, title_of(model, title),
				       "Up Down scroll   Left Right time   Esc views   B off");
	struct ui_area body = ui_area_part(&inside, 2, 0, inside.rect.rows - 2, inside.rect.cols);
	struct ui_area none = ui_area_part(&body, 0, 0, 0, 0);
	struct list counted = { .model = model, .area = &none };
	struct list heads = { .model = model, .area = &inside, .columns = columns_of(&inside),
			      .row = 1 };
	struct list list = { .model = model, .area = &body, .columns = columns_of(&body) };
	int most;

	if (!before || !model->point) {
		const char *way = ui_model_other_way(model);

		if (way)
			ui_putf(&inside, 0, 0, UI_ROLE_WARN, "not to be compared: allocated by way %s, and by "
				"%s here and now", way, model->live->way);
		else
			ui_put(&inside, 0, 0, UI_ROLE_WARN, "nothing is known of it at this time");
		return;
	}
	draw_heads(model, &inside);
	draw_columns(&heads);
	add_all(&counted, before, model->point);
	most = counted.row > body.rect.rows ? counted.row - body.rect.rows : 0;
	if ((int)app->overlay.scroll > most)
		app->overlay.scroll = (unsigned)most;
	list.row = -(int)app->overlay.scroll;
	add_all(&list, before, model->point);
}

static void compare_key(struct ui_app *app, int key)
{
	static const int of_time[] = { UI_KEY_LEFT, UI_KEY_RIGHT, UI_KEY_HOME, UI_KEY_END,
				       'h', 'l', '0', 't', 'T', 'z', 'Z', '<', '>', ' ' };
	unsigned *scroll = &app->overlay.scroll;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(of_time); i++) {
		if (key == of_time[i]) {
			ui_action_run(app, key);
			return;
		}
	}
	if (key == UI_KEY_DOWN || key == 'j') {
		++*scroll;
	} else if (key == UI_KEY_UP || key == 'k') {
		*scroll -= *scroll > 0;
	} else if (key == UI_KEY_PAGE_DOWN) {
		*scroll += PAGE;
	} else if (key == UI_KEY_PAGE_UP) {
		*scroll -= *scroll < PAGE ? *scroll : PAGE;
	} else {
		ui_overlay_close(app);
		if (key == 'B')
			ui_action_run(app, key);
	}
}

static const struct ui_overlay_ops compare_ops = { .key = compare_key, .draw = compare_draw };

void ui_compare_open(struct ui_app *app)
{
	app->overlay.ops = &compare_ops;
	app->overlay.scroll = 0;
}

// SPDX-License-Identifier: GPL-2.0
/* View 9: a guest of the lab as its host sees it, while a run is at it. */
#include <math.h>
#include <string.h>

#include "frame/metric.h"
#include "ui/graph.h"
#include "ui/panel.h"

/* ---- the numbers -------------------------------------------------------------------------- */

#define BYTES(name, member) \
	static double name(const struct bt_point *point) \
	{ \
		return point->member == BT_UNKNOWN ? NAN : (double)point->member; \
	}
#define DOUBLE(name, member) \
	static double name(const struct bt_point *point) \
	{ \
		return point->member; \
	}

BYTES(size_of, host_size_bytes)
BYTES(target_of, host_target_bytes)
BYTES(rss_of, host_rss_bytes)
BYTES(available_of, available_bytes)
DOUBLE(cpu_of, host_cpu_ratio)
DOUBLE(inflate_of, host_inflate_bytes_per_s)
DOUBLE(deflate_of, host_deflate_bytes_per_s)

/* Those of a scale have the same, or their heights would say nothing about each other. */
enum scale { SIZES, CPUS, RATES };

static const struct cell {
	const char *name, *briefly, *key;	/* of the metric */
	ui_value_fn value;
	ui_value_fn level;			/* drawn as a line beside it; NULL: none */
	enum scale scale;
	enum ui_role role;
} cells[] = {
	{ "size by the device", "size", "host_size_bytes", size_of, target_of, SIZES,
	  UI_ROLE_GRAPH_A },
	{ "resident memory of QEMU", "QEMU", "host_rss_bytes", rss_of, NULL, SIZES,
	  UI_ROLE_GRAPH_B },
	{ "available in the guest", "available", "available_bytes", available_of, NULL, SIZES,
	  UI_ROLE_GRAPH_A },
	{ "CPU time of QEMU, of one CPU", "QEMU's CPU", "host_cpu_ratio", cpu_of, NULL, CPUS,
	  UI_ROLE_GRAPH_C },
	{ "inflating: out of the guest", "inflating", "host_inflate_bytes_per_s", inflate_of, NULL,
	  RATES, UI_ROLE_GRAPH_A },
	{ "deflating: back into the guest", "deflating", "host_deflate_bytes_per_s", deflate_of,
	  NULL, RATES, UI_ROLE_GRAPH_B },
};

#define CELLS BT_ARRAY_SIZE(cells)

static const char *text_of(const struct ui_model *model, const char *key, char buf[UI_TEXT])
{
	const struct bt_metric *metric = bt_metric_find(key);

	return bt_metric_text(metric, &model->units, bt_metric_value(metric, model->point), buf,
			      UI_TEXT);
}

/* ---- what is done ------------------------------------------------------------------------- */

struct phase {
	char text[160];
	uint64_t ns;		/* for how long; BT_UNKNOWN: not known */
};

/* Of the past only the marks in the event log tell it. */
static void find_past_phase(const struct ui_model *model, struct phase *phase)
{
	uint64_t number = model->session ? bt_session_event_last(model->session) : 0;
	const struct bt_event *event;

	for (; number && (event = bt_session_event(model->session, number)); number--) {
		if (event->kind != BT_EVENT_MARK || strcmp(event->who, "lab") ||
		    event->mono_ns > model->point->mono_ns)
			continue;
		snprintf(phase->text, sizeof(phase->text), "%s", event->text);
		phase->ns = model->point->mono_ns - event->mono_ns;
		return;
	}
}

static struct phase find_phase(const struct ui_model *model)
{
	struct phase phase = { .ns = BT_UNKNOWN };

	if (!model->frame) {
		find_past_phase(model, &phase);
		return phase;
	}
	snprintf(phase.text, sizeof(phase.text), "%s", model->frame->host.phase);
	phase.ns = model->frame->host.phase_ns;
	return phase;
}

static void add_of(struct ui_row *row, unsigned priority, const char *label, uint64_t number,
		   uint64_t of)
{
	if (number == BT_UNKNOWN)
		return;
	if (of == BT_UNKNOWN)
		ui_row_add(row, priority, UI_ROLE_NORMAL, label, "%llu", (unsigned long long)number);
	else
		ui_row_add(row, priority, UI_ROLE_NORMAL, label, "%llu of %llu",
			   (unsigned long long)number, (unsigned long long)of);
}

/* Of the session: these do not change in it. */
static void add_run(const struct bt_frame_host *host, struct ui_row *row)
{
	ui_row_add(row, 2, UI_ROLE_NORMAL, "", "%s", host->benchmark);
	ui_row_add(row, 3, UI_ROLE_NORMAL, "in", "%s", host->mode);
	add_of(row, 5, "run", host->run, host->runs);
	add_of(row, 6, "repetition", host->repetition, BT_UNKNOWN);
}

static void draw_phase(const struct ui_model *model, const struct ui_area *area)
{
	struct phase phase = find_phase(model);
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, UI_ROLE_STRONG, "", "%s", *phase.text ? phase.text : "no phase is told");
	if (phase.ns != BT_UNKNOWN)
		ui_row_add(&row, 1, UI_ROLE_NORMAL, "for", "%s", ui_text_span(phase.ns, text));
	add_run(&model->live->host, &row);
	if (model->frame)
		add_of(&row, 4, "iteration", model->frame->host.iteration,
		       model->frame->host.iterations);
	ui_row_draw(&row, area, 0, 0, area->rect.cols);
}

#define FULL_TEXT_COLS 60

static void draw_facts(const struct ui_model *model, const struct ui_area *area)
{
	const char *(*bytes)(const struct bt_units *units, uint64_t bytes, char buf[UI_TEXT]) =
		area->rect.cols < FULL_TEXT_COLS ? ui_text_narrow : ui_text_bytes;
	const struct bt_point *point = model->point;
	struct ui_row row = { 0 };
	char text[UI_TEXT];

	ui_row_add(&row, 0, UI_ROLE_STRONG, "size", "%s",
		   bytes(&model->units, point->host_size_bytes, text));
	if (point->host_target_bytes != BT_UNKNOWN)
		ui_row_add(&row, 1, UI_ROLE_NORMAL, "target", "%s",
			   bytes(&model->units, point->host_target_bytes, text));
	ui_row_add(&row, 0, UI_ROLE_STRONG, "QEMU", "%s",
		   bytes(&model->units, point->host_rss_bytes, text));
	ui_row_add(&row, 3, UI_ROLE_NORMAL, "available", "%s",
		   bytes(&model->units, point->available_bytes, text));
	if (inflate_of(point) > 0)
		ui_row_add(&row, 2, UI_ROLE_WARN, "inflating", "%s",
			   text_of(model, "host_inflate_bytes_per_s", text));
	if (deflate_of(point) > 0)
		ui_row_add(&row, 2, UI_ROLE_GOOD, "deflating", "%s",
			   text_of(model, "host_deflate_bytes_per_s", text));
	ui_row_add(&row, 4, UI_ROLE_NORMAL, "QEMU's CPU", "%s",
		   text_of(model, "host_cpu_ratio", text));
	ui_row_draw(&row, area, 1, 0, area->rect.cols);
}

/* ---- graphs ------------------------------------------------------------------------------- */

/* The most that any of the same scale shows; fmax() prefers what is known. */
static double most_of(const struct ui_model *model, const struct ui_area *plot, enum scale scale)
{
	double most = NAN;

	for (unsigned i = 0; i < CELLS; i++) {
		if (cells[i].scale != scale)
			continue;
		most = fmax(most, ui_graph_max(model, plot, cells[i].value));
		if (cells[i].level)
			most = fmax(most, ui_graph_max(model, plot, cells[i].level));
	}
	return most;
}

static double scale_high(const struct ui_model *model, const struct ui_area *plot,
			 enum scale scale)
{
	double most = most_of(model, plot, scale);

	switch (scale) {
	case CPUS:
		return most > 1 ? ceil(most) : 1;
	case RATES:
		return most > 0 ? exp2(ceil(log2(most))) : NAN;
	default:
		return most;
	}
}

static void draw_cell(const struct ui_model *model, const struct cell *cell,
		      const struct ui_area *area)
{
	const struct bt_metric *metric = bt_metric_find(cell->key);
	struct ui_area body = ui_area_part(area, 1, 0, area->rect.rows - 1, area->rect.cols);
	struct ui_area plot = ui_graph_plot(&body);
	struct ui_graph graph = { .value = cell->value, .role = cell->role };
	char text[UI_TEXT];
	bool brief;

	text_of(model, cell->key, text);
	brief = ui_text_width(cell->name) + ui_text_width(text) >= area->rect.cols;
	ui_put(area, 0, ui_put(area, 0, 0, UI_ROLE_NORMAL, brief ? cell->briefly : cell->name) + 1,
	       UI_ROLE_STRONG, text);
	graph.scale.high = scale_high(model, &plot, cell->scale);
	if (plot.rect.rows <= 0 || !(graph.scale.high > 0))
		return;
	ui_graph_panel(model, &body, &graph,
		       bt_metric_text(metric, &model->units, graph.scale.high, text, sizeof(text)),
		       "0");
	if (cell->level)
		ui_graph_level(model, &plot, &(struct ui_graph){ cell->level, UI_ROLE_WARN,
								 graph.scale });
}

#define CELL_ROWS 4	/* least: its name and three of the graph */
#define GUTTER 2

static void draw_graphs(const struct ui_model *model, const struct ui_area *area)
{
	int across = area->rect.cols >= UI_WIDE_COLS ? 3 : area->rect.cols >= UI_TWO_COLS ? 2 : 1;
	int lines = (int)CELLS / across, most = area->rect.rows / CELL_ROWS;
	int cols = (area->rect.cols - (across - 1) * GUTTER) / across, rows;

	if (lines > most)
		lines = most;
	rows = lines ? area->rect.rows / lines : 0;
	for (int i = 0; i < lines * across; i++) {
		struct ui_area part = ui_area_part(area, i / across * rows,
						   i % across * (cols + GUTTER), rows, cols);

		draw_cell(model, &cells[i], &part);
	}
}

/* ---- the panel ---------------------------------------------------------------------------- */

#define FACT_ROWS 2

static bool has_host(const struct ui_model *model)
{
	return model->live && model->live->host.known && model->point;
}

static void draw(const struct ui_model *model, const struct ui_panel_state *state,
		 const struct ui_area *area)
{
	struct ui_area below;

	(void)state;
	if (!has_host(model)) {
		ui_put_wrapped(area, 0, 0, area->rect.cols, UI_ROLE_DIM,
			       "A guest of the lab as its host sees it; here is none. \"buddytop lab "
			       "run\" starts one, \"buddytop lab watch\" shows it.");
		return;
	}
	draw_phase(model, area);
	draw_facts(model, area);
	below = ui_area_part(area, FACT_ROWS, 0, area->rect.rows - FACT_ROWS, area->rect.cols);
	draw_graphs(model, &below);
}

static void summary(const struct ui_model *model, bool only, struct ui_row *row)
{
	char text[UI_TEXT];

	if (!has_host(model))
		return;
	if (only)
		ui_row_add(row, 0, UI_ROLE_STRONG, "", "%s", find_phase(model).text);
	ui_row_add(row, 1, UI_ROLE_STRONG, "QEMU", "%s", text_of(model, "host_rss_bytes", text));
}

const struct ui_panel_ops ui_panel_lab = {
	.title = "Lab",
	.metric = "host_rss_bytes",
	.summary = summary,
	.draw = draw,
};

/* SPDX-License-Identifier: GPL-2.0 */
/* The page that panels of a picture stand on: its size, gnuplot's terminal for it, and its head. */
#ifndef BT_PLOT_PAGE_H
#define BT_PLOT_PAGE_H

#include "bench/plot.h"
#include "bench/plot_text.h"

struct bt_plot_sheet {
	unsigned width, height;		/* pixels; 0: what the panels need */
	unsigned rows, columns;		/* of panels */
	unsigned head_lines;
	enum bt_plot_format format;
};

/* The page without its head, as one box. */
struct bt_plot_box bt_plot_page(const struct bt_plot_sheet *sheet);
/* Terminal and multiplot; panels follow, and bt_plot_page_end(). */
void bt_plot_page_begin(FILE *out, const struct bt_plot_box *page, enum bt_plot_format format);
void bt_plot_page_end(FILE *out);
/* The first line, which is larger; one of facts; one that nobody shall overlook. */
void bt_plot_head_title(FILE *out, const struct bt_plot_box *page, const char *text);
void bt_plot_head_fact(FILE *out, const struct bt_plot_box *page, unsigned line, const char *text);
void bt_plot_head_warning(FILE *out, const struct bt_plot_box *page, unsigned line,
			  const char *text);
/* The index-th of count panels, two in a row; the last of an odd number has a row of its own. */
struct bt_plot_box bt_plot_page_panel(const struct bt_plot_box *page,
				      const struct bt_plot_sheet *sheet, unsigned index,
				      unsigned count);
/* What is common to all panels; after what is drawn, bt_plot_panel_end(). */
void bt_plot_panel_begin(FILE *out, const struct bt_plot_box *box, const char *title);
void bt_plot_panel_end(FILE *out);

#endif

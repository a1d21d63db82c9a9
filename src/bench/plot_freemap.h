/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pictures of maps of free pages, as results of measurements have them and as plain documents do:
 * a panel for each map, a field for each cell, by address from the upper left.
 */
#ifndef BT_PLOT_FREEMAP_H
#define BT_PLOT_FREEMAP_H

#include "bench/plot.h"
#include "frame/freemap.h"

struct bt_plot_map {
	const struct bt_frame_freemap *map;	/* of state known */
	const char *title;			/* of its panel */
};

#define BT_PLOT_MAPS_MAX 12u

struct bt_plot_maps {
	const struct bt_plot_map *maps;
	unsigned count;			/* 1 to BT_PLOT_MAPS_MAX */
	const char *title;		/* of the page */
	const char *fact;		/* below it: host, kernel, time; NULL: none */
	const char *warning;		/* what is not to be overlooked; NULL, "": nothing */
	unsigned width, height;		/* as of struct bt_plot */
	enum bt_plot_format format;
};

/* Into a panel of a picture: axes, caption and the fields. */
void bt_plot_map_write(const struct bt_frame_freemap *map, const struct bt_plot_box *box,
		       FILE *out);
/* As bt_plot_program() and bt_plot_draw(); -ENODATA: a map without frames. */
int bt_plot_maps_program(const struct bt_plot_maps *plot, char **program, size_t *size,
			 struct bt_err *err);
int bt_plot_maps_draw(const struct bt_plot_maps *plot, char **picture, size_t *size,
		      struct bt_err *err);

#endif

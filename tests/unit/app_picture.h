/* SPDX-License-Identifier: GPL-2.0 */
/* What a dashboard without a terminal shows. */
#ifndef BT_TEST_APP_PICTURE_H
#define BT_TEST_APP_PICTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "ui/app.h"

/* As text, which stays in *text until the next picture; the caller frees the last one. */
static inline const char *rig_picture(struct ui_app *app, char **text)
{
	size_t size;
	FILE *to;

	free(*text);
	to = open_memstream(text, &size);
	ui_app_draw(app);
	ui_canvas_dump(&app->canvas, to);
	fclose(to);
	return *text;
}

#endif

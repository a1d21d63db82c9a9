// SPDX-License-Identifier: GPL-2.0
/* buddytop plot --kind freemap: maps of free pages, a panel for each document. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/freemap_document.h"
#include "bench/plot_freemap.h"
#include "cmd/plot_freemap.h"
#include "cmd/results.h"

struct pages {
	struct bt_freemap_document document[BT_PLOT_DOCUMENTS_MAX];
	char title[BT_PLOT_DOCUMENTS_MAX][96];
	struct bt_plot_map map[BT_PLOT_DOCUMENTS_MAX];
	unsigned count;
};

/* "before.json, 2026-11-21T05:16:47Z" */
static void name_panel(const struct bt_freemap_document *document, const char *path, char title[96])
{
	const char *name = strrchr(path, '/');
	char when[32];

	bt_utc_text(document->utc_ns, when, sizeof(when));
	strcpy(when + strlen("2026-11-21T05:16:47"), "Z");
	snprintf(title, 96, "%.60s, %s", name ? name + 1 : path, when);
}

static int read_all(const struct bt_cmd_call *call, struct pages *pages, struct bt_err *err)
{
	int rc = 0;

	for (int i = 0; !rc && i < call->argc; i++) {
		struct bt_freemap_document *document = &pages->document[pages->count];

		rc = bt_freemap_document_read(document, call->argv[i], err);
		if (rc) {
			bt_freemap_document_free(document);
			break;
		}
		name_panel(document, call->argv[i], pages->title[i]);
		pages->map[pages->count++] = (struct bt_plot_map){ .map = document->map,
								   .title = pages->title[i] };
	}
	return rc;
}

static int draw(const struct bt_plot *options, const struct pages *pages, const char *output,
		struct bt_err *err)
{
	const struct bt_machine *machine = &pages->document[0].machine;
	struct bt_plot_maps plot = {
		.maps = pages->map, .count = pages->count,
		.title = options->title ? options->title : "buddytop: free memory by address",
		.width = options->width, .height = options->height, .format = options->format,
		.warning = bt_plot_reality(machine->reality),
	};
	char fact[256], *picture;
	size_t size;
	int rc;

	snprintf(fact, sizeof(fact), "%s, Linux %s", machine->host, machine->kernel);
	plot.fact = fact;
	rc = bt_plot_maps_draw(&plot, &picture, &size, err);
	if (rc)
		return rc;
	rc = bt_write_file(output, picture, size, 0644, err);
	free(picture);
	return rc;
}

int bt_cmd_plot_freemap(struct bt_cmd_call *call, const struct bt_plot *options,
			const char *output, struct bt_err *err)
{
	struct pages *pages;
	int rc = bt_cmd_results_check(call, "plot", output, err);

	if (rc)
		return rc;
	pages = bt_xcalloc(1, sizeof(*pages));
	rc = read_all(call, pages, err);
	if (!rc)
		rc = draw(options, pages, output, err);
	while (pages->count)
		bt_freemap_document_free(&pages->document[--pages->count]);
	free(pages);
	return rc;
}

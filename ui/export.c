// SPDX-License-Identifier: GPL-2.0
#include "ui/export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ui/panel.h"

/* ---- CSV -------------------------------------------------------------------------------- */

static const char csv_head[] = "number,utc,mono_ns,kind,generation,who,text\r\n";

/* In quotes, which are doubled inside; every text here is short and without control characters. */
static unsigned put_quoted(char *to, unsigned used, const char *text)
{
	to[used++] = '"';
	for (; *text; text++) {
		if (*text == '"')
			to[used++] = '"';
		to[used++] = *text;
	}
	to[used++] = '"';
	return used;
}

unsigned ui_export_csv(const struct bt_event *event, char to[UI_EXPORT_LINE])
{
	char utc[32] = "", mono[24] = "", generation[24] = "";
	unsigned used;

	_Static_assert(UI_EXPORT_LINE > 160 + 2 * (sizeof(event->who) + sizeof(event->text)),
		       "every event fits");
	/* What came before the first sample of a virtual clock has no time. */
	if (event->utc_ns)
		bt_utc_text(event->utc_ns, utc, sizeof(utc));
	if (event->mono_ns)
		snprintf(mono, sizeof(mono), "%llu", (unsigned long long)event->mono_ns);
	if (event->generation)
		snprintf(generation, sizeof(generation), "%llu",
			 (unsigned long long)event->generation);
	used = (unsigned)snprintf(to, UI_EXPORT_LINE, "%llu,%s,%s,%s,%s,",
				  (unsigned long long)event->number, utc, mono,
				  bt_event_kind_name[event->kind], generation);
	used = put_quoted(to, used, event->who);
	to[used++] = ',';
	used = put_quoted(to, used, event->text);
	memcpy(to + used, "\r\n", 3);
	return used + 2;
}

/* ---- files ------------------------------------------------------------------------------ */

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcasecmp(text + length - tail, end);
}

static void put_json(struct bt_json_writer *w, const struct bt_event *event, FILE *to)
{
	const char *text;
	size_t size;

	bt_json_writer_reset(w);
	bt_event_encode(w, NULL, event);
	text = bt_json_writer_text(w, &size);
	fwrite(text, 1, size, to);
	fputc('\n', to);
}

static unsigned put_events(const struct ui_model *model, const struct ui_filter *filter, bool csv,
			   FILE *to)
{
	uint64_t last = bt_session_event_last(model->session);
	struct bt_json_writer *w = bt_json_writer_create(false);
	char line[UI_EXPORT_LINE];
	unsigned count = 0;

	if (csv)
		fputs(csv_head, to);
	for (uint64_t number = bt_session_event_first(model->session); number && number <= last;
	     number++) {
		const struct bt_event *event = bt_session_event(model->session, number);

		if (!event || !ui_event_fits(filter, event))
			continue;
		if (csv)
			fwrite(line, 1, ui_export_csv(event, line), to);
		else
			put_json(w, event, to);
		count++;
	}
	bt_json_writer_free(w);
	return count;
}

int ui_export_events(const struct ui_model *model, const struct ui_filter *filter,
		     const char *path, unsigned *count, struct bt_err *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory;
	int code;

	if (!*path)
		return bt_err_set(err, EINVAL, "export: the name of a file is missing");
	memory = open_memstream(&text, &size);
	if (!memory)
		return bt_err_set(err, ENOMEM, "export: out of memory");
	*count = put_events(model, filter, ends_with(path, ".csv"), memory);
	fclose(memory);
	code = bt_write_new_file(path, text, size, 0644, err);
	free(text);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
#include "ui/recall.h"

#include <stdlib.h>
#include <string.h>

#include "core/util.h"

static void forget(struct ui_recall *recall, unsigned at)
{
	free(recall->lines[at]);
	recall->count--;
	memmove(recall->lines + at, recall->lines + at + 1,
		(recall->count - at) * sizeof(recall->lines[0]));
}

void ui_recall_add(struct ui_recall *recall, const char *line)
{
	if (!line[strspn(line, " :")])
		return;
	for (unsigned i = 0; i < recall->count; i++) {
		if (!strcmp(recall->lines[i], line)) {
			forget(recall, i);
			break;
		}
	}
	if (recall->count == UI_RECALL_MAX)
		forget(recall, 0);
	recall->lines[recall->count++] = bt_xstrdup(line);
}

void ui_recall_free(struct ui_recall *recall)
{
	while (recall->count)
		forget(recall, recall->count - 1);
}

const char *ui_recall_find(const struct ui_recall *recall, const char *prefix, unsigned *at,
			   bool back)
{
	size_t length = strlen(prefix);

	for (unsigned i = *at; back ? i > 0 : i + 1 < recall->count;) {
		i = back ? i - 1 : i + 1;
		if (!strncmp(recall->lines[i], prefix, length)) {
			*at = i;
			return recall->lines[i];
		}
	}
	return NULL;
}

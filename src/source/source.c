// SPDX-License-Identifier: GPL-2.0
#include "source/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void list_names(char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (const struct bt_source_ops *const *ops = bt_sources; *ops && used < size; ops++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
					 (*ops)->name);
}

const struct bt_source_ops *bt_source_find(const char *spec, const char **argument,
					   struct bt_err *err)
{
	size_t length = strcspn(spec, ":");
	char names[128];

	for (const struct bt_source_ops *const *ops = bt_sources; *ops; ops++) {
		if (strlen((*ops)->name) == length && !strncmp((*ops)->name, spec, length)) {
			*argument = spec[length] ? spec + length + 1 : NULL;
			return *ops;
		}
	}
	list_names(names, sizeof(names));
	bt_err_set(err, EINVAL, "source '%s': no such kind (%s)", spec, names);
	return NULL;
}

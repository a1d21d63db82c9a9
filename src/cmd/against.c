// SPDX-License-Identifier: GPL-2.0
#include "cmd/against.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

static int add(struct bt_opt_list *list, const char *name, const char *value, struct bt_err *err)
{
	if (list->count == BT_OPT_LIST)
		return bt_err_set(err, EINVAL, "--against: no room for %s=%s beside %u settings of the "
				  "guest", name, value, list->count);
	list->items[list->count++] = bt_xasprintf("%s=%s", name, value);
	return 0;
}

/* The kernel, and what fits no other one. */
static bool is_of_kernel(const char *name)
{
	static const char *const names[] = { "kernel", "kdir", "module" };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(names); i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

/* The guest is the first's in all but its kernel. */
static int guest_settings(const struct against_values *values, const char *kernel,
			  const char *const *first, struct bt_opt_list *settings,
			  struct bt_err *err)
{
	int code = kernel ? add(settings, "kernel", kernel, err) : 0;

	if (!code && values->kdir)
		code = add(settings, "kdir", values->kdir, err);
	for (; first && *first && !code; first++) {
		const char *value = strchr(*first, '=');
		char *name = bt_xasprintf("%.*s", (int)(value - *first), *first);

		if (!is_of_kernel(name))
			code = add(settings, name, value + 1, err);
		free(name);
	}
	return code;
}

int against_options(const struct against_values *values, const struct bt_session_options *first,
		    struct bt_opt_list *settings, struct bt_session_options *second,
		    struct bt_err *err)
{
	bool guest = !strcmp(first->source, "vm"), kernel = false;
	const char *argument;
	int code = 0;

	*second = *first;
	second->source = values->what;
	second->source_note = NULL;
	second->source_options.extra = NULL;
	second->serve = second->lock_memory = false;
	if (!bt_source_find(values->what, &argument, err)) {
		if (!guest)
			return bt_err_prefix(err, "--against");
		kernel = true;
		second->source = "vm";
	}
	if (!strcmp(second->source, "vm"))
		code = guest_settings(values, kernel ? values->what : NULL,
				      first->source_options.extra, settings, err);
	else if (values->kdir)
		code = bt_err_set(err, EINVAL, "--against-kdir %s: only a guest's kernel has one",
				  values->kdir);
	if (settings->count)
		second->source_options.extra = (const char *const *)settings->items;
	return code;
}

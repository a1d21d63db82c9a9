// SPDX-License-Identifier: GPL-2.0
#include "cmd/lab_guest.h"

#include <stdlib.h>
#include <string.h>

/* Each "KEY=VALUE", as options hand them over, until one is refused. */
static int each(const struct bt_opt_list *list,
		int (*take)(void *context, const char *key, const char *value, struct bt_err *err),
		void *context, struct bt_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < list->count && !ret; i++) {
		char *name = bt_xstrdup(list->items[i]);
		char *value = strchr(name, '=');

		*value++ = '\0';
		ret = take(context, name, value, err);
		free(name);
	}
	return ret;
}

static int override(void *modes, const char *key, const char *value, struct bt_err *err)
{
	return bt_modes_override(modes, key, value, err);
}

static int set(void *plan, const char *key, const char *value, struct bt_err *err)
{
	return bt_lab_plan_set(plan, key, value, err);
}

int lab_guest_modes(const struct lab_guest_values *values, struct bt_modes **modes,
		    struct bt_err *err)
{
	int ret;

	*modes = NULL;
	ret = bt_modes_read(modes, values->modes_file, err);
	return ret ? ret : each(&values->parts, override, *modes, err);
}

int lab_guest_set(const struct lab_guest_values *values, struct bt_lab_plan *plan,
		  struct bt_err *err)
{
	return each(&values->set, set, plan, err);
}

const char *lab_guest_accel(const struct lab_guest_values *values)
{
	return values->accel ? values->accel : "auto";
}

void lab_guest_free(struct lab_guest_values *values)
{
	bt_opt_list_free(&values->set);
	bt_opt_list_free(&values->parts);
}

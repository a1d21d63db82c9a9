// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/util.h"
#include "vm/vm.h"

#define MIB (1024ull * 1024)

enum kind { COUNT, BYTES, TIME_NS, TEXT, LIST, FLAG };

/* One row for each setting. */
static const struct setting {
	const char *name;
	enum kind kind;
	size_t offset;
	uint64_t min, max;
} settings[] = {
#define AT(field) offsetof(struct bt_vm_options, field)
	{ "cpus", COUNT, AT(cpus), 1, BT_VM_CPUS_MAX },
	{ "nodes", COUNT, AT(nodes), 1, BT_VM_NODES_MAX },
	{ "memory", BYTES, AT(memory_bytes), 256 * MIB, 1024 * 1024 * MIB },
	{ "accel", TEXT, AT(accel), 0, 0 },
	{ "kernel", TEXT, AT(kernel), 0, 0 },
	{ "kdir", TEXT, AT(kdir), 0, 0 },
	{ "module", TEXT, AT(module), 0, 0 },
	{ "qemu", TEXT, AT(qemu), 0, 0 },
	{ "append", TEXT, AT(append), 0, 0 },
	{ "add", LIST, AT(add), 0, 0 },
	{ "initrd-add", LIST, AT(add), 0, 0 },	/* as buddytop's option is called */
	{ "qemu-arg", LIST, AT(qemu_args), 0, 0 },
	{ "max-held-pct", COUNT, AT(max_held_pct), 1, 95 },
	{ "boot-limit", TIME_NS, AT(boot_limit_ns), BT_NS_PER_S, 3600 * BT_NS_PER_S },
	{ "agent", FLAG, AT(agent), 0, 1 },
	{ "extra", FLAG, AT(extra), 0, 1 },
	{ "anonymous", FLAG, AT(anonymous), 0, 1 },
#undef AT
};

void bt_vm_options_default(struct bt_vm_options *options)
{
	*options = (struct bt_vm_options){
		.cpus = 2,
		.nodes = 2,
		.memory_bytes = 1024 * MIB,
		.accel = "auto",
		.max_held_pct = 90,
		.boot_limit_ns = 120 * BT_NS_PER_S,
		.agent = true,
	};
}

static int parse_number(const struct setting *setting, const char *text, uint64_t *value)
{
	switch (setting->kind) {
	case BYTES:
		return bt_parse_bytes(text, value);
	case TIME_NS:
		return bt_parse_time_ns(text, BT_NS_PER_S, value);
	default:
		return bt_parse_u64(text, value);
	}
}

static int out_of_range(const struct setting *setting, const char *text, struct bt_err *err)
{
	char min[32], max[32];

	if (setting->kind == BYTES) {
		bt_text_bytes(setting->min, min, sizeof(min));
		bt_text_bytes(setting->max, max, sizeof(max));
	} else if (setting->kind == TIME_NS) {
		bt_text_ns(setting->min, min, sizeof(min));
		bt_text_ns(setting->max, max, sizeof(max));
	} else {
		snprintf(min, sizeof(min), "%" PRIu64, setting->min);
		snprintf(max, sizeof(max), "%" PRIu64, setting->max);
	}
	return bt_err_set(err, EINVAL, "guest %s=%s: %s to %s is possible", setting->name, text,
			  min, max);
}

static int set_number(const struct setting *setting, void *field, const char *text,
		      struct bt_err *err)
{
	uint64_t value;

	if (parse_number(setting, text, &value) || value < setting->min || value > setting->max)
		return out_of_range(setting, text, err);
	if (setting->kind == COUNT)
		*(unsigned *)field = (unsigned)value;
	else if (setting->kind == FLAG)
		*(bool *)field = value;
	else
		*(uint64_t *)field = value;
	return 0;
}

bool bt_vm_list_add(struct bt_vm_list *list, const char *text)
{
	if (list->count == BT_VM_LIST_MAX)
		return false;
	list->items[list->count++] = text;
	return true;
}

static int add_to_list(const struct setting *setting, struct bt_vm_list *list, const char *text,
		       struct bt_err *err)
{
	if (!bt_vm_list_add(list, text))
		return bt_err_set(err, EINVAL, "guest %s=%s: %u are the most", setting->name, text,
				  BT_VM_LIST_MAX);
	return 0;
}

static const struct setting *find(const char *name, size_t length)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(settings); i++) {
		if (strlen(settings[i].name) == length && !strncmp(settings[i].name, name, length))
			return &settings[i];
	}
	return NULL;
}

int bt_vm_option_set(struct bt_vm_options *options, const char *assignment, struct bt_err *err)
{
	size_t length = strcspn(assignment, "=");
	const struct setting *setting = find(assignment, length);
	const char *text = assignment + length + 1;
	void *field;

	if (!setting)
		return bt_err_set(err, EINVAL, "guest setting '%s': no such name", assignment);
	if (!assignment[length] || !*text)
		return bt_err_set(err, EINVAL, "guest setting %s: a value is needed",
				  setting->name);
	field = (char *)options + setting->offset;
	if (setting->kind == LIST)
		return add_to_list(setting, field, text, err);
	if (setting->kind != TEXT)
		return set_number(setting, field, text, err);
	*(const char **)field = text;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/* The lines of a kernel's configuration that make it one for our guests. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/build_part.h"

enum use {
	NEEDED,		/* no guest, or not this mode, without it */
	WANTED,		/* something is not seen, or is slower */
	OFF		/* costs time, or files that only the maker of the configuration has */
};

struct line {
	const char *name;	/* without CONFIG_ */
	enum use use;
	const char *value;	/* NULL: off */
};

#define NEED(name) { #name, NEEDED, "y" }
#define WANT(name) { #name, WANTED, "y" }

static const struct line all[] = {
	/* what it boots by: qemu.c's machine, init.c's file systems, a console, static programs */
	NEED(64BIT), NEED(SMP), NEED(PCI), NEED(ACPI), NEED(PRINTK), NEED(TTY), NEED(SERIAL_8250),
	NEED(SERIAL_8250_CONSOLE), NEED(BLK_DEV_INITRD), NEED(BINFMT_ELF), NEED(PROC_FS),
	NEED(SYSFS), NEED(DEVTMPFS), NEED(TMPFS), NEED(SHMEM),
	/* what agent and workloads call */
	NEED(MULTIUSER), NEED(FUTEX), NEED(EPOLL), NEED(EVENTFD), NEED(SIGNALFD), NEED(TIMERFD),
	NEED(POSIX_TIMERS), NEED(ADVISE_SYSCALLS), NEED(FILE_LOCKING), NEED(NET), NEED(UNIX),
	/* the module */
	NEED(MODULES), WANT(MODULE_UNLOAD),
	/* the devices: ports, and how memory leaves and enters */
	NEED(VIRTIO_MENU), NEED(VIRTIO_PCI), NEED(VIRTIO_CONSOLE), NEED(VIRTIO_BALLOON),
	NEED(PAGE_REPORTING), NEED(COMPACTION), NEED(MEMORY_HOTPLUG), NEED(MEMORY_HOTREMOVE),
	NEED(CONTIG_ALLOC), WANT(EXCLUSIVE_SYSTEM_RAM), NEED(VIRTIO_MEM), WANT(NUMA),
	WANT(ACPI_NUMA), WANT(TRANSPARENT_HUGEPAGE),
	/* what is measured, and by what clock */
	NEED(PROC_SYSCTL), WANT(VM_EVENT_COUNTERS), WANT(PROC_PAGE_MONITOR),
	WANT(HIGH_RES_TIMERS), WANT(HYPERVISOR_GUEST), WANT(PARAVIRT), WANT(KVM_GUEST),
	WANT(CGROUPS), WANT(MEMCG), WANT(PSI), WANT(DEBUG_FS), WANT(KALLSYMS),
	/* disks and shells of guests */
	WANT(BLOCK), WANT(BLK_DEV), WANT(VIRTIO_BLK), WANT(EXT4_FS), WANT(BINFMT_SCRIPT),
	WANT(UNIX98_PTYS),
	/* a distribution's configuration names keys that are its own, and wants BTF of pahole */
	{ "MODULE_SIG", OFF, NULL }, { "SYSTEM_TRUSTED_KEYS", OFF, "\"\"" },
	{ "SYSTEM_REVOCATION_KEYS", OFF, "\"\"" }, { "DEBUG_INFO_BTF", OFF, NULL },
};

/* The huge balloon is a branch of hyperalloc-linux without an option that could be named here. */
static const struct line llfree[] = {
	NEED(LLFREE), NEED(VIRTIO_LLFREE_BALLOON),
};

static const struct lines {
	const struct line *line;
	unsigned count;
} of_parts[] = {
	[BT_PARTS_STOCK] = { NULL, 0 },
	[BT_PARTS_HUGE] = { NULL, 0 },
	[BT_PARTS_LLFREE] = { llfree, BT_ARRAY_SIZE(llfree) },
};

/* The i-th line that counts for a mode; NULL behind the last. */
static const struct line *line_at(enum bt_mode_parts parts, unsigned i)
{
	if (i < BT_ARRAY_SIZE(all))
		return &all[i];
	i -= (unsigned)BT_ARRAY_SIZE(all);
	return i < of_parts[parts].count ? &of_parts[parts].line[i] : NULL;
}

static void write_line(FILE *out, const struct line *line)
{
	if (line->value)
		fprintf(out, "CONFIG_%s=%s\n", line->name, line->value);
	else
		fprintf(out, "# CONFIG_%s is not set\n", line->name);
}

static void write_all(FILE *out, enum bt_mode_parts parts)
{
	const struct line *line;

	for (unsigned i = 0; (line = line_at(parts, i)); i++)
		write_line(out, line);
}

/* "CONFIG_EXT4_FS=m" becomes "# CONFIG_EXT4_FS is not set". */
static void copy_line(FILE *out, const char *line, size_t length)
{
	if (length > 2 && !strncmp(line, "CONFIG_", 7) && !strncmp(line + length - 2, "=m", 2))
		fprintf(out, "# %.*s is not set\n", (int)length - 2, line);
	else
		fprintf(out, "%.*s\n", (int)length, line);
}

char *build_config_text(const char *base, enum bt_mode_parts parts)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	while (out && *base) {
		size_t length = strcspn(base, "\n");

		copy_line(out, base, length);
		base += length + (base[length] == '\n');
	}
	if (out) {
		write_all(out, parts);
		fclose(out);
	}
	return text ? text : bt_xstrdup("");
}

static bool came_true(const char *config, const struct line *line)
{
	char wanted[64];
	const char *found;
	size_t length;

	length = (size_t)snprintf(wanted, sizeof(wanted), "CONFIG_%s=y\n", line->name);
	for (found = config; (found = strstr(found, wanted)); found += length) {
		if (found == config || found[-1] == '\n')
			return true;
	}
	return line->use == OFF;
}

static void add_name(char *list, size_t size, const char *name)
{
	size_t used = strlen(list);

	snprintf(list + used, size - used, " CONFIG_%s", name);
}

int build_config_check(const char *config, enum bt_mode_parts parts, char *lost, size_t size,
		       struct bt_err *err)
{
	char needed[BT_ERR_TEXT / 2] = "";
	const struct line *line;

	*lost = '\0';
	for (unsigned i = 0; (line = line_at(parts, i)); i++) {
		if (came_true(config, line))
			continue;
		if (line->use == NEEDED)
			add_name(needed, sizeof(needed), line->name);
		else
			add_name(lost, size, line->name);
	}
	if (!*needed)
		return 0;
	return bt_err_set(err, ENODEV, "this kernel has or takes no%s: %s", needed,
			  parts == BT_PARTS_LLFREE && strstr(needed, "LLFREE") ?
			  "is it an LLFree branch of hyperalloc-linux?" :
			  "what they depend on is off in --config, or they have another name");
}

uint64_t build_config_hash(enum bt_mode_parts parts)
{
	char *text = build_config_text("", parts);
	uint64_t hash = build_hash(text, strlen(text));

	free(text);
	return hash;
}

// SPDX-License-Identifier: GPL-2.0
/* Which settings there are, how they are now, and what the lab wants of them. */
#include "lab/host.h"

#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/files.h"
#include "lab/host_row.h"

#define CPU "/sys/devices/system/cpu/"
#define POLICY CPU "cpufreq/policy*/"
#define THP "/sys/kernel/mm/transparent_hugepage/"

/*
 * In the order in which they are set: SMT takes CPUs and their cpufreq policies away, turbo changes
 * how high a minimum can be. Meaning and values are those of Documentation/ABI/testing/
 * sysfs-devices-system-cpu, admin-guide/pm/{cpufreq,intel_pstate}.rst, admin-guide/mm/
 * {transhuge,ksm}.rst and admin-guide/sysctl/kernel.rst. QEMU has its guests' memory merged by KSM
 * where that runs, and balancing of NUMA nodes unmaps it to see who comes.
 */
const struct host_row host_rows[] = {
	{ "smt", CPU "smt/control", .wanted = "off", .as_good = "forceoff notsupported",
	  .hopeless = "notimplemented" },
	{ "turbo", CPU "intel_pstate/no_turbo", .wanted = "1" },
	{ "turbo", CPU "cpufreq/boost", .wanted = "0" },
	{ "governor", POLICY "scaling_governor", .wanted = "performance",
	  .listed_in = "scaling_available_governors" },
	{ "min-frequency", POLICY "scaling_min_freq", .wanted_of = "scaling_max_freq" },
	{ "min-frequency", CPU "intel_pstate/min_perf_pct", .wanted_of = "max_perf_pct" },
	{ "thp", THP "enabled", .wanted = "always" },
	{ "thp-defrag", THP "defrag", .wanted = "madvise" },
	{ "numa-balancing", "/proc/sys/kernel/numa_balancing", .wanted = "0" },
	{ "ksm", "/sys/kernel/mm/ksm/run", .wanted = "0" },
	{ 0 }
};

const struct host_row *host_row_find(const char *name, const char *path)
{
	for (const struct host_row *row = host_rows; row->name; row++) {
		if (!strcmp(row->name, name) && !fnmatch(row->pattern, path, FNM_PATHNAME))
			return row;
	}
	return NULL;
}

/* ---- lists --------------------------------------------------------------------------------- */

struct bt_host *host_create(const char *root)
{
	struct bt_host *host = bt_xcalloc(1, sizeof(*host));

	host->root = bt_xstrdup(root);
	return host;
}

void bt_host_free(struct bt_host *host)
{
	if (!host)
		return;
	free(host->settings);
	free(host->root);
	free(host);
}

struct bt_host_setting *host_add(struct bt_host *host, const char *name, const char *path)
{
	struct bt_host_setting *setting;

	host->settings = bt_xrealloc(host->settings, host->count + 1, sizeof(*host->settings));
	setting = &host->settings[host->count++];
	*setting = (struct bt_host_setting){ .name = name };
	snprintf(setting->path, sizeof(setting->path), "%s", path);
	return setting;
}

unsigned bt_host_count(const struct bt_host *host, enum bt_host_state state)
{
	unsigned count = 0;

	for (unsigned i = 0; i < host->count; i++)
		count += host->settings[i].state == state;
	return count;
}

/* A whole word of a list with blanks, or with commas, between. */
static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; at && *at; at += strspn(at, " ,")) {
		size_t part = strcspn(at, " ,");

		if (part == length && !strncmp(at, word, length))
			return true;
		at += part;
	}
	return false;
}

/* ---- values -------------------------------------------------------------------------------- */

bool host_read(const struct bt_host *host, const char *path, char *to, size_t size)
{
	if (!lab_line(host->root, path, to, size))
		return false;
	if (strchr(to, '['))
		bt_keep_chosen(to);
	return true;
}

static bool read_beside(const struct bt_host *host, const char *path, const char *name, char *to,
			size_t size)
{
	char beside[PATH_MAX];

	snprintf(beside, sizeof(beside), "%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
	return host_read(host, beside, to, size);
}

bool host_want(const struct bt_host *host, const struct host_row *row,
	       struct bt_host_setting *setting)
{
	char list[256];

	snprintf(setting->set, sizeof(setting->set), "%s", row->wanted ? row->wanted : "");
	if (row->wanted_of &&
	    !read_beside(host, setting->path, row->wanted_of, setting->set, sizeof(setting->set))) {
		snprintf(setting->why, sizeof(setting->why), "%s beside it cannot be read",
			 row->wanted_of);
		return false;
	}
	if (row->listed_in &&
	    read_beside(host, setting->path, row->listed_in, list, sizeof(list)) &&
	    !has_word(list, setting->set)) {
		snprintf(setting->why, sizeof(setting->why), "the driver has only: %.100s", list);
		return false;
	}
	return true;
}

/* ---- the plan ------------------------------------------------------------------------------ */

static enum bt_host_state examine(const struct bt_host *host, const struct host_row *row,
				  struct bt_host_setting *setting)
{
	char path[PATH_MAX];

	if (!host_read(host, setting->path, setting->now, sizeof(setting->now))) {
		snprintf(setting->why, sizeof(setting->why), "cannot be read");
		return BT_HOST_CANNOT;
	}
	memcpy(setting->was, setting->now, sizeof(setting->was));
	if (has_word(row->as_good, setting->now))
		return BT_HOST_SAME;
	if (has_word(row->hopeless, setting->now)) {
		snprintf(setting->why, sizeof(setting->why), "%s", setting->now);
		return BT_HOST_CANNOT;
	}
	if (!host_want(host, row, setting))
		return BT_HOST_CANNOT;
	if (!strcmp(setting->now, setting->set))
		return BT_HOST_SAME;
	if (!access(lab_path(path, host->root, "%s", setting->path), W_OK))
		return BT_HOST_CHANGE;
	snprintf(setting->why, sizeof(setting->why), "%s%s", strerror(errno),
		 errno == EACCES ? " (root may)" : "");
	return BT_HOST_CANNOT;
}

static void add_files(struct bt_host *host, const struct host_row *row)
{
	size_t head = strlen(host->root);
	char pattern[PATH_MAX];
	glob_t files;

	if (glob(lab_path(pattern, host->root, "%s", row->pattern), 0, NULL, &files))
		return;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct bt_host_setting *setting = host_add(host, row->name, files.gl_pathv[i] + head);

		setting->state = examine(host, row, setting);
	}
	globfree(&files);
}

static bool has_setting(const struct bt_host *host, const char *name)
{
	for (unsigned i = 0; i < host->count; i++) {
		if (!strcmp(host->settings[i].name, name))
			return true;
	}
	return false;
}

/* Some have several files, of which a machine may have one. */
static void add_absent(struct bt_host *host, const struct host_row *row)
{
	struct bt_host_setting *setting;

	if (has_setting(host, row->name))
		return;
	setting = host_add(host, row->name, "");
	setting->state = BT_HOST_CANNOT;
	snprintf(setting->why, sizeof(setting->why), "not on this machine");
}

static int check_names(const char *list, struct bt_err *err)
{
	char *copy = bt_xstrdup(list), *rest = copy, *word;
	const struct host_row *row;
	int code = 0;

	while (!code && (word = strsep(&rest, ","))) {
		for (row = host_rows; row->name && strcmp(row->name, word); row++)
			;
		if (!row->name)
			code = bt_err_set(err, EINVAL, "--keep: '%s' is no setting (smt, turbo, "
					  "governor, min-frequency, thp, thp-defrag, numa-balancing, "
					  "ksm)", word);
	}
	free(copy);
	return code;
}

int bt_host_plan(struct bt_host **host, const char *root, const char *keep, struct bt_err *err)
{
	const struct host_row *row;
	int code = keep ? check_names(keep, err) : 0;

	*host = NULL;
	if (code)
		return code;
	*host = host_create(root);
	for (row = host_rows; row->name; row++) {
		if (!has_word(keep, row->name))
			add_files(*host, row);
	}
	for (row = host_rows; row->name; row++) {
		if (!has_word(keep, row->name))
			add_absent(*host, row);
	}
	return 0;
}

/* ---- in words ------------------------------------------------------------------------------ */

static bool alike(const struct bt_host_setting *a, const struct bt_host_setting *b)
{
	return a->state == b->state && !strcmp(a->name, b->name) && !strcmp(a->was, b->was) &&
	       !strcmp(a->set, b->set) && !strcmp(a->now, b->now) && !strcmp(a->why, b->why);
}

static void print_setting(FILE *out, const struct bt_host_setting *setting, bool back)
{
	fprintf(out, "%-15s ", setting->name);
	switch (setting->state) {
	case BT_HOST_CHANGE:
		fprintf(out, "%s -> %s", back ? setting->set : setting->was,
			back ? setting->was : setting->set);
		break;
	case BT_HOST_SAME:
		fprintf(out, "%s, as it %s", setting->now, back ? "was" : "should be");
		break;
	case BT_HOST_FOREIGN:
		fprintf(out, "%s, changed by others: it was %s, and set to %s",
			*setting->now ? setting->now : "gone", setting->was, setting->set);
		break;
	default:
		fprintf(out, "%s%scannot be %s: %s", setting->now, *setting->now ? ", " : "",
			back ? "put back" : "set", setting->why);
	}
}

void bt_host_print(FILE *out, const struct bt_host *host, bool back)
{
	const struct bt_host_setting *setting = host->settings;
	unsigned i, next;

	for (i = 0; i < host->count; i = next) {
		for (next = i + 1; next < host->count && alike(&setting[i], &setting[next]);)
			next++;
		print_setting(out, &setting[i], back);
		if (next - i > 1)
			fprintf(out, " (%u of them)", next - i);
		putc('\n', out);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The device's own times of a resize, out of QEMU's trace. A line of its log begins with thread
 * and UTC, "1234@1764374400.123456:virtio_balloon_set_config ..."; an unmodified QEMU writes one
 * when the guest has told of its progress, which virtio-balloon's driver does after each MiB, and
 * virtio-mem's for each block.
 *
 * The builds of hyperalloc-qemu print lines of their own, the very times that the HyperAlloc
 * benchmarks are made of: ll_balloon_resize() and ll_balloon_update_size() do, by info_report()
 * (hw/virtio/virtio-llfree-balloon.c at ab72a8a); of virtio-balloon and virtio-mem the words are
 * those that hyperalloc-bench looks for (inflate/bench.py, parse_output()).
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/bench.h"

#define LINE_SIZE 256

/* The clocks differ by microseconds, and an answer is on its way for as long: some slack. */
#define SLACK_NS 1e6

static bool is_resize(const struct bt_lab_mark *mark, unsigned vm)
{
	return mark->vm == vm && isfinite(mark->end_ns) &&
	       (!strcmp(mark->kind, "shrink") || !strcmp(mark->kind, "grow"));
}

bool bt_lab_trace_line(const char *line, int64_t *utc_ns)
{
	char seconds[11], us[7];
	int used = 0;

	if (sscanf(line, "%*d@%10[0-9].%6[0-9]:%n", seconds, us, &used) != 2 || !used ||
	    strlen(us) != 6 || *seconds > '8' || strncmp(line + used, "virtio_", 7))
		return false;
	*utc_ns = strtoll(seconds, NULL, 10) * (int64_t)BT_NS_PER_S + strtoll(us, NULL, 10) * 1000;
	return true;
}

bool bt_lab_marker_line(const char *line, bool *end, uint64_t *mono_ns)
{
	static const struct {
		const char *word;
		bool end;
	} markers[] = {
		{ " llfree_balloon_start ", false }, { " llfree_balloon_end ", true },
		{ " virtio_balloon_start ", false }, { " virtio_balloon_end ", true },
		{ " virtio_mem_config at ", false }, { " virtio_mem_end ", true },
	};
	char number[20];
	int used = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(markers); i++) {
		const char *at = strstr(line, markers[i].word);

		if (!at)
			continue;
		at += strlen(markers[i].word);
		if (sscanf(at, "%19[0-9] ns%n", number, &used) != 1 || !used)
			return false;
		*end = markers[i].end;
		return !bt_parse_u64(number, mono_ns);
	}
	return false;
}

static void add_device_time(struct bt_lab *lab, const struct bt_lab_mark *mark, double first_ns,
			    double last_ns)
{
	char key[64];

	snprintf(key, sizeof(key), "%s_device_ns", mark->kind);
	bt_lab_run_value(lab->run, key, last_ns > first_ns ? last_ns - first_ns : NAN);
}

static bool is_within(const struct bt_lab_mark *mark, double at_ns)
{
	return at_ns >= mark->begin_ns - SLACK_NS && at_ns <= mark->end_ns + SLACK_NS;
}

/* From the first begin to the last end: HyperAlloc tries again when the page cache has shrunk. */
static void take_marked(FILE *file, struct bt_lab *lab, const struct bt_lab_mark *mark)
{
	double first_ns = NAN, last_ns = NAN;
	char line[LINE_SIZE];
	uint64_t mono_ns;
	bool end;

	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		double at_ns;

		if (!bt_lab_marker_line(line, &end, &mono_ns))
			continue;
		at_ns = bt_lab_at(lab, mono_ns);
		if (!is_within(mark, at_ns))
			continue;
		if (!end && isnan(first_ns))
			first_ns = at_ns;
		if (end)
			last_ns = at_ns;
	}
	add_device_time(lab, mark, first_ns, last_ns);
}

static bool has_markers(FILE *file)
{
	char line[LINE_SIZE];
	uint64_t mono_ns;
	bool end, found = false;

	while (!found && fgets(line, sizeof(line), file))
		found = bt_lab_marker_line(line, &end, &mono_ns);
	return found;
}

static void take_span(FILE *file, struct bt_lab *lab, const struct bt_lab_mark *mark)
{
	double first_ns = NAN, last_ns = NAN, at_ns;
	char line[LINE_SIZE];
	int64_t utc_ns;

	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		if (!bt_lab_trace_line(line, &utc_ns))
			continue;
		at_ns = bt_lab_at(lab, (uint64_t)(utc_ns - lab->utc_offset_ns));
		if (!is_within(mark, at_ns))
			continue;
		if (isnan(first_ns))
			first_ns = at_ns;
		last_ns = at_ns;
	}
	add_device_time(lab, mark, first_ns, last_ns);
}

static void take_each(FILE *file, struct bt_lab *lab, unsigned vm,
		      void (*take)(FILE *file, struct bt_lab *lab, const struct bt_lab_mark *mark))
{
	for (unsigned i = 0; i < lab->run->mark_count; i++) {
		if (is_resize(&lab->run->marks[i], vm))
			take(file, lab, &lab->run->marks[i]);
	}
}

int bt_lab_take_markers(struct bt_lab *lab, const char *path, unsigned vm, struct bt_err *err)
{
	FILE *file = fopen(path, "re");
	bool found;

	if (!file)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	found = has_markers(file);
	if (found)
		take_each(file, lab, vm, take_marked);
	fclose(file);
	return found;
}

int bt_lab_take_trace(struct bt_lab *lab, const char *path, unsigned vm, struct bt_err *err)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	take_each(file, lab, vm, take_span);
	fclose(file);
	return 0;
}

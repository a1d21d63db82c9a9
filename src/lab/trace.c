// SPDX-License-Identifier: GPL-2.0
/*
 * The device's own times of a resize, out of QEMU's trace. A line of its log begins with thread
 * and UTC, "1234@1764374400.123456:virtio_balloon_set_config ..."; an unmodified QEMU writes one
 * when the guest has told of its progress, which virtio-balloon's driver does after each MiB, and
 * virtio-mem's for each block.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "lab/bench.h"

#define LINE_SIZE 256

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

/* The clocks differ by microseconds, and an answer is on its way for as long: some slack. */
#define SLACK_NS 1e6

static void take_span(FILE *file, struct bt_lab *lab, const struct bt_lab_mark *mark)
{
	double first_ns = NAN, last_ns = NAN, at_ns;
	char line[LINE_SIZE], key[64];
	int64_t utc_ns;

	rewind(file);
	while (fgets(line, sizeof(line), file)) {
		if (!bt_lab_trace_line(line, &utc_ns))
			continue;
		at_ns = bt_lab_at(lab, (uint64_t)(utc_ns - lab->utc_offset_ns));
		if (at_ns < mark->begin_ns - SLACK_NS || at_ns > mark->end_ns + SLACK_NS)
			continue;
		if (isnan(first_ns))
			first_ns = at_ns;
		last_ns = at_ns;
	}
	snprintf(key, sizeof(key), "%s_device_ns", mark->kind);
	bt_lab_run_value(lab->run, key, last_ns > first_ns ? last_ns - first_ns : NAN);
}

int bt_lab_take_trace(struct bt_lab *lab, const char *path, unsigned vm, struct bt_err *err)
{
	FILE *file = fopen(path, "re");

	if (!file)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	for (unsigned i = 0; i < lab->run->mark_count; i++) {
		if (is_resize(&lab->run->marks[i], vm))
			take_span(file, lab, &lab->run->marks[i]);
	}
	fclose(file);
	return 0;
}

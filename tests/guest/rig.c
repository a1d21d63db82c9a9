// SPDX-License-Identifier: GPL-2.0
#include "rig.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/param.h"
#include "oracle.h"

bool rig_check(struct rig *rig, bool ok, const char *format, ...)
{
	va_list args;

	printf("%s %s: ", ok ? "ok" : "FAIL", rig->scenario);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (ok)
		rig->passed++;
	else
		rig->failed++;
	return ok;
}

void rig_skip(struct rig *rig, const char *reason)
{
	printf("skip %s: %s\n", rig->scenario, reason);
	rig->skipped++;
}

bool rig_near(uint64_t got, uint64_t want, double percent)
{
	double difference = got > want ? (double)(got - want) : (double)(want - got);

	return difference <= (double)want * percent / 100;
}

/* One step of the session, waiting at most limit_ms for something to do. */
static void step(struct rig *rig, int limit_ms)
{
	struct pollfd wait = {.fd = bt_session_fd(rig->session), .events = POLLIN};

	if (poll(&wait, 1, limit_ms) > 0)
		bt_session_step(rig->session);
}

static bool has_frame(const struct bt_frame *frame, uint64_t argument)
{
	(void)argument;
	return frame->has_module;
}

bool rig_until(struct rig *rig, bool (*done)(const struct bt_frame *frame, uint64_t argument),
	       uint64_t argument, unsigned limit_ms)
{
	uint64_t end = oracle_deadline_ns(limit_ms);

	do {
		const struct bt_frame *frame;

		step(rig, 20);
		frame = bt_session_frame(rig->session);
		if (frame && done(frame, argument))
			return true;
	} while (bt_mono_ns() < end);
	return false;
}

bool rig_open(struct rig *rig, const char *source)
{
	struct bt_session_options options = {
		.source = source, .interval_ns = 100 * BT_NS_PER_MS, .history = true,
		.serve = rig->serve,
	};
	struct bt_err err = {0};

	if (bt_session_open(&rig->session, &options, &err) < 0)
		return rig_check(rig, false, "the session opens: %s", err.text);
	if (!rig_until(rig, has_frame, 0, 20000))
		return rig_check(rig, false, "a frame arrives within 20 s");
	return true;
}

void rig_close(struct rig *rig)
{
	bt_session_close(rig->session);
	rig->session = NULL;
}

void rig_wait_ms(struct rig *rig, unsigned ms)
{
	uint64_t end = oracle_deadline_ns(ms);

	while (bt_mono_ns() < end)
		step(rig, 20);
}

static bool read_after(const struct bt_frame *frame, uint64_t mono_ns)
{
	return frame->mono_ns > mono_ns;
}

const struct bt_frame *rig_fresh(struct rig *rig)
{
	/*
	 * Agent and test have the same clock. Frames from before may still be waiting, and the first of
	 * after may have been under way already.
	 */
	rig_until(rig, read_after, bt_mono_ns(), 20000);
	rig_until(rig, read_after, bt_session_frame(rig->session)->mono_ns, 20000);
	return bt_session_frame(rig->session);
}

struct bt_frame_totals rig_totals(struct rig *rig)
{
	struct bt_frame_totals totals;

	bt_frame_totals(rig_fresh(rig), &totals);
	return totals;
}

static bool applied(const struct bt_frame *frame, uint64_t after)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return frame->config.generation > after && totals.applied == totals.online;
}

static int assign_all(struct rig *rig, const char *assignments, struct bt_config *config,
		      struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(bt_session_machine(rig->session));
	char *copy = bt_xstrdup(assignments), *save, *word;
	int ret = 0;

	*config = *bt_session_config(rig->session);
	for (word = strtok_r(copy, " ", &save); word && !ret; word = strtok_r(NULL, " ", &save))
		ret = bt_param_assign(config, word, &limits, err);
	free(copy);
	return ret;
}

int rig_config(struct rig *rig, const char *assignments, struct bt_config *config,
	       struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(bt_session_machine(rig->session));
	int ret = assign_all(rig, assignments, config, err);

	config->generation = 0;
	return ret ? ret : bt_config_check(config, &limits, err);
}

bool rig_publish(struct rig *rig, const char *assignments, enum bt_run run)
{
	uint64_t before = bt_session_frame(rig->session)->config.generation;
	struct bt_config config;
	struct bt_err err = {0};
	int ret = assign_all(rig, assignments, &config, &err);

	config.run = run;
	if (!ret)
		ret = bt_session_publish(rig->session, &config, "scenario", &err);
	if (ret)
		return rig_check(rig, false, "publishing '%s': %s", assignments, err.text);
	if (!rig_until(rig, applied, before, 20000))
		return rig_check(rig, false, "'%s' is adopted by every CPU within 20 s", assignments);
	return true;
}

static bool drained(const struct bt_frame *frame, uint64_t argument)
{
	struct bt_frame_totals totals;

	(void)argument;
	bt_frame_totals(frame, &totals);
	return totals.held_blocks == 0 && totals.applied == totals.online;
}

bool rig_drain(struct rig *rig)
{
	return rig_publish(rig, "", BT_RUN_DRAIN) &&
	       (rig_until(rig, drained, 0, 20000) ||
		rig_check(rig, false, "the drain ends within 20 s"));
}

bool rig_holds(const struct bt_frame *frame, uint64_t bytes)
{
	struct bt_frame_totals totals;

	bt_frame_totals(frame, &totals);
	return totals.held_pages * 4096 >= bytes;
}

int rig_load_module(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = syscall(SYS_finit_module, fd, parameters, 0) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

pid_t rig_process(const char *name)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	pid_t found = -1;

	while (proc && found < 0 && (entry = readdir(proc))) {
		char path[280], comm[32] = "";
		FILE *file;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(comm, sizeof(comm), file)) {
			comm[strcspn(comm, "\n")] = '\0';
			found = strcmp(comm, name) ? -1 : atoi(entry->d_name);
		}
		if (file)
			fclose(file);
	}
	if (proc)
		closedir(proc);
	return found;
}

struct bt_frame *rig_copy(struct rig *rig)
{
	struct bt_frame *copy = bt_frame_create(bt_session_machine(rig->session));

	bt_frame_copy(copy, rig_fresh(rig));
	return copy;
}

struct bt_interval *rig_interval(struct rig *rig, const struct bt_frame *older,
				 const struct bt_frame *newer)
{
	struct bt_interval *interval = bt_interval_create(bt_session_machine(rig->session));

	bt_interval_derive(interval, older, newer);
	return interval;
}

// SPDX-License-Identifier: GPL-2.0
/* buddytop --plain and --batch: one loop, three ways to print an interval. */
#include "cmd/stream.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/loads.h"
#include "core/param.h"
#include "frame/metric.h"
#include "frame/point_json.h"

#define BATCH_VERSION 1u
#define FIRST_NS (30 * BT_NS_PER_S)
#define METRICS_MAX 128u

struct stream {
	const struct stream_values *values;
	struct bt_session *session;
	struct bt_json_writer *writer;
	uint64_t seen_number, seen_event, printed;
	double told[METRICS_MAX];	/* plain: each metric when it was printed last */
	bool any_told;
};

/* ---- for scripts ------------------------------------------------------------------------ */

static void print_json(struct stream *s, const struct bt_point *point)
{
	struct bt_json_writer *w = s->writer;
	const char *text;
	size_t size;

	bt_json_writer_reset(w);
	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-batch");
	bt_json_u64(w, "version", BATCH_VERSION);
	bt_json_end_object(w);
	bt_point_encode_members(w, point);
	bt_json_end_object(w);
	text = bt_json_writer_text(w, &size);
	printf("%s\n", text ? text : "");
}

/* The first line names the columns; what is not known is empty. */
static void print_columns(struct stream *s, const struct bt_point *point)
{
	char utc[32];

	if (!s->printed) {
		printf("utc\tlength_ns\trun\tgeneration");
		for (unsigned i = 0; i < bt_metric_count; i++)
			printf("\t%s", bt_metrics[i].key);
		putchar('\n');
	}
	bt_utc_text(point->utc_ns, utc, sizeof(utc));
	printf("%s\t%llu\t%s\t%llu", utc, (unsigned long long)point->length_ns,
	       bt_run_name(point->run), (unsigned long long)point->generation);
	for (unsigned i = 0; i < bt_metric_count; i++) {
		double value = bt_metric_value(&bt_metrics[i], point);

		putchar('\t');
		if (!isnan(value))
			printf("%.15g", value);
	}
	putchar('\n');
}

/* ---- for people ------------------------------------------------------------------------- */

static const char *time_text(const struct stream *s, int64_t utc_ns, uint64_t mono_ns, char buf[32])
{
	struct bt_session_status status;

	bt_session_status(s->session, &status);
	/* Before the first sample a virtual clock has not begun. */
	if (status.virtual_clock && !mono_ns)
		snprintf(buf, 32, "?");
	else if (status.virtual_clock)
		snprintf(buf, 32, "%.1f s", (double)mono_ns / (double)BT_NS_PER_S);
	else
		bt_utc_text(utc_ns, buf, 32);
	return buf;
}

static void print_events(struct stream *s)
{
	uint64_t first = bt_session_event_first(s->session), last;
	char time[32];

	last = bt_session_event_last(s->session);
	if (s->seen_event > last) /* a log that began anew */
		s->seen_event = 0;
	if (first && s->seen_event + 1 < first)
		s->seen_event = first - 1;
	while (s->seen_event < last) {
		const struct bt_event *event = bt_session_event(s->session, ++s->seen_event);

		printf("%s: event: %s, by %s: %s\n",
		       time_text(s, event->utc_ns, event->mono_ns, time),
		       bt_event_kind_name[event->kind], event->who, event->text);
	}
}

/* Of two numbers that are both known, or of which one is: whether it is worth a line. */
static bool has_changed(const struct stream *s, const struct bt_metric *metric, double before,
			double now)
{
	double percent = (double)s->values->changes_percent;

	/* Of most machines there is no host, most loads make no bulk calls. */
	if (metric->rare && isnan(now) && isnan(before))
		return false;
	if (!s->any_told || !percent || isnan(before) != isnan(now))
		return true;
	return !isnan(now) && now != before &&
	       fabs(now - before) * 100 >= percent * fabs(before);
}

static void print_head(struct stream *s, const struct bt_point *point)
{
	static const char *const reality[] = {
		[BT_REAL] = "", [BT_EMULATED] = ", EMULATED", [BT_SIMULATED] = ", SIMULATED",
	};
	const struct bt_machine *machine = bt_session_machine(s->session);
	char time[32];

	printf("%s: host %s, source %s%s, load %s, generation %llu\n",
	       time_text(s, point->utc_ns, point->mono_ns, time), machine->host, machine->source,
	       reality[machine->reality], bt_run_name(point->run),
	       (unsigned long long)point->generation);
}

static void print_plain(struct stream *s, const struct bt_point *point)
{
	static const struct bt_units units;
	bool headed = false;
	char text[32];

	for (unsigned i = 0; i < bt_metric_count && i < METRICS_MAX; i++) {
		double now = bt_metric_value(&bt_metrics[i], point);

		if (!has_changed(s, &bt_metrics[i], s->told[i], now))
			continue;
		if (!headed)
			print_head(s, point);
		headed = true;
		s->told[i] = now;
		printf("%s: %s\n", bt_metrics[i].label,
		       isnan(now) ? "unknown" :
				    bt_metric_text(&bt_metrics[i], &units, now, text, sizeof(text)));
	}
	s->any_told = true;
	if (headed)
		putchar('\n');
}

/* ---- the loop --------------------------------------------------------------------------- */

/* The first point of a session has no time before it, so no rates. */
static void print_points(struct stream *s)
{
	const struct bt_history *history = bt_session_history(s->session);
	const struct bt_point *point = bt_history_at(history, BT_TIER_SAMPLE, 0);
	unsigned age;

	if (!point || point->number == s->seen_number)
		return;
	age = bt_history_age(history, BT_TIER_SAMPLE, s->seen_number + 1) + 1;
	while (age-- > 0 && (!s->values->count || s->printed < s->values->count)) {
		point = bt_history_at(history, BT_TIER_SAMPLE, age);
		s->seen_number = point->number;
		if (!point->length_ns)
			continue;
		if (s->values->plain)
			print_plain(s, point);
		else if (s->values->json)
			print_json(s, point);
		else
			print_columns(s, point);
		s->printed++;
	}
}

/* Of scripts a lost source is the end; a listener is told, and told again when it is back. */
static int state_of(const struct stream *s, bool *end, struct bt_err *err)
{
	struct bt_session_status status;

	bt_session_status(s->session, &status);
	*end = status.state == BT_SESSION_ENDED ||
	       (s->values->count && s->printed >= s->values->count);
	if (!*end && status.state == BT_SESSION_LOST && s->values->batch)
		return bt_err_set(err, EIO, "source lost: %s", status.error.text);
	return 0;
}

static int follow(struct stream *s, int stop_fd, struct bt_err *err)
{
	struct pollfd fds[] = {
		{ .fd = bt_session_fd(s->session), .events = POLLIN },
		{ .fd = stop_fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO, .events = 0 },	/* POLLERR: nobody reads any more */
	};
	bool end = false;
	int rc = 0;

	while (!rc && !end) {
		bt_session_step(s->session);
		if (s->values->plain)
			print_events(s);
		print_points(s);
		if (fflush(stdout))
			return bt_err_set(err, EIO, "standard output: %s", strerror(errno));
		rc = state_of(s, &end, err);
		if (rc || end)
			break;
		poll(fds, BT_ARRAY_SIZE(fds), -1);
		end = fds[1].revents || fds[2].revents;
	}
	return rc;
}

static bool controls(const struct stream_values *values)
{
	return values->start || values->set.count || values->load;
}

/* What is set by hand wins over the load. */
static int control(struct bt_session *session, const struct stream_values *values,
		   const struct bt_load *load, struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(bt_session_machine(session));
	struct bt_config config = *bt_session_config(session);
	char note[BT_ERR_TEXT];
	int rc = 0;

	if (!controls(values))
		return 0;
	if (load)
		rc = bt_session_load_config(session, load, &config, note, err);
	for (unsigned i = 0; i < values->set.count && !rc; i++)
		rc = bt_param_assign(&config, values->set.items[i] + strlen("set="), &limits, err);
	if (rc)
		return rc;
	if (load)
		return bt_session_load(session, load, &config, note, err);
	if (values->start)
		bt_config_run(&config, BT_RUN_GO);
	return bt_session_publish(session, &config, "command line", err);
}

static int check(const struct bt_cmd_call *call, const struct stream_values *values,
		 struct bt_err *err)
{
	if (values->plain && values->batch)
		return bt_err_set(err, EINVAL, "--plain and --batch contradict each other");
	if (values->start && !call->source.yes)
		return bt_err_set(err, EINVAL, "--start: the load makes the machine slower and may "
				  "take its memory; --yes agrees");
	if (values->read_only && controls(values))
		return bt_err_set(err, EINVAL, "--read-only: nothing can be set or started");
	return 0;
}

static int run(const struct bt_cmd_call *call, const struct stream_values *values,
	       const struct bt_load *load, struct bt_err *err)
{
	bool control_it = controls(values);
	int stop_fd = bt_cmd_catch_end(), rc;
	struct bt_session_options options = {
		.source_options = { .read_only = !control_it, .progress = bt_cmd_not_ended,
				    .context = &stop_fd },
		.serve = control_it,
		.lock_memory = control_it,
		.history = true,
	};
	struct stream stream = { .values = values };
	char note[BT_CMD_NOTE];

	rc = bt_cmd_session_options(call, "auto", &options, note, err);
	if (!rc)
		rc = bt_session_open(&stream.session, &options, err);
	if (rc) {
		close(stop_fd);
		return rc;
	}
	stream.writer = bt_json_writer_create(false);
	for (unsigned i = 0; i < METRICS_MAX; i++)
		stream.told[i] = NAN;
	rc = bt_session_wait_frame(stream.session, 0, FIRST_NS, stop_fd, err);
	if (!rc)
		rc = control(stream.session, values, load, err);
	if (!rc)
		rc = follow(&stream, stop_fd, err);
	bt_json_writer_free(stream.writer);
	bt_session_close(stream.session);
	close(stop_fd);
	return rc == -EINTR ? 0 : rc;
}

int stream_run(const struct bt_cmd_call *call, const struct stream_values *values,
	       struct bt_err *err)
{
	const struct bt_load *load;
	struct bt_loads *loads;
	int rc = check(call, values, err);

	if (!rc)
		rc = bt_cmd_loads_agreed(call, values->load, &loads, &load, err);
	if (rc)
		return rc;
	rc = run(call, values, load, err);
	bt_loads_free(loads);
	return rc;
}

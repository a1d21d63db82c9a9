// SPDX-License-Identifier: GPL-2.0
/* ctl with a source of its own: the load in the foreground, one line of status an interval. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/ctl.h"
#include "core/param.h"
#include "session/load.h"

#define FIRST_NS (30 * BT_NS_PER_S)

static void print_events(const struct bt_session *session, uint64_t *seen)
{
	uint64_t first = bt_session_event_first(session);

	for (*seen = *seen + 1 > first ? *seen + 1 : first; *seen <= bt_session_event_last(session);
	     ++*seen) {
		const struct bt_event *event = bt_session_event(session, *seen);

		if (event)
			printf("%s: %s\n", event->who, event->text);
	}
	--*seen;
}

static void print_status(const struct bt_session *session)
{
	static const char *const reality[] = {
		[BT_REAL] = "", [BT_EMULATED] = "EMULATED ", [BT_SIMULATED] = "SIMULATED ",
	};
	const struct bt_interval *i = bt_session_interval(session);
	const struct bt_point *p = &i->point;
	const struct bt_latency *alloc = bt_point_alloc_latency(p);
	char rate[16], available[16], held[16], p50[16], p99[16];

	printf("%s%s gen %llu %u/%u CPUs | %s allocs/s",
	       reality[bt_session_machine(session)->reality], bt_run_name(p->run),
	       (unsigned long long)p->generation, i->totals.applied, i->totals.online,
	       bt_text_count(p->allocs_per_s, rate, sizeof(rate)));
	if (!isnan(p->remote_ratio))
		printf(" | remote %.1f %%", 100 * p->remote_ratio);
	printf(" | available %s held %s | alloc p50 %s p99 %s\n",
	       bt_text_bytes(p->available_bytes, available, sizeof(available)),
	       bt_text_bytes(p->held_bytes, held, sizeof(held)),
	       bt_text_ns(alloc->quantile_ns[BT_P50], p50, sizeof(p50)),
	       bt_text_ns(alloc->quantile_ns[BT_P99], p99, sizeof(p99)));
	fflush(stdout);
}

/* Until a signal, a lost source, or a stop that nobody here asked for. */
static int follow(struct bt_session *session, int stop_fd, struct bt_err *err)
{
	uint64_t seen = 0, seq = 0;
	const struct bt_frame *frame;
	int rc;

	for (;;) {
		/* No limit: a source that is silent is lost, and we may have been suspended. */
		rc = bt_session_wait_frame(session, seq, UINT64_MAX, stop_fd, err);
		print_events(session, &seen);
		if (rc)
			return rc == -EINTR ? 0 : rc;
		frame = bt_session_frame(session);
		seq = frame->seq;
		if (frame->ack.error)
			return bt_err_set(err, ECANCELED, "refused: %s", frame->ack.text);
		if (!frame->extra)
			print_status(session);
		if (!frame->ack.token || frame->run == BT_RUN_GO)
			continue;
		if (frame->reason == BT_REASON_TIME_LIMIT)
			return 0;
		if (frame->reason != BT_REASON_USER)
			return bt_err_set(err, ECANCELED, "the load has stopped: %s",
					  bt_reason_text(frame->reason));
	}
}

static int start(struct bt_session *session, const struct ctl_request *request, int stop_fd,
		 struct bt_err *err)
{
	struct bt_config config = *bt_session_config(session);
	char note[BT_ERR_TEXT];
	int rc = ctl_apply(request, &config, bt_session_machine(session), note, err);

	if (!rc && request->load)
		rc = bt_session_load(session, request->load, &config, note, err);
	else if (!rc)
		rc = bt_session_publish(session, &config, "ctl", err);
	return rc ? rc : follow(session, stop_fd, err);
}

int ctl_run_source(const struct bt_cmd_call *call, const struct ctl_request *request,
		   struct bt_err *err)
{
	bool start_it = request->action != CTL_GET;
	int stop_fd = bt_cmd_catch_end(), rc;
	struct bt_session_options options = {
		.source_options = { .read_only = !start_it, .progress = bt_cmd_not_ended,
				    .context = &stop_fd },
		.serve = start_it,
		.lock_memory = start_it,
	};
	char note[BT_CMD_NOTE];
	struct bt_session *session;

	rc = bt_cmd_session_options(call, NULL, &options, note, err);
	if (!rc)
		rc = bt_session_open(&session, &options, err);
	if (rc) {
		close(stop_fd);
		return rc;
	}
	rc = bt_session_wait_frame(session, 0, FIRST_NS, stop_fd, err);
	if (!rc && start_it)
		rc = start(session, request, stop_fd, err);
	else if (!rc)
		ctl_print(request, bt_session_config(session), bt_session_machine(session),
			  bt_session_frame(session));
	bt_session_close(session);
	close(stop_fd);
	return rc;
}

// SPDX-License-Identifier: GPL-2.0
/* The snapshot document: one frame with all that is needed to know what it is of. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "frame/point_json.h"
#include "session/internal.h"
#include "session/kbench.h"

#define SNAPSHOT_VERSION 2u
#define SNAPSHOT_EVENTS 64u	/* the last ones */

static void write_schema(struct bt_json_writer *w)
{
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-snapshot");
	bt_json_u64(w, "version", SNAPSHOT_VERSION);
	bt_json_end_object(w);
	bt_json_object(w, "program");
	bt_json_string(w, "name", "buddytop");
	bt_json_string(w, "version", PACKAGE_VERSION);
	bt_json_u64(w, "abi_version", BT_ABI_VERSION);
	bt_json_end_object(w);
}

static void write_session(struct bt_session *s, struct bt_json_writer *w)
{
	static const char *const names[] = {
		[BT_SESSION_LIVE] = "live", [BT_SESSION_PAUSED] = "paused",
		[BT_SESSION_LOST] = "lost", [BT_SESSION_ENDED] = "ended",
	};
	struct bt_session_status status;

	bt_session_status(s, &status);
	bt_json_object(w, "session");
	bt_json_string(w, "source", s->source);
	bt_json_string(w, "state", names[status.state]);
	if (status.state == BT_SESSION_LOST)
		bt_json_string(w, "error", status.error.text);
	bt_json_u64(w, "interval_ns", status.interval_ns);
	bt_json_u64(w, "late_samples", status.late_samples);
	bt_json_u64(w, "lost_samples", status.lost_samples);
	bt_json_end_object(w);
}

static void write_events(const struct bt_session *s, struct bt_json_writer *w)
{
	uint64_t last = s->last_event, first = bt_session_event_first(s);

	if (last > SNAPSHOT_EVENTS && first < last - SNAPSHOT_EVENTS + 1)
		first = last - SNAPSHOT_EVENTS + 1;
	bt_json_array(w, "events");
	for (uint64_t number = first; number && number <= last; number++)
		bt_event_encode(w, NULL, bt_session_event(s, number));
	bt_json_end_array(w);
}

static void write_shown(const struct bt_session *s, struct bt_json_writer *w,
			const struct bt_shown *shown)
{
	bt_json_object(w, "shown");
	bt_json_bool(w, "frozen", shown->frozen);
	bt_json_bool(w, "past", shown->past);
	if (bt_tier_ns[shown->tier])
		bt_json_u64(w, "step_ns", bt_tier_ns[shown->tier]);
	bt_point_encode(w, "point", shown->point);
	bt_json_array(w, "window");
	for (unsigned i = shown->count; i-- > 0;) {
		const struct bt_point *point = bt_history_at(s->history, shown->tier,
							     shown->age + i);

		if (point)
			bt_point_encode(w, NULL, point);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

int bt_session_snapshot(struct bt_session *s, const struct bt_shown *shown,
			struct bt_json_writer *w, struct bt_err *err)
{
	const struct bt_frame *frame = shown ? shown->frame : s->shown;
	char utc[32];

	if (!frame && (!shown || !shown->point))
		return bt_err_set(err, EAGAIN, "snapshot: no frame has arrived yet");
	bt_utc_text(frame ? frame->utc_ns : shown->point->utc_ns, utc, sizeof(utc));
	bt_json_object(w, NULL);
	write_schema(w);
	bt_json_string(w, "taken_at", utc);
	bt_machine_encode(w, "machine", &s->machine);
	write_session(s, w);
	bt_config_encode(w, "control_config", &s->config);
	if (frame)
		bt_frame_encode(w, "frame", frame);
	if (shown && shown->point)
		write_shown(s, w, shown);
	write_events(s, w);
	bt_json_end_object(w);
	return 0;
}

/* A host name in a file name: what is neither letter, digit, dot nor dash is a dash. */
static void clean_name(char *name)
{
	for (; *name; name++) {
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-",
			    *name))
			*name = '-';
	}
}

int bt_session_choose_path(const struct bt_session *s, const char *dir, const char *prefix,
			   const char *suffix, char *path, size_t size, struct bt_err *err)
{
	char host[BT_NAME], utc[32];
	int used;

	snprintf(host, sizeof(host), "%s", s->machine.host[0] ? s->machine.host : "unknown");
	clean_name(host);
	bt_utc_compact(s->shown ? s->shown->utc_ns : bt_utc_ns(), utc, sizeof(utc));
	for (unsigned copy = 1; copy < 1000; copy++) {
		char again[16] = "";

		if (copy > 1)
			snprintf(again, sizeof(again), "-%u", copy);
		used = snprintf(path, size, "%s/%s-%s-%s%s%s", dir, prefix, host, utc,
				again, suffix);
		if (used < 0 || (size_t)used >= size)
			return bt_err_set(err, ENAMETOOLONG, "the path in %s is too long", dir);
		if (access(path, F_OK))
			return 0;
	}
	return bt_err_set(err, EEXIST, "%s and its like are there already", path);
}

int bt_kbench_path(const struct bt_session *s, const char *dir, char *path, size_t size,
		   struct bt_err *err)
{
	return bt_session_choose_path(s, dir, "buddytop-kbench", ".json", path, size, err);
}

int bt_session_snapshot_file(struct bt_session *s, const struct bt_shown *shown,
			     const char *dir, char *path, size_t size, struct bt_err *err)
{
	struct bt_json_writer *w;
	const char *text;
	size_t length;
	int rc;

	if (!s->shown)
		return bt_err_set(err, EAGAIN, "snapshot: no frame has arrived yet");
	rc = bt_session_choose_path(s, dir, "buddytop", ".json", path, size, err);
	if (rc)
		return rc;
	w = bt_json_writer_create(true);
	rc = bt_session_snapshot(s, shown, w, err);
	text = bt_json_writer_text(w, &length);
	if (!rc && !text)
		rc = bt_err_set(err, EIO, "snapshot: cannot be encoded");
	if (!rc)
		rc = bt_write_new_file(path, text, length, 0644, err);
	bt_json_writer_free(w);
	if (!rc)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session", "snapshot %s", path);
	return rc;
}

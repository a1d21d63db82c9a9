// SPDX-License-Identifier: GPL-2.0
/* Several dashboards on one session: what each is told besides the frames, and taking over. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frame/frame_json.h"
#include "session/internal.h"

/* A guest, an agent's command: they end with the program that started them. */
static const char *no_takeover(const struct bt_source_ops *ops)
{
	if (!strcmp(ops->name, "vm"))
		return "its guest has ended with it: start one with --vm";
	if (!strcmp(ops->name, "guest"))
		return "its guest has ended with it: lab watch shows the next one";
	if (!strcmp(ops->name, "remote"))
		return "its remote command has ended with it: start it again with --source";
	return ops->publish ? NULL : "there was nothing to control";
}

void bt_session_peer(const struct bt_session *s, struct bt_peer *peer)
{
	const char *no = no_takeover(s->ops);

	if (bt_sampler_peer(s->sampler, peer))
		return;
	*peer = (struct bt_peer){
		.pid = (uint64_t)getpid(),
		.controller_pid = s->controller_pid,
		.interval_ns = s->interval_ns,
		.dashboards = 1 + bt_links_followers(s),
		.virtual_clock = s->ops->clock_ns != NULL,
		.paused = s->paused,
	};
	snprintf(peer->source, sizeof(peer->source), "%s", s->source);
	snprintf(peer->no_takeover, sizeof(peer->no_takeover), "%s", no ? no : "");
}

void bt_session_peer_encode(const struct bt_session *s, struct bt_json_writer *w)
{
	struct bt_peer peer;

	bt_session_peer(s, &peer);
	bt_json_object(w, "session");
	bt_json_u64(w, "pid", peer.pid);
	bt_json_string(w, "source", peer.source);
	if (peer.controller_pid)
		bt_json_u64(w, "controller_pid", peer.controller_pid);
	bt_json_u64(w, "interval_ns", peer.interval_ns);
	bt_json_u64(w, "dashboards", peer.dashboards);
	bt_json_bool(w, "virtual_clock", peer.virtual_clock);
	bt_json_bool(w, "paused", peer.paused);
	if (peer.no_takeover[0])
		bt_json_string(w, "no_takeover", peer.no_takeover);
	bt_json_end_object(w);
}

/* Those behind *sent; one that still gets its generation is for the next answer. */
void bt_session_events_encode(const struct bt_session *s, struct bt_json_writer *w, uint64_t *sent)
{
	if (*sent > s->last_event)
		*sent = 0; /* the log began anew */
	bt_json_array(w, "events");
	for (; *sent < s->last_event; ++*sent) {
		const struct bt_event *event = bt_session_event(s, *sent + 1);

		if (event && !bt_session_event_final(s, event))
			break;
		if (event)
			bt_event_encode(w, NULL, event);
	}
	bt_json_end_array(w);
}

/* ---- taking over ------------------------------------------------------------------------ */

/* The name came from another program, maybe another user's: commands in it are not run. */
static const struct bt_source_ops *find_source(const char *spec, const char **argument,
					       struct bt_err *err)
{
	const struct bt_source_ops *ops = bt_source_find(spec, argument, err);
	const char *no = ops ? no_takeover(ops) : NULL;

	if (!no)
		return ops;
	bt_err_set(err, EOPNOTSUPP, "cannot take over: %s", no);
	return NULL;
}

static int takeover_source(struct bt_session *s, struct bt_err *err)
{
	struct bt_source_options options = s->options.source_options;
	const struct bt_source_ops *ops;
	struct bt_peer peer;
	char *source;
	int fd;

	bt_session_peer(s, &peer);
	if (peer.no_takeover[0])
		return bt_err_set(err, EOPNOTSUPP, "cannot take over: %s", peer.no_takeover);
	fd = bt_socket_connect(NULL);
	if (fd >= 0) {
		close(fd);
		return bt_err_set(err, EBUSY, "another dashboard has taken over already");
	}
	/* The sampler may be opening it: pressed again, it stays the one that it was given. */
	source = s->next_source ? s->next_source : bt_xstrdup(peer.source);
	ops = find_source(source, &options.argument, err);
	if (!ops) {
		if (source != s->next_source)
			free(source);
		return -EOPNOTSUPP;
	}
	s->next_source = source;
	options.interval_ns = s->interval_ns;
	bt_sampler_switch(s->sampler, ops, &options);
	return 0;
}

int bt_session_takeover(struct bt_session *s, struct bt_err *err)
{
	struct bt_peer peer;

	if (s->options.source_options.read_only)
		return bt_err_set(err, EPERM, "cannot take over: opened read-only");
	if (bt_sampler_peer(s->sampler, &peer)) {
		if (s->status.phase == BT_SAMPLER_LOST)
			return takeover_source(s, err);
		return bt_err_set(err, EBUSY, "its controller, pid %llu, is there; changes go "
				  "through it", (unsigned long long)peer.pid);
	}
	if (!s->no_control[0])
		return bt_err_set(err, EALREADY, "this dashboard has control");
	if (!s->ops->publish)
		return bt_err_set(err, EOPNOTSUPP, "%s", s->no_control);
	bt_sampler_switch(s->sampler, s->ops, &s->options.source_options);
	return 0;
}

void bt_session_adopt_source(struct bt_session *s)
{
	s->ops = bt_sampler_ops(s->sampler);
	s->taken_event = 0;
	if (s->ops->event)
		s->last_event = s->recorded_event = 0; /* that source's log has all of it */
	if (s->ops->peer) {
		/* One that came back before it was taken over. */
		free(s->next_source);
		s->next_source = NULL;
	}
	if (!s->next_source)
		return;
	free(s->source_note);
	s->source_note = bt_xasprintf("taken over from pid %llu",
				      (unsigned long long)bt_sampler_last_peer(s->sampler));
	free(s->source);
	s->source = s->next_source;
	s->next_source = NULL;
	bt_source_find(s->source, &s->options.source_options.argument, NULL);
	s->controller_pid = 0;
	if (s->options.serve && s->listen_fd < 0)
		bt_session_serve(s);
}

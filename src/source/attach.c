// SPDX-License-Identifier: GPL-2.0
/*
 * The session source: a dashboard's view of the session that another program has open. It sees the
 * frames and the event log of that session, and whatever it publishes goes through it.
 */
#include "source/attach.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/remote_state.h"
#include "source/socket.h"

#define HELLO_NS (5 * BT_NS_PER_S)
#define ALIVE_NS (3 * BT_NS_PER_S)
#define EVENTS 1024u

struct bt_attach {
	int fd;
	uint64_t heard_ns;
	struct bt_peer peer;
	struct bt_event events[EVENTS];	/* by number - 1, the last ones */
	uint64_t event_count;
};

static void take_peer(struct bt_peer *peer, const struct bt_json *node)
{
	const char *source = bt_json_get_string(node, "source");
	const char *no_takeover = bt_json_get_string(node, "no_takeover");
	uint64_t dashboards = 0;

	*peer = (struct bt_peer){ .interval_ns = 0 };
	bt_json_get_u64(node, "pid", &peer->pid);
	bt_json_get_u64(node, "controller_pid", &peer->controller_pid);
	bt_json_get_u64(node, "interval_ns", &peer->interval_ns);
	bt_json_get_u64(node, "dashboards", &dashboards);
	bt_json_get_bool(node, "virtual_clock", &peer->virtual_clock);
	bt_json_get_bool(node, "paused", &peer->paused);
	peer->dashboards = (unsigned)dashboards;
	bt_copy_clean(peer->source, sizeof(peer->source), source ? source : "");
	bt_copy_clean(peer->no_takeover, sizeof(peer->no_takeover), no_takeover ? no_takeover : "");
}

void bt_attach_take(struct bt_attach *a, const struct bt_json *answer)
{
	const struct bt_json *events = bt_json_get_array(answer, "events"), *node;
	const struct bt_json *peer = bt_json_get_object(answer, "session");

	a->heard_ns = bt_mono_ns();
	if (peer)
		take_peer(&a->peer, peer);
	for (node = events ? events->child : NULL; node; node = node->next) {
		struct bt_event *event = &a->events[a->event_count % EVENTS];

		if (!bt_event_decode(node, event, NULL))
			a->event_count++;
	}
}

uint64_t bt_attach_events(const struct bt_attach *a)
{
	return a->event_count;
}

bool bt_attach_alive(const struct bt_attach *a)
{
	return bt_mono_ns() - a->heard_ns < ALIVE_NS;
}

/* ---- the source ------------------------------------------------------------------------- */

static int attach_open(void **state, const struct bt_source_options *options,
		       struct bt_machine *machine, struct bt_err *err)
{
	bool named = options->argument && *options->argument;
	int fd = named ? bt_socket_connect_to(options->argument, err) : bt_socket_connect(err);
	struct remote *r;
	char recorded[BT_NAME];
	int rc;

	if (fd < 0)
		return fd;
	rc = bt_remote_open_fd(state, fd, HELLO_NS, options, machine, err);
	if (rc) {
		close(fd);
		return bt_err_prefix(err, "the running session");
	}
	r = *state;
	r->attach = bt_xcalloc(1, sizeof(*r->attach));
	r->attach->fd = fd;
	r->attach->heard_ns = bt_mono_ns();
	snprintf(recorded, sizeof(recorded), "%s", r->source);
	snprintf(machine->source, sizeof(machine->source), "%s", recorded);
	snprintf(machine->source_note, sizeof(machine->source_note),
		 "attached to the session that runs");
	return 0;
}

static int attach_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct remote *r = state;
	int rc = bt_source_remote.read(state, frame, err);

	if (rc != -ECONNRESET)
		return rc;
	if (r->attach->peer.no_takeover[0])
		return bt_err_set(err, ECONNRESET, "the controller is gone; %s",
				  r->attach->peer.no_takeover);
	return bt_err_set(err, ECONNRESET, "the controller is gone, K takes over");
}

static bool attach_event(void *state, uint64_t number, struct bt_event *event)
{
	struct remote *r = state;
	const struct bt_attach *a = r->attach;
	bool there;

	pthread_mutex_lock(&r->lock);
	there = number && number <= a->event_count && number + EVENTS > a->event_count;
	if (there)
		*event = a->events[(number - 1) % EVENTS];
	pthread_mutex_unlock(&r->lock);
	return there;
}

static void attach_peer(void *state, struct bt_peer *peer)
{
	struct remote *r = state;

	pthread_mutex_lock(&r->lock);
	*peer = r->attach->peer;
	pthread_mutex_unlock(&r->lock);
}

/* Frames come when the session has them: reading is waiting. */
static uint64_t attach_due_ns(void *state)
{
	(void)state;
	return 0;
}

static int attach_publish(void *state, const struct bt_config *config, uint64_t token,
			  struct bt_err *err)
{
	return bt_source_remote.publish(state, config, token, err);
}

static const char *attach_no_control(void *state)
{
	return bt_source_remote.no_control(state);
}

static int attach_measure(void *state, const struct bt_measure_options *options,
			  struct bt_err *err)
{
	return bt_source_remote.measure(state, options, err);
}

static void attach_measured(void *state, struct bt_measure *measure)
{
	bt_source_remote.measured(state, measure);
}

static void attach_interrupt(void *state)
{
	bt_source_remote.interrupt(state);
}

static void attach_close(void *state)
{
	struct remote *r = state;
	struct bt_attach *a = r->attach;

	bt_source_remote.close(state);
	close(a->fd);
	free(a);
}

const struct bt_source_ops bt_source_session = {
	.name = "session",
	.help = "session[:SOCKET]: what the dashboard or ctl start that runs already has open",
	.open = attach_open,
	.read = attach_read,
	.publish = attach_publish,
	.no_control = attach_no_control,
	.measure = attach_measure,
	.measured = attach_measured,
	.event = attach_event,
	.due_ns = attach_due_ns,
	.peer = attach_peer,
	.interrupt = attach_interrupt,
	.close = attach_close,
};

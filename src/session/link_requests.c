// SPDX-License-Identifier: GPL-2.0
/* What clients of the agent protocol ask for (buddytop.5), one function an operation. */
#include <errno.h>
#include <string.h>

#include "frame/frame_json.h"
#include "frame/measure_json.h"
#include "session/link.h"
#include "session/load.h"

#define RUBBISH_MAX 16u

/* Names that are not known here are a newer client's. */
static unsigned read_want(const struct bt_json *request)
{
	const struct bt_json *names = bt_json_get_array(request, "want"), *name;
	unsigned want = 0;
	uint64_t cpu;

	for (name = names ? names->child : NULL; name; name = name->next) {
		for (unsigned i = 0; i < BT_WANT_COUNT; i++) {
			if (name->type == BT_JSON_STRING && !strcmp(name->string, bt_want_name[i]))
				want |= 1u << i;
		}
	}
	if (bt_json_get_u64(request, "want_cpu", &cpu) && cpu < BT_MAX_CPUS)
		want |= BT_WANT_CPU(cpu);
	return want;
}

/* A dashboard gets what there is at once, and then each frame as it comes. */
static bool follow(struct bt_link *link, const struct bt_json *request)
{
	struct bt_session *s = link->session;
	bool first = !link->follows;

	bt_json_get_bool(request, "follow", &link->follows);
	if (!link->follows || !s->interval_ns)
		return false;
	if (first && s->base && s->status.phase == BT_SAMPLER_LIVE)
		bt_link_send_frame(link, s->base);
	return s->status.phase == BT_SAMPLER_LIVE;
}

static int do_session(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	bt_session_peer_encode(link->session, bt_link_begin(link, NULL));
	bt_link_end(link);
	return 0;
}

static int do_read(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_session *s = link->session;
	bool extra = s->interval_ns != 0;

	if (link->reading)
		return bt_err_set(err, EBUSY, "a read is under way");
	if (!bt_json_get_u64(request, "id", &link->read_id))
		return bt_err_set(err, EPROTO, "read: id is missing");
	if (s->status.phase == BT_SAMPLER_ENDED)
		return bt_err_set(err, ENODATA, "the recording is over");
	if (!extra)
		bt_json_get_bool(request, "extra", &extra);
	link->reading = true;
	link->want = read_want(request);
	bt_session_sum_wants(s);
	if (follow(link, request))
		return 0;
	bt_sampler_request(s->sampler, extra);
	if (s->status.phase == BT_SAMPLER_SILENT || s->status.phase == BT_SAMPLER_LOST) {
		link->reading = false; /* the request makes it try again, but who knows how long */
		return bt_err_set(err, ENOTCONN, "source lost: %s", s->status.error.text);
	}
	return 0;
}

/* One of its sentences, in buf of BT_ERR_TEXT bytes; "" where it is not told. */
static const char *load_text(const struct bt_json *load, const char *key, char *buf)
{
	const char *text = bt_json_get_string(load, key);

	bt_copy_clean(buf, BT_ERR_TEXT, text ? text : "");
	return buf;
}

/* A named load is the client's: we know it by what the request says, for the log. */
static int publish(struct bt_link *link, const struct bt_config *config, const struct bt_json *load,
		   struct bt_err *err)
{
	char name[BT_LOAD_NAME], shows[BT_ERR_TEXT], look[BT_ERR_TEXT], note[BT_ERR_TEXT];
	const char *told = bt_json_get_string(load, "name");

	if (!told || !*told)
		return bt_session_publish(link->session, config, link->who, err);
	bt_copy_clean(name, sizeof(name), told);
	return bt_session_load(link->session, &(struct bt_load){
		.name = name, .shows = load_text(load, "shows", shows),
		.look = load_text(load, "look", look),
	}, config, load_text(load, "note", note), err);
}

static int do_publish(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_config *config = &(struct bt_config){ 0 };
	struct bt_err refusal = { 0 };
	uint64_t token;
	int rc;

	if (!bt_json_get_u64(request, "token", &token) || !token)
		return bt_err_set(err, EPROTO, "publish: token is missing");
	rc = bt_config_decode(bt_json_get_object(request, "config"), config, &refusal);
	if (!rc)
		rc = publish(link, config, bt_json_get_object(request, "load"), &refusal);
	if (!rc)
		link->session->controller_pid = link->pid;
	if (rc)
		bt_session_log(link->session, BT_EVENT_REFUSED, 0, link->who, "refused: %s",
			       refusal.text);
	link->client_token = token;
	link->session_token = link->session->token;
	link->refused = (struct bt_frame_ack){ .token = rc ? token : 0, .error = refusal.code };
	bt_copy_clean(link->refused.text, sizeof(link->refused.text), refusal.text);
	return 0; /* the outcome rides on the next frame */
}

/* The session of a dashboard renews its own lease; an agent only passes on what it is told. */
static int do_keepalive(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	if (link->session->options.relay_keepalive)
		bt_sampler_keepalive(link->session->sampler);
	return 0;
}

static int do_measure(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_measure_options options;
	int rc = bt_measure_options_decode(request, &options, err);

	if (rc)
		return bt_err_prefix(err, "measure");
	return bt_session_measure(link->session, &options, err);
}

static int do_measured(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	struct bt_measure measure;
	uint64_t id;

	if (!bt_json_get_u64(request, "id", &id))
		return bt_err_set(err, EPROTO, "measured: id is missing");
	bt_session_measured(link->session, &measure);
	bt_measure_encode(bt_link_begin(link, &id), "measure", &measure);
	bt_link_end(link);
	return 0;
}

static int do_quit(struct bt_link *link, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	link->dead = true;
	return 0;
}

static const struct {
	const char *op;
	int (*run)(struct bt_link *link, const struct bt_json *request, struct bt_err *err);
} operations[] = {
	{ "read", do_read },
	{ "session", do_session },
	{ "publish", do_publish },
	{ "keepalive", do_keepalive },
	{ "measure", do_measure },
	{ "measured", do_measured },
	{ "quit", do_quit },
};

static int handle(struct bt_link *link, const char *line, size_t size, struct bt_err *err)
{
	const struct bt_json *request = bt_json_parse(link->reader, line, size, err);
	const char *op = bt_json_get_string(request, "op");

	if (!request) {
		link->rubbish++;
		return -EPROTO;
	}
	for (unsigned i = 0; op && i < BT_ARRAY_SIZE(operations); i++) {
		if (!strcmp(op, operations[i].op))
			return operations[i].run(link, request, err);
	}
	link->rubbish++;
	return bt_err_set(err, EPROTO, "no such operation: %s", op ? op : "(op is missing)");
}

void bt_link_request(struct bt_link *link, const char *line, size_t size)
{
	struct bt_err err = { 0 };
	uint64_t id;
	int rc = handle(link, line, size, &err);

	if (rc) {
		const struct bt_json *request = bt_json_parse(link->reader, line, size, NULL);
		bool has_id = bt_json_get_u64(request, "id", &id);

		bt_link_error(link, has_id ? &id : NULL, &err);
	}
	if (link->rubbish > RUBBISH_MAX)
		link->dead = true;
}

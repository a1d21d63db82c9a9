// SPDX-License-Identifier: GPL-2.0
/* buddytop ctl: parameters from the command line, through the session that runs. */
#include "cmd/ctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/loads.h"
#include "core/param.h"
#include "session/load.h"
#include "source/socket.h"
#include "source/remote.h"

#define CONNECT_NS (5 * BT_NS_PER_S)
#define ACK_NS (5 * BT_NS_PER_S)
#define APPLY_NS (3 * BT_NS_PER_S)	/* then the count so far is the answer */
#define POLL_NS (20 * BT_NS_PER_MS)
#define TOKEN 1u			/* of our only publication */

static const char *const action_names[CTL_ACTIONS] = {
	[CTL_GET] = "get", [CTL_SET] = "set", [CTL_START] = "start", [CTL_STOP] = "stop",
	[CTL_LOAD] = "load",
};

int ctl_apply(const struct ctl_request *request, struct bt_config *config,
	      const struct bt_machine *machine, char *note, struct bt_err *err)
{
	struct ant_limits limits = bt_machine_limits(machine);
	int rc = 0;

	*note = '\0';
	if (request->load)
		rc = bt_machine_load_config(machine, request->load, config, note, err);
	for (int i = 0; i < request->argc && !rc; i++)
		rc = bt_param_assign(config, request->argv[i], &limits, err);
	if (request->action == CTL_START)
		bt_config_run(config, BT_RUN_GO);
	if (request->action == CTL_STOP)
		bt_config_run(config, BT_RUN_DRAIN);
	return rc ? rc : bt_config_check(config, &limits, err);
}

static bool is_named(const struct ctl_request *request, const struct bt_param *param)
{
	for (int i = 0; i < request->argc; i++) {
		if (bt_param_find(request->argv[i]) == param)
			return true;
	}
	return !request->argc;
}

void ctl_print(const struct ctl_request *request, const struct bt_config *config,
	       const struct bt_machine *machine, const struct bt_frame *frame)
{
	static const char *const reality[] = {
		[BT_REAL] = "", [BT_EMULATED] = "EMULATED, ", [BT_SIMULATED] = "SIMULATED, ",
	};
	struct bt_frame_totals totals;
	char value[4096];

	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++) {
		bt_param_text(p, config, value, sizeof(value));
		if (is_named(request, p))
			printf("%s=%s\n", p->name, value);
	}
	for (unsigned i = 0; i < machine->way_count && !request->argc; i++) {
		bt_machine_way_text(&machine->ways[i], value, sizeof(value));
		printf("# way %s: %s\n", machine->ways[i].name, value);
	}
	if (request->argc || !frame->has_module)
		return;
	bt_frame_totals(frame, &totals);
	printf("# %s%s, generation %llu applied on %u/%u CPUs\n", reality[machine->reality],
	       bt_run_name(frame->run), (unsigned long long)frame->config.generation,
	       totals.applied, totals.online);
}

/* ---- a client of the running session --------------------------------------------------- */

struct client {
	int fd;
	void *remote;
	struct bt_machine *machine;
	struct bt_frame *frame;
};

static void disconnect(struct client *c)
{
	if (c->remote)
		bt_source_remote.close(c->remote);
	if (c->fd >= 0)
		close(c->fd);
	bt_frame_free(c->frame);
	free(c->machine);
}

static int connect_session(struct client *c, struct bt_err *err)
{
	const struct bt_source_options options = { .argument = NULL };
	int rc;

	*c = (struct client){ .fd = bt_socket_connect(err) };
	if (c->fd < 0)
		return c->fd;
	c->machine = bt_xcalloc(1, sizeof(*c->machine));
	rc = bt_remote_open_fd(&c->remote, c->fd, CONNECT_NS, &options, c->machine, err);
	if (rc)
		return bt_err_prefix(err, "the running session");
	c->frame = bt_frame_create(c->machine);
	return 0;
}

/* A frame that is newer than the request; the session may take its time. */
static int read_frame(struct client *c, uint64_t until_ns, struct bt_err *err)
{
	int rc;

	do {
		c->frame->extra = true;
		rc = bt_source_remote.read(c->remote, c->frame, err);
	} while ((rc == -ETIMEDOUT || rc == -EAGAIN) && bt_mono_ns() < until_ns);
	return rc ? bt_err_prefix(err, "the running session") : 0;
}

static int wait_ack(struct client *c, struct bt_err *err)
{
	uint64_t until = bt_mono_ns() + ACK_NS;
	int rc;

	do {
		rc = read_frame(c, until, err);
		if (rc)
			return rc;
		if (c->frame->ack.token == TOKEN && c->frame->ack.error)
			return bt_err_set(err, ECANCELED, "refused: %s", c->frame->ack.text);
		if (c->frame->ack.token == TOKEN)
			return 0;
	} while (bt_mono_ns() < until);
	return bt_err_set(err, ETIMEDOUT, "the session did not confirm it in time");
}

/* Until every CPU runs the generation, or a newer one, or it takes too long: then it is said. */
static int wait_applied(struct client *c, struct bt_err *err)
{
	uint64_t until = bt_mono_ns() + APPLY_NS, generation = c->frame->ack.generation;
	struct bt_frame_totals totals;
	int rc = 0;

	bt_frame_totals(c->frame, &totals);
	while (!rc && c->frame->config.generation == generation && bt_mono_ns() < until &&
	       (totals.applied < totals.online ||
		(c->frame->config.run == BT_RUN_DRAIN && totals.held_blocks))) {
		bt_sleep_until_ns(bt_mono_ns() + POLL_NS);
		rc = read_frame(c, until, err);
		bt_frame_totals(c->frame, &totals);
	}
	if (!rc)
		printf("generation %llu applied on %u/%u CPUs\n", (unsigned long long)generation,
		       totals.applied, totals.online);
	return rc;
}

static int change(struct client *c, const struct ctl_request *request, struct bt_err *err)
{
	struct bt_config config = *bt_remote_config(c->remote);
	char note[BT_ERR_TEXT];
	int rc = ctl_apply(request, &config, c->machine, note, err);

	config.generation = 0;
	if (!rc)
		rc = bt_remote_publish_load(c->remote, &config, TOKEN, request->load, note, err);
	if (!rc)
		rc = wait_ack(c, err);
	if (!rc && *note)
		printf("%s\n", note);
	return rc ? rc : wait_applied(c, err);
}

static int run_client(const struct ctl_request *request, struct bt_err *err)
{
	struct client client;
	int rc = connect_session(&client, err);

	if (!rc && request->action == CTL_GET) {
		rc = read_frame(&client, bt_mono_ns() + ACK_NS, err);
		if (!rc)
			ctl_print(request, bt_remote_config(client.remote), client.machine,
				  client.frame);
	} else if (!rc) {
		rc = change(&client, request, err);
	}
	disconnect(&client);
	return rc;
}

/* ---- the command ----------------------------------------------------------------------- */

/* What no machine accepts is refused before anybody is asked. */
static int check_form(const struct ctl_request *request, struct bt_err *err)
{
	struct bt_config scratch = { .size = sizeof(scratch) };
	int rc = 0;

	for (int i = 0; i < request->argc && !rc; i++) {
		if (request->action != CTL_GET)
			rc = bt_param_assign(&scratch, request->argv[i], NULL, err);
		else if (!bt_param_find(request->argv[i]))
			rc = bt_err_set(err, EINVAL, "%s: no such parameter", request->argv[i]);
	}
	return rc;
}

static int find_action(const struct bt_cmd_call *call, struct ctl_request *request,
		       struct bt_err *err)
{
	for (unsigned i = 0; call->argc && i < CTL_ACTIONS; i++) {
		if (!strcmp(call->argv[0], action_names[i])) {
			*request = (struct ctl_request){
				.action = i, .argc = call->argc - 1, .argv = call->argv + 1,
			};
			return 0;
		}
	}
	return bt_err_set(err, EINVAL, "ctl%s%s: one of get, set, start, stop, load is needed",
			  call->argc ? " " : "", call->argc ? call->argv[0] : "");
}

/* The load that its first operand names; the rest changes it. Caller frees *loads. */
static int find_load(struct ctl_request *request, struct bt_loads **loads, struct bt_err *err)
{
	int rc;

	*loads = NULL;
	if (request->action != CTL_LOAD)
		return 0;
	if (!request->argc)
		return bt_err_set(err, EINVAL, "ctl load: NAME is missing (buddytop loads lists "
				  "them)");
	rc = bt_cmd_loads_read(loads, err);
	if (!rc)
		rc = bt_loads_find(*loads, request->argv[0], &request->load, err);
	request->argc--;
	request->argv++;
	return rc;
}

static int carry_out(const struct bt_cmd_call *call, const struct ctl_request *request,
		     struct bt_err *err)
{
	int rc = check_form(request, err);

	if (rc)
		return rc;
	if (request->action == CTL_SET && !request->argc)
		return bt_err_set(err, EINVAL, "ctl set: NAME=VALUE is missing");
	if (request->action == CTL_STOP && request->argc)
		return bt_err_set(err, EINVAL, "ctl stop takes no parameters");
	if (!call->source.spec && !call->source.vm)
		return run_client(request, err);
	if (request->action == CTL_SET || request->action == CTL_STOP)
		return bt_err_set(err, EINVAL,
				  "ctl %s works on the running session, not on a --source",
				  action_names[request->action]);
	return ctl_run_source(call, request, err);
}

static int run_ctl(struct bt_cmd_call *call, struct bt_err *err)
{
	struct ctl_request request;
	struct bt_loads *loads;
	int rc = find_action(call, &request, err);

	if (rc)
		return rc;
	rc = find_load(&request, &loads, err);
	if (!rc)
		rc = carry_out(call, &request, err);
	bt_loads_free(loads);
	return rc;
}

const struct bt_cmd bt_cmd_ctl = {
	.name = "ctl",
	.operands = "get [NAME...] | set NAME=VALUE... | start [NAME=VALUE...] | stop | "
		    "load NAME [NAME=VALUE...]",
	.summary = "Read and change the parameters of the running session",
	.description =
		"Works on the session that a dashboard, or another ctl start, has open. With a source of\n"
		"its own, ctl start or ctl load runs the load in the foreground until it is interrupted.",
	.run = run_ctl,
};

// SPDX-License-Identifier: GPL-2.0
/* buddytop lab prepare, lab restore: settings of this machine for measuring, and back. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "lab/host.h"
#include "vm/place.h"

struct prepare_values {
	const char *keep;
	bool yes, dry_run;
};

#define FIELD(f) offsetof(struct prepare_values, f)

static const struct bt_opt prepare_opts[] = {
	{ "keep", 0, BT_OPT_TEXT, "NAME[,NAME...]", "leave these settings alone", FIELD(keep) },
	{ "yes", 'y', BT_OPT_FLAG, NULL, "agree to the changes", FIELD(yes) },
	{ "dry-run", 'n', BT_OPT_FLAG, NULL, "only say what would be set", FIELD(dry_run) },
	{ 0 }
};

struct restore_values {
	bool force, forget, dry_run;
};

#undef FIELD
#define FIELD(f) offsetof(struct restore_values, f)

static const struct bt_opt restore_opts[] = {
	{ "force", 0, BT_OPT_FLAG, NULL, "put back what others have changed since, too",
	  FIELD(force) },
	{ "forget", 0, BT_OPT_FLAG, NULL, "leave that as it is, for good", FIELD(forget) },
	{ "dry-run", 'n', BT_OPT_FLAG, NULL, "only say what would be put back", FIELD(dry_run) },
	{ 0 }
};

static int record_path(const struct bt_cmd_call *call, const char *command, char path[PATH_MAX],
		       struct bt_err *err)
{
	char state[PATH_MAX];
	int code;

	if (call->argc)
		return bt_err_set(err, EINVAL, "lab %s: '%s' is nothing it takes", command,
				  call->argv[0]);
	code = bt_place_state(state, err);
	if (!code && snprintf(path, PATH_MAX, "%s/lab-host.json", state) >= PATH_MAX)
		code = bt_err_set(err, ENAMETOOLONG, "%s is too long", state);
	return code;
}

/* ---- prepare ------------------------------------------------------------------------------- */

/* From here on no signal comes between: to set takes some ms, and half of it would be a mess. */
static bool agreed(const struct prepare_values *values)
{
	int end_fd = bt_cmd_catch_end();
	bool yes = values->yes;

	fflush(stdout);
	if (!yes && isatty(STDIN_FILENO))
		yes = bt_cmd_ask("Set these, for the whole machine?", end_fd, NULL, NULL);
	close(end_fd);
	return yes;
}

/* There is nothing to change: because all is well, or because nothing can be? */
static int tell_idle(const struct bt_host *host, struct bt_err *err)
{
	for (unsigned i = 0; i < host->count; i++) {
		if (host->settings[i].state == BT_HOST_CANNOT && *host->settings[i].path)
			return bt_err_set(err, EPERM, "nothing can be set here: the reasons are "
					  "above");
	}
	printf("Nothing to set.\n");
	return 0;
}

static int set(struct bt_host *host, const char *record, struct bt_err *err)
{
	unsigned planned = bt_host_count(host, BT_HOST_CHANGE);
	int code = bt_host_set(host, record, err);

	if (code)
		return code;
	if (bt_host_count(host, BT_HOST_CHANGE) != planned) {
		printf("\nNot all went as planned:\n");
		bt_host_print(stdout, host, false);
	}
	printf("Set; buddytop lab restore puts it back (%s).\n", record);
	return 0;
}

static int run_prepare(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct prepare_values *values = call->values;
	struct bt_host *host = NULL;
	char record[PATH_MAX];
	int code = record_path(call, "prepare", record, err);

	if (!code)
		code = bt_host_plan(&host, "", values->keep, err);
	if (code)
		return code;
	bt_host_print(stdout, host, false);
	if (!bt_host_count(host, BT_HOST_CHANGE))
		code = tell_idle(host, err);
	else if (!values->dry_run && !agreed(values))
		code = bt_err_set(err, ECANCELED, "nothing was set: that was not agreed to (--yes "
				  "agrees)");
	else if (!values->dry_run)
		code = set(host, record, err);
	bt_host_free(host);
	return code;
}

const struct bt_cmd bt_lab_prepare = {
	.name = "lab prepare",
	.operands = "",
	.summary = "Set clock rates, SMT and huge pages so that measured times are alike",
	.description =
		"Sets the governor performance and its highest rate as the lowest, turns SMT, turbo,\n"
		"KSM and NUMA balancing off and huge pages on, for the whole machine, until lab\n"
		"restore puts back what was there before. Asks before that.",
	.opts = prepare_opts,
	.no_source = true,
	.values_size = sizeof(struct prepare_values),
	.run = run_prepare,
};

/* ---- restore ------------------------------------------------------------------------------- */

static int restore(struct bt_host *host, const char *record, enum bt_host_foreign foreign,
		   struct bt_err *err)
{
	int code = bt_host_restore(host, record, foreign, err);

	if (!code && host->earlier_boot)
		printf("The machine was booted since: the settings are the boot's, and stay.\n");
	else if (!code)
		printf("Put back.\n");
	return code;
}

static int run_restore(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct restore_values *values = call->values;
	struct bt_host *host = NULL;
	char record[PATH_MAX];
	int code = record_path(call, "restore", record, err);

	if (!code && values->force && values->forget)
		code = bt_err_set(err, EINVAL, "--force and --forget exclude each other");
	if (!code)
		code = bt_host_load(&host, "", record, err);
	if (code)
		return code;
	if (!host->earlier_boot)
		bt_host_print(stdout, host, true);
	if (!values->dry_run)
		code = restore(host, record, values->force ? BT_HOST_FORCE :
			       values->forget ? BT_HOST_FORGET : BT_HOST_KEEP, err);
	bt_host_free(host);
	return code;
}

const struct bt_cmd bt_lab_restore = {
	.name = "lab restore",
	.operands = "",
	.summary = "Put back what lab prepare has set",
	.description = "What others have changed since is told, and stays as it is.",
	.opts = restore_opts,
	.no_source = true,
	.values_size = sizeof(struct restore_values),
	.run = run_restore,
};

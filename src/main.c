// SPDX-License-Identifier: GPL-2.0
/* Finds the command, parses its options, prints its error. Everything else is in src/cmd/. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "core/param.h"

/* The first is what runs without a name. */
static const struct bt_cmd *const commands[] = {
	&bt_cmd_top,
	&bt_cmd_ctl,
	&bt_cmd_snapshot,
	&bt_cmd_record,
	&bt_cmd_replay,
	&bt_cmd_loads, &bt_cmd_demo,
	&bt_cmd_bench, &bt_cmd_kbench,
	&bt_cmd_compare,
	&bt_cmd_plot,
	&bt_cmd_report,
	&bt_cmd_write,
	&bt_cmd_lab,
	NULL
};

struct common_values {
	bool help, version, dump;
};

static const struct bt_opt common_opts[] = {
	{ "help", 'h', BT_OPT_FLAG, NULL, "print this text", offsetof(struct common_values, help) },
	{ "version", 'V', BT_OPT_FLAG, NULL, "print version and ABI version",
	  offsetof(struct common_values, version) },
	{ "dump-options", 0, BT_OPT_FLAG, NULL,
	  "print every command, option and parameter, tab-separated",
	  offsetof(struct common_values, dump) },
	{ 0 }
};

/* What the user types behind the command above it: "doctor" of "lab doctor". */
static const char *own_name(const struct bt_cmd *cmd)
{
	const char *blank = strrchr(cmd->name, ' ');

	return blank ? blank + 1 : cmd->name;
}

static void print_commands(const char *above, const struct bt_cmd *const *list)
{
	printf("\nCommands (buddytop %s%sCOMMAND --help says more):\n", above, *above ? " " : "");
	for (; *list; list++)
		printf("  %-10s %s\n", own_name(*list), (*list)->summary);
}

static void print_help(const struct bt_cmd *cmd, const struct bt_opt_group *groups, unsigned count)
{
	printf("Usage: buddytop %s%s[OPTION...]%s%s\n\n%s.\n", cmd == commands[0] ? "" : cmd->name,
	       cmd == commands[0] ? "" : " ", *cmd->operands ? " " : "", cmd->operands,
	       cmd->summary);
	if (cmd->description)
		printf("\n%s\n", cmd->description);
	if (cmd == commands[0])
		print_commands("", commands);
	else if (cmd->commands)
		print_commands(cmd->name, cmd->commands);
	bt_opt_help(stdout, groups, count);
	if (!cmd->no_source)
		printf("\nSources:\n");
	for (const struct bt_source_ops *const *ops = bt_sources; !cmd->no_source && *ops; ops++)
		if ((*ops)->help)
			printf("  %-10s %s\n", (*ops)->name, (*ops)->help);
	printf("\nExit status: 0 done, 1 failed, 2 usage, 3 a regression, 77 not possible "
	       "here.\n");
}

static void dump_param(const struct bt_param *param)
{
	char form[256];

	bt_param_form(param, form, sizeof(form));
	printf("param\t%s\t%s\t%s\t%s\t%s\n", param->name, form, param->unit, param->json_key,
	       param->help);
	for (const struct bt_choice *choice = param->choices; choice && choice->name; choice++)
		printf("choice\t%s\t%s\t%s\n", param->name, choice->name, choice->help);
}

static void dump_command(const struct bt_cmd *cmd)
{
	printf("command\t%s\t%s\t%s\n", cmd->name, cmd->operands, cmd->summary);
	bt_opt_dump(stdout, cmd->name, cmd->opts);
}

static void dump_commands(const struct bt_cmd *const *list)
{
	for (; *list; list++) {
		dump_command(*list);
		for (const struct bt_cmd *const *below = (*list)->commands; below && *below; below++)
			dump_command(*below);
	}
}

static void dump_tables(void)
{
	bt_opt_dump(stdout, "", common_opts);
	bt_opt_dump(stdout, "", bt_cmd_source_opts);
	dump_commands(commands);
	for (const struct bt_source_ops *const *ops = bt_sources; *ops; ops++)
		if ((*ops)->help)
			printf("source\t%s\t%s\n", (*ops)->name, (*ops)->help);
	for (const struct bt_param *p = bt_params; p < bt_params + bt_param_count; p++)
		dump_param(p);
}

static const struct bt_cmd *look_up(const struct bt_cmd *const *list, const char *word)
{
	while (*list && strcmp(word, own_name(*list)))
		list++;
	return *list;
}

/* Takes its words off the front. */
static const struct bt_cmd *find_command(int *argc, char ***argv, struct bt_err *err)
{
	const struct bt_cmd *const *list = commands;
	const struct bt_cmd *cmd = NULL, *found;

	while (list && *argc > 1 && (*argv)[1][0] != '-') {
		found = look_up(list, (*argv)[1]);
		if (!found) {
			bt_err_set(err, EINVAL, "%s%s%s: no such command (see buddytop %s%s--help)",
				   cmd ? cmd->name : "", cmd ? " " : "", (*argv)[1],
				   cmd ? cmd->name : "", cmd ? " " : "");
			return NULL;
		}
		cmd = found;
		list = cmd->commands;
		++*argv;
		--*argc;
	}
	return cmd ? cmd : commands[0];
}

static int run_command(const struct bt_cmd *cmd, int argc, char **argv, struct bt_err *err)
{
	struct common_values common = { 0 };
	struct bt_cmd_call call = { .source.interval_ns = BT_UNKNOWN,
				    .values = bt_xcalloc(1, cmd->values_size + 1) };
	const struct bt_opt_group groups[] = {
		{ "Options", cmd->opts, call.values },
		{ "Source options", cmd->no_source ? NULL : bt_cmd_source_opts, &call.source },
		{ "Common options", common_opts, &common },
	};
	char **words = bt_opt_words(cmd->single_dash ? cmd->opts : NULL, argc, argv);
	int rc = bt_opt_parse(groups, BT_ARRAY_SIZE(groups), argc, words, err);

	if (rc >= 0 && call.source.interval_ns != BT_UNKNOWN &&
	    bt_session_check_interval(call.source.interval_ns, err))
		rc = -EINVAL;
	if (rc >= 0) {
		call.argc = argc - rc;
		call.argv = words + rc;
		rc = 0;
		if (common.help)
			print_help(cmd, groups, BT_ARRAY_SIZE(groups));
		else if (common.version)
			printf("buddytop %s (ABI %u)\n", PACKAGE_VERSION, BT_ABI_VERSION);
		else if (common.dump)
			dump_tables();
		else
			rc = cmd->run(&call, err);
	}
	bt_opt_list_free(&call.source.settings);
	free(call.values);
	bt_opt_words_free(words);
	return rc;
}

int main(int argc, char **argv)
{
	struct bt_err err = { 0 };
	const struct bt_cmd *cmd = find_command(&argc, &argv, &err);
	int rc;

	signal(SIGPIPE, SIG_IGN); /* a reader that goes is an error of the write */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
	rc = cmd ? run_command(cmd, argc, argv, &err) : -EINVAL;

	if (!rc && (fflush(stdout) || ferror(stdout)))
		rc = bt_err_set(&err, EIO, "standard output: cannot write");
	if (!rc)
		return BT_EXIT_OK;
	fprintf(stderr, "buddytop: %s\n", err.text);
	return bt_err_exit(&err);
}

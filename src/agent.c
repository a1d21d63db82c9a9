// SPDX-License-Identifier: GPL-2.0
/*
 * buddytop-agent: a session on demand whose only client is at the other end of standard input and
 * output, or of a character device (the virtio-serial port of a guest). It samples when asked,
 * passes keep-alives on but never makes one, and ends with its client, which drains.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "core/opt.h"
#include "core/param.h"
#include "session/session.h"

struct values {
	const char *source, *port;
	bool help, version;
};

static const struct bt_opt opts[] = {
	{ "source", 's', BT_OPT_TEXT, "NAME[:ARG]", "what to serve (default kmod)",
	  offsetof(struct values, source) },
	{ "port", 'p', BT_OPT_TEXT, "FILE", "speak on this character device instead",
	  offsetof(struct values, port) },
	{ "help", 'h', BT_OPT_FLAG, NULL, "print this text", offsetof(struct values, help) },
	{ "version", 'V', BT_OPT_FLAG, NULL, "print version and ABI version",
	  offsetof(struct values, version) },
	{ 0 }
};

static void print_help(const struct bt_opt_group *group)
{
	printf("Usage: buddytop-agent [OPTION...]\n\n"
	       "Serves a source to a buddytop at the other end of standard input and output\n"
	       "(protocol: buddytop.5).\n");
	bt_opt_help(stdout, group, 1);
	printf("\nSources:\n");
	for (const struct bt_source_ops *const *ops = bt_sources; *ops; ops++)
		printf("  %-10s %s\n", (*ops)->name, (*ops)->help);
}

static int open_port(const char *path, int *fd, struct bt_err *err)
{
	struct termios raw;

	*fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*fd < 0)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	if (!tcgetattr(*fd, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(*fd, TCSANOW, &raw);
	}
	return 0;
}

/* Until the client has gone or a signal came. */
static void serve(struct bt_session *session, int signal_fd)
{
	struct pollfd fds[] = {
		{ .fd = bt_session_fd(session), .events = POLLIN },
		{ .fd = signal_fd, .events = POLLIN },
	};
	struct bt_session_status status;

	do {
		if (poll(fds, BT_ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			return;
		bt_session_step(session);
		bt_session_status(session, &status);
	} while (status.clients && !fds[1].revents);
}

static int run(const struct values *values, int signal_fd, struct bt_err *err)
{
	const struct bt_session_options options = {
		.source = values->source ? values->source : "kmod",
		.relay_keepalive = true,
		.lock_memory = true,
	};
	int in = STDIN_FILENO, out = STDOUT_FILENO, port = -1, rc = 0;
	struct bt_session *session;

	if (values->port) {
		rc = open_port(values->port, &port, err);
		in = out = port;
	}
	if (!rc)
		rc = bt_session_open(&session, &options, err);
	if (!rc) {
		rc = bt_session_attach(session, in, out, "client", err);
		if (!rc)
			serve(session, signal_fd);
		bt_session_close(session);
	}
	if (port >= 0)
		close(port);
	return rc;
}

static int catch_signals(void)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct values values = { 0 };
	const struct bt_opt_group group = { "Options", opts, &values };
	struct bt_err err = { 0 };
	int rc = bt_opt_parse(&group, 1, argc, argv, &err);

	if (rc >= 0 && rc < argc)
		rc = bt_err_set(&err, EINVAL, "'%s': takes no operands", argv[rc]);
	if (rc >= 0 && values.help) {
		print_help(&group);
		return BT_EXIT_OK;
	}
	if (rc >= 0 && values.version) {
		printf("buddytop-agent %s (ABI %u)\n", PACKAGE_VERSION, BT_ABI_VERSION);
		return BT_EXIT_OK;
	}
	if (rc >= 0)
		rc = run(&values, catch_signals(), &err);
	if (rc >= 0)
		return BT_EXIT_OK;
	fprintf(stderr, "buddytop-agent: %s\n", err.text);
	return bt_err_exit(&err);
}

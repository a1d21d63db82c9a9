// SPDX-License-Identifier: GPL-2.0
/* buddytop lab watch: the dashboard on the guest of a lab that runs. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "cmd/top.h"
#include "source/socket.h"

#define SOCKET_NAME "/session.sock"
#define SOCKETS_BYTES_MAX (16u << 20)
#define PEER_NS (5 * BT_NS_PER_S)
#define TICK_MS 50

struct watch_values {
	struct top_values top;
	uint64_t pid;		/* 0: not given */
};

static const struct bt_opt watch_opts[] = {
	{ "pid", 0, BT_OPT_NUMBER, "N", "process of the lab, where it is another user's or has "
	  "another XDG_RUNTIME_DIR", offsetof(struct watch_values, pid) },
	TOP_OPT_GLYPHS(struct watch_values, top),
	TOP_OPT_THEME(struct watch_values, top),
	{ 0 }
};

/* ---- the socket of a process -------------------------------------------------------------- */

static bool has_socket(unsigned long long pid, unsigned long inode)
{
	char folder[64], path[sizeof(((struct dirent *)0)->d_name) + 80], target[64], wanted[64];
	const struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(folder, sizeof(folder), "/proc/%llu/fd", pid);
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	dir = opendir(folder);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t length;

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		length = readlink(path, target, sizeof(target) - 1);
		target[length > 0 ? length : 0] = '\0';
		found = !strcmp(target, wanted);
	}
	if (dir)
		closedir(dir);
	return found;
}

/* Lines as proc_pid_net(5) has them: the inode and the path are the last two fields. */
static bool is_session(unsigned long long pid, const char *line, char path[BT_SOCKET_PATH])
{
	unsigned long inode;
	size_t length;

	if (sscanf(line, "%*s %*s %*s %*s %*s %*s %lu %107s", &inode, path) != 2)
		return false;
	length = strlen(path);
	return length > strlen(SOCKET_NAME) && path[0] == '/' &&
	       !strcmp(path + length - strlen(SOCKET_NAME), SOCKET_NAME) && has_socket(pid, inode);
}

static int socket_of(unsigned long long pid, char path[BT_SOCKET_PATH], struct bt_err *err)
{
	char table[64], *text, *rest;
	bool found = false;

	snprintf(table, sizeof(table), "/proc/%llu/net/unix", pid);
	if (bt_read_file(table, SOCKETS_BYTES_MAX, &text, NULL) < 0)
		return bt_err_set(err, ESRCH, "--pid %llu: there is no such process", pid);
	rest = text;
	for (char *line = strsep(&rest, "\n"); line && !found; line = strsep(&rest, "\n"))
		found = is_session(pid, line, path);
	free(text);
	return found ? 0 : bt_err_set(err, ENOTCONN, "--pid %llu: it has no session that could be "
				      "watched%s", pid,
				     geteuid() ? ", or is another user's (sudo)" :
				      "; a lab has one while a guest is up");
}

/* ---- is it a lab -------------------------------------------------------------------------- */

/* What is known of the other end comes with its first answer. */
static void wait_for_peer(struct bt_session *session, struct bt_peer *peer)
{
	uint64_t end_ns = bt_mono_ns() + PEER_NS;

	do {
		struct pollfd wait = { .fd = bt_session_fd(session), .events = POLLIN };

		poll(&wait, 1, TICK_MS);
		bt_session_step(session);
		bt_session_peer(session, peer);
	} while (!peer->pid && bt_mono_ns() < end_ns);
}

static int check_lab(const char *source, struct bt_err *err)
{
	struct bt_session_options options = { .source = source, .interval_ns = BT_CMD_INTERVAL_NS };
	struct bt_session *session;
	struct bt_peer peer = { .pid = 0 };
	int ret;

	options.source_options.read_only = true;
	ret = bt_session_open(&session, &options, err);
	if (ret == -ENOTCONN)
		return bt_err_set(err, ENOTCONN, "lab watch: no lab of this user has a guest up "
				  "now (lab run, lab suite and lab shell serve their first guest; "
				  "--pid names another user's)");
	if (ret)
		return ret;
	wait_for_peer(session, &peer);
	bt_session_close(session);
	if (!peer.pid)
		return bt_err_set(err, ETIMEDOUT, "lab watch: the session at %s does not answer",
				  source + strlen("session:"));
	if (strcmp(peer.source, "guest"))
		return bt_err_set(err, ENOTCONN, "lab watch: the session that runs (pid %llu) is "
				  "of %.80s, not of a lab; buddytop --source session shows it",
				  (unsigned long long)peer.pid, peer.source);
	return 0;
}

static int run_watch(struct bt_cmd_call *call, struct bt_err *err)
{
	const struct watch_values *values = call->values;
	char path[BT_SOCKET_PATH], source[BT_SOCKET_PATH + 16];
	int ret;

	if (call->argc)
		return bt_err_set(err, EINVAL, "lab watch: '%s' is nothing it takes",
				  call->argv[0]);
	ret = values->pid ? socket_of(values->pid, path, err) :
			    bt_socket_path(path, sizeof(path), err);
	if (ret)
		return ret;
	snprintf(source, sizeof(source), "session:%s", path);
	ret = check_lab(source, err);
	if (ret)
		return ret;
	call->source.spec = source;
	return top_run(call, &values->top, err);
}

const struct bt_cmd bt_lab_watch_cmd = {
	.name = "lab watch",
	.operands = "",
	.summary = "Show the dashboard on the guest of a lab that runs",
	.description = "All of the dashboard is there, the antagonist in the guest too: 'w' starts "
		       "it while\nthe lab resizes the guest. Of several guests it shows the first.",
	.opts = watch_opts, .no_source = true, .values_size = sizeof(struct watch_values),
	.run = run_watch,
};

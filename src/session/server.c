// SPDX-License-Identifier: GPL-2.0
/* The session's unix socket: a private directory, one session a user, any number of clients. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "session/internal.h"

#define CLIENTS_MAX 64u

static int make_directory(const char *socket_path, struct bt_err *err)
{
	char *dir = bt_xstrdup(socket_path);
	int rc;

	*strrchr(dir, '/') = '\0';
	if (mkdir(dir, 0700) && errno != EEXIST)
		rc = bt_err_set(err, errno, "%s: %s", dir, strerror(errno));
	else
		rc = bt_socket_check_directory(socket_path, err);
	free(dir);
	return rc;
}

static int bind_socket(struct bt_session *s, int fd, struct bt_err *err)
{
	struct sockaddr_un address = bt_socket_address(s->socket_path);
	mode_t mask = umask(0177);
	int rc = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;

	umask(mask);
	if (rc == -EADDRINUSE) {
		int other = bt_socket_connect(NULL);

		if (other >= 0) {
			close(other);
			return bt_err_set(err, EADDRINUSE, "another session has %s",
					  s->socket_path);
		}
		unlink(s->socket_path); /* left behind by a session that was killed */
		mask = umask(0177);
		rc = bind(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
		umask(mask);
	}
	return rc ? bt_err_set(err, -rc, "%s: %s", s->socket_path, strerror(-rc)) : 0;
}

static void accept_client(void *context, uint32_t events)
{
	struct bt_session *s = context;
	struct ucred peer = { 0 };
	socklen_t size = sizeof(peer);
	struct bt_link *link;
	char who[32];
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	snprintf(who, sizeof(who), "pid %d", (int)peer.pid);
	link = bt_links_count(s) < CLIENTS_MAX ? bt_link_create(s, fd, fd, true, who, NULL) : NULL;
	if (link)
		bt_link_set_pid(link, (uint64_t)peer.pid);
	else
		close(fd);
}

static int listen_on(struct bt_session *s, struct bt_err *err)
{
	int rc = bt_socket_path(s->socket_path, sizeof(s->socket_path), err);

	if (!rc)
		rc = make_directory(s->socket_path, err);
	if (rc)
		return rc;
	s->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listen_fd < 0)
		return bt_err_set(err, errno, "socket: %s", strerror(errno));
	rc = bind_socket(s, s->listen_fd, err);
	if (!rc && listen(s->listen_fd, 8))
		rc = bt_err_set(err, errno, "%s: %s", s->socket_path, strerror(errno));
	if (!rc) {
		s->listen_watch = (struct bt_watch){ accept_client, s };
		rc = bt_session_add_watch(s, s->listen_fd, EPOLLIN, &s->listen_watch, err);
	}
	if (rc) {
		close(s->listen_fd);
		s->listen_fd = -1;
	}
	return rc;
}

void bt_session_serve(struct bt_session *s)
{
	struct bt_err err = { 0 };

	if (!listen_on(s, &err))
		return;
	s->socket_path[0] = '\0';
	bt_session_log(s, BT_EVENT_NOTE, 0, "session", "ctl cannot attach: %s", err.text);
}

void bt_session_stop_serving(struct bt_session *s)
{
	if (s->listen_fd < 0)
		return;
	unlink(s->socket_path);
	close(s->listen_fd);
	s->listen_fd = -1;
}

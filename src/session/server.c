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

/* An ordinary user that has no runtime directory, as in a container, has /tmp. */
int bt_socket_path(char *path, size_t size, struct bt_err *err)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	int used;

	if (runtime && *runtime)
		used = snprintf(path, size, "%s/buddytop/session.sock", runtime);
	else if (!geteuid())
		used = snprintf(path, size, "/run/buddytop/session.sock");
	else
		used = snprintf(path, size, "/tmp/buddytop-%u/session.sock", geteuid());
	if (used < 0 || (size_t)used >= size)
		return bt_err_set(err, ENAMETOOLONG, "the path of the socket in %s is too long",
				  runtime);
	return 0;
}

/* Nobody else may have made the socket's directory or be able to write in it. */
static int check_directory(const char *socket_path, struct bt_err *err)
{
	int length = (int)(strrchr(socket_path, '/') - socket_path);
	char dir[BT_SOCKET_PATH];
	struct stat st;

	snprintf(dir, sizeof(dir), "%.*s", length, socket_path);
	if (lstat(dir, &st))
		return bt_err_set(err, errno, "%s: %s", dir, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077))
		return bt_err_set(err, EPERM, "%s is not a private directory of this user", dir);
	return 0;
}

static struct sockaddr_un to_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

int bt_socket_connect(struct bt_err *err)
{
	char path[BT_SOCKET_PATH];
	int fd, rc = bt_socket_path(path, sizeof(path), err);
	struct sockaddr_un address;

	if (rc)
		return rc;
	/* Root may talk to anybody's session. */
	rc = geteuid() ? check_directory(path, err) : 0;
	if (rc && rc != -ENOENT)
		return rc;
	address = to_address(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	rc = bt_err_set(err, errno == ENOENT || errno == ECONNREFUSED ? ENOTCONN : errno,
			"no session at %s: %s; start one with buddytop or ctl start --source%s",
			path, strerror(errno), geteuid() ? "; one of root's takes sudo" : "");
	if (fd >= 0)
		close(fd);
	return rc;
}

static int make_directory(const char *socket_path, struct bt_err *err)
{
	char *dir = bt_xstrdup(socket_path);
	int rc;

	*strrchr(dir, '/') = '\0';
	if (mkdir(dir, 0700) && errno != EEXIST)
		rc = bt_err_set(err, errno, "%s: %s", dir, strerror(errno));
	else
		rc = check_directory(socket_path, err);
	free(dir);
	return rc;
}

static int bind_socket(struct bt_session *s, int fd, struct bt_err *err)
{
	struct sockaddr_un address = to_address(s->socket_path);
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
	char who[32];
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size);
	snprintf(who, sizeof(who), "client pid %d", (int)peer.pid);
	if (bt_links_count(s) >= CLIENTS_MAX || !bt_link_create(s, fd, fd, true, who, NULL))
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

// SPDX-License-Identifier: GPL-2.0
/* The client's end of a session's socket. */
#include "source/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

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
int bt_socket_check_directory(const char *socket_path, struct bt_err *err)
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

struct sockaddr_un bt_socket_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

int bt_socket_connect_to(const char *path, struct bt_err *err)
{
	struct sockaddr_un address = bt_socket_address(path);
	int fd, rc;

	/* Root may talk to anybody's session. */
	rc = geteuid() ? bt_socket_check_directory(path, err) : 0;
	if (rc && rc != -ENOENT)
		return rc;
	/* A stopped session with a full backlog must not stop its clients: EAGAIN then. */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    !fcntl(fd, F_SETFL, 0))
		return fd;
	rc = bt_err_set(err, errno == ENOENT || errno == ECONNREFUSED ? ENOTCONN : errno,
			"no session at %s: %s; start one with buddytop or ctl start --source%s",
			path, strerror(errno), geteuid() ? "; one of root's takes sudo" : "");
	if (fd >= 0)
		close(fd);
	return rc;
}

int bt_socket_connect(struct bt_err *err)
{
	char path[BT_SOCKET_PATH];
	int rc = bt_socket_path(path, sizeof(path), err);

	return rc ? rc : bt_socket_connect_to(path, err);
}

// SPDX-License-Identifier: GPL-2.0
#include "cmd/lab_relay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LEAVE 0x1d		/* ^], as of telnet */
#define EXIT_LINE "guest-extra exit"	/* as init tells it */
#define END_OF_INPUT "\x04"
#define LOOK_NS BT_NS_PER_S

static void forget(const struct lab_relay *relay, int fd)
{
	epoll_ctl(relay->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

int lab_relay_begin(struct lab_relay *relay, struct bt_err *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	relay->terminal = !tcgetattr(STDIN_FILENO, &relay->before);
	if (!epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event)) {
		forget(relay, STDIN_FILENO);
		return 0;
	}
	return bt_err_set(err, EINVAL, "lab shell: standard input is neither a terminal nor a pipe "
			  "(cat FILE | buddytop lab shell)");
}

/* ---- the terminal ------------------------------------------------------------------------- */

static void terminal_raw(struct lab_relay *relay)
{
	struct termios raw = relay->before;

	if (!relay->terminal)
		return;
	cfmakeraw(&raw);
	ui_signals_guard(STDIN_FILENO, -1, "\r\n", &relay->before);
	relay->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void terminal_back(struct lab_relay *relay)
{
	if (!relay->raw)
		return;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &relay->before);
	ui_signals_guard(-1, -1, NULL, NULL);
	relay->raw = false;
}

/* ---- from one to the other ---------------------------------------------------------------- */

static int watch(const struct lab_relay *relay, int fd, struct bt_err *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) ?
	       bt_err_set(err, errno, "lab shell: epoll: %s", strerror(errno)) : 0;
}

/* What a guest that hangs does not take is lost, as with any terminal: ^] still ends it. */
static void type(const struct lab_relay *relay, const char *text, size_t size)
{
	ssize_t sent = send(relay->console_fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (relay->terminal && sent < (ssize_t)size)
		(void)!write(STDOUT_FILENO, "\a", 1);
}

static void from_terminal(struct lab_relay *relay)
{
	char text[1024];
	ssize_t size = read(STDIN_FILENO, text, sizeof(text));
	const char *leave = size > 0 && relay->terminal ? memchr(text, LEAVE, (size_t)size) : NULL;

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size > 0)
		type(relay, text, leave ? (size_t)(leave - text) : (size_t)size);
	relay->ended |= leave != NULL;
	if (size > 0)
		return;
	type(relay, END_OF_INPUT, 1);
	forget(relay, STDIN_FILENO);
}

static bool write_all(const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(STDOUT_FILENO, text, size);

		if (written < 0 && errno != EINTR)
			return false;
		text += written > 0 ? written : 0;
		size -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

/* Until the guest has said something nobody there listens: what is typed waits. */
static void from_console(struct lab_relay *relay)
{
	char text[4096];
	ssize_t size = recv(relay->console_fd, text, sizeof(text), MSG_DONTWAIT);
	struct bt_err ignored;

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		forget(relay, relay->console_fd); /* the loop around the guest finds out why */
	else if (!write_all(text, (size_t)size))
		relay->ended = true;
	else if (!relay->reading)
		relay->reading = !watch(relay, STDIN_FILENO, &ignored);
}

/* What init says of the script; what the script says of its start, where that fails. */
static void from_extra(struct lab_relay *relay, int fd)
{
	char text[1024];
	ssize_t size = read(fd, text, sizeof(text));

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		forget(relay, fd);
	else if (memmem(text, (size_t)size, EXIT_LINE, strlen(EXIT_LINE)))
		relay->ended = true;
	if (size > 0 && !relay->reading)
		(void)!write(STDERR_FILENO, text, (size_t)size);
}

static void on_ready(struct lab_relay *relay, int fd)
{
	if (fd == relay->console_fd)
		from_console(relay);
	else if (fd == STDIN_FILENO)
		from_terminal(relay);
	else if (fd == relay->signals->fd)
		relay->ended |= ui_signals_end_asked(relay->signals);
	else
		from_extra(relay, fd);
}

static int copy(struct lab_relay *relay, struct bt_err *err)
{
	struct epoll_event events[4];
	unsigned gone;
	int ret = 0;

	while (!ret && !relay->ended) {
		ret = bt_lab_pump(&relay->guest, 1, bt_mono_ns() + LOOK_NS, relay->epoll_fd, &gone,
				  err);
		if (ret && ret != -EINTR)
			break;
		ret = 0;
		for (int i = 0, n = epoll_wait(relay->epoll_fd, events, 4, 0); i < n; i++)
			on_ready(relay, events[i].data.fd);
	}
	/* The last words before the shell's end. */
	for (ssize_t size = 1; size > 0;) {
		char text[4096];

		size = recv(relay->console_fd, text, sizeof(text), MSG_DONTWAIT);
		if (size > 0 && !write_all(text, (size_t)size))
			break;
	}
	return ret;
}

/* ---- all of it ---------------------------------------------------------------------------- */

int lab_relay_run(struct lab_relay *relay, struct bt_lab_guest *guest, int console_fd,
		  const struct ui_signals *signals, struct bt_err *err)
{
	int ret;

	relay->guest = guest;
	relay->console_fd = console_fd;
	relay->signals = signals;
	ret = watch(relay, console_fd, err);
	if (!ret)
		ret = watch(relay, signals->fd, err);
	if (!ret)
		ret = watch(relay, bt_vm_port_fd(bt_lab_guest_vm(guest), BT_VM_EXTRA), err);
	if (ret)
		return ret;
	terminal_raw(relay);
	ret = copy(relay, err);
	terminal_back(relay);
	return ret;
}

void lab_relay_end(struct lab_relay *relay)
{
	close(relay->epoll_fd);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * buddytop lab shell: a shell in a guest. The guest gets busybox, and as its added program a script
 * that runs it on a terminal of its own: a virtio console, whose other end is a socket here. The
 * script's end is told on the extra port.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "cmd/lab_guest.h"
#include "source/socket.h"
#include "ui/signals.h"

#define BUSYBOX "/bin/busybox"
#define BUSYBOX_BYTES_MAX (64u << 20)
#define LEAVE 0x1d		/* ^], as of telnet */
#define EXIT_LINE "guest-extra exit"	/* as init tells it */
#define END_OF_INPUT "\x04"
#define LOOK_NS BT_NS_PER_S

struct shell_values {
	struct lab_guest_values guest;
	const char *busybox;
};

#define SETTING(name, value, help) \
	{ name, 0, BT_OPT_SETTING, value, help, offsetof(struct shell_values, guest.set) }

static const struct bt_opt shell_opts[] = {
	SETTING("mode", "MODE", "buddytop lab modes lists them (default base-manual)"),
	SETTING("cpus", "N", "virtual CPUs (default 2)"),
	SETTING("memory", "SIZE", "the most it can have (default 1G)"),
	SETTING("least", "SIZE", "what it can be shrunk to (default 256M)"),
	SETTING("initial", "SIZE", "what it boots with (default: the most)"),
	SETTING("append", "TEXT", "more of the kernel's command line"),
	{ "busybox", 0, BT_OPT_TEXT, "FILE", "a static busybox (default " BUSYBOX ")",
	  offsetof(struct shell_values, busybox) },
	LAB_GUEST_OPTS(struct shell_values, guest),
	{ 0 }
};

struct shell {
	struct ui_signals signals;
	char told[BT_CMD_TOLD];
	bool yes;
	char folder[64], *socket, *script, *chardev;	/* of our own, gone when it runs */
	struct bt_vm_list add, qemu_args;
	int listen_fd, console_fd, epoll_fd;
	struct bt_modes *modes;
	struct bt_lab_plan *plan;
	struct bt_lab_guest *guest;
	struct termios before;
	bool terminal, raw, reading, ended;
};

/* ---- what it needs ------------------------------------------------------------------------ */

/* An ELF file without an interpreter runs in a guest that has no libraries. */
static int check_busybox(const char *path, struct bt_err *err)
{
	char *text;
	ssize_t size;
	bool fits;

	if (access(path, X_OK))
		return bt_err_set(err, ENODEV, "lab shell: %s: %s; a static busybox is needed "
				  "(package busybox-static; --busybox names another file)", path,
				  strerror(errno));
	size = bt_read_file(path, BUSYBOX_BYTES_MAX, &text, err);
	if (size < 0)
		return (int)size;
	fits = size > 4 && !memcmp(text, "\177ELF", 4) &&
	       !memmem(text, (size_t)size, "/ld-linux", 9) &&
	       !memmem(text, (size_t)size, "/ld-musl", 8);
	free(text);
	return fits ? 0 : bt_err_set(err, ENODEV, "lab shell: %s needs shared libraries, which a "
				     "guest has not: a static one is needed (package "
				     "busybox-static; --busybox names another file)", path);
}

static int check_input(const struct shell *shell, struct bt_err *err)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (!epoll_ctl(shell->epoll_fd, EPOLL_CTL_ADD, STDIN_FILENO, &event)) {
		epoll_ctl(shell->epoll_fd, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
		return 0;
	}
	return bt_err_set(err, EINVAL, "lab shell: standard input is neither a terminal nor a pipe "
			  "(cat FILE | buddytop lab shell)");
}

/* The script leads a session without a terminal: the first that it opens becomes that. */
static void script_text(const struct shell *shell, char *text, size_t size)
{
	struct winsize window = { .ws_row = 24, .ws_col = 80 };
	const char *name = getenv("TERM");
	char term[32] = "vt100";

	if (shell->terminal)
		ioctl(STDIN_FILENO, TIOCGWINSZ, &window);
	if (name && strlen(name) < sizeof(term) && !strpbrk(name, "'\n"))
		snprintf(term, sizeof(term), "%s", name);
	snprintf(text, size,
		 "#!" BUSYBOX " sh\n"
		 BUSYBOX " --install -s /bin\n"
		 "mkdir -p /dev/pts /root\n"
		 "mount -t devpts devpts /dev/pts\n"
		 "exec </dev/hvc0 >/dev/hvc0 2>&1 || exit 1\n"
		 "stty sane rows %u cols %u\n"
		 "export TERM='%s' HOME=/root PS1='\\h:\\w# '\n"
		 "cd /root\n"
		 "echo \"Linux $(uname -r) in a guest of buddytop. exit or ^] ends it, with the "
		 "guest.\"\nexec sh -i\n",
		 window.ws_row ? window.ws_row : 24u, window.ws_col ? window.ws_col : 80u, term);
}

static int write_script(struct shell *shell, struct bt_err *err)
{
	char text[1024];

	script_text(shell, text, sizeof(text));
	return bt_write_file(shell->script, text, strlen(text), 0755, err);
}

static int listen_for_console(struct shell *shell, struct bt_err *err)
{
	struct sockaddr_un address = bt_socket_address(shell->socket);

	shell->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (shell->listen_fd < 0 ||
	    bind(shell->listen_fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(shell->listen_fd, 1))
		return bt_err_set(err, errno, "%s: %s", shell->socket, strerror(errno));
	return 0;
}

static void add(struct bt_vm_list *list, const char *text)
{
	list->items[list->count++] = text;
}

/* A folder that only we can look into; its files are needed until the guest is up. */
static int make_parts(struct shell *shell, const char *busybox, struct bt_err *err)
{
	const char *parent = getenv("TMPDIR");
	int ret;

	if (!parent || strlen(parent) > 32)
		parent = "/tmp";
	snprintf(shell->folder, sizeof(shell->folder), "%s/buddytop-shell-XXXXXX", parent);
	if (!mkdtemp(shell->folder)) {
		ret = bt_err_set(err, errno, "%s: %s", shell->folder, strerror(errno));
		shell->folder[0] = '\0';
		return ret;
	}
	shell->socket = bt_xasprintf("%s/console", shell->folder);
	shell->script = bt_xasprintf("%s/guest-extra", shell->folder);
	shell->chardev = bt_xasprintf("socket,id=shell,path=%s", shell->socket);
	add(&shell->add, bt_xasprintf(BUSYBOX "=%s", busybox));
	add(&shell->add, bt_xasprintf("/sbin/guest-extra=%s", shell->script));
	add(&shell->qemu_args, "-chardev");
	add(&shell->qemu_args, shell->chardev);
	add(&shell->qemu_args, "-device");
	add(&shell->qemu_args, "virtconsole,bus=serial.0,chardev=shell");
	ret = write_script(shell, err);
	return ret ? ret : listen_for_console(shell, err);
}

static void remove_parts(struct shell *shell)
{
	if (!shell->folder[0])
		return;
	unlink(shell->socket);
	unlink(shell->script);
	rmdir(shell->folder);
	shell->folder[0] = '\0';
}

/* ---- the terminal ------------------------------------------------------------------------- */

static void terminal_raw(struct shell *shell)
{
	struct termios raw = shell->before;

	if (!shell->terminal)
		return;
	cfmakeraw(&raw);
	ui_signals_guard(STDIN_FILENO, -1, "\r\n", &shell->before);
	shell->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void terminal_back(struct shell *shell)
{
	if (!shell->raw)
		return;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &shell->before);
	ui_signals_guard(-1, -1, NULL, NULL);
	shell->raw = false;
}

/* ---- from one to the other ---------------------------------------------------------------- */

static int watch(const struct shell *shell, int fd, struct bt_err *err)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(shell->epoll_fd, EPOLL_CTL_ADD, fd, &event) ?
	       bt_err_set(err, errno, "lab shell: epoll: %s", strerror(errno)) : 0;
}

/* An end of QEMU's: the loop around the guest finds out why. */
static void forget(const struct shell *shell, int fd)
{
	epoll_ctl(shell->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* What a guest that hangs does not take is lost, as with any terminal: ^] still ends it. */
static void type(const struct shell *shell, const char *text, size_t size)
{
	ssize_t sent = send(shell->console_fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (shell->terminal && sent < (ssize_t)size)
		(void)!write(STDOUT_FILENO, "\a", 1);
}

static void from_terminal(struct shell *shell)
{
	char text[1024];
	ssize_t size = read(STDIN_FILENO, text, sizeof(text));
	const char *leave = size > 0 && shell->terminal ? memchr(text, LEAVE, (size_t)size) : NULL;

	if (size < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (size > 0)
		type(shell, text, leave ? (size_t)(leave - text) : (size_t)size);
	shell->ended |= leave != NULL;
	if (size > 0)
		return;
	type(shell, END_OF_INPUT, 1);
	forget(shell, STDIN_FILENO);
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
static void from_console(struct shell *shell)
{
	char text[4096];
	ssize_t size = recv(shell->console_fd, text, sizeof(text), MSG_DONTWAIT);
	struct bt_err ignored;

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		forget(shell, shell->console_fd);
	else if (!write_all(text, (size_t)size))
		shell->ended = true;
	else if (!shell->reading)
		shell->reading = !watch(shell, STDIN_FILENO, &ignored);
}

/* What init says of the script; what the script says of its start, where that fails. */
static void from_extra(struct shell *shell, int fd)
{
	char text[1024];
	ssize_t size = read(fd, text, sizeof(text));

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		forget(shell, fd);
	else if (memmem(text, (size_t)size, EXIT_LINE, strlen(EXIT_LINE)))
		shell->ended = true;
	if (size > 0 && !shell->reading)
		(void)!write(STDERR_FILENO, text, (size_t)size);
}

static void on_ready(struct shell *shell, int fd)
{
	if (fd == shell->console_fd)
		from_console(shell);
	else if (fd == STDIN_FILENO)
		from_terminal(shell);
	else if (fd == shell->signals.fd)
		shell->ended |= ui_signals_end_asked(&shell->signals);
	else
		from_extra(shell, fd);
}

static int relay(struct shell *shell, struct bt_err *err)
{
	struct epoll_event events[4];
	unsigned gone;
	int ret = 0;

	while (!ret && !shell->ended) {
		ret = bt_lab_pump(&shell->guest, 1, bt_mono_ns() + LOOK_NS, shell->epoll_fd, &gone,
				  err);
		if (ret && ret != -EINTR)
			break;
		ret = 0;
		for (int i = 0, n = epoll_wait(shell->epoll_fd, events, 4, 0); i < n; i++)
			on_ready(shell, events[i].data.fd);
	}
	/* The last words before the shell's end. */
	for (ssize_t size = 1; size > 0;) {
		char text[4096];

		size = recv(shell->console_fd, text, sizeof(text), MSG_DONTWAIT);
		if (size > 0 && !write_all(text, (size_t)size))
			break;
	}
	return ret;
}

/* ---- all of it ---------------------------------------------------------------------------- */

static bool on_progress(void *context, const char *text)
{
	struct shell *shell = context;

	bt_cmd_tell(text, shell->told);
	return !ui_signals_end_asked(&shell->signals);
}

static bool end_asked(const void *signals)
{
	return ui_signals_end_asked(signals);
}

static bool on_ask(void *context, const char *question)
{
	struct shell *shell = context;

	return isatty(STDIN_FILENO) &&
	       bt_cmd_ask(question, shell->signals.fd, end_asked, &shell->signals);
}

static int start_guest(struct shell *shell, const struct lab_guest_values *values,
		       struct bt_err *err)
{
	struct bt_lab_guest_options options = {
		.accel = lab_guest_accel(values), .add = &shell->add,
		.qemu_args = &shell->qemu_args, .extra = true, .serve = true,
		.assume_yes = values->yes, .progress = on_progress, .ask = on_ask, .context = shell };
	struct bt_lab_item *items = NULL;
	unsigned count;
	int ret;

	shell->plan = bt_lab_plan_create();
	ret = bt_lab_plan_add(shell->plan, "inflate", err);
	if (!ret)
		ret = lab_guest_set(values, shell->plan, err);
	if (!ret)
		ret = bt_lab_plan_expand(shell->plan, 1, &items, &count, err);
	if (!ret && count != 1)
		ret = bt_err_set(err, EINVAL, "lab shell: one guest, not %u", count);
	if (!ret)
		ret = lab_guest_modes(values, &shell->modes, err);
	if (!ret)
		ret = bt_modes_find(shell->modes, items[0].mode, &options.mode, err);
	if (!ret) {
		options.size = items[0].options.size;
		options.append = items[0].options.append;
		options.boot_limit_ns = items[0].options.boot_limit_ns;
		ret = bt_lab_guest_start(&shell->guest, &options, err);
	}
	free(items);
	return ret;
}

static int accept_console(struct shell *shell, struct bt_err *err)
{
	shell->console_fd = accept4(shell->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (shell->console_fd < 0)
		return bt_err_set(err, errno, "lab shell: QEMU has not connected the console: %s",
				  strerror(errno));
	return 0;
}

static int talk(struct shell *shell, const struct shell_values *values, struct bt_err *err)
{
	const char *busybox = values->busybox ? values->busybox : BUSYBOX;
	int ret = check_busybox(busybox, err);

	if (!ret)
		ret = check_input(shell, err);
	if (!ret)
		ret = make_parts(shell, busybox, err);
	if (!ret)
		ret = start_guest(shell, &values->guest, err);
	if (!ret)
		ret = accept_console(shell, err);
	remove_parts(shell);
	if (!ret)
		ret = watch(shell, shell->console_fd, err);
	if (!ret)
		ret = watch(shell, shell->signals.fd, err);
	if (!ret)
		ret = watch(shell, bt_vm_port_fd(bt_lab_guest_vm(shell->guest), BT_VM_EXTRA), err);
	if (ret)
		return ret;
	terminal_raw(shell);
	ret = relay(shell, err);
	terminal_back(shell);
	return ret;
}

static int run_shell(struct bt_cmd_call *call, struct bt_err *err)
{
	struct shell_values *values = call->values;
	struct shell shell = { .listen_fd = -1, .console_fd = -1,
			       .epoll_fd = epoll_create1(EPOLL_CLOEXEC) };
	int ret;

	if (call->argc)
		return bt_err_set(err, EINVAL, "lab shell: '%s' is nothing it takes",
				  call->argv[0]);
	shell.terminal = !tcgetattr(STDIN_FILENO, &shell.before);
	ret = ui_signals_begin(&shell.signals, err);
	if (ret)
		return ret;
	ret = talk(&shell, values, err);
	bt_lab_guest_stop(shell.guest);
	bt_modes_free(shell.modes);
	if (shell.plan)
		bt_lab_plan_free(shell.plan);
	ui_signals_end(&shell.signals);
	for (unsigned i = 0; i < shell.add.count; i++)
		free((char *)shell.add.items[i]);
	free(shell.socket);
	free(shell.script);
	free(shell.chardev);
	close(shell.listen_fd);
	close(shell.console_fd);
	close(shell.epoll_fd);
	lab_guest_free(&values->guest);
	return ret;
}

const struct bt_cmd bt_lab_shell_cmd = {
	.name = "lab shell",
	.operands = "",
	.summary = "A shell in a guest of the lab",
	.description = "By busybox, which the host must have. The guest ends with the shell; what "
		       "is written in\nit is gone then. lab watch shows it from another terminal "
		       "meanwhile.",
	.opts = shell_opts, .no_source = true, .values_size = sizeof(struct shell_values),
	.run = run_shell,
};

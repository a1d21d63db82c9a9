// SPDX-License-Identifier: GPL-2.0
/*
 * buddytop lab shell: a shell in a guest. The guest gets busybox, and as its added program a script
 * that runs it on a terminal of its own: a virtio console, whose other end is a socket here. The
 * script's end is told on the extra port.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cmd/lab.h"
#include "cmd/lab_guest.h"
#include "cmd/lab_relay.h"
#include "source/socket.h"
#include "vm/place.h"

#define BUSYBOX "/bin/busybox"
#define BUSYBOX_BYTES_MAX (64u << 20)

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
	SETTING("initial", "SIZE", "what it boots with, of virtio-mem (default: the most)"),
	SETTING("append", "TEXT", "more of the kernel's command line"),
	{ "busybox", 0, BT_OPT_TEXT, "FILE", "a static busybox (default " BUSYBOX ")",
	  offsetof(struct shell_values, busybox) },
	LAB_GUEST_OPTS(struct shell_values, guest),
	{ 0 }
};

struct shell {
	struct ui_signals signals;
	struct lab_relay relay;
	char told[BT_CMD_TOLD];
	char folder[PATH_MAX], *socket, *script, *chardev;	/* gone when the guest runs */
	struct bt_vm_list add, qemu_args;
	int listen_fd, console_fd;
	struct bt_modes *modes;
	struct bt_lab_plan *plan;
	struct bt_lab_guest *guest;
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

/* The script leads a session without a terminal: the first that it opens becomes that. */
static void script_text(const struct shell *shell, char *text, size_t size)
{
	struct winsize window = { .ws_row = 24, .ws_col = 80 };
	const char *name = getenv("TERM");
	char term[32] = "vt100";

	if (shell->relay.terminal)
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

	if (strlen(shell->socket) >= BT_SOCKET_PATH)
		return bt_err_set(err, ENAMETOOLONG, "%s: too long for a socket (XDG_RUNTIME_DIR)",
				  shell->socket);
	shell->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (shell->listen_fd < 0 ||
	    bind(shell->listen_fd, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(shell->listen_fd, 1))
		return bt_err_set(err, errno, "%s: %s", shell->socket, strerror(errno));
	return 0;
}

/* In a folder of our own; its files are needed until the guest is up. */
static int make_parts(struct shell *shell, const char *busybox, struct bt_err *err)
{
	int ret = bt_place_private(shell->folder, err);

	if (ret) {
		shell->folder[0] = '\0';
		return ret;
	}
	shell->socket = bt_xasprintf("%s/console", shell->folder);
	shell->script = bt_xasprintf("%s/guest-extra", shell->folder);
	shell->chardev = bt_xasprintf("socket,id=shell,path=%s", shell->socket);
	bt_vm_list_add(&shell->add, bt_xasprintf(BUSYBOX "=%s", busybox));
	bt_vm_list_add(&shell->add, bt_xasprintf("/sbin/guest-extra=%s", shell->script));
	bt_vm_list_add(&shell->qemu_args, "-chardev");
	bt_vm_list_add(&shell->qemu_args, shell->chardev);
	bt_vm_list_add(&shell->qemu_args, "-device");
	bt_vm_list_add(&shell->qemu_args, "virtconsole,bus=serial.0,chardev=shell");
	ret = write_script(shell, err);
	return ret ? ret : listen_for_console(shell, err);
}

static void remove_parts(struct shell *shell)
{
	if (shell->folder[0])
		bt_place_remove(shell->folder);
	shell->folder[0] = '\0';
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
		.assume_yes = values->yes, .progress = on_progress, .ask = on_ask,
		.context = shell };
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
	if (!ret)
		ret = bt_mode_complete(options.mode, &items[0].options.size, err);
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
		ret = lab_relay_begin(&shell->relay, err);
	if (!ret)
		ret = make_parts(shell, busybox, err);
	if (!ret)
		ret = start_guest(shell, &values->guest, err);
	if (!ret)
		ret = accept_console(shell, err);
	remove_parts(shell);
	if (ret)
		return ret;
	bt_lab_guest_phase(shell->guest, "shell", 0);
	return lab_relay_run(&shell->relay, shell->guest, shell->console_fd, &shell->signals, err);
}

static int run_shell(struct bt_cmd_call *call, struct bt_err *err)
{
	struct shell_values *values = call->values;
	struct shell shell = { .relay = { .epoll_fd = -1 }, .listen_fd = -1, .console_fd = -1 };
	int ret;

	if (call->argc)
		return bt_err_set(err, EINVAL, "lab shell: '%s' is nothing it takes",
				  call->argv[0]);
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
	lab_relay_end(&shell.relay);
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

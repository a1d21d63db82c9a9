// SPDX-License-Identifier: GPL-2.0
/* What commands share: the options that name a machine and what they mean. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "source/socket.h"

#define FIELD(f) offsetof(struct bt_cmd_source, f)

const struct bt_opt bt_cmd_source_opts[] = {
	{ "source", 's', BT_OPT_TEXT, "NAME[:ARG]", "where the numbers come from", FIELD(spec) },
	{ "vm", 0, BT_OPT_FLAG, NULL, "short for --source vm", FIELD(vm) },
	{ "interval", 'i', BT_OPT_TIME, "TIME", "between two samples, 20ms to 60s (default 1s)",
	  FIELD(interval_ns) },
	{ "yes", 'y', BT_OPT_FLAG, NULL, "agree to builds, loads and downloads", FIELD(yes) },
	{ "cpus", 0, BT_OPT_SETTING, "N", "guest: virtual CPUs", FIELD(settings) },
	{ "memory", 0, BT_OPT_SETTING, "SIZE", "guest: memory of all nodes together",
	  FIELD(settings) },
	{ "nodes", 0, BT_OPT_SETTING, "N", "guest: NUMA nodes", FIELD(settings) },
	{ "accel", 0, BT_OPT_SETTING, "auto|kvm|tcg", "guest: what runs it", FIELD(settings) },
	{ "kernel", 0, BT_OPT_SETTING, "RELEASE|FILE", "guest: kernel to boot", FIELD(settings) },
	{ "kdir", 0, BT_OPT_SETTING, "TREE", "guest: build tree of that kernel, for the module",
	  FIELD(settings) },
	{ "module", 0, BT_OPT_SETTING, "FILE", "guest: a module that is built already",
	  FIELD(settings) },
	{ "append", 0, BT_OPT_SETTING, "WORDS", "guest: more of the kernel's command line",
	  FIELD(settings) },
	{ "qemu", 0, BT_OPT_SETTING, "FILE", "guest: QEMU to run", FIELD(settings) },
	{ "qemu-arg", 0, BT_OPT_SETTING, "WORD", "guest: one more argument of QEMU",
	  FIELD(settings) },
	{ "initrd-add", 0, BT_OPT_SETTING, "/PATH=FILE",
	  "guest: one more file; /sbin/guest-extra is run",
	  FIELD(settings) },
	{ 0 }
};

int bt_cmd_catch_end(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool bt_cmd_not_ended(void *end_fd, const char *text)
{
	struct pollfd end = { .fd = *(int *)end_fd, .events = POLLIN };

	(void)text;
	return poll(&end, 1, 0) <= 0;
}

void bt_cmd_tell(const char *text, char told[BT_CMD_TOLD])
{
	if (strncmp(told, text, BT_CMD_TOLD - 1))
		fprintf(stderr, "buddytop: %s\n", text);
	snprintf(told, BT_CMD_TOLD, "%s", text);
}

bool bt_cmd_opening_told(void *context, const char *text)
{
	struct bt_cmd_opening *opening = context;

	if (!opening->quiet)
		bt_cmd_tell(text, opening->told);
	return bt_cmd_not_ended(&opening->stop_fd, text);
}

bool bt_cmd_opening_asked(void *context, const char *question)
{
	struct bt_cmd_opening *opening = context;

	return isatty(STDIN_FILENO) && bt_cmd_ask(question, opening->stop_fd, NULL, NULL);
}

unsigned bt_cmd_terminal_width(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) ? size.ws_col : 0;
}

void bt_cmd_print_json(struct bt_json_writer *w)
{
	size_t size;
	const char *text = bt_json_writer_text(w, &size);

	printf("%s\n", text ? text : "");
}

/* One line from the terminal; false at its end, or when the end of the program was asked for. */
static bool read_answer(int end_fd, bool (*ended)(const void *context), const void *context,
			char *answer, size_t size)
{
	struct pollfd fds[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
				 { .fd = end_fd, .events = POLLIN } };
	ssize_t got;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			return false;
		if (fds[1].revents && (!ended || ended(context)))
			return false;
		if (!fds[0].revents)
			continue;
		got = read(STDIN_FILENO, answer, size - 1);
		answer[got > 0 ? got : 0] = '\0';
		return got > 0;
	}
}

bool bt_cmd_ask(const char *question, int end_fd, bool (*ended)(const void *context),
		const void *context)
{
	char answer[64];

	fprintf(stderr, "buddytop: %s [y/N] ", question);
	if (!read_answer(end_fd, ended, context, answer, sizeof(answer))) {
		fputc('\n', stderr);
		return false;
	}
	return answer[0] == 'y' || answer[0] == 'Y';
}

bool bt_cmd_is_ours(const struct bt_machine *machine)
{
	return !strcmp(machine->source, "vm") || machine->reality == BT_SIMULATED;
}

static bool session_runs(void)
{
	int fd = bt_socket_connect(NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* NULL: the module is there to be used. */
static const char *why_no_module(void)
{
	if (access("/dev/" BT_DEVICE_NAME, F_OK))
		return "/dev/" BT_DEVICE_NAME " is not there: the module is not loaded";
	if (access("/dev/" BT_DEVICE_NAME, R_OK))
		return "no permission for /dev/" BT_DEVICE_NAME;
	return NULL;
}

static const char *resolve_auto(bool needs_module, struct bt_session_options *options,
				char note[BT_CMD_NOTE])
{
	const char *why = why_no_module();

	if (session_runs()) {
		snprintf(note, BT_CMD_NOTE, "attached to the session that runs; --source opens "
			 "another one");
		return "session";
	}
	if (!why)
		return "kmod";
	snprintf(note, BT_CMD_NOTE, "%s, because %s on this machine",
		 needs_module ? "a guest" : "without the module", why);
	if (needs_module)
		return "vm";
	fprintf(stderr, "buddytop: %s (--vm runs it in a guest)\n", note);
	options->source_options.instead = note;
	return "user";
}

static const char *choose_spec(const struct bt_cmd_source *source, const char *fallback,
			       struct bt_session_options *options, char note[BT_CMD_NOTE],
			       struct bt_err *err)
{
	const char *spec = source->vm ? "vm" : source->spec ? source->spec : fallback;

	if (source->vm && source->spec && strcmp(source->spec, "vm")) {
		bt_err_set(err, EINVAL, "--vm and --source %s contradict each other", source->spec);
		return NULL;
	}
	if (!spec) {
		bt_err_set(err, EINVAL,
			   "--source is needed (kmod, user, vm, sim, replay:FILE, "
			   "remote:COMMAND)");
		return NULL;
	}
	if (spec == fallback && !strcmp(spec, "module"))
		return resolve_auto(true, options, note);
	return strcmp(spec, "auto") ? spec : resolve_auto(false, options, note);
}

int bt_cmd_session_options(const struct bt_cmd_call *call, const char *fallback,
			   struct bt_session_options *options, char note[BT_CMD_NOTE],
			   struct bt_err *err)
{
	const struct bt_cmd_source *source = &call->source;
	const char *spec;

	note[0] = '\0';
	options->source_options.instead = NULL;
	spec = choose_spec(source, fallback, options, note, err);
	if (!spec)
		return -EINVAL;
	if (source->settings.count && strncmp(spec, "vm", 2))
		return bt_err_set(err, EINVAL, "--%s: only a guest (--vm) has it",
				  source->settings.items[0]);
	options->source = spec;
	options->source_note = note[0] && !options->source_options.instead ? note : NULL;
	options->source_options.assume_yes = source->yes;
	options->source_options.extra =
		source->settings.count ? (const char *const *)source->settings.items : NULL;
	options->interval_ns =
		source->interval_ns == BT_UNKNOWN ? BT_CMD_INTERVAL_NS : source->interval_ns;
	return 0;
}

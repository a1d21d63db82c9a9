// SPDX-License-Identifier: GPL-2.0
#include "ui/signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "core/util.h"

static const int asked[UI_SIGNALS] = { SIGTERM, SIGHUP,	SIGINT,	 SIGQUIT,
				       SIGTSTP, SIGCONT, SIGWINCH };
static const int crashes[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };

/*
 * What the crash handlers need: a handler has no other way to it than a static. Written before the
 * handlers are installed and after they are removed.
 */
static struct {
	int fd, stderr_fd;
	char restore[256];
	size_t length;
	struct termios modes;
	stack_t stack_before;
	struct sigaction before[BT_ARRAY_SIZE(crashes)];
	void *stack;
} guard;

/*
 * Ignored they still reach the descriptor, for they are blocked; but curses, which takes over those
 * that have their default action, leaves them alone.
 */
int ui_signals_begin(struct ui_signals *signals, struct bt_err *err)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t mask;

	sigemptyset(&mask);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(asked); i++)
		sigaddset(&mask, asked[i]);
	signals->fd = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (signals->fd < 0)
		return bt_err_set(err, errno, "signalfd: %s", strerror(errno));
	sigprocmask(SIG_BLOCK, &mask, &signals->before);
	for (unsigned i = 0; i < UI_SIGNALS; i++)
		sigaction(asked[i], &ignore, &signals->actions[i]);
	return 0;
}

void ui_signals_end(struct ui_signals *signals)
{
	/* What came meanwhile was asked of a program that has ended by now. */
	while (ui_signals_next(signals))
		;
	close(signals->fd);
	for (unsigned i = 0; i < UI_SIGNALS; i++)
		sigaction(asked[i], &signals->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

int ui_signals_next(const struct ui_signals *signals)
{
	struct signalfd_siginfo info;

	return read(signals->fd, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

bool ui_signals_end_asked(const struct ui_signals *signals)
{
	bool end = false;
	int number;

	while ((number = ui_signals_next(signals)) != 0)
		end |= number == SIGTERM || number == SIGHUP || number == SIGINT ||
		       number == SIGQUIT;
	return end;
}

void ui_signals_suspend(void)
{
	const struct sigaction stop = { .sa_handler = SIG_DFL };
	struct sigaction action;
	sigset_t mask, before;

	/* Its default action, which spares an orphaned process group that nobody would continue. */
	sigaction(SIGTSTP, &stop, &action);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTSTP);
	kill(getpid(), SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &mask, &before);
	sigprocmask(SIG_SETMASK, &before, NULL);
	sigaction(SIGTSTP, &action, NULL);
}

/* Async-signal-safe: write(), tcsetattr(), dup2(), raise(). */
static void on_crash(int number)
{
	ssize_t ignored = write(guard.fd, guard.restore, guard.length);

	(void)ignored;
	tcsetattr(guard.fd, TCSANOW, &guard.modes);
	if (guard.stderr_fd >= 0)
		dup2(guard.stderr_fd, STDERR_FILENO);
	signal(number, SIG_DFL);
	raise(number);
}

static void guard_off(void)
{
	if (!guard.stack)
		return;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &guard.before[i], NULL);
	sigaltstack(&guard.stack_before, NULL);
	free(guard.stack);
	guard.stack = NULL;
}

void ui_signals_guard(int fd, int stderr_fd, const char *restore, const struct termios *modes)
{
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK | SA_NODEFER };
	size_t size = (size_t)sysconf(_SC_SIGSTKSZ);
	stack_t stack;

	guard_off();
	if (!restore)
		return;
	guard.fd = fd;
	guard.stderr_fd = stderr_fd;
	guard.modes = *modes;
	guard.length = strnlen(restore, sizeof(guard.restore));
	memcpy(guard.restore, restore, guard.length);
	guard.stack = bt_xcalloc(1, size);
	stack = (stack_t){ .ss_sp = guard.stack, .ss_size = size };
	sigaltstack(&stack, &guard.stack_before);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(crashes); i++)
		sigaction(crashes[i], &action, &guard.before[i]);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals of a program that owns a terminal. Those that ask for something are blocked and read from
 * a descriptor; those that mean a crash put the terminal back by hand and then take their course.
 */
#ifndef UI_SIGNALS_H
#define UI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

#include "core/err.h"

#define UI_SIGNALS 7

struct ui_signals {
	int fd;			/* signalfd: TERM HUP INT QUIT TSTP CONT WINCH */
	sigset_t before;
	struct sigaction actions[UI_SIGNALS];
};

/* Before any thread is started, so that all inherit the mask. */
int ui_signals_begin(struct ui_signals *signals, struct bt_err *err);
void ui_signals_end(struct ui_signals *signals);
/* The next signal that came, or 0. */
int ui_signals_next(const struct ui_signals *signals);
/* True when an end was asked for (TERM, HUP, INT, QUIT) since the last call. Others are dropped. */
bool ui_signals_end_asked(const struct ui_signals *signals);
/* Stops the process as SIGTSTP would; returns when it was continued. */
void ui_signals_suspend(void);

/*
 * From here to the matching call with restore == NULL a crash (SEGV BUS ABRT ILL FPE) writes
 * restore to fd, sets its line to modes, puts stderr_fd back as the standard error and dies of its
 * signal.
 */
void ui_signals_guard(int fd, int stderr_fd, const char *restore, const struct termios *modes);

#endif

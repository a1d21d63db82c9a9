/* SPDX-License-Identifier: GPL-2.0 */
/* Between this terminal and a terminal in a guest: key by key, until the program there ends. */
#ifndef BT_CMD_LAB_RELAY_H
#define BT_CMD_LAB_RELAY_H

#include "lab/guest.h"
#include "ui/signals.h"

struct lab_relay {
	const struct ui_signals *signals;
	struct bt_lab_guest *guest;
	int console_fd, epoll_fd;
	struct termios before;
	bool terminal;		/* standard input is one */
	bool raw;		/* and is not as it was before */
	bool reading;		/* the guest has said something: now it listens */
	bool ended;
};

/* -EINVAL: standard input is neither a terminal nor anything that could be waited for. */
int lab_relay_begin(struct lab_relay *relay, struct bt_err *err);
/*
 * The guest is served meanwhile. 0: the guest's added program (BT_VM_EXTRA) has ended, ^] was typed,
 * or a signal asked for an end; else why the guest did. The terminal is as before, whatever happens,
 * a crash of this program included.
 */
int lab_relay_run(struct lab_relay *relay, struct bt_lab_guest *guest, int console_fd,
		  const struct ui_signals *signals, struct bt_err *err);
void lab_relay_end(struct lab_relay *relay);

#endif

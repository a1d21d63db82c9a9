/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the lab knows of a guest that the guest does not: written by the thread of the loop, put
 * into each frame of the guest's session by the thread that reads frames. QEMU's own numbers are
 * read from /proc then, so that they are of the frame's instant.
 */
#ifndef BT_LAB_BOARD_H
#define BT_LAB_BOARD_H

#include <pthread.h>
#include <sys/types.h>

#include "frame/frame.h"

/* Which of all runs of a suite one is; 0: not told. */
struct bt_lab_place {
	unsigned run, runs;	/* from 1, of so many */
	unsigned repetition;	/* of its configuration, from 1 */
	unsigned iterations;	/* that it has */
};

struct bt_lab_board {
	pthread_mutex_t lock;
	pid_t pid;			/* of QEMU */
	uint64_t phase_since_ns;	/* own clock; 0: no phase was told */
	struct bt_frame_host host;	/* but QEMU's numbers and the age */
};

/* benchmark may be NULL: none. Everything else is not known yet. */
void bt_lab_board_init(struct bt_lab_board *board, const char *benchmark, const char *mode,
		       const struct bt_lab_place *place);
void bt_lab_board_free(struct bt_lab_board *board);
void bt_lab_board_qemu(struct bt_lab_board *board, pid_t pid);
/* From now on; iteration 0: it belongs to none. */
void bt_lab_board_phase(struct bt_lab_board *board, const char *phase, unsigned iteration);
/* BT_UNKNOWN: nobody knows. */
void bt_lab_board_size(struct bt_lab_board *board, uint64_t bytes);
void bt_lab_board_target(struct bt_lab_board *board, uint64_t bytes);

/* A function of struct bt_guest_link: context is the board. By any thread. */
void bt_lab_board_read(void *context, struct bt_frame_host *host);

#endif

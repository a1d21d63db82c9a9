/* SPDX-License-Identifier: GPL-2.0 */
/* What the sampler's thread (sampler_thread.c) and its owner (sampler.c) share. */
#ifndef BT_SAMPLER_STATE_H
#define BT_SAMPLER_STATE_H

#include <pthread.h>

#include "core/ring.h"
#include "session/sampler.h"

/*
 * As many frames as fit, within these bounds, which are powers of two: the more, the longer a reader
 * may sleep at short intervals.
 */
#define BT_SAMPLER_FRAMES_MIN 8u
#define BT_SAMPLER_FRAMES_MAX 64u
#define BT_SAMPLER_FRAMES_BYTES (16u << 20)

struct bt_sampler {
	const struct bt_source_ops *ops;
	struct bt_source_options options;
	pthread_t thread;
	bool started;
	int event_fd;
	struct bt_ring ring;
	void *slots[BT_SAMPLER_FRAMES_MAX];	/* struct bt_frame *, [frame_count] */
	unsigned frame_count;
	uint64_t untold_ns;		/* intervals since the last poke; of the thread alone */

	/* Held while the source's state is used by others than read(), or exchanged. */
	pthread_mutex_t source_lock;
	void *state;			/* NULL while lost */
	struct bt_peer peer;		/* of the last source that had one */

	/* What is opened next, and was (REOPENED): they take the place of the above when adopted. */
	const struct bt_source_ops *next_ops;
	struct bt_source_options next_options;
	void *next_state;

	pthread_mutex_t lock;		/* all below */
	pthread_cond_t wake;
	struct bt_sampler_status status;
	struct bt_machine machine;	/* REOPENED: the new one */
	uint64_t interval_ns, deadline_ns, retry_ns, answer_ns;
	unsigned normal_wanted, extra_wanted;
	unsigned want;			/* BT_WANT_* */
	bool switching;			/* open what is next now */
	bool rewound;			/* ENDED: there is more to read again */
	bool paused, relaxed, quit;
};

/* The thread; context is the sampler. Ends when quit is set. */
void *bt_sampler_run(void *context);

#endif

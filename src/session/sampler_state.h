/* SPDX-License-Identifier: GPL-2.0 */
/* What the sampler's thread (sampler_thread.c) and its owner (sampler.c) share. */
#ifndef BT_SAMPLER_STATE_H
#define BT_SAMPLER_STATE_H

#include <pthread.h>

#include "core/ring.h"
#include "session/sampler.h"

#define BT_SAMPLER_FRAMES 8u

struct bt_sampler {
	const struct bt_source_ops *ops;
	struct bt_source_options options;
	pthread_t thread;
	bool started;
	int event_fd;
	struct bt_ring ring;
	void *slots[BT_SAMPLER_FRAMES];	/* struct bt_frame * */

	/* Held while the source's state is used by others than read(), or exchanged. */
	pthread_mutex_t source_lock;
	void *state;			/* NULL while lost */

	pthread_mutex_t lock;		/* all below */
	pthread_cond_t wake;
	struct bt_sampler_status status;
	struct bt_machine machine;	/* REOPENED: the new one */
	uint64_t interval_ns, deadline_ns, retry_ns, answer_ns;
	unsigned normal_wanted, extra_wanted;
	unsigned want;			/* BT_WANT_* */
	bool paused, quit;
	bool rewound;			/* ENDED: there is more to read again */
};

/* The thread; context is the sampler. Ends when quit is set. */
void *bt_sampler_run(void *context);

#endif

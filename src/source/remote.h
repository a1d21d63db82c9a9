/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The remote source over a stream that is already connected: what `remote:COMMAND` does with its
 * child's pipes, the VM source does with the guest's virtio-serial port.
 */
#ifndef BT_REMOTE_H
#define BT_REMOTE_H

#include "core/load.h"
#include "source/source.h"

/*
 * Waits for the agent's greeting (at most limit_ns; options->progress is called meanwhile) and
 * fills machine from it. fd is made non-blocking and stays the caller's, who closes it after *state
 * is closed. *state is then used through the other functions of bt_source_remote: a source that
 * wraps this one forwards read, publish, keepalive, measure, measured, interrupt and close to it,
 * with the *state it got. -ETIMEDOUT, -EPROTO, -ENODATA (the stream ended).
 */
int bt_remote_open_fd(void **state, int fd, uint64_t limit_ns,
		      const struct bt_source_options *options, struct bt_machine *machine,
		      struct bt_err *err);

/*
 * publish() of the config of a named load: the log of the session there has it under the load's
 * name, with its sentences and note ("" = none). An older session logs it as any other.
 */
int bt_remote_publish_load(void *state, const struct bt_config *config, uint64_t token,
			   const struct bt_load *load, const char *note, struct bt_err *err);

/* The config that the other side's controls worked on when it greeted us. */
const struct bt_config *bt_remote_config(const void *state);

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* What the two files of the remote source share: remote.c and, for its beginning, remote_open.c. */
#ifndef BT_REMOTE_STATE_H
#define BT_REMOTE_STATE_H

#include <pthread.h>

#include "core/json.h"
#include "source/remote.h"
#include "source/spawn.h"
#include "source/stream.h"

#define BT_REMOTE_PAUSE_NS (200 * BT_NS_PER_MS)	/* between looks at a source that says "not now" */

struct bt_attach;

struct remote {
	struct bt_attach *attach;	/* the other end is a session, or NULL */
	char source[BT_NAME];		/* of the machine in the greeting */
	struct bt_stream stream;
	struct bt_spawn spawn;		/* pid 0: the stream is the caller's */
	int wake_fd;
	struct bt_json_reader *reader;
	char no_control[256];
	bool measure_options;		/* it knows all of struct bt_measure_options */
	struct bt_config config;	/* from the greeting */
	uint64_t last_id, awaited_id;	/* awaited_id 0: no read is under way */

	pthread_mutex_t lock;		/* all below, and the outgoing half of the stream */
	struct bt_json_writer *writer;
	char *publish_line;		/* the newest publication that found no room */
	size_t publish_size;
	struct bt_measure measure;
	bool measure_asked;
};

/* remote_open.c: `remote:COMMAND`. */
int bt_remote_open(void **state, const struct bt_source_options *options,
		   struct bt_machine *machine, struct bt_err *err);
void bt_remote_free(struct remote *remote);
/* -EPROTO with what it says, made printable. */
int bt_remote_rubbish(const char *what, const char *line, struct bt_err *err);

/*
 * remote.c: waits for input (0), an interrupt (-EINTR) or the time (-ETIMEDOUT); -EAGAIN: wait
 * again.
 */
int bt_remote_wait(struct remote *remote, uint64_t until_ns, bool want_input);

#endif

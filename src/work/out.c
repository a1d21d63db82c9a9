// SPDX-License-Identifier: GPL-2.0
#include "work/out.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/util.h"
#include "work/work.h"

#define FULL (1u << 20)		/* a job waits from here on */
#define QUEUE_MAX (8u << 20)	/* with a line of the job and answers of the loop above that */

int bt_work_out_open(struct bt_work_out *out, int in, int out_fd, struct bt_err *err)
{
	int code;

	*out = (struct bt_work_out){ .wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	if (out->wake_fd < 0)
		return bt_err_set(err, errno, "eventfd: %s", strerror(errno));
	code = bt_stream_init(&out->stream, in, out_fd, BT_WORK_LINE_MAX, QUEUE_MAX, err);
	if (code) {
		close(out->wake_fd);
		return code;
	}
	pthread_mutex_init(&out->lock, NULL);
	pthread_cond_init(&out->room, NULL);
	return 0;
}

void bt_work_out_close(struct bt_work_out *out)
{
	pthread_cond_destroy(&out->room);
	pthread_mutex_destroy(&out->lock);
	bt_stream_free(&out->stream);
	close(out->wake_fd);
}

void bt_work_out_wake(struct bt_work_out *out)
{
	static const uint64_t one = 1;

	bt_write_all(out->wake_fd, &one, sizeof(one));
}

static size_t queued(const struct bt_work_out *out)
{
	return out->stream.out_used - out->stream.out_start;
}

void bt_work_out_put(struct bt_work_out *out, struct bt_json_writer *w, bool patient)
{
	size_t size;
	const char *text = bt_json_writer_text(w, &size);

	if (!text)
		return;
	pthread_mutex_lock(&out->lock);
	while (patient && !out->closed && queued(out) > FULL)
		pthread_cond_wait(&out->room, &out->lock);
	if (!out->closed)
		bt_stream_put(&out->stream, text, size);
	pthread_mutex_unlock(&out->lock);
	bt_work_out_wake(out);
}

bool bt_work_out_pending(struct bt_work_out *out)
{
	bool pending;

	pthread_mutex_lock(&out->lock);
	pending = !out->closed && bt_stream_pending(&out->stream);
	pthread_mutex_unlock(&out->lock);
	return pending;
}

bool bt_work_out_full(struct bt_work_out *out)
{
	bool full;

	pthread_mutex_lock(&out->lock);
	full = queued(out) > FULL;
	pthread_mutex_unlock(&out->lock);
	return full;
}

int bt_work_out_flush(struct bt_work_out *out)
{
	int code;

	pthread_mutex_lock(&out->lock);
	code = bt_stream_flush(&out->stream);
	out->closed |= code && code != -EAGAIN;
	pthread_cond_broadcast(&out->room);
	pthread_mutex_unlock(&out->lock);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/* The loop around guests: one thread, one poll(). */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/util.h"
#include "lab/state.h"

#define FDS_OF_A_GUEST 3u
#define ALIVE_NS (50 * BT_NS_PER_MS)
#define SIZE_NS BT_NS_PER_S
#define REASON_NS (500 * BT_NS_PER_MS)
#define REASON_TICK_MS 10

int bt_lab_resize_start(struct bt_lab_guest *g, uint64_t bytes, struct bt_err *err)
{
	int ret;

	if (g->resizing)
		return bt_err_set(err, EBUSY, "a resize is on its way");
	ret = bt_resize_begin(&g->resize, g->vm, g->options.mode, &g->options.size, bytes, err);
	g->resizing = !ret;
	if (!ret)
		bt_lab_board_target(&g->board, g->resize.target_bytes);
	return ret;
}

const struct bt_resize *bt_lab_resize(const struct bt_lab_guest *g)
{
	return g->resizing ? &g->resize : NULL;
}

void bt_lab_resize_end(struct bt_lab_guest *g)
{
	if (g->resizing)
		bt_resize_free(&g->resize);
	g->resizing = false;
}

static int follow_resize(struct bt_lab_guest *g, uint64_t now_ns, struct bt_err *err)
{
	int ret = 0;

	if (!g->resize.reached_ns && now_ns - g->resize.asked_ns >= BT_RESIZE_POLL_NS)
		ret = bt_resize_poll(&g->resize, err);
	g->sample.size_bytes = g->resize.actual_bytes;
	return ret < 0 ? ret : 0;
}

/* The device's size: as fast as may be while it changes, and else now and then. */
static int ask_size(struct bt_lab_guest *g, uint64_t now_ns, struct bt_err *err)
{
	int ret;

	if (!g->resizing && now_ns - g->asked_ns < SIZE_NS)
		return 0;
	if (g->resizing) {
		ret = follow_resize(g, now_ns, err);
	} else {
		g->asked_ns = now_ns;
		ret = bt_resize_query(g->vm, g->options.mode, &g->options.size,
				      &g->sample.size_bytes, err);
	}
	bt_lab_board_size(&g->board, g->sample.size_bytes);
	return ret;
}

/* A stream's end is often seen before QEMU's own, which says more: the reason is worth a wait. */
static int reason(struct bt_lab_guest *g, int ret, struct bt_err *err)
{
	uint64_t end_ns = bt_mono_ns() + REASON_NS;

	while (bt_vm_alive(g->vm, err)) {
		if (bt_mono_ns() >= end_ns)
			return ret;
		poll(NULL, 0, REASON_TICK_MS);
	}
	return -err->code;
}

static int step(struct bt_lab_guest *g, struct bt_err *err)
{
	uint64_t now_ns = bt_mono_ns();
	int ret = 0;

	if (now_ns - g->alive_ns >= ALIVE_NS) {
		g->alive_ns = now_ns;
		if (!bt_vm_alive(g->vm, err))
			return -err->code;
	}
	if (bt_session_step(g->session))
		bt_lab_take_sample(g);
	ret = bt_lab_work_step(g, err);
	if (!ret)
		ret = ask_size(g, now_ns, err);
	return ret ? reason(g, ret, err) : 0;
}

static uint64_t next_ns(const struct bt_lab_guest *g, uint64_t now_ns)
{
	if (g->resizing && !g->resize.reached_ns)
		return g->resize.asked_ns + BT_RESIZE_POLL_NS;
	return now_ns + ALIVE_NS;
}

static bool something_ended(const struct bt_lab_guest *g)
{
	return g->job_ended || (g->resizing && g->resize.reached_ns);
}

static unsigned watch(const struct bt_lab_guest *g, struct pollfd *fds)
{
	fds[0] = (struct pollfd){ .fd = bt_session_fd(g->session), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = g->work.in, .events = POLLIN };
	if (bt_stream_pending(&g->work))
		fds[1].events |= POLLOUT;
	fds[2] = (struct pollfd){ .fd = bt_vm_qmp_fd(g->vm), .events = POLLIN };
	return FDS_OF_A_GUEST;
}

static void sleep_on(struct pollfd *fds, unsigned count, uint64_t wake_ns)
{
	uint64_t now_ns = bt_mono_ns(), left_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;

	ppoll(fds, count, &(struct timespec){ .tv_sec = (time_t)(left_ns / BT_NS_PER_S),
					      .tv_nsec = (long)(left_ns % BT_NS_PER_S) }, NULL);
}

static int step_all(struct bt_lab_guest *const *guests, unsigned count, unsigned *gone,
		    struct bt_err *err)
{
	for (unsigned i = 0; i < count; i++) {
		int ret = step(guests[i], err);

		if (ret) {
			*gone = i;
			return ret;
		}
	}
	return 0;
}

int bt_lab_pump(struct bt_lab_guest *const *guests, unsigned count, uint64_t until_ns, int stop_fd,
		unsigned *gone, struct bt_err *err)
{
	struct pollfd *fds = bt_xcalloc(FDS_OF_A_GUEST * count + 1, sizeof(*fds));
	bool ended = false;
	int ret;

	for (unsigned i = 0; i < count; i++)
		guests[i]->job_ended = false;
	while (!(ret = step_all(guests, count, gone, err))) {
		uint64_t now_ns = bt_mono_ns(), wake_ns = until_ns;
		unsigned used = 0;

		for (unsigned i = 0; i < count; i++) {
			ended |= something_ended(guests[i]);
			wake_ns = next_ns(guests[i], now_ns) < wake_ns ? next_ns(guests[i], now_ns) :
									 wake_ns;
			used += watch(guests[i], fds + used);
		}
		if (ended || now_ns >= until_ns)
			break;
		fds[used] = (struct pollfd){ .fd = stop_fd, .events = POLLIN };
		sleep_on(fds, used + 1, wake_ns);
		if (fds[used].revents) {
			ret = bt_err_set(err, EINTR, "interrupted");
			break;
		}
	}
	free(fds);
	return ret;
}

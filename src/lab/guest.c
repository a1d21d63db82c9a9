// SPDX-License-Identifier: GPL-2.0
#include "lab/guest.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/state.h"

#define LINE_MAX_BYTES (1u << 20)
#define OUT_MAX_BYTES 65536u
#define GREETING_LIMIT_NS (30 * BT_NS_PER_S)
#define CLOCK_ROUNDS 24u
#define CLOCK_LIMIT_NS (5 * BT_NS_PER_S)
#define HUGE_ORDER 9u

struct bt_vm *bt_lab_guest_vm(const struct bt_lab_guest *g)
{
	return g->vm;
}

struct bt_session *bt_lab_guest_session(const struct bt_lab_guest *g)
{
	return g->session;
}

const struct bt_mode *bt_lab_guest_mode(const struct bt_lab_guest *g)
{
	return g->options.mode;
}

const struct bt_mode_size *bt_lab_guest_size(const struct bt_lab_guest *g)
{
	return &g->options.size;
}

const struct bt_machine *bt_lab_guest_machine(const struct bt_lab_guest *g)
{
	return bt_session_machine(g->session);
}

const struct bt_lab_sample *bt_lab_guest_sample(const struct bt_lab_guest *g)
{
	return &g->sample;
}

void bt_lab_guest_phase(struct bt_lab_guest *g, const char *phase, unsigned iteration)
{
	bt_lab_board_phase(&g->board, phase, iteration);
}

void bt_lab_guest_target(struct bt_lab_guest *g, uint64_t bytes)
{
	bt_lab_board_target(&g->board, bytes);
}

uint64_t bt_lab_guest_time(const struct bt_lab_guest *g, uint64_t guest_ns)
{
	return guest_ns - (uint64_t)g->clock_offset_ns;
}

uint64_t bt_lab_guest_clock_error_ns(const struct bt_lab_guest *g)
{
	return g->clock_error_ns;
}

/* ---- samples ------------------------------------------------------------------------------ */

/* Free memory below and from order 9 on, all zones together. */
static void free_lists(const struct bt_frame *frame, uint64_t page_bytes, struct bt_lab_sample *s)
{
	s->free_small_bytes = s->free_huge_bytes = 0;
	for (unsigned i = 0; i < frame->zone_count; i++) {
		const struct bt_frame_zone *zone = &frame->zones[i];
		unsigned orders = bt_known_orders(zone->free_blocks);

		/* The second bound is the array's: gcc does not see that it holds the first. */
		for (unsigned order = 0; order < orders && order < BT_MAX_ORDERS; order++) {
			uint64_t bytes = (zone->free_blocks[order] << order) * page_bytes;

			*(order < HUGE_ORDER ? &s->free_small_bytes : &s->free_huge_bytes) += bytes;
		}
	}
	if (!frame->zone_count)
		s->free_small_bytes = s->free_huge_bytes = BT_UNKNOWN;
}

void bt_lab_take_sample(struct bt_lab_guest *g)
{
	const struct bt_frame *frame = bt_session_frame(g->session);
	struct bt_lab_sample *s = &g->sample;

	if (!frame || frame->extra || frame->seq == g->seq)
		return;
	g->seq = frame->seq;
	s->mono_ns = bt_lab_guest_time(g, frame->mono_ns);
	s->cached_bytes = frame->memory.cached_bytes;
	s->total_bytes = frame->memory.total_bytes;
	s->available_bytes = frame->memory.available_bytes;
	free_lists(frame, bt_session_machine(g->session)->page_bytes, s);
	s->rss_bytes = frame->host.rss_bytes;
	s->cpu_user_ns = frame->host.cpu_user_ns;
	s->cpu_system_ns = frame->host.cpu_system_ns;
	if (g->options.sample)
		g->options.sample(g->options.context, g, s);
}

/* ---- start -------------------------------------------------------------------------------- */

static void add_all(struct bt_vm_list *list, const struct bt_vm_list *more)
{
	for (unsigned i = 0; more && i < more->count; i++)
		bt_vm_list_add(list, more->items[i]);
}

/* A guest's disk, and QEMU's trace of its memory device with the time of each line. */
static void add_arguments(const struct bt_lab_guest_options *from, struct bt_vm_options *options,
			  char *texts[2])
{
	struct bt_vm_list *args = &options->qemu_args;

	if (from->disk) {
		texts[0] = bt_xasprintf("file=%s,if=virtio,format=raw%s", from->disk,
					from->disk_kept ? "" : ",snapshot=on");
		bt_vm_list_add(args, "-drive");
		bt_vm_list_add(args, texts[0]);
	}
	if (!from->trace_path || !*bt_mode_trace(from->mode))
		return;
	texts[1] = bt_xstrdup(from->trace_path);
	bt_vm_list_add(args, "-msg");
	bt_vm_list_add(args, "timestamp=on");
	bt_vm_list_add(args, "-d");
	bt_vm_list_add(args, bt_mode_trace(from->mode));
	bt_vm_list_add(args, "-D");
	bt_vm_list_add(args, texts[1]);
}

static int start_vm(struct bt_lab_guest *g, struct bt_err *err)
{
	const struct bt_lab_guest_options *from = &g->options;
	char *texts[2] = { NULL, NULL }, *append = NULL;
	struct bt_vm_options options;
	int ret = bt_mode_options(from->mode, &from->size, &options, &g->texts, err);

	if (ret)
		return ret;
	if (from->append && *from->append)
		options.append = append = bt_xasprintf("%s %s", options.append, from->append);
	options.accel = from->accel;
	options.boot_limit_ns = from->boot_limit_ns;
	options.assume_yes = from->assume_yes;
	options.progress = from->progress;
	options.ask = from->ask;
	options.failed = from->failed;
	options.context = from->context;
	options.tree = from->tree;
	options.extra = from->extra;
	add_all(&options.add, from->add);
	add_all(&options.qemu_args, from->qemu_args);
	add_arguments(from, &options, texts);
	ret = bt_vm_start(&g->vm, &options, err);
	free(texts[0]);
	free(texts[1]);
	free(append);
	return ret;
}

static int open_session(struct bt_lab_guest *g, struct bt_err *err)
{
	struct bt_session_options options = {
		.source = "guest",
		.interval_ns = BT_LAB_SAMPLE_NS,
		.serve = g->options.serve,
		.history = false,
	};

	g->link = (struct bt_guest_link){ .fd = bt_vm_port_fd(g->vm, BT_VM_AGENT),
					  .accel = bt_vm_accel(g->vm),
					  .host = bt_lab_board_read, .context = &g->board };
	bt_lab_board_qemu(&g->board, bt_vm_pid(g->vm));
	options.source_options.guest = &g->link;
	options.source_options.progress = g->options.progress;
	options.source_options.context = g->options.context;
	return bt_session_open(&g->session, &options, err);
}

static int open_work(struct bt_lab_guest *g, struct bt_err *err)
{
	int fd = bt_vm_port_fd(g->vm, BT_VM_WORK);

	g->reader = bt_json_reader_create(LINE_MAX_BYTES);
	return bt_stream_init(&g->work, fd, fd, LINE_MAX_BYTES, OUT_MAX_BYTES, err);
}

struct clock_answer {
	uint64_t guest_ns;
};

static void take_clock(void *context, const struct bt_json *answer)
{
	struct clock_answer *clock = context;

	bt_json_get_u64(answer, "mono_ns", &clock->guest_ns);
}

static int wait_job(struct bt_lab_guest *g, struct bt_lab_job *job, uint64_t limit_ns,
		    struct bt_err *err)
{
	uint64_t end_ns = bt_mono_ns() + limit_ns;
	int ret = 0;

	while (!ret && !job->done) {
		struct pollfd wait = { .fd = g->work.in, .events = POLLIN };

		poll(&wait, 1, 1);
		ret = bt_lab_work_step(g, err);
		if (!ret && bt_mono_ns() > end_ns)
			ret = bt_err_set(err, ETIMEDOUT, "buddytop-work in the guest does not "
					 "answer %s", job->name);
		if (ret && !bt_vm_alive(g->vm, err))
			ret = -err->code;
	}
	if (!ret && job->error.code) {
		*err = job->error;
		ret = -err->code;
	}
	if (ret && g->job == job)
		g->job = NULL;
	return ret;
}

/* The clock of the fastest answer: it was read half its round trip ago, give or take that half. */
static int align_clocks(struct bt_lab_guest *g, struct bt_err *err)
{
	uint64_t best_ns = UINT64_MAX;
	int ret = 0;

	for (unsigned i = 0; i < CLOCK_ROUNDS && !ret; i++) {
		struct clock_answer clock = { 0 };
		struct bt_lab_job job = { .name = "clock", .totals = take_clock, .context = &clock };
		uint64_t now_ns, round_ns;

		ret = bt_lab_job_start(g, &job, err);
		if (!ret)
			ret = wait_job(g, &job, i ? CLOCK_LIMIT_NS : GREETING_LIMIT_NS, err);
		now_ns = bt_mono_ns();
		round_ns = now_ns - job.sent_ns;
		if (ret || round_ns >= best_ns)
			continue;
		best_ns = round_ns;
		g->clock_error_ns = round_ns / 2;
		g->clock_offset_ns = (int64_t)(clock.guest_ns - (job.sent_ns + round_ns / 2));
	}
	return ret;
}

int bt_lab_guest_start(struct bt_lab_guest **out, const struct bt_lab_guest_options *options,
		       struct bt_err *err)
{
	struct bt_lab_guest *g = bt_xcalloc(1, sizeof(*g));
	int ret;

	g->options = *options;
	g->sample.size_bytes = BT_UNKNOWN;
	bt_lab_board_init(&g->board, options->benchmark, options->mode->name, &options->place);
	ret = bt_mode_check(options->mode, err);
	if (!ret)
		ret = start_vm(g, err);
	if (!ret)
		ret = open_work(g, err);
	if (!ret)
		ret = align_clocks(g, err);
	if (!ret)
		ret = open_session(g, err);
	if (ret) {
		if (g->vm && options->failed)
			options->failed(options->context, g->vm);
		bt_lab_guest_stop(g);
		return ret;
	}
	*out = g;
	return 0;
}

void bt_lab_guest_stop(struct bt_lab_guest *g)
{
	if (!g)
		return;
	bt_lab_resize_end(g);
	bt_session_close(g->session);
	bt_lab_board_free(&g->board);
	bt_stream_free(&g->work);
	bt_json_reader_free(g->reader);
	bt_vm_stop(g->vm);
	bt_mode_free_texts(g->texts);
	free(g);
}

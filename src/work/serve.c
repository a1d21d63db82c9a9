// SPDX-License-Identifier: GPL-2.0
/* The loop of buddytop-work: requests in, lines out, one job at a time beside it. */
#include "work/work.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "work/job.h"
#include "work/out.h"

#define LAST_WORDS_NS (5 * BT_NS_PER_S)	/* for what is queued when the input has ended */

struct server {
	struct bt_work_out out;
	bool skipping;			/* what is left of a line that is too long */
	struct bt_json_reader *reader, *job_reader;
	struct bt_json_writer *writer;
	struct bt_work_call call;	/* of the job */
	const struct bt_work_job *job;	/* that runs, or NULL */
	pthread_t thread;
	struct bt_err failed;		/* what the job ended with */
	uint64_t limit_ns;		/* when it is stopped; BT_UNKNOWN: never */
	bool stopped, limited;		/* why it was */
	atomic_bool done;
};

/* ---- answers ------------------------------------------------------------------------------ */

static void begin_answer(struct bt_json_writer *w, uint64_t id, bool ok)
{
	bt_json_writer_reset(w);
	bt_json_object(w, NULL);
	bt_json_known(w, "id", id);
	bt_json_bool(w, "ok", ok);
}

static void end_answer(struct server *s, struct bt_json_writer *w)
{
	bt_json_u64(w, "mono_ns", bt_mono_ns());
	bt_json_end_object(w);
	bt_work_out_put(&s->out, w, false);
}

static void put_error(struct bt_json_writer *w, uint64_t id, const struct bt_err *err)
{
	begin_answer(w, id, false);
	bt_json_string(w, "error", err->text);
}

static int hello(struct server *s, const struct bt_json *request, struct bt_err *err)
{
	(void)request;
	(void)err;
	bt_json_string(s->writer, "program", "buddytop-work");
	bt_json_string(s->writer, "version", PACKAGE_VERSION);
	bt_json_u64(s->writer, "cpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
	bt_json_u64(s->writer, "page_bytes", (uint64_t)sysconf(_SC_PAGESIZE));
	return 0;
}

/* The time is in every answer. */
static int tell_clock(struct server *s, const struct bt_json *request, struct bt_err *err)
{
	(void)s;
	(void)request;
	(void)err;
	return 0;
}

/* ---- the job ------------------------------------------------------------------------------ */

static void signal_stop(struct server *s)
{
	static const uint64_t one = 1;

	atomic_store(&s->call.stop, true);
	bt_write_all(s->call.stop_fd, &one, sizeof(one));
}

static int stop(struct server *s, const struct bt_json *request, struct bt_err *err)
{
	uint64_t id;

	if (!bt_json_get_u64(request, "job", &id))
		return bt_err_set(err, EINVAL, "stop: \"job\" is missing, the id of the one to stop");
	if (!s->job || s->call.id != id)
		return bt_err_set(err, ESRCH, "stop: no job %llu runs", (unsigned long long)id);
	s->stopped = true;
	signal_stop(s);
	return 0;
}

static void *run_job(void *context)
{
	struct server *s = context;

	s->failed = (struct bt_err){ 0 };
	if (s->job->run(&s->call, &s->failed) && !s->failed.code)
		bt_err_set(&s->failed, EIO, "%s: failed", s->job->name);
	atomic_store(&s->done, true);
	bt_work_out_wake(&s->out);
	return NULL;
}

/*
 * The loop sends the answer, and takes the next request only then: whoever has the answer is never
 * told that the job is still busy.
 */
static void end_job(struct server *s)
{
	struct bt_json_writer *w = s->call.answer;

	pthread_join(s->thread, NULL);
	if (s->failed.code)
		put_error(w, s->call.id, &s->failed);
	if (s->stopped)
		bt_json_bool(w, "stopped", true);
	if (s->limited)
		bt_json_bool(w, "limited", true);
	end_answer(s, w);
	close(s->call.stop_fd);
	s->job = NULL;
}

/* The request is of the reader that parsed it, which from here on is the job's. */
static void give_request(struct server *s, const struct bt_json *request)
{
	struct bt_json_reader *other = s->job_reader;

	s->job_reader = s->reader;
	s->reader = other;
	s->call.request = request;
}

static int start_job(struct server *s, const struct bt_work_job *job,
		     const struct bt_json *request, uint64_t id, struct bt_err *err)
{
	uint64_t now_ns = bt_mono_ns(), limit_ns = BT_UNKNOWN;
	int code;

	if (s->job)
		return bt_err_set(err, EBUSY, "%s: busy with %s, job %llu", job->name, s->job->name,
				  (unsigned long long)s->call.id);
	if (bt_json_get(request, "limit_ns") && !bt_json_get_u64(request, "limit_ns", &limit_ns))
		return bt_err_set(err, EINVAL, "%s: \"limit_ns\" is no time in ns", job->name);
	s->call.id = id;
	s->call.stop_fd = eventfd(0, EFD_CLOEXEC);
	if (s->call.stop_fd < 0)
		return bt_err_set(err, errno, "eventfd: %s", strerror(errno));
	s->limit_ns = limit_ns < BT_UNKNOWN - now_ns ? now_ns + limit_ns : BT_UNKNOWN;
	s->stopped = s->limited = false;
	atomic_store(&s->call.stop, false);
	atomic_store(&s->done, false);
	begin_answer(s->call.answer, id, true);
	s->job = job;
	give_request(s, request);
	code = pthread_create(&s->thread, NULL, run_job, s);
	if (!code)
		return 0;
	close(s->call.stop_fd);
	s->job = NULL;
	return bt_err_set(err, code, "pthread_create: %s", strerror(code));
}

/* ---- requests ----------------------------------------------------------------------------- */

struct at_once {
	const char *name;
	int (*answer)(struct server *s, const struct bt_json *request, struct bt_err *err);
};

static const struct at_once at_once[] = {
	{ "hello", hello },
	{ "clock", tell_clock },
	{ "stop", stop },
};

static const struct at_once *find_at_once(const char *name)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(at_once); i++) {
		if (!strcmp(at_once[i].name, name))
			return &at_once[i];
	}
	return NULL;
}

/* 1: it is being done, and answers by itself. */
static int handle(struct server *s, const struct bt_json *request, uint64_t id, struct bt_err *err)
{
	const char *name = bt_json_get_string(request, "do");
	const struct at_once *now = name ? find_at_once(name) : NULL;
	const struct bt_work_job *job = name && !now ? bt_work_job_find(name) : NULL;
	int code;

	if (id == BT_UNKNOWN)
		return bt_err_set(err, EINVAL, "a request needs an \"id\", a number");
	if (!name)
		return bt_err_set(err, EINVAL, "a request needs \"do\", what to do");
	if (now) {
		begin_answer(s->writer, id, true);
		return now->answer(s, request, err);
	}
	if (!job)
		return bt_err_set(err, EINVAL, "do: '%s' is nothing this program does", name);
	code = start_job(s, job, request, id, err);
	return code ? code : 1;
}

static void take_line(struct server *s, const char *line, size_t size)
{
	struct bt_err err = { 0 };
	const struct bt_json *request = bt_json_parse(s->reader, line, size, &err);
	uint64_t id = BT_UNKNOWN;
	int code;

	bt_json_get_u64(request, "id", &id);
	code = request ? handle(s, request, id, &err) : -EINVAL;
	if (code > 0)
		return;
	if (code)
		put_error(s->writer, id, &err);
	end_answer(s, s->writer);
}

static void refuse_long(struct server *s)
{
	struct bt_stream *in = &s->out.stream;
	struct bt_err err;

	if (!s->skipping) {
		bt_err_set(&err, EMSGSIZE, "a request is longer than %u bytes", BT_WORK_LINE_MAX);
		put_error(s->writer, BT_UNKNOWN, &err);
		end_answer(s, s->writer);
	}
	s->skipping = true;
	in->in_start = in->in_scanned = in->in_used;
}

static void take_lines(struct server *s)
{
	size_t size;
	char *line;

	while (!bt_work_out_full(&s->out) && (line = bt_stream_line(&s->out.stream, &size))) {
		if (!s->skipping && size)
			take_line(s, line, size);
		s->skipping = false;
	}
}

/* ---- the loop ----------------------------------------------------------------------------- */

static int wait_ms(const struct server *s)
{
	uint64_t now_ns = bt_mono_ns();

	if (!s->job || s->limit_ns == BT_UNKNOWN || s->limited)
		return -1;
	if (now_ns >= s->limit_ns)
		return 0;
	return (int)((s->limit_ns - now_ns < BT_NS_PER_S ? s->limit_ns - now_ns : BT_NS_PER_S) /
		     BT_NS_PER_MS) + 1;
}

static void look_after_job(struct server *s)
{
	uint64_t woken;

	if (read(s->out.wake_fd, &woken, sizeof(woken)) < 0)
		woken = 0;
	if (!s->job)
		return;
	if (atomic_load(&s->done)) {
		end_job(s);
	} else if (!s->limited && bt_mono_ns() >= s->limit_ns) {
		s->limited = true;
		signal_stop(s);
	}
}

/* One turn: whoever has news, then what is to be written. False at the end of the input. */
static bool turn(struct server *s)
{
	bool full = bt_work_out_full(&s->out);
	struct pollfd fds[] = {
		{ .fd = full ? -1 : s->out.stream.in, .events = POLLIN },
		{ .fd = bt_work_out_pending(&s->out) ? s->out.stream.out : -1, .events = POLLOUT },
		{ .fd = s->out.wake_fd, .events = POLLIN },
	};
	int code = 0;

	poll(fds, BT_ARRAY_SIZE(fds), wait_ms(s));
	look_after_job(s);
	if (fds[1].revents && bt_work_out_flush(&s->out) && s->out.closed)
		return false;
	if (fds[0].revents)
		code = bt_stream_fill(&s->out.stream);
	/* After the flush: lines that it made room for wake nobody later. */
	take_lines(s);
	if (code == -EMSGSIZE)
		refuse_long(s);
	return !code || code == -EAGAIN || code == -EMSGSIZE;
}

static void last_words(struct server *s)
{
	uint64_t until_ns = bt_mono_ns() + LAST_WORDS_NS;
	struct pollfd fd = { .fd = s->out.stream.out, .events = POLLOUT };

	if (s->job) {
		s->stopped = true;
		signal_stop(s);
	}
	while (s->job || bt_work_out_pending(&s->out)) {
		struct pollfd wake = { .fd = s->out.wake_fd, .events = POLLIN };

		if (bt_work_out_pending(&s->out))
			poll(&fd, 1, BT_WORK_TICK_MS);
		else
			poll(&wake, 1, -1);
		look_after_job(s);
		bt_work_out_flush(&s->out);
		if (bt_mono_ns() > until_ns) {
			pthread_mutex_lock(&s->out.lock);
			s->out.closed = true;
			pthread_cond_broadcast(&s->out.room);
			pthread_mutex_unlock(&s->out.lock);
		}
	}
}

int bt_work_serve(int in, int out, struct bt_err *err)
{
	struct server *s = bt_xcalloc(1, sizeof(*s));
	int code = bt_work_out_open(&s->out, in, out, err);

	if (code) {
		free(s);
		return code;
	}
	s->reader = bt_json_reader_create(BT_WORK_LINE_MAX);
	s->job_reader = bt_json_reader_create(BT_WORK_LINE_MAX);
	s->writer = bt_json_writer_create(false);
	s->call = (struct bt_work_call){ .answer = bt_json_writer_create(false),
					 .line = bt_json_writer_create(false),
					 .out = &s->out, .holds = bt_work_holds_create() };
	while (turn(s))
		;
	last_words(s);
	bt_work_holds_free(s->call.holds);
	bt_json_writer_free(s->call.line);
	bt_json_writer_free(s->call.answer);
	bt_json_writer_free(s->writer);
	bt_json_reader_free(s->job_reader);
	bt_json_reader_free(s->reader);
	bt_work_out_close(&s->out);
	free(s);
	return 0;
}

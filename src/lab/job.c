// SPDX-License-Identifier: GPL-2.0
/* Requests to buddytop-work and its answers, a line each. */
#include <errno.h>
#include <string.h>

#include "core/util.h"
#include "lab/state.h"

static int put(struct bt_lab_guest *g, struct bt_json_writer *w, struct bt_err *err)
{
	size_t size;
	const char *text = bt_json_writer_text(w, &size);
	int ret = bt_stream_put(&g->work, text, size);

	bt_json_writer_free(w);
	if (!ret)
		ret = bt_stream_flush(&g->work);
	if (ret && ret != -EAGAIN)
		return bt_err_set(err, -ret, "no request reaches buddytop-work: %s", strerror(-ret));
	return 0;
}

int bt_lab_job_start(struct bt_lab_guest *g, struct bt_lab_job *job, struct bt_err *err)
{
	struct bt_json_writer *w;

	if (g->job)
		return bt_err_set(err, EBUSY, "%s: %s is not done", job->name, g->job->name);
	job->id = ++g->last_id;
	job->done = false;
	job->begun_ns = job->ended_ns = 0;
	job->error = (struct bt_err){ 0 };
	w = bt_json_writer_create(false);
	bt_json_object(w, NULL);
	bt_json_u64(w, "id", job->id);
	bt_json_string(w, "do", job->name);
	if (job->arguments)
		job->arguments(w, job->context);
	bt_json_end_object(w);
	job->sent_ns = bt_mono_ns();
	g->job = job;
	return put(g, w, err);
}

void bt_lab_forget_job(struct bt_lab_guest *g)
{
	if (g)
		g->job = NULL;
}

int bt_lab_job_stop(struct bt_lab_guest *g, struct bt_err *err)
{
	struct bt_json_writer *w;

	if (!g->job)
		return 0;
	w = bt_json_writer_create(false);
	bt_json_object(w, NULL);
	bt_json_u64(w, "id", ++g->last_id);
	bt_json_string(w, "do", "stop");
	bt_json_u64(w, "job", g->job->id);
	bt_json_end_object(w);
	return put(g, w, err);
}

static void take_rows(struct bt_lab_job *job, const struct bt_json *answer)
{
	const struct bt_json *row = bt_json_get_object(answer, "row");
	const struct bt_json *rows = bt_json_get_array(answer, "rows");

	if (row && job->row)
		job->row(job->context, row);
	for (row = rows ? rows->child : NULL; row && job->row; row = row->next)
		job->row(job->context, row);
}

static void end_job(struct bt_lab_guest *g, const struct bt_json *answer, bool ok)
{
	const char *why = bt_json_get_string(answer, "error");
	struct bt_lab_job *job = g->job;
	uint64_t guest_ns;

	g->job = NULL;
	g->job_ended = true;
	job->ended_ns = bt_json_get_u64(answer, "mono_ns", &guest_ns) ?
			bt_lab_guest_time(g, guest_ns) : bt_mono_ns();
	job->done = true;
	if (!ok)
		bt_err_set(&job->error, EREMOTEIO, "%s in the guest: %s", job->name,
			   why ? why : "it failed and does not say why");
	else if (job->totals)
		job->totals(job->context, answer);
}

/* Answers to requests that nobody waits for, as a stop's, are no news. */
static void take_answer(struct bt_lab_guest *g, const struct bt_json *answer)
{
	struct bt_lab_job *job = g->job;
	const char *output = bt_json_get_string(answer, "output");
	uint64_t id, guest_ns;
	bool begun, ok;

	if (!job || !bt_json_get_u64(answer, "id", &id) || id != job->id)
		return;
	if (bt_json_get_bool(answer, "begun", &begun) && begun &&
	    bt_json_get_u64(answer, "mono_ns", &guest_ns))
		job->begun_ns = bt_lab_guest_time(g, guest_ns);
	take_rows(job, answer);
	if (output && job->output)
		job->output(job->context, output);
	if (bt_json_get_bool(answer, "ok", &ok))
		end_job(g, answer, ok);
}

int bt_lab_work_step(struct bt_lab_guest *g, struct bt_err *err)
{
	int ret = bt_stream_flush(&g->work);
	struct bt_err ignored;
	size_t size;
	char *line;

	if (!ret || ret == -EAGAIN)
		ret = bt_stream_fill(&g->work);
	while ((line = bt_stream_line(&g->work, &size))) {
		const struct bt_json *answer = bt_json_parse(g->reader, line, size, &ignored);

		if (answer)
			take_answer(g, answer);
	}
	if (!ret || ret == -EAGAIN)
		return 0;
	return bt_err_set(err, EIO, "the stream to buddytop-work broke: %s", strerror(-ret));
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Made-up compilations (work/synth.h): seed (default 1), bytes, threads (processes at once),
 * duration_ns, dir, growable_bytes (default 0: what the host may yet add to memory). Their files are
 * in dir/synth and stay until `clean`, or the next synth. A row of each that ends: child, start_ns,
 * end_ns, anon_bytes, file_bytes. Answers: children, and the peak of what those that ran at once
 * were to grow to. One that fails ends all, and is the error.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "vm/child.h"
#include "work/files.h"
#include "work/job.h"
#include "work/pool.h"
#include "work/synth.h"

struct synth {
	struct bt_work_call *call;
	const struct bt_synth_plan *plan;
	int dir_fd;
	struct bt_pool pool;
	unsigned next, ended;
	uint64_t anon_bytes, peak_bytes;	/* of those that run; the most of that */
};

static int start(struct synth *s, struct bt_err *err)
{
	const struct bt_synth_child *child = &s->plan->children[s->next];
	pid_t parent = getpid(), pid = fork();

	if (!pid) {
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
			_exit(ECHILD);
		bt_synth_child(s->plan, s->next, s->dir_fd);
	}
	if (pid < 0)
		return bt_err_set(err, errno, "fork: %s", strerror(errno));
	s->anon_bytes += child->anon_bytes;
	if (s->anon_bytes > s->peak_bytes)
		s->peak_bytes = s->anon_bytes;
	return bt_pool_add(&s->pool, pid, s->next++, err);
}

static bool next_fits(const struct synth *s)
{
	return s->next < s->plan->count && s->pool.running < s->plan->settings.threads &&
	       s->anon_bytes + s->plan->children[s->next].anon_bytes <= s->plan->anon_limit_bytes;
}

static void put_row(struct bt_work_call *call, const struct bt_pool_child *ended,
		    const struct bt_synth_child *child)
{
	struct bt_json_writer *w = bt_work_line(call);

	bt_json_object(w, "row");
	bt_json_u64(w, "child", ended->number);
	bt_json_u64(w, "start_ns", ended->start_ns);
	bt_json_u64(w, "end_ns", bt_mono_ns());
	bt_json_u64(w, "anon_bytes", child->anon_bytes);
	bt_json_u64(w, "file_bytes", child->file_bytes);
	bt_json_end_object(w);
	bt_work_send(call);
}

static int one_ends(struct synth *s, struct bt_err *err)
{
	const struct bt_synth_child *child;
	struct bt_pool_child ended;
	char text[64], size[16];
	int status, code = bt_pool_wait(&s->pool, s->call->stop_fd, &ended, &status);

	if (code)
		return code;
	child = &s->plan->children[ended.number];
	s->anon_bytes -= child->anon_bytes;
	if (status) {
		bool exited = WIFEXITED(status);

		return bt_err_set(err, EIO, "process %u of %u, of %s: %s", ended.number,
				  s->plan->count, bt_text_bytes(child->anon_bytes, size, sizeof(size)),
				  exited ? strerror(WEXITSTATUS(status)) :
				  bt_child_status_text(status, text, sizeof(text)));
	}
	s->ended++;
	put_row(s->call, &ended, child);
	return 0;
}

static int run(struct synth *s, struct bt_err *err)
{
	int code = 0;

	bt_work_begun(s->call, bt_mono_ns());
	while (!code && s->ended < s->plan->count) {
		while (!code && next_fits(s))
			code = start(s, err);
		if (!code)
			code = one_ends(s, err);
	}
	bt_pool_kill(&s->pool);
	bt_json_u64(s->call->answer, "children", s->ended);
	bt_json_u64(s->call->answer, "peak_bytes", s->peak_bytes);
	return code == -EINTR ? 0 : code;
}

static int read_settings(const struct bt_work_call *call, struct bt_synth_settings *settings,
			 struct bt_err *err)
{
	static const struct bt_work_number seed = { "seed", 0, BT_UNKNOWN - 1, 1 };
	static const struct bt_work_number threads = { "threads", 1, BT_WORK_THREADS_MAX, 1 };
	static const struct bt_work_number growable = { "growable_bytes", 0, UINT64_MAX - 1, 0 };
	static const struct bt_work_number duration = { "duration_ns", BT_NS_PER_MS,
							86400 * BT_NS_PER_S, BT_UNKNOWN };
	uint64_t count = 1, grow_bytes = 0;
	int code = bt_work_number(call, &seed, &settings->seed, err);

	if (!code)
		code = bt_work_number(call, &threads, &count, err);
	if (!code)
		code = bt_work_number(call, &duration, &settings->duration_ns, err);
	settings->threads = (unsigned)count;
	if (!code)	/* of which three are anonymous */
		code = bt_work_pages(call, 4 * settings->threads, &settings->bytes, err);
	if (!code)
		code = bt_work_number(call, &growable, &grow_bytes, err);
	if (code)
		return code;
	return bt_work_room(settings->bytes > grow_bytes ? settings->bytes - grow_bytes : 0, NULL,
			    err);
}

int bt_work_synth(struct bt_work_call *call, struct bt_err *err)
{
	struct bt_synth_settings settings;
	struct bt_synth_plan *plan;
	struct synth *s;
	int code = read_settings(call, &settings, err), dir_fd;

	if (code)
		return code;
	dir_fd = bt_work_fresh_directory(call, BT_WORK_SYNTH_DIR, err);
	if (dir_fd < 0)
		return dir_fd;
	plan = bt_synth_plan(&settings);
	s = bt_xcalloc(1, sizeof(*s));
	*s = (struct synth){ .call = call, .plan = plan, .dir_fd = dir_fd };
	code = run(s, err);
	free(s);
	bt_synth_plan_free(plan);
	close(dir_fd);
	return code;
}

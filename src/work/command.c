// SPDX-License-Identifier: GPL-2.0
/*
 * Any program: argv (a list), root (a directory that becomes its root; default ours). What it
 * prints, to standard output and error, is told as {"id":N,"output":"a line"}. Answers: ns, and
 * exit, its status, or signal, that which ended it. It leads a process group, which ends with it,
 * and is killed when the job is stopped.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vm/child.h"
#include "work/job.h"
#include "work/lines.h"
#include "work/pool.h"

#define WORDS_MAX 256u

static int read_words(const struct bt_work_call *call, const char *words[WORDS_MAX + 1],
		      struct bt_err *err)
{
	const struct bt_json *list = bt_json_get_array(call->request, "argv");
	unsigned count = 0;

	if (!list || !list->count || list->count > WORDS_MAX)
		return bt_err_set(err, EINVAL, "\"argv\" is no list of 1 to %u words", WORDS_MAX);
	for (const struct bt_json *word = list->child; word; word = word->next) {
		if (word->type != BT_JSON_STRING)
			return bt_err_set(err, EINVAL, "\"argv\": word %u is no text", count);
		words[count++] = word->string;
	}
	words[count] = NULL;
	return **words ? 0 : bt_err_set(err, EINVAL, "\"argv\": no program is named");
}

/* Until it has ended, whoever else still has the pipe, or the job is to stop. */
static int attend(struct bt_work_call *call, struct bt_lines *lines, pid_t pid, int *status)
{
	struct pollfd fds[] = { { .fd = lines->in, .events = POLLIN },
				{ .fd = bt_pool_watch(pid), .events = POLLIN },
				{ .fd = call->stop_fd, .events = POLLIN } };
	bool ended = false;

	while (!ended && !atomic_load(&call->stop)) {
		poll(fds, BT_ARRAY_SIZE(fds), BT_WORK_TICK_MS);
		if (fds[0].revents && !bt_lines_read(lines, call))
			fds[0].fd = -1;
		ended = bt_child_ended(pid, status);
	}
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	if (!ended) {
		bt_child_kill(pid);
		return -EINTR;
	}
	kill(-pid, SIGKILL);	/* what it left running */
	return 0;
}

static void put_status(struct bt_json_writer *w, int status)
{
	if (WIFEXITED(status))
		bt_json_u64(w, "exit", (uint64_t)WEXITSTATUS(status));
	else
		bt_json_u64(w, "signal", (uint64_t)WTERMSIG(status));
}

int bt_work_command(struct bt_work_call *call, struct bt_err *err)
{
	const char *words[WORDS_MAX + 1];
	struct bt_lines lines;
	uint64_t start_ns;
	int code = read_words(call, words, err), status;
	pid_t pid;

	if (!code)
		code = bt_lines_open(&lines, err);
	if (code)
		return code;
	start_ns = bt_mono_ns();
	pid = bt_child_start(&(struct bt_child_spec){
		.argv = words, .root = bt_json_get_string(call->request, "root"),
		.out_fd = lines.out, .err_fd = lines.out }, err);
	if (pid < 0) {
		bt_lines_close(&lines, call);
		return (int)pid;
	}
	bt_work_begun(call, start_ns);
	code = attend(call, &lines, pid, &status);
	bt_json_u64(call->answer, "ns", bt_mono_ns() - start_ns);
	if (!code)
		put_status(call->answer, status);
	bt_lines_close(&lines, call);
	return 0;
}

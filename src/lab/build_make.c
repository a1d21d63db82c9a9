// SPDX-License-Identifier: GPL-2.0
/* make and ninja: how far they are, and what they complained of first, both out of their log. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/build_part.h"

#define LOG_LIMIT (256u << 20)
#define ERRORS_TOLD 8u
#define ERROR_TEXT 200u
#define FILES_STEP 100u		/* one line of progress for so many */
#define GRACE_NS (10 * BT_NS_PER_S)
#define NS_PER_MIN (60 * BT_NS_PER_S)

/* What is read of the log while it grows. */
struct follow {
	const struct bt_patience *patience;
	const char *text;
	uint64_t begin_ns;
	int fd;
	char line[64];			/* the beginning of the one that is not complete */
	size_t length;
	unsigned files, of;		/* of: ninja knows, make does not; 0 */
};

/* kbuild names what it does in front of the file; "[12/345] " is ninja's. */
static void take_line(struct follow *follow)
{
	static const char *const words[] = { "  CC ", "  AS ", "  HOSTCC ", "  HOSTLD ", "  LD " };
	unsigned at, of;

	if (sscanf(follow->line, "[%u/%u]", &at, &of) == 2) {
		follow->files = at;
		follow->of = of;
		return;
	}
	for (unsigned i = 0; i < BT_ARRAY_SIZE(words); i++)
		follow->files += !strncmp(follow->line, words[i], strlen(words[i]));
}

static void read_more(struct follow *follow)
{
	char part[4096];
	ssize_t got;

	while ((got = read(follow->fd, part, sizeof(part))) > 0) {
		for (ssize_t i = 0; i < got; i++) {
			if (part[i] == '\n') {
				follow->line[follow->length] = '\0';
				take_line(follow);
				follow->length = 0;
			} else if (follow->length + 1 < sizeof(follow->line)) {
				follow->line[follow->length++] = part[i];
			}
		}
	}
}

/* In steps: whoever shows this shows each text once. */
static bool on_progress(void *context, const char *unused)
{
	struct follow *follow = context;
	unsigned minutes = (unsigned)((bt_mono_ns() - follow->begin_ns) / NS_PER_MIN);
	unsigned files;
	char text[BT_ERR_TEXT], of[32] = "";

	(void)unused;
	read_more(follow);
	files = follow->files / FILES_STEP * FILES_STEP;
	if (follow->of)
		snprintf(of, sizeof(of), " of %u", follow->of);
	if (files)
		snprintf(text, sizeof(text), "%s: %u%s files, %u min", follow->text, files, of,
			 minutes);
	else
		snprintf(text, sizeof(text), "%s, %u min", follow->text, minutes);
	return follow->patience->progress(follow->patience->context, text);
}

static bool is_error(const char *line)
{
	static const char *const signs[] = { "error:", "ERROR:", "*** ", "undefined reference",
					     "FAILED:", "not found" };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(signs); i++) {
		if (strstr(line, signs[i]))
			return true;
	}
	return false;
}

/* Each is told; the first one is kept. */
static void tell_errors(const struct bt_patience *patience, char *log, char first[ERROR_TEXT])
{
	char line[ERROR_TEXT];
	unsigned told = 0;

	for (char *next; log && told < ERRORS_TOLD; log = next) {
		next = strchr(log, '\n');
		if (next)
			*next++ = '\0';
		if (!is_error(log))
			continue;
		bt_copy_clean(line, sizeof(line), log + strspn(log, " \t"));
		if (!told++)
			snprintf(first, ERROR_TEXT, "%s", line);
		if (patience->progress)
			patience->progress(patience->context, line);
	}
}

static int failed(const struct bt_patience *patience, const struct build_job *job, int code,
		  struct bt_err *err)
{
	char first[ERROR_TEXT] = "it names no error", *log;

	if (bt_read_file(job->log_path, LOG_LIMIT, &log, NULL) >= 0) {
		tell_errors(patience, log, first);
		free(log);
	}
	return bt_err_set(err, EIO, "%s failed (exit %d): %s (log: %s)", job->text, code, first,
			  job->log_path);
}

int build_make(const struct bt_build *build, const struct build_job *job, struct bt_err *err)
{
	const struct bt_patience *patience = &build->options->patience;
	struct follow follow = { .patience = patience, .text = job->text,
				 .begin_ns = bt_mono_ns() };
	struct bt_patience following = { patience->progress ? on_progress : NULL, &follow };
	int code;

	follow.fd = open(job->log_path, O_RDONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (follow.fd < 0)
		return bt_err_set(err, errno, "%s: %s", job->log_path, strerror(errno));
	code = bt_child_run(&(struct bt_child_job){
		.argv = job->argv, .text = job->text, .log_path = job->log_path,
		.directory = job->directory, .keep_fd = build->lock_fd > 0 ? build->lock_fd : 0,
		.grace_ns = GRACE_NS }, &following, err);
	close(follow.fd);
	return code > 0 ? failed(patience, job, code, err) : code;
}

/* SPDX-License-Identifier: GPL-2.0 */
/* buddytop-work in a thread of the test, and the host's end of its lines. */
#ifndef BT_WORK_RIG_H
#define BT_WORK_RIG_H

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/json.h"
#include "work/work.h"

struct work_rig {
	int guest, host;
	FILE *in;
	pthread_t thread;
	struct bt_json_reader *reader;
	char line[1 << 20];
};

static void *work_rig_serve(void *context)
{
	const struct work_rig *rig = context;
	struct bt_err err;

	assert_int_equal(bt_work_serve(rig->guest, rig->guest, &err), 0);
	return NULL;
}

static int work_rig_open(void **state)
{
	struct work_rig *rig = calloc(1, sizeof(*rig));
	int ends[2];

	assert_non_null(rig);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	rig->guest = ends[0];
	rig->host = ends[1];
	rig->in = fdopen(dup(ends[1]), "r");
	rig->reader = bt_json_reader_create(sizeof(rig->line));
	assert_int_equal(pthread_create(&rig->thread, NULL, work_rig_serve, rig), 0);
	*state = rig;
	return 0;
}

static int work_rig_close(void **state)
{
	struct work_rig *rig = *state;

	shutdown(rig->host, SHUT_WR);
	assert_int_equal(pthread_join(rig->thread, NULL), 0);
	close(rig->guest);
	close(rig->host);
	fclose(rig->in);
	bt_json_reader_free(rig->reader);
	free(rig);
	return 0;
}

static inline void work_say(struct work_rig *rig, const char *line)
{
	assert_int_equal(send(rig->host, line, strlen(line), 0), strlen(line));
	assert_int_equal(send(rig->host, "\n", 1, 0), 1);
}

/* The next line; valid until the one after it. */
static inline const struct bt_json *work_hear(struct work_rig *rig)
{
	const struct bt_json *json;

	assert_non_null(fgets(rig->line, sizeof(rig->line), rig->in));
	json = bt_json_parse(rig->reader, rig->line, strlen(rig->line), NULL);
	assert_non_null(json);
	return json;
}

/* Lines up to the answer; `row` is called for each row, `output` for each output. May be NULL. */
struct work_listener {
	void (*row)(void *context, const struct bt_json *row);
	void (*output)(void *context, const char *text);
	void *context;
};

static inline const struct bt_json *work_answer(struct work_rig *rig,
						const struct work_listener *listener)
{
	const struct bt_json *json;
	bool ok;

	for (;;) {
		json = work_hear(rig);
		if (bt_json_get_bool(json, "ok", &ok))
			return json;
		if (!listener)
			continue;
		if (listener->row && bt_json_get_object(json, "row"))
			listener->row(listener->context, bt_json_get_object(json, "row"));
		if (listener->row && bt_json_get_array(json, "rows")) {
			const struct bt_json *rows = bt_json_get_array(json, "rows");

			for (const struct bt_json *row = rows->child; row; row = row->next)
				listener->row(listener->context, row);
		}
		if (listener->output && bt_json_get_string(json, "output"))
			listener->output(listener->context, bt_json_get_string(json, "output"));
	}
}

static inline uint64_t work_u64(const struct bt_json *json, const char *key)
{
	uint64_t value;

	if (!bt_json_get_u64(json, key, &value))
		fail_msg("no number '%s'", key);
	return value;
}

static inline bool work_bool(const struct bt_json *json, const char *key)
{
	bool value = false;

	return bt_json_get_bool(json, key, &value) && value;
}

static inline const struct bt_json *work_ask(struct work_rig *rig, const char *line,
					     const struct work_listener *listener)
{
	const struct bt_json *answer;

	work_say(rig, line);
	answer = work_answer(rig, listener);
	if (!work_bool(answer, "ok"))
		fail_msg("%s: %s", line, bt_json_get_string(answer, "error"));
	return answer;
}

/* It is refused, with a reason that has this in it. */
static inline void work_refused(struct work_rig *rig, const char *line, const char *text)
{
	const struct bt_json *answer;
	const char *error;

	work_say(rig, line);
	answer = work_answer(rig, NULL);
	error = bt_json_get_string(answer, "error");
	assert_false(work_bool(answer, "ok"));
	if (!error || !strstr(error, text))
		fail_msg("'%s' is not in '%s', of %s", text, error ? error : "", line);
}

#endif

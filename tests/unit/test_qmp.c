// SPDX-License-Identifier: GPL-2.0
/* Messages as QEMU's QMP documentation shows them, arriving in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vm/qmp.h"

struct server {
	int peer;
	struct bt_qmp *qmp;
};

static int set_up(void **state)
{
	struct server *server = calloc(1, sizeof(*server));
	struct bt_err err = { 0 };
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	server->peer = ends[1];
	assert_int_equal(bt_qmp_open(&server->qmp, ends[0], &err), 0);
	*state = server;
	return 0;
}

static int tear_down(void **state)
{
	struct server *server = *state;

	bt_qmp_close(server->qmp);
	close(server->peer);
	free(server);
	return 0;
}

static void say(struct server *server, const char *text)
{
	assert_int_equal(write(server->peer, text, strlen(text)), strlen(text));
}

static void command_mode_is_asked_for(void **state)
{
	struct server *server = *state;
	char text[128];
	ssize_t got = read(server->peer, text, sizeof(text) - 1);

	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text, "{\"execute\":\"qmp_capabilities\"}");
	assert_int_equal(bt_qmp_send(server->qmp, &(struct bt_qmp_command){ .name = "quit" }), 0);
	got = read(server->peer, text, sizeof(text) - 1);
	assert_true(got > 0);
	text[got] = '\0';
	assert_string_equal(text, "{\"execute\":\"quit\"}");
}

static void messages_come_whole(void **state)
{
	struct server *server = *state;
	const struct bt_json *message;
	struct bt_err err;
	bool open = false;

	say(server, "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, "
		    "\"major\": 7}, \"package\": \"Debian\"}, \"capabilities\": [\"oob\"]}}\r\n"
		    "{\"return\": {}}\r\n"
		    "{\"timestamp\": {\"seconds\": 1401385907, \"microseconds\": 422329}, "
		    "\"event\": \"VSERPORT_CHANGE\", \"data\": {\"id\": \"chan");
	message = bt_qmp_receive(server->qmp, &err);
	assert_non_null(bt_json_get_object(message, "QMP"));
	assert_non_null(bt_json_get_object(bt_qmp_receive(server->qmp, &err), "return"));
	assert_null(bt_qmp_receive(server->qmp, &err));
	assert_int_equal(err.code, 0);
	say(server, "nel0\", \"open\": true}}\r\n");
	message = bt_json_get_object(bt_qmp_receive(server->qmp, &err), "data");
	assert_string_equal(bt_json_get_string(message, "id"), "channel0");
	assert_true(bt_json_get_bool(message, "open", &open));
	assert_true(open);
}

static void rubbish_and_the_end_are_errors(void **state)
{
	struct server *server = *state;
	struct bt_err err;

	say(server, "what?\r\n{\"return\": {}}\r\n");
	assert_null(bt_qmp_receive(server->qmp, &err));
	assert_int_not_equal(err.code, 0);
	assert_non_null(bt_qmp_receive(server->qmp, &err));
	shutdown(server->peer, SHUT_WR);
	assert_null(bt_qmp_receive(server->qmp, &err));
	assert_int_equal(err.code, EPIPE);
}

static void nobody_is_there(void **state)
{
	struct bt_qmp *qmp = NULL;
	struct bt_err err = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	close(ends[1]);
	assert_int_equal(bt_qmp_open(&qmp, ends[0], &err), -EPIPE);
	assert_null(qmp);
	/* The socket was taken over. */
	assert_int_equal(fcntl(ends[0], F_GETFD), -1);
}

static void an_endless_message_is_refused(void **state)
{
	struct server *server = *state;
	char block[1024];
	struct bt_err err;

	memset(block, ' ', sizeof(block));
	for (unsigned i = 0; i < 64; i++) {
		assert_int_equal(write(server->peer, block, sizeof(block)), sizeof(block));
		assert_null(bt_qmp_receive(server->qmp, &err));
	}
	assert_int_equal(err.code, EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(command_mode_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(messages_come_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rubbish_and_the_end_are_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_endless_message_is_refused, set_up, tear_down),
		cmocka_unit_test(nobody_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A thread in QEMU's place at the other end of QMP: it takes the commands of a script, one after the
 * other and to the letter, and says what the script has for each. See peer_start().
 */
#ifndef BT_TEST_QMP_PEER_H
#define BT_TEST_QMP_PEER_H

#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "vm/state.h"

/* Both NULL: the connection is cut. */
struct peer_step {
	const char *wanted;	/* NULL: nothing is waited for */
	const char *said;	/* NULL: nothing */
};

struct peer {
	const struct peer_step *steps;
	size_t count;
	int fd;
	pthread_t thread;
	struct bt_vm vm;	/* with no more than its QMP */
	char fault[1024];	/* what came instead of what was wanted; "" = all as wanted */
};

/* As QEMU 7.2 says it; docs/interop/qmp-spec.txt. */
#define PEER_GREETING \
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 22, \"minor\": 2, \"major\": 7}, " \
	"\"package\": \"\"}, \"capabilities\": [\"oob\"]}}\r\n"
#define PEER_WANTED_CAPABILITIES "{\"execute\":\"qmp_capabilities\"}"

static bool peer_take(struct peer *peer, const char *wanted)
{
	size_t size = strlen(wanted), used = 0;
	char got[1024] = "";

	while (used < size && used < sizeof(got) - 1) {
		ssize_t n = recv(peer->fd, got + used, size - used, 0);

		if (n <= 0)
			break;
		used += (size_t)n;
	}
	if (used == size && !memcmp(got, wanted, size))
		return true;
	snprintf(peer->fault, sizeof(peer->fault), "wanted %.400s, got %.400s", wanted, got);
	return false;
}

static void peer_say(struct peer *peer, const char *text)
{
	if (send(peer->fd, text, strlen(text), MSG_NOSIGNAL) < 0)
		snprintf(peer->fault, sizeof(peer->fault), "nobody listens to %.400s", text);
}

static void *peer_run(void *context)
{
	static const struct timeval patience = { .tv_sec = 20 };
	struct peer *peer = context;

	setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	peer_say(peer, PEER_GREETING);
	if (!peer_take(peer, PEER_WANTED_CAPABILITIES))
		return NULL;
	peer_say(peer, "{\"return\": {}}\r\n");
	for (size_t i = 0; i < peer->count; i++) {
		const struct peer_step *step = &peer->steps[i];

		if (step->wanted && !peer_take(peer, step->wanted))
			return NULL;
		if (step->said)
			peer_say(peer, step->said);
		if (!step->wanted && !step->said)
			shutdown(peer->fd, SHUT_RDWR);
	}
	return NULL;
}

/* A guest whose QEMU is the script. */
static struct peer *peer_start(const struct peer_step *steps, size_t count)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct bt_err err;
	int ends[2];

	peer->steps = steps;
	peer->count = count;
	peer->vm.console_fd = -1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	peer->fd = ends[1];
	assert_int_equal(pthread_create(&peer->thread, NULL, peer_run, peer), 0);
	assert_int_equal(bt_qmp_open(&peer->vm.qmp, ends[0], &err), 0);
	return peer;
}

/* All of the script was played. */
static void peer_end(struct peer *peer)
{
	char fault[sizeof(peer->fault)];

	pthread_join(peer->thread, NULL);
	bt_qmp_close(peer->vm.qmp);
	close(peer->fd);
	memcpy(fault, peer->fault, sizeof(fault));
	free(peer);
	assert_string_equal(fault, "");
}

#endif

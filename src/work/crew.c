// SPDX-License-Identifier: GPL-2.0
#include "work/crew.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/thread.h"
#include "core/util.h"

#define STACK_BYTES (256u << 10)

static void *begin(void *context)
{
	static const uint64_t one = 1;
	struct bt_crew_member *member = context;
	struct bt_crew *crew = member->crew;

	while (sem_wait(&crew->gate))
		;
	if (!crew->cancelled)
		crew->work(crew->context, member->index);
	if (atomic_fetch_sub(&crew->busy, 1) == 1)
		bt_write_all(crew->idle_fd, &one, sizeof(one));
	return NULL;
}

static void end(struct bt_crew *crew, unsigned started)
{
	for (unsigned i = 0; i < started; i++)
		pthread_join(crew->members[i].thread, NULL);
	sem_destroy(&crew->gate);
	close(crew->idle_fd);
	free(crew->members);
}

int bt_crew_start(struct bt_crew *crew, struct bt_err *err)
{
	unsigned started = 0;
	int code = 0;

	crew->idle_fd = eventfd(0, EFD_CLOEXEC);
	if (crew->idle_fd < 0)
		return bt_err_set(err, errno, "eventfd: %s", strerror(errno));
	crew->members = bt_xcalloc(crew->count, sizeof(*crew->members));
	crew->cancelled = false;
	atomic_store(&crew->busy, crew->count);
	sem_init(&crew->gate, 0, 0);
	for (; !code && started < crew->count; started += !code) {
		struct bt_crew_member *member = &crew->members[started];

		*member = (struct bt_crew_member){ .crew = crew, .index = started };
		code = bt_thread_on_cpu(&member->thread, crew->cpus[started], STACK_BYTES, begin,
					member, err);
	}
	crew->cancelled = code;
	for (unsigned i = 0; i < started; i++)
		sem_post(&crew->gate);
	if (code)
		end(crew, started);
	return code;
}

bool bt_crew_wait(const struct bt_crew *crew, int wait_ms)
{
	struct pollfd fd = { .fd = crew->idle_fd, .events = POLLIN };

	return poll(&fd, 1, wait_ms) > 0;
}

void bt_crew_end(struct bt_crew *crew)
{
	end(crew, crew->count);
}

int bt_crew_run(struct bt_crew *crew, struct bt_err *err)
{
	int code = bt_crew_start(crew, err);

	if (!code)
		bt_crew_end(crew);
	return code;
}

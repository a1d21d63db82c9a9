// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/util.h"
#include "pages.h"
#include "testcall.h"

#define DEVICE "/dev/" TESTCALL_DEVICE_NAME
#define CACHE_LINE 64

/* A thread with a file of its own: nothing is shared while it runs, but the wish to stop. */
struct caller {
	_Alignas(CACHE_LINE) _Atomic uint64_t blocks; /* allocated; this thread is the only writer */
	const struct call_loop *loop;
	pthread_t thread;
	int fd;
	int code;			/* errno of the ioctl that failed; read after the join */
	uint64_t random;
	uint32_t first, held;		/* slots in use: first, first + 1 ..., around */
};

struct call_loop {
	_Atomic bool stop;
	unsigned order, middle;
	unsigned count;			/* threads started */
	struct caller callers[];
};

/* xorshift64: which numbers come does not matter, that drawing them costs nothing does. */
static uint32_t draw(struct caller *caller, uint32_t bound)
{
	caller->random ^= caller->random << 13;
	caller->random ^= caller->random >> 7;
	caller->random ^= caller->random << 17;
	return (uint32_t)(caller->random % bound);
}

static bool call(struct caller *caller, unsigned long request, uint32_t slot, uint32_t order)
{
	struct testcall_block block = { .slot = slot % TESTCALL_SLOTS, .order = order };

	if (atomic_load_explicit(&caller->loop->stop, memory_order_relaxed))
		return false;
	if (!ioctl(caller->fd, request, &block))
		return true;
	caller->code = errno;
	return false;
}

static bool grow(struct caller *caller, uint32_t target)
{
	uint64_t blocks = atomic_load_explicit(&caller->blocks, memory_order_relaxed);

	while (caller->held < target) {
		if (!call(caller, TESTCALL_IOC_ALLOC, caller->first + caller->held,
			  caller->loop->order))
			return false;
		caller->held++;
		atomic_store_explicit(&caller->blocks, ++blocks, memory_order_relaxed);
	}
	return true;
}

static bool shrink(struct caller *caller, uint32_t target)
{
	while (caller->held > target) {
		if (!call(caller, TESTCALL_IOC_FREE, caller->first, 0))
			return false;
		caller->first++;
		caller->held--;
	}
	return true;
}

static void *run(void *argument)
{
	struct caller *caller = argument;
	uint32_t middle = caller->loop->middle;

	while (grow(caller, middle + draw(caller, middle + 1)) &&
	       shrink(caller, draw(caller, middle + 1)))
		;
	close(caller->fd);	/* frees what is held */
	return NULL;
}

static int start_on(struct call_loop *loop, int cpu, struct bt_err *err)
{
	struct caller *caller = &loop->callers[loop->count];
	pthread_attr_t attributes;
	cpu_set_t set;
	int code;

	caller->loop = loop;
	caller->random = (uint64_t)cpu + 1;
	caller->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (caller->fd < 0)
		return bt_err_set(err, errno, "%s: %s", DEVICE, strerror(errno));
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_attr_init(&attributes);
	pthread_attr_setaffinity_np(&attributes, sizeof(set), &set);
	code = pthread_create(&caller->thread, &attributes, run, caller);
	pthread_attr_destroy(&attributes);
	if (code) {
		close(caller->fd);
		return bt_err_set(err, code, "a thread on CPU %d: %s", cpu, strerror(code));
	}
	loop->count++;
	return 0;
}

int call_loop_start(struct call_loop **loop, unsigned order, unsigned middle, struct bt_err *err)
{
	struct call_loop *l;
	size_t size = sizeof(*l) + CPU_SETSIZE * sizeof(l->callers[0]);
	uint64_t blocks;
	cpu_set_t cpus;
	int cpu, ret = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		return bt_err_set(err, errno, "CPUs to run on: %s", strerror(errno));
	l = aligned_alloc(CACHE_LINE, size);
	if (!l)
		return bt_err_set(err, ENOMEM, "a loop of ioctls: %s", strerror(ENOMEM));
	memset(l, 0, size);
	l->order = order;
	l->middle = middle;
	for (cpu = 0; cpu < CPU_SETSIZE && !ret; cpu++) {
		if (CPU_ISSET(cpu, &cpus))
			ret = start_on(l, cpu, err);
	}
	if (ret) {
		call_loop_stop(l, &blocks, NULL);
		return ret;
	}
	*loop = l;
	return 0;
}

uint64_t call_loop_blocks(const struct call_loop *loop)
{
	uint64_t blocks = 0;
	unsigned i;

	for (i = 0; i < loop->count; i++)
		blocks += atomic_load_explicit(&loop->callers[i].blocks, memory_order_relaxed);
	return blocks;
}

int call_loop_stop(struct call_loop *loop, uint64_t *blocks, struct bt_err *err)
{
	int code = 0;
	unsigned i;

	atomic_store(&loop->stop, true);
	for (i = 0; i < loop->count; i++) {
		pthread_join(loop->callers[i].thread, NULL);
		code = code ? code : loop->callers[i].code;
	}
	*blocks = call_loop_blocks(loop);
	free(loop);
	return code ? bt_err_set(err, code, "an ioctl of %s: %s", DEVICE, strerror(code)) : 0;
}

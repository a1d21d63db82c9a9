// SPDX-License-Identifier: GPL-2.0
#include "user/load.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "user/board.h"
#include "user/child.h"

#define READY_NS (20 * BT_NS_PER_S)
#define LOOK_NS (20 * BT_NS_PER_MS)	/* whether the child has died instead */

struct bt_user_load {
	struct bt_user_shared *shared;
	void *board;
	size_t board_bytes;
	pid_t pid;			/* 0 once it was waited for */
	int status;			/* waitpid()'s, then */
};

static void *share(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

/* ---- its life ------------------------------------------------------------------------------ */

static bool has_ended(struct bt_user_load *load)
{
	if (load->pid && waitpid(load->pid, &load->status, WNOHANG) == load->pid)
		load->pid = 0;
	return !load->pid;
}

static int explain_end(const struct bt_user_load *load, struct bt_err *err)
{
	if (WIFSIGNALED(load->status) && WTERMSIG(load->status) == SIGKILL)
		return bt_err_set(err, EIO, "the process with the workers was killed, perhaps by "
				  "the OOM killer: all it held is given back");
	if (WIFSIGNALED(load->status))
		return bt_err_set(err, EIO, "the process with the workers ended by signal %d",
				  WTERMSIG(load->status));
	return bt_err_set(err, EIO, "the process with the workers exited with %d",
			  WEXITSTATUS(load->status));
}

static int await_ready(struct bt_user_load *load, struct bt_err *err)
{
	uint64_t end_ns = bt_mono_ns() + READY_NS;
	struct timespec at;

	while (bt_mono_ns() < end_ns) {
		clock_gettime(CLOCK_REALTIME, &at);
		at.tv_nsec += LOOK_NS;
		at.tv_sec += at.tv_nsec / (long)BT_NS_PER_S;
		at.tv_nsec %= (long)BT_NS_PER_S;
		if (!sem_timedwait(&load->shared->ready, &at)) {
			if (load->shared->error.code)
				return bt_err_set(err, load->shared->error.code, "%s",
						  load->shared->error.text);
			return 0;
		}
		if (has_ended(load))
			return explain_end(load, err);
	}
	return bt_err_set(err, ETIMEDOUT, "the ways to allocate could not be tried in %llu s",
			  (unsigned long long)(READY_NS / BT_NS_PER_S));
}

static int start(struct bt_user_load *load, const struct bt_machine *machine, struct bt_err *err)
{
	pid_t parent = getpid();

	load->pid = fork();
	if (!load->pid)
		bt_user_child(load->shared, load->board, machine, parent);
	if (load->pid > 0)
		return await_ready(load, err);
	load->pid = 0;
	return bt_err_set(err, errno, "cannot start a process for the workers: %s",
			  strerror(errno));
}

int bt_user_load_open(struct bt_user_load **out, uint32_t ways, const struct bt_machine *machine,
		      struct bt_err *err)
{
	struct bt_user_load *load = bt_xcalloc(1, sizeof(*load));
	int code;

	load->board_bytes = bt_board_bytes(machine);
	load->shared = share(sizeof(*load->shared));
	load->board = share(load->board_bytes);
	if (!load->shared || !load->board) {
		code = bt_err_set(err, ENOMEM, "cannot map the statistics: %s", strerror(errno));
		bt_user_load_close(load);
		return code;
	}
	sem_init(&load->shared->ready, 1, 0);
	pthread_mutex_init(&load->shared->vmalloc_lock, NULL);
	pthread_mutex_init(&load->shared->trouble_lock, NULL);
	load->shared->ways = ways;
	bt_board_init(load->board, machine);
	code = start(load, machine, err);
	if (code)
		bt_user_load_close(load);
	else
		*out = load;
	return code;
}

void bt_user_load_close(struct bt_user_load *load)
{
	if (!load)
		return;
	if (load->pid) {
		kill(load->pid, SIGKILL);
		while (waitpid(load->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (load->shared)
		munmap(load->shared, sizeof(*load->shared));
	if (load->board)
		munmap(load->board, load->board_bytes);
	free(load);
}

/* ---- what it says -------------------------------------------------------------------------- */

const struct bt_proof *bt_user_load_proof(const struct bt_user_load *load, enum bt_way_number way)
{
	return &load->shared->proofs[way];
}

bool bt_user_load_sees_stalls(const struct bt_user_load *load)
{
	return load->shared->sees_stalls;
}

const void *bt_user_load_area(const struct bt_user_load *load, size_t *size)
{
	*size = load->board_bytes;
	return load->board;
}

int bt_user_load_pid(const struct bt_user_load *load)
{
	return load->pid;
}

int bt_user_load_status(struct bt_user_load *load, struct bt_user_status *status,
			struct bt_err *err)
{
	struct bt_user_shared *shared = load->shared;
	struct bt_user_job job;
	uint64_t generation;
	bool any = bt_user_newest(shared, &job, &generation);

	if (has_ended(load))
		return explain_end(load, err);
	*status = (struct bt_user_status){
		.config = job.config, .way = job.way,
		.reason = any ? BT_REASON_USER : BT_REASON_NONE,
		.publish_ns = any ? atomic_load(&shared->publish_ns) : BT_UNKNOWN,
		.lease_expiries = atomic_load(&shared->lease_expiries),
		.limit_expiries = atomic_load(&shared->limit_expiries),
	};
	status->config.generation = generation;
	status->blind = generation && atomic_load(&shared->blind_generation) == generation;
	bt_user_told(shared, generation, status->trouble);
	if (any && atomic_load(&shared->stopped_generation) == generation) {
		status->config.run = BT_RUN_DRAIN;
		status->reason = atomic_load(&shared->stop_reason);
	}
	return 0;
}

/* ---- what it is told ----------------------------------------------------------------------- */

uint64_t bt_user_load_publish(struct bt_user_load *load, const struct bt_config *config,
			      enum bt_way_number way)
{
	struct bt_user_shared *shared = load->shared;
	uint64_t generation = atomic_load(&shared->generation) + 1;

	shared->jobs[generation % BT_USER_JOBS] = (struct bt_user_job){ *config, way };
	atomic_store(&shared->publish_ns, bt_mono_ns());
	bt_user_load_keepalive(load);
	atomic_store_explicit(&shared->generation, generation, memory_order_release);
	bt_user_ring(shared);
	return generation;
}

void bt_user_load_keepalive(struct bt_user_load *load)
{
	atomic_store(&load->shared->kept_alive_ns, bt_mono_ns());
}

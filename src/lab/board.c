// SPDX-License-Identifier: GPL-2.0
#include "lab/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/look.h"

static uint64_t told(unsigned number)
{
	return number ? number : BT_UNKNOWN;
}

void bt_lab_board_init(struct bt_lab_board *board, const char *benchmark, const char *mode,
		       const struct bt_lab_place *place)
{
	struct bt_frame_host *host = &board->host;

	*board = (struct bt_lab_board){ .lock = PTHREAD_MUTEX_INITIALIZER };
	bt_frame_forget_host(host);
	host->known = true;
	bt_copy_clean(host->benchmark, sizeof(host->benchmark), benchmark ? benchmark : "");
	bt_copy_clean(host->mode, sizeof(host->mode), mode);
	host->run = told(place->run);
	host->runs = told(place->runs);
	host->repetition = told(place->repetition);
	host->iterations = told(place->iterations);
}

void bt_lab_board_free(struct bt_lab_board *board)
{
	pthread_mutex_destroy(&board->lock);
}

void bt_lab_board_qemu(struct bt_lab_board *board, pid_t pid)
{
	pthread_mutex_lock(&board->lock);
	board->pid = pid;
	pthread_mutex_unlock(&board->lock);
}

void bt_lab_board_phase(struct bt_lab_board *board, const char *phase, unsigned iteration)
{
	pthread_mutex_lock(&board->lock);
	bt_copy_clean(board->host.phase, sizeof(board->host.phase), phase);
	board->host.iteration = told(iteration);
	board->phase_since_ns = bt_mono_ns();
	pthread_mutex_unlock(&board->lock);
}

void bt_lab_board_size(struct bt_lab_board *board, uint64_t bytes)
{
	pthread_mutex_lock(&board->lock);
	board->host.size_bytes = bytes;
	pthread_mutex_unlock(&board->lock);
}

void bt_lab_board_target(struct bt_lab_board *board, uint64_t bytes)
{
	pthread_mutex_lock(&board->lock);
	board->host.target_bytes = bytes;
	pthread_mutex_unlock(&board->lock);
}

static void read_cpu(pid_t pid, struct bt_frame_host *host)
{
	unsigned long long user, system;
	char path[64], *text, *end;
	uint64_t tick_ns = BT_NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (bt_read_file(path, 4096, &text, NULL) < 0)
		return;
	/* The name may have blanks and brackets in it: what comes behind its last one counts. */
	end = strrchr(text, ')');
	if (end && sscanf(end, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user,
			  &system) == 2) {
		host->cpu_user_ns = user * tick_ns;
		host->cpu_system_ns = system * tick_ns;
	}
	free(text);
}

void bt_lab_board_read(void *context, struct bt_frame_host *host)
{
	struct bt_lab_board *board = context;
	pid_t pid;

	pthread_mutex_lock(&board->lock);
	*host = board->host;
	pid = board->pid;
	if (board->phase_since_ns)
		host->phase_ns = bt_mono_ns() - board->phase_since_ns;
	pthread_mutex_unlock(&board->lock);
	if (pid <= 0)
		return;
	host->rss_bytes = bt_lab_process_rss(pid);
	read_cpu(pid, host);
}

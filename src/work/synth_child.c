// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/util.h"
#include "work/synth.h"

#define STEPS 64u		/* of a life: each grows, writes, and works until it is over */
#define BUFFER_BYTES 16384u

struct child {
	const struct bt_synth_child *plan;
	char *at;
	uint64_t page_bytes;
	int fd;			/* of its file */
};

static void file_name(char name[16], unsigned number)
{
	snprintf(name, 16, "%u.o", number);
}

/* One that is not there yet is passed over, as is the rest of one that is being written. */
static void read_file(int dir_fd, unsigned number)
{
	char name[16], buffer[BUFFER_BYTES];
	int fd;

	file_name(name, number);
	fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	close(fd);
}

/* Part n of STEPS of something: [part(n), part(n + 1)). */
static uint64_t part(uint64_t whole, unsigned n)
{
	return whole / STEPS * n + whole % STEPS * n / STEPS;
}

static void grow(const struct child *c, unsigned step)
{
	uint64_t pages = c->plan->anon_bytes / c->page_bytes, end = part(pages, step + 1);

	for (uint64_t i = part(pages, step); i < end; i++)
		*(volatile uint64_t *)(c->at + i * c->page_bytes) = i + 1;
}

/* What it has grown by now is what it writes, again and again. */
static int write_part(const struct child *c, unsigned step)
{
	uint64_t left = part(c->plan->file_bytes, step + 1) - part(c->plan->file_bytes, step);
	uint64_t at_once = c->page_bytes < c->plan->anon_bytes ? c->page_bytes : c->plan->anon_bytes;

	while (left) {
		uint64_t size = left < at_once ? left : at_once;
		int code = bt_write_all(c->fd, c->at, size);

		if (code)
			return code;
		left -= size;
	}
	return 0;
}

/* Reads what is there over and over, as a compiler does its tree. */
static void work_until(const struct child *c, unsigned step, uint64_t end_ns)
{
	uint64_t pages = part(c->plan->anon_bytes / c->page_bytes, step + 1), page = 0;

	while (bt_mono_ns() < end_ns) {
		for (unsigned i = 0; pages && i < 64; i++) {
			page = (page * 6364136223846793005u + 1442695040888963407u) % pages;
			*(volatile uint64_t *)(c->at + page * c->page_bytes) += 1;
		}
	}
}

static int live(struct child *c, unsigned number, int dir_fd)
{
	uint64_t start_ns = bt_mono_ns();
	char name[16];
	int code = 0;

	file_name(name, number);
	c->at = mmap(NULL, c->plan->anon_bytes, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (c->at == MAP_FAILED)
		return errno;
	c->fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (c->fd < 0)
		return errno;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(c->plan->reads); i++) {
		if (c->plan->reads[i] != number)
			read_file(dir_fd, c->plan->reads[i]);
	}
	for (unsigned step = 0; step < STEPS && !code; step++) {
		grow(c, step);
		code = -write_part(c, step);
		work_until(c, step, start_ns + part(c->plan->life_ns, step + 1));
	}
	return code;
}

void bt_synth_child(const struct bt_synth_plan *plan, unsigned number, int dir_fd)
{
	struct child child = { .plan = &plan->children[number],
			       .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE) };

	_exit(live(&child, number, dir_fd));
}

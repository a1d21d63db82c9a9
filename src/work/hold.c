// SPDX-License-Identifier: GPL-2.0
/*
 * Memory that is kept under a name from job to job.
 *
 *	fill	bytes, threads, name: maps and writes a word to every page
 *	touch	name, threads (default: as many as filled it): writes every page again
 *	release	name: gives it back
 *
 * Answers: bytes, ns (of the writing, or of munmap()). Nothing is kept of a fill that was stopped.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/write.h"
#include "work/crew.h"
#include "work/job.h"

#define HOLDS_MAX 64u
#define NAME_SIZE 32u
#define BLOCK_PAGES 512u	/* touched between two looks at whether to go on */

struct bt_work_hold {
	char name[NAME_SIZE];
	char *at;		/* NULL: free */
	uint64_t bytes;
	unsigned threads;
};

struct touching {
	const struct bt_work_hold *hold;
	const atomic_bool *stop;
	uint64_t page_bytes;
	unsigned threads;
};

struct bt_work_hold *bt_work_holds_create(void)
{
	return bt_xcalloc(HOLDS_MAX, sizeof(struct bt_work_hold));
}

static void let_go(struct bt_work_hold *hold)
{
	munmap(hold->at, hold->bytes);
	*hold = (struct bt_work_hold){ .at = NULL };
}

void bt_work_holds_free(struct bt_work_hold *holds)
{
	for (unsigned i = 0; i < HOLDS_MAX; i++) {
		if (holds[i].at)
			let_go(&holds[i]);
	}
	free(holds);
}

/* name "": one that is free. NULL: there is none. */
static struct bt_work_hold *find(struct bt_work_hold *holds, const char *name)
{
	for (unsigned i = 0; i < HOLDS_MAX; i++) {
		if (!strcmp(holds[i].name, name))
			return &holds[i];
	}
	return NULL;
}

static int find_held(struct bt_work_call *call, struct bt_work_hold **hold, struct bt_err *err)
{
	char name[NAME_SIZE];
	int code = bt_work_text(call, "name", name, sizeof(name), err);

	if (code)
		return code;
	*hold = find(call->holds, name);
	return *hold ? 0 : bt_err_set(err, ENOENT, "\"name\": nothing is held as '%s'", name);
}

/* Without a sanitizer's looks at its shadow memory, whose pages would be faults of their own. */
__attribute__((no_sanitize("address"), no_sanitize("thread")))
static void touch_share(void *context, unsigned index)
{
	const struct touching *t = context;
	uint64_t first, pages = bt_write_share(t->hold->bytes / t->page_bytes, t->threads, 1, index,
					       &first);

	for (uint64_t i = 0; i < pages; i++) {
		if (!(i % BLOCK_PAGES) && atomic_load_explicit(t->stop, memory_order_relaxed))
			return;
		*(volatile uint64_t *)(t->hold->at + (first + i) * t->page_bytes) = 1;
	}
}

static int touch(struct bt_work_call *call, const struct bt_work_hold *hold, unsigned threads,
		 const uint16_t *cpus, struct bt_err *err)
{
	struct touching t = { .hold = hold, .stop = &call->stop, .threads = threads,
			      .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE) };
	struct bt_crew crew = { .count = threads, .cpus = cpus, .work = touch_share,
				.context = &t };
	uint64_t start_ns = bt_mono_ns();
	int code;

	bt_work_begun(call, start_ns);
	code = bt_crew_run(&crew, err);
	bt_json_u64(call->answer, "bytes", hold->bytes);
	bt_json_u64(call->answer, "ns", bt_mono_ns() - start_ns);
	return code;
}

static int map(struct bt_work_hold *hold, struct bt_err *err)
{
	void *at = mmap(NULL, hold->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);
	char text[16];

	if (at == MAP_FAILED)
		return bt_err_set(err, errno, "mmap of %s: %s",
				  bt_text_bytes(hold->bytes, text, sizeof(text)), strerror(errno));
	hold->at = at;
	return 0;
}

int bt_work_fill(struct bt_work_call *call, struct bt_err *err)
{
	struct bt_work_hold hold = { .at = NULL }, *free_hold = find(call->holds, "");
	uint16_t cpus[BT_WORK_THREADS_MAX];
	int code = bt_work_text(call, "name", hold.name, sizeof(hold.name), err);

	if (!code && find(call->holds, hold.name))
		code = bt_err_set(err, EEXIST, "\"name\": '%s' is held already", hold.name);
	if (!code && !free_hold)
		code = bt_err_set(err, ENOSPC, "%u are held: release one", HOLDS_MAX);
	if (!code)
		code = bt_work_threads(call, &hold.threads, cpus, err);
	if (!code)
		code = bt_work_pages(call, hold.threads, &hold.bytes, err);
	if (!code)
		code = bt_work_room(hold.bytes, NULL, err);
	if (!code)
		code = map(&hold, err);
	if (code)
		return code;
	code = touch(call, &hold, hold.threads, cpus, err);
	if (code || atomic_load(&call->stop))
		let_go(&hold);
	else
		*free_hold = hold;
	return code;
}

int bt_work_touch(struct bt_work_call *call, struct bt_err *err)
{
	uint16_t cpus[BT_WORK_THREADS_MAX];
	struct bt_work_hold *hold;
	unsigned threads;
	int code = find_held(call, &hold, err);

	if (!code)
		code = bt_work_threads(call, &threads, cpus, err);
	if (code)
		return code;
	return touch(call, hold, bt_json_get(call->request, "threads") ? threads : hold->threads,
		     cpus, err);
}

int bt_work_release(struct bt_work_call *call, struct bt_err *err)
{
	struct bt_work_hold *hold;
	uint64_t start_ns;
	int code = find_held(call, &hold, err);

	if (code)
		return code;
	start_ns = bt_mono_ns();
	bt_work_begun(call, start_ns);
	bt_json_u64(call->answer, "bytes", hold->bytes);
	let_go(hold);
	bt_json_u64(call->answer, "ns", bt_mono_ns() - start_ns);
	return 0;
}

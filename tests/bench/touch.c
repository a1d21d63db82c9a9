// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "pages.h"
#include "system/findlimit.h"

#define MIB (1024.0 * 1024)
#define THREADS_MAX 64u	/* as findlimit */
#define POLL_US 1000

/* ---- page_alloc_bench's way ----------------------------------------------------------------- */

/* Shared by the child's threads, and read by the parent. */
struct touch {
	uint64_t pages;
	size_t page_bytes;
	unsigned threads;
	bool small;
	_Atomic uint64_t touched;	/* pages */
	uint64_t end_ns;
};

struct part {
	struct touch *touch;
	char *from;
	uint64_t pages;
	pthread_t thread;
};

static void *touch_part(void *argument)
{
	struct part *part = argument;
	uint64_t i;

	for (i = 0; i < part->pages; i++) {
		((volatile char *)part->from)[i * part->touch->page_bytes] = 1;
		atomic_fetch_add(&part->touch->touched, 1);
	}
	return NULL;
}

/* The child; ends with an exit code. */
static int touch_all(struct touch *touch)
{
	struct part parts[THREADS_MAX];
	size_t size = touch->pages * touch->page_bytes;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	unsigned i, started;

	if (area == MAP_FAILED)
		return BT_EXIT_FAILED;
	if (touch->small)
		madvise(area, size, MADV_NOHUGEPAGE);
	for (started = 0; started < touch->threads; started++) {
		uint64_t first = touch->pages * started / touch->threads;
		uint64_t next = touch->pages * (started + 1) / touch->threads;

		parts[started] = (struct part){
			.touch = touch,
			.from = area + first * touch->page_bytes,
			.pages = next - first,
		};
		if (pthread_create(&parts[started].thread, NULL, touch_part, &parts[started]))
			break;
	}
	for (i = 0; i < started; i++)
		pthread_join(parts[i].thread, NULL);
	touch->end_ns = bt_mono_ns();
	return started == touch->threads ? BT_EXIT_OK : BT_EXIT_FAILED;
}

static unsigned thread_count(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || CPU_COUNT(&set) > (int)THREADS_MAX)
		return THREADS_MAX;
	return (unsigned)CPU_COUNT(&set);
}

/* Runs the child and waits for it; 0 when it touched all. */
static int touch_run(struct touch *touch, uint64_t *ns, struct bt_err *err)
{
	uint64_t start_ns = bt_mono_ns();
	pid_t pid = fork();
	int status = 0;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(touch_all(touch));
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return bt_err_set(err, errno, "a process that touches: %s", strerror(errno));
	if (status || touch->touched != touch->pages)
		return bt_err_set(err, ENOMEM, "touched %llu of %llu pages, wait status %#x",
				  (unsigned long long)touch->touched,
				  (unsigned long long)touch->pages, (unsigned)status);
	*ns = touch->end_ns - start_ns;
	return 0;
}

static int touch(uint64_t limit_bytes, bool small, uint64_t *ns, struct bt_err *err)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct touch *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (shared == MAP_FAILED)
		return bt_err_set(err, errno, "memory of two processes: %s", strerror(errno));
	shared->pages = limit_bytes / page;
	shared->page_bytes = page;
	shared->threads = thread_count();
	shared->small = small;
	ret = touch_run(shared, ns, err);
	munmap(shared, sizeof(*shared));
	return ret;
}

int memory_touch(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err)
{
	return touch(limit_bytes, false, ns, err);
}

int memory_touch_small(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err)
{
	return touch(limit_bytes, true, ns, err);
}

/* ---- ours ----------------------------------------------------------------------------------- */

int memory_findlimit(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err)
{
	struct bt_findlimit *run;
	struct bt_measure measure;
	const struct bt_measure_options options = { .limit_bytes = limit_bytes };
	int ret = bt_findlimit_start(&run, &options, err);

	if (ret)
		return ret;
	while (bt_findlimit_poll(run, &measure), measure.state == BT_MEASURE_RUNNING)
		usleep(POLL_US);
	bt_findlimit_free(run);
	if (measure.state != BT_MEASURE_DONE || measure.reached_bytes != measure.limit_bytes)
		return bt_err_set(err, ENOMEM, "findlimit reached %llu of %llu bytes: %s",
				  (unsigned long long)measure.reached_bytes,
				  (unsigned long long)measure.limit_bytes,
				  measure.end == BT_MEASURE_END_OOM_KILL ? "OOM-killed" :
									   measure.text);
	*ns = measure.elapsed_ns;
	return 0;
}

/* ---- side by side --------------------------------------------------------------------------- */

static const struct way {
	const char *name;
	int (*take)(uint64_t limit_bytes, uint64_t *ns, struct bt_err *err);
} ways[] = {
	{ "findlimit", memory_findlimit },
	{ "a write a page", memory_touch },
	/* The same as the one before where the kernel does not give huge pages to whoever comes. */
	{ "the same, no huge pages", memory_touch_small },
};

/* "always", "madvise", "never": whether touching gets huge pages. */
static void huge_pages(char word[32])
{
	char *text = NULL, *at = NULL;

	if (bt_read_file("/sys/kernel/mm/transparent_hugepage/enabled", 4096, &text, NULL) > 0)
		at = strchr(text, '[');
	snprintf(word, 32, "%.*s", at ? (int)strcspn(at + 1, "]") : 32, at ? at + 1 : "unknown");
	free(text);
}

static void print_rates(const struct series *rates, unsigned count)
{
	char text[64];
	unsigned i;

	for (i = 0; i < count; i++) {
		struct series ratio = series_ratio(&rates[0], &rates[i]);

		series_text(&rates[i], false, text, sizeof(text));
		printf("%-26s %-26s", ways[i].name, text);
		if (i)
			printf(" findlimit x %s", series_text(&ratio, true, text, sizeof(text)));
		putchar('\n');
	}
}

bool memory_compare(uint64_t limit_bytes, unsigned rounds)
{
	struct series rates[BT_ARRAY_SIZE(ways)] = {0};
	unsigned round, i, count;
	char huge[32];

	huge_pages(huge);
	count = strcmp(huge, "always") ? BT_ARRAY_SIZE(ways) - 1 : BT_ARRAY_SIZE(ways);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < count; i++) {
			unsigned at = (round + i) % count;	/* each is the first one in turn */
			struct bt_err err;
			uint64_t ns;

			if (ways[at].take(limit_bytes, &ns, &err)) {
				printf("FAIL %s: %s\n", ways[at].name, err.text);
				return false;
			}
			series_add(&rates[at],
				   (double)limit_bytes / MIB * BT_NS_PER_S / (double)ns);
		}
	}
	printf("MiB a second of user memory, %.0f MiB by %u threads, huge pages: %s; "
	       "median (least..most) of %u rounds\n",
	       (double)limit_bytes / MIB, thread_count(), huge, rounds);
	print_rates(rates, count);
	return true;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * buddytop write: arithmetic by hand, what is printed, and what the phases really do, by the word
 * of the kernel: /proc/self/pagemap and mincore() for the pages, getrusage() for the faults.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/write.h"

#define PAGE 4096u
#define PAGES 1024u
#define HUGE_PAGE (2u << 20)
#define STOPS 50u
#define NOISE 64u		/* faults of libraries, in a phase */
#define START_NOISE 512u	/* of starting threads, which a sanitizer does much for */

/* ---- calls that fail ---------------------------------------------------------------------- */

static int fail_advice = -1;	/* of madvise() */
static bool fail_mmap;		/* of what is shared or private, not of the room for it */
static int fail_thread = -1;	/* n-th thread from here on */

void *__real_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset);
int __real_madvise(void *at, size_t size, int advice);
int __wrap_madvise(void *at, size_t size, int advice);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *context);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *context);

void *__wrap_mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
	if (fail_mmap && prot != PROT_NONE) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	return __real_mmap(at, size, prot, flags, fd, offset);
}

int __wrap_madvise(void *at, size_t size, int advice)
{
	if (advice == fail_advice) {
		errno = EINVAL;
		return -1;
	}
	return __real_madvise(at, size, advice);
}

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *context)
{
	if (fail_thread >= 0 && !fail_thread--)
		return EAGAIN;
	return __real_pthread_create(thread, attr, run, context);
}

/* ---- arithmetic --------------------------------------------------------------------------- */

static void test_bounds(void **state)
{
	static const uint64_t values[] = { 7, 2, 9, 4 };	/* 22 / 4 = 5.5 */
	struct bt_write_bounds b = bt_write_bounds(values, 4);

	(void)state;
	assert_int_equal(b.min, 2);
	assert_int_equal(b.avg, 5);
	assert_int_equal(b.max, 9);
	b = bt_write_bounds(values, 1);
	assert_true(b.min == 7 && b.avg == 7 && b.max == 7);
	b = bt_write_bounds(values, 0);
	assert_true(!b.min && !b.avg && !b.max);
}

/* A run of one iteration: four threads of 1000 pages. */
static struct bt_write_thread four[] = {
	{ .cpu = 0, .pages = 1000, .fault_ns = 1900000, .drop_ns = 1000, .minor_faults = 1000 },
	{ .cpu = 1, .pages = 1000, .fault_ns = 1900000, .drop_ns = 2999, .minor_faults = 1001 },
	{ .cpu = 2, .pages = 1000, .fault_ns = 1900000, .drop_ns = 2000, .minor_faults = 1000 },
	{ .cpu = 3, .pages = 1000, .fault_ns = 2900000, .drop_ns = 5000, .minor_faults = 1000 },
};
static struct bt_write_iteration of_four = {
	.map_ns = 8500000, .unmap_ns = 3999999, .huge_bytes = 0, .fault_rss_bytes = 4000 * PAGE,
	.drop_rss_bytes = 0, .threads = four,
};
static const struct bt_write_run run_of_four = { .threads = 4, .done = 1, .iterations = &of_four };

/* Each thread's time is cut first: 1, 1, 1, 2, on average 1; of the sum it would be 8.6 / 4 = 2. */
static void test_ms(void **state)
{
	struct bt_write_bounds b = bt_write_ms(&run_of_four, 0, BT_WRITE_FAULT);

	(void)state;
	assert_true(b.min == 1 && b.avg == 1 && b.max == 2);
	b = bt_write_ms(&run_of_four, 0, BT_WRITE_DROP);
	assert_true(!b.min && !b.avg && !b.max);
	assert_int_equal(bt_write_ms(&run_of_four, 0, BT_WRITE_MAP).avg, 8);
	assert_int_equal(bt_write_ms(&run_of_four, 0, BT_WRITE_UNMAP).max, 3);
}

/* fault: 1900, 1900, 1900, 2900; drop: 1, 2.999, 2, 5; map and unmap by all 4000 pages. */
static void test_page_ns(void **state)
{
	struct bt_write_bounds b = bt_write_page_ns(&run_of_four, 0, BT_WRITE_FAULT);

	(void)state;
	assert_true(b.min == 1900 && b.avg == 2150 && b.max == 2900);
	b = bt_write_page_ns(&run_of_four, 0, BT_WRITE_DROP);
	assert_true(b.min == 1 && b.avg == 2 && b.max == 5);
	assert_int_equal(bt_write_page_ns(&run_of_four, 0, BT_WRITE_MAP).avg, 2125);
	assert_int_equal(bt_write_page_ns(&run_of_four, 0, BT_WRITE_UNMAP).avg, 999);
}

/* numpy.percentile([1..10], [50, 90, 99]) is 5.5, 9.1, 9.91; two iterations of five threads. */
static void test_summary(void **state)
{
	struct bt_write_thread threads[10];
	struct bt_write_iteration iterations[3] = { { .map_ns = 20, .threads = threads },
						    { .map_ns = 40, .threads = threads + 5 } };
	struct bt_write_run run = { .threads = 5, .done = 2, .iterations = iterations };
	struct bt_write_summary s;

	(void)state;
	for (unsigned i = 0; i < 10; i++)
		threads[i] = (struct bt_write_thread){ .pages = 2, .fault_ns = 2 * (10 - i) };
	bt_write_summary(&run, BT_WRITE_FAULT, &s);
	assert_int_equal(s.count, 10);
	assert_float_equal(s.min, 1, 1e-9);
	assert_float_equal(s.mean, 5.5, 1e-9);
	assert_float_equal(s.p50, 5.5, 1e-9);
	assert_float_equal(s.p90, 9.1, 1e-9);
	assert_float_equal(s.p99, 9.91, 1e-9);
	assert_float_equal(s.max, 10, 1e-9);
	bt_write_summary(&run, BT_WRITE_MAP, &s);
	assert_int_equal(s.count, 2);	/* 20 and 40 ns, each of ten pages */
	assert_float_equal(s.min, 2, 1e-9);
	assert_float_equal(s.max, 4, 1e-9);
}

static void test_shares(void **state)
{
	uint64_t first;

	(void)state;
	/* Ten pages, three threads: 4, 3, 3. */
	assert_int_equal(bt_write_share(10, 3, 1, 0, &first), 4);
	assert_int_equal(first, 0);
	assert_int_equal(bt_write_share(10, 3, 1, 1, &first), 3);
	assert_int_equal(first, 4);
	assert_int_equal(bt_write_share(10, 3, 1, 2, &first), 3);
	assert_int_equal(first, 7);
	/* Three huge pages and 100 pages, two threads: 1024, 512 + 100. */
	assert_int_equal(bt_write_share(1636, 2, 512, 0, &first), 1024);
	assert_int_equal(bt_write_share(1636, 2, 512, 1, &first), 612);
	assert_int_equal(first, 1024);
}

/* ---- what cannot be ----------------------------------------------------------------------- */

static void refuse(const struct bt_write_plan *plan, uint64_t available_bytes, int code,
		   const char *text)
{
	struct bt_machine *machine = calloc(1, sizeof(*machine));
	struct bt_err err = { 0 };

	machine->memory_bytes = 40ull << 30;	/* its twentieth part is 2 GiB */
	assert_int_equal(bt_write_check(plan, machine, available_bytes, &err), code);
	if (code && !strstr(err.text, text))
		fail_msg("'%s' is not in '%s'", text, err.text);
	free(machine);
}

static void test_refused(void **state)
{
	struct bt_write_plan plan = { .page_bytes = PAGE, .huge_page_bytes = HUGE_PAGE,
				      .memory_bytes = 1ull << 30, .run_count = 2,
				      .threads = { 2, 4 } };

	(void)state;
	refuse(&plan, 3ull << 30, 0, NULL);
	refuse(&plan, BT_UNKNOWN, 0, NULL);
	refuse(&plan, (3ull << 30) - 1, -EINVAL, "1.00 GiB is more than there is");
	refuse(&plan, 47ull << 26, -EINVAL, "2.94 GiB available, of which 2.00 GiB are left alone");
	plan.rand = true;		/* 4 bytes more for each of 2^18 pages */
	refuse(&plan, (3ull << 30) + (1 << 20) - 1, -EINVAL, "1.00 GiB is more than there is");
	refuse(&plan, (3ull << 30) + (1 << 20), 0, NULL);
	plan.rand = false;
	refuse(&plan, 1ull << 20, -EINVAL, "1.00 MiB available");
	plan.memory_bytes = 4 * PAGE;
	refuse(&plan, BT_UNKNOWN, 0, NULL);
	plan.memory_bytes = 3 * PAGE;
	refuse(&plan, BT_UNKNOWN, -EINVAL, "4 threads need 16.0 KiB at least, a page each");
	plan.huge = true;
	plan.memory_bytes = 4 * HUGE_PAGE - PAGE;
	refuse(&plan, BT_UNKNOWN, -EINVAL, "4 threads need 8.00 MiB at least, a huge page each");
	plan.huge_page_bytes = BT_UNKNOWN;
	refuse(&plan, BT_UNKNOWN, -EOPNOTSUPP, "no transparent huge pages");
}

/* ---- what is printed ---------------------------------------------------------------------- */

static void csv_of(const struct bt_write_result *result, bool original, char text[1024])
{
	FILE *out = fmemopen(text, 1024, "w");

	assert_non_null(out);
	bt_write_csv(out, result, original);
	fclose(out);
}

static void test_csv(void **state)
{
	struct bt_write_result *result = calloc(1, sizeof(*result));
	char text[1024];

	(void)state;
	result->plan = (struct bt_write_plan){ .memory_bytes = 4000 * PAGE, .run_count = 1,
					       .iterations = 1 };
	result->runs[0] = run_of_four;
	csv_of(result, true, text);
	assert_string_equal(text, "map,amin,aavg,amax,fmin,favg,fmax,unmap\n8,1,1,2,0,0,0,3\n");
	csv_of(result, false, text);
	/* 4000 * 4096 / 2^30 = 0.0152587890625 */
	assert_string_equal(strchr(text, '\n') + 1, "4,0,0.01525878906,8,1,1,2,0,0,0,3,"
			    "2125,1900,2150,2900,1,2,5,999,4000,4001,0\n");
	assert_memory_equal(text, "x,iteration,mem,map,amin,aavg,amax,fmin,favg,fmax,unmap,map_page_ns,",
			    68);
	of_four.huge_bytes = BT_UNKNOWN;
	csv_of(result, false, text);
	assert_non_null(strstr(text, ",4000,4001,\n"));
	of_four.huge_bytes = 0;
	free(result);
}

/* ---- what is done ------------------------------------------------------------------------- */

/* What the kernel said at the end of each phase of the last iteration. */
struct seen {
	const char *at;
	unsigned present[BT_WRITE_PHASES];	/* pages in the page table */
	unsigned resident[BT_WRITE_PHASES];	/* in memory, mapped or not */
	uint64_t faults[BT_WRITE_PHASES];	/* of the process so far */
	uint64_t looked[BT_WRITE_PHASES];	/* the same once all this is read */
	unsigned written;			/* pages whose first word is 1 */
	enum bt_write_phase stop_before;
	unsigned stop_after;			/* iterations; 0: none */
	int stop_fd;
};

/* Bit 63 of an entry: present in memory, and mapped (Documentation/admin-guide/mm/pagemap.rst). */
static unsigned count_present(const char *at, unsigned pages)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;
	unsigned count = 0;

	assert_true(fd >= 0);
	for (unsigned i = 0; i < pages; i++) {
		assert_int_equal(pread(fd, &entry, 8, (off_t)(((uintptr_t)at / PAGE + i) * 8)), 8);
		count += entry >> 63;
	}
	close(fd);
	return count;
}

static unsigned count_resident(const char *at, size_t size)
{
	unsigned char *pages = malloc(size / PAGE);
	unsigned count = 0;

	assert_int_equal(mincore((void *)at, size, pages), 0);
	for (size_t i = 0; i < size / PAGE; i++)
		count += pages[i] & 1;
	free(pages);
	return count;
}

static uint64_t process_faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_minflt;
}

static void on_ended(void *context, enum bt_write_phase phase, const char *at, size_t size)
{
	struct seen *seen = context;

	seen->at = at;
	seen->faults[phase] = process_faults();
	seen->present[phase] = count_present(at, (unsigned)(size / PAGE));
	seen->resident[phase] = count_resident(at, size);
	seen->looked[phase] = process_faults();
	if (phase != BT_WRITE_FAULT)
		return;
	seen->written = 0;
	for (size_t i = 0; i < size; i += PAGE)
		seen->written += *(const uint64_t *)(at + i) == 1;
}

static void stop(const struct seen *seen)
{
	uint64_t one = 1;

	assert_int_equal(write(seen->stop_fd, &one, 8), 8);
}

static void on_progress(void *context, const struct bt_write_progress *now)
{
	const struct seen *seen = context;

	assert_true(now->position >= 1 && now->position <= now->total);
	if (seen->stop_before == now->phase && !now->done_pages)
		stop(seen);
}

static void on_done(void *context, const struct bt_write_progress *now)
{
	const struct seen *seen = context;

	assert_int_equal(now->iteration, now->run->done);
	if (seen->stop_after == now->iteration)
		stop(seen);
}

/* A plan for all CPUs that we may use, at most two. */
static struct bt_write_plan small_plan(void)
{
	struct bt_write_plan plan = { .memory_bytes = PAGES * PAGE, .page_bytes = PAGE,
				      .huge_page_bytes = HUGE_PAGE, .iterations = 2,
				      .private = true, .run_count = 1 };
	cpu_set_t allowed;

	assert_int_equal(sched_getaffinity(0, sizeof(allowed), &allowed), 0);
	for (unsigned i = 0; i < CPU_SETSIZE && plan.cpu_count < 2; i++) {
		if (CPU_ISSET(i, &allowed))
			plan.cpus[plan.cpu_count++] = (uint16_t)i;
	}
	plan.threads[0] = plan.cpu_count;
	return plan;
}

static struct bt_write_result *run_plan(const struct bt_write_plan *plan, struct seen *seen,
					int code, const char *text)
{
	struct bt_write_result *result = bt_write_create(plan);
	struct bt_err err = { 0 };

	seen->stop_fd = eventfd(0, EFD_CLOEXEC);
	assert_int_equal(bt_write_run(result, &(struct bt_write_options){
		.stop_fd = seen->stop_fd, .progress = on_progress, .done = on_done,
		.ended = on_ended, .context = seen,
	}, &err), code);
	close(seen->stop_fd);
	assert_int_equal(result->partial, code != 0);
	if (code && !strstr(err.text, text))
		fail_msg("'%s' is not in '%s'", text, err.text);
	assert_string_equal(result->partial_reason, err.text);
	/* Nothing is left of the mapping. */
	if (seen->at) {
		assert_int_equal(msync((void *)seen->at, PAGE, MS_ASYNC), -1);
		assert_int_equal(errno, ENOMEM);
	}
	return result;
}

static uint64_t minor_faults(const struct bt_write_result *result, unsigned iteration)
{
	uint64_t faults = 0;

	for (unsigned i = 0; i < result->runs[0].threads; i++)
		faults += result->runs[0].iterations[iteration].threads[i].minor_faults;
	return faults;
}

static void test_private(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };
	struct bt_write_result *result = run_plan(&plan, &seen, 0, NULL);
	uint64_t faults = seen.faults[BT_WRITE_FAULT] - seen.looked[BT_WRITE_MAP];

	(void)state;
	assert_int_equal(result->runs[0].done, 2);
	assert_int_equal(seen.present[BT_WRITE_MAP], 0);
	assert_int_equal(seen.present[BT_WRITE_FAULT], PAGES);
	assert_int_equal(seen.written, PAGES);
	assert_int_equal(seen.present[BT_WRITE_DROP], 0);
	assert_int_equal(seen.resident[BT_WRITE_DROP], 0);
	/* A fault for each page, by the process's count and by the threads'. */
	assert_in_range(faults, PAGES, PAGES + START_NOISE);
	for (unsigned i = 0; i < 2; i++) {
		const struct bt_write_iteration *iteration = &result->runs[0].iterations[i];

		assert_in_range(minor_faults(result, i), PAGES, PAGES + NOISE);
		assert_int_equal(bt_write_pages(iteration, plan.threads[0]), PAGES);
		assert_int_equal(iteration->fault_rss_bytes, PAGES * PAGE);
		assert_int_equal(iteration->drop_rss_bytes, 0);
		assert_true(!iteration->huge_bytes || iteration->huge_bytes == BT_UNKNOWN);
		assert_int_equal(iteration->threads[0].cpu, plan.cpus[0]);
	}
	bt_write_free(result);
}

static void test_populate(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };
	struct bt_write_result *result;

	(void)state;
	plan.populate = true;
	result = run_plan(&plan, &seen, 0, NULL);
	assert_int_equal(seen.present[BT_WRITE_MAP], PAGES);
	assert_int_equal(seen.written, PAGES);
	assert_in_range(minor_faults(result, 0), 0, NOISE);
	assert_int_equal(seen.present[BT_WRITE_DROP], 0);
	bt_write_free(result);
}

/* The drop takes page table entries, not pages: they are in the mapping's file. */
static void test_shared(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };
	struct bt_write_result *result;

	(void)state;
	plan.private = false;
	result = run_plan(&plan, &seen, 0, NULL);
	assert_int_equal(seen.present[BT_WRITE_FAULT], PAGES);
	assert_int_equal(seen.written, PAGES);
	assert_int_equal(seen.present[BT_WRITE_DROP], 0);
	assert_int_equal(seen.resident[BT_WRITE_DROP], PAGES);
	assert_int_equal(result->runs[0].iterations[1].drop_rss_bytes, 0);
	bt_write_free(result);
}

static void test_rand(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };
	struct bt_write_result *result;

	(void)state;
	plan.rand = true;
	plan.seed = 7;
	result = run_plan(&plan, &seen, 0, NULL);
	assert_int_equal(seen.written, PAGES);
	assert_in_range(minor_faults(result, 1), PAGES, PAGES + NOISE);
	bt_write_free(result);
}

/* One fault maps a huge page: what smaps calls huge is what faults are missing. */
static void test_huge(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };
	struct bt_write_result *result;
	uint64_t huge, faults;

	(void)state;
	if (access("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", R_OK))
		skip();
	plan.huge = true;
	plan.memory_bytes = 4 * HUGE_PAGE;
	result = run_plan(&plan, &seen, 0, NULL);
	assert_int_equal(seen.present[BT_WRITE_FAULT], 4 * HUGE_PAGE / PAGE);
	huge = result->runs[0].iterations[1].huge_bytes / HUGE_PAGE;
	faults = huge + (4 - huge) * (HUGE_PAGE / PAGE);
	assert_in_range(huge, 0, 4);
	assert_in_range(minor_faults(result, 1), faults, faults + NOISE);
	assert_int_equal(seen.present[BT_WRITE_DROP], 0);
	bt_write_free(result);
}

/* ---- ends --------------------------------------------------------------------------------- */

static void test_stopped(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES, .stop_after = 2 };
	struct bt_write_result *result;

	(void)state;
	plan.iterations = 5;
	plan.run_count = 2;
	plan.threads[1] = 1;
	result = run_plan(&plan, &seen, -EINTR, "interrupted");
	assert_int_equal(result->runs[0].done, 2);
	assert_int_equal(result->runs[1].done, 0);
	bt_write_free(result);
}

/* The stop comes while the threads begin: nobody must be left waiting for another. */
static void test_stopped_at_once(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct bt_write_result *result;

	(void)state;
	for (unsigned i = 0; i < 2 * STOPS; i++) {
		struct seen seen = { .stop_before = i % 2 ? BT_WRITE_FAULT : BT_WRITE_DROP };

		result = run_plan(&plan, &seen, -EINTR, "interrupted");
		assert_int_equal(result->runs[0].done, 0);
		assert_int_equal(result->runs[0].iterations[0].unmap_ns, 0);
		bt_write_free(result);
	}
}

static void test_failed_calls(void **state)
{
	struct bt_write_plan plan = small_plan();
	struct seen seen = { .stop_before = BT_WRITE_PHASES };

	(void)state;
	fail_mmap = true;
	bt_write_free(run_plan(&plan, &seen, -ENOMEM, "mmap of 4.00 MiB: Cannot allocate memory"));
	fail_mmap = false;
	fail_advice = MADV_DONTNEED;
	bt_write_free(run_plan(&plan, &seen, -EINVAL, "madvise(MADV_DONTNEED) of "));
	fail_advice = MADV_HUGEPAGE;
	plan.huge = true;
	plan.memory_bytes = 4 * HUGE_PAGE;
	bt_write_free(run_plan(&plan, &seen, -EINVAL, "madvise(MADV_HUGEPAGE): Invalid argument"));
	/* Advice against what the kernel does not have. */
	fail_advice = MADV_NOHUGEPAGE;
	plan.huge = false;
	bt_write_free(run_plan(&plan, &seen, 0, NULL));
	fail_advice = -1;
	for (unsigned i = 0; i < plan.threads[0]; i++) {
		fail_thread = (int)i;
		bt_write_free(run_plan(&plan, &seen, -EAGAIN, "pthread_create for CPU "));
	}
	fail_thread = -1;
	plan.cpus[0] = BT_MAX_CPUS - 1;		/* there is none of that number */
	bt_write_free(run_plan(&plan, &seen, -EINVAL, "pthread_create for CPU 1023: "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_ms),
		cmocka_unit_test(test_page_ns),
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_private),
		cmocka_unit_test(test_populate),
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_rand),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_stopped_at_once),
		cmocka_unit_test(test_failed_calls),
	};

	if (sysconf(_SC_PAGESIZE) != PAGE)
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

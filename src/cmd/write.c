// SPDX-License-Identifier: GPL-2.0
/* buddytop write: what it takes user space to get pages, and to give them back. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/write.h"
#include "cmd/bench_progress.h"
#include "cmd/cmd.h"
#include "core/mask.h"
#include "system/available.h"

#define ITERATIONS 5u		/* where none are given */
#define THP "/sys/kernel/mm/transparent_hugepage/"

struct write_values {
	const char *memory, *cpus, *threads, *iterations, *seed;
	bool huge, populate, private, shared, rand, quiet, json, csv, original;
};

#define FIELD(f) offsetof(struct write_values, f)

static const struct bt_opt write_opts[] = {
	{ "memory", 'm', BT_OPT_TEXT, "SIZE",
	  "of all threads together; a bare number is GiB (default 1G)", FIELD(memory) },
	{ "threads", 't', BT_OPT_TEXT, "N[,N...]",
	  "how many, a run for each number (default: one on every CPU)", FIELD(threads) },
	{ "cpus", 0, BT_OPT_TEXT, "LIST", "for threads, one each, from the lowest (default: all)",
	  FIELD(cpus) },
	{ "iterations", 'i', BT_OPT_TEXT, "N", "of each run (default 5)", FIELD(iterations) },
	{ "huge", 0, BT_OPT_FLAG, NULL, "advise for huge pages (MADV_HUGEPAGE), else against them",
	  FIELD(huge) },
	{ "populate", 0, BT_OPT_FLAG, NULL, "have the kernel fill the mapping (MAP_POPULATE)",
	  FIELD(populate) },
	{ "private", 0, BT_OPT_FLAG, NULL, "a private mapping", FIELD(private) },
	{ "shared", 0, BT_OPT_FLAG, NULL, "a shared one (the default)", FIELD(shared) },
	{ "rand", 0, BT_OPT_FLAG, NULL, "write pages in random order", FIELD(rand) },
	{ "seed", 0, BT_OPT_TEXT, "N", "of that order (default 1)", FIELD(seed) },
	{ "quiet", 'q', BT_OPT_FLAG, NULL, "no progress and no table", FIELD(quiet) },
	{ "json", 0, BT_OPT_FLAG, NULL, "print the result document instead of the table",
	  FIELD(json) },
	{ "csv", 0, BT_OPT_FLAG, NULL, "print a line for each iteration", FIELD(csv) },
	{ "original", 0, BT_OPT_FLAG, NULL,
	  "the same, of just the columns that llfree-rs's write prints, in ms", FIELD(original) },
	{ 0 }
};

/* ---- the plan ----------------------------------------------------------------------------- */

static int parse_memory(const char *text, struct bt_write_plan *plan, struct bt_err *err)
{
	uint64_t bytes;

	if (bt_parse_bytes(text, &bytes))
		return bt_err_set(err, EINVAL, "--memory: '%s' is not a size such as 512M", text);
	/* A bare number: GiB, as the original's. */
	if (isdigit((unsigned char)text[strlen(text) - 1]) &&
	    __builtin_mul_overflow(bytes, 1ull << 30, &bytes))
		return bt_err_set(err, EINVAL, "--memory: %s GiB are more than there can be", text);
	plan->memory_bytes = bytes - bytes % plan->page_bytes;
	return 0;
}

/* All must be ours to run on: a thread elsewhere could not be bound. */
static int parse_cpus(const char *text, const struct bt_machine *machine,
		      struct bt_write_plan *plan, struct bt_err *err)
{
	__u64 mask[BT_CPU_WORDS];
	unsigned cpu;
	int code = 0;

	memcpy(mask, machine->allowed_cpus, sizeof(mask));
	if (text)
		code = bt_mask_parse(text, machine->cpu_count, mask, BT_CPU_WORDS, "--cpus", err);
	if (code)
		return code;
	for (cpu = bt_mask_next(mask, BT_CPU_WORDS, 0); cpu < machine->cpu_count;
	     cpu = bt_mask_next(mask, BT_CPU_WORDS, cpu + 1)) {
		if (!bt_mask_test(machine->allowed_cpus, cpu))
			return bt_err_set(err, EINVAL, "--cpus: CPU %u is off line, or outside of "
					  "the CPUs that this program may use (taskset)", cpu);
		plan->cpus[plan->cpu_count++] = (uint16_t)cpu;
	}
	return plan->cpu_count ? 0 : bt_err_set(err, EINVAL, "--cpus: none");
}

static int add_threads(const char *word, struct bt_write_plan *plan, struct bt_err *err)
{
	uint64_t count;

	if (bt_parse_u64(word, &count) || !count)
		return bt_err_set(err, EINVAL, "--threads: '%s' is not a number above 0", word);
	if (count > plan->cpu_count)
		return bt_err_set(err, EINVAL, "--threads: %s, for %u CPUs: each wants one of its "
				  "own", word, plan->cpu_count);
	if (plan->run_count == BT_WRITE_RUNS_MAX)
		return bt_err_set(err, EINVAL, "--threads: more than %u numbers", BT_WRITE_RUNS_MAX);
	plan->threads[plan->run_count++] = (unsigned)count;
	return 0;
}

static int parse_threads(const char *text, struct bt_write_plan *plan, struct bt_err *err)
{
	char *copy, *rest, *word;
	int code = 0;

	if (!text) {
		plan->threads[plan->run_count++] = plan->cpu_count;
		return 0;
	}
	copy = rest = bt_xstrdup(text);
	while (!code && (word = strsep(&rest, ",")))
		code = add_threads(word, plan, err);
	free(copy);
	return code;
}

static int check_values(const struct bt_cmd_call *call, const struct write_values *values,
			struct bt_err *err)
{
	if (call->argc)
		return bt_err_set(err, EINVAL, "write: '%s' is nothing it takes (see --help)",
				  call->argv[0]);
	if (values->private && values->shared)
		return bt_err_set(err, EINVAL, "--private and --shared exclude each other");
	if (values->json + values->csv + values->original + values->quiet > 1)
		return bt_err_set(err, EINVAL, "--json, --csv, --original and --quiet exclude each "
				  "other");
	return 0;
}

static uint64_t huge_page_bytes(void)
{
	char text[BT_NAME];
	uint64_t bytes;

	bt_read_line(THP "hpage_pmd_size", text, sizeof(text));
	return bt_parse_u64(text, &bytes) || !bytes ? BT_UNKNOWN : bytes;
}

static int parse_numbers(const struct write_values *values, struct bt_write_plan *plan,
			 struct bt_err *err)
{
	uint64_t iterations = ITERATIONS;

	plan->seed = 1;
	if (values->iterations &&
	    (bt_parse_u64(values->iterations, &iterations) || !iterations ||
	     iterations > BT_WRITE_ITERATIONS_MAX))
		return bt_err_set(err, EINVAL, "--iterations: '%s' is not a number from 1 to %u",
				  values->iterations, BT_WRITE_ITERATIONS_MAX);
	if (values->seed && bt_parse_u64(values->seed, &plan->seed))
		return bt_err_set(err, EINVAL, "--seed: '%s' is not a number", values->seed);
	plan->iterations = (unsigned)iterations;
	return 0;
}

static int make_plan(const struct write_values *values, const struct bt_machine *machine,
		     struct bt_write_plan *plan, struct bt_err *err)
{
	int code;

	*plan = (struct bt_write_plan){
		.page_bytes = machine->page_bytes,
		.huge_page_bytes = huge_page_bytes(),
		.huge = values->huge, .populate = values->populate, .private = values->private,
		.rand = values->rand,
	};
	code = parse_numbers(values, plan, err);
	if (!code)
		code = parse_memory(values->memory, plan, err);
	if (!code)
		code = parse_cpus(values->cpus, machine, plan, err);
	return code ? code : parse_threads(values->threads, plan, err);
}

/* ---- the machine -------------------------------------------------------------------------- */

/* Should it not be enough after all, it is this program that goes. */
static void offer_to_oom_killer(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	bt_write_all(fd, "1000", 4);
	close(fd);
}

/* ---- doing it ----------------------------------------------------------------------------- */

static void on_progress(void *context, const struct bt_write_progress *now)
{
	char text[128], touched[32] = "";

	if (now->phase == BT_WRITE_FAULT)
		snprintf(touched, sizeof(touched), " %.0f %%",
			 100.0 * (double)now->done_pages / (double)now->pages);
	snprintf(text, sizeof(text), "threads=%u %s%s", now->run->threads,
		 bt_write_phase_name[now->phase], touched);
	bench_progress_line(context, &(struct bench_progress_place){
		now->position, now->total, now->elapsed_ns, now->left_ns,
	}, text);
}

static void on_done(void *context, const struct bt_write_progress *now)
{
	struct bench_progress *shown = context;
	struct bt_write_bounds fault, drop;

	bench_progress_clear(shown);
	if (shown->quiet)
		return;
	fault = bt_write_page_ns(now->run, now->iteration - 1, BT_WRITE_FAULT);
	drop = bt_write_page_ns(now->run, now->iteration - 1, BT_WRITE_DROP);
	fprintf(stderr, "%u/%u threads=%u #%u: fault %llu ns a page, drop %llu ns\n", now->position,
		now->total, now->run->threads, now->iteration, (unsigned long long)fault.avg,
		(unsigned long long)drop.avg);
}

static void print(const struct write_values *values, const struct bt_write_result *result)
{
	struct bt_json_writer *w;

	if (values->csv || values->original) {
		bt_write_csv(stdout, result, values->original);
	} else if (values->json) {
		w = bt_json_writer_create(true);
		bt_write_encode(w, result);
		bt_cmd_print_json(w);
		bt_json_writer_free(w);
	} else if (!values->quiet) {
		bt_write_print(stdout, result);
	}
}

static int measure(const struct write_values *values, struct bt_write_result *result, int stop_fd,
		   struct bt_err *err)
{
	struct bench_progress shown;
	int code;

	offer_to_oom_killer();
	bench_progress_begin(&shown, values->quiet);
	code = bt_write_run(result, &(struct bt_write_options){
		.stop_fd = stop_fd, .context = &shown, .done = on_done,
		.progress = shown.terminal && !values->quiet ? on_progress : NULL,
	}, err);
	bench_progress_clear(&shown);
	print(values, result);
	return code == -EINTR ? bt_err_set(err, EINTR, "interrupted: what was measured is marked "
					   "partial") : code;
}

static int run_write(struct bt_cmd_call *call, struct bt_err *err)
{
	struct write_values *values = call->values;
	struct bt_machine *machine = bt_xcalloc(1, sizeof(*machine));
	struct bt_write_result *result = NULL;
	struct bt_write_plan plan;
	uint64_t available;
	int stop_fd = bt_cmd_catch_end(), code = check_values(call, values, err);

	if (!values->memory)
		values->memory = "1G";
	if (!code)
		code = bt_available_look(machine, &available, err);
	if (!code)
		code = make_plan(values, machine, &plan, err);
	if (!code)
		code = bt_write_check(&plan, machine, available, err);
	if (!code) {
		result = bt_write_create(&plan);
		result->machine = *machine;
		bt_read_line(THP "shmem_enabled", result->thp_shmem, sizeof(result->thp_shmem));
		bt_keep_chosen(result->thp_shmem);
		code = measure(values, result, stop_fd, err);
	}
	bt_write_free(result);
	free(machine);
	close(stop_fd);
	return code;
}

const struct bt_cmd bt_cmd_write = {
	.name = "write",
	.operands = "",
	.summary = "Measure what page faults, MADV_DONTNEED and munmap take, without the module",
	.description = "Threads, each on a CPU of its own, write a word to every page of a mapping, drop\n"
		       "their share of it with MADV_DONTNEED, and unmap it: the write benchmark of\n"
		       "llfree-rs, by its options and columns.",
	.opts = write_opts,
	.no_source = true,
	.values_size = sizeof(struct write_values),
	.run = run_write,
};

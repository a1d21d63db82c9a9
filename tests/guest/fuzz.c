// SPDX-License-Identifier: GPL-2.0
/*
 * Random and mutated calls to /dev/buddytop from six processes at once, two of them nobody's, while
 * the load that they publish runs, CPU 1 comes and goes, the node's mode changes and controllers are
 * killed. Each outcome is checked; afterwards nothing may be missing and the device must work.
 *
 * On the kernel's command line: fuzz.calls=N (default 1000000), fuzz.seed=N (default: of the clock),
 * fuzz.limit=SECONDS (default 420; a slow kernel gets more by BUDDYTOP_PATIENCE). Several processes
 * never meet twice in the same way, so that a seed gives the same calls, not the same run.
 */
#include "fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oracle.h"

#define CONTROLLERS 2u /* the first children; the last ones are nobody's */
#define NOBODIES 2u
#define TICK_MS 100u
/* What page tables, slabs and per-CPU lists may keep. */
#define SLACK (6 * MIB)

const struct fuzz_kind fuzz_kinds[] = {
	{"publish", 260, false, false, fuzz_publish},
	{"get config", 140, false, false, fuzz_get_config},
	{"info", 140, false, false, fuzz_info},
	{"keep-alive", 80, false, false, fuzz_keepalive},
	{"other command", 100, false, true, fuzz_other_command},
	{"open", 25, true, false, fuzz_open},
	{"close", 5, false, false, fuzz_close},
	{"mmap", 100, false, false, fuzz_map},
	{"file", 120, false, false, fuzz_file},
	{"dup", 29, false, false, fuzz_duplicate},
	{"inherit", 1, false, false, fuzz_inherit},
	{0}
};

struct stand {
	struct abi abi;
	struct fuzz_machine machine;
	struct fuzz_shared *shared;
	uint64_t calls, seed, limit_s;
	pid_t children[FUZZ_CHILDREN]; /* 0: done */
	unsigned rounds; /* children started so far: each has its own seed */
	unsigned kills, offline;
};

/* splitmix64, by Sebastiano Vigna: any seed will do. */
uint64_t fuzz_random(struct fuzz *f)
{
	uint64_t z = f->random += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint64_t fuzz_below(struct fuzz *f, uint64_t below)
{
	return fuzz_random(f) % below;
}

bool fuzz_once_in(struct fuzz *f, uint64_t times)
{
	return fuzz_below(f, times) == 0;
}

void fuzz_fault(struct fuzz *f, const char *format, ...)
{
	unsigned at = atomic_fetch_add(&f->shared->faults, 1);
	va_list args;

	if (at >= FUZZ_FAULTS)
		return;
	va_start(args, format);
	vsnprintf(f->shared->fault[at], sizeof(f->shared->fault[at]), format, args);
	va_end(args);
}

long fuzz_result(struct fuzz *f, long ret, uint64_t allowed, const char *format, ...)
{
	int code = ret < 0 ? errno : 0;
	char what[160];
	va_list args;

	atomic_fetch_add(&f->shared->calls[f->kind], 1);
	atomic_fetch_add(&f->shared->accepted[f->kind], code == 0);
	atomic_fetch_add(&f->shared->done[f->id], 1);
	if (allowed & FUZZ(code))
		return ret;
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	fuzz_fault(f, "%s: %s", what, code ? strerror(code) : "accepted");
	return ret;
}

/* ---- a child ------------------------------------------------------------------------------ */

static unsigned some_kind(struct fuzz *f)
{
	uint64_t total = 0, at;
	unsigned i;

	for (i = 0; fuzz_kinds[i].name; i++)
		total += fuzz_kinds[i].weight;
	at = fuzz_below(f, total);
	for (i = 0; at >= fuzz_kinds[i].weight; i++)
		at -= fuzz_kinds[i].weight;
	return i;
}

static bool makes_sense(struct fuzz *f, const struct fuzz_kind *kind)
{
	if (f->fd < 0)
		return kind->without_fd;
	/* Only one process controls at a time: it shall make something of it. */
	return !f->control || kind->run == fuzz_publish || fuzz_once_in(f, 8);
}

static void run_child(struct fuzz *f, uint64_t quota)
{
	while (atomic_load(&f->shared->done[f->id]) < quota) {
		do {
			f->kind = some_kind(f);
		} while (!makes_sense(f, &fuzz_kinds[f->kind]));
		fuzz_kinds[f->kind].run(f);
	}
}

static void child(struct stand *stand, unsigned id)
{
	struct fuzz f = {
		.shared = stand->shared, .machine = &stand->machine, .area = stand->abi.area,
		.random = stand->seed + stand->rounds, .id = id, .fd = -1, .me = getpid(),
		.root = id < FUZZ_CHILDREN - NOBODIES,
	};
	struct bt_config config = abi_config();
	unsigned char *pages = mmap(NULL, FUZZ_ARENA + 3 * FUZZ_PAGE, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED || (!f.root && (setgid(65534) || setuid(65534))))
		_exit(2);
	f.arena = pages;
	f.read_only = pages + FUZZ_ARENA + FUZZ_PAGE;
	config.run = BT_RUN_DRAIN;
	memcpy(f.read_only, &config, sizeof(config));
	mprotect(f.arena + FUZZ_ARENA, FUZZ_PAGE, PROT_NONE);
	mprotect(f.read_only, FUZZ_PAGE, PROT_READ);
	run_child(&f, stand->calls / FUZZ_CHILDREN + 1);
	fuzz_disown(&f);
	_exit(0);
}

/* ---- the parent ---------------------------------------------------------------------------- */

static uint64_t parameter(const char *name, uint64_t otherwise)
{
	char *text = oracle_text("/proc/cmdline"), *at = strstr(text, name);
	uint64_t value = at ? strtoull(at + strlen(name), NULL, 0) : otherwise;

	free(text);
	return value;
}

static void start_child(struct stand *stand, unsigned id)
{
	pid_t pid;

	stand->rounds++;
	pid = fork();
	if (pid == 0)
		child(stand, id);
	stand->children[id] = pid;
}

static void set_mode(struct stand *stand, unsigned mode)
{
	atomic_fetch_add(&stand->shared->mode_changes, 1);
	chmod(DEVICE, mode);
	atomic_store(&stand->shared->mode, mode);
	atomic_fetch_add(&stand->shared->mode_changes, 1);
}

/* A controller ends without a word, wherever it is; another one takes its place. */
static void kill_child(struct stand *stand, unsigned id)
{
	pid_t pid = stand->children[id];

	if (!pid)
		return;
	atomic_store(&stand->shared->doomed, pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	atomic_compare_exchange_strong(&stand->shared->owner, &pid, 0);
	stand->kills++;
	start_child(stand, id);
}

/* Takes the ended ones from the list; returns how many are left. */
static unsigned reap(struct stand *stand)
{
	unsigned i, left = 0;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < FUZZ_CHILDREN; i++) {
			if (stand->children[i] != pid)
				continue;
			check(&stand->abi, status == 0, "process %u ends well (%#x)", i,
			      (unsigned)status);
			stand->children[i] = 0;
		}
	}
	for (i = 0; i < FUZZ_CHILDREN; i++)
		left += stand->children[i] != 0;
	return left;
}

/* What happens to the machine meanwhile, at each tick. */
static void disturb(struct stand *stand, unsigned tick)
{
	static const unsigned modes[] = {0600, 0644, 0644, 0666};
	static const char online[] = "/sys/devices/system/cpu/cpu1/online";

	set_mode(stand, modes[tick / 2 % BT_ARRAY_SIZE(modes)]);
	if (tick % 8 == 2) {
		put_text(online, "0");
		stand->offline++;
	} else if (tick % 8 == 5) {
		put_text(online, "1");
	}
	if (tick % 16 == 15)
		kill_child(stand, tick / 16 % CONTROLLERS);
}

static void storm(struct stand *stand)
{
	uint64_t start_ns = bt_mono_ns();
	uint64_t end_ns = oracle_deadline_ns((unsigned)(stand->limit_s * 1000));
	unsigned i, tick;

	for (i = 0; i < FUZZ_CHILDREN; i++)
		start_child(stand, i);
	for (tick = 0; reap(stand) && bt_mono_ns() < end_ns; tick++) {
		usleep(TICK_MS * 1000);
		disturb(stand, tick);
	}
	put_text("/sys/devices/system/cpu/cpu1/online", "1");
	set_mode(stand, 0600);
	for (i = 0; i < FUZZ_CHILDREN; i++) {
		if (!stand->children[i])
			continue;
		kill(stand->children[i], SIGKILL);
		check(&stand->abi, false, "process %u is done in time, it has made %llu calls", i,
		      (unsigned long long)atomic_load(&stand->shared->done[i]));
	}
	printf("# %.1f s, CPU 1 went %u times, %u processes killed\n",
	       (double)(bt_mono_ns() - start_ns) / BT_NS_PER_S, stand->offline, stand->kills);
}

static void judge_calls(struct stand *stand)
{
	struct fuzz_shared *shared = stand->shared;
	uint64_t calls = 0, accepted = 0;
	unsigned i, faults = atomic_load(&shared->faults);

	for (i = 0; fuzz_kinds[i].name; i++) {
		uint64_t of_kind = shared->calls[i], good = shared->accepted[i];

		calls += of_kind;
		accepted += good;
		check(&stand->abi, of_kind && (fuzz_kinds[i].always_refused ? !good : good),
		      "%s: %llu calls, %llu accepted", fuzz_kinds[i].name, (unsigned long long)of_kind,
		      (unsigned long long)good);
	}
	for (i = 0; i < faults && i < FUZZ_FAULTS; i++)
		printf("# %s\n", shared->fault[i]);
	check(&stand->abi, faults == 0, "every call gave what the manual says, but for %u", faults);
	check(&stand->abi, calls >= stand->calls && accepted * 5 >= calls,
	      "%llu calls, %.0f %% accepted, seed %llu", (unsigned long long)calls,
	      100.0 * (double)accepted / (double)calls, (unsigned long long)stand->seed);
}

static void judge_memory(struct stand *stand, uint64_t before)
{
	struct abi *abi = &stand->abi;
	uint64_t allocs = 0, frees = 0, end_ns = oracle_deadline_ns(5000);
	unsigned cpu;

	check(abi, abi_wait_word(&abi->area->controlled, 0, 20000), "nobody controls");
	check(abi, abi->area->run == BT_RUN_DRAIN && abi_held_pages(abi) == 0 && !abi->area->ring_bytes,
	      "nothing runs, nothing is held");
	for (cpu = 0; cpu < abi->info.cpu_count; cpu++) {
		allocs += abi_cpu(abi, cpu)->allocs;
		frees += abi_cpu(abi, cpu)->frees;
	}
	check(abi, allocs > stand->calls / 100 && allocs == frees,
	      "%llu blocks were allocated meanwhile, %llu freed", (unsigned long long)allocs,
	      (unsigned long long)frees);
	while (!memory_is_back(before, SLACK) && bt_mono_ns() < end_ns)
		usleep(100000);
	check(abi, memory_is_back(before, SLACK), "every page is back: %lld KiB missing",
	      ((long long)before - (long long)oracle_free_bytes()) / 1024);
}

/* Runs, holds what it is to hold and gives it back. */
static void judge_device(struct abi *abi, const char *when)
{
	struct bt_config config = abi_config();
	int fd = abi_control(abi);

	config.pattern = BT_PATTERN_HOLD;
	check(abi, abi_run(abi, fd, &config) && abi_wait_held(abi, 31 * MIB / 4096, 32 * MIB / 4096, 20000),
	      "%s it runs and holds", when);
	close(fd);
	check(abi, abi_held_pages(abi) == 0, "and gives all of it back");
}

static int load_module(void)
{
	FILE *file = fopen("/modules/buddytop.ko", "re");
	int ret;

	if (!file)
		return -errno;
	ret = (int)syscall(SYS_finit_module, fileno(file), "max_held_pct=90", 0);
	fclose(file);
	return ret < 0 ? -errno : 0;
}

static void judge_module(struct abi *abi)
{
	struct bt_info before = abi->info;

	judge_device(abi, "afterwards");
	abi_close(abi);
	check(abi, syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK) == 0, "the module unloads");
	check(abi, load_module() == 0, "and loads again");
	abi_open(abi);
	check(abi, !memcmp(&before, &abi->info, sizeof(before)), "it says the same of itself");
	judge_device(abi, "loaded again");
}

int main(void)
{
	struct stand stand = {
		.calls = parameter("fuzz.calls=", 1000000), .limit_s = parameter("fuzz.limit=", 420),
		.seed = parameter("fuzz.seed=", bt_mono_ns() ^ (uint64_t)time(NULL) << 32),
	};
	struct abi *abi = &stand.abi;
	uint64_t before;

	setvbuf(stdout, NULL, _IOLBF, 0);
	abi_open(abi);
	oracle_begin();
	fuzz_machine_read(&stand.machine, &abi->info);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	stand.shared = mmap(NULL, sizeof(*stand.shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	printf("# seed %llu, %llu calls\n", (unsigned long long)stand.seed,
	       (unsigned long long)stand.calls);
	/* There is a configuration from now on. */
	judge_device(abi, "before");
	before = oracle_free_bytes();
	storm(&stand);
	judge_calls(&stand);
	judge_memory(&stand, before);
	check(abi, oracle_kernel_complaints() == 0, "the kernel's log is clean");
	judge_module(abi);
	check(abi, oracle_kernel_complaints() == 0, "and still is");
	printf("%u passed, %u failed, %u skipped\n", abi->passed, abi->failed, abi->skipped);
	return abi->failed != 0;
}

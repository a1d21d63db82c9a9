// SPDX-License-Identifier: GPL-2.0
/*
 * Runs another program of the guest tests, /sbin/watched, where the kernel has kmemleak,
 * page_owner, lockdep and the like: adds to that program's counts whether those tools had anything
 * to report from the boot to the module's removal, and whether they were still at work then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/util.h"
#include "kmod/buddytop_uapi.h"
#include "oracle.h"

#define WATCHED "/sbin/watched"
#define KMEMLEAK "/sys/kernel/debug/kmemleak"
#define PAGE_OWNER "/sys/kernel/debug/page_owner"
/* It reports no object younger than five seconds, nor before it was found unreferenced twice. */
#define LEAK_AGE_S 6
#define LEAK_SCANS 2
#define LOST_SHOWN 20

struct counts {
	unsigned passed, failed, skipped;
};

static void check(struct counts *counts, bool ok, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void check(struct counts *counts, bool ok, const char *format, ...)
{
	va_list args;

	printf("%s watch: ", ok ? "ok" : "FAIL");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	counts->passed += ok;
	counts->failed += !ok;
}

/* Passes its lines on, but for that of the counts, which it adds up. False: there was none. */
static bool pass_on(FILE *from, struct counts *counts)
{
	struct counts more;
	char line[4096];
	bool found = false;

	while (fgets(line, sizeof(line), from)) {
		if (sscanf(line, "%u passed, %u failed, %u skipped", &more.passed, &more.failed,
			   &more.skipped) != 3) {
			fputs(line, stdout);
			continue;
		}
		counts->passed += more.passed;
		counts->failed += more.failed;
		counts->skipped += more.skipped;
		found = true;
	}
	return found;
}

/* Not by popen(), for most of the guests have no shell. */
static FILE *start(pid_t *pid)
{
	FILE *output;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return NULL;
	output = fdopen(ends[0], "r");
	*pid = output ? fork() : -1;
	if (*pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		execl(WATCHED, WATCHED, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	return output;
}

static void run(struct counts *counts)
{
	pid_t pid = -1;
	FILE *output = start(&pid);
	bool found = output && pass_on(output, counts);
	int status = -1;

	if (output)
		fclose(output);
	if (pid > 0)
		waitpid(pid, &status, 0);
	check(counts, found, "the program ends with its counts, status %#x", (unsigned)status);
}

static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");
	bool good = file && fputs(text, file) >= 0;

	return file && !fclose(file) && good;
}

/* The kernel's log keeps a leak to one line of its number; the file has the stacks. */
static void check_leaks(struct counts *counts)
{
	bool scanned = true;
	char *text;
	unsigned i;

	if (access(KMEMLEAK, R_OK)) {
		printf("skip watch: this kernel has no kmemleak\n");
		counts->skipped++;
		return;
	}
	sleep(LEAK_AGE_S);
	for (i = 0; i < LEAK_SCANS; i++)
		scanned &= put(KMEMLEAK, "scan");
	check(counts, scanned, "kmemleak scans");
	text = oracle_text(KMEMLEAK);
	if (*text)
		printf("%s\n", text);
	check(counts, !*text, "kmemleak has nothing to report");
	free(text);
}

/*
 * Kept by the kernel for whoever comes next, whoever happened to need the first of it: slabs,
 * stacks that were taken down, page tables of the kernel, KASAN's shadow of vmalloc's area.
 */
static const char *const kept_by_kernel[] = {
	"slab",
	"stack_depot",
	"_alloc_kernel",
	"kasan_populate_vmalloc",
};

/* A line of the stack has no symbol, for its module is gone. */
static bool lost_by_module(const char *entry)
{
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(kept_by_kernel); i++) {
		if (strstr(entry, kept_by_kernel[i]))
			return false;
	}
	return strstr(entry, "\n 0x") != NULL;
}

/*
 * Each read gives one allocated block: who allocated it, its flags, the stack. Kmemleak knows
 * nothing of pages.
 */
static void check_lost_pages(struct counts *counts)
{
	int fd = open(PAGE_OWNER, O_RDONLY | O_CLOEXEC);
	unsigned blocks = 0, lost = 0;
	char entry[4097];
	ssize_t size;

	if (fd < 0) {
		printf("skip watch: this kernel has no page_owner\n");
		counts->skipped++;
		return;
	}
	while ((size = read(fd, entry, sizeof(entry) - 1)) > 0) {
		entry[size] = '\0';
		blocks++;
		if (!lost_by_module(entry))
			continue;
		if (lost++ < LOST_SHOWN)
			printf("%s", entry);
	}
	check(counts, size == 0 && blocks, "page_owner tells of %u allocated blocks", blocks);
	check(counts, !lost, "the module has left no page behind, but for %u", lost);
	close(fd);
}

/* After its first report lockdep is silent for ever. */
static void check_lockdep(struct counts *counts)
{
	char *text, *at;

	if (access("/proc/lockdep_stats", R_OK)) {
		printf("skip watch: this kernel has no lockdep\n");
		counts->skipped++;
		return;
	}
	text = oracle_text("/proc/lockdep_stats");
	at = strstr(text, "debug_locks:");
	check(counts, at && atoi(at + strlen("debug_locks:")) == 1, "lockdep is still at work");
	free(text);
}

int main(void)
{
	struct counts counts = {0};
	unsigned complaints;

	setvbuf(stdout, NULL, _IOLBF, 0);
	complaints = oracle_kernel_complaints();
	check(&counts, complaints == 0, "the kernel boots without a complaint");
	run(&counts);
	/* What only the module still knows of is found once it is gone. */
	if (syscall(SYS_delete_module, BT_DEVICE_NAME, O_NONBLOCK))
		check(&counts, errno == ENOENT, "the module can be removed: %s", strerror(errno));
	check_leaks(&counts);
	check_lost_pages(&counts);
	check_lockdep(&counts);
	complaints = oracle_kernel_complaints();
	check(&counts, complaints == 0, "the kernel's log is clean at the end");
	printf("%u passed, %u failed, %u skipped\n", counts.passed, counts.failed, counts.skipped);
	return counts.failed != 0;
}

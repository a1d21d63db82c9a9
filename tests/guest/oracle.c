// SPDX-License-Identifier: GPL-2.0
#include "oracle.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"

#define TRACING "/sys/kernel/tracing/"
#define WORKERS "buddytop/"	/* of the module */
static const char *watched = WORKERS;

static void die(const char *what, const char *path)
{
	printf("FAIL oracle: %s %s: %s\n", what, path, strerror(errno));
	printf("0 passed, 1 failed, 0 skipped\n");
	fflush(stdout);
	_exit(1);
}

unsigned oracle_patience(void)
{
	const char *text = getenv(PATIENCE_VARIABLE);
	int patience = text ? atoi(text) : 1;

	return patience > 1 ? (unsigned)patience : 1;
}

uint64_t oracle_deadline_ns(unsigned limit_ms)
{
	return bt_mono_ns() + limit_ms * oracle_patience() * BT_NS_PER_MS;
}

char *oracle_text(const char *path)
{
	struct bt_err err;
	char *text;

	if (bt_read_file(path, 16 << 20, &text, &err) < 0) {
		printf("%s\n", err.text);
		die("cannot read", path);
	}
	return text;
}

/*
 * 0, or the errno of the write: the caller decides whether that is fatal. Opened without O_TRUNC, by
 * which tracefs means "remove every trigger".
 */
static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t done;
	int code = 0;

	if (fd < 0)
		return errno;
	done = write(fd, text, strlen(text));
	if (done < 0)
		code = errno;
	close(fd);
	return code;
}

static void must_put(const char *path, const char *text)
{
	errno = put(path, text);
	if (errno)
		die("cannot write", path);
}

/* The number after the first line (or word) that begins with key and one of " :". */
static bool find_number(const char *text, const char *key, uint64_t *value)
{
	size_t length = strlen(key);
	const char *at = text;

	while ((at = strstr(at, key))) {
		bool start = at == text || at[-1] == '\n' || at[-1] == ' ';

		at += length;
		if (start && (*at == ' ' || *at == ':')) {
			*value = strtoull(at + strspn(at, " :"), NULL, 10);
			return true;
		}
	}
	return false;
}

static uint64_t number_in(const char *path, const char *key)
{
	char *text = oracle_text(path);
	uint64_t value = 0;

	if (!find_number(text, key, &value)) {
		errno = ENOENT;
		die(key, path);
	}
	free(text);
	return value;
}

uint64_t oracle_meminfo_bytes(const char *key)
{
	return number_in("/proc/meminfo", key) * 1024;
}

uint64_t oracle_free_bytes(void)
{
	char *text = oracle_text("/proc/zoneinfo"), *at;
	uint64_t pages = 0;

	for (at = strstr(text, " count:"); at; at = strstr(at + 1, " count:"))
		pages += strtoull(at + strlen(" count:"), NULL, 10);
	free(text);
	if (!access("/sys/kernel/debug/kmemleak", F_OK))
		pages += oracle_meminfo_bytes("Slab") / 4096;
	return oracle_meminfo_bytes("MemFree") + pages * 4096;
}

uint64_t oracle_vmstat(const char *key)
{
	char *text = oracle_text("/proc/vmstat");
	uint64_t value = 0;

	find_number(text, key, &value);
	free(text);
	return value;
}

uint64_t oracle_vmstat_zones(const char *key)
{
	static const char *const kinds[] = {"dma", "dma32", "normal", "movable", "device"};
	uint64_t sum = 0;
	char name[64];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(kinds); i++) {
		snprintf(name, sizeof(name), "%s_%s", key, kinds[i]);
		sum += oracle_vmstat(name);
	}
	return sum;
}

uint64_t oracle_numastat(unsigned node, const char *key)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/numastat", node);
	return number_in(path, key);
}

uint64_t oracle_node_bytes(unsigned node, const char *key)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%u/meminfo", node);
	return number_in(path, key) * 1024;
}

uint64_t oracle_free_pages(unsigned order_from)
{
	char *text = oracle_text("/proc/buddyinfo"), *save, *line;
	uint64_t pages = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *at = strstr(line, "zone");
		unsigned order;

		if (!at)
			continue;
		at += 4 + strspn(at + 4, " ");
		at += strcspn(at, " ");
		for (order = 0; *(at += strspn(at, " ")); order++) {
			uint64_t blocks = strtoull(at, &at, 10);

			if (order >= order_from)
				pages += blocks << order;
		}
	}
	free(text);
	return pages;
}

/* ---- hist triggers ----------------------------------------------------------------------- */

static char trigger_path[128], trigger_spec[256];

void oracle_watch(const char *name)
{
	watched = name ? name : WORKERS;
}

static void arm(const char *event, const char *keys, const char *filter)
{
	snprintf(trigger_path, sizeof(trigger_path), TRACING "events/kmem/%s/trigger", event);
	/*
	 * Of the default size, 2048 entries: a larger map is memory of the guest, and a kernel with
	 * KASAN takes minutes to read one of 65,536.
	 */
	snprintf(trigger_spec, sizeof(trigger_spec), "hist:keys=%s if comm ~ \"%s*\"%s", keys,
		 watched, filter);
	must_put(trigger_path, trigger_spec);
}

void oracle_trigger_arm(const char *event, const char *keys)
{
	arm(event, keys, "");
}

/* The allocator traces what it did not find as a page with this number. */
#define NO_PAGE "0xffffffffffffffff"

void oracle_trigger_arm_blocks(void)
{
	arm("mm_page_alloc", "order", " && pfn != " NO_PAGE);
}

void oracle_trigger_arm_failures(void)
{
	arm("mm_page_alloc", "order", " && pfn == " NO_PAGE);
}

void oracle_trigger_disarm(void)
{
	char text[320];

	snprintf(text, sizeof(text), "!%s", trigger_spec);
	must_put(trigger_path, text);
}

static char *trigger_text(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%.*s/hist", (int)(strlen(trigger_path) - strlen("/trigger")),
		 trigger_path);
	return oracle_text(path);
}

/* "{ order: 3, pfn: 17 } hitcount: 2 ...": its keys, those absent 0, and its hits; false: no entry. */
static bool trigger_entry(const char *line, uint64_t keys[2], uint64_t *hits)
{
	const char *first = strchr(line, ':'), *second = strchr(line, ',');
	const char *count = strstr(line, "hitcount:");

	if (*line != '{' || !first || !count)
		return false;
	keys[0] = strtoull(first + 1, NULL, 10);
	second = second && second < count ? strchr(second, ':') : NULL;
	keys[1] = second ? strtoull(second + 1, NULL, 10) : 0;
	*hits = strtoull(count + strlen("hitcount:"), NULL, 10);
	return true;
}

uint64_t oracle_trigger_sum_from(uint64_t value, uint64_t least)
{
	char *text = trigger_text(), *save, *line;
	uint64_t sum = 0, keys[2], hits;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (trigger_entry(line, keys, &hits) && keys[1] >= least &&
		    (value == UINT64_MAX || keys[0] == value))
			sum += hits;
	}
	free(text);
	return sum;
}

uint64_t oracle_trigger_sum(uint64_t value)
{
	return oracle_trigger_sum_from(value, 0);
}

uint64_t oracle_trigger_dropped(void)
{
	char *text = trigger_text();
	uint64_t dropped = 0;

	errno = ENOENT;
	if (!find_number(text, "Dropped", &dropped))
		die("no count of what was dropped in the trigger of", trigger_path);
	free(text);
	return dropped;
}

unsigned oracle_trigger_entries(void)
{
	char *text = trigger_text(), *at = text;
	unsigned entries = 0;

	while ((at = strstr(at, "\n{"))) {
		entries++;
		at++;
	}
	free(text);
	return entries;
}

/* ---- trace lines ------------------------------------------------------------------------- */

static void trace_clear(void)
{
	int fd = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		die("cannot clear", TRACING "trace");
	close(fd);
}

/*
 * An event's first user patches the allocator's code and its last one patches it back, which QEMU's TCG
 * may not survive (src/vm/qemu.c): guest.sh has the events enabled from the kernel's start on, they stay
 * so for the whole test, and only tracing_on changes.
 */
void oracle_begin(void)
{
	/*
	 * Two of the allocator's own adjustments move what is free, or within reach before an OOM kill,
	 * by more than what is measured here, at times that depend on the past: per-CPU lists, which
	 * from Linux 6.7 on grow to a good part of a zone, and the boost of the watermarks after a
	 * fallback to another migratetype, up to 1.5 times the high one.
	 */
	must_put("/proc/sys/vm/percpu_pagelist_high_fraction", "1000");
	must_put("/proc/sys/vm/watermark_boost_factor", "0");
	must_put(TRACING "tracing_on", "0");
	must_put(TRACING "buffer_size_kb", "4096");
	must_put(TRACING "events/kmem/mm_page_alloc/filter", "comm ~ \"" WORKERS "*\"");
	must_put(TRACING "events/kmem/mm_page_free/filter", "comm ~ \"" WORKERS "*\"");
	must_put(TRACING "events/kmem/mm_page_alloc/enable", "1");
	must_put(TRACING "events/kmem/mm_page_free/enable", "1");
}

/* What the tracer caught of the workers' allocations and frees in ms milliseconds. */
static char *trace_text(unsigned ms)
{
	char *text;

	trace_clear();
	must_put(TRACING "tracing_on", "1");
	usleep(ms * 1000);
	must_put(TRACING "tracing_on", "0");
	text = oracle_text(TRACING "trace");
	trace_clear();
	return text;
}

void oracle_gfp_text(char *buf, unsigned size)
{
	char *text = trace_text(50), *at = strstr(text, "gfp_flags=");

	buf[0] = '\0';
	if (at) {
		at += strlen("gfp_flags=");
		snprintf(buf, size, "%.*s", (int)strcspn(at, " \n"), at);
	}
	free(text);
}

unsigned oracle_longest_alloc_run(unsigned ms)
{
	char *text = trace_text(ms), *save, *line;
	unsigned run = 0, longest = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strstr(line, "mm_page_alloc:"))
			run++;
		else if (strstr(line, "mm_page_free:"))
			run = 0;
		if (run > longest)
			longest = run;
	}
	free(text);
	return longest;
}

/* "buddytop/0-41 [001] ..... 12.3: mm_page_alloc: page=... pfn=0x1234 order=3 ...": its CPU and frame. */
static bool trace_line(const char *line, const char *event, unsigned *cpu, uint64_t *pfn)
{
	const char *bracket = strchr(line, '['), *number = strstr(line, "pfn=0x");

	if (!strstr(line, event) || !bracket || !number)
		return false;
	*cpu = (unsigned)strtoul(bracket + 1, NULL, 10);
	*pfn = strtoull(number + strlen("pfn="), NULL, 16);
	return true;
}

#define TRACED_FRAMES (1u << 20)	/* 4 GiB: more than any guest of these tests has */

void oracle_frees(unsigned ms, struct oracle_frees *frees)
{
	char *text = trace_text(ms), *save, *line;
	uint8_t *owner = calloc(TRACED_FRAMES, 1);	/* CPU + 1; 0: not seen */
	unsigned cpu;
	uint64_t pfn;

	*frees = (struct oracle_frees){0};
	for (line = strtok_r(text, "\n", &save); owner && line; line = strtok_r(NULL, "\n", &save)) {
		if (trace_line(line, "mm_page_alloc:", &cpu, &pfn) && pfn < TRACED_FRAMES) {
			owner[pfn] = (uint8_t)(cpu + 1);
		} else if (trace_line(line, "mm_page_free:", &cpu, &pfn) && pfn < TRACED_FRAMES &&
			   owner[pfn]) {
			frees->same += owner[pfn] == cpu + 1;
			frees->elsewhere += owner[pfn] != cpu + 1;
			owner[pfn] = 0;
		}
	}
	free(owner);
	free(text);
}

/* Offset in /proc/kcore of a physical address, by its program headers; -1 when it has none. */
static off_t kcore_offset(int fd, uint64_t physical)
{
	Elf64_Ehdr head;
	unsigned i;

	if (pread(fd, &head, sizeof(head), 0) != sizeof(head))
		return -1;
	for (i = 0; i < head.e_phnum; i++) {
		Elf64_Phdr part;

		if (pread(fd, &part, sizeof(part), (off_t)(head.e_phoff + i * sizeof(part))) !=
		    sizeof(part))
			return -1;
		if (part.p_type == PT_LOAD && part.p_paddr != UINT64_MAX &&
		    physical >= part.p_paddr && physical < part.p_paddr + part.p_memsz)
			return (off_t)(part.p_offset + (physical - part.p_paddr));
	}
	return -1;
}

bool oracle_block_written(unsigned order, bool *first, uint64_t *words)
{
	char *text = trace_text(300), *at = NULL, *next;
	size_t size = 4096ul << order, i;
	uint64_t *block;
	off_t offset;
	bool good;
	int fd;

	for (next = strstr(text, "mm_page_alloc:"); next; next = strstr(next + 1, "mm_page_alloc:"))
		at = next;
	at = at ? strstr(at, "pfn=0x") : NULL;
	if (!at) {
		free(text);
		return false;
	}
	fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		die("cannot open", "/proc/kcore");
	offset = kcore_offset(fd, strtoull(at + strlen("pfn="), NULL, 16) * 4096);
	block = malloc(size);
	good = offset >= 0 && block && pread(fd, block, size, offset) == (ssize_t)size;
	*words = 0;
	for (i = 0; good && i < size / sizeof(*block); i++)
		*words += block[i] != 0;
	*first = good && block[0] != 0;
	free(block);
	free(text);
	close(fd);
	return good;
}

/* ---- kernel log -------------------------------------------------------------------------- */

/* A string a line: tests/debug-kernel-check.sh reads the same file for the console. */
static const char *const complaints[] = {
#include "complaints.def"
};

/*
 * What the kernel answers when memory with a page of its own in it is to go offline: the tests try one
 * block after the other, and which of them has such a page is chance.
 */
static const char no_complaint[] = "page dumped because: unmovable page";

static bool complains(const char *message)
{
	unsigned i;

	if (strstr(message, no_complaint))
		return false;
	for (i = 0; i < BT_ARRAY_SIZE(complaints); i++) {
		if (strstr(message, complaints[i]))
			return true;
	}
	return false;
}

unsigned oracle_kernel_complaints(void)
{
	static int fd = -1;
	char message[8192];
	unsigned found = 0;
	ssize_t size;

	if (fd < 0)
		fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		die("cannot open", "/dev/kmsg");
	while ((size = read(fd, message, sizeof(message) - 1)) > 0 || (size < 0 && errno == EPIPE)) {
		if (size <= 0)
			continue;
		message[size] = '\0';
		/* Who was killed is no complaint, but what a check of it has to be read with. */
		if (complains(message) || strstr(message, "Killed process"))
			printf("# kernel: %s", message);
		found += complains(message);
	}
	return found;
}

// SPDX-License-Identifier: GPL-2.0
#include "lab/look.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "frame/noise.h"
#include "system/available.h"
#include "system/system.h"
#include "vm/child.h"
#include "vm/place.h"

#define CONSOLE_MAX_BYTES (16u << 20)

/*
 * Whether others are at work is looked at for so long, before the guests are. The load average would
 * have the guests of the run before.
 */
#define LOOK_NS (500 * BT_NS_PER_MS)
#define BUSY_CPUS 0.5		/* what a task that runs all the time is above, daemons below */

struct bt_lab_look {
	struct bt_system *system;
	struct bt_frame *first;
};

bool bt_lab_readable(int fd)
{
	struct pollfd look = { .fd = fd, .events = POLLIN };

	return poll(&look, 1, 0) > 0;
}

uint64_t bt_lab_process_rss(pid_t pid)
{
	unsigned long long pages;
	char path[64], *text;
	uint64_t bytes = BT_UNKNOWN;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	if (bt_read_file(path, 4096, &text, NULL) < 0)
		return BT_UNKNOWN;
	if (sscanf(text, "%*u %llu", &pages) == 1)
		bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	free(text);
	return bytes;
}

/* ---- versions and hashes ------------------------------------------------------------------ */

/* The first line, or word, of what a program prints; "" when it fails. */
static void first_of(const char *const *argv, const char *until, char *text, size_t size)
{
	char output[512];
	struct bt_err ignored;

	*text = '\0';
	if (bt_child_run(&(struct bt_child_job){ .argv = argv, .text = argv[0],
						 .log_path = "/dev/null", .output = output,
						 .output_size = sizeof(output) }, NULL, &ignored))
		return;
	output[strcspn(output, until)] = '\0';
	bt_copy_clean(text, size, output);
}

static void hash_of(const char *path, char text[65])
{
	char program[PATH_MAX];

	*text = '\0';
	if (path && *path && !bt_place_program("sha256sum", program))
		first_of((const char *const[]){ program, "--", path, NULL }, " \n", text, 65);
}

static void look_at_qemu(struct bt_lab_run *run, const char *name)
{
	char program[PATH_MAX];

	if (bt_place_program(name ? name : "qemu-system-x86_64", program))
		return;
	first_of((const char *const[]){ program, "--version", NULL }, "\n", run->qemu_version,
		 sizeof(run->qemu_version));
	hash_of(program, run->qemu_sha256);
}

void bt_lab_look_at_guest(struct bt_lab_run *run, const struct bt_vm *vm)
{
	hash_of(bt_vm_kernel_path(vm), run->kernel_sha256);
	hash_of(bt_vm_module_path(vm), run->module_sha256);
}

/* ---- the host, before and after ------------------------------------------------------------ */

static struct bt_frame *read_frame(struct bt_system *system, const struct bt_machine *machine)
{
	struct bt_frame *frame = bt_frame_create(machine);

	frame->want = BT_WANT_FREQUENCY;
	bt_system_read(system, frame);
	return frame;
}

static void look_for_others(struct bt_lab_run *run, struct bt_lab_look *look)
{
	struct bt_frame *next;
	struct bt_noise noise;
	double busy_cpus;
	char text[BT_NOISE_TEXT];

	bt_sleep_until_ns(bt_mono_ns() + LOOK_NS);
	next = read_frame(look->system, &run->host);
	bt_noise_between(&noise, look->first, next);
	bt_frame_free(look->first);
	look->first = next;
	busy_cpus = noise.busy_ratio * noise.online_cpus;
	if (!(busy_cpus > BUSY_CPUS))
		return;
	snprintf(text, sizeof(text), "%.1f of %u CPUs were busy before the start: something else was "
		 "running", busy_cpus, noise.online_cpus);
	bt_lab_run_noise(run, text);
	run->warnings++;
}

struct bt_lab_look *bt_lab_look_before(struct bt_lab_run *run, const struct bt_lab_options *options,
				       uint64_t *available_bytes)
{
	struct bt_lab_look *look = bt_xcalloc(1, sizeof(*look));
	struct bt_err ignored;

	if (bt_available_look(&run->host, available_bytes, &ignored))
		*available_bytes = BT_UNKNOWN;
	snprintf(run->host.source, sizeof(run->host.source), "lab");
	look_at_qemu(run, options->mode->qemu);
	if (!bt_system_open(&look->system, "", &ignored) && run->host.cpu_count)
		look->first = read_frame(look->system, &run->host);
	if (look->first)
		look_for_others(run, look);
	return look;
}

void bt_lab_look_after(struct bt_lab_look *look, struct bt_lab_run *run)
{
	char texts[BT_NOISE_WARNINGS][BT_NOISE_TEXT];
	struct bt_noise noise;
	struct bt_frame *last;
	unsigned count;

	if (look->first) {
		last = read_frame(look->system, &run->host);
		bt_noise_between(&noise, look->first, last);
		noise.load1_before = NAN;	/* see look_for_others() */
		count = bt_noise_warnings(&run->host, &noise, texts);
		for (unsigned i = 0; i < count; i++)
			bt_lab_run_noise(run, texts[i]);
		run->warnings += count;
		bt_frame_free(last);
	}
	bt_frame_free(look->first);
	bt_system_close(look->system);
	free(look);
}

/* ---- papers ------------------------------------------------------------------------------- */

void bt_lab_keep_copy(const char *from, const char *folder, const char *name, unsigned number)
{
	char *to = bt_xasprintf("%s/%s-%u.log", folder, name, number), *text;
	ssize_t size = bt_read_file(from, CONSOLE_MAX_BYTES, &text, NULL);

	if (size >= 0) {
		bt_write_file(to, text, (size_t)size, 0644, NULL);
		free(text);
	}
	free(to);
}

/* A line each: there is nothing to quote then. */
void bt_lab_keep_argv(const char *const *argv, const char *folder, unsigned number)
{
	char *path = bt_xasprintf("%s/qemu-%u.txt", folder, number), *text = NULL;
	size_t size;
	FILE *out = argv ? open_memstream(&text, &size) : NULL;

	for (; out && argv && *argv; argv++)
		fprintf(out, "%s\n", *argv);
	if (out && !fclose(out))
		bt_write_file(path, text, size, 0644, NULL);
	free(text);
	free(path);
}

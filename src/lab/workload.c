// SPDX-License-Identifier: GPL-2.0
#include "lab/workload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/child.h"
#include "vm/place.h"

#define DISK_BYTES ((uint64_t)4 << 30)	/* of a file with holes: what is written takes room */
#define WORK_DIR "/work"
#define IMAGE_DIR "/image"

static uint64_t peak_of(const struct bt_lab_options *options)
{
	return options->workload_bytes ? options->workload_bytes : options->size.memory_bytes / 2;
}

static uint64_t peak_bytes(const struct bt_lab_load *load)
{
	return peak_of(load->lab->options);
}

static void note_command(struct bt_lab_run *run, const struct bt_lab_options *options)
{
	bt_lab_run_parameter(run, "command", "%s", options->command);
	bt_lab_run_parameter(run, "image", "%s", options->image);
	bt_lab_run_parameter(run, "partition", "%s", options->image_partition ? "yes" : "no");
}

void bt_lab_note_workload(struct bt_lab *lab)
{
	const struct bt_lab_options *options = lab->options;
	enum bt_lab_workload workload = options->workload;

	bt_lab_run_parameter(lab->run, "workload", "%s", bt_lab_workload_called(options));
	if (workload == BT_LAB_WRITE || workload == BT_LAB_SYNTH)
		bt_lab_run_parameter(lab->run, "workload_bytes", "%llu",
				     (unsigned long long)peak_of(options));
	if (workload == BT_LAB_SYNTH)
		bt_lab_run_parameter(lab->run, "duration_ns", "%llu",
				     (unsigned long long)options->workload_ns);
	if (workload == BT_LAB_BUILD)
		bt_lab_run_parameter(lab->run, "build_tree", "%s", options->build_tree);
	if (workload == BT_LAB_COMMAND)
		note_command(lab->run, options);
}

/* ---- requests ------------------------------------------------------------------------------ */

static void write_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_load *load = context;

	bt_json_u64(w, "bytes", peak_bytes(load));
	bt_json_u64(w, "threads", load->lab->options->threads);
}

static void synth_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_load *load = context;
	const struct bt_lab_options *options = load->lab->options;

	bt_json_u64(w, "seed", options->seed + 1000 * load->vm + load->iteration);
	bt_json_u64(w, "bytes", peak_bytes(load));
	bt_json_u64(w, "threads", options->threads);
	bt_json_u64(w, "duration_ns", options->workload_ns);
	bt_json_string(w, "dir", WORK_DIR);
	/* What a controller adds comes as slowly as synth grows. */
	if (bt_mode_drive(options->mode) == BT_DRIVE_CONTROLLER)
		bt_json_u64(w, "growable_bytes",
			    options->size.memory_bytes - options->size.initial_bytes);
}

static void build_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_load *load = context;

	bt_json_u64(w, "threads", load->lab->options->threads);
	bt_json_string(w, "dir", WORK_DIR);
}

static void command_arguments(struct bt_json_writer *w, const void *context)
{
	const struct bt_lab_load *load = context;

	bt_json_array(w, "argv");
	bt_json_string(w, NULL, "/bin/sh");
	bt_json_string(w, NULL, "-c");
	bt_json_string(w, NULL, load->lab->options->command);
	bt_json_end_array(w);
	bt_json_string(w, "root", IMAGE_DIR);
}

static void dir_argument(struct bt_json_writer *w, const void *context)
{
	(void)context;
	bt_json_string(w, "dir", WORK_DIR);
}

/* What a workload leaves is on its disk; write leaves nothing, a command's image is thrown away. */
static const struct {
	const char *name;
	void (*arguments)(struct bt_json_writer *w, const void *context);
	bool leaves_files;
} jobs[BT_LAB_WORKLOADS] = {
	[BT_LAB_WRITE] = { "write", write_arguments, false },
	[BT_LAB_SYNTH] = { "synth", synth_arguments, true },
	[BT_LAB_BUILD] = { "build", build_arguments, true },
	[BT_LAB_COMMAND] = { "command", command_arguments, false },
};

static int start(struct bt_lab_load *load, const char *name,
		 void (*arguments)(struct bt_json_writer *w, const void *context),
		 struct bt_err *err)
{
	load->job = (struct bt_lab_job){ .name = name, .arguments = arguments, .context = load };
	return bt_lab_job_start(load->lab->guests[load->vm], &load->job, err);
}

/* A file that cannot be written is no reason to end the run; its results will say that there is no room. */
static void append_line(const char *path, const char *line)
{
	FILE *file = fopen(path, "ae");

	if (!file)
		return;
	fprintf(file, "%s\n", line);
	fclose(file);
}

static void take_output(void *context, const char *line)
{
	struct bt_lab_load *load = context;
	char *path;

	bt_copy_clean(load->said, sizeof(load->said), line);
	if (!load->lab->options->folder || load->said_bytes > BT_LAB_OUTPUT_BYTES)
		return;
	load->said_bytes += strlen(line) + 1;
	path = bt_xasprintf("%s/output-%u.log", load->lab->options->folder, load->vm);
	append_line(path, load->said_bytes > BT_LAB_OUTPUT_BYTES ? "(more is not kept)" : line);
	free(path);
}

/* The status of a program that ran is its result, and the run's. */
static void take_status(void *context, const struct bt_json *answer)
{
	struct bt_lab_load *load = context;
	const char *colon = *load->said ? ": " : "";
	uint64_t status, signal;

	if (bt_json_get_u64(answer, "signal", &signal))
		bt_err_set(&load->job.error, EREMOTEIO, "the command was killed by signal %llu%s%s",
			   (unsigned long long)signal, colon, load->said);
	else if (bt_json_get_u64(answer, "exit", &status) && status)
		bt_err_set(&load->job.error, EREMOTEIO, "the command ended with status %llu%s%s",
			   (unsigned long long)status, colon, load->said);
}

uint64_t bt_lab_load_limit_ns(const struct bt_lab_options *options)
{
	return options->work_limit_ns +
	       (options->workload == BT_LAB_SYNTH ? 2 * options->workload_ns : 0);
}

int bt_lab_load_start(struct bt_lab_load *load, struct bt_err *err)
{
	enum bt_lab_workload workload = load->lab->options->workload;
	int ret;

	*load->said = '\0';
	load->said_bytes = 0;
	ret = start(load, jobs[workload].name, jobs[workload].arguments, err);
	load->job.output = take_output;
	if (workload == BT_LAB_COMMAND)
		load->job.totals = take_status;
	return ret;
}

int bt_lab_clean_start(struct bt_lab_load *load, struct bt_err *err)
{
	if (jobs[load->lab->options->workload].leaves_files)
		return start(load, "clean", dir_argument, err);
	load->job = (struct bt_lab_job){ .done = true };
	return 0;
}

int bt_lab_drop_start(struct bt_lab_load *load, struct bt_err *err)
{
	return start(load, "drop_caches", NULL, err);
}

/* ---- disks --------------------------------------------------------------------------------- */

static int make_file_system(const char *path, struct bt_err *err)
{
	char program[PATH_MAX];
	const char *argv[] = { program, "-q", "-F", "-t", "ext4", "-O", "^has_journal", path, NULL };
	int code;

	/* It is root's; the PATH of others may not have it. */
	if (bt_place_program("mke2fs", program) && bt_place_program("/sbin/mke2fs", program))
		return bt_err_set(err, ENODEV, "mke2fs is missing: install e2fsprogs");
	code = bt_child_run(&(struct bt_child_job){ .argv = argv, .text = "making the guest's disk",
						    .log_path = "/dev/null" }, NULL, err);
	return code > 0 ? bt_err_set(err, EIO, "mke2fs of %s: exit %d", path, code) : code;
}

int bt_lab_make_disk(const struct bt_lab_options *options, const char *folder, unsigned vm,
		     char **path, struct bt_err *err)
{
	int fd, ret;

	*path = NULL;
	if (options->workload == BT_LAB_COMMAND) {
		*path = bt_xstrdup(options->image);
		return 0;
	}
	if (!jobs[options->workload].leaves_files)
		return 0;
	*path = bt_xasprintf("%s/disk-%u.img", folder, vm);
	fd = open(*path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return bt_err_set(err, errno, "%s: %s", *path, strerror(errno));
	ret = ftruncate(fd, (off_t)DISK_BYTES) ?
		bt_err_set(err, errno, "%s: %s", *path, strerror(errno)) : 0;
	close(fd);
	return ret ? ret : make_file_system(*path, err);
}

struct mounted {
	const char *device, *type, *dir;
};

static void mount_arguments(struct bt_json_writer *w, const void *context)
{
	const struct mounted *mounted = context;

	bt_json_string(w, "device", mounted->device);
	bt_json_string(w, "type", mounted->type);
	bt_json_string(w, "dir", mounted->dir);
}

static int mount_one(struct bt_lab *lab, unsigned vm, struct mounted mounted, struct bt_err *err)
{
	struct bt_lab_job job = { .name = "mount", .arguments = mount_arguments, .context = &mounted };

	return bt_lab_do(lab, vm, &job, lab->options->work_limit_ns, err);
}

/* What programs of a system expect below its root, besides what is on its disk. */
static const struct mounted system_mounts[] = {
	{ "devtmpfs", "devtmpfs", IMAGE_DIR "/dev" },
	{ "proc", "proc", IMAGE_DIR "/proc" },
	{ "sysfs", "sysfs", IMAGE_DIR "/sys" },
};

static int mount_image(struct bt_lab *lab, unsigned vm, struct bt_err *err)
{
	const char *device = lab->options->image_partition ? "/dev/vda1" : "/dev/vda";
	int ret = mount_one(lab, vm, (struct mounted){ device, "ext4", IMAGE_DIR }, err);

	for (unsigned i = 0; i < BT_ARRAY_SIZE(system_mounts) && !ret; i++)
		ret = mount_one(lab, vm, system_mounts[i], err);
	return ret;
}

int bt_lab_mount_disk(struct bt_lab *lab, unsigned vm, struct bt_err *err)
{
	if (lab->options->workload == BT_LAB_COMMAND)
		return mount_image(lab, vm, err);
	if (!jobs[lab->options->workload].leaves_files)
		return 0;
	return mount_one(lab, vm, (struct mounted){ "/dev/vda", "ext4", WORK_DIR }, err);
}

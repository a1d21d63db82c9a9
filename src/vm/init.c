// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's first process: mounts, loads the modules, starts the agent and the workloads' program
 * on their virtio-serial ports and an added program (guest-extra), each if it is there, then reaps
 * children for ever. The host ends the guest; should this process fail, the kernel panics and says
 * why on the console.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vm/image.h"

#define PORT_WAIT_MS 10000
#define PORT_TICK_MS 5
#define FILE_LIMIT 65536

struct mount_point {
	const char *type, *path;
};

static const struct mount_point mount_points[] = {
	{ "proc", "/proc" },
	{ "sysfs", "/sys" },
	{ "devtmpfs", "/dev" },
	{ "tmpfs", "/tmp" },
	{ "debugfs", "/sys/kernel/debug" },
	{ "tracefs", "/sys/kernel/tracing" },
	{ "cgroup2", "/sys/fs/cgroup" },
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	va_list args;

	printf("buddytop-init: ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	fflush(stdout);
}

static void read_text(const char *path, char text[FILE_LIMIT])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, FILE_LIMIT - 1);

	text[got > 0 ? got : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), code = 0;

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		code = -errno;
	if (fd >= 0)
		close(fd);
	return code;
}

/* Kernels without one of them (cgroups, tracing) still make a guest. */
static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++) {
		const struct mount_point *point = &mount_points[i];

		if (mount(point->type, point->path, point->type, 0, NULL) && errno != EBUSY)
			say("mount %s: %s", point->path, strerror(errno));
	}
}

/* The words "buddytop.NAME=VALUE" of the kernel's command line, as the module takes them. */
static void module_parameters(char *parameters, size_t size)
{
	static const char prefix[] = "buddytop.";
	char line[FILE_LIMIT], *rest = line;
	size_t used = 0;

	parameters[0] = '\0';
	read_text("/proc/cmdline", line);
	for (char *word = strsep(&rest, " \n"); word; word = strsep(&rest, " \n")) {
		if (!strncmp(word, prefix, sizeof(prefix) - 1) && used < size)
			used += (size_t)snprintf(parameters + used, size - used, "%s ",
						 word + sizeof(prefix) - 1);
	}
}

/* Of a kernel that was started with one, unless --append said maxcpus= once more, behind that. */
static bool has_cpus_to_start(void)
{
	static const char word[] = " maxcpus=";
	char line[FILE_LIMIT], *first;

	read_text("/proc/cmdline", line);
	first = strstr(line, word);
	return getenv(BT_GUEST_CPUS_VARIABLE) && first && !strstr(first + 1, word);
}

/* Why not before: src/vm/qemu.c. */
static void start_cpus(void)
{
	char path[64];
	int code = 0;

	for (unsigned cpu = 1; code != -ENOENT; cpu++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online", cpu);
		code = write_text(path, "1");
		if (code && code != -ENOENT)
			say("CPU %u: %s", cpu, strerror(-code));
	}
}

static void load_module(const char *name, const char *parameters)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/" BT_GUEST_MODULES "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		say("module %s: %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load_modules(void)
{
	char names[FILE_LIMIT], parameters[256], *rest = names;

	module_parameters(parameters, sizeof(parameters));
	read_text("/" BT_GUEST_MODULES_LOAD, names);
	for (char *name = strsep(&rest, "\n"); name; name = strsep(&rest, "\n")) {
		if (*name)
			load_module(name, strcmp(name, "buddytop.ko") ? "" : parameters);
	}
}

/* The device of the port with this name, once its driver has it. */
static bool find_port(const char *name, char *path, size_t size)
{
	static const char class[] = "/sys/class/virtio-ports";
	DIR *dir = opendir(class);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		char text[FILE_LIMIT];

		snprintf(path, size, "%s/%s/name", class, entry->d_name);
		read_text(path, text);
		text[strcspn(text, "\n")] = '\0';
		found = !strcmp(text, name);
		if (found)
			snprintf(path, size, "/dev/%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* A port is found by the driver some time after its module is loaded. -1: it never came. */
static int open_port(const char *name, int flags)
{
	char path[PATH_MAX];

	for (int waited_ms = 0; waited_ms < PORT_WAIT_MS; waited_ms += PORT_TICK_MS) {
		if (find_port(name, path, sizeof(path))) {
			int fd = open(path, flags | O_CLOEXEC);

			if (fd >= 0)
				return fd;
		}
		sleep_ms(PORT_TICK_MS);
	}
	return -1;
}

static void set_oom_score(const char *score)
{
	int code = write_text("/proc/self/oom_score_adj", score);

	if (code)
		say("oom_score_adj: %s", strerror(-code));
}

/* A program that speaks with the host over a port, from its start to its end. */
struct guest_program {
	const char *path, *name, *port;
	const char *oom_score;	/* NULL: ours */
};

static pid_t start_on_port(const struct guest_program *program)
{
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	fd = open_port(program->port, O_RDWR);
	if (fd < 0)
		say("no virtio port %s", program->port);
	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		_exit(1);
	if (program->oom_score)
		set_oom_score(program->oom_score);
	setsid();
	execl(program->path, program->name, NULL);
	dprintf(STDERR_FILENO, "%s: %s\n", program->name, strerror(errno));
	_exit(1);
}

/* An ordinary process for the OOM killer, without our protection. */
static pid_t start_extra(int out_fd)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	set_oom_score("0");
	setsid();
	dup2(out_fd, STDOUT_FILENO);
	dup2(out_fd, STDERR_FILENO);
	execl("/" BT_GUEST_EXTRA, "guest-extra", NULL);
	dprintf(STDERR_FILENO, "guest-extra: %s\n", strerror(errno));
	_exit(127);
}

static void report_extra(int out_fd, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	dprintf(out_fd, "guest-extra exit %d\n", code);
}

static const struct guest_program agent_program = {
	"/" BT_GUEST_AGENT, "buddytop-agent", BT_GUEST_AGENT_PORT, NULL
};
/* What it fills is the guest's ordinary memory, and so is it for the OOM killer. */
static const struct guest_program work_program = {
	"/" BT_GUEST_WORK, "buddytop-work", BT_GUEST_WORK_PORT, "0"
};

static pid_t start_if_there(const struct guest_program *program)
{
	return access(program->path, X_OK) ? -1 : start_on_port(program);
}

int main(void)
{
	int extra_fd = STDOUT_FILENO, status;
	pid_t agent, work, extra = -1, ended;

	mount_all();
	set_oom_score("-1000");
	if (sethostname("buddytop-guest", 14))
		say("sethostname: %s", strerror(errno));
	/* The first three are of a disk image that a program runs in. */
	setenv("PATH", "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
	if (has_cpus_to_start())
		start_cpus();
	load_modules();
	agent = start_if_there(&agent_program);
	work = start_if_there(&work_program);
	if (!access("/" BT_GUEST_EXTRA, X_OK)) {
		if (getenv(BT_GUEST_EXTRA_VARIABLE))
			extra_fd = open_port(BT_GUEST_EXTRA_PORT, O_WRONLY);
		extra = start_extra(extra_fd);
	}
	say("ready");
	for (;;) {
		ended = wait(&status);
		if (ended < 0)
			pause();
		else if (ended == agent)
			say("the agent ended, status %#x", (unsigned)status);
		else if (ended == work)
			say("buddytop-work ended, status %#x", (unsigned)status);
		else if (ended == extra)
			report_extra(extra_fd, status);
	}
}

// SPDX-License-Identifier: GPL-2.0
#include "vm/accel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/console.h"
#include "vm/place.h"
#include "vm/qemu.h"

#define FIRST_OUTPUT_NS (5 * BT_NS_PER_S)	/* real KVM prints its first line within 0.2 s */
#define WHOLE_BOOT_NS (20 * BT_NS_PER_S)
#define TICK_NS (50 * BT_NS_PER_MS)

/* "HOST KERNEL, QEMU VERSION": what the answer holds for. */
static int make_key(const struct bt_accel_wish *wish, char *key, size_t size, struct bt_err *err)
{
	char *log = bt_xasprintf("%s/qemu-version", wish->dir), version[256];
	struct utsname host;
	int code;

	code = bt_child_run(&(struct bt_child_job){
		.argv = (const char *const[]){ wish->program, "--version", NULL },
		.text = "asking QEMU for its version", .log_path = log,
		.output = version, .output_size = sizeof(version) }, wish->patience, err);
	unlink(log);
	free(log);
	if (code < 0)
		return code;
	version[strcspn(version, "\n")] = '\0';
	if (code)
		return bt_err_set(err, ENODEV, "%s --version failed, exit %d", wish->program,
				  code);
	uname(&host);
	snprintf(key, size, "%s, %s", host.release, version);
	return 0;
}

/* ", with IMAGE of TIME": what "no" holds for besides; "" of a distribution's. The caller frees. */
static char *image_key(const struct bt_accel_wish *wish)
{
	struct stat image;

	if (!wish->own_image || stat(wish->image, &image))
		return bt_xstrdup("");
	return bt_xasprintf(", with %s of %lld.%09ld", wish->image, (long long)image.st_mtim.tv_sec,
			    image.st_mtim.tv_nsec);
}

/* The file holds "kvm KEY", "tcg KEY" or "tcg KEY, with IMAGE". NULL: it says nothing of these. */
static const char *remembered(const char *path, const char *key, const char *image)
{
	const char *answer = NULL;
	size_t length = strlen(key);
	char *text, *rest;

	if (bt_read_file(path, 2 * PATH_MAX, &text, NULL) < 0)
		return NULL;
	text[strcspn(text, "\n")] = '\0';
	rest = text + 4 + length;
	if (strlen(text) >= 4 + length && text[3] == ' ' && !strncmp(text + 4, key, length)) {
		if (!strncmp(text, "kvm", 3) && !*rest)
			answer = "kvm";
		if (!strncmp(text, "tcg", 3) && (!*rest || !strcmp(rest, image)))
			answer = "tcg";
	}
	free(text);
	return answer;
}

static void remember(const char *path, const char *answer, const char *key, const char *image)
{
	char *text = bt_xasprintf("%s %s%s\n", answer, key, strcmp(answer, "kvm") ? image : "");

	bt_write_file(path, text, strlen(text), 0600, NULL);
	free(text);
}

/* Watches a guest that has nothing to run. True when its kernel came to the end of its boot. */
static bool boots_to_panic(pid_t pid, const char *console, const struct bt_patience *patience,
			   bool *given_up)
{
	uint64_t start_ns = bt_mono_ns(), now_ns = start_ns;
	char reason[256];
	struct stat log;
	bool silent;
	int status;

	while (!bt_child_ended(pid, &status)) {
		now_ns = bt_mono_ns();
		*given_up = !bt_patience_ask(patience, "trying KVM", start_ns);
		silent = stat(console, &log) || !log.st_size;
		if (*given_up || now_ns - start_ns > (silent ? FIRST_OUTPUT_NS : WHOLE_BOOT_NS)) {
			bt_child_kill(pid);
			return false;
		}
		bt_sleep_until_ns(now_ns + TICK_NS);
	}
	return bt_console_reason(console, reason, sizeof(reason));
}

static int probe(const char **accel, const struct bt_accel_wish *wish, struct bt_err *err)
{
	char *console = bt_xasprintf("%s/probe", wish->dir);
	struct bt_vm_options small = *wish->options;
	bool given_up = false, works = false;
	char **argv;
	pid_t pid;
	int fd;

	/* What the user adds is of the guest, and may be what does not work. */
	small.qemu_args.count = 0;
	small.cpus = small.nodes = 1;
	small.device_bytes = 0;
	small.memory_bytes = 256ull << 20;
	small.append = "earlyprintk=ttyS0 ignore_loglevel";
	argv = bt_qemu_argv(&(struct bt_qemu_spec){
		.options = &small, .program = wish->program, .accel = "kvm", .image = wish->image,
		.console_path = console, .qmp_fd = -1, .port_fds = { -1, -1, -1 } });
	fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid = bt_child_start(&(struct bt_child_spec){ .argv = (const char *const *)argv,
						      .out_fd = fd, .err_fd = fd }, err);
	if (pid > 0)
		works = boots_to_panic(pid, console, wish->patience, &given_up);
	close(fd);
	bt_qemu_argv_free(argv);
	unlink(console);
	free(console);
	if (given_up)
		return bt_err_set(err, ECANCELED, "trying KVM: given up");
	*accel = works ? "kvm" : "tcg";
	return pid < 0 ? (int)pid : 0;
}

int bt_accel_choose(const char **accel, const struct bt_accel_wish *wish, struct bt_err *err)
{
	char cache[PATH_MAX], key[512], *path, *image;
	int ret;

	*accel = wish->options->accel;
	if (strcmp(*accel, "auto"))
		return 0;
	*accel = "tcg";
	if (access("/dev/kvm", R_OK | W_OK))
		return 0;
	ret = make_key(wish, key, sizeof(key), err);
	if (!ret)
		ret = bt_place_cache("accel", cache, err);
	if (ret)
		return ret;
	path = bt_xasprintf("%s/answer", cache);
	image = image_key(wish);
	*accel = remembered(path, key, image);
	if (!*accel) {
		ret = probe(accel, wish, err);
		if (!ret)
			remember(path, *accel, key, image);
	}
	free(image);
	free(path);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel module on this machine: the only file that knows its ioctls. The controlling
 * descriptor takes configs and keep-alives; statistics are mapped through a second, read-only one.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "source/area.h"
#include "source/source.h"
#include "system/findlimit.h"
#include "system/system.h"

#define DEVICE "/dev/" BT_DEVICE_NAME
#define STEP_WAIT_NS (200 * BT_NS_PER_MS)
#define STEP_LOOK_NS (100 * 1000ull)	/* at first */

struct kmod {
	int fd, map_fd;			/* fd: O_RDWR when we have control */
	void *map;
	struct bt_info info;
	struct bt_area_reader *reader;
	struct bt_system *system;
	char no_control[128];
	uint64_t seq;
	struct bt_findlimit *findlimit;	/* the last measurement; NULL = none yet */
	pthread_mutex_t lock;		/* ack: written by publish(), read by read() */
	struct bt_frame_ack ack;
};

static int explain_open(int code, struct bt_err *err)
{
	switch (code) {
	case ENOENT:
	case ENXIO:
	case ENODEV:
		return bt_err_set(err, ENODEV,
				  DEVICE " is not there: the module is not loaded (./run.sh builds "
					 "and loads it, --vm runs it in a guest)");
	case EACCES:
	case EPERM:
		return bt_err_set(err, EPERM,
				  DEVICE ": no permission: run as root (sudo), which control of "
					 "the kernel's memory needs");
	default:
		return bt_err_set(err, code, DEVICE ": %s", strerror(code));
	}
}

/* Another controller: we may still look. */
static int open_device(struct kmod *k, bool read_only, struct bt_err *err)
{
	k->fd = open(DEVICE, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
	if (k->fd < 0 && errno == EBUSY) {
		k->fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
		snprintf(k->no_control, sizeof(k->no_control), "another controller has " DEVICE);
	}
	if (k->fd < 0)
		return explain_open(errno, err);
	k->map_fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	return k->map_fd < 0 ? explain_open(errno, err) : 0;
}

static int get_info(struct kmod *k, struct bt_err *err)
{
	k->info.size = sizeof(k->info);
	if (ioctl(k->fd, BT_IOC_INFO, &k->info))
		return bt_err_set(err, EPROTO,
				  DEVICE " does not know what it is: not this module, or of "
					 "another version: %s",
				  strerror(errno));
	if (k->info.abi_version != BT_ABI_VERSION)
		return bt_err_set(err, EPROTO,
				  "the loaded module has ABI version %u, this program %u: load the "
				  "module of this version",
				  k->info.abi_version, BT_ABI_VERSION);
	return 0;
}

static int map_area(struct kmod *k, struct bt_err *err)
{
	k->map = mmap(NULL, k->info.map_bytes, PROT_READ, MAP_SHARED, k->map_fd, 0);
	if (k->map == MAP_FAILED) {
		k->map = NULL;
		return bt_err_set(err, errno, DEVICE ": cannot map the statistics: %s",
				  strerror(errno));
	}
	if (bt_area_reader_create(&k->reader, k->map, k->info.map_bytes, err))
		return bt_err_prefix(err, DEVICE);
	return 0;
}

static int describe(struct kmod *k, struct bt_machine *machine, struct bt_err *err)
{
	int rc = bt_system_open(&k->system, "", err);
	char *version = NULL;

	if (!rc)
		rc = bt_system_machine(k->system, machine, err);
	if (rc)
		return rc;
	snprintf(machine->source, sizeof(machine->source), "kmod");
	if (bt_read_file("/sys/module/" BT_DEVICE_NAME "/version", 128, &version, NULL) > 0)
		snprintf(machine->module_version, sizeof(machine->module_version), "%.*s",
			 (int)strcspn(version, "\n"), version);
	free(version);
	machine->abi_version = k->info.abi_version;
	machine->features = k->info.features;
	machine->max_order = k->info.max_order < BT_MAX_ORDERS ? k->info.max_order :
								 BT_MAX_ORDERS - 1;
	machine->max_held_bytes = k->info.max_held_bytes;
	return 0;
}

static void kmod_close(void *state)
{
	struct kmod *k = state;

	bt_findlimit_free(k->findlimit);
	bt_area_reader_free(k->reader);
	if (k->map)
		munmap(k->map, k->info.map_bytes);
	if (k->map_fd >= 0)
		close(k->map_fd);
	if (k->fd >= 0)
		close(k->fd); /* of the controller: returns when every page is given back */
	if (k->system)
		bt_system_close(k->system);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static int kmod_open(void **state, const struct bt_source_options *options,
		     struct bt_machine *machine, struct bt_err *err)
{
	struct kmod *k;
	int rc;

	if (options->argument)
		return bt_err_set(err, EINVAL, "source kmod takes no argument, not '%s'",
				  options->argument);
	k = bt_xcalloc(1, sizeof(*k));
	k->fd = k->map_fd = -1;
	pthread_mutex_init(&k->lock, NULL);
	rc = open_device(k, options->read_only, err);
	if (!rc)
		rc = get_info(k, err);
	if (!rc)
		rc = map_area(k, err);
	if (!rc)
		rc = describe(k, machine, err);
	if (rc) {
		kmod_close(k);
		return rc;
	}
	*state = k;
	return 0;
}

/*
 * Reading everything takes its time on some CPU, and a step of a microbenchmark is there to be timed:
 * a frame out of turn waits for its end, looking at one word of each CPU now and then, rarer and
 * rarer. Not for ever: who wants to see how far it is, asks again.
 */
static void await_step(const struct kmod *k, const struct bt_config *config)
{
	uint64_t start_ns = bt_mono_ns(), waited_ns = 0;

	while (waited_ns < STEP_WAIT_NS && bt_area_step_runs(k->reader, config)) {
		uint64_t ns = waited_ns / 16 > STEP_LOOK_NS ? waited_ns / 16 : STEP_LOOK_NS;

		nanosleep(&(struct timespec){ .tv_nsec = (long)ns }, NULL);
		waited_ns = bt_mono_ns() - start_ns;
	}
}

static int get_config(const struct kmod *k, struct bt_config *config, struct bt_err *err)
{
	config->size = sizeof(*config);
	if (!ioctl(k->fd, BT_IOC_GET_CONFIG, config))
		return 0;
	return bt_err_set(err, errno, DEVICE ": cannot read the config: %s", strerror(errno));
}

static int kmod_read(void *state, struct bt_frame *frame, struct bt_err *err)
{
	struct kmod *k = state;
	struct bt_config published;
	uint64_t start;
	int rc = get_config(k, &published, err);

	if (rc)
		return rc;
	if (frame->extra)
		await_step(k, &published);
	start = bt_mono_ns();
	bt_frame_clear(frame);
	/* First: a frame that acknowledges a publication must not show the config before it. */
	pthread_mutex_lock(&k->lock);
	frame->ack = k->ack;
	pthread_mutex_unlock(&k->lock);
	rc = get_config(k, &frame->config, err);
	if (rc)
		return rc;
	bt_area_read(k->reader, frame);
	bt_system_read(k->system, frame);
	frame->seq = ++k->seq;
	frame->read_ns = bt_mono_ns() - start;
	return 0;
}

static void explain_refusal(int code, char *text, size_t size)
{
	static const struct {
		int code;
		const char *text;
	} reasons[] = {
		{ EINVAL, "the module's check does not accept these values together" },
		{ E2BIG, "the module is older than this program" },
		{ ENOMEM, "no memory for the rings of held blocks; nothing has changed" },
		{ EPERM, "this is not the controlling descriptor" },
	};

	snprintf(text, size, "%s", strerror(code));
	for (unsigned i = 0; i < BT_ARRAY_SIZE(reasons); i++) {
		if (reasons[i].code == code)
			snprintf(text, size, "%s", reasons[i].text);
	}
}

static int kmod_publish(void *state, const struct bt_config *config, uint64_t token,
			struct bt_err *err)
{
	struct kmod *k = state;
	struct bt_config sent = *config;
	struct bt_frame_ack ack = { .token = token };

	(void)err;
	if (ioctl(k->fd, BT_IOC_PUBLISH, &sent)) {
		ack.error = errno;
		explain_refusal(ack.error, ack.text, sizeof(ack.text));
	} else {
		ack.generation = sent.generation;
	}
	pthread_mutex_lock(&k->lock);
	k->ack = ack;
	pthread_mutex_unlock(&k->lock);
	return 0;
}

static int kmod_keepalive(void *state)
{
	struct kmod *k = state;

	return ioctl(k->fd, BT_IOC_KEEPALIVE) ? -errno : 0;
}

static int kmod_measure(void *state, const struct bt_measure_options *options, struct bt_err *err)
{
	struct kmod *k = state;

	return bt_findlimit_again(&k->findlimit, options, err);
}

static void kmod_measured(void *state, struct bt_measure *measure)
{
	struct kmod *k = state;

	bt_findlimit_last(k->findlimit, measure);
}

static const char *kmod_no_control(void *state)
{
	struct kmod *k = state;

	return k->no_control[0] ? k->no_control : NULL;
}

const struct bt_source_ops bt_source_kmod = {
	.name = "kmod",
	.help = "the kernel module on this machine (" DEVICE ")",
	.open = kmod_open,
	.read = kmod_read,
	.publish = kmod_publish,
	.keepalive = kmod_keepalive,
	.no_control = kmod_no_control,
	.measure = kmod_measure,
	.measured = kmod_measured,
	.close = kmod_close,
};

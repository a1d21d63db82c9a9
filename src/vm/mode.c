// SPDX-License-Identifier: GPL-2.0
#include "vm/mode_kind.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define MIB ((uint64_t)1 << 20)
#define DEVICE_ID "memory-device"
#define IOMMU_GROUPS "/sys/kernel/iommu_groups"

/* Texts that options point to. */
struct texts {
	char **items;
	unsigned count;
};

static const char *keep(struct texts *texts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static const char *keep(struct texts *texts, const char *format, ...)
{
	va_list list;

	texts->items = bt_xrealloc(texts->items, texts->count + 2, sizeof(*texts->items));
	va_start(list, format);
	if (vasprintf(&texts->items[texts->count], format, list) < 0)
		texts->items[texts->count] = bt_xstrdup("");
	va_end(list);
	texts->items[texts->count + 1] = NULL;
	return texts->items[texts->count++];
}

static void add_device(struct bt_vm_options *options, const char *flag, const char *text)
{
	bt_vm_list_add(&options->qemu_args, flag);
	bt_vm_list_add(&options->qemu_args, text);
}

/* ---- devices ------------------------------------------------------------------------------ */

struct bt_mode_device {
	/* What QEMU is told; memory_bytes of the options is the guest's without the device. */
	void (*add)(const struct bt_mode *mode, const struct bt_mode_size *size,
		    struct bt_vm_options *options, struct texts *texts);
	const char *append;		/* on the kernel's command line; NULL: nothing */
	const char *resize, *query;	/* QMP */
	bt_qmp_arguments *resize_arguments, *query_arguments;
	const char *member;		/* of the answer's object; NULL: the answer is the number */
	bool beside;			/* counts only what it adds to least_bytes */
	const char *event;		/* NULL: it tells of nothing */
	const char *trace;
};

static void add_balloon(const struct bt_mode *mode, const struct bt_mode_size *size,
			struct bt_vm_options *options, struct texts *texts)
{
	(void)size;
	add_device(options, "-device",
		   keep(texts, "virtio-balloon-pci,id=" DEVICE_ID ",free-page-reporting=%s",
			mode->kind->drive == BT_DRIVE_DEVICE ? "on" : "off"));
}

static void add_memory_device(const struct bt_mode *mode, const struct bt_mode_size *size,
			      struct bt_vm_options *options, struct texts *texts)
{
	(void)mode;
	options->memory_bytes = size->least_bytes;
	options->device_bytes = size->memory_bytes - size->least_bytes;
	add_device(options, "-object",
		   keep(texts, "memory-backend-ram,id=device-memory,size=%" PRIu64
			"M,prealloc=off,reserve=off", options->device_bytes / MIB));
	add_device(options, "-device",
		   keep(texts, "virtio-mem-pci,id=" DEVICE_ID ",memdev=device-memory,node=0,"
			"requested-size=%" PRIu64 "M", (size->initial_bytes - size->least_bytes) /
			MIB));
}

/* JSON: lists of a device's property have no other form. A virtqueue's thread for each CPU. */
static const char *llfree_device(bool automatic, unsigned cpus, struct texts *texts)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *text;
	char thread[32];
	size_t size;

	bt_json_object(w, NULL);
	bt_json_string(w, "driver", "virtio-llfree-balloon");
	bt_json_string(w, "id", DEVICE_ID);
	bt_json_bool(w, "auto-mode", automatic);
	bt_json_string(w, "auto-mode-iothread", "auto-mode-iothread");
	bt_json_array(w, "iothread-vq-mapping");
	for (unsigned cpu = 0; cpu < cpus; cpu++) {
		snprintf(thread, sizeof(thread), "iothread%u", cpu);
		bt_json_object(w, NULL);
		bt_json_string(w, "iothread", thread);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
	text = keep(texts, "%s", bt_json_writer_text(w, &size));
	bt_json_writer_free(w);
	return text;
}

static void add_llfree(const struct bt_mode *mode, const struct bt_mode_size *size,
		       struct bt_vm_options *options, struct texts *texts)
{
	for (unsigned cpu = 0; cpu < size->cpus; cpu++)
		add_device(options, "-object", keep(texts, "iothread,id=iothread%u", cpu));
	add_device(options, "-object", "iothread,id=auto-mode-iothread");
	add_device(options, "-device",
		   llfree_device(mode->kind->drive == BT_DRIVE_DEVICE, size->cpus, texts));
}

static void value_argument(struct bt_json_writer *w, const void *context)
{
	const struct bt_mode_request_context *request = context;

	bt_json_u64(w, "value", request->bytes);
}

static void set_requested_size(struct bt_json_writer *w, const void *context)
{
	const struct bt_mode_request_context *request = context;

	bt_json_string(w, "path", "/machine/peripheral/" DEVICE_ID);
	bt_json_string(w, "property", "requested-size");
	bt_json_u64(w, "value", request->bytes);
}

static void get_size(struct bt_json_writer *w, const void *context)
{
	(void)context;
	bt_json_string(w, "path", "/machine/peripheral/" DEVICE_ID);
	bt_json_string(w, "property", "size");
}

static const struct bt_mode_device balloon = {
	.add = add_balloon,
	.resize = "balloon", .resize_arguments = value_argument,
	.query = "query-balloon", .member = "actual",
	.event = "BALLOON_CHANGE",
	.trace = "trace:virtio_balloon_to_target,trace:virtio_balloon_get_config,"
		 "trace:virtio_balloon_set_config",
};

static const struct bt_mode_device memory_device = {
	.add = add_memory_device,
	/* What was plugged can be unplugged again only while nothing unmovable is in it. */
	.append = "memhp_default_state=online_movable",
	.resize = "qom-set", .resize_arguments = set_requested_size,
	.query = "qom-get", .query_arguments = get_size,
	.beside = true,
	.event = "MEMORY_DEVICE_SIZE_CHANGE",
	.trace = "trace:virtio_mem_*",
};

static const struct bt_mode_device llfree_balloon = {
	.add = add_llfree,
	.resize = "llfree-balloon", .resize_arguments = value_argument,
	.query = "query-llfree-balloon", .member = "actual",
	/* It sends no event; its command is answered when all is done. */
	.trace = "",
};

/* ---- the modes ---------------------------------------------------------------------------- */

const struct bt_mode_kind bt_mode_kinds[] = {
	{ "base-manual", "virtio-balloon, resized by hand", &balloon, BT_DRIVE_MANUAL,
	  BT_PARTS_STOCK },
	{ "base-auto", "virtio-balloon, the guest reports its free pages", &balloon,
	  BT_DRIVE_DEVICE, BT_PARTS_STOCK },
	{ "virtio-mem", "virtio-mem, resized by hand", &memory_device, BT_DRIVE_MANUAL,
	  BT_PARTS_STOCK },
	{ "virtio-mem-auto", "virtio-mem, resized by what the guest has free", &memory_device,
	  BT_DRIVE_CONTROLLER, BT_PARTS_STOCK },
	{ "huge-manual", "virtio-balloon of huge pages, resized by hand", &balloon,
	  BT_DRIVE_MANUAL, BT_PARTS_HUGE },
	{ "huge-auto", "virtio-balloon of huge pages, the guest reports its free pages", &balloon,
	  BT_DRIVE_DEVICE, BT_PARTS_HUGE },
	{ "llfree-manual", "HyperAlloc, resized by hand", &llfree_balloon, BT_DRIVE_MANUAL,
	  BT_PARTS_LLFREE },
	{ "llfree-auto", "HyperAlloc, the device reclaims what is free", &llfree_balloon,
	  BT_DRIVE_DEVICE, BT_PARTS_LLFREE },
};
const unsigned bt_mode_kind_count = BT_ARRAY_SIZE(bt_mode_kinds);

enum bt_mode_drive bt_mode_drive(const struct bt_mode *mode)
{
	return mode->kind->drive;
}

bool bt_mode_reports(const struct bt_mode *mode)
{
	return mode->kind->device == &balloon && mode->kind->drive == BT_DRIVE_DEVICE;
}

const char *bt_mode_summary(const struct bt_mode *mode)
{
	return mode->kind->summary;
}

bool bt_mode_unproven(const struct bt_mode *mode)
{
	return mode->kind->parts != BT_PARTS_STOCK;
}

static int check_parts(const struct bt_mode *mode, struct bt_err *err)
{
	static const char *const source[] = {
		[BT_PARTS_HUGE] = "balloon-huge builds",
		[BT_PARTS_LLFREE] = "LLFree builds",
	};

	if (mode->kind->parts == BT_PARTS_STOCK || (mode->qemu && mode->kernel && mode->kdir))
		return 0;
	return bt_err_set(err, ENODEV,
			  "mode %s needs the %s of hyperalloc-qemu and hyperalloc-linux: name%s%s%s "
			  "(options, or [%s] in modes.ini)",
			  mode->name, source[mode->kind->parts], mode->qemu ? "" : " --qemu",
			  mode->kernel ? "" : " --kernel", mode->kdir ? "" : " --kdir",
			  mode->kind->name);
}

static bool has_iommu(void)
{
	DIR *groups = opendir(IOMMU_GROUPS);
	struct dirent *entry;
	bool found = false;

	while (groups && !found && (entry = readdir(groups)))
		found = *entry->d_name != '.';
	if (groups)
		closedir(groups);
	return found;
}

int bt_mode_check(const struct bt_mode *mode, struct bt_err *err)
{
	int ret = check_parts(mode, err);

	if (ret || !mode->vfio)
		return ret;
	if (!has_iommu())
		return bt_err_set(err, ENODEV, "mode %s needs an IOMMU, and " IOMMU_GROUPS
				  " has no group: switch it on in the firmware and with "
				  "intel_iommu=on or amd_iommu=on", mode->name);
	if (!mode->vfio_devices)
		return bt_err_set(err, ENODEV, "mode %s needs a device of the host: name it by "
				  "--vfio-device (buddytop lab vfio list shows them)", mode->name);
	return 0;
}

/* ---- a guest ------------------------------------------------------------------------------ */

uint64_t bt_mode_round(uint64_t bytes)
{
	return (bytes + BT_MODE_UNIT_BYTES - 1) / BT_MODE_UNIT_BYTES * BT_MODE_UNIT_BYTES;
}

static bool is_whole(uint64_t bytes)
{
	return !(bytes % BT_MODE_UNIT_BYTES);
}

static int check_size(const struct bt_mode *mode, const struct bt_mode_size *size,
		      struct bt_err *err)
{
	char least[32], initial[32], most[32];

	if (size->least_bytes <= size->initial_bytes && size->initial_bytes <= size->memory_bytes &&
	    size->least_bytes < size->memory_bytes && size->cpus && is_whole(size->least_bytes) &&
	    is_whole(size->initial_bytes) && is_whole(size->memory_bytes))
		return 0;
	return bt_err_set(err, EINVAL, "mode %s: a guest of %s to %s that begins with %s cannot be "
			  "(whole units of 2 MiB, the least below the most)", mode->name,
			  bt_text_bytes(size->least_bytes, least, sizeof(least)),
			  bt_text_bytes(size->memory_bytes, most, sizeof(most)),
			  bt_text_bytes(size->initial_bytes, initial, sizeof(initial)));
}

static const char *vfio_device(const char *address, struct texts *texts)
{
	struct bt_json_writer *w = bt_json_writer_create(false);
	const char *text;
	size_t size;

	bt_json_object(w, NULL);
	bt_json_string(w, "driver", "vfio-pci");
	bt_json_string(w, "host", address);
	bt_json_end_object(w);
	text = keep(texts, "%s", bt_json_writer_text(w, &size));
	bt_json_writer_free(w);
	return text;
}

/*
 * Behind the device that resizes, which is told of what the others map; and as JSON, since QEMU
 * makes devices that are JSON, in their order, after all others.
 */
static void add_vfio(const struct bt_mode *mode, struct bt_vm_options *options,
		     struct texts *texts)
{
	char *devices = bt_xstrdup(mode->vfio_devices), *rest = devices;

	for (char *name = strsep(&rest, ", "); name; name = strsep(&rest, ", ")) {
		if (*name)
			add_device(options, "-device", vfio_device(name, texts));
	}
	free(devices);
}

int bt_mode_complete(const struct bt_mode *mode, struct bt_mode_size *size, struct bt_err *err)
{
	if (!size->initial_bytes)
		size->initial_bytes = mode->kind->drive == BT_DRIVE_CONTROLLER ?
				      size->least_bytes : size->memory_bytes;
	else if (!mode->kind->device->beside && size->initial_bytes != size->memory_bytes)
		return bt_err_set(err, EINVAL, "initial: in mode %s a guest boots with all its "
				  "memory; with less in those of virtio-mem alone", mode->name);
	return 0;
}

int bt_mode_options(const struct bt_mode *mode, const struct bt_mode_size *size,
		    struct bt_vm_options *options, char ***out, struct bt_err *err)
{
	const char *append = mode->kind->device->append;
	struct texts texts = { 0 };
	int ret = check_size(mode, size, err);

	if (ret)
		return ret;
	bt_vm_options_default(options);
	options->cpus = size->cpus;
	options->nodes = 1;
	options->memory_bytes = size->memory_bytes;
	options->anonymous = true;
	options->work = true;
	options->qemu = mode->qemu;
	options->kernel = mode->kernel;
	options->kdir = mode->kdir;
	options->module = mode->module;
	options->append = keep(&texts, "%s%s%s", append ? append : "",
			       append && mode->append ? " " : "", mode->append ? mode->append : "");
	mode->kind->device->add(mode, size, options, &texts);
	if (mode->vfio && mode->vfio_devices)
		add_vfio(mode, options, &texts);
	*out = texts.items;
	return 0;
}

void bt_mode_free_texts(char **texts)
{
	for (char **text = texts; text && *text; text++)
		free(*text);
	free(texts);
}

/* ---- its size ----------------------------------------------------------------------------- */

uint64_t bt_mode_target(const struct bt_mode_size *size, uint64_t bytes)
{
	if (bytes < size->least_bytes)
		return size->least_bytes;
	return bytes < size->memory_bytes ? bt_mode_round(bytes) : size->memory_bytes;
}

struct bt_mode_request bt_mode_resize(const struct bt_mode *mode, const struct bt_mode_size *size,
				      uint64_t bytes)
{
	const struct bt_mode_device *device = mode->kind->device;
	uint64_t target = bt_mode_target(size, bytes);

	return (struct bt_mode_request){
		.name = device->resize, .arguments = device->resize_arguments,
		.context = { device->beside ? target - size->least_bytes : target } };
}

struct bt_mode_request bt_mode_query(const struct bt_mode *mode)
{
	const struct bt_mode_device *device = mode->kind->device;

	return (struct bt_mode_request){ .name = device->query,
					 .arguments = device->query_arguments };
}

int bt_mode_actual(const struct bt_mode *mode, const struct bt_mode_size *size,
		   const struct bt_json *answer, uint64_t *bytes, struct bt_err *err)
{
	const struct bt_mode_device *device = mode->kind->device;
	bool known = device->member ? bt_json_get_u64(answer, device->member, bytes) :
				      bt_json_as_u64(answer, bytes);

	if (!known || *bytes > UINT64_MAX - size->least_bytes)
		return bt_err_set(err, EPROTO, "QEMU's answer to %s has no size in it",
				  device->query);
	if (device->beside)
		*bytes += size->least_bytes;
	return 0;
}

const char *bt_mode_event(const struct bt_mode *mode)
{
	return mode->kind->device->event;
}

const char *bt_mode_trace(const struct bt_mode *mode)
{
	return mode->kind->device->trace;
}

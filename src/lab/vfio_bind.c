// SPDX-License-Identifier: GPL-2.0
/* Taking devices from their drivers for vfio-pci, and giving them back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/files.h"
#include "lab/vfio_part.h"

/* ---- which devices ------------------------------------------------------------------------- */

struct choice {
	bool is_group;
	unsigned group;
	char bdf[BT_VFIO_NAME];
};

static int choose(struct choice *choice, const char *which, struct bt_err *err)
{
	choice->is_group = vfio_group(which, &choice->group);
	if (choice->is_group || vfio_address(which, choice->bdf))
		return 0;
	return bt_err_set(err, EINVAL, "'%s' is neither a device (0000:00:1f.2) nor the number of a "
			  "group", which);
}

static bool is_chosen(const struct choice *choice, const struct bt_vfio_device *device)
{
	if (choice->is_group)
		return choice->group == device->group && !bt_vfio_is_bridge(device);
	return !strcmp(choice->bdf, device->bdf);
}

static bool is_ours(const struct bt_vfio_device *device)
{
	return !strcmp(device->driver, VFIO_DRIVER);
}

/* ---- one device ---------------------------------------------------------------------------- */

static int write_file(const char *path, const char *text, struct bt_err *err)
{
	int code = lab_write(path, text);

	return code ? bt_err_set(err, -code, "%s: %s", path, strerror(-code)) : 0;
}

static int set_override(const char *root, const char *bdf, const char *name, struct bt_err *err)
{
	char path[PATH_MAX];

	/* A line without a name is none; nothing at all would not even reach the kernel. */
	return write_file(lab_path(path, root, PCI "devices/%s/driver_override", bdf),
			  *name ? name : "\n", err);
}

/* Away from the driver that it has, and to the one that the kernel now finds for it. */
static int probe_anew(const char *root, struct bt_vfio_device *device, struct bt_err *err)
{
	char path[PATH_MAX];
	int code = 0;

	vfio_read_driver(root, device);
	if (*device->driver)
		code = write_file(lab_path(path, root, PCI "devices/%s/driver/unbind", device->bdf),
				  device->bdf, err);
	if (!code)
		code = write_file(lab_path(path, root, PCI "drivers_probe"), device->bdf, err);
	vfio_read_driver(root, device);
	return code;
}

/* -EIO: another driver, or none, has it now. */
static int give_back(const char *root, const struct bt_vfio_device *before, struct bt_err *err)
{
	struct bt_vfio_device now = *before;
	char path[PATH_MAX];
	int code = set_override(root, before->bdf, before->override, err);

	if (!code)
		code = probe_anew(root, &now, err);
	/* One that was bound by hand is not found by a probe. */
	if (!code && *before->driver && strcmp(now.driver, before->driver)) {
		code = write_file(lab_path(path, root, PCI "drivers/%s/bind", before->driver),
				  before->bdf, err);
		vfio_read_driver(root, &now);
	}
	if (!code && strcmp(now.driver, before->driver))
		code = bt_err_set(err, EIO, "%s: its driver is %s, no longer %s", before->bdf,
				  *now.driver ? now.driver : "none",
				  *before->driver ? before->driver : "none");
	return code;
}

static int take(const char *root, const struct bt_vfio_device *device, struct bt_err *err)
{
	struct bt_vfio_device now = *device;
	int code = set_override(root, device->bdf, VFIO_DRIVER, err);

	if (!code)
		code = probe_anew(root, &now, err);
	if (!code && !is_ours(&now))
		code = bt_err_set(err, EIO, "%s: " VFIO_DRIVER " did not take it (the kernel's log "
				  "may say why)", device->bdf);
	return code;
}

/* ---- bind ---------------------------------------------------------------------------------- */

static int check_device(const struct bt_vfio_device *device, bool force, struct bt_err *err)
{
	if (bt_vfio_is_bridge(device))
		return bt_err_set(err, EINVAL, "%s is a bridge: it stays with the kernel, and is in "
				  "nobody's way", device->bdf);
	if (is_ours(device))
		return bt_err_set(err, EEXIST, "%s has the driver " VFIO_DRIVER " already",
				  device->bdf);
	if (*device->use && (device->use_is_fatal || !force))
		return bt_err_set(err, EBUSY, "%s: %s%s", device->bdf, device->use,
				  device->use_is_fatal ? "" : " (--force takes it all the same)");
	return 0;
}

/* A group with a device in other hands is of no use to a guest. */
static int check_neighbours(const struct bt_vfio *vfio, const struct bt_vfio_device *chosen,
			    struct bt_err *err)
{
	for (unsigned i = 0; i < vfio->count; i++) {
		const struct bt_vfio_device *device = &vfio->devices[i];

		if (device == chosen || device->group != chosen->group || is_ours(device) ||
		    bt_vfio_is_bridge(device) || !*device->driver)
			continue;
		return bt_err_set(err, EBUSY, "%s shares group %u with %s, which has the driver %s: "
				  "bind the group, not the device", chosen->bdf, chosen->group,
				  device->bdf, device->driver);
	}
	return 0;
}

static int check_choice(const struct bt_vfio *vfio, const struct choice *choice, bool force,
			struct bt_err *err)
{
	unsigned chosen = 0, ready = 0;
	int code = 0;

	for (unsigned i = 0; i < vfio->count && !code; i++) {
		const struct bt_vfio_device *device = &vfio->devices[i];

		if (!is_chosen(choice, device))
			continue;
		chosen++;
		if (choice->is_group && is_ours(device)) {
			ready++;
			continue;
		}
		code = check_device(device, force, err);
		if (!code && !choice->is_group)
			code = check_neighbours(vfio, device, err);
	}
	if (code)
		return code;
	if (!chosen)
		return bt_err_set(err, ENODEV, "there is no such device or group: see lab vfio list");
	if (chosen == ready)
		return bt_err_set(err, EEXIST, "group %u has the driver " VFIO_DRIVER " already",
				  choice->group);
	return 0;
}

/* Those that are not in it yet: a device that is has been given away by hand since. */
static int remember(struct vfio_record *record, const struct bt_vfio_device *device,
		    struct bt_err *err)
{
	unsigned i;

	for (i = 0; i < record->count && strcmp(record->devices[i].bdf, device->bdf); i++)
		;
	if (i == VFIO_RECORD_MAX)
		return bt_err_set(err, ENOSPC, "more than %u devices", VFIO_RECORD_MAX);
	record->devices[i] = *device;
	if (i == record->count)
		record->count++;
	return 0;
}

/* From where it failed to the first; their record is as it was before. */
static void undo(const struct bt_vfio *vfio, const struct choice *choice, unsigned last)
{
	for (unsigned i = last + 1; i--;) {
		const struct bt_vfio_device *device = &vfio->devices[i];

		if (is_chosen(choice, device) && !is_ours(device))
			give_back(vfio->root, device, NULL);
	}
}

static int take_all(const struct bt_vfio *vfio, const struct choice *choice, struct bt_err *err)
{
	int code = 0;

	for (unsigned i = 0; i < vfio->count && !code; i++) {
		if (!is_chosen(choice, &vfio->devices[i]) || is_ours(&vfio->devices[i]))
			continue;
		code = take(vfio->root, &vfio->devices[i], err);
		if (code)
			undo(vfio, choice, i);
	}
	return code;
}

static int bind_recorded(const struct bt_vfio *vfio, const struct choice *choice,
			 const char *path, struct bt_err *err)
{
	struct vfio_record *before = bt_xcalloc(2, sizeof(*before)), *record = &before[1];
	int code = vfio_record_read(before, vfio->root, path, err);

	*record = *before;
	for (unsigned i = 0; i < vfio->count && !code; i++) {
		if (is_chosen(choice, &vfio->devices[i]) && !is_ours(&vfio->devices[i]))
			code = remember(record, &vfio->devices[i], err);
	}
	if (!code)
		code = vfio_record_write(record, vfio->root, path, err);
	if (!code) {
		code = take_all(vfio, choice, err);
		if (code)
			vfio_record_write(before, vfio->root, path, NULL);
	}
	free(before);
	return code;
}

int bt_vfio_bind(const struct bt_vfio *vfio, const char *which, bool force, const char *record,
		 struct bt_err *err)
{
	struct choice choice;
	char path[PATH_MAX];
	int code = choose(&choice, which, err);

	if (code)
		return code;
	if (!vfio->count)
		return bt_err_set(err, ENODEV, "this machine has no IOMMU groups: VT-d or AMD-Vi in "
				  "the firmware and intel_iommu=on on Intel's kernel command line "
				  "make them");
	code = check_choice(vfio, &choice, force, err);
	if (code)
		return code;
	if (access(lab_path(path, vfio->root, PCI "drivers/" VFIO_DRIVER), F_OK))
		return bt_err_set(err, ENOENT, "the driver " VFIO_DRIVER " is not loaded: --modprobe "
				  "does that");
	return bind_recorded(vfio, &choice, record, err);
}

/* ---- unbind -------------------------------------------------------------------------------- */

/* The kernel would wait for the guest to end, however long. */
static int check_unused(const char *root, const struct bt_vfio_device *device, struct bt_err *err)
{
	char path[PATH_MAX], group[16];
	int fd;

	lab_link_name(lab_path(path, root, PCI "devices/%s/iommu_group", device->bdf), group,
		      sizeof(group));
	fd = open(lab_path(path, root, "/dev/vfio/%s", group), O_RDWR | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || errno != EBUSY)
		return 0;
	return bt_err_set(err, EBUSY, "%s: a guest uses group %s", device->bdf, group);
}

static int unbind_one(const char *root, const struct bt_vfio_device *before, struct bt_err *err)
{
	struct bt_vfio_device now = *before;
	char path[PATH_MAX];
	int code;

	if (access(lab_path(path, root, PCI "devices/%s", before->bdf), F_OK))
		return 0;
	vfio_read_driver(root, &now);
	if (*now.driver && !is_ours(&now))
		return strcmp(now.override, VFIO_DRIVER) ? 0 :
			set_override(root, before->bdf, before->override, err);
	code = check_unused(root, before, err);
	return code ? code : give_back(root, before, err);
}

static bool is_in_group(const char *root, const struct bt_vfio_device *device, unsigned group)
{
	char path[PATH_MAX], name[16];
	unsigned now;

	lab_link_name(lab_path(path, root, PCI "devices/%s/iommu_group", device->bdf), name,
		      sizeof(name));
	return vfio_group(name, &now) && now == group;
}

static bool is_meant(const char *root, const struct choice *choice,
		     const struct bt_vfio_device *device)
{
	if (!choice)
		return true;
	return choice->is_group ? is_in_group(root, device, choice->group) :
				  !strcmp(choice->bdf, device->bdf);
}

/* Off the record when it was given back; the first failure is what is told. */
static int unbind_recorded(struct vfio_record *record, const char *root,
			   const struct choice *choice, unsigned *meant, struct bt_err *err)
{
	unsigned kept = 0;
	int code = 0, now;

	for (unsigned i = 0; i < record->count; i++) {
		const struct bt_vfio_device device = record->devices[i];

		now = -EAGAIN;
		if (is_meant(root, choice, &device)) {
			++*meant;
			now = unbind_one(root, &device, code ? NULL : err);
			code = code ? code : now;
		}
		if (now)
			record->devices[kept++] = device;
	}
	record->count = kept;
	return code;
}

int bt_vfio_unbind(const char *root, const char *which, const char *path, struct bt_err *err)
{
	struct vfio_record *record = bt_xcalloc(1, sizeof(*record));
	struct choice choice;
	unsigned meant = 0;
	int code = which ? choose(&choice, which, err) : 0, written;

	if (!code)
		code = vfio_record_read(record, root, path, err);
	if (!code) {
		code = unbind_recorded(record, root, which ? &choice : NULL, &meant, err);
		written = meant ? vfio_record_write(record, root, path, code ? NULL : err) : 0;
		code = code ? code : written;
	}
	if (!code && !meant)
		code = bt_err_set(err, ENOENT, "%s: lab vfio bind has bound no such device in this "
				  "boot", which ? which : path);
	free(record);
	return code;
}

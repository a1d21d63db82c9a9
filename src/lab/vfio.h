/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Devices that are given to a guest: IOMMU groups, and PCI devices that move from their driver to
 * vfio-pci and back. The kernel lets a group be used when none of its devices but bridges is in the
 * hands of another driver (Documentation/driver-api/vfio.rst). What a device's driver was is
 * recorded on disk before it is taken away. root is put before /proc and /sys ("" but in tests).
 */
#ifndef BT_LAB_VFIO_H
#define BT_LAB_VFIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/err.h"
#include "core/json.h"

#define BT_VFIO_NAME 32

struct bt_vfio_device {
	char bdf[BT_VFIO_NAME];		/* "0000:00:1f.2" */
	unsigned group;
	uint32_t class_code;		/* 0x010601: base class, subclass, interface */
	uint16_t vendor, device;
	char driver[BT_VFIO_NAME];	/* "" = none */
	char override[BT_VFIO_NAME];	/* driver_override; "" = none */
	char use[128];			/* what would break without it; "" = nothing known */
	bool use_is_fatal;		/* a disk: not even --force takes it away */
};

struct bt_vfio {
	char *root;
	struct bt_vfio_device *devices;	/* by group, then by address */
	unsigned count;
};

/* The devices of all IOMMU groups, which may be none. Needs no rights. Freed by bt_vfio_free(). */
struct bt_vfio *bt_vfio_list(const char *root);
void bt_vfio_free(struct bt_vfio *vfio);
/* A base class and the well-known subclasses in a word or two: "network", "USB". */
const char *bt_vfio_class_name(uint32_t class_code);
bool bt_vfio_is_bridge(const struct bt_vfio_device *device);
void bt_vfio_print(FILE *out, const struct bt_vfio *vfio, unsigned width);
void bt_vfio_encode(struct bt_json_writer *w, const struct bt_vfio *vfio);

/*
 * Gives a device ("0000:00:1f.2", "00:1f.2") or all of a group ("7") to vfio-pci; bridges stay.
 * record is the file where their drivers go. What is not done is undone. -ENODEV: no such device
 * or group, or no IOMMU; -EBUSY: in use (force: network interfaces are taken all the same), or
 * other devices of the group have drivers; -ENOENT: the driver vfio-pci is not loaded.
 */
int bt_vfio_bind(const struct bt_vfio *vfio, const char *which, bool force, const char *record,
		 struct bt_err *err);
/*
 * Gives it back to the driver that the record names, and takes it off the record; NULL: all of the
 * record. -ENOENT: it is not in there. A device that is gone, or was given to another driver, is
 * only taken off.
 */
int bt_vfio_unbind(const char *root, const char *which, const char *record, struct bt_err *err);

#endif

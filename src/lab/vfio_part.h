/* SPDX-License-Identifier: GPL-2.0 */
/* Inside vfio: who uses a device, and the record. */
#ifndef BT_LAB_VFIO_PART_H
#define BT_LAB_VFIO_PART_H

#include "lab/vfio.h"

#define VFIO_DRIVER "vfio-pci"
#define PCI "/sys/bus/pci/"

/* Fills use and use_is_fatal. */
void vfio_look_for_use(const char *root, struct bt_vfio_device *device);
/* Driver and override as they are now. */
void vfio_read_driver(const char *root, struct bt_vfio_device *device);
/* "00:1f.2" becomes "0000:00:1f.2". False: it is no address. */
bool vfio_address(const char *text, char bdf[BT_VFIO_NAME]);
/* "7": false if it is no number. */
bool vfio_group(const char *text, unsigned *group);

#define VFIO_RECORD_MAX 256u

/* Devices as they were before. What is of an earlier boot is not read. */
struct vfio_record {
	struct bt_vfio_device devices[VFIO_RECORD_MAX];
	unsigned count;
};

/* One that is not there is empty. */
int vfio_record_read(struct vfio_record *record, const char *root, const char *path,
		     struct bt_err *err);
/* An empty one is removed. */
int vfio_record_write(const struct vfio_record *record, const char *root, const char *path,
		      struct bt_err *err);

#endif

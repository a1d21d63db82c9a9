// SPDX-License-Identifier: GPL-2.0
/* A file system of the guest: device ("/dev/vda", "proc"), type ("ext4"), dir, made when it is not there. */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>

#include "work/job.h"

#define TYPE_SIZE 32u

int bt_work_mount(struct bt_work_call *call, struct bt_err *err)
{
	char device[PATH_MAX], dir[PATH_MAX], type[TYPE_SIZE];
	int code = bt_work_text(call, "device", device, sizeof(device), err);

	if (!code)
		code = bt_work_text(call, "type", type, sizeof(type), err);
	if (!code)
		code = bt_work_text(call, "dir", dir, sizeof(dir), err);
	if (!code)
		code = bt_make_path(dir, 0755, err);
	if (!code && mount(device, dir, type, 0, NULL))
		code = bt_err_set(err, errno, "mount of %s (%s) on %s: %s", device, type, dir,
				  strerror(errno));
	return code;
}

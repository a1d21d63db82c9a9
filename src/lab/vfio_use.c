// SPDX-License-Identifier: GPL-2.0
/*
 * What would break if a device were taken from its driver: disks that are mounted, swapped to or
 * part of something larger, network interfaces that are up, the display of the console.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/util.h"
#include "lab/files.h"
#include "lab/vfio_part.h"

#define TABLE_BYTES (4u << 20)
#define IFF_UP_BIT 0x1u		/* net_device flags, include/uapi/linux/if.h */

/* Whether what path leads to is below the directory `above`, whose links are resolved. */
static bool is_below(const char *path, const char *above)
{
	char real[PATH_MAX];
	size_t length = strlen(above);

	return realpath(path, real) && !strncmp(real, above, length) && real[length] == '/';
}

/* The first file of a pattern that answers, of those of the device at `above`. */
typedef bool look_fn(const char *root, const char *path, const char *above, char use[128]);

static bool any(const char *root, const char *above, char use[128], look_fn *look,
		const char *pattern)
{
	char below[PATH_MAX];
	bool found = false;
	glob_t files;

	if (glob(lab_path(below, root, "%s", pattern), 0, NULL, &files))
		return false;
	for (size_t i = 0; i < files.gl_pathc && !found; i++)
		found = look(root, files.gl_pathv[i], above, use);
	globfree(&files);
	return found;
}

/* ---- disks --------------------------------------------------------------------------------- */

/* "36 35 98:0 / /mnt rw - ext3 /dev/root rw": by number, or by name: btrfs has own numbers. */
static bool is_mounted_by(const char *line, const char *number, const char *name, char use[128])
{
	char device[32], where[256], source[256];
	const char *dash = strstr(line, " - ");

	if (!dash || sscanf(line, "%*u %*u %31s %*s %255s", device, where) != 2 ||
	    sscanf(dash, " - %*s %255s", source) != 1)
		return false;
	if (strcmp(device, number) &&
	    (strncmp(source, "/dev/", 5) || strcmp(source + 5, name)))
		return false;
	snprintf(use, 128, "%.32s is mounted on %.60s", name, where);
	return true;
}

static bool is_mounted(const char *root, const char *number, const char *name, char use[128])
{
	char path[PATH_MAX], *text, *rest, *line;
	bool found = false;

	if (bt_read_file(lab_path(path, root, "/proc/self/mountinfo"), TABLE_BYTES, &text, NULL) < 0)
		return false;
	rest = text;
	while (!found && (line = strsep(&rest, "\n")))
		found = is_mounted_by(line, number, name, use);
	free(text);
	return found;
}

static bool is_swap(const char *root, const char *name, char use[128])
{
	char path[PATH_MAX], word[64], *text;
	bool found;

	if (bt_read_file(lab_path(path, root, "/proc/swaps"), TABLE_BYTES, &text, NULL) < 0)
		return false;
	snprintf(word, sizeof(word), "\n/dev/%.32s ", name);
	found = strstr(text, word);
	free(text);
	if (found)
		snprintf(use, 128, "%.32s is swap", name);
	return found;
}

static bool is_held(const char *directory, const char *name, char use[128])
{
	char *pattern = bt_xasprintf("%s/holders/*", directory);
	glob_t holders;
	bool found = !glob(pattern, 0, NULL, &holders);

	free(pattern);
	if (!found)
		return false;
	snprintf(use, 128, "%.32s is part of %.32s", name, strrchr(holders.gl_pathv[0], '/') + 1);
	globfree(&holders);
	return true;
}

/*
 * The kernel's own word, where we may ask for it: who mounts, swaps to or composes a disk holds it
 * exclusively, in whatever mount namespace, and of a partition that holds the disk.
 */
static bool is_claimed(const char *root, const char *name, char use[128])
{
	char path[PATH_MAX];
	int fd;

	if (*root)
		return false;
	fd = open(lab_path(path, "", "/dev/%s", name), O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	if (fd >= 0 || errno != EBUSY)
		return false;
	snprintf(use, 128, "%.32s is in use", name);
	return true;
}

/* directory: of a disk or a partition. */
static bool look_at_volume(const char *root, const char *directory, const char *above,
			   char use[128])
{
	const char *name = strrchr(directory, '/') + 1;
	char *dev = bt_xasprintf("%s/dev", directory), number[32];
	bool known = bt_read_line(dev, number, sizeof(number));

	(void)above;
	free(dev);
	return known && (is_mounted(root, number, name, use) || is_swap(root, name, use) ||
			 is_held(directory, name, use));
}

/*
 * The disk is below its controller's device. One of NVMe that may have several paths is not: there
 * a link beside it leads to each of its controllers.
 */
static bool is_disk_of(const char *directory, const char *above)
{
	char *links = bt_xasprintf("%s/../nvme*", directory);
	bool found = is_below(directory, above);
	glob_t files;

	if (!found && !glob(links, 0, NULL, &files)) {
		for (size_t i = 0; i < files.gl_pathc && !found; i++)
			found = is_below(files.gl_pathv[i], above);
		globfree(&files);
	}
	free(links);
	return found;
}

static bool look_at_disk(const char *root, const char *directory, const char *above, char use[128])
{
	const char *name = strrchr(directory, '/') + 1;
	char *partitions;
	bool found;

	if (!is_disk_of(directory, above))
		return false;
	/* The part below the root, for any() puts that before it. */
	partitions = bt_xasprintf("%s/%s*", directory + strlen(root), name);
	found = look_at_volume(root, directory, above, use) ||
		any(root, above, use, look_at_volume, partitions) || is_claimed(root, name, use);
	free(partitions);
	return found;
}

/* ---- the others ---------------------------------------------------------------------------- */

/* Up, rather than with an address: a port of a bridge has none, and carries all of it. */
static bool look_at_interface(const char *root, const char *directory, const char *above,
			      char use[128])
{
	char *path = bt_xasprintf("%s/flags", directory), flags[32];
	bool up = bt_read_line(path, flags, sizeof(flags)) &&
		  (strtoul(flags, NULL, 16) & IFF_UP_BIT);

	(void)root;
	free(path);
	if (!up || !is_below(directory, above))
		return false;
	snprintf(use, 128, "network %.32s is up", strrchr(directory, '/') + 1);
	return true;
}

static bool is_console(const char *root, const char *bdf, char use[128])
{
	char path[PATH_MAX], line[8];

	if (!bt_read_line(lab_path(path, root, PCI "devices/%s/boot_vga", bdf), line, sizeof(line)) ||
	    strcmp(line, "1"))
		return false;
	snprintf(use, 128, "the console's display");
	return true;
}

void vfio_look_for_use(const char *root, struct bt_vfio_device *device)
{
	char path[PATH_MAX], above[PATH_MAX];

	if (!realpath(lab_path(path, root, PCI "devices/%s", device->bdf), above))
		return;
	device->use_is_fatal = any(root, above, device->use, look_at_disk, "/sys/block/*");
	if (!*device->use && !any(root, above, device->use, look_at_interface, "/sys/class/net/*"))
		is_console(root, device->bdf, device->use);
}

// SPDX-License-Identifier: GPL-2.0
/* Which devices there are, and in which groups. */
#include "lab/vfio.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/table.h"
#include "core/util.h"
#include "lab/files.h"
#include "lab/vfio_part.h"

#define USE_COLUMN 56u

/* Names of the PCI Code and ID Assignment Specification, shortened; the first that fits counts. */
static const struct {
	uint32_t mask, code;
	const char *name;
} classes[] = {
	{ 0xffff00, 0x0c0300, "USB" },	     { 0xff0000, 0x010000, "storage" },
	{ 0xff0000, 0x020000, "network" },   { 0xff0000, 0x030000, "display" },
	{ 0xff0000, 0x040000, "multimedia" }, { 0xff0000, 0x050000, "memory" },
	{ 0xff0000, 0x060000, "bridge" },    { 0xff0000, 0x070000, "serial port" },
	{ 0xff0000, 0x080000, "system" },    { 0xff0000, 0x0c0000, "serial bus" },
	{ 0xff0000, 0x0d0000, "wireless" },  { 0xff0000, 0x100000, "encryption" },
	{ 0xff0000, 0x110000, "signals" },   { 0xff0000, 0x120000, "accelerator" },
};

const char *bt_vfio_class_name(uint32_t class_code)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(classes); i++) {
		if ((class_code & classes[i].mask) == classes[i].code)
			return classes[i].name;
	}
	return "other";
}

bool bt_vfio_is_bridge(const struct bt_vfio_device *device)
{
	return device->class_code >> 16 == 0x06;
}

bool vfio_address(const char *text, char bdf[BT_VFIO_NAME])
{
	unsigned domain = 0, bus, slot, function;
	char end;

	if (sscanf(text, "%x:%x:%x.%x%c", &domain, &bus, &slot, &function, &end) != 4) {
		domain = 0;
		if (sscanf(text, "%x:%x.%x%c", &bus, &slot, &function, &end) != 3)
			return false;
	}
	if (bus > 0xff || slot > 0x1f || function > 7)
		return false;
	snprintf(bdf, BT_VFIO_NAME, "%04x:%02x:%02x.%x", domain, bus, slot, function);
	return true;
}

bool vfio_group(const char *text, unsigned *group)
{
	uint64_t number;

	if (bt_parse_u64(text, &number) || number > INT32_MAX)
		return false;
	*group = (unsigned)number;
	return true;
}

/* ---- reading ------------------------------------------------------------------------------- */

/* "0x8086" */
static uint32_t read_hex(const char *root, const char *bdf, const char *name)
{
	char path[PATH_MAX], line[32];

	return bt_read_line(lab_path(path, root, PCI "devices/%s/%s", bdf, name), line,
			    sizeof(line)) ? (uint32_t)strtoul(line, NULL, 16) : 0;
}

void vfio_read_driver(const char *root, struct bt_vfio_device *device)
{
	char path[PATH_MAX];

	lab_link_name(lab_path(path, root, PCI "devices/%s/driver", device->bdf), device->driver,
		      sizeof(device->driver));
	bt_read_line(lab_path(path, root, PCI "devices/%s/driver_override", device->bdf),
		     device->override, sizeof(device->override));
	if (!strcmp(device->override, "(null)"))
		device->override[0] = '\0';
}

/* "ROOT/sys/kernel/iommu_groups/7/devices/0000:00:1f.2"; what is no PCI device is left out. */
static void add_device(struct bt_vfio *vfio, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	struct bt_vfio_device *device;
	char there[PATH_MAX], bdf[BT_VFIO_NAME];
	unsigned group;

	if (!vfio_address(name, bdf) ||
	    sscanf(path + strlen(vfio->root), "/sys/kernel/iommu_groups/%u/", &group) != 1 ||
	    access(lab_path(there, vfio->root, PCI "devices/%s", bdf), F_OK))
		return;
	vfio->devices = bt_xrealloc(vfio->devices, vfio->count + 1, sizeof(*vfio->devices));
	device = &vfio->devices[vfio->count++];
	*device = (struct bt_vfio_device){
		.group = group,
		.class_code = read_hex(vfio->root, bdf, "class"),
		.vendor = (uint16_t)read_hex(vfio->root, bdf, "vendor"),
		.device = (uint16_t)read_hex(vfio->root, bdf, "device"),
	};
	memcpy(device->bdf, bdf, sizeof(bdf));
	vfio_read_driver(vfio->root, device);
	vfio_look_for_use(vfio->root, device);
}

static int by_group(const void *left, const void *right)
{
	const struct bt_vfio_device *a = left, *b = right;

	return a->group != b->group ? (a->group > b->group) - (a->group < b->group) :
				      strcmp(a->bdf, b->bdf);
}

struct bt_vfio *bt_vfio_list(const char *root)
{
	struct bt_vfio *vfio = bt_xcalloc(1, sizeof(*vfio));
	char pattern[PATH_MAX];
	glob_t found;

	vfio->root = bt_xstrdup(root);
	if (glob(lab_path(pattern, root, "/sys/kernel/iommu_groups/*/devices/*"), 0, NULL, &found))
		return vfio;
	for (size_t i = 0; i < found.gl_pathc; i++)
		add_device(vfio, found.gl_pathv[i]);
	globfree(&found);
	if (vfio->count)
		qsort(vfio->devices, vfio->count, sizeof(*vfio->devices), by_group);
	return vfio;
}

void bt_vfio_free(struct bt_vfio *vfio)
{
	if (!vfio)
		return;
	free(vfio->devices);
	free(vfio->root);
	free(vfio);
}

/* ---- output -------------------------------------------------------------------------------- */

void bt_vfio_print(FILE *out, const struct bt_vfio *vfio, unsigned width)
{
	if (vfio->count)
		fprintf(out, "group  device        class        id         driver      in use\n");
	for (unsigned i = 0; i < vfio->count; i++) {
		const struct bt_vfio_device *device = &vfio->devices[i];

		fprintf(out, "%5u  %-12s  %-11s  %04x:%04x  %-11s%s", device->group, device->bdf,
			bt_vfio_class_name(device->class_code), device->vendor, device->device,
			*device->driver ? device->driver : "-", *device->use ? " " : "\n");
		if (*device->use)
			bt_table_wrap(out, device->use, USE_COLUMN, width);
	}
}

void bt_vfio_encode(struct bt_json_writer *w, const struct bt_vfio *vfio)
{
	char text[16];

	bt_json_object(w, NULL);
	bt_json_object(w, "schema");
	bt_json_string(w, "name", "buddytop-lab-vfio-list");
	bt_json_u64(w, "version", 1);
	bt_json_end_object(w);
	bt_json_array(w, "devices");
	for (unsigned i = 0; i < vfio->count; i++) {
		const struct bt_vfio_device *device = &vfio->devices[i];

		bt_json_object(w, NULL);
		bt_json_string(w, "bdf", device->bdf);
		bt_json_u64(w, "group", device->group);
		bt_json_string(w, "class", bt_vfio_class_name(device->class_code));
		snprintf(text, sizeof(text), "%06x", device->class_code & 0xffffff);
		bt_json_string(w, "class_code", text);
		snprintf(text, sizeof(text), "%04x:%04x", device->vendor, device->device);
		bt_json_string(w, "id", text);
		bt_json_string(w, "driver", *device->driver ? device->driver : NULL);
		bt_json_string(w, "use", *device->use ? device->use : NULL);
		bt_json_end_object(w);
	}
	bt_json_end_array(w);
	bt_json_end_object(w);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Devices for guests, on trees as Documentation/ABI/testing/sysfs-bus-pci and
 * sysfs-kernel-iommu_groups describe them. What the kernel does when a driver's or the bus's files
 * are written to, a stand-in for bt_write_all() does here.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/stat.h>

#include "lab/vfio.h"
#include "tests/unit/tree.h"

#define BUS "/sys/bus/pci/"
#define PORT "/sys/devices/pci0000:00/0000:00:01.0"	/* a bridge to the devices behind it */
#define NVME PORT "/0000:01:00.0"
#define NIC "/sys/devices/pci0000:00/0000:00:1f.6"
#define USB "/sys/devices/pci0000:00/0000:00:14.0"

static const char *refuser;	/* a driver that takes nothing */

/* ---- the kernel ---------------------------------------------------------------------------- */

static void link_to(const char *target, const char *path)
{
	tree_parents(path);
	unlink(tree_path(path));
	assert_int_equal(symlink(tree_path(target), tree_path(path)), 0);
}

static const char *of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *of(const char *format, ...)
{
	static char paths[2][PATH_MAX];
	static unsigned next;
	va_list args;

	next ^= 1;
	va_start(args, format);
	vsnprintf(paths[next], PATH_MAX, format, args);
	va_end(args);
	return paths[next];
}

static void give(const char *bdf, const char *driver)
{
	if (!refuser || strcmp(driver, refuser))
		link_to(of(BUS "drivers/%s", driver), of(BUS "devices/%s/driver", bdf));
}

/* driver_override first, else the one driver that knows the device. */
static void probe(const char *bdf)
{
	const char *override = tree_get(of(BUS "devices/%s/driver_override", bdf));

	if (strcmp(override, "(null)"))
		give(bdf, override);
	else if (!strcmp(bdf, "0000:01:00.0"))
		give(bdf, "nvme");
	else if (!strcmp(bdf, "0000:00:1f.6"))
		give(bdf, "e1000e");
}

int __real_bt_write_all(int fd, const void *data, size_t size);
int __wrap_bt_write_all(int fd, const void *data, size_t size);
int __wrap_bt_write_all(int fd, const void *data, size_t size)
{
	char self[64], path[PATH_MAX] = "", bdf[64], *name;

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	assert_true(readlink(self, path, sizeof(path) - 1) > 0);
	name = strrchr(path, '/');
	snprintf(bdf, sizeof(bdf), "%.*s", (int)size, (const char *)data);
	/* What is read where there is none would be taken for a name. */
	assert_string_not_equal(bdf, "(null)");
	if (!strcmp(name, "/driver_override") && !strcmp(bdf, "\n"))
		return __real_bt_write_all(fd, "(null)\n", 7);
	if (!strcmp(name, "/unbind")) {
		unlink(tree_path(of(BUS "devices/%s/driver", bdf)));
	} else if (!strcmp(name, "/drivers_probe")) {
		probe(bdf);
	} else if (!strcmp(name, "/bind")) {
		*name = '\0';
		give(bdf, strrchr(path, '/') + 1);
	} else {
		return __real_bt_write_all(fd, data, size);
	}
	return 0;
}

/* ---- the machine --------------------------------------------------------------------------- */

static void add_driver(const char *name)
{
	tree_put(of(BUS "drivers/%s/bind", name), "");
	tree_put(of(BUS "drivers/%s/unbind", name), "");
}

static void add_device(const char *place, const char *group, const char *driver,
		       const char *class_code, const char *vendor, const char *device)
{
	const char *bdf = strrchr(place, '/') + 1;

	tree_put(of("%s/class", place), class_code);
	tree_put(of("%s/vendor", place), vendor);
	tree_put(of("%s/device", place), device);
	tree_put(of("%s/driver_override", place), "(null)\n");
	link_to(place, of(BUS "devices/%s", bdf));
	link_to(place, of("/sys/kernel/iommu_groups/%s/devices/%s", group, bdf));
	link_to(of("/sys/kernel/iommu_groups/%s", group), of("%s/iommu_group", place));
	if (driver) {
		add_driver(driver);
		give(bdf, driver);
	}
}

/* Values of lspci -nn of a common machine. */
static int make_machine(void **state)
{
	refuser = NULL;
	if (make_directory(state))
		return -1;
	tree_put("/proc/sys/kernel/random/boot_id", "b5c0c3c5-9d4b-4a3a-8a53-6d7d0f7d7a11\n");
	tree_put(BUS "drivers_probe", "");
	add_driver("vfio-pci");
	add_device(PORT, "1", "pcieport", "0x060400\n", "0x8086\n", "0x1901\n");
	add_device(NVME, "1", "nvme", "0x010802\n", "0x144d\n", "0xa808\n");
	add_device(USB, "10", "xhci_hcd", "0x0c0330\n", "0x8086\n", "0xa36d\n");
	add_device(NIC, "10", "e1000e", "0x020000\n", "0x8086\n", "0x15bb\n");
	tree_put(NVME "/nvme/nvme0/nvme0n1/dev", "259:0\n");
	tree_put(NVME "/nvme/nvme0/nvme0n1/nvme0n1p2/dev", "259:2\n");
	link_to(NVME "/nvme/nvme0/nvme0n1", "/sys/block/nvme0n1");
	tree_put(NIC "/net/eth0/flags", "0x1002\n");
	link_to(NIC "/net/eth0", "/sys/class/net/eth0");
	tree_put("/proc/self/mountinfo", "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n");
	tree_put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
	return 0;
}

static struct bt_vfio *list(void)
{
	return bt_vfio_list(directory);
}

static const char *record(void)
{
	return in_directory("record.json");
}

/* Returns what bt_vfio_bind() does; err is static. */
static struct bt_err said;

static int bind_to(const char *which, bool force)
{
	struct bt_vfio *vfio = list();
	int code;

	said = (struct bt_err){ 0 };
	code = bt_vfio_bind(vfio, which, force, record(), &said);
	bt_vfio_free(vfio);
	return code;
}

static int unbind(const char *which)
{
	said = (struct bt_err){ 0 };
	return bt_vfio_unbind(directory, which, record(), &said);
}

static const char *driver_of(const char *bdf)
{
	static char path[PATH_MAX];
	ssize_t length = readlink(tree_path(of(BUS "devices/%s/driver", bdf)), path,
				  sizeof(path) - 1);

	if (length < 0)
		return "";
	path[length] = '\0';
	return strrchr(path, '/') + 1;
}

/* ---- tests --------------------------------------------------------------------------------- */

static void lists(void **state)
{
	static const char expected[] =
		"group  device        class        id         driver      in use\n"
		"    1  0000:00:01.0  bridge       8086:1901  pcieport   \n"
		"    1  0000:01:00.0  storage      144d:a808  nvme       \n"
		"   10  0000:00:14.0  USB          8086:a36d  xhci_hcd   \n"
		"   10  0000:00:1f.6  network      8086:15bb  e1000e      network eth0 is up\n";
	struct bt_vfio *vfio;
	char text[1024] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	(void)state;
	tree_put(NIC "/net/eth0/flags", "0x1003\n");
	vfio = list();
	assert_int_equal(vfio->count, 4);
	assert_int_equal(vfio->devices[1].class_code, 0x010802);
	bt_vfio_print(out, vfio, 80);
	fclose(out);
	bt_vfio_free(vfio);
	assert_string_equal(text, expected);
}

static void needs_an_iommu(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s/sys/kernel/iommu_groups", directory);
	assert_int_equal(system(command), 0);
	assert_int_equal(bind_to("1", false), -ENODEV);
	assert_non_null(strstr(said.text, "no IOMMU groups"));
}

static void binds_a_device(void **state)
{
	(void)state;
	/* Its neighbour in the group is a bridge, which stays. */
	assert_int_equal(bind_to("01:00.0", false), 0);
	assert_string_equal(driver_of("0000:01:00.0"), "vfio-pci");
	assert_string_equal(driver_of("0000:00:01.0"), "pcieport");
	assert_string_equal(tree_get(NVME "/driver_override"), "vfio-pci");
	assert_int_equal(bind_to("0000:01:00.0", false), -EEXIST);
	assert_int_equal(unbind("0000:01:00.0"), 0);
	assert_string_equal(driver_of("0000:01:00.0"), "nvme");
	assert_string_equal(tree_get(NVME "/driver_override"), "(null)");
	assert_int_equal(access(record(), F_OK), -1);
	assert_int_equal(unbind("0000:01:00.0"), -ENOENT);
}

static void binds_a_group(void **state)
{
	(void)state;
	assert_int_equal(bind_to("00:14.0", false), -EBUSY);
	assert_non_null(strstr(said.text, "shares group 10 with 0000:00:1f.6, which has the driver "
			       "e1000e"));
	assert_int_equal(bind_to("10", false), 0);
	assert_string_equal(driver_of("0000:00:14.0"), "vfio-pci");
	assert_string_equal(driver_of("0000:00:1f.6"), "vfio-pci");
	assert_int_equal(bind_to("1", false), 0);
	assert_int_equal(unbind("10"), 0);
	/* No probe finds xhci_hcd here: it is asked by name. */
	assert_string_equal(driver_of("0000:00:14.0"), "xhci_hcd");
	assert_string_equal(driver_of("0000:00:1f.6"), "e1000e");
	assert_string_equal(driver_of("0000:01:00.0"), "vfio-pci");
	assert_int_equal(unbind(NULL), 0);
	assert_string_equal(driver_of("0000:01:00.0"), "nvme");
}

/* Each is a way to be in use; the words are what is said of it. */
static void spares_disks(void **state)
{
	static const struct { const char *path, *text, *says; } cases[] = {
		{ "/proc/self/mountinfo", "36 35 259:2 / /home rw master:1 - ext4 /dev/root rw\n",
		  "nvme0n1p2 is mounted on /home" },
		/* btrfs has a number of its own. */
		{ "/proc/self/mountinfo", "36 35 0:30 /x /srv rw - btrfs /dev/nvme0n1 rw\n",
		  "nvme0n1 is mounted on /srv" },
		{ "/proc/swaps", "Filename Type\n/dev/nvme0n1p2 partition 1 0 -2\n",
		  "nvme0n1p2 is swap" },
		{ NVME "/nvme/nvme0/nvme0n1/nvme0n1p2/holders/dm-0", "",
		  "nvme0n1p2 is part of dm-0" },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		remove_directory(state);
		make_machine(state);
		tree_put(cases[i].path, cases[i].text);
		assert_int_equal(bind_to("01:00.0", true), -EBUSY);
		if (!strstr(said.text, cases[i].says))
			fail_msg("case %u: %s", i, said.text);
		assert_string_equal(driver_of("0000:01:00.0"), "nvme");
		assert_int_equal(bind_to("1", true), -EBUSY);
	}
}

/* Its disk is below a subsystem, beside links to the controllers. */
static void spares_disks_of_several_paths(void **state)
{
#define SUBSYSTEM "/sys/devices/virtual/nvme-subsystem/nvme-subsys0"
	(void)state;
	tree_put(SUBSYSTEM "/nvme0n2/dev", "259:7\n");
	link_to(NVME "/nvme/nvme0", SUBSYSTEM "/nvme0");
	link_to(SUBSYSTEM "/nvme0n2", "/sys/block/nvme0n2");
	tree_put("/proc/self/mountinfo", "36 35 259:7 / /data rw - xfs /dev/nvme0n2 rw\n");
	assert_int_equal(bind_to("1", true), -EBUSY);
	assert_non_null(strstr(said.text, "nvme0n2 is mounted on /data"));
}

static void asks_for_force(void **state)
{
	(void)state;
	tree_put(NIC "/net/eth0/flags", "0x1003\n");
	assert_int_equal(bind_to("10", false), -EBUSY);
	assert_non_null(strstr(said.text, "network eth0 is up (--force"));
	assert_string_equal(driver_of("0000:00:14.0"), "xhci_hcd");
	assert_int_equal(bind_to("10", true), 0);
	assert_string_equal(driver_of("0000:00:1f.6"), "vfio-pci");
}

static void refuses(void **state)
{
	static const struct { const char *which; int code; const char *says; } cases[] = {
		{ "eth0", -EINVAL, "neither a device" },
		{ "00:01.0", -EINVAL, "is a bridge" },
		{ "7", -ENODEV, "no such device or group" },
		{ "0000:07:00.0", -ENODEV, "no such device or group" },
	};
	char command[128];

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		assert_int_equal(bind_to(cases[i].which, true), cases[i].code);
		assert_non_null(strstr(said.text, cases[i].says));
	}
	snprintf(command, sizeof(command), "rm -r %s" BUS "drivers/vfio-pci", directory);
	assert_int_equal(system(command), 0);
	assert_int_equal(bind_to("1", false), -ENOENT);
	assert_non_null(strstr(said.text, "--modprobe"));
	assert_string_equal(driver_of("0000:01:00.0"), "nvme");
}

static void undoes_a_half(void **state)
{
	(void)state;
	refuser = "vfio-pci";
	assert_int_equal(bind_to("10", false), -EIO);
	assert_non_null(strstr(said.text, "0000:00:14.0: vfio-pci did not take it"));
	assert_string_equal(driver_of("0000:00:14.0"), "xhci_hcd");
	assert_string_equal(driver_of("0000:00:1f.6"), "e1000e");
	assert_string_equal(tree_get(USB "/driver_override"), "(null)");
	assert_int_equal(access(record(), F_OK), -1);
}

/* Since then by hand to its driver, and gone. */
static void follows_others(void **state)
{
	(void)state;
	assert_int_equal(bind_to("10", false), 0);
	give("0000:00:14.0", "xhci_hcd");
	unlink(tree_path(BUS "devices/0000:00:1f.6"));
	assert_int_equal(unbind(NULL), 0);
	assert_string_equal(driver_of("0000:00:14.0"), "xhci_hcd");
	assert_string_equal(tree_get(USB "/driver_override"), "(null)");
	assert_int_equal(access(record(), F_OK), -1);
}

/* What it cannot give back stays on the record. */
static void keeps_what_fails(void **state)
{
	(void)state;
	assert_int_equal(bind_to("10", false), 0);
	refuser = "e1000e";
	assert_int_equal(unbind(NULL), -EIO);
	assert_non_null(strstr(said.text, "0000:00:1f.6: its driver is none, no longer e1000e"));
	refuser = NULL;
	assert_int_equal(unbind("00:14.0"), -ENOENT);
	assert_int_equal(unbind(NULL), 0);
	assert_string_equal(driver_of("0000:00:1f.6"), "e1000e");
}

static void forgets_at_a_boot(void **state)
{
	(void)state;
	assert_int_equal(bind_to("1", false), 0);
	tree_put("/proc/sys/kernel/random/boot_id", "00000000-0000-4000-8000-000000000000\n");
	assert_int_equal(unbind(NULL), -ENOENT);
}

static void refuses_records(void **state)
{
	(void)state;
	tree_put("/record.json",
		 "{\"schema\":{\"name\":\"buddytop-lab-vfio\",\"version\":1},"
		 "\"boot_id\":\"b5c0c3c5-9d4b-4a3a-8a53-6d7d0f7d7a11\",\"devices\":["
		 "{\"bdf\":\"0000:01:00.0\",\"driver\":\"../../x\",\"override\":\"\"}]}");
	assert_int_equal(unbind(NULL), -EINVAL);
	assert_non_null(strstr(said.text, "devices[0] is none"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_machine, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lists), TEST(needs_an_iommu), TEST(binds_a_device), TEST(binds_a_group),
		TEST(spares_disks), TEST(spares_disks_of_several_paths), TEST(asks_for_force),
		TEST(refuses), TEST(undoes_a_half), TEST(follows_others), TEST(keeps_what_fails),
		TEST(forgets_at_a_boot), TEST(refuses_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

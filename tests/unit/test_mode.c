// SPDX-License-Identifier: GPL-2.0
/*
 * Modes: the whole command line of QEMU for each, the file of modes, and what is refused. UPDATE=1
 * writes data/modes/NAME.txt anew, an argument a line. They are to be read against these:
 *
 * base-*: virtio-balloon-pci has free-page-reporting (QEMU 7.2, hw/virtio/virtio-balloon.c); memory
 * by -m alone.
 * virtio-mem*: -m with maxmem, a memory-backend-ram of the difference with prealloc=off,reserve=off,
 * and virtio-mem-pci with memdev, node and requested-size (QEMU 7.2, qapi/qom.json and
 * hw/virtio/virtio-mem.c; virtio-mem.gitlab.io, "User Guide"), memhp_default_state=online_movable
 * (Documentation/admin-guide/kernel-parameters.txt).
 * huge-*: the same device of another QEMU (luhsra/hyperalloc-bench a385a2d, scripts/).
 * llfree-*: auto-mode, auto-mode-iothread and iothread-vq-mapping with one entry a virtual CPU
 * (luhsra/hyperalloc-qemu ab72a8a, hw/virtio/virtio-llfree-balloon.c: properties, ll_init_vqs()); its
 * name is an alias of the PCI device (system/qdev-monitor.c). It makes itself the manager of the
 * machine's memory, which must not be that of nodes: no -numa here.
 * +vfio: vfio-pci with host, behind the device that resizes.
 */
#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "core/util.h"
#include "tests/unit/tree.h"
#include "vm/child.h"
#include "vm/place.h"
#include "vm/qemu.h"
#include "vm/resize.h"
#include "vm/state.h"

#define MIB ((uint64_t)1 << 20)
#define PARTS(name) "[" name "]\nqemu = /opt/qemu\nkernel = /opt/linux\nkdir = /opt/kdir\n"
#define TWO_DEVICES "vfio-device = 0000:01:00.0, 0000:02:00.1\n"

static const struct bt_mode_size size = { .cpus = 2, .memory_bytes = 1024 * MIB,
					  .least_bytes = 256 * MIB, .initial_bytes = 512 * MIB };

static bool has_iommu;

/* mode.c looks whether there are IOMMU groups. */
DIR *__real_opendir(const char *path);
DIR *__wrap_opendir(const char *path);
DIR *__wrap_opendir(const char *path)
{
	if (strcmp(path, "/sys/kernel/iommu_groups"))
		return __real_opendir(path);
	tree_put("/groups/7/type", "DMA");
	tree_parents("/none/x");
	return __real_opendir(tree_path(has_iommu ? "/groups" : "/none"));
}

static int read_modes(struct bt_modes **modes, const char *text, struct bt_err *err)
{
	tree_put("/modes.ini", text);
	return bt_modes_read(modes, tree_path("/modes.ini"), err);
}

static struct bt_modes *modes_of(const char *text)
{
	struct bt_modes *modes;
	struct bt_err err;

	assert_int_equal(read_modes(&modes, text, &err), 0);
	return modes;
}

static const struct bt_mode *get(const struct bt_modes *modes, const char *name)
{
	const struct bt_mode *mode;
	struct bt_err err;

	assert_int_equal(bt_modes_find(modes, name, &mode, &err), 0);
	assert_string_equal(mode->name, name);
	return mode;
}

/* ---- command lines ------------------------------------------------------------------------- */

static char *lines_of(char **argv)
{
	char *text = bt_xstrdup("");

	for (; *argv; argv++) {
		char *more = bt_xasprintf("%s%s\n", text, *argv);

		free(text);
		text = more;
	}
	return text;
}

static void check_golden(const struct bt_mode *mode)
{
	struct bt_vm_options options;
	char **texts, **argv, *lines, *wanted, *path;
	struct bt_err err = { 0 };

	assert_int_equal(bt_mode_options(mode, &size, &options, &texts, &err), 0);
	argv = bt_qemu_argv(&(struct bt_qemu_spec){
		.options = &options, .program = options.qemu ? options.qemu : "qemu-system-x86_64",
		.accel = "kvm", .image = options.kernel ? options.kernel : "/vmlinux",
		.initramfs = "/initramfs", .console_path = "/console", .qmp_fd = 5,
		.port_fds = { [BT_VM_AGENT] = 7, [BT_VM_EXTRA] = -1, [BT_VM_WORK] = 8 } });
	lines = lines_of(argv);
	path = bt_xasprintf("modes/%s.txt", mode->name);
	if (getenv("UPDATE"))
		assert_int_equal(bt_write_file(test_data(path), lines, strlen(lines), 0644, &err), 0);
	assert_true(bt_read_file(test_data(path), 65536, &wanted, &err) >= 0);
	assert_string_equal(lines, wanted);
	free(wanted);
	free(path);
	free(lines);
	bt_qemu_argv_free(argv);
	bt_mode_free_texts(texts);
}

static void command_lines_are_the_golden_ones(void **state)
{
	static const char *const names[] = {
		"base-manual", "base-auto", "virtio-mem", "virtio-mem-auto", "huge-manual",
		"huge-auto", "llfree-manual", "llfree-auto",
		"base-manual+vfio", "base-auto+vfio", "virtio-mem+vfio", "virtio-mem-auto+vfio",
		"huge-manual+vfio", "huge-auto+vfio", "llfree-manual+vfio", "llfree-auto+vfio",
	};
	struct bt_modes *modes = modes_of(PARTS("huge-manual") TWO_DEVICES
					  PARTS("huge-auto") TWO_DEVICES
					  PARTS("llfree-manual") "append = quiet_one\n" TWO_DEVICES
					  PARTS("llfree-auto") TWO_DEVICES
					  "[base-manual]\n" TWO_DEVICES "[base-auto]\n" TWO_DEVICES
					  "[virtio-mem]\n"
					  "append = page_reporting.page_reporting_order=9\n"
					  TWO_DEVICES "[virtio-mem-auto]\n" TWO_DEVICES);

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(names); i++)
		check_golden(get(modes, names[i]));
	bt_modes_free(modes);
}

/* All that is possible has room: a thread for each of the CPUs, two arguments a thread. */
static void the_largest_guest_has_room(void **state)
{
	struct bt_modes *modes = modes_of("");
	struct bt_mode_size largest = size;
	struct bt_vm_options options;
	struct bt_err err;
	char **texts;

	(void)state;
	largest.cpus = BT_VM_CPUS_MAX;
	assert_int_equal(bt_mode_options(get(modes, "llfree-auto"), &largest, &options, &texts, &err),
			 0);
	assert_int_equal(options.qemu_args.count, 2 * BT_VM_CPUS_MAX + 2 + 2);
	assert_non_null(strstr(options.qemu_args.items[options.qemu_args.count - 1],
			       "{\"iothread\":\"iothread63\"}]"));
	bt_mode_free_texts(texts);
	bt_modes_free(modes);
}

static void sizes_that_contradict_are_refused(void **state)
{
	static const struct bt_mode_size sizes[] = {
		{ 2, 1024 * MIB, 1024 * MIB, 1024 * MIB },	/* nothing between least and most */
		{ 2, 1024 * MIB, 512 * MIB, 256 * MIB },	/* begins below the least */
		{ 2, 1024 * MIB, 256 * MIB, 1026 * MIB },	/* begins above the most */
		{ 2, 256 * MIB, 1024 * MIB, 512 * MIB },
		{ 0, 1024 * MIB, 256 * MIB, 1024 * MIB },	/* no CPU */
		{ 2, 1025 * MIB, 256 * MIB, 1024 * MIB },	/* half units */
		{ 2, 1024 * MIB, 257 * MIB, 1024 * MIB },
		{ 2, 1024 * MIB, 256 * MIB, 511 * MIB },
	};
	struct bt_modes *modes = modes_of("");

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(sizes); i++) {
		struct bt_vm_options options;
		struct bt_err err = { 0 };
		char **texts;

		assert_int_equal(bt_mode_options(get(modes, "virtio-mem"), &sizes[i], &options, &texts,
						 &err), -EINVAL);
		assert_non_null(strstr(err.text, "mode virtio-mem: a guest of "));
	}
	bt_modes_free(modes);
}

/* ---- requests ------------------------------------------------------------------------------ */

/* By the kind of a mode, whatever its name. */
static void what_a_guest_boots_with_is_completed(void **state)
{
	static const struct {
		const char *mode;
		uint64_t initial, expected;	/* MiB; 0: refused */
	} cases[] = {
		{ "base-manual", 0, 1024 }, { "virtio-mem", 0, 1024 },
		{ "virtio-mem-auto", 0, 256 }, { "virtio-mem-auto+vfio", 0, 256 },
		{ "mine", 0, 256 }, { "mine+vfio", 0, 256 },
		{ "virtio-mem-auto-not", 0, 1024 }, { "llfree-auto", 0, 1024 },
		{ "mine", 512, 512 }, { "virtio-mem", 512, 512 }, { "base-manual", 1024, 1024 },
		{ "base-manual", 512, 0 }, { "base-auto", 256, 0 }, { "huge-manual", 512, 0 },
		{ "llfree-auto", 512, 0 }, { "virtio-mem-auto-not", 512, 0 },
	};
	struct bt_modes *modes = modes_of("[mine]\nlike = virtio-mem-auto\n"
					  "[virtio-mem-auto-not]\nlike = base-auto\n");

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_mode_size begin = { .cpus = 2, .memory_bytes = 1024 * MIB,
					      .least_bytes = 256 * MIB,
					      .initial_bytes = cases[i].initial * MIB };
		struct bt_err err = { 0 };
		int ret = bt_mode_complete(get(modes, cases[i].mode), &begin, &err);

		assert_int_equal(ret, cases[i].expected ? 0 : -EINVAL);
		if (cases[i].expected)
			assert_int_equal(begin.initial_bytes, cases[i].expected * MIB);
		else
			assert_non_null(strstr(err.text, cases[i].mode));
	}
	bt_modes_free(modes);
}

/* By hand: up to whole 2 MiB, then within 256 MiB and 1 GiB. */
static void targets_are_rounded_and_bounded(void **state)
{
	static const struct {
		uint64_t asked, target;
	} cases[] = {
		{ 0, 268435456 }, { 1, 268435456 }, { 268435456, 268435456 },
		{ 268435457, 270532608 }, { 270532608, 270532608 }, { 270532609, 272629760 },
		{ 1073741823, 1073741824 }, { 1073741824, 1073741824 }, { 1073741825, 1073741824 },
		{ UINT64_MAX, 1073741824 }, { UINT64_MAX - 2 * MIB + 2, 1073741824 },
	};
	static const struct {
		const char *mode, *name, *query, *event;
		uint64_t bytes;
	} requests[] = {
		{ "base-manual", "balloon", "query-balloon", "BALLOON_CHANGE", 270532608 },
		{ "huge-auto", "balloon", "query-balloon", "BALLOON_CHANGE", 270532608 },
		{ "virtio-mem", "qom-set", "qom-get", "MEMORY_DEVICE_SIZE_CHANGE", 2097152 },
		{ "llfree-manual", "llfree-balloon", "query-llfree-balloon", NULL, 270532608 },
	};
	struct bt_modes *modes = modes_of("");

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++)
		assert_int_equal(bt_mode_target(&size, cases[i].asked), cases[i].target);
	for (size_t i = 0; i < BT_ARRAY_SIZE(requests); i++) {
		const struct bt_mode *mode = get(modes, requests[i].mode);
		struct bt_mode_request request = bt_mode_resize(mode, &size, 268435457);

		assert_string_equal(request.name, requests[i].name);
		assert_int_equal(request.context.bytes, requests[i].bytes);
		assert_string_equal(bt_mode_query(mode).name, requests[i].query);
		assert_true(!bt_mode_event(mode) == !requests[i].event);
		if (requests[i].event)
			assert_string_equal(bt_mode_event(mode), requests[i].event);
	}
	bt_modes_free(modes);
}

/* ---- the file ------------------------------------------------------------------------------ */

static void the_file_goes_over_the_table(void **state)
{
	struct bt_modes *modes = modes_of("[base-auto]\n"
					  "append = page_reporting.page_reporting_order=9\n"
					  "[mine]\nlike = base-auto\nqemu = /my/qemu\n"
					  "[base-auto]\nappend = later\n"
					  "[mine+vfio]\nvfio-device = 0000:01:00.0\n");
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_modes_count(modes), 2 * 8 + 2);
	assert_string_equal(get(modes, "base-auto")->append, "later");
	assert_string_equal(get(modes, "base-auto+vfio")->append, "later");
	assert_null(get(modes, "base-manual")->append);
	assert_string_equal(get(modes, "mine")->append, "page_reporting.page_reporting_order=9");
	assert_string_equal(get(modes, "mine")->qemu, "/my/qemu");
	assert_null(get(modes, "mine")->vfio_devices);
	assert_false(get(modes, "mine")->vfio);
	assert_true(get(modes, "mine+vfio")->vfio);
	assert_string_equal(get(modes, "mine+vfio")->qemu, "/my/qemu");
	assert_string_equal(get(modes, "mine+vfio")->vfio_devices, "0000:01:00.0");
	assert_int_equal(bt_mode_drive(get(modes, "mine")), BT_DRIVE_DEVICE);
	assert_int_equal(bt_mode_drive(get(modes, "base-manual")), BT_DRIVE_MANUAL);
	assert_int_equal(bt_mode_drive(get(modes, "virtio-mem-auto")), BT_DRIVE_CONTROLLER);
	/* The command line is for all. */
	assert_int_equal(bt_modes_override(modes, "qemu", "/other", &err), 0);
	assert_string_equal(get(modes, "mine")->qemu, "/other");
	assert_string_equal(get(modes, "virtio-mem+vfio")->qemu, "/other");
	assert_int_equal(bt_modes_override(modes, "like", "mine", &err), -EINVAL);
	bt_modes_free(modes);
}

static void bad_files_are_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[base-auto]\ncolour = red\n", "[base-auto] colour: no such key (like, qemu" },
		{ "[mine]\nqemu = /q\n", "[mine] qemu: a mode of one's own begins with: like" },
		{ "[mine]\nlike = nothing\n", "[mine] like: no such mode" },
		{ "[base-auto]\nlike = base-manual\n", "[base-auto] like: the mode is there already" },
		{ "[]\nlike = base-manual\n", "a mode needs a name" },
		{ "\n# fine\n[base-auto]\nwhat is that?\n",
		  "line 4 is neither [MODE] nor key = value" },
		{ "[a-name-that-is-longer-than-the-room-for-the-vfio]\nlike = base-auto\n",
		  "too long a name" },
		/* The first of two. */
		{ "[base-auto]\nfirst = 1\nsecond = 2\n", "first" },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++) {
		struct bt_modes *modes;
		struct bt_err err = { 0 };

		assert_int_equal(read_modes(&modes, cases[i].text, &err), -EINVAL);
		assert_non_null(strstr(err.text, cases[i].why));
		assert_non_null(strstr(err.text, "modes.ini"));
	}
}

/* 64 with those of the table and each one's twin: 24 of one's own. */
static void too_many_are_refused(void **state)
{
	char *text = bt_xstrdup("");
	struct bt_modes *modes;
	struct bt_err err;

	(void)state;
	for (unsigned i = 0; i < 25; i++) {
		char *more = bt_xasprintf("%s[mine%u]\nlike = base-auto\n", text, i);

		free(text);
		text = more;
		assert_int_equal(read_modes(&modes, text, &err), i < 24 ? 0 : -EINVAL);
		if (i < 24)
			bt_modes_free(modes);
	}
	assert_non_null(strstr(err.text, "[mine24] like: too many modes"));
	free(text);
}

static void the_users_file_need_not_be_there(void **state)
{
	struct bt_modes *modes;
	struct bt_err err;

	(void)state;
	setenv("XDG_CONFIG_HOME", tree_path("/config"), 1);
	assert_int_equal(bt_modes_read(&modes, NULL, &err), 0);
	assert_int_equal(bt_modes_count(modes), 16);
	bt_modes_free(modes);
	tree_put("/config/buddytop/modes.ini", "[mine]\nlike = virtio-mem\n");
	assert_int_equal(bt_modes_read(&modes, NULL, &err), 0);
	assert_string_equal(bt_modes_at(modes, 16)->name, "mine");
	bt_modes_free(modes);
	assert_int_equal(bt_modes_read(&modes, tree_path("/nothing.ini"), &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nothing.ini: no such file"));
}

static void unknown_modes_are_refused_with_a_list(void **state)
{
	struct bt_modes *modes = modes_of("[mine]\nlike = base-auto\n");
	const struct bt_mode *mode;
	struct bt_err err;

	(void)state;
	assert_int_equal(bt_modes_find(modes, "virtio-memory", &mode, &err), -EINVAL);
	assert_string_equal(err.text, "mode 'virtio-memory': there are base-manual base-auto virtio-mem "
				      "virtio-mem-auto huge-manual huge-auto llfree-manual llfree-auto "
				      "mine, each also with +vfio");
	bt_modes_free(modes);
}

/* ---- what a mode needs --------------------------------------------------------------------- */

static void check_refused(const struct bt_modes *modes, const char *name, const char *why)
{
	struct bt_err err = { 0 };

	assert_int_equal(bt_mode_check(get(modes, name), &err), why ? -ENODEV : 0);
	if (why)
		assert_non_null(strstr(err.text, why));
}

static void missing_parts_are_named(void **state)
{
	struct bt_modes *modes = modes_of("[huge-auto]\nkernel = /k\n"
					  "[llfree-manual]\nqemu = /q\nkernel = /k\n"
					  PARTS("llfree-auto"));

	(void)state;
	has_iommu = false;
	check_refused(modes, "base-manual", NULL);
	check_refused(modes, "virtio-mem-auto", NULL);
	check_refused(modes, "llfree-auto", NULL);
	check_refused(modes, "huge-manual", "mode huge-manual needs the balloon-huge builds of "
		      "hyperalloc-qemu and hyperalloc-linux: name --qemu --kernel --kdir (options, or "
		      "[huge-manual] in modes.ini)");
	check_refused(modes, "huge-auto", ": name --qemu --kdir (");
	check_refused(modes, "llfree-manual", "needs the LLFree builds of hyperalloc-qemu and "
		      "hyperalloc-linux: name --kdir (options, or [llfree-manual]");
	check_refused(modes, "llfree-manual+vfio", "name --kdir (");
	assert_true(bt_mode_unproven(get(modes, "llfree-auto")));
	assert_true(bt_mode_unproven(get(modes, "huge-manual")));
	assert_false(bt_mode_unproven(get(modes, "virtio-mem-auto")));
	bt_modes_free(modes);
}

static void devices_need_an_iommu_and_a_name(void **state)
{
	struct bt_modes *modes = modes_of("[base-auto]\n" TWO_DEVICES);

	(void)state;
	has_iommu = false;
	check_refused(modes, "base-auto+vfio", "needs an IOMMU, and /sys/kernel/iommu_groups has no "
		      "group: switch it on");
	check_refused(modes, "base-auto", NULL);
	has_iommu = true;
	check_refused(modes, "base-auto+vfio", NULL);
	check_refused(modes, "base-manual+vfio", "needs a device of the host: name it by "
		      "--vfio-device");
	bt_modes_free(modes);
}

/* ---- QEMU itself --------------------------------------------------------------------------- */

#define LIMIT_NS (60 * BT_NS_PER_S)

/* Its CPUs stopped, and so with nothing to boot. */
static const char **without_kernel(char **argv, const char **list)
{
	static const char *const flags[] = { "-kernel", "-append", "-initrd" };
	unsigned count = 0;

	for (; *argv; argv++) {
		bool left_out = false;

		for (size_t i = 0; i < BT_ARRAY_SIZE(flags); i++)
			left_out |= !strcmp(*argv, flags[i]);
		if (left_out)
			argv++;
		else
			list[count++] = *argv;
	}
	list[count++] = "-S";
	list[count] = NULL;
	return list;
}

static void start_qemu(struct bt_vm *vm, const char *program, const struct bt_vm_options *options)
{
	const char *list[BT_VM_LIST_MAX];
	char *log = bt_xstrdup(in_directory("qemu.log"));
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct bt_err err = { 0 };
	int qmp[2];
	char **argv;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp), 0);
	assert_int_equal(bt_qmp_open(&vm->qmp, qmp[0], &err), 0);
	snprintf(vm->console, sizeof(vm->console), "%s", log);
	argv = bt_qemu_argv(&(struct bt_qemu_spec){
		.options = options, .program = program, .accel = "tcg", .image = "", .initramfs = "",
		.console_path = in_directory("console"), .qmp_fd = qmp[1],
		.port_fds = { -1, -1, -1 } });
	vm->pid = bt_child_start(&(struct bt_child_spec){
		.argv = without_kernel(argv, list), .out_fd = fd, .err_fd = fd,
		.fds = { qmp[1] }, .fd_count = 1 }, &err);
	assert_true(vm->pid > 0);
	close(fd);
	close(qmp[1]);
	bt_qemu_argv_free(argv);
	free(log);
}

static void requested_size(struct bt_json_writer *w, const void *context)
{
	(void)context;
	bt_json_string(w, "path", "/machine/peripheral/memory-device");
	bt_json_string(w, "property", "requested-size");
}

/* What it is asked, it knows; and what it is told, it has heard. */
static void speak_with(struct bt_vm *vm, const struct bt_mode *mode)
{
	bool beside = !strncmp(mode->name, "virtio-mem", 10);
	struct bt_vm_answer answer;
	struct bt_resize resize;
	struct bt_err err = { 0 };
	uint64_t bytes;

	assert_int_equal(bt_vm_command(vm, "query-status", NULL, NULL, LIMIT_NS, &answer, &err), 0);
	assert_string_equal(bt_json_get_string(answer.value, "status"), "prelaunch");
	assert_int_equal(bt_resize_begin(&resize, vm, mode, &size, 768 * MIB, &err), 0);
	/* No driver has plugged anything, or filled a balloon. */
	assert_int_equal(resize.begin_bytes, (beside ? 256 : 1024) * MIB);
	bt_resize_free(&resize);
	if (!beside)
		return;
	assert_int_equal(bt_vm_command(vm, "qom-get", requested_size, NULL, LIMIT_NS, &answer,
				       &err), 0);
	assert_true(bt_json_as_u64(answer.value, &bytes));
	assert_int_equal(bytes, (768 - 256) * MIB);
}

static void qemu_takes_the_stock_modes(void **state)
{
	static const char *const names[] = { "base-manual", "base-auto", "virtio-mem",
					     "virtio-mem-auto" };
	struct bt_modes *modes = modes_of("");
	char program[PATH_MAX];

	(void)state;
	if (bt_place_program("qemu-system-x86_64", program)) {
		bt_modes_free(modes);
		print_message("qemu-system-x86_64 is missing\n");
		skip();
	}
	for (size_t i = 0; i < BT_ARRAY_SIZE(names); i++) {
		const struct bt_mode *mode = get(modes, names[i]);
		struct bt_vm vm = { .console_fd = -1 };
		struct bt_vm_options options;
		struct bt_err err;
		char **texts;

		assert_int_equal(bt_mode_options(mode, &size, &options, &texts, &err), 0);
		start_qemu(&vm, program, &options);
		speak_with(&vm, mode);
		bt_qmp_close(vm.qmp);
		bt_child_kill(vm.pid);
		bt_mode_free_texts(texts);
	}
	bt_modes_free(modes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_lines_are_the_golden_ones),
		cmocka_unit_test(the_largest_guest_has_room),
		cmocka_unit_test(sizes_that_contradict_are_refused),
		cmocka_unit_test(what_a_guest_boots_with_is_completed),
		cmocka_unit_test(targets_are_rounded_and_bounded),
		cmocka_unit_test(the_file_goes_over_the_table),
		cmocka_unit_test(bad_files_are_refused),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(the_users_file_need_not_be_there),
		cmocka_unit_test(unknown_modes_are_refused_with_a_list),
		cmocka_unit_test(missing_parts_are_named),
		cmocka_unit_test(devices_need_an_iommu_and_a_name),
		cmocka_unit_test(qemu_takes_the_stock_modes),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

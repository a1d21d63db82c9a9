// SPDX-License-Identifier: GPL-2.0
/* Settings of a guest and the command line of QEMU that they lead to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "vm/qemu.h"

static void settings_are_taken(void **state)
{
	static const char *const settings[] = { "cpus=3", "nodes=4", "memory=2G", "accel=tcg",
						"kernel=6.12", "add=/a=b", "initrd-add=/c=d", "agent=0",
						"extra=1", "max-held-pct=50", "boot-limit=7s" };
	struct bt_vm_options options;
	struct bt_err err = { 0 };

	(void)state;
	bt_vm_options_default(&options);
	assert_int_equal(options.cpus, 2);
	assert_int_equal(options.nodes, 2);
	assert_int_equal(options.memory_bytes, 1073741824);
	assert_int_equal(options.max_held_pct, 90);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		assert_int_equal(bt_vm_option_set(&options, settings[i], &err), 0);
	assert_int_equal(options.cpus, 3);
	assert_int_equal(options.nodes, 4);
	assert_int_equal(options.memory_bytes, 2147483648);
	assert_string_equal(options.accel, "tcg");
	assert_string_equal(options.kernel, "6.12");
	assert_int_equal(options.add.count, 2);
	assert_string_equal(options.add.items[1], "/c=d");
	assert_false(options.agent);
	assert_true(options.extra);
	assert_int_equal(options.max_held_pct, 50);
	assert_int_equal(options.boot_limit_ns, 7000000000);
}

static void bad_settings_are_refused(void **state)
{
	static const char *const settings[] = { "cpus=0", "cpus=65", "cpus=", "cpus", "cpus=2x",
						"nodes=17", "memory=1M", "memory=-1", "colour=red",
						"cpu=2", "", "=", "max-held-pct=96", "agent=2" };
	struct bt_vm_options options, before;

	(void)state;
	bt_vm_options_default(&options);
	before = options;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct bt_err err = { 0 };

		assert_int_equal(bt_vm_option_set(&options, settings[i], &err), -EINVAL);
		assert_memory_equal(&options, &before, sizeof(options));
		assert_non_null(strstr(err.text, "guest"));
	}
}

static void too_many_files_are_refused(void **state)
{
	struct bt_vm_options options;
	struct bt_err err = { 0 };

	(void)state;
	bt_vm_options_default(&options);
	for (unsigned i = 0; i < BT_VM_LIST_MAX; i++)
		assert_int_equal(bt_vm_option_set(&options, "add=/a=b", &err), 0);
	assert_int_equal(bt_vm_option_set(&options, "add=/a=b", &err), -EINVAL);
}

/* Worked out by hand: CPUs spread evenly and in order, nodes beyond the CPUs without any. */
static void cpus_are_dealt_to_nodes(void **state)
{
	static const struct {
		unsigned cpus, nodes, node, first, count;
	} cases[] = {
		{ 2, 2, 0, 0, 1 }, { 2, 2, 1, 1, 1 },
		{ 5, 2, 0, 0, 2 }, { 5, 2, 1, 2, 3 },
		{ 8, 1, 0, 0, 8 },
		{ 2, 4, 0, 0, 1 }, { 2, 4, 1, 1, 1 }, { 2, 4, 2, 2, 0 }, { 2, 4, 3, 3, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned first, count;

		bt_qemu_node_cpus(cases[i].cpus, cases[i].nodes, cases[i].node, &first, &count);
		assert_int_equal(first, cases[i].first);
		assert_int_equal(count, cases[i].count);
	}
}

static const char *after(char **argv, const char *flag, unsigned number)
{
	for (; *argv; argv++) {
		if (!strcmp(*argv, flag) && !number--)
			return argv[1];
	}
	return "";
}

static void memory_only_nodes_and_ports_are_asked_for(void **state)
{
	struct bt_vm_options options;
	char **argv;

	(void)state;
	bt_vm_options_default(&options);
	options.nodes = 3;
	options.append = "init_on_alloc=0";
	bt_vm_option_set(&options, "qemu-arg=-device", NULL);
	bt_vm_option_set(&options, "qemu-arg=virtio-rng-pci,max-bytes=8", NULL);
	argv = bt_qemu_argv(&(struct bt_qemu_spec){ .options = &options, .program = "/bin/qemu",
						    .accel = "tcg", .image = "/k/vmlinux",
						    .console_path = "/log", .qmp_fd = 5,
						    .port_fds = { 7, -1, -1 } });
	assert_string_equal(argv[0], "/bin/qemu");
	/* 1 GiB in three nodes of whole 2 MiB: 340 MiB each. */
	assert_string_equal(after(argv, "-m", 0), "1020M");
	assert_non_null(strstr(after(argv, "-object", 0), "size=340M"));
	assert_string_equal(after(argv, "-numa", 1), "node,nodeid=1,memdev=memory1,cpus=1-1");
	assert_string_equal(after(argv, "-numa", 2), "node,nodeid=2,memdev=memory2");
	assert_string_equal(after(argv, "-numa", 3), "");
	assert_non_null(strstr(after(argv, "-append", 0), "tsc=reliable"));
	assert_non_null(strstr(after(argv, "-append", 0), "buddytop.max_held_pct=90"));
	assert_non_null(strstr(after(argv, "-append", 0), "init_on_alloc=0"));
	assert_string_equal(after(argv, "-chardev", 1), "socket,id=qmp,fd=5");
	assert_string_equal(after(argv, "-mon", 0), "chardev=qmp,mode=control");
	assert_string_equal(after(argv, "-chardev", 2), "socket,id=agent,fd=7");
	assert_non_null(strstr(after(argv, "-device", 1), "name=buddytop.agent"));
	assert_string_equal(after(argv, "-chardev", 3), "");
	assert_string_equal(after(argv, "-device", 2), "virtio-rng-pci,max-bytes=8");
	bt_qemu_argv_free(argv);
}

static void memory_must_fit(void **state)
{
	struct bt_vm_options options;
	struct bt_err err = { 0 };

	(void)state;
	bt_vm_options_default(&options);
	assert_int_equal(bt_qemu_check(&options, &err), 0);
	options.nodes = 16;
	assert_int_equal(bt_qemu_check(&options, &err), 0);
	options.memory_bytes -= 2 << 20;
	assert_int_equal(bt_qemu_check(&options, &err), -EINVAL);
	assert_non_null(strstr(err.text, "less than 64M"));
	options.memory_bytes = 1ull << 60;
	assert_int_equal(bt_qemu_check(&options, &err), -EINVAL);
	assert_non_null(strstr(err.text, "available"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_taken),
		cmocka_unit_test(bad_settings_are_refused),
		cmocka_unit_test(too_many_files_are_refused),
		cmocka_unit_test(cpus_are_dealt_to_nodes),
		cmocka_unit_test(memory_only_nodes_and_ports_are_asked_for),
		cmocka_unit_test(memory_must_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

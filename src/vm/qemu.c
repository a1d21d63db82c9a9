// SPDX-License-Identifier: GPL-2.0
#include "vm/qemu.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"
#include "vm/image.h"

#define MIB (1024ull * 1024)
#define NODE_MIN_BYTES (64 * MIB)

/* The same for every guest: only the devices that are named, no reset (a panic ends QEMU). */
static const char *const fixed_args[] = {
	"-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-monitor", "none",
	"-M", "q35,vmport=off,smm=off",
};

/*
 * A quiet console keeps warnings and panics. tsc=reliable: two virtual CPUs otherwise fall back to
 * a clock that takes twice as long to read. panic=-1 reboots at once, which ends QEMU.
 */
static const char command_line[] = "console=ttyS0 panic=-1 quiet tsc=reliable nokaslr "
				   "cryptomgr.notests no_timer_check";

/*
 * A kernel rewrites its own code when a static key changes or a tracepoint gets a user. QEMU's TCG, a
 * thread per CPU, then goes on to run what it translated of a breakpoint that is gone: "Oops: int3", or a
 * soft lockup. (Seen in QEMU 7.2, with Linux 6.1 and 6.12 and no module, within some ten changes of a
 * tracepoint while the other CPU runs through it; never with one thread for all CPUs, in which each waits
 * 100 ms for its turn.) A boot is full of such changes, which is why init starts the other CPUs behind it; the
 * first cgroup with limited memory, of the agent's probe, changes three keys.
 */
#define TCG_STILL " maxcpus=1 " BT_GUEST_CPUS_VARIABLE "=all cgroup.memory=nokmem,nosocket,nobpf"

/*
 * What only one accelerator gets. Under TCG a small translation cache, an old CPU without
 * five-level tables and no mitigations boot a fifth faster.
 */
static const struct {
	const char *name, *accel_args, *cpu, *command_line, *icount;
} accels[] = {
	{ "kvm", "kvm", "host", "", NULL },
	{ "tcg", "tcg,thread=multi,tb-size=128", "Nehalem", " mitigations=off" TCG_STILL, NULL },
	/* A nanosecond of the guest is one instruction; with one CPU alone, more of them hang. */
	{ "icount", "tcg,thread=single,tb-size=128", "Nehalem", " mitigations=off",
	  "shift=0,sleep=off" },
};

const char *const bt_vm_port_id[BT_VM_PORTS] = {
	[BT_VM_AGENT] = "agent",
	[BT_VM_EXTRA] = "extra",
	[BT_VM_WORK] = "work",
};

struct args {
	char **items;
	unsigned count;
};

static void add(struct args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct args *args, const char *format, ...)
{
	va_list list;

	args->items = bt_xrealloc(args->items, args->count + 2, sizeof(*args->items));
	va_start(list, format);
	if (vasprintf(&args->items[args->count], format, list) < 0)
		args->items[args->count] = bt_xstrdup("");
	va_end(list);
	args->items[++args->count] = NULL;
}

static uint64_t node_bytes(const struct bt_vm_options *options)
{
	return options->memory_bytes / options->nodes / (2 * MIB) * (2 * MIB);
}

/* MemAvailable of this machine; the largest number when it does not say. */
static uint64_t available_bytes(void)
{
	unsigned long long kib = 0;
	char *text, *line;

	if (bt_read_file("/proc/meminfo", 65536, &text, NULL) < 0)
		return UINT64_MAX;
	line = strstr(text, "MemAvailable:");
	if (!line || sscanf(line, "MemAvailable: %llu kB", &kib) != 1)
		kib = UINT64_MAX / 1024;
	free(text);
	return kib * 1024;
}

static bool accel_exists(const char *name)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(accels); i++) {
		if (!strcmp(accels[i].name, name))
			return true;
	}
	return !strcmp(name, "auto");
}

/* The guest's memory is lent as it is touched, and the load touches most of it. */
int bt_qemu_check(const struct bt_vm_options *options, struct bt_err *err)
{
	char wanted[32], available[32];

	if (!accel_exists(options->accel))
		return bt_err_set(err, EINVAL, "guest accel=%s: auto, kvm, tcg or icount",
				  options->accel);
	if (!strcmp(options->accel, "icount") && options->cpus != 1)
		return bt_err_set(err, EINVAL, "guest accel=icount: with cpus=1 alone");
	if (options->memory_bytes > available_bytes())
		return bt_err_set(err, EINVAL, "guest memory=%s: this machine has %s available",
				  bt_text_bytes(options->memory_bytes, wanted, sizeof(wanted)),
				  bt_text_bytes(available_bytes(), available, sizeof(available)));
	if (node_bytes(options) < NODE_MIN_BYTES)
		return bt_err_set(err, EINVAL,
				  "guest nodes=%u: memory=%lluM is less than 64M a node",
				  options->nodes,
				  (unsigned long long)(options->memory_bytes / MIB));
	return 0;
}

void bt_qemu_node_cpus(unsigned cpus, unsigned nodes, unsigned node, unsigned *first,
		       unsigned *count)
{
	*first = node * cpus / nodes;
	*count = (node + 1) * cpus / nodes - *first;
	if (cpus < nodes) {
		*first = node;
		*count = node < cpus;
	}
}

/*
 * Memory that is anonymous is what a machine's own hypervisor gives its guests, with huge pages
 * where the host has them; that of a file can be looked at from outside.
 */
static void add_memory(struct args *args, const struct bt_vm_options *options, unsigned node)
{
	unsigned long long mib = node_bytes(options) / MIB;

	add(args, "-object");
	if (options->anonymous)
		add(args, "memory-backend-ram,id=memory%u,size=%lluM", node, mib);
	else
		add(args, "memory-backend-memfd,id=memory%u,size=%lluM,share=on", node, mib);
}

static void add_node(struct args *args, const struct bt_vm_options *options, unsigned node)
{
	unsigned first, count;

	bt_qemu_node_cpus(options->cpus, options->nodes, node, &first, &count);
	add_memory(args, options, node);
	add(args, "-numa");
	if (count)
		add(args, "node,nodeid=%u,memdev=memory%u,cpus=%u-%u", node, node, first,
		    first + count - 1);
	else
		add(args, "node,nodeid=%u,memdev=memory%u", node, node);
}

/*
 * Where nodes name their memory, the machine's own is but a container of theirs, and a device that
 * wants to manage it (HyperAlloc's makes itself its RamDiscardManager) finds no memory there and
 * aborts. One node of anonymous memory is what -m alone gives.
 */
static bool needs_nodes(const struct bt_vm_options *options)
{
	return options->nodes > 1 || !options->anonymous;
}

/* A socket for each CPU: none is then shared by two nodes, which the kernel would complain of. */
static void add_machine(struct args *args, const struct bt_vm_options *options)
{
	uint64_t bytes = node_bytes(options) * options->nodes;

	add(args, "-m");
	if (options->device_bytes)
		add(args, "%lluM,maxmem=%lluM", (unsigned long long)(bytes / MIB),
		    (unsigned long long)((bytes + options->device_bytes) / MIB));
	else
		add(args, "%lluM", (unsigned long long)(bytes / MIB));
	add(args, "-smp");
	add(args, "%u,sockets=%u,cores=1,threads=1", options->cpus, options->cpus);
	for (unsigned node = 0; needs_nodes(options) && node < options->nodes; node++)
		add_node(args, options, node);
}

static void add_accel(struct args *args, const struct bt_qemu_spec *spec)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(accels); i++) {
		if (strcmp(accels[i].name, spec->accel))
			continue;
		add(args, "-accel");
		add(args, "%s", accels[i].accel_args);
		add(args, "-cpu");
		add(args, "%s", accels[i].cpu);
		if (accels[i].icount) {
			add(args, "-icount");
			add(args, "%s", accels[i].icount);
		}
		add(args, "-append");
		add(args, "%s%s buddytop.max_held_pct=%u%s %s", command_line,
		    accels[i].command_line, spec->options->max_held_pct,
		    spec->port_fds[BT_VM_EXTRA] < 0 ? "" : " " BT_GUEST_EXTRA_VARIABLE "=1",
		    spec->options->append ? spec->options->append : "");
	}
}

/* The port's name in the guest is "buddytop.ID". */
static void add_port(struct args *args, const char *id, int fd)
{
	add(args, "-chardev");
	add(args, "socket,id=%s,fd=%d", id, fd);
	add(args, "-device");
	add(args, "virtserialport,bus=serial.0,chardev=%s,id=port-%s,name=" BT_GUEST_PORT "%s",
	    id, id, id);
}

static void add_ports(struct args *args, const int fds[BT_VM_PORTS])
{
	bool bus = false;

	for (unsigned i = 0; i < BT_VM_PORTS; i++) {
		if (fds[i] < 0)
			continue;
		if (!bus) {
			add(args, "-device");
			add(args, "virtio-serial-pci,id=serial");
		}
		bus = true;
		add_port(args, bt_vm_port_id[i], fds[i]);
	}
}

static void add_devices(struct args *args, const struct bt_qemu_spec *spec)
{
	add(args, "-chardev");
	add(args, "file,id=console,append=on,path=%s", spec->console_path);
	add(args, "-serial");
	add(args, "chardev:console");
	if (spec->qmp_fd >= 0) {
		add(args, "-chardev");
		add(args, "socket,id=qmp,fd=%d", spec->qmp_fd);
		add(args, "-mon");
		add(args, "chardev=qmp,mode=control");
	}
	add_ports(args, spec->port_fds);
}

char **bt_qemu_argv(const struct bt_qemu_spec *spec)
{
	struct args args = { 0 };

	add(&args, "%s", spec->program);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(fixed_args); i++)
		add(&args, "%s", fixed_args[i]);
	add_machine(&args, spec->options);
	add_accel(&args, spec);
	add(&args, "-kernel");
	add(&args, "%s", spec->image);
	if (spec->initramfs) {
		add(&args, "-initrd");
		add(&args, "%s", spec->initramfs);
	}
	add_devices(&args, spec);
	for (unsigned i = 0; i < spec->options->qemu_args.count; i++)
		add(&args, "%s", spec->options->qemu_args.items[i]);
	return args.items;
}

void bt_qemu_argv_free(char **argv)
{
	for (char **item = argv; item && *item; item++)
		free(*item);
	free(argv);
}

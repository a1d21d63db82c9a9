// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest (see unplug.py): holds memory of a virtio-mem device that the host plugs, says so,
 * and after a while gives it back. The host asks for the memory meanwhile; nothing announces that here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "oracle.h"

/* The device's node, which has 512 MiB of its own. */
#define NODE 1u
/* How much the host plugs, and how long it is held. */
#define PLUGGED_BYTES (256 * MIB)
#define HOLD_MS 8000u

static int load_driver(void)
{
	int fd = open("/modules/virtio_mem.ko", O_RDONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno; /* built in */
	ret = syscall(SYS_finit_module, fd, "", 0) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/* Free memory of the node's zone Movable, which is all the device's. */
static uint64_t movable_free_bytes(void)
{
	char *text = oracle_text("/proc/zoneinfo"), *at = strstr(text, "Node 1, zone  Movable");
	uint64_t pages = 0;

	at = at ? strstr(at, "pages free") : NULL;
	if (at)
		pages = strtoull(at + strlen("pages free"), NULL, 10);
	free(text);
	return pages * 4096;
}

static bool wait_plugged(void)
{
	uint64_t end_ns = oracle_deadline_ns(30000);

	while (movable_free_bytes() < PLUGGED_BYTES * 9 / 10 && bt_mono_ns() < end_ns)
		usleep(20000);
	return movable_free_bytes() >= PLUGGED_BYTES * 9 / 10;
}

/* The host sees it, too, before this guest ends. */
static bool wait_unplugged(void)
{
	uint64_t end_ns = oracle_deadline_ns(30000);

	while (movable_free_bytes() && bt_mono_ns() < end_ns)
		usleep(20000);
	sleep(3);
	return movable_free_bytes() == 0;
}

static void hold_plugged(struct abi *abi)
{
	struct bt_config config = abi_config();
	int fd = abi_control(abi);

	config.pattern = BT_PATTERN_HOLD;
	config.gfp = BT_GFP_MOVABLE;
	config.node_policy = BT_NODE_BIND;
	config.nodes[0] = 1ull << NODE;
	config.guard = BT_GUARD_BENCH;
	config.max_held_bytes = PLUGGED_BYTES + 64 * MIB;
	abi_run(abi, fd, &config);
	abi_wait_held(abi, (PLUGGED_BYTES + 60 * MIB) / 4096, UINT64_MAX, 20000);
	check(abi, movable_free_bytes() < PLUGGED_BYTES / 10, "the load has the plugged memory but for %llu bytes",
	      (unsigned long long)movable_free_bytes());
	puts("held");
	usleep(HOLD_MS * 1000);
	check(abi, abi->area->run == BT_RUN_GO && abi->area->reason == BT_REASON_USER,
	      "nothing has announced that the memory is wanted");
	close(fd);
	check(abi, abi_held_pages(abi) == 0, "and it is given back");
	puts("released");
	check(abi, wait_unplugged(), "it is gone");
}

int main(void)
{
	struct abi abi = {0};
	int ret = load_driver();

	setvbuf(stdout, NULL, _IOLBF, 0);
	abi_open(&abi);
	oracle_begin();
	check(&abi, ret == 0, "the driver is loaded: %s", strerror(-ret));
	puts("ready");
	if (check(&abi, wait_plugged(), "the memory is plugged"))
		hold_plugged(&abi);
	check(&abi, oracle_kernel_complaints() == 0, "the kernel's log is clean");
	printf("%u passed, %u failed, %u skipped\n", abi.passed, abi.failed, abi.skipped);
	return abi.failed != 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Receive rings of packet sockets: the kernel allocates a ring's blocks one by one, each as one page
 * block of the order that fits (alloc_one_pg_vec_page() in net/packet/af_packet.c). A socket without
 * a protocol never receives anything. Each ring that comes or goes waits for a grace period of RCU,
 * some milliseconds, whatever its size: what a call takes says nothing about a block.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/way.h"

#include "core/util.h"

/*
 * When the process ends, the kernel closes one socket after the other, and waits for a grace period
 * with each.
 */
#define SOCKETS 512u

struct packet {
	unsigned page_bytes;
	unsigned sockets;	/* that are open */
};

static int new_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static int packet_open(void **state, const struct bt_way_terms *terms, struct bt_err *err)
{
	struct packet *packet;
	int fd = new_socket();

	(void)terms;
	if (fd < 0)
		return bt_err_set(err, errno, "no packet socket: %s%s", strerror(errno),
				  errno == EPERM ? " (needs root, or user namespaces)" : "");
	close(fd);
	packet = bt_xcalloc(1, sizeof(*packet));
	packet->page_bytes = (unsigned)sysconf(_SC_PAGESIZE);
	*state = packet;
	return 0;
}

static int packet_alloc(void *state, unsigned order, unsigned blocks, uint32_t *unit)
{
	struct packet *packet = state;
	struct tpacket_req request = {
		.tp_block_size = packet->page_bytes << order, .tp_block_nr = blocks,
		.tp_frame_size = packet->page_bytes, .tp_frame_nr = blocks << order,
	};
	int fd, code;

	if (packet->sockets == SOCKETS)
		return -EMFILE;
	fd = new_socket();
	if (fd < 0)
		return -(errno == ENOMEM ? ENOBUFS : errno); /* a slab, not what is asked for */
	if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request))) {
		code = -errno;
		close(fd);
		return code;
	}
	packet->sockets++;
	*unit = (uint32_t)fd;
	return 0;
}

static bool packet_free(void *state, unsigned order, uint32_t unit)
{
	struct packet *packet = state;

	(void)order;
	close((int)unit);
	packet->sockets--;
	return true;
}

static void packet_close(void *state)
{
	free(state);
}

const struct bt_way bt_way_packet = {
	.name = "packet",
	.help = "rings of packet sockets",
	.gfp_text = "GFP_KERNEL | __GFP_NORETRY, zeroed; then vmalloc",
	.orders = 0x7ff,
	.gfp = BT_GFP_KERNEL_NORETRY,
	.rank = { [BT_WAY_HOLD] = 2, [BT_WAY_CHURN] = 3, [BT_WAY_REPEAT] = 3 },
	.uses_vmalloc = true,
	.networks = true,
	.unit_blocks = BT_WAY_UNIT_BLOCKS_MAX,
	.units = SOCKETS,
	.limits = "512 sockets a CPU, RLIMIT_NOFILE",
	.open = packet_open,
	.alloc = packet_alloc,
	.free = packet_free,
	.close = packet_close,
};

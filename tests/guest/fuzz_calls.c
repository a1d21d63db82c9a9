// SPDX-License-Identifier: GPL-2.0
/* The fuzz's ioctls: every command, others, all sizes, good and bad addresses. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "fuzz.h"

/* Where a structure is put: `room` bytes are there, 0: none. */
struct place {
	unsigned char *at;
	size_t room;
	bool writable;
};

/* For a structure of `size` bytes, as its first word says. */
static struct place some_place(struct fuzz *f, unsigned size)
{
	static const uintptr_t nowhere[] = {0, 8, 0xffff888000000000, 1ul << 63, ~0ul, ~0ul - 4095};
	unsigned char *end = f->arena + FUZZ_ARENA;
	size_t room = size < FUZZ_ARENA ? size : FUZZ_ARENA;

	switch (fuzz_below(f, 16)) {
	case 0:
		return (struct place){(unsigned char *)nowhere[fuzz_below(f, BT_ARRAY_SIZE(nowhere))],
				      0, false};
	case 1: /* a part of it */
		room = fuzz_below(f, room + 1);
		return (struct place){end - room, room, true};
	case 2: /* up to the last byte */
		return (struct place){end - room, room, true};
	case 3:
		return (struct place){f->arena + 1 + fuzz_below(f, 7), FUZZ_ARENA - 8, true};
	default:
		return (struct place){f->arena, FUZZ_ARENA, true};
	}
}

static unsigned some_size(struct fuzz *f, unsigned least, unsigned known)
{
	const unsigned edges[] = {0, 1, 4, least - 1, least, least + 1, known - 1, known + 1,
				  FUZZ_PAGE - 1, FUZZ_PAGE, FUZZ_PAGE + 1, 1u << 31, ~0u};

	switch (fuzz_below(f, 8)) {
	case 0:
		return (unsigned)fuzz_below(f, 2 * FUZZ_PAGE);
	case 1:
		return edges[fuzz_below(f, BT_ARRAY_SIZE(edges))];
	default:
		return known;
	}
}

/* What the size alone makes of a call; 0: it is good. */
static uint64_t refused_for_size(const struct place *place, unsigned size, unsigned least)
{
	if (place->room < sizeof(size))
		return FUZZ(EFAULT);
	if (size < least)
		return FUZZ(EINVAL);
	return size > FUZZ_PAGE ? FUZZ(E2BIG) : 0;
}

static uint64_t publish_allowed(const struct fuzz *f, const struct place *place, unsigned size,
				bool dirty, enum fuzz_verdict verdict)
{
	static const uint64_t of_verdict[] = {
		[FUZZ_VALID] = FUZZ(0),
		[FUZZ_INVALID] = FUZZ(EINVAL),
		[FUZZ_EITHER] = FUZZ(0) | FUZZ(EINVAL),
	};
	uint64_t refused = refused_for_size(place, size, FUZZ_CONFIG_LEAST);

	if (!f->control)
		return FUZZ(EPERM);
	if (refused)
		return refused;
	if (place->room < size)
		return FUZZ(EFAULT) | (dirty ? FUZZ(E2BIG) : 0);
	if (dirty)
		return FUZZ(E2BIG);
	/* Taken, but the generation cannot be told. */
	if (!place->writable)
		return FUZZ(EFAULT);
	return of_verdict[verdict];
}

/* Fills the place with a configuration of that size; *dirty: something behind it is not 0. */
static struct bt_config put_config(struct fuzz *f, const struct place *place, unsigned size,
				   bool *dirty)
{
	struct bt_config config = fuzz_config_valid(f), seen = {0};
	unsigned char image[2 * FUZZ_PAGE] = {0};
	size_t whole = size < sizeof(image) ? size : sizeof(image);

	if (fuzz_once_in(f, 3))
		fuzz_config_mutate(f, &config);
	config.size = size;
	memcpy(image, &config, sizeof(config));
	*dirty = whole > sizeof(config) && fuzz_once_in(f, 3);
	if (*dirty)
		image[sizeof(config) + fuzz_below(f, whole - sizeof(config))] = 1;
	whole = whole < sizeof(size) ? sizeof(size) : whole;
	if (place->room)
		memcpy(place->at, image, whole < place->room ? whole : place->room);
	/* What the module must see of it. */
	memcpy(&seen, &config, size < sizeof(seen) ? size : sizeof(seen));
	return seen;
}

void fuzz_publish(struct fuzz *f)
{
	unsigned size = some_size(f, FUZZ_CONFIG_LEAST, sizeof(struct bt_config));
	struct place place = some_place(f, size);
	enum fuzz_verdict verdict = FUZZ_VALID;
	uint64_t allowed, generation;
	bool dirty = false;
	long ret;

	if (fuzz_once_in(f, 64)) {
		place = (struct place){f->read_only, FUZZ_PAGE, false};
		size = sizeof(struct bt_config);
	} else {
		struct bt_config seen = put_config(f, &place, size, &dirty);

		verdict = fuzz_config_verdict(f->machine, &seen);
	}
	allowed = publish_allowed(f, &place, size, dirty, verdict);
	ret = fuzz_result(f, ioctl(f->fd, BT_IOC_PUBLISH, place.at), allowed,
			  "publish, %u bytes, room %zu, verdict %d, controller %d", size, place.room,
			  verdict, f->control);
	if (ret)
		return;
	memcpy(&generation, place.at + offsetof(struct bt_config, generation), sizeof(generation));
	if (generation <= f->generation)
		fuzz_fault(f, "generation %llu follows %llu", (unsigned long long)generation,
			   (unsigned long long)f->generation);
	f->generation = generation;
	/* Most are replaced at once. */
	if (fuzz_once_in(f, 64))
		usleep(20000);
}

/* INFO and GET_CONFIG: the structure comes back with the size that is known, zeroes behind it. */
static bool get(struct fuzz *f, unsigned long command, unsigned least, unsigned known, void *out)
{
	unsigned size = some_size(f, least, known), end, i;
	struct place place = some_place(f, size);
	uint64_t allowed;

	if (fuzz_once_in(f, 64)) {
		place = (struct place){f->read_only, FUZZ_PAGE, false};
		size = sizeof(struct bt_config);
	} else if (place.room) {
		memset(place.at, 0xa5, place.room < 2 * FUZZ_PAGE ? place.room : 2 * FUZZ_PAGE);
		memcpy(place.at, &size, place.room < sizeof(size) ? place.room : sizeof(size));
	}
	allowed = refused_for_size(&place, size, least);
	if (!allowed)
		allowed = FUZZ(place.room < size || !place.writable ? EFAULT : 0);
	if (fuzz_result(f, ioctl(f->fd, command, place.at), allowed, "command %#lx, %u bytes, room %zu",
			command, size, place.room))
		return false;
	end = size < known ? size : known;
	memcpy(out, place.at, end);
	for (i = end; i < size && !place.at[i]; i++)
		;
	if (memcmp(out, &end, sizeof(end)) || i < size || (place.room > size && place.at[size] != 0xa5))
		fuzz_fault(f, "command %#lx: %u bytes of %u came back, or more was written", command,
			   *(unsigned *)out, size);
	return end == known;
}

void fuzz_get_config(struct fuzz *f)
{
	struct bt_config config = {0};

	if (!get(f, BT_IOC_GET_CONFIG, FUZZ_CONFIG_LEAST, sizeof(config), &config))
		return;
	if (config.generation < f->generation)
		fuzz_fault(f, "the configuration is of generation %llu, after %llu",
			   config.generation, (unsigned long long)f->generation);
	config.generation = 0;
	if (fuzz_config_verdict(f->machine, &config) == FUZZ_INVALID)
		fuzz_fault(f, "a configuration is in force that must have been refused");
}

void fuzz_info(struct fuzz *f)
{
	struct bt_info info = {0};

	if (get(f, BT_IOC_INFO, FUZZ_INFO_LEAST, sizeof(info), &info) &&
	    memcmp(&info, &f->machine->info, sizeof(info)))
		fuzz_fault(f, "facts that do not change have changed");
}

void fuzz_keepalive(struct fuzz *f)
{
	fuzz_result(f, ioctl(f->fd, BT_IOC_KEEPALIVE, fuzz_random(f)), FUZZ(f->control ? 0 : EPERM),
		    "keep-alive, controller %d", f->control);
}

static bool is_known(unsigned command)
{
	static const unsigned known[] = {BT_IOC_INFO, BT_IOC_GET_CONFIG, BT_IOC_PUBLISH,
					 BT_IOC_KEEPALIVE};
	unsigned i;

	for (i = 0; i < BT_ARRAY_SIZE(known); i++) {
		if (command == known[i])
			return true;
	}
	return false;
}

void fuzz_other_command(struct fuzz *f)
{
	unsigned command = (unsigned)fuzz_random(f);

	if (fuzz_once_in(f, 2))
		command = _IO(BT_IOC_MAGIC, command & 0xff);
	else if (fuzz_once_in(f, 2))
		command = (command & ~0xff00u) | BT_IOC_MAGIC << 8;
	else
		command |= 0xc000; /* of no type that the kernel knows for every file */
	if (!is_known(command))
		fuzz_result(f, ioctl(f->fd, command, f->arena), FUZZ(ENOTTY), "command %#x", command);
}

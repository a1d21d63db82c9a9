// SPDX-License-Identifier: GPL-2.0
#include "core/arena.h"

#include <stdalign.h>
#include <stdlib.h>

#include "core/util.h"

#define CHUNK_BYTES (64u * 1024)

struct chunk {
	struct chunk *next;
	size_t room, used;
	alignas(max_align_t) char data[];
};

struct bt_arena {
	struct chunk *first, *current;
};

static struct chunk *new_chunk(size_t room)
{
	struct chunk *chunk = bt_xcalloc(1, sizeof(*chunk) + room);

	chunk->room = room;
	return chunk;
}

struct bt_arena *bt_arena_create(void)
{
	struct bt_arena *arena = bt_xcalloc(1, sizeof(*arena));

	arena->first = new_chunk(CHUNK_BYTES);
	arena->current = arena->first;
	return arena;
}

void bt_arena_free(struct bt_arena *arena)
{
	struct chunk *chunk, *next;

	if (!arena)
		return;
	for (chunk = arena->first; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(arena);
}

void bt_arena_reset(struct bt_arena *arena)
{
	arena->current = arena->first;
	arena->current->used = 0;
}

void *bt_arena_take(struct bt_arena *arena, size_t size)
{
	struct chunk *chunk = arena->current;
	void *memory;

	size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	while (chunk->room - chunk->used < size) {
		if (!chunk->next)
			chunk->next = new_chunk(size > CHUNK_BYTES ? size : CHUNK_BYTES);
		chunk = chunk->next;
		chunk->used = 0;
	}
	arena->current = chunk;
	memory = chunk->data + chunk->used;
	chunk->used += size;
	return memory;
}

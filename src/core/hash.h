/* SPDX-License-Identifier: GPL-2.0 */
/* Tells one state of a few files from another; no defence against anybody. */
#ifndef BT_HASH_H
#define BT_HASH_H

#include <stddef.h>
#include <stdint.h>

#define BT_HASH_BEGIN 0xcbf29ce484222325ull

/* FNV-1a, 64 bits: value is BT_HASH_BEGIN, or what the data before it gave. By any thread. */
static inline uint64_t bt_hash(uint64_t value, const void *data, size_t size)
{
	for (const unsigned char *byte = data; size; size--)
		value = (value ^ *byte++) * 0x100000001b3ull;
	return value;
}

#endif

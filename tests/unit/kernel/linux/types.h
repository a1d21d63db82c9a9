/* SPDX-License-Identifier: GPL-2.0 */
/*
 * This directory stands in for the kernel's headers where a file of the module that is not pure is
 * built into a test program: only what those files use, most of it just declared, so that the test
 * decides what happens.
 */
#ifndef UNIT_KERNEL_TYPES_H
#define UNIT_KERNEL_TYPES_H

#include_next <linux/types.h>

#include <stdbool.h>
#include <stddef.h>

#include <linux/compiler.h>

typedef __u64 u64;
typedef __u32 u32;
typedef __s64 s64;
typedef unsigned int gfp_t;

#endif

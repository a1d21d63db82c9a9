/* SPDX-License-Identifier: GPL-2.0 */
/* The two longer ioctls of testcall.h. */
#ifndef TESTPAIRS_H
#define TESTPAIRS_H

#include <linux/compiler.h>

#include "testcall.h"

long testcall_pairs(struct testcall_pairs __user *arg);
long testcall_loop(struct testcall_loop __user *arg);

#endif

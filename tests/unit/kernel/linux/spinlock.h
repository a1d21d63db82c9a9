/* SPDX-License-Identifier: GPL-2.0 */
typedef struct { } spinlock_t;

/* SPDX-License-Identifier: GPL-2.0 */
typedef struct { } wait_queue_head_t;

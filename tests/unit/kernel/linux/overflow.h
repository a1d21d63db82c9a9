/* SPDX-License-Identifier: GPL-2.0 */
#define struct_size(p, member, count) (sizeof(*(p)) + sizeof((p)->member[0]) * (count))

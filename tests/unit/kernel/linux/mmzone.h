/* SPDX-License-Identifier: GPL-2.0 */
#define MAX_ORDER_NR_PAGES 1024

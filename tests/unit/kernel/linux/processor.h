/* SPDX-License-Identifier: GPL-2.0 */
#define cpu_relax() do { } while (0)

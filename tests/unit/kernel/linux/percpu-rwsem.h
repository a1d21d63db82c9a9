/* SPDX-License-Identifier: GPL-2.0 */
struct percpu_rw_semaphore { };

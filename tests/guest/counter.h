/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel patches the allocator when perf's first counter of a tracepoint comes and when its last
 * one goes, which QEMU's TCG may not survive while another CPU runs that code (src/vm/qemu.c): Linux 6.12
 * died of it in source user, whose proofs count so. One counter that is held lets all others come and go.
 */
#ifndef GUEST_COUNTER_H
#define GUEST_COUNTER_H

/* Takes CPU 1 off line for the moment of it, so nothing may run there. -1: this kernel has no perf. */
int counter_hold(void);
void counter_release(int fd);

#endif

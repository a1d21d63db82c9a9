/* SPDX-License-Identifier: GPL-2.0 */
typedef struct {
	int counter;
} atomic_t;

#define xchg(p, value) __atomic_exchange_n(p, value, __ATOMIC_SEQ_CST)

/* SPDX-License-Identifier: GPL-2.0 */
typedef struct {
	int counter;
} atomic_t;

#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))

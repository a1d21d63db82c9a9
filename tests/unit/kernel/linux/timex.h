/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/types.h>

#define X86_FEATURE_TSC 4

extern unsigned int tsc_khz;
u64 get_cycles(void);
int check_tsc_unstable(void);
int boot_cpu_has(int feature);

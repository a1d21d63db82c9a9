/* SPDX-License-Identifier: GPL-2.0 */
#define GFP_KERNEL		0x01u
#define GFP_ATOMIC		0x02u
#define GFP_HIGHUSER_MOVABLE	0x04u
#define __GFP_NOWARN		0x08u
#define __GFP_NORETRY		0x10u
#define __GFP_RETRY_MAYFAIL	0x20u

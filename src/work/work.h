/* SPDX-License-Identifier: GPL-2.0 */
/*
 * buddytop-work: the program in a guest of the lab that does the work there. One JSON object a
 * line, both ways; times are the guest's CLOCK_MONOTONIC in ns, sizes bytes.
 *
 *	-> {"id":7,"do":"stream","kernels":["copy"],"bytes":B,"threads":T,"iterations":N}
 *	<- {"id":7,"begun":true,"mono_ns":N}	the measured part begins
 *	<- {"id":7,"rows":[{...},...]}		results as they come
 *	<- {"id":7,"ok":true,...totals,"mono_ns":N}
 *	or {"id":7,"ok":false,"error":"what failed, on what, why"}
 *
 * What a job takes and tells stands above it in its file (src/work/jobs.c has the table). Every job
 * takes limit_ns; one that is ended by it or by {"do":"stop","job":7} answers with what it has, and
 * "limited" or "stopped" true. One job at a time: a second is refused as busy. hello, clock and
 * stop are answered at once, also while a job runs.
 */
#ifndef BT_WORK_H
#define BT_WORK_H

#include "core/err.h"

#define BT_WORK_LINE_MAX (64u << 10)	/* of a request */

/*
 * Serves until in ends; a job that runs then is stopped, and what is left to say is said. Makes
 * both descriptors non-blocking. No line ends it: one that is no request is answered as an error.
 * An error is that of a descriptor.
 */
int bt_work_serve(int in, int out, struct bt_err *err);

#endif

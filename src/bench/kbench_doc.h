/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The document of a microbenchmark (schema buddytop-kbench, buddytop.5), its CSV with the columns of
 * linux-alloc-bench, and its table.
 */
#ifndef BT_KBENCH_DOC_H
#define BT_KBENCH_DOC_H

#include <stdio.h>

#include "core/json.h"
#include "session/kbench.h"

#define BT_KBENCH_SCHEMA "buddytop-kbench"
#define BT_KBENCH_VERSION 1u

void bt_kbench_encode(struct bt_json_writer *w, const struct bt_kbench *result);
/* -EPROTO: not one, or damaged; err names the member. The caller frees *result. */
int bt_kbench_decode(const struct bt_json *root, struct bt_kbench **result, struct bt_err *err);
/* The file at path; also the errors of bt_read_file(). What is no JSON is -EPROTO. */
int bt_kbench_read(struct bt_kbench **result, const char *path, struct bt_err *err);
/* As bt_write_file(): atomically, what was there is replaced. */
int bt_kbench_write(const struct bt_kbench *result, const char *path, struct bt_err *err);

/*
 * A line for each iteration. bulk, repeat, rand: order, x (threads), iteration, allocs, then whole ns
 * an operation over the threads: get_min, get_avg, get_max, put_min, put_avg, put_max; of rand both
 * are the frees', as there. frag: order, threads, iter, allocs (here the percentage), small (free
 * pages), huge (free 2 MiB frames), empty where they are not known.
 */
void bt_kbench_csv(FILE *out, const struct bt_kbench *result);
/* For people: each order and number of threads, its iterations together. width 0: no limit. */
void bt_kbench_print(FILE *out, const struct bt_kbench *result, unsigned width);

#endif

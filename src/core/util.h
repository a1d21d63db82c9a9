/* SPDX-License-Identifier: GPL-2.0 */
/* Small things everything needs: fatal allocation, clocks, checked parsing, units, whole files. */
#ifndef BT_UTIL_H
#define BT_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/err.h"

#define BT_ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define BT_NS_PER_S 1000000000ull
#define BT_NS_PER_MS 1000000ull

/* A number nobody knows: shown as "?" or left out, never as 0. */
#define BT_UNKNOWN UINT64_MAX
#define BT_UNKNOWN_SIGNED INT64_MIN	/* the same of a number that can be negative */

/* malloc family that ends the program with one line on stderr when memory is out; never NULL. */
void *bt_xcalloc(size_t count, size_t size);
void *bt_xrealloc(void *old, size_t count, size_t size);
char *bt_xstrdup(const char *text);
char *bt_xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
uint64_t bt_mono_ns(void);
int64_t bt_utc_ns(void);
/* Absolute sleep on CLOCK_MONOTONIC; false when a signal cut it short. */
bool bt_sleep_until_ns(uint64_t mono_ns);
/* "2026-11-21T05:16:47.123Z" into buf (at least 25 bytes); compact form "20261121T051647Z" (17). */
void bt_utc_text(int64_t utc_ns, char *buf, size_t size);
void bt_utc_compact(int64_t utc_ns, char *buf, size_t size);

/* Whole-string parsers: decimal only, no sign, no blanks. -EINVAL malformed, -ERANGE too large. */
int bt_parse_u64(const char *text, uint64_t *value);
/* Bytes: digits, then nothing, B, K, M, G or T (powers of 1024; KiB, MiB ... too, either case). */
int bt_parse_bytes(const char *text, uint64_t *bytes);
/* Time: digits with ns, us, ms, s, m or h; a bare number is taken in default_unit_ns. */
int bt_parse_time_ns(const char *text, uint64_t default_unit_ns, uint64_t *ns);

/* How screens write sizes and latencies; all zero is the default. */
struct bt_units {
	enum { BT_BYTES_BINARY, BT_BYTES_DECIMAL } bytes;	/* KiB or kB */
	enum { BT_LATENCY_SCALED, BT_LATENCY_NS } latency;	/* ns, us, ms or always ns */
};

/*
 * Numbers for people, at most 4 significant digits, into buf (16 bytes are enough for each):
 * "1.23 GiB", "512 KiB"; "812 ns", "1.20 us", "3.40 ms"; "12.3k", "4.56M". BT_UNKNOWN gives "?".
 */
const char *bt_text_bytes(uint64_t bytes, char *buf, size_t size);
const char *bt_text_ns(uint64_t ns, char *buf, size_t size);
const char *bt_text_count(double count, char *buf, size_t size);
/*
 * The same in the units of a screen: "1.32 GB" where sizes are decimal; "65535 ns", "131k ns" where
 * latencies are all in ns. One that is narrow says so without a blank: "1.23Gi", "1.32GB".
 */
const char *bt_text_bytes_in(const struct bt_units *units, uint64_t bytes, char *buf, size_t size);
const char *bt_text_narrow_in(const struct bt_units *units, uint64_t bytes, char *buf, size_t size);
const char *bt_text_latency_in(const struct bt_units *units, uint64_t ns, char *buf, size_t size);

/* Reads a whole file of at most limit bytes into a new NUL-terminated buffer (caller frees). */
ssize_t bt_read_file(const char *path, size_t limit, char **out, struct bt_err *err);
/*
 * The first line of a small file, without its end and clean (bt_copy_clean()): false, and "", when
 * it cannot be read.
 */
bool bt_read_line(const char *path, char *to, size_t size);
/* "always [madvise] never" becomes the word in brackets; "" without one. In place. */
void bt_keep_chosen(char *line);
/*
 * Writes path whole or not at all: temporary name beside it, fsync, rename, directory fsync. A
 * symbolic link stays one, its target is replaced. What is no regular file (a FIFO, a device) is
 * written into, and so is what standard output leads to.
 */
int bt_write_file(const char *path, const void *data, size_t size, mode_t mode, struct bt_err *err);
/* Whether bt_write_file() would replace it: it may be written again and again then. */
bool bt_file_is_replaced(const char *path);
/* Before there is anything to write: whether permissions and directories allow it. */
int bt_file_may_be_written(const char *path, struct bt_err *err);
/* The same to a path where nothing may be: -EEXIST, and what is there stays. */
int bt_write_new_file(const char *path, const void *data, size_t size, mode_t mode,
		      struct bt_err *err);
/* write() until all is written; -errno. */
int bt_write_all(int fd, const void *data, size_t size);
/* Bytes of the valid UTF-8 character at text; 0 at the end and where it is not valid. */
size_t bt_utf8_length(const char *text);
/* Copies text, replacing control characters and invalid bytes by '?'; always terminated. */
void bt_copy_clean(char *to, size_t size, const char *from);
/* mkdir -p with mode for every new part. */
int bt_make_path(const char *path, mode_t mode, struct bt_err *err);

#endif

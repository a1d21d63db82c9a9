// SPDX-License-Identifier: GPL-2.0
#include "cmd/bench_progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define BAR 10u
#define LINE 512
#define TEXT 24

void bench_progress_begin(struct bench_progress *shown, bool quiet)
{
	struct winsize size;

	*shown = (struct bench_progress){ .quiet = quiet, .terminal = isatty(STDERR_FILENO),
					  .columns = 80 };
	if (shown->terminal && !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		shown->columns = size.ws_col;
}

static const char *time_text(uint64_t ns, char *buf, size_t size)
{
	unsigned long long s = ns / BT_NS_PER_S;

	if (ns == BT_UNKNOWN)
		snprintf(buf, size, "?");
	else if (s < 3600)
		snprintf(buf, size, "%llu:%02llu", s / 60, s % 60);
	else
		snprintf(buf, size, "%llu:%02llu:%02llu", s / 3600, s / 60 % 60, s % 60);
	return buf;
}

/* The last figures: of the probe while there is one, else of the load. */
static void figures(const struct bt_bench_progress *now, char *buf, size_t size)
{
	char bytes[TEXT], rate[TEXT], p99[TEXT];

	buf[0] = '\0';
	if (now->measure)
		snprintf(buf, size, ", probe %s",
			 bt_text_bytes(now->measure->reached_bytes, bytes, sizeof(bytes)));
	else if (now->point && !now->between && now->point->allocs_per_s > 0)
		snprintf(buf, size, ", %s allocs/s, p99 %s",
			 bt_text_count(now->point->allocs_per_s, rate, sizeof(rate)),
			 bt_text_ns(bt_point_alloc_latency(now->point)->quantile_ns[BT_P99], p99,
				    sizeof(p99)));
}

void bench_progress_line(struct bench_progress *shown, const struct bench_progress_place *place,
			 const char *text)
{
	unsigned filled = place->total ? BAR * (place->position - 1) / place->total : 0;
	char line[LINE], elapsed[TEXT], left[TEXT];

	if (shown->quiet || !shown->terminal)
		return;
	snprintf(line, sizeof(line), "[%.*s%.*s] %u/%u elapsed %s, left %s: %s", (int)filled,
		 "##########", (int)(BAR - filled), "----------", place->position, place->total,
		 time_text(place->elapsed_ns, elapsed, sizeof(elapsed)),
		 time_text(place->left_ns, left, sizeof(left)), text);
	fprintf(stderr, "\r\033[K%.*s", (int)shown->columns - 1, line);
	fflush(stderr);
	shown->shown = true;
}

void bench_progress_show(struct bench_progress *shown, const struct bt_bench_progress *now)
{
	char text[LINE], last[96];

	if (!now->repetition)
		return;
	figures(now, last, sizeof(last));
	snprintf(text, sizeof(text), "%s %s%s", now->run->label,
		 now->between ? "rest" : bt_phase_name[now->phase], last);
	bench_progress_line(shown, &(struct bench_progress_place){
		now->position, now->total, now->elapsed_ns, now->left_ns,
	}, text);
}

void bench_progress_clear(struct bench_progress *shown)
{
	if (shown->shown)
		fputs("\r\033[K", stderr);
	shown->shown = false;
}

/* Key numbers of a repetition, those that there are, in so few words that they fit a line. */
static void print_numbers(const struct bt_result_repetition *repetition)
{
	static const struct {
		const char *key, *word;
	} rows[] = {
		{ "idle_available_bytes", "idle" },
		{ "antagonized_available_bytes", "antagonized" },
		{ "allocs_per_s", "allocs" },
		{ "alloc_p99_ns", "p99" },
	};
	const char *separator = ": ";
	char text[32];

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		const struct bt_result_metric *metric = bt_result_metric_find(rows[i].key);
		double value = bt_result_value(metric, repetition);

		if (isnan(value))
			continue;
		fprintf(stderr, "%s%s %s", separator, rows[i].word,
			bt_result_metric_text(metric, value, text, sizeof(text)));
		separator = ", ";
	}
}

void bench_progress_done(struct bench_progress *shown, const struct bt_bench_progress *now)
{
	const struct bt_result_repetition *repetition = now->repetition;

	bench_progress_clear(shown);
	if (shown->quiet)
		return;
	fprintf(stderr, "%u/%u %s #%u%s", now->position, now->total, now->run->label,
		repetition->number, repetition->complete ? "" : ", cut short");
	print_numbers(repetition);
	if (repetition->flaw[0])
		fprintf(stderr, ", NOT COUNTED: %s", repetition->flaw);
	fputc('\n', stderr);
}

// SPDX-License-Identifier: GPL-2.0
/* Whether two documents are comparable, and what in the text of a plan decides that. */
#include "bench/samples.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* MemTotal is without what the kernel took at boot, which is not the same of two kernels. */
#define MEMORY_SHARE 20

/* ---- plans ------------------------------------------------------------------------------- */

/* The text between blanks, cut out of its buffer. */
static char *trim(char *text)
{
	size_t length;

	while (isspace((unsigned char)*text))
		text++;
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	text[length] = '\0';
	return text;
}

static bool key_is_idle(const char *key)
{
	/* They say how often and in which order is measured, not what. */
	static const char *const idle[] = { "repetitions", "seed", "shuffle" };

	for (unsigned i = 0; i < BT_ARRAY_SIZE(idle); i++) {
		if (!strcmp(key, idle[i]))
			return true;
	}
	return false;
}

/* Appends the line's "key=value" or section to text, if it has a say. */
static void add_line(FILE *out, char *line)
{
	char *equals, *key;

	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return;
	equals = *line == '[' ? NULL : strpbrk(line, "=:");
	if (!equals) {
		fprintf(out, "%s\n", line);
		return;
	}
	*equals = '\0';
	key = trim(line);
	if (!key_is_idle(key))
		fprintf(out, "%s=%s\n", key, trim(equals + 1));
}

char *bt_samples_plan_text(const char *text)
{
	char *copy = bt_xstrdup(text), *rest = copy, *plain = NULL, *line;
	size_t size;
	FILE *out = open_memstream(&plain, &size);

	while ((line = strsep(&rest, "\n")))
		add_line(out, line);
	fclose(out);
	free(copy);
	return plain;
}

/* ---- two documents ----------------------------------------------------------------------- */

struct reasons {
	void (*say)(void *context, const char *text);
	void *context;
	unsigned count;
};

__attribute__((format(printf, 2, 3)))
static void add(struct reasons *reasons, const char *format, ...)
{
	char raw[BT_ERR_TEXT], text[BT_ERR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	bt_copy_clean(text, sizeof(text), raw);
	reasons->say(reasons->context, text);
	reasons->count++;
}

static void add_name(struct reasons *reasons, const char *what, const char *a, const char *b)
{
	if (*a && *b && strcmp(a, b))
		add(reasons, "other %s: %s, %s", what, a, b);
}

static void add_number(struct reasons *reasons, const char *what, uint64_t a, uint64_t b)
{
	if (a != BT_UNKNOWN && b != BT_UNKNOWN && a != b)
		add(reasons, "other number of %s: %llu, %llu", what, (unsigned long long)a,
		    (unsigned long long)b);
}

static void add_memory(struct reasons *reasons, uint64_t a, uint64_t b)
{
	uint64_t larger = a > b ? a : b, smaller = a > b ? b : a;
	char text_a[16], text_b[16];

	if (larger == BT_UNKNOWN || larger - smaller <= larger / MEMORY_SHARE)
		return;
	add(reasons, "other size of memory: %s, %s", bt_text_bytes(a, text_a, sizeof(text_a)),
	    bt_text_bytes(b, text_b, sizeof(text_b)));
}

static void add_machine(struct reasons *reasons, const struct bt_samples *a,
			const struct bt_samples *b)
{
	add_name(reasons, "machine", a->machine.host, b->machine.host);
	add_name(reasons, "CPU", a->machine.cpu_model, b->machine.cpu_model);
	add_name(reasons, "accelerator", a->machine.accel, b->machine.accel);
	add_name(reasons, "source", a->machine.source, b->machine.source);
	add_name(reasons, "kind of machine", bt_reality_name[a->machine.reality],
		 bt_reality_name[b->machine.reality]);
	add_number(reasons, "CPUs", a->machine.cpu_count, b->machine.cpu_count);
	add_number(reasons, "nodes", a->machine.node_count, b->machine.node_count);
	add_memory(reasons, a->machine.memory_bytes, b->machine.memory_bytes);
}

/* The lines that differ first; "(end)" where one plan is the beginning of the other. */
static void add_plan(struct reasons *reasons, const char *a, const char *b)
{
	size_t line = 0;
	int length_a, length_b;

	if (!*a || !*b || !strcmp(a, b))
		return;
	for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
		if (a[i] == '\n')
			line = i + 1;
	}
	length_a = (int)strcspn(a + line, "\n");
	length_b = (int)strcspn(b + line, "\n");
	add(reasons, "other plan: '%.*s', '%.*s'", length_a ? length_a : 5,
	    length_a ? a + line : "(end)", length_b ? length_b : 5,
	    length_b ? b + line : "(end)");
}

static bool has_config(const struct bt_samples *samples, const char *config)
{
	for (size_t i = 0; i < samples->series_count; i++) {
		if (!strcmp(samples->series[i].config, config))
			return true;
	}
	return false;
}

/* The lines of its plan that are of configurations which the other has, too. */
static char *common_plan(const struct bt_samples *samples, const struct bt_samples *other)
{
	char *copy = bt_xstrdup(samples->plan), *rest = copy, *plan = NULL, *line, *colon;
	size_t size;
	FILE *out = open_memstream(&plan, &size);

	while ((line = strsep(&rest, "\n"))) {
		colon = strstr(line, ": ");
		if (!colon)
			continue;
		*colon = '\0';
		if (has_config(other, line))
			fprintf(out, "%s: %s\n", line, colon + 2);
	}
	fclose(out);
	free(copy);
	return plan;
}

/* Runs of the lab each have parameters of their own, and a folder can have more of them. */
static void add_parameters(struct reasons *reasons, const struct bt_samples *a,
			   const struct bt_samples *b)
{
	char *plan_a = common_plan(a, b), *plan_b = common_plan(b, a);

	add_plan(reasons, plan_a, plan_b);
	free(plan_a);
	free(plan_b);
}

/* What our own writer of page_alloc_bench's format marks; without a mark nobody knows. */
static void add_marks(struct reasons *reasons, const struct bt_samples *a,
		      const struct bt_samples *b)
{
	static const char *const marks[] = {
		[BT_REAL] = "without a mark", [BT_EMULATED] = "emulated",
		[BT_SIMULATED] = "simulated",
	};

	add_name(reasons, "kind of machine", marks[a->machine.reality],
		 marks[b->machine.reality]);
}

unsigned bt_samples_differ(const struct bt_samples *a, const struct bt_samples *b,
			   void (*say)(void *context, const char *text), void *context)
{
	struct reasons reasons = { .say = say, .context = context };

	if (a->machine.known != b->machine.known)
		add(&reasons, "nothing is known of machine and plan of %s",
		    a->machine.known ? b->path : a->path);
	else if (a->kind != b->kind)
		add(&reasons, "a %s and a %s are not measured in the same way",
		    bt_samples_kind_name[a->kind], bt_samples_kind_name[b->kind]);
	if (a->machine.known && b->machine.known)
		add_machine(&reasons, a, b);
	if (!a->machine.known && !b->machine.known)
		add_marks(&reasons, a, b);
	if (a->kind == BT_SAMPLES_LAB && b->kind == BT_SAMPLES_LAB)
		add_parameters(&reasons, a, b);
	else
		add_plan(&reasons, a->plan, b->plan);
	return reasons.count;
}

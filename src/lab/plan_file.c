// SPDX-License-Identifier: GPL-2.0
/*
 * Plans as files: [BENCHMARK], key = value, and lines that begin with # or ; for people. Lines are
 * read here and not by inih, which would end a command at its " ;", and which says nothing of a
 * section that is there again or has no key.
 */
#include "lab/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

/* What is said of the full one is the research behind it; the fast one is a first look. */
static const struct {
	const char *name, *text;
} built_in[] = {
	{ "full",
	  "[inflate]\nmode = base-manual, virtio-mem\nuntouched = no, yes\ncpus = 4\nthreads = 4\n"
	  "memory = 8G\nleast = 1G\niterations = 10\nsettle = 10s\nrepetitions = 3\n"
	  "[stream]\nmode = base-manual, virtio-mem\ncpus = 4\nthreads = 1, 4\nmemory = 8G\n"
	  "least = 1G\narray = 256M\ntimeline = 140s\nbaseline = no, yes\nrepetitions = 3\n"
	  "[ftq]\nmode = base-manual, virtio-mem\ncpus = 4\nthreads = 1, 4\nmemory = 8G\nleast = 1G\n"
	  "quantum = 128ms\ntimeline = 140s\nbaseline = no, yes\nrepetitions = 3\n"
	  "[compiling]\nmode = base-manual, base-auto, virtio-mem-auto\ncpus = 4\nthreads = 4\n"
	  "memory = 8G\nleast = 1G\nworkload = synth\nduration = 600s\nsettle = 100s\n"
	  "repetitions = 3\n"
	  "[multivm]\nmode = base-manual, base-auto\ncpus = 4\nthreads = 4\nmemory = 4G\nleast = 1G\n"
	  "vms = 3\niterations = 3\nstagger = 0s, 200s\nworkload = synth\nduration = 300s\n"
	  "settle = 100s\n" },
	{ "fast",
	  "[inflate]\nmode = base-manual, virtio-mem\nuntouched = no, yes\niterations = 3\n"
	  "[stream]\nmode = base-manual, virtio-mem\nbaseline = no, yes\n"
	  "[ftq]\nmode = base-manual, virtio-mem\nbaseline = no, yes\n"
	  "[compiling]\nmode = base-manual, base-auto, virtio-mem-auto\nsettle = 5s\n"
	  "[multivm]\nmode = base-manual, base-auto\nmemory = 512M\nleast = 256M\nsettle = 5s\n" },
};

static int take_line(struct bt_lab_plan *plan, char *line, struct bt_err *err)
{
	size_t size = strlen(line);
	char *value;

	if (!size || *line == '#' || *line == ';')
		return 0;
	if (*line == '[' && line[size - 1] == ']') {
		line[size - 1] = '\0';
		return bt_lab_plan_add(plan, bt_lab_trim(line + 1), err);
	}
	value = strchr(line, '=');
	if (!value || *line == '[')
		return bt_err_set(err, EINVAL, "it is neither [BENCHMARK] nor key = value");
	*value++ = '\0';
	return bt_lab_plan_set(plan, bt_lab_trim(line), value, err);
}

static int take_lines(struct bt_lab_plan *plan, FILE *file, const char *path, struct bt_err *err)
{
	unsigned number = 1;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	for (; !ret && getline(&line, &size, file) > 0; number++) {
		ret = take_line(plan, bt_lab_trim(line), err);
		if (ret)
			bt_err_prefix(err, "%s: line %u", path, number);
	}
	free(line);
	if (!ret && ferror(file))
		ret = bt_err_set(err, EIO, "%s: cannot be read", path);
	return ret;
}

static FILE *open_plan(const char *path)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(built_in); i++) {
		if (!strcmp(built_in[i].name, path))
			return fmemopen((char *)built_in[i].text, strlen(built_in[i].text), "r");
	}
	return fopen(path, "re");
}

int bt_lab_plan_read(struct bt_lab_plan *plan, const char *path, struct bt_err *err)
{
	FILE *file = open_plan(path);
	int ret;

	if (!file)
		return bt_err_set(err, errno, "%s: %s; there are full, fast, and files", path,
				  strerror(errno));
	ret = take_lines(plan, file, path, err);
	fclose(file);
	if (!ret && bt_lab_plan_is_empty(plan))
		ret = bt_err_set(err, EINVAL, "%s: there is no benchmark in it", path);
	return ret;
}

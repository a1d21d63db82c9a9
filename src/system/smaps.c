// SPDX-License-Identifier: GPL-2.0
#include "system/smaps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define PATH "/proc/self/smaps"

/* "7f1c00000000-7f1c40000000 rw-p 00000000 00:00 0": the line that begins a mapping. */
static bool is_mapping(const char *line, uintptr_t *begin, uintptr_t *end)
{
	return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", begin, end) == 2;
}

static void add(uint64_t *sum, uint64_t kib)
{
	*sum = (*sum == BT_UNKNOWN ? 0 : *sum) + (kib << 10);
}

/* "Rss:                 128 kB" */
static void take_line(const char *line, struct bt_smaps *smaps)
{
	const struct {
		const char *name;
		uint64_t *sum;
	} rows[] = {
		{ "Rss:", &smaps->rss_bytes },
		{ "AnonHugePages:", &smaps->huge_bytes },
		{ "ShmemPmdMapped:", &smaps->huge_bytes },
		{ "FilePmdMapped:", &smaps->huge_bytes },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(rows); i++) {
		size_t length = strlen(rows[i].name);

		if (!strncmp(line, rows[i].name, length))
			add(rows[i].sum, strtoull(line + length, NULL, 10));
	}
}

void bt_smaps_parse(FILE *file, uintptr_t from, uintptr_t to, struct bt_smaps *smaps)
{
	uintptr_t begin, end;
	bool within = false;
	char *line = NULL;
	size_t room = 0;

	*smaps = (struct bt_smaps){ BT_UNKNOWN, BT_UNKNOWN };
	while (getline(&line, &room, file) > 0) {
		if (is_mapping(line, &begin, &end))
			within = begin >= from && end <= to;
		else if (within)
			take_line(line, smaps);
	}
	free(line);
}

int bt_smaps_read(uintptr_t from, uintptr_t to, struct bt_smaps *smaps, struct bt_err *err)
{
	FILE *file = fopen(PATH, "re");

	if (!file)
		return bt_err_set(err, errno, "%s: %s", PATH, strerror(errno));
	bt_smaps_parse(file, from, to, smaps);
	fclose(file);
	return 0;
}

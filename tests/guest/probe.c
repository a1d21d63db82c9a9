// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest beside the agent (end-to-end test): counts the workers' allocations by order
 * and CPU with a hist trigger of the kernel, and prints the sums once a second.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRACING "/sys/kernel/tracing/"
#define EVENT TRACING "events/kmem/mm_page_alloc/"
#define HIST "hist:keys=order,common_cpu if comm ~ \"buddytop/*\""

static void print_hist(void)
{
	FILE *file = fopen(EVENT "hist", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		char *order = strstr(line, "order:"), *cpu = strstr(line, "common_cpu:");
		char *hits = strstr(line, "hitcount:");

		if (line[0] == '{' && order && cpu && hits)
			printf("probe order=%d cpu=%d hits=%llu\n", atoi(order + 6), atoi(cpu + 11),
			       strtoull(hits + 9, NULL, 10));
	}
	if (file)
		fclose(file);
	puts("probe end");
	fflush(stdout);
}

/* One has enabled the event on the kernel's command line; only the trigger is wanted, not the records. */
static bool put(const char *path, const char *text)
{
	FILE *file = fopen(path, "we");

	return file && fputs(text, file) >= 0 && !fclose(file);
}

int main(void)
{
	if (!put(TRACING "tracing_on", "0") || !put(EVENT "trigger", HIST)) {
		perror("probe: the hist trigger");
		return 1;
	}
	for (;;) {
		print_hist();
		sleep(1);
	}
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Runs in the guest beside the agent (end-to-end test): counts the workers' allocations by order
 * and CPU with a hist trigger of the kernel, and prints the sums once a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVENT "/sys/kernel/tracing/events/kmem/mm_page_alloc/"
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

/*
 * The trigger has the kernel rewrite its own code while the other CPU may be in it. Under emulation of
 * several CPUs that was seen to leave one of them where it was, in a soft lockup, when the agent was just
 * starting; one that waits for requests is not there.
 */
#define AGENT_STARTS_S 4

int main(void)
{
	FILE *trigger;

	sleep(AGENT_STARTS_S);
	trigger = fopen(EVENT "trigger", "we");

	if (!trigger || fputs(HIST, trigger) < 0 || fclose(trigger)) {
		perror("probe: the hist trigger");
		return 1;
	}
	for (;;) {
		print_hist();
		sleep(1);
	}
}

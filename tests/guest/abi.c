// SPDX-License-Identifier: GPL-2.0
/*
 * The ABI of /dev/buddytop on a real kernel: every refusal, every parameter, every way to stop. Runs
 * as root in a guest of two CPUs on two nodes whose only load it is; unloads the module at the end.
 * What the module did is judged by the kernel's own counts where it has some. Ends with the counts.
 */
#include "abi.h"

#include <stdio.h>
#include <string.h>

#include "oracle.h"

int main(int argc, char **argv)
{
	static const struct abi_test *const lists[] = {abi_error_tests, abi_work_tests,
						       abi_step_tests, abi_memory_tests,
						       abi_guard_tests};
	struct abi abi = {0};
	unsigned i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	abi_open(&abi);
	oracle_begin();
	for (i = 0; i < BT_ARRAY_SIZE(lists); i++) {
		const struct abi_test *test;

		for (test = lists[i]; test->name; test++) {
			if (argc > 1 && strncmp(test->name, argv[1], strlen(argv[1])))
				continue;
			printf("# %s\n", test->name);
			test->run(&abi);
			check(&abi, oracle_kernel_complaints() == 0, "the kernel's log is clean");
		}
	}
	printf("%u passed, %u failed, %u skipped\n", abi.passed, abi.failed, abi.skipped);
	return abi.failed != 0;
}

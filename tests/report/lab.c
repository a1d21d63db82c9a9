// SPDX-License-Identifier: GPL-2.0
/*
 * lab DIR [real]: runs of the lab as folders below DIR, from formulas (tests/unit/sample_lab.h):
 * emulated ones, with one that failed, one that is unavailable and a mode that is unproven, or real
 * ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/sample_lab.h"

static unsigned written;

static void put(const char *folder, struct bt_lab_run *run, bool real)
{
	char *path = bt_xasprintf("%s/%u", folder, written++);
	struct bt_err err;

	if (!real) {
		run->reality = BT_EMULATED;
		bt_copy_clean(run->accel, sizeof(run->accel), "tcg");
	}
	if (bt_make_path(path, 0755, &err) || bt_lab_run_write(run, path, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(EXIT_FAILURE);
	}
	free(path);
	bt_lab_run_free(run);
}

/* Of the published figures, about half as fast. */
static void put_inflate(const char *folder, bool real)
{
	static const struct {
		const char *mode;
		double shrink_ns, grow_ns;
	} modes[] = {
		{ "base-manual", 4e9, 1.7e9 }, { "huge-manual", 0.03e9, 0.012e9 },
		{ "virtio-mem", 0.11e9, 0.04e9 }, { "llfree-manual", 0.0116e9, 0.5e6 },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(modes); i++) {
		struct bt_lab_run *run = lab_inflate(modes[i].mode, modes[i].shrink_ns,
						     modes[i].grow_ns, 0.6e9, 5);

		run->unproven = !strcmp(modes[i].mode, "llfree-manual");
		put(folder, run, real);
	}
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : ".";
	bool real = argc > 2;
	struct bt_lab_run *failed = lab_compiling("virtio-mem-auto", 2);
	struct bt_lab_run *unavailable = lab_run(BT_LAB_COMPILING, "base-auto");
	struct bt_lab_run *again = lab_stream("virtio-mem", 10.5);

	put_inflate(folder, real);
	put(folder, lab_stream("base-manual", 8), real);
	put(folder, lab_stream("virtio-mem", 11), real);
	again->repetition = 2;
	put(folder, again, real);
	put(folder, lab_ftq("base-manual", 3e5), real);
	put(folder, lab_ftq("virtio-mem", 3.2e5), real);
	put(folder, lab_compiling("base-manual", 2.8), real);
	put(folder, lab_compiling("base-auto", 2), real);
	put(folder, lab_compiling("base-auto", 2.2), real);
	put(folder, lab_multivm("base-auto", 3), real);
	failed->end = BT_LAB_PANIC;
	put(folder, failed, real);
	unavailable->end = BT_LAB_UNAVAILABLE;
	bt_copy_clean(unavailable->label, sizeof(unavailable->label), "reporting-delay=100ms");
	bt_copy_clean(unavailable->reason, sizeof(unavailable->reason),
		      "the guest's kernel <b>has</b> none");
	put(folder, unavailable, real);
	return 0;
}

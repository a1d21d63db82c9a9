// SPDX-License-Identifier: GPL-2.0
#include "lab/reference.h"

#include <math.h>
#include <string.h>

#define GIB (1024.0 * 1024 * 1024)
#define GB 1e9
#define MIN 60e9

#define UNTOUCHED "touched=no"
#define CLANG "workload=clang"
#define TWELVE "threads=12"

#define ROW(benchmark_, mode_, label_, metric_, value_) \
	{ .benchmark = BT_LAB_##benchmark_, .mode = mode_, .label = label_, .metric = metric_, \
	  .value = value_ }
#define INFLATE(mode, shrink, untouched, grow, both) \
	ROW(INFLATE, mode, "", "shrink_bytes_per_s", (shrink) * GIB), \
	ROW(INFLATE, mode, UNTOUCHED, "shrink_bytes_per_s", (untouched) * GIB), \
	ROW(INFLATE, mode, "", "grow_bytes_per_s", (grow) * GIB), \
	ROW(INFLATE, mode, "", "return_install_bytes_per_s", (both) * GIB)
#define STREAM(mode, mean, p1) \
	ROW(STREAM, mode, TWELVE, "stream_copy_bytes_per_s", (mean) * GB), \
	ROW(STREAM, mode, TWELVE, "stream_copy_p1_bytes_per_s", (p1) * GB)
#define COMPILING(mode, footprint, runtime, cpu_system) \
	ROW(COMPILING, mode, CLANG, "footprint_gib_min", footprint), \
	ROW(COMPILING, mode, CLANG, "runtime_ns", (runtime) * MIN), \
	ROW(COMPILING, mode, CLANG, "cpu_system_ns", (cpu_system) * MIN)
#define MULTIVM(mode, footprint, peak) \
	ROW(MULTIVM, mode, CLANG, "footprint_gib_min", footprint), \
	ROW(MULTIVM, mode, CLANG, "peak_bytes", (peak) * GIB)

const struct bt_lab_reference bt_lab_references[] = {
	INFLATE("base-manual", 0.951, 1.67, 2.34, 0.686),
	INFLATE("huge-manual", 136, 288, 326, 4.24),
	INFLATE("virtio-mem", 34.5, 42.2, 101.7, 4.00),
	INFLATE("virtio-mem+vfio", 22.7, 23.9, 4.75, 3.48),
	INFLATE("llfree-manual", 344.8, 5035, 8522, 3.93),
	INFLATE("llfree-manual+vfio", 55.2, 5043, 8444, 3.57),

	STREAM("base-manual", 62.2, 30.9),
	STREAM("huge-manual", 71.8, 67.8),
	STREAM("virtio-mem", 71.4, 31.9),
	STREAM("virtio-mem+vfio", 70.6, 18.4),
	STREAM("llfree-manual", 72.1, 70.1),
	STREAM("llfree-manual+vfio", 72.0, 70.3),

	COMPILING("base-manual", 659, 41.18, 6.1),
	COMPILING("llfree-manual", 649, 40.59, 2.7),
	COMPILING("base-auto", 434.5, 41.23, 6.8),
	COMPILING("llfree-auto", 357.2, 40.79, 3.4),
	ROW(COMPILING, "virtio-mem-auto", CLANG, "footprint_gib_min", 483.9),
	ROW(COMPILING, "virtio-mem-auto", CLANG, "runtime_ns", 41.16 * MIN),
	ROW(COMPILING, "virtio-mem-auto+vfio", CLANG, "footprint_gib_min", 502.5),
	ROW(COMPILING, "llfree-auto+vfio", CLANG, "footprint_gib_min", 358.5),
	ROW(COMPILING, "llfree-auto", CLANG, "drop_bytes", 1.9 * GIB),
	ROW(COMPILING, "base-auto", CLANG, "drop_bytes", 8.0 * GIB),
	ROW(COMPILING, "virtio-mem-auto", CLANG, "drop_bytes", 2.6 * GIB),

	MULTIVM("base-manual", 14591, 40.7),
	MULTIVM("base-auto", 12287, 36.0),
	MULTIVM("llfree-auto", 8428, 28.1),
};

const unsigned bt_lab_reference_count = BT_ARRAY_SIZE(bt_lab_references);

double bt_lab_reference(enum bt_lab_benchmark benchmark, const char *mode, const char *label,
			const char *metric)
{
	for (unsigned i = 0; i < bt_lab_reference_count; i++) {
		const struct bt_lab_reference *row = &bt_lab_references[i];

		if (row->benchmark == benchmark && !strcmp(row->mode, mode) &&
		    !strcmp(row->label, label) && !strcmp(row->metric, metric))
			return row->value;
	}
	return NAN;
}

// SPDX-License-Identifier: GPL-2.0
#include "ui/view.h"

#define ONE(panel) UI_PANEL_##panel, UI_PANEL_NONE
#define PAIR(left, right) UI_PANEL_##left, UI_PANEL_##right

const struct ui_view_def ui_views[UI_VIEW_COUNT] = {
	[UI_VIEW_OVERVIEW] = {
		.name = "Overview", .word = "overview",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ PAIR(AVAILABLE, LATENCY), 14, 7, true },
				{ PAIR(RATE, REMOTE), 14, 7, true },
				{ PAIR(CONTROL, EVENTS), 19, 6, false },
			},
			[UI_SHAPE_TWO] = {
				{ PAIR(AVAILABLE, LATENCY), 14, 7, true },
				{ PAIR(RATE, REMOTE), 12, 7, true },
				{ ONE(CONTROL), 6, 6, false },
				{ ONE(EVENTS), 9, 3, true },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(AVAILABLE), 10, 3, true },
				{ ONE(RATE), 9, 3, true },
				{ ONE(LATENCY), 8, 6, false },
				{ ONE(REMOTE), 9, 3, true },
				{ ONE(CONTROL), 19, 4, false },
				{ ONE(EVENTS), 9, 3, true },
			},
		},
	},
	[UI_VIEW_LATENCY] = {
		.name = "Latency", .word = "latency",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ ONE(HEATMAP), 24, 10, true },
				{ PAIR(PERCENTILES, HISTOGRAM), 14, 8, false },
				{ ONE(WHERE), 10, 4, false },
			},
			[UI_SHAPE_TWO] = {
				{ ONE(HEATMAP), 14, 9, true },
				{ PAIR(PERCENTILES, HISTOGRAM), 12, 7, true },
				{ ONE(WHERE), 8, 3, false },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(HEATMAP), 12, 5, true },
				{ ONE(PERCENTILES), 8, 3, false },
				{ ONE(HISTOGRAM), 10, 4, true },
				{ ONE(WHERE), 8, 3, false },
			},
		},
	},
	[UI_VIEW_NUMA] = {
		.name = "NUMA and zones", .word = "numa",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ ONE(ZONES), 18, 6, true },
				{ PAIR(MATRIX, NUMASTAT), 16, 6, true },
			},
			[UI_SHAPE_TWO] = {
				{ ONE(ZONES), 12, 5, true },
				{ PAIR(MATRIX, NUMASTAT), 10, 5, true },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(ZONES), 10, 4, true },
				{ ONE(MATRIX), 9, 4, true },
				{ ONE(NUMASTAT), 9, 4, false },
			},
		},
	},
	[UI_VIEW_FRAGMENTATION] = {
		.name = "Fragmentation", .word = "fragmentation",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ ONE(FREE_BLOCKS), 13, 8, false },
				{ PAIR(FRAGMENTATION, PAGEBLOCKS), 22, 8, true },
				{ ONE(FREE_MAP), 11, 5, true },
			},
			[UI_SHAPE_TWO] = {
				{ ONE(FREE_BLOCKS), 13, 7, false },
				{ PAIR(FRAGMENTATION, PAGEBLOCKS), 14, 7, true },
				{ ONE(FREE_MAP), 8, 4, true },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(FREE_BLOCKS), 12, 5, true },
				{ ONE(FRAGMENTATION), 13, 4, true },
				{ ONE(PAGEBLOCKS), 8, 3, false },
				{ ONE(FREE_MAP), 8, 3, true },
			},
		},
	},
	[UI_VIEW_CPUS] = {
		.name = "CPUs", .word = "cpus",
		.bands = {
			[UI_SHAPE_WIDE] = { { ONE(CPUS), 40, 6, true } },
			[UI_SHAPE_TWO] = { { ONE(CPUS), 40, 6, true } },
			[UI_SHAPE_NARROW] = { { ONE(CPUS), 40, 4, true } },
		},
	},
	[UI_VIEW_RECLAIM] = {
		.name = "Reclaim and pressure", .word = "reclaim",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ PAIR(RECLAIM, PRESSURE), 18, 8, true },
				{ ONE(TASKS), 20, 5, true },
			},
			[UI_SHAPE_TWO] = {
				{ PAIR(RECLAIM, PRESSURE), 13, 8, true },
				{ ONE(TASKS), 12, 4, true },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(RECLAIM), 12, 4, true },
				{ ONE(PRESSURE), 8, 3, true },
				{ ONE(TASKS), 10, 3, true },
			},
		},
	},
	[UI_VIEW_EVENTS] = {
		.name = "Events", .word = "events",
		.bands = {
			[UI_SHAPE_WIDE] = { { ONE(EVENT_LIST), 40, 4, true } },
			[UI_SHAPE_TWO] = { { ONE(EVENT_LIST), 40, 4, true } },
			[UI_SHAPE_NARROW] = { { ONE(EVENT_LIST), 40, 3, true } },
		},
	},
	[UI_VIEW_KBENCH] = {
		.name = "Microbenchmark", .word = "kbench",
		.bands = {
			[UI_SHAPE_WIDE] = {
				{ PAIR(KBENCH_PLAN, KBENCH_RUN), 13, 11, false },
				{ ONE(KBENCH_RESULT), 12, 4, true },
				{ ONE(KBENCH_ROWS), 14, 4, true },
			},
			[UI_SHAPE_TWO] = {
				{ PAIR(KBENCH_PLAN, KBENCH_RUN), 12, 11, false },
				{ ONE(KBENCH_RESULT), 8, 4, true },
				{ ONE(KBENCH_ROWS), 8, 4, true },
			},
			[UI_SHAPE_NARROW] = {
				{ ONE(KBENCH_PLAN), 11, 4, false },
				{ ONE(KBENCH_RUN), 8, 4, true },
				{ ONE(KBENCH_RESULT), 8, 4, true },
				{ ONE(KBENCH_ROWS), 8, 4, true },
			},
		},
	},
	[UI_VIEW_LAB] = {
		.name = "Lab", .word = "lab",
		.bands = {
			[UI_SHAPE_WIDE] = { { ONE(LAB), 40, 4, true } },
			[UI_SHAPE_TWO] = { { ONE(LAB), 40, 4, true } },
			[UI_SHAPE_NARROW] = { { ONE(LAB), 40, 3, true } },
		},
	},
};

const char *const ui_panel_words[UI_PANEL_COUNT] = {
	[UI_PANEL_AVAILABLE] = "available",
	[UI_PANEL_RATE] = "rate",
	[UI_PANEL_LATENCY] = "latency",
	[UI_PANEL_REMOTE] = "remote",
	[UI_PANEL_CONTROL] = "control",
	[UI_PANEL_EVENTS] = "events",
	[UI_PANEL_HEATMAP] = "heatmap",
	[UI_PANEL_HISTOGRAM] = "histogram",
	[UI_PANEL_PERCENTILES] = "percentiles",
	[UI_PANEL_WHERE] = "where",
	[UI_PANEL_ZONES] = "zones",
	[UI_PANEL_MATRIX] = "matrix",
	[UI_PANEL_NUMASTAT] = "numastat",
	[UI_PANEL_FREE_BLOCKS] = "free_blocks",
	[UI_PANEL_FRAGMENTATION] = "fragmentation",
	[UI_PANEL_PAGEBLOCKS] = "pageblocks",
	[UI_PANEL_FREE_MAP] = "free_map",
	[UI_PANEL_CPUS] = "cpus",
	[UI_PANEL_RECLAIM] = "reclaim",
	[UI_PANEL_PRESSURE] = "pressure",
	[UI_PANEL_TASKS] = "tasks",
	[UI_PANEL_EVENT_LIST] = "event_list",
	[UI_PANEL_KBENCH_PLAN] = "kbench_plan",
	[UI_PANEL_KBENCH_RUN] = "kbench_run",
	[UI_PANEL_KBENCH_RESULT] = "kbench_result",
	[UI_PANEL_KBENCH_ROWS] = "kbench_rows",
	[UI_PANEL_LAB] = "lab",
};

enum ui_shape ui_view_shape(int cols)
{
	return cols >= UI_WIDE_COLS ? UI_SHAPE_WIDE :
	       cols >= UI_TWO_COLS ? UI_SHAPE_TWO : UI_SHAPE_NARROW;
}

unsigned ui_view_panels(enum ui_view view, enum ui_panel panels[UI_PANEL_COUNT])
{
	unsigned count = 0;

	for (const struct ui_band *band = ui_views[view].bands[UI_SHAPE_WIDE]; band->wanted;
	     band++) {
		panels[count++] = band->left;
		if (band->right != UI_PANEL_NONE)
			panels[count++] = band->right;
	}
	return count;
}

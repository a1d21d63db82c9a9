// SPDX-License-Identifier: GPL-2.0
/* Places of CPUs, by hand and by what must hold for every machine and every width. */
#include "tests/unit/test.h"

#include <string.h>

#include "core/mask.h"
#include "ui/grid.h"

static struct bt_machine machine;
static __u64 cpus[BT_CPU_WORDS];
static struct ui_grid grid;

/* CPUs dealt out in turn: cpu % nodes is its node. */
static void build(unsigned count, unsigned nodes)
{
	machine.cpu_count = count;
	machine.node_count = nodes;
	memset(cpus, 0, sizeof(cpus));
	for (unsigned cpu = 0; cpu < count; cpu++) {
		machine.cpu_node[cpu] = (uint16_t)(cpu % nodes);
		bt_mask_set(cpus, cpu, true);
	}
	ui_grid_fill(&grid, &machine, cpus);
}

static void test_order(void **state)
{
	static const unsigned wanted[] = { 0, 2, 4, 1, 3, 5 };

	(void)state;
	build(6, 2);
	assert_int_equal(grid.count, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(grid.cells[i].cpu, wanted[i]);
	bt_mask_set(cpus, 2, false);
	ui_grid_fill(&grid, &machine, cpus);
	assert_int_equal(grid.count, 5);
	assert_int_equal(grid.cells[1].cpu, 4);
	assert_int_equal(ui_grid_find(&grid, 5), 4);
	assert_int_equal(ui_grid_find(&grid, 2), 0);
}

/* 64 CPUs a node in one column each, a blank after eight: 8 + 64 + 7 = 79 columns. */
static void test_thousand(void **state)
{
	const struct ui_grid_form form = { .cell_cols = 1, .group = 8 };

	(void)state;
	build(1024, 16);
	ui_grid_place(&grid, &form, 80);
	assert_int_equal(grid.lines, 16);
	assert_int_equal(grid.cells[0].col, 8);
	assert_int_equal(grid.cells[8].col, 8 + 9);
	assert_int_equal(grid.cells[63].col, 78);
	assert_int_equal(grid.cells[64].line, 1);
	/* One column less: whole groups, 56 a line. */
	ui_grid_place(&grid, &form, 78);
	assert_int_equal(grid.lines, 32);
	assert_int_equal(grid.cells[56].line, 1);
	assert_int_equal(grid.cells[56].col, 8);
	assert_true(grid.cells[56].labelled);
	assert_false(grid.cells[57].labelled);
}

/* 8 nodes of 4: a node is 8 + 4 + 2 wide, so five fit in 70 columns. */
static void test_side_by_side(void **state)
{
	const struct ui_grid_form form = { .cell_cols = 1, .side_by_side = true };

	(void)state;
	build(32, 8);
	ui_grid_place(&grid, &form, 70);
	assert_int_equal(grid.lines, 2);
	assert_int_equal(grid.cells[4].line, 0);
	assert_int_equal(grid.cells[4].col, 14 + 8);
	assert_int_equal(grid.cells[20].line, 1);
	assert_int_equal(grid.cells[20].col, 8);
}

static void test_step(void **state)
{
	const struct ui_grid_form form = { .cell_cols = 2 };

	(void)state;
	build(9, 3);
	ui_grid_place(&grid, &form, 40);
	assert_int_equal(ui_grid_step(&grid, 1, 1), 4);
	assert_int_equal(ui_grid_step(&grid, 4, -1), 1);
	assert_int_equal(ui_grid_step(&grid, 1, -1), 1);
	assert_int_equal(ui_grid_step(&grid, 1, 100), 7);
}

/* Cells stand in their area and none on another, whatever the machine; narrow: one below another. */
static void test_all_sizes(void **state)
{
	static bool taken[BT_MAX_CPUS * 2][256];
	static const unsigned counts[] = { 1, 7, 64, 200, 1024 }, nodes[] = { 1, 3, 16, 64 };

	(void)state;
	for (unsigned i = 0; i < 5 * 4 * 8; i++) {
		const struct ui_grid_form form = { .cell_cols = i & 1 ? 6 : 1,
						   .group = i & 2 ? 8 : 0,
						   .side_by_side = i & 4 };
		unsigned count = counts[i / 8 % 5], of = nodes[i / 40];

		build(count, of > count ? count : of);
		for (int cols = 14; cols <= 250; cols += 59) {
			ui_grid_place(&grid, &form, cols);
			memset(taken, 0, sizeof(taken));
			for (unsigned cell = 0; cell < grid.count; cell++) {
				const struct ui_grid_cell *at = &grid.cells[cell];

				assert_true(at->line < grid.lines);
				assert_true(at->col >= UI_GRID_LABEL_COLS &&
					    at->col + form.cell_cols <= cols);
				assert_false(taken[at->line][at->col]);
				taken[at->line][at->col] = true;
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),	     cmocka_unit_test(test_thousand),
		cmocka_unit_test(test_side_by_side), cmocka_unit_test(test_step),
		cmocka_unit_test(test_all_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

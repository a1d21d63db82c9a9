// SPDX-License-Identifier: GPL-2.0
/*
 * The themes by calculation: contrast as WCAG 2.2 defines it, lightness as CIE 1976 does, colour
 * blindness by the matrices of Machado, Oliveira and Fernandes (2009) at severity 1, on the colours
 * that xterm gives its 256 numbers.
 */
#include "tests/unit/test.h"

#include <math.h>
#include <string.h>

#include "core/util.h"
#include "ui/theme.h"

struct rgb {
	double v[3];	/* 0..1; linear light but in palette() */
};

/* ---- colours ---------------------------------------------------------------------------- */

static struct rgb palette(int number)
{
	static const int eight[8][3] = {
		{ 0, 0, 0 }, { 205, 0, 0 }, { 0, 205, 0 }, { 205, 205, 0 }, { 0, 0, 238 },
		{ 205, 0, 205 }, { 0, 205, 205 }, { 229, 229, 229 },
	};
	static const int cube[6] = { 0, 95, 135, 175, 215, 255 };
	struct rgb c;

	for (int i = 0; i < 3; i++) {
		int byte;

		if (number < 8)
			byte = eight[number][i];
		else if (number >= 232)
			byte = 8 + 10 * (number - 232);
		else
			byte = cube[(number - 16) / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6];
		c.v[i] = byte / 255.0;
	}
	return c;
}

static struct rgb linear(int number)
{
	struct rgb c = palette(number);

	for (int i = 0; i < 3; i++)
		c.v[i] = c.v[i] <= 0.04045 ? c.v[i] / 12.92 : pow((c.v[i] + 0.055) / 1.055, 2.4);
	return c;
}

enum eyes { ALL_COLOURS, PROTANOPIA, DEUTERANOPIA, TRITANOPIA, EYES };

static struct rgb seen(int number, enum eyes eyes)
{
	static const double machado[EYES][3][3] = {
		[ALL_COLOURS] = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
		[PROTANOPIA] = { { 0.152286, 1.052583, -0.204868 },
				 { 0.114503, 0.786281, 0.099216 },
				 { -0.003882, -0.048116, 1.051998 } },
		[DEUTERANOPIA] = { { 0.367322, 0.860646, -0.227968 },
				   { 0.280085, 0.672501, 0.047413 },
				   { -0.011820, 0.042940, 0.968881 } },
		[TRITANOPIA] = { { 1.255528, -0.076749, -0.178779 },
				 { -0.078411, 0.930809, 0.147602 },
				 { 0.004733, 0.691367, 0.303900 } },
	};
	struct rgb from = linear(number), to;

	for (int i = 0; i < 3; i++) {
		double sum = 0;

		for (int k = 0; k < 3; k++)
			sum += machado[eyes][i][k] * from.v[k];
		to.v[i] = sum < 0 ? 0 : sum > 1 ? 1 : sum;
	}
	return to;
}

static double luminance(struct rgb c)
{
	return 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2];
}

static double contrast(int a, int b)
{
	double x = luminance(linear(a)) + 0.05, y = luminance(linear(b)) + 0.05;

	return x > y ? x / y : y / x;
}

static double cie(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void lab(struct rgb c, double out[3])
{
	double x = cie((0.4124 * c.v[0] + 0.3576 * c.v[1] + 0.1805 * c.v[2]) / 0.9505);
	double y = cie(luminance(c));
	double z = cie((0.0193 * c.v[0] + 0.1192 * c.v[1] + 0.9505 * c.v[2]) / 1.0888);

	out[0] = 116 * y - 16;
	out[1] = 500 * (x - y);
	out[2] = 200 * (y - z);
}

static double lightness(int number, enum eyes eyes)
{
	double out[3];

	lab(seen(number, eyes), out);
	return out[0];
}

static double difference(int a, int b, enum eyes eyes)
{
	double x[3], y[3];

	lab(seen(a, eyes), x);
	lab(seen(b, eyes), y);
	return sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2));
}

/* Known by heart: white on black is 21, the grey #777777 on white 4.48, L* of pure red 53.2. */
static void the_calculation_is_right(void **state)
{
	(void)state;
	assert_true(fabs(contrast(231, 16) - 21) < 0.001);
	assert_true(fabs(contrast(243, 231) - 4.54) < 0.01);	/* #767676 */
	assert_true(fabs(lightness(196, ALL_COLOURS) - 53.24) < 0.05);
	assert_true(fabs(difference(231, 16, ALL_COLOURS) - 100) < 0.1);
}

/* ---- themes ----------------------------------------------------------------------------- */

static const enum ui_role texts[] = {
	UI_ROLE_NORMAL, UI_ROLE_DIM, UI_ROLE_STRONG, UI_ROLE_TITLE, UI_ROLE_FOCUS, UI_ROLE_GOOD,
	UI_ROLE_WARN, UI_ROLE_BAD, UI_ROLE_BADGE, UI_ROLE_ALARM, UI_ROLE_SELECTED, UI_ROLE_KEY,
};

static const struct {
	const char *theme;
	int background[2];	/* those that terminals really have */
	double text, graph;
} wanted[] = {
	{ "default", { 16, 235 }, 4.5, 3.0 },	/* black, #262626 */
	{ "light", { 231, 231 }, 4.5, 3.0 },	/* white */
	{ "contrast", { 16, 16 }, 7.0, 7.0 },
};

static int foreground(const struct ui_theme *theme, enum ui_role role)
{
	return ui_theme_style(theme, role)->fg256;
}

static void texts_can_be_read(void **state)
{
	(void)state;
	for (unsigned t = 0; t < BT_ARRAY_SIZE(wanted); t++) {
		const struct ui_theme *theme = ui_theme_find(wanted[t].theme);

		for (unsigned i = 0; i < 2 * BT_ARRAY_SIZE(texts); i++) {
			int ink = foreground(theme, texts[i / 2]);
			int paper = wanted[t].background[i % 2];

			if (theme->bg256 >= 0)
				assert_int_equal(theme->bg256, paper);
			/* The terminal's own ink on its own background is its operator's choice. */
			if (ink < 0 ? theme->bg256 >= 0 : contrast(ink, paper) < wanted[t].text)
				fail_msg("%s: role %u has contrast %.2f on colour %d", theme->name,
					 texts[i / 2], contrast(ink, paper), paper);
		}
	}
}

static void graphs_can_be_seen_and_told_apart(void **state)
{
	static const enum ui_role graphs[] = { UI_ROLE_GRAPH_A, UI_ROLE_GRAPH_B, UI_ROLE_GRAPH_C };

	(void)state;
	for (unsigned t = 0; t < BT_ARRAY_SIZE(wanted); t++) {
		const struct ui_theme *theme = ui_theme_find(wanted[t].theme);

		for (unsigned i = 0; i < BT_ARRAY_SIZE(graphs); i++) {
			int one = foreground(theme, graphs[i]);
			int other = foreground(theme, graphs[(i + 1) % BT_ARRAY_SIZE(graphs)]);

			assert_true(contrast(one, wanted[t].background[0]) >= wanted[t].graph);
			for (enum eyes eyes = 0; eyes < EYES; eyes++)
				assert_true(difference(one, other, eyes) >= 30);
		}
	}
}

/* Words tell them apart as well, so that a smaller difference will do. */
static void good_warn_and_bad_differ(void **state)
{
	(void)state;
	for (unsigned t = 0; t < BT_ARRAY_SIZE(wanted); t++) {
		const struct ui_theme *theme = ui_theme_find(wanted[t].theme);
		int good = foreground(theme, UI_ROLE_GOOD), bad = foreground(theme, UI_ROLE_BAD);
		int warn = foreground(theme, UI_ROLE_WARN);

		for (enum eyes eyes = 0; eyes < EYES; eyes++) {
			assert_true(difference(good, bad, eyes) >= 12);
			assert_true(difference(good, warn, eyes) >= 12);
			assert_true(difference(warn, bad, eyes) >= 12);
		}
	}
}

/* Each step of heat is further from the background than the one before, whoever looks. */
static void heat_rises_evenly(void **state)
{
	(void)state;
	for (unsigned t = 0; t < BT_ARRAY_SIZE(wanted); t++) {
		const struct ui_theme *theme = ui_theme_find(wanted[t].theme);
		double sign = strcmp(theme->name, "light") ? 1 : -1;

		assert_true(contrast(foreground(theme, UI_ROLE_HEAT_1),
				     wanted[t].background[0]) >= 2);
		for (enum ui_role role = UI_ROLE_HEAT_2; role <= UI_ROLE_HEAT_8; role++) {
			for (enum eyes eyes = 0; eyes < EYES; eyes++) {
				double step = lightness(foreground(theme, role), eyes) -
					      lightness(foreground(theme, role - 1), eyes);

				if (step * sign < 3 || step * sign > 17)
					fail_msg("%s: heat %u to %u, eyes %u: L* %+.1f",
						 theme->name, role - UI_ROLE_HEAT_1,
						 role - UI_ROLE_HEAT_1 + 1, eyes, step);
			}
		}
	}
}

/* Of 8 colours there are not enough for 8 steps, but none goes back. */
static void eight_colours_never_go_back(void **state)
{
	(void)state;
	for (unsigned t = 0; t < BT_ARRAY_SIZE(wanted); t++) {
		const struct ui_theme *theme = ui_theme_find(wanted[t].theme);
		double sign = strcmp(theme->name, "light") ? 1 : -1;

		for (enum ui_role role = UI_ROLE_HEAT_2; role <= UI_ROLE_HEAT_8; role++) {
			int now = ui_theme_style(theme, role)->fg8;
			int before = ui_theme_style(theme, role - 1)->fg8;

			assert_true(sign * (lightness(now, ALL_COLOURS) -
					    lightness(before, ALL_COLOURS)) >= 0);
		}
		for (enum ui_role role = 0; role < UI_ROLE_COUNT; role++)
			assert_true(ui_theme_style(theme, role)->fg8 < 8);
	}
}

static void monochrome_has_no_colours_but_states(void **state)
{
	const struct ui_theme *theme = ui_theme_find("monochrome");
	static const enum ui_role states[] = { UI_ROLE_NORMAL, UI_ROLE_WARN, UI_ROLE_BAD,
					       UI_ROLE_BADGE, UI_ROLE_ALARM };

	(void)state;
	assert_false(theme->colour);
	for (enum ui_role role = 0; role < UI_ROLE_COUNT; role++) {
		assert_int_equal(ui_theme_style(theme, role)->fg256, -1);
		assert_int_equal(ui_theme_style(theme, role)->fg8, -1);
	}
	for (unsigned i = 0; i < BT_ARRAY_SIZE(states); i++) {
		for (unsigned k = 0; k < i; k++)
			assert_int_not_equal(ui_theme_style(theme, states[i])->attr,
					     ui_theme_style(theme, states[k])->attr);
	}
}

static void one_after_the_other(void **state)
{
	const struct ui_theme *first = ui_theme_find("default"), *theme = first;
	unsigned count = 0;

	(void)state;
	assert_ptr_equal(ui_theme_start(first, NULL), first);
	assert_ptr_equal(ui_theme_start(first, ""), first);
	assert_string_equal(ui_theme_start(first, "1")->name, "monochrome");
	do {
		theme = ui_theme_next(theme);
		count++;
	} while (theme != first && count < 10);
	assert_int_equal(count, 4);
	assert_null(ui_theme_find("dark"));
}

static void ratios_become_heat(void **state)
{
	(void)state;
	assert_int_equal(ui_theme_heat(NAN), UI_ROLE_HEAT_1);
	assert_int_equal(ui_theme_heat(0), UI_ROLE_HEAT_1);
	assert_int_equal(ui_theme_heat(0.124), UI_ROLE_HEAT_1);
	assert_int_equal(ui_theme_heat(0.126), UI_ROLE_HEAT_2);
	assert_int_equal(ui_theme_heat(0.876), UI_ROLE_HEAT_8);
	assert_int_equal(ui_theme_heat(1), UI_ROLE_HEAT_8);
	assert_int_equal(ui_theme_heat(7), UI_ROLE_HEAT_8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_calculation_is_right),
		cmocka_unit_test(texts_can_be_read),
		cmocka_unit_test(graphs_can_be_seen_and_told_apart),
		cmocka_unit_test(good_warn_and_bad_differ),
		cmocka_unit_test(heat_rises_evenly),
		cmocka_unit_test(eight_colours_never_go_back),
		cmocka_unit_test(monochrome_has_no_colours_but_states),
		cmocka_unit_test(one_after_the_other),
		cmocka_unit_test(ratios_become_heat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

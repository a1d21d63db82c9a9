// SPDX-License-Identifier: GPL-2.0
/*
 * HTML that is written, and the report without gnuplot; what a browser makes of a whole one is
 * tested by tests/report/run.py.
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <string.h>

#include "bench/html.h"
#include "bench/report.h"
#include "tests/unit/sample_result.h"

static void texts_are_no_markup(void **state)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	bt_html(out, "<a title=\"%s\">%s %u %%</a>", "\"x' &amp;",
		"</a><script>\n\x1b\xff h\u00f6st", 7u);
	fputc('|', out);
	bt_html_lines(out, "a\n\tb <c>\r");
	fclose(out);
	assert_string_equal(text, "<a title=\"&quot;x&#39; &amp;amp;\">&lt;/a&gt;&lt;script&gt;??? "
			    "h\u00f6st 7 %</a>|a\n\tb &lt;c&gt;?");
	free(text);
}

/* The examples of RFC 4648, section 10. */
static void base64_of_the_standard(void **state)
{
	static const char *const examples[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	};

	(void)state;
	for (unsigned i = 0; i < BT_ARRAY_SIZE(examples); i++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		bt_html_base64(out, examples[i][0], strlen(examples[i][0]));
		fclose(out);
		assert_string_equal(text, examples[i][1]);
		free(text);
	}
}

static void assert_has(const char *page, const char *part)
{
	if (!strstr(page, part))
		fail_msg("'%s' is not in the page", part);
}

/* Medians of sample_result.h: idle 6, 5.75 and 5.5 GiB; of the second only four count, so 5.742. */
static void there_is_a_report_without_gnuplot(void **state)
{
	struct bt_result *result = sample_result("/x/a.json", 1);
	struct bt_report report = { .results = (const struct bt_result *const *)&result,
				    .count = 1 };
	struct bt_err missing, err;
	char *page, *path = bt_xstrdup(getenv("PATH"));
	size_t size;

	(void)state;
	result->partial = true;
	strcpy(result->partial_reason, "interrupted");
	strcpy(result->runs[2].left_out, "order 9 is above the largest");
	setenv("PATH", "/nonexistent", 1);
	assert_int_equal(bt_report_make(&report, &page, &size, &missing, &err), 0);
	setenv("PATH", path, 1);
	assert_int_equal(missing.code, EOPNOTSUPP);
	assert_int_equal(strlen(page), size);
	assert_has(page, "<p class=\"warn\">PARTIAL: interrupted</p>");
	assert_has(page, "<p class=\"warn\">Pictures are missing: there is no gnuplot");
	assert_has(page, "<th scope=\"row\">order=0</th><td class=\"n\">6.00 GiB</td>"
		   "<td class=\"n\">4.00 GiB</td><td class=\"n\">66.7 %</td>");
	assert_has(page, "<th scope=\"row\">order=4</th><td class=\"n\">5.74 GiB</td>");
	assert_has(page, "4 of 5</td>");
	assert_has(page, "no: the guard&#39;s reserve was reached");
	assert_has(page, "<li>load average 1.2 at the start</li>");
	assert_has(page, "<li>order=9: left out: order 9 is above the largest</li>");
	assert_has(page, "<th scope=\"row\">load average before</th><td class=\"wide\">1.20</td>");
	assert_has(page, "<li>order=4: 1 of 5 repetitions do not count;");
	assert_has(page, "# which order costs what\norder = 0 4 9\n");
	assert_has(page, "<td class=\"wide\">8.00 GiB</td>");
	assert_null(strstr(page, "<img"));
	free(page);
	free(path);
	bt_result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_no_markup),
		cmocka_unit_test(base64_of_the_standard),
		cmocka_unit_test(there_is_a_report_without_gnuplot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* What every cmocka program includes, in the order cmocka asks for. */
#ifndef BT_TEST_H
#define BT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* cmocka's own takes NaN for equal to anything, for no comparison of it is true. */
#undef assert_float_equal
#define assert_float_equal(got, want, slack) \
	do { \
		const double test_got = (double)(got), test_want = (double)(want); \
		\
		if (!(fabs(test_got - test_want) <= (double)(slack))) \
			fail_msg("%s is %.17g, not %.17g", #got, test_got, test_want); \
	} while (0)

/* A sanitizer owns malloc and opendir, and reserves address space; clang 14 tells of it in its own way. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define BT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BT_SANITIZED 1
#endif
#endif
#ifndef BT_SANITIZED
#define BT_SANITIZED 0
#endif

/* Path of a sample below tests/unit/data, into a static buffer. */
static inline const char *test_data(const char *name)
{
	static char path[4096];
	const char *srcdir = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/unit/data/%s", srcdir ? srcdir : ".", name);
	return path;
}

#endif

/* SPDX-License-Identifier: GPL-2.0 */
/* HTML: the one place where text becomes markup, and bytes a data: URI. */
#ifndef BT_HTML_H
#define BT_HTML_H

#include <stddef.h>
#include <stdio.h>

/*
 * Writes markup in which each %s is a text (const char *) that stands for itself, each %u a number
 * and %% a percent sign; there are no other conversions. Texts are escaped for elements and for
 * attributes in double quotes; what no document may hold becomes '?'.
 */
void bt_html(FILE *out, const char *markup, ...) __attribute__((format(printf, 2, 3)));
/* The same text with its lines, for <pre>. */
void bt_html_lines(FILE *out, const char *text);
/* RFC 4648, section 4. */
void bt_html_base64(FILE *out, const void *data, size_t size);

#endif

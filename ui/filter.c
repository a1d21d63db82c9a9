// SPDX-License-Identifier: GPL-2.0
#include "ui/filter.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- parsing ---------------------------------------------------------------------------- */

/* "0-3,8"; what is still missing at the end ("0-", "3,") is not waited for. False: not a list. */
static bool parse_list(const char *text, struct ui_filter_word *word)
{
	char *end;

	word->range_count = 0;
	while (*text) {
		unsigned long from, to;

		if (!isdigit((unsigned char)*text) || word->range_count == UI_FILTER_RANGES)
			return false;
		to = from = strtoul(text, &end, 10);
		if (*end == '-' && isdigit((unsigned char)end[1]))
			to = strtoul(end + 1, &end, 10);
		else if (*end == '-' && !end[1])
			end++;
		if (to < from || (*end && *end != ','))
			return false;
		word->ranges[word->range_count].from = from;
		word->ranges[word->range_count++].to = to;
		text = *end ? end + 1 : end;
	}
	return word->range_count > 0;
}

#define NODE "node"
#define NODE_LENGTH (sizeof(NODE) - 1)

/* Fills the next word from text; returns what follows it, or NULL when there is no more. */
static const char *parse_word(const char *text, struct ui_filter_word *word)
{
	unsigned length;

	text += strspn(text, " ");
	word->not = *text == '!';
	text += word->not;
	length = (unsigned)strcspn(text, " ");
	if (!length)
		return word->not ? text : NULL;
	word->kind = UI_FILTER_TEXT;
	if (length == NODE_LENGTH && !strncasecmp(text, NODE, length)) {
		unsigned gap = (unsigned)strspn(text + length, " ");
		unsigned list = (unsigned)strcspn(text + length + gap, " ");

		snprintf(word->text, sizeof(word->text), "%.*s", (int)list, text + length + gap);
		if (!list || parse_list(word->text, word)) {
			word->kind = UI_FILTER_NODE;
			length += gap + list;
		}
	}
	snprintf(word->text, sizeof(word->text), "%.*s", (int)length, text);
	if (word->kind == UI_FILTER_TEXT && parse_list(word->text, word))
		word->kind = UI_FILTER_NUMBER;
	return text + length;
}

void ui_filter_parse(struct ui_filter *filter, const char *text)
{
	memset(filter, 0, sizeof(*filter));
	while (filter->count < UI_FILTER_WORDS) {
		struct ui_filter_word *word = &filter->words[filter->count];

		text = parse_word(text, word);
		if (!text)
			return;
		filter->count += word->text[0] != '\0';
	}
}

/* ---- matching --------------------------------------------------------------------------- */

static bool in_text(const struct ui_filter_word *word, const struct ui_filter_row *row)
{
	for (unsigned i = 0; i < UI_FILTER_TEXTS && row->texts[i]; i++) {
		if (strcasestr(row->texts[i], word->text))
			return true;
	}
	return false;
}

static bool in_ranges(const struct ui_filter_word *word, unsigned long number)
{
	for (unsigned i = 0; i < word->range_count; i++) {
		if (number >= word->ranges[i].from && number <= word->ranges[i].to)
			return true;
	}
	return !word->range_count;
}

static bool word_fits(const struct ui_filter_word *word, const struct ui_filter_row *row)
{
	long number = word->kind == UI_FILTER_NODE ? row->node :
		      word->kind == UI_FILTER_NUMBER ? row->number : -1;

	return number >= 0 ? in_ranges(word, (unsigned long)number) : in_text(word, row);
}

bool ui_filter_fits(const struct ui_filter *filter, const struct ui_filter_row *row)
{
	for (unsigned i = 0; i < filter->count; i++) {
		if (word_fits(&filter->words[i], row) == filter->words[i].not)
			return false;
	}
	return true;
}

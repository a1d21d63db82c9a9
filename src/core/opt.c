// SPDX-License-Identifier: GPL-2.0
#include "core/opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "core/util.h"

#define MAX_OPTS 64
#define HELP_COLUMN 28

struct row {
	const struct bt_opt *opt;
	void *values;
};

static int set_number(const struct bt_opt *opt, uint64_t *to, const char *text, struct bt_err *err)
{
	static const char *const forms[] = {
		[BT_OPT_NUMBER] = "a number",
		[BT_OPT_BYTES] = "a size such as 64M",
		[BT_OPT_TIME] = "a time such as 500ms or 2s",
	};
	uint64_t value;
	int rc;

	if (opt->kind == BT_OPT_NUMBER)
		rc = bt_parse_u64(text, &value);
	else if (opt->kind == BT_OPT_BYTES)
		rc = bt_parse_bytes(text, &value);
	else
		rc = bt_parse_time_ns(text, BT_NS_PER_S, &value);
	if (rc)
		return bt_err_set(err, EINVAL, "--%s: '%s' is not %s", opt->name, text,
				  forms[opt->kind]);
	*to = value;
	return 0;
}

static int add_setting(const struct bt_opt *opt, struct bt_opt_list *list, const char *text,
		       struct bt_err *err)
{
	if (list->count == BT_OPT_LIST)
		return bt_err_set(err, EINVAL, "--%s: more than %d settings", opt->name,
				  BT_OPT_LIST);
	list->items[list->count++] = bt_xasprintf("%s=%s", opt->name, text);
	return 0;
}

static int set_bool(const struct bt_opt *opt, enum bt_opt_bool *to, const char *text,
		    struct bt_err *err)
{
	static const char *const words[][2] = {
		{ "true", "false" }, { "True", "False" }, { "TRUE", "FALSE" },
		{ "t", "f" }, { "T", "F" }, { "1", "0" },
	};

	if (!text)
		text = words[0][0];
	for (unsigned i = 0; i < BT_ARRAY_SIZE(words); i++) {
		for (unsigned no = 0; no < 2; no++) {
			if (strcmp(text, words[i][no]))
				continue;
			*to = no ? BT_OPT_NO : BT_OPT_YES;
			return 0;
		}
	}
	return bt_err_set(err, EINVAL, "--%s: '%s' is neither true nor false", opt->name, text);
}

static int set_value(const struct row *row, const char *text, struct bt_err *err)
{
	void *field = (char *)row->values + row->opt->offset;

	switch (row->opt->kind) {
	case BT_OPT_FLAG:
		*(bool *)field = true;
		return 0;
	case BT_OPT_TEXT:
		*(const char **)field = text;
		return 0;
	case BT_OPT_SETTING:
		return add_setting(row->opt, field, text, err);
	case BT_OPT_BOOL:
		return set_bool(row->opt, field, text, err);
	default:
		return set_number(row->opt, field, text, err);
	}
}

/* Fills getopt's two forms of the table; returns the number of rows. */
static unsigned collect(const struct bt_opt_group *groups, unsigned count, struct row *rows,
			struct option *longs, char *shorts)
{
	unsigned used = 0;

	*shorts++ = ':'; /* tells a missing value from an unknown option */
	for (unsigned g = 0; g < count; g++) {
		for (const struct bt_opt *o = groups[g].opts; o && o->name && used < MAX_OPTS;
		     o++) {
			rows[used] = (struct row){ o, groups[g].values };
			longs[used] = (struct option){
				.name = o->name,
				.has_arg = o->kind == BT_OPT_BOOL ? optional_argument :
					   o->value ? required_argument : no_argument,
				.val = 256 + (int)used,
			};
			if (o->letter) {
				*shorts++ = o->letter;
				if (o->value)
					*shorts++ = ':';
			}
			used++;
		}
	}
	*shorts = '\0';
	return used;
}

static const struct row *find_row(const struct row *rows, unsigned count, int code)
{
	if (code >= 256)
		return &rows[code - 256];
	for (unsigned i = 0; i < count; i++) {
		if (rows[i].opt->letter == code)
			return &rows[i];
	}
	return NULL;
}

/* Of the long options that begin as the word does. */
static unsigned count_matches(const struct option *longs, const char *word)
{
	size_t length = strcspn(word, "=");
	unsigned matches = 0;

	for (; longs->name; longs++)
		matches += !strncmp(longs->name, word, length);
	return matches;
}

/* getopt leaves in optopt the letter, or the value of a long option that it has recognized. */
static int complain(int code, const struct option *longs, const char *word, struct bt_err *err)
{
	if (optopt && optopt < 256)
		return bt_err_set(err, EINVAL, code == ':' ? "-%c: a value is missing" :
				  "-%c: no such option (see --help)", optopt);
	if (code == ':')
		return bt_err_set(err, EINVAL, "%s: a value is missing", word);
	if (optopt)
		return bt_err_set(err, EINVAL, "%s: the option takes no value", word);
	if (count_matches(longs, word + 2) > 1)
		return bt_err_set(err, EINVAL, "%s: begins several options (see --help)", word);
	return bt_err_set(err, EINVAL, "%s: no such option (see --help)", word);
}

int bt_opt_parse(const struct bt_opt_group *groups, unsigned count, int argc, char **argv,
		 struct bt_err *err)
{
	struct option longs[MAX_OPTS + 1] = { 0 };
	char shorts[2 * MAX_OPTS + 2];
	struct row rows[MAX_OPTS];
	unsigned used = collect(groups, count, rows, longs, shorts);
	int code, rc;

	optind = 0; /* glibc: start over */
	opterr = 0;
	optopt = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (code == '?' || code == ':')
			return complain(code, longs, argv[optind - 1], err);
		rc = set_value(find_row(rows, used, code), optarg, err);
		if (rc)
			return rc;
		optopt = 0;
	}
	return optind;
}

void bt_opt_list_free(struct bt_opt_list *list)
{
	while (list->count)
		free(list->items[--list->count]);
}

/* The option whose whole name is the first length bytes of text. */
static const struct bt_opt *find_name(const struct bt_opt *opts, const char *text, size_t length)
{
	for (const struct bt_opt *o = opts; o && o->name; o++) {
		if (strlen(o->name) == length && !strncmp(o->name, text, length))
			return o;
	}
	return NULL;
}

/* The option that a word is, with one dash or two; with one it may be a letter. */
static const struct bt_opt *find_word(const struct bt_opt *opts, const char *word)
{
	const char *name = word + (word[0] == '-') + (word[0] == '-' && word[1] == '-');

	if (name == word + 1 && name[0] && !name[1]) {
		for (const struct bt_opt *o = opts; o && o->name; o++) {
			if (o->letter == name[0])
				return o;
		}
	}
	return name == word ? NULL : find_name(opts, name, strcspn(name, "="));
}

static bool wants_next(const struct bt_opt *opt, const char *word)
{
	return opt && opt->value && opt->kind != BT_OPT_BOOL && !strchr(word, '=');
}

char **bt_opt_words(const struct bt_opt *opts, int argc, char **argv)
{
	char **words = bt_xcalloc((size_t)argc + 1, sizeof(*words));
	bool may_be_option = false; /* the first is the program's name */

	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		const struct bt_opt *opt = may_be_option ? find_word(opts, word) : NULL;
		bool one_dash = opt && word[1] != '-' && word[2];

		words[i] = bt_xasprintf("%s%s", one_dash ? "-" : "", word);
		if (may_be_option && !strcmp(word, "--"))
			opts = NULL;
		may_be_option = !wants_next(opt, word);
	}
	return words;
}

void bt_opt_words_free(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}

/* What stands behind the name. Returns the number of characters. */
static int print_form(FILE *out, const struct bt_opt *o)
{
	if (!o->value)
		return 0;
	return o->kind == BT_OPT_BOOL ? fprintf(out, "[=%s]", o->value) :
					fprintf(out, " %s", o->value);
}

void bt_opt_help(FILE *out, const struct bt_opt_group *groups, unsigned count)
{
	for (unsigned g = 0; g < count; g++) {
		if (!groups[g].opts || !groups[g].opts->name)
			continue;
		fprintf(out, "\n%s:\n", groups[g].title);
		for (const struct bt_opt *o = groups[g].opts; o->name; o++) {
			int used = fprintf(out, "  %c%c%s --%s", o->letter ? '-' : ' ',
					   o->letter ? o->letter : ' ', o->letter ? "," : " ",
					   o->name);

			used += print_form(out, o);
			if (used >= HELP_COLUMN)
				used = -fprintf(out, "\n");
			fprintf(out, "%*s%s\n", HELP_COLUMN - (used > 0 ? used : 0), "", o->help);
		}
	}
}

void bt_opt_dump(FILE *out, const char *owner, const struct bt_opt *opts)
{
	for (const struct bt_opt *o = opts; o && o->name; o++) {
		char letter[2] = { o->letter, '\0' };
		bool may_be_left = o->kind == BT_OPT_BOOL;

		fprintf(out, "option\t%s\t%s\t%s\t%s%s%s\t%s\n", owner, o->name, letter,
			may_be_left ? "[=" : "", o->value ? o->value : "", may_be_left ? "]" : "",
			o->help);
	}
}

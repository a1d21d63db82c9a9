// SPDX-License-Identifier: GPL-2.0
/* A file of loads, over those of the program. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/inifile.h"
#include "core/load_list.h"
#include "core/util.h"

#define FILE_BYTES_MAX (256u * 1024)

struct parser {
	struct bt_loads *loads;
	struct bt_load *now;	/* of the present section, NULL before the first */
	unsigned heading;	/* its line */
	unsigned line;		/* the present one */
	uint64_t given;		/* keys of the section: a bit each, those of parameters first */
	const char *file;	/* as loads keep it */
	struct bt_err *err;
};

/* ---- texts ------------------------------------------------------------------------------ */

static const char *keep(struct bt_loads *loads, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(bt_arena_take(loads->texts, size), text, size);
}

static const char *keep_setting(struct bt_loads *loads, const char *name, const char *value)
{
	char *text = bt_xasprintf("%s=%s", name, value);
	const char *kept = keep(loads, text);

	free(text);
	return kept;
}

/* ---- keys ------------------------------------------------------------------------------- */

static int take_like(struct parser *p, const char *value)
{
	const char *name = p->now->name;
	const struct bt_load *like;
	int code = bt_loads_find(p->loads, value, &like, p->err);

	if (code)
		return code;
	if (p->given)
		return bt_err_set(p->err, EINVAL, "like: is the first line of its section, as it "
				  "brings all the others");
	*p->now = *like;
	p->now->name = name;
	p->now->file = p->file;
	return 0;
}

static int take_text(struct parser *p, const char *name, const char *value, const char **text)
{
	char clean[BT_LOAD_TEXT];

	if (!*value || strlen(value) >= BT_LOAD_TEXT)
		return bt_err_set(p->err, EINVAL, "%s: a sentence is expected, of at most %u bytes",
				  name, BT_LOAD_TEXT - 1);
	bt_copy_clean(clean, sizeof(clean), value);
	*text = keep(p->loads, clean);
	return 0;
}

static int take_shows(struct parser *p, const char *value)
{
	return take_text(p, "shows", value, &p->now->shows);
}

static int take_look(struct parser *p, const char *value)
{
	return take_text(p, "look", value, &p->now->look);
}

static int take_number(struct parser *p, const char *name, const char *value, unsigned least,
		       unsigned most, unsigned *number)
{
	uint64_t parsed;

	if (bt_parse_u64(value, &parsed) || parsed < least || parsed > most)
		return bt_err_set(p->err, EINVAL, "%s: %u to %u is expected", name, least, most);
	*number = (unsigned)parsed;
	return 0;
}

static int take_view(struct parser *p, const char *value)
{
	return take_number(p, "view", value, 1, BT_LOAD_VIEWS, &p->now->view);
}

static int take_nodes(struct parser *p, const char *value)
{
	return take_number(p, "needs-nodes", value, 0, BT_NODE_WORDS * 64, &p->now->nodes);
}

static const struct key {
	const char *name;
	int (*take)(struct parser *p, const char *value);
} keys[] = {
	{ "like", take_like },
	{ "shows", take_shows },
	{ "look", take_look },
	{ "view", take_view },
	{ "needs-nodes", take_nodes },
};

/* Where the load has the parameter, it has the new value now; else behind all others. */
static int take_param(struct parser *p, const struct bt_param *param, const char *value)
{
	size_t length = strlen(param->name);
	const char **setting = p->now->settings;
	int code = bt_load_check_setting(param, value, p->err);

	if (code)
		return code;
	while (*setting && (strncmp(*setting, param->name, length) || (*setting)[length] != '='))
		setting++;
	*setting = keep_setting(p->loads, param->name, value);
	return 0;
}

static int refuse_key(struct parser *p, const char *name)
{
	char list[BT_ERR_TEXT / 2] = "";
	size_t used = 0;

	for (unsigned i = 0; i < BT_ARRAY_SIZE(keys); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s, ", keys[i].name);
	for (unsigned i = 0; i < bt_param_count && used < sizeof(list); i++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
					 bt_params[i].name);
	return bt_err_set(p->err, EINVAL, "%s: there is no such key (there are %s)", name, list);
}

static int check_place(struct parser *p, const char *name, unsigned bit)
{
	if (!p->now)
		return bt_err_set(p->err, EINVAL, "%s: of no load: [NAME] comes first", name);
	if (p->given & (uint64_t)1 << bit)
		return bt_err_set(p->err, EINVAL, "%s: is there already in [%s]", name,
				  p->now->name);
	return 0;
}

static int on_key(void *context, const char *name, const char *value)
{
	struct parser *p = context;
	unsigned row = 0, key = 0, bit;
	int code;

	while (row < bt_param_count && strcmp(bt_params[row].name, name))
		row++;
	while (key < BT_ARRAY_SIZE(keys) && strcmp(keys[key].name, name))
		key++;
	if (row == bt_param_count && key == BT_ARRAY_SIZE(keys))
		return refuse_key(p, name);
	bit = row < bt_param_count ? row : bt_param_count + key;
	code = check_place(p, name, bit);
	if (!code && row < bt_param_count)
		code = take_param(p, &bt_params[row], value);
	else if (!code)
		code = keys[key].take(p, value);
	p->given |= (uint64_t)1 << bit;
	return code;
}

/* ---- sections --------------------------------------------------------------------------- */

static int end_section(struct parser *p)
{
	if (!p->now || *p->now->shows)
		return 0;
	p->line = p->heading;
	return bt_err_set(p->err, EINVAL, "[%s]: 'shows = SENTENCE' is missing, or 'like = NAME', "
			  "which has one", p->now->name);
}

/* A load of the program changes; another one begins with nothing. */
static int begin_section(struct parser *p, const char *name)
{
	struct bt_loads *loads = p->loads;
	unsigned at = 0;

	while (at < loads->count && strcmp(loads->items[at].name, name))
		at++;
	if (at < loads->count && loads->items[at].file)
		return bt_err_set(p->err, EINVAL, "[%s]: a section of this name is there already",
				  name);
	if (at == BT_LOADS_MAX)
		return bt_err_set(p->err, EINVAL, "[%s]: more than %u loads", name, BT_LOADS_MAX);
	p->now = &loads->items[at];
	if (at == loads->count) {
		loads->count++;
		*p->now = (struct bt_load){ .name = keep(loads, name), .shows = "", .look = "" };
	}
	p->now->file = p->file;
	p->heading = p->line;
	p->given = 0;
	return 0;
}

static int on_heading(void *context, const char *line)
{
	struct parser *p = context;
	int code = end_section(p);
	char *name;

	if (!code)
		code = bt_ini_heading(line, BT_LOAD_NAME - 1, &name, p->err);
	if (code)
		return code;
	code = begin_section(p, name);
	free(name);
	return code;
}

/* ---- the file --------------------------------------------------------------------------- */

static int parse(struct bt_loads *loads, const char *path, const char *text, struct bt_err *err)
{
	static const struct bt_ini_ops ops = { .heading = on_heading, .key = on_key };
	struct parser p = { .loads = loads, .file = keep(loads, path), .err = err };
	int code = bt_ini_read(text, &ops, &p, &p.line, err);

	if (!code)
		code = end_section(&p);
	return code ? bt_err_prefix(err, "%s:%u", path, p.line) : 0;
}

static int read_file(struct bt_loads *loads, const char *path, struct bt_err *err)
{
	struct stat st;
	ssize_t size;
	char *text;
	int code;

	if (!*path || (stat(path, &st) && (errno == ENOENT || errno == ENOTDIR)))
		return 0;
	/* Opening a FIFO would wait for ever. */
	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return bt_err_set(err, EINVAL, "%s: is not a file", path);
	size = bt_read_file(path, FILE_BYTES_MAX, &text, err);
	if (size < 0)
		return (int)size;
	if (strlen(text) != (size_t)size)
		code = bt_err_set(err, EINVAL, "%s: is no text: it has a byte 0", path);
	else
		code = parse(loads, path, text, err);
	free(text);
	return code;
}

int bt_loads_read(struct bt_loads **out, const char *path, struct bt_err *err)
{
	struct bt_loads *loads = bt_xcalloc(1, sizeof(*loads));
	int code;

	loads->texts = bt_arena_create();
	loads->count = bt_load_table_count;
	memcpy(loads->items, bt_load_table, bt_load_table_count * sizeof(*bt_load_table));
	code = read_file(loads, path, err);
	if (code) {
		bt_loads_free(loads);
		loads = NULL;
	}
	*out = loads;
	return code;
}

void bt_loads_free(struct bt_loads *loads)
{
	if (!loads)
		return;
	bt_arena_free(loads->texts);
	free(loads);
}

// SPDX-License-Identifier: GPL-2.0
/* config.json: read with suspicion, written with care. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/json.h"
#include "session/session.h"
#include "ui/settings.h"

#define FILE_BYTES_MAX 65536u
#define NEW_FILE_MODE 0600
#define KEY_MAX 64
#define INTERVAL_KEY "interval_ms"

/* ---- where and whether ------------------------------------------------------------------ */

static int find_path(char path[PATH_MAX], struct bt_err *err)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int length;

	/* The specification of base directories says that relative ones are to be ignored. */
	if (base && *base == '/')
		length = snprintf(path, PATH_MAX, "%s/buddytop/config.json", base);
	else if (home && *home == '/')
		length = snprintf(path, PATH_MAX, "%s/.config/buddytop/config.json", home);
	else
		return bt_err_set(err, ENOENT,
				  "neither XDG_CONFIG_HOME nor HOME is set to a directory");
	if (length >= PATH_MAX) {
		path[0] = '\0';
		return bt_err_set(err, ENAMETOOLONG, "XDG_CONFIG_HOME or HOME is too long");
	}
	return 0;
}

/*
 * The document in the file, in *root, and its mode. -ENOENT when there is none; else why it is none
 * of ours: not a file (opening a FIFO would wait for ever), too large, not a JSON object.
 */
static int read_document(struct bt_json_reader *reader, const char *path,
			 const struct bt_json **root, struct stat *st, struct bt_err *err)
{
	ssize_t size;
	char *text;

	if (stat(path, st))
		return bt_err_set(err, errno == ENOTDIR ? ENOENT : errno, "%s: %s", path,
				  strerror(errno));
	if (!S_ISREG(st->st_mode))
		return bt_err_set(err, EINVAL, "%s is not a file", path);
	size = bt_read_file(path, FILE_BYTES_MAX, &text, err);
	if (size < 0)
		return (int)size;
	*root = bt_json_parse(reader, text, (size_t)size, err);
	free(text);
	if (!*root)
		return bt_err_prefix(err, "%s", path);
	if ((*root)->type != BT_JSON_OBJECT)
		return bt_err_set(err, EINVAL, "%s is not a JSON object", path);
	return 0;
}

/* ---- reading ---------------------------------------------------------------------------- */

/* Where to tell what had no effect; NULL when enough is told. */
static struct bt_err *problem(struct ui_settings_file *file)
{
	return file->problem_count < UI_SETTINGS_PROBLEMS ?
	       &file->problems[file->problem_count++] : NULL;
}

/* The value at a key with dots; NULL when it is not there. */
static const struct bt_json *find(const struct bt_json *node, const char *key)
{
	char part[KEY_MAX];

	for (const char *dot; (dot = strchr(key, '.')) != NULL; key = dot + 1) {
		snprintf(part, sizeof(part), "%.*s", (int)(dot - key), key);
		node = bt_json_get(node, part);
	}
	return bt_json_get(node, key);
}

static void read_choice(struct ui_settings_file *file, const struct ui_setting_choice *choice,
			const struct bt_json *value)
{
	char allowed[160] = "";
	size_t used = 0;

	for (unsigned i = 0; choice->name(i); i++) {
		if (value->type == BT_JSON_STRING && !strcmp(value->string, choice->name(i))) {
			choice->set(&file->settings, i);
			return;
		}
		used += (size_t)snprintf(allowed + used, sizeof(allowed) - used, "%s%s",
					 i ? ", " : "", choice->name(i));
	}
	bt_err_set(problem(file), EINVAL, "%s: allowed is one of %s", choice->key, allowed);
}

static void read_interval(struct ui_settings_file *file, const struct bt_json *value)
{
	struct bt_err err;
	uint64_t ms;

	if (!bt_json_as_u64(value, &ms) || ms > UINT64_MAX / BT_NS_PER_MS)
		bt_err_set(problem(file), EINVAL, INTERVAL_KEY ": milliseconds as a whole number are expected");
	else if (bt_session_check_interval(ms * BT_NS_PER_MS, &err))
		bt_err_set(problem(file), EINVAL, INTERVAL_KEY ": %s", err.text);
	else
		file->settings.interval_ns = ms * BT_NS_PER_MS;
}

static const char *panel_key(enum ui_view view, enum ui_panel panel, char key[KEY_MAX])
{
	snprintf(key, KEY_MAX, "panels.%s.%s", ui_views[view].word, ui_panel_words[panel]);
	return key;
}

static void read_panels(struct ui_settings_file *file, const struct bt_json *root)
{
	enum ui_panel panels[UI_PANEL_COUNT];
	char key[KEY_MAX];

	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels);

		for (unsigned i = 0; i < count; i++) {
			const struct bt_json *value = find(root, panel_key(view, panels[i], key));

			if (!value)
				continue;
			if (value->type != BT_JSON_BOOL)
				bt_err_set(problem(file), EINVAL, "%s: true or false is expected", key);
			else if (!ui_settings_show_panel(&file->settings, panels[i],
							 value->boolean))
				bt_err_set(problem(file), EINVAL, "%s: a view keeps at least one panel", key);
		}
	}
}

static void read_settings(struct ui_settings_file *file, const struct bt_json *root)
{
	const struct bt_json *value;

	for (unsigned setting = 0; setting < UI_SETTING_COUNT; setting++) {
		const struct ui_setting_choice *choice = ui_setting_choice(setting);

		value = choice ? find(root, choice->key) : NULL;
		if (value)
			read_choice(file, choice, value);
	}
	value = find(root, INTERVAL_KEY);
	if (value)
		read_interval(file, value);
	read_panels(file, root);
}

void ui_settings_load(struct ui_settings_file *file)
{
	struct bt_json_reader *reader = bt_json_reader_create(FILE_BYTES_MAX);
	const struct bt_json *root;
	struct bt_err err;
	struct stat st;
	int code;

	memset(file, 0, sizeof(*file));
	ui_settings_default(&file->settings);
	if (!find_path(file->path, &file->no_place)) {
		code = read_document(reader, file->path, &root, &st, &err);
		file->present = code != -ENOENT;
		if (!code)
			read_settings(file, root);
		else if (file->present)
			bt_err_set(problem(file), EINVAL, "%s", err.text);
	}
	bt_json_reader_free(reader);
}

/* ---- writing ---------------------------------------------------------------------------- */

/* A value to be written: settings that are choices, the interval, or whether a panel shows. */
struct leaf {
	char key[KEY_MAX];
	const char *word;	/* NULL: a number or a truth */
	bool is_number, truth;
	uint64_t number;
};

struct leaves {
	struct leaf leaf[UI_SETTING_COUNT + UI_PANEL_COUNT];
	unsigned count;
};

static void collect_panels(struct leaves *leaves, const struct ui_settings *settings)
{
	enum ui_panel panels[UI_PANEL_COUNT];

	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels);

		for (unsigned i = 0; i < count; i++) {
			struct leaf *leaf = &leaves->leaf[leaves->count++];

			*leaf = (struct leaf){ .truth = !(settings->hidden &
							  UI_PANEL_BIT(panels[i])) };
			panel_key(view, panels[i], leaf->key);
		}
	}
}

static void collect(struct leaves *leaves, const struct ui_settings *settings, unsigned which)
{
	leaves->count = 0;
	for (unsigned setting = 0; setting < UI_SETTING_COUNT; setting++) {
		const struct ui_setting_choice *choice = ui_setting_choice(setting);
		struct leaf *leaf = &leaves->leaf[leaves->count];

		if (!(which & UI_SETTING_BIT(setting)) || setting == UI_SETTING_HIDDEN)
			continue;
		*leaf = (struct leaf){ .is_number = !choice };
		snprintf(leaf->key, sizeof(leaf->key), "%s", choice ? choice->key : INTERVAL_KEY);
		if (choice)
			leaf->word = choice->name(choice->get(settings));
		else
			leaf->number = settings->interval_ns / BT_NS_PER_MS;
		leaves->count++;
	}
	if (which & UI_SETTING_BIT(UI_SETTING_HIDDEN))
		collect_panels(leaves, settings);
}

static void write_leaf(struct bt_json_writer *w, const char *key, const struct leaf *leaf)
{
	if (leaf->word)
		bt_json_string(w, key, leaf->word);
	else if (leaf->is_number)
		bt_json_u64(w, key, leaf->number);
	else
		bt_json_bool(w, key, leaf->truth);
}

/* What of the leaf's key follows the prefix and one more part; "" = it is that part. NULL: none. */
static const char *rest_of(const struct leaf *leaf, const char *prefix, const char *part)
{
	size_t skip = strlen(prefix), length = strlen(part);
	const char *key = leaf->key;

	if (strncmp(key, prefix, skip) || strncmp(key + skip, part, length))
		return NULL;
	key += skip + length;
	return *key == '\0' ? key : *key == '.' ? key + 1 : NULL;
}

static const struct leaf *first_below(const struct leaves *leaves, const char *prefix,
				      const char *part)
{
	for (unsigned i = 0; i < leaves->count; i++) {
		if (rest_of(&leaves->leaf[i], prefix, part))
			return &leaves->leaf[i];
	}
	return NULL;
}

static void merge(struct bt_json_writer *w, const char *key, const struct bt_json *old,
		  const struct leaves *leaves, const char *prefix);

/* One member of an object: a new value, an object with new values in it, or what it was. */
static void merge_member(struct bt_json_writer *w, const char *part, const struct bt_json *old,
			 const struct leaves *leaves, const char *prefix)
{
	const struct leaf *leaf = first_below(leaves, prefix, part);
	char below[KEY_MAX];

	if (!leaf) {
		bt_json_node(w, part, old);
	} else if (!*rest_of(leaf, prefix, part)) {
		write_leaf(w, part, leaf);
	} else {
		snprintf(below, sizeof(below), "%s%s.", prefix, part);
		merge(w, part, old, leaves, below);
	}
}

static void merge(struct bt_json_writer *w, const char *key, const struct bt_json *old,
		  const struct leaves *leaves, const char *prefix)
{
	const struct bt_json *child =
		old && old->type == BT_JSON_OBJECT ? old->child : NULL, *first = child;
	char done[KEY_MAX] = "", part[KEY_MAX];
	size_t skip = strlen(prefix);

	bt_json_object(w, key);
	for (; child; child = child->next)
		merge_member(w, child->key, child, leaves, prefix);
	for (unsigned i = 0; i < leaves->count; i++) {
		const char *name = leaves->leaf[i].key + skip;

		if (strncmp(leaves->leaf[i].key, prefix, skip))
			continue;
		snprintf(part, sizeof(part), "%.*s", (int)strcspn(name, "."), name);
		/* Leaves of one object follow each other. */
		if (!strcmp(part, done) || (first && bt_json_get(old, part)))
			continue;
		merge_member(w, part, NULL, leaves, prefix);
		snprintf(done, sizeof(done), "%s", part);
	}
	bt_json_end_object(w);
}

static int write_document(const char *path, const struct bt_json *old,
			  const struct leaves *leaves, mode_t mode, struct bt_err *err)
{
	struct bt_json_writer *w = bt_json_writer_create(true);
	const char *text;
	size_t size;
	int code;

	merge(w, NULL, old, leaves, "");
	text = bt_json_writer_text(w, &size);
	code = text ? bt_write_file(path, text, size, mode, err) :
		      bt_err_set(err, EINVAL, "%s: its content cannot be written again", path);
	bt_json_writer_free(w);
	return code;
}

static int refuse(struct bt_err *err)
{
	char why[BT_ERR_TEXT];

	snprintf(why, sizeof(why), "%s", err->text);
	return bt_err_set(err, EEXIST, "not saved, the file stays as it is: %s", why);
}

static int save(struct ui_settings_file *file, struct bt_json_reader *reader,
		const struct leaves *leaves, struct bt_err *err)
{
	char real[PATH_MAX], *directory;
	const struct bt_json *old = NULL;
	mode_t mode = NEW_FILE_MODE;
	struct stat st;
	int code = read_document(reader, file->path, &old, &st, err);

	if (code && code != -ENOENT)
		return refuse(err);
	if (!code) {
		if (st.st_uid != geteuid()) {
			bt_err_set(err, EPERM, "%s belongs to another user", file->path);
			return refuse(err);
		}
		mode = st.st_mode & 0666;
		/* Who keeps it elsewhere, behind a symbolic link, has it changed there. */
		return write_document(realpath(file->path, real) ? real : file->path, old, leaves,
				      mode, err);
	}
	directory = bt_xstrdup(file->path);
	code = bt_make_path(dirname(directory), 0700, err);
	free(directory);
	return code ? code : write_document(file->path, NULL, leaves, mode, err);
}

int ui_settings_save(struct ui_settings_file *file, const struct ui_settings *settings,
		     unsigned which, struct bt_err *err)
{
	struct bt_json_reader *reader;
	struct leaves leaves;
	int code;

	if (!file->path[0])
		return bt_err_set(err, ENOENT, "not saved: %s", file->no_place.text);
	reader = bt_json_reader_create(FILE_BYTES_MAX);
	collect(&leaves, settings, which);
	code = save(file, reader, &leaves, err);
	bt_json_reader_free(reader);
	if (code)
		return code;
	file->present = true;
	ui_settings_take(&file->settings, settings, which);
	return 0;
}

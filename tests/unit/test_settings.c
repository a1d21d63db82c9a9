// SPDX-License-Identifier: GPL-2.0
/* config.json: what it may say, what it says wrongly, and that saving loses nothing. */
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/settings.h"

struct place {
	char base[64], directory[96], path[128];
};

static void place_make(struct place *place)
{
	snprintf(place->base, sizeof(place->base), "/tmp/test_settings.XXXXXX");
	assert_non_null(mkdtemp(place->base));
	snprintf(place->directory, sizeof(place->directory), "%s/buddytop", place->base);
	snprintf(place->path, sizeof(place->path), "%s/config.json", place->directory);
	setenv("XDG_CONFIG_HOME", place->base, 1);
}

static void place_remove(const struct place *place)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", place->base);
	assert_int_equal(system(command), 0);
}

static void write_text(const struct place *place, const char *text, mode_t mode)
{
	int fd;

	mkdir(place->directory, 0700);
	fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	assert_int_equal(chmod(place->path, mode), 0);
}

static char *read_text(const struct place *place)
{
	char *text;

	assert_true(bt_read_file(place->path, 100000, &text, NULL) >= 0);
	return text;
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned count = 0;

	for (; *text; text++)
		count += !strncmp(text, part, strlen(part));
	return count;
}

static void assert_defaults(const struct ui_settings *settings)
{
	assert_string_equal(settings->theme->name, "default");
	assert_null(settings->glyphs);
	assert_int_equal(settings->interval_ns, BT_NS_PER_S);
	assert_int_equal(settings->units.bytes, BT_BYTES_BINARY);
	assert_int_equal(settings->units.latency, BT_LATENCY_SCALED);
	assert_int_equal(settings->view, UI_VIEW_OVERVIEW);
	assert_int_equal(settings->hidden, 0);
}

/* ---- reading ---------------------------------------------------------------------------- */

static void no_file_means_defaults(void **state)
{
	struct ui_settings_file file;
	struct place place;

	(void)state;
	place_make(&place);
	ui_settings_load(&file);
	assert_string_equal(file.path, place.path);
	assert_false(file.present);
	assert_int_equal(file.problem_count, 0);
	assert_defaults(&file.settings);
	place_remove(&place);
}

static void the_place_follows_the_environment(void **state)
{
	struct ui_settings_file file;
	struct bt_err err;

	(void)state;
	/* Relative directories are to be ignored, says the specification. */
	setenv("XDG_CONFIG_HOME", "conf", 1);
	setenv("HOME", "/nowhere", 1);
	ui_settings_load(&file);
	assert_string_equal(file.path, "/nowhere/.config/buddytop/config.json");
	unsetenv("HOME");
	ui_settings_load(&file);
	assert_string_equal(file.path, "");
	assert_defaults(&file.settings);
	assert_int_equal(ui_settings_save(&file, &file.settings, 1, &err), -ENOENT);
	assert_non_null(strstr(err.text, "HOME"));
}

static void everything_can_be_said(void **state)
{
	struct ui_settings_file file;
	struct place place;

	(void)state;
	place_make(&place);
	write_text(&place,
		   "{\"theme\": \"contrast\", \"glyphs\": \"console\", \"interval_ms\": 200,\n"
		   " \"units\": {\"bytes\": \"decimal\", \"latency\": \"ns\"}, \"view\": \"numa\",\n"
		   " \"panels\": {\"overview\": {\"remote\": false, \"rate\": true},\n"
		   "              \"latency\": {\"where\": false}}}", 0600);
	ui_settings_load(&file);
	assert_true(file.present);
	assert_int_equal(file.problem_count, 0);
	assert_string_equal(file.settings.theme->name, "contrast");
	assert_string_equal(file.settings.glyphs->name, "console");
	assert_int_equal(file.settings.interval_ns, 200 * BT_NS_PER_MS);
	assert_int_equal(file.settings.units.bytes, BT_BYTES_DECIMAL);
	assert_int_equal(file.settings.units.latency, BT_LATENCY_NS);
	assert_int_equal(file.settings.view, UI_VIEW_NUMA);
	assert_int_equal(file.settings.hidden,
			 UI_PANEL_BIT(UI_PANEL_REMOTE) | UI_PANEL_BIT(UI_PANEL_WHERE));
	place_remove(&place);
}

/* One wrong value leaves the right ones beside it in force. */
static void wrong_values_are_told_one_by_one(void **state)
{
	static const char *const told[] = {
		"theme: allowed is one of default, light, contrast, monochrome",
		"glyphs: allowed is one of auto, full, console, ascii",
		"units.bytes: allowed is one of binary, decimal",
		"interval_ms: interval 5.00 ms",
		"panels.cpus.cpus: a view keeps at least one panel",
		"panels.numa.zones: true or false is expected",
	};
	struct ui_settings_file file;
	struct place place;
	unsigned found = 0;

	(void)state;
	place_make(&place);
	write_text(&place,
		   "{\"theme\": \"dark\", \"glyphs\": 3, \"interval_ms\": 5, \"view\": \"events\",\n"
		   " \"units\": {\"bytes\": \"metric\", \"latency\": \"ns\"},\n"
		   " \"panels\": {\"cpus\": {\"cpus\": false}, \"numa\": {\"zones\": 0}}}", 0600);
	ui_settings_load(&file);
	assert_int_equal(file.problem_count, BT_ARRAY_SIZE(told));
	for (unsigned i = 0; i < BT_ARRAY_SIZE(told); i++) {
		for (unsigned k = 0; k < file.problem_count; k++)
			found += strstr(file.problems[k].text, told[i]) != NULL;
	}
	assert_int_equal(found, BT_ARRAY_SIZE(told));
	assert_int_equal(file.settings.view, UI_VIEW_EVENTS);
	assert_int_equal(file.settings.units.latency, BT_LATENCY_NS);
	assert_string_equal(file.settings.theme->name, "default");
	assert_int_equal(file.settings.interval_ns, BT_NS_PER_S);
	assert_int_equal(file.settings.hidden, 0);
	place_remove(&place);
}

/* ---- what is not ours ------------------------------------------------------------------- */

static void check_left_alone(const struct place *place, const char *why)
{
	char *before = read_text(place), *after;
	struct ui_settings_file file;
	struct bt_err err;

	ui_settings_load(&file);
	assert_defaults(&file.settings);
	assert_int_equal(file.problem_count, 1);
	if (!strstr(file.problems[0].text, why))
		fail_msg("'%s' is not in: %s", why, file.problems[0].text);
	assert_int_equal(ui_settings_save(&file, &file.settings, 1, &err), -EEXIST);
	assert_non_null(strstr(err.text, "the file stays as it is"));
	after = read_text(place);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void what_is_no_settings_file_stays(void **state)
{
	char large[70000];
	struct place place;

	(void)state;
	place_make(&place);
	write_text(&place, "theme = light\n", 0600);
	check_left_alone(&place, "config.json");
	write_text(&place, "[1, 2]", 0600);
	check_left_alone(&place, "is not a JSON object");
	write_text(&place, "{\"theme\": \"light\"", 0600);
	check_left_alone(&place, "config.json");
	memset(large, ' ', sizeof(large) - 1);
	large[0] = '{';
	large[sizeof(large) - 2] = '}';
	large[sizeof(large) - 1] = '\0';
	write_text(&place, large, 0600);
	check_left_alone(&place, "File too large");
	place_remove(&place);
}

/* Opening a FIFO to read would wait for a writer. */
static void what_is_no_file_is_not_opened(void **state)
{
	struct ui_settings_file file;
	struct place place;
	struct bt_err err;
	struct stat st;

	(void)state;
	place_make(&place);
	mkdir(place.directory, 0700);
	assert_int_equal(mkfifo(place.path, 0600), 0);
	ui_settings_load(&file);
	assert_int_equal(file.problem_count, 1);
	assert_int_equal(ui_settings_save(&file, &file.settings, 1, &err), -EEXIST);
	assert_int_equal(lstat(place.path, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	place_remove(&place);
}

static void another_users_file_stays(void **state)
{
	struct ui_settings_file file;
	struct place place;
	struct bt_err err;

	(void)state;
	if (geteuid())
		skip();
	place_make(&place);
	write_text(&place, "{}", 0644);
	assert_int_equal(chown(place.path, 12345, 12345), 0);
	ui_settings_load(&file);
	assert_int_equal(ui_settings_save(&file, &file.settings, 1, &err), -EEXIST);
	assert_non_null(strstr(err.text, "belongs to another user"));
	place_remove(&place);
}

/* ---- writing ---------------------------------------------------------------------------- */

static void a_new_file_is_private(void **state)
{
	struct ui_settings_file file;
	struct ui_settings settings;
	struct place place;
	struct stat st;
	char *text;

	(void)state;
	place_make(&place);
	umask(0);
	ui_settings_load(&file);
	settings = file.settings;
	settings.theme = ui_theme_find("light");
	settings.interval_ns = 500 * BT_NS_PER_MS;
	assert_int_equal(ui_settings_save(&file, &settings, UI_SETTING_BIT(UI_SETTING_THEME),
					  NULL), 0);
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(place.directory, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	/* Only what was to be saved. */
	text = read_text(&place);
	assert_string_equal(text, "{\n  \"theme\": \"light\"\n}\n");
	free(text);
	assert_string_equal(file.settings.theme->name, "light");
	assert_int_equal(file.settings.interval_ns, BT_NS_PER_S);
	place_remove(&place);
}

static void unknown_keys_stay(void **state)
{
	static const char before[] =
		"{\n  \"x-mine\": [1.50, {\"deep\": null}],\n  \"theme\": \"light\",\n"
		"  \"units\": {\n    \"length\": \"m\",\n    \"bytes\": \"binary\"\n  },\n"
		"  \"panels\": {\n    \"mine\": {\n      \"a\": 1\n    },\n"
		"    \"overview\": {\n      \"b\": 2\n    }\n  }\n}\n";
	static const char *const after[] = {
		"\"x-mine\"", "1.50", "\"deep\": null", "\"length\": \"m\"", "\"a\": 1", "\"b\": 2",
		"\"theme\": \"contrast\"", "\"bytes\": \"decimal\"", "\"remote\": false",
		"\"available\": true", "\"heatmap\": true",
	};
	struct ui_settings_file file, again;
	struct ui_settings settings;
	struct place place;
	struct stat st;
	char *text;

	(void)state;
	place_make(&place);
	write_text(&place, before, 0640);
	ui_settings_load(&file);
	settings = file.settings;
	settings.theme = ui_theme_find("contrast");
	settings.units.bytes = BT_BYTES_DECIMAL;
	assert_true(ui_settings_show_panel(&settings, UI_PANEL_REMOTE, false));
	assert_int_equal(ui_settings_save(&file, &settings,
					  ui_settings_differ(&settings, &file.settings), NULL), 0);
	text = read_text(&place);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(after); i++) {
		if (count_of(text, after[i]) != 1)
			fail_msg("%s is not there once:\n%s", after[i], text);
	}
	assert_null(strstr(text, "interval_ms"));
	assert_ptr_equal(strstr(text, "\"theme\""), strstr(text, "\"theme\": \"contrast\""));
	free(text);
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	ui_settings_load(&again);
	assert_int_equal(again.problem_count, 0);
	assert_int_equal(ui_settings_differ(&again.settings, &settings), 0);
	place_remove(&place);
}

/* What is kept elsewhere, behind a link, is changed there; the link stays a link. */
static void a_link_stays_a_link(void **state)
{
	struct ui_settings_file file;
	struct ui_settings settings;
	struct place place;
	char elsewhere[128];
	struct stat st;

	(void)state;
	place_make(&place);
	write_text(&place, "{}", 0600);
	snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere.json", place.base);
	assert_int_equal(rename(place.path, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, place.path), 0);
	ui_settings_load(&file);
	settings = file.settings;
	settings.view = UI_VIEW_CPUS;
	assert_int_equal(ui_settings_save(&file, &settings, UI_SETTING_BIT(UI_SETTING_VIEW), NULL),
			 0);
	assert_int_equal(lstat(place.path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(elsewhere, &st), 0);
	assert_true(st.st_size > 2);
	place_remove(&place);
}

/* A write that fails half way, as on a full disk, leaves the old file and nothing else. */
static void a_full_disk_loses_nothing(void **state)
{
	static const char before[] = "{\"theme\": \"light\", \"x\": \"0123456789abcdef\"}";
	struct rlimit limit, old;
	struct ui_settings_file file;
	struct place place;
	struct bt_err err;
	char *text;
	int code;

	(void)state;
	place_make(&place);
	write_text(&place, before, 0600);
	ui_settings_load(&file);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	limit = (struct rlimit){ .rlim_cur = 16, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &limit);
	code = ui_settings_save(&file, &file.settings, UI_SETTING_BIT(UI_SETTING_VIEW), &err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(code, -EFBIG);
	assert_non_null(strstr(err.text, place.path));
	text = read_text(&place);
	assert_string_equal(text, before);
	free(text);
	/* Only the file itself is in the way of the directory's removal. */
	assert_int_equal(unlink(place.path), 0);
	assert_int_equal(rmdir(place.directory), 0);
	place_remove(&place);
}

/* ---- panels ----------------------------------------------------------------------------- */

static void a_view_keeps_a_panel(void **state)
{
	enum ui_panel panels[UI_PANEL_COUNT];
	struct ui_settings settings;

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		unsigned count = ui_view_panels(view, panels), i;

		ui_settings_default(&settings);
		for (i = 0; i + 1 < count; i++)
			assert_true(ui_settings_show_panel(&settings, panels[i], false));
		assert_false(ui_settings_show_panel(&settings, panels[i], false));
		assert_false(settings.hidden & UI_PANEL_BIT(panels[i]));
		assert_true(ui_settings_show_panel(&settings, panels[0], true));
		assert_false(settings.hidden & UI_PANEL_BIT(panels[0]));
	}
}

static void every_panel_has_a_word_and_one_view(void **state)
{
	enum ui_panel panels[UI_PANEL_COUNT];
	ui_panel_set seen = 0;

	(void)state;
	for (unsigned view = 0; view < UI_VIEW_COUNT; view++) {
		for (unsigned i = ui_view_panels(view, panels); i-- > 0;) {
			assert_non_null(ui_panel_words[panels[i]]);
			assert_false(seen & UI_PANEL_BIT(panels[i]));
			seen |= UI_PANEL_BIT(panels[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_file_means_defaults),
		cmocka_unit_test(the_place_follows_the_environment),
		cmocka_unit_test(everything_can_be_said),
		cmocka_unit_test(wrong_values_are_told_one_by_one),
		cmocka_unit_test(what_is_no_settings_file_stays),
		cmocka_unit_test(what_is_no_file_is_not_opened),
		cmocka_unit_test(another_users_file_stays),
		cmocka_unit_test(a_new_file_is_private),
		cmocka_unit_test(unknown_keys_stay),
		cmocka_unit_test(a_link_stays_a_link),
		cmocka_unit_test(a_full_disk_loses_nothing),
		cmocka_unit_test(a_view_keeps_a_panel),
		cmocka_unit_test(every_panel_has_a_word_and_one_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

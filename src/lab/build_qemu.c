// SPDX-License-Identifier: GPL-2.0
/* The QEMU of a build. */
#include <stdio.h>
#include <stdlib.h>

#include "core/util.h"
#include "lab/build_part.h"

#define ARGV_MAX 48u

/* A guest of the lab has no screen, no sound, no network, no disk but a file. */
static const char *const unused_features[] = {
	"docs", "user", "tools", "guest-agent", "werror", "gtk", "sdl", "vnc", "spice", "opengl",
	"virglrenderer", "curses", "slirp", "libusb", "usb-redir", "smartcard", "capstone",
	"libssh", "rbd", "curl", "gnutls", "xen", "bpf",
};

/* Nothing is fetched, by whatever name the version knows that. */
static const struct {
	const char *known, *option;
} offline[] = {
	{ "--disable-download", "--disable-download" },
	{ "--with-git-submodules", "--with-git-submodules=ignore" },
};

struct words {
	char *item[ARGV_MAX + 1];
	unsigned count;
};

static void add_word(struct words *words, char *text)
{
	if (words->count < ARGV_MAX)
		words->item[words->count++] = text;
	else
		free(text);
}

static void free_words(struct words *words)
{
	for (unsigned i = 0; i < words->count; i++)
		free(words->item[i]);
}

static void configure_words(const struct bt_build *build, struct words *words)
{
	const char *needs = build_qemu_needs(build);

	add_word(words, bt_xstrdup("env"));
	add_word(words, bt_xstrdup("LC_ALL=C"));
	add_word(words, bt_xasprintf("%s/configure", build->qemu_src));
	add_word(words, bt_xstrdup("--target-list=x86_64-softmmu"));
	for (unsigned i = 0; i < BT_ARRAY_SIZE(unused_features); i++) {
		char *option = bt_xasprintf("--disable-%s", unused_features[i]);

		if (build_qemu_knows(build, option))
			add_word(words, option);
		else
			free(option);
	}
	for (unsigned i = 0; i < BT_ARRAY_SIZE(offline); i++) {
		if (build_qemu_knows(build, offline[i].known))
			add_word(words, bt_xstrdup(offline[i].option));
	}
	if (needs)
		add_word(words, bt_xstrdup(needs));
}

int build_configure_qemu(struct bt_build *build, const char *log, struct bt_err *err)
{
	struct words words = { 0 };
	int ret = bt_make_path(build->qemu_dir, 0755, err);

	if (ret)
		return ret;
	configure_words(build, &words);
	ret = build_make(build, &(struct build_job){
		.argv = (const char *const *)words.item, .text = "configuring QEMU",
		.directory = build->qemu_dir, .log_path = log }, err);
	free_words(&words);
	return ret;
}

int build_make_qemu(struct bt_build *build, const char *log, struct bt_err *err)
{
	char jobs[16];
	const char *argv[] = { "env", "LC_ALL=C", "ninja", "-C", build->qemu_dir, jobs, BUILD_QEMU_NAME, NULL };

	snprintf(jobs, sizeof(jobs), "-j%u", build->jobs);
	return build_make(build, &(struct build_job){ .argv = argv, .text = "building QEMU",
						      .log_path = log }, err);
}

char *build_qemu_config_state(const struct bt_build *build)
{
	struct words words = { 0 };
	char *state = bt_xasprintf("%s\n", build->qemu_state);

	configure_words(build, &words);
	for (unsigned i = 0; i < words.count; i++) {
		char *longer = bt_xasprintf("%s%s ", state, words.item[i]);

		free(state);
		state = longer;
	}
	free_words(&words);
	return state;
}

char *build_qemu_state(const struct bt_build *build)
{
	return bt_xasprintf("%s\n", build->qemu_state);
}

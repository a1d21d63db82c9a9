// SPDX-License-Identifier: GPL-2.0
#include "lab/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/util.h"
#include "vm/place.h"

#define PLAN_LIMIT (1u << 20)

struct running {
	const struct bt_lab_suite *suite;
	struct bt_lab_suite_progress now;
	uint64_t begin_ns, spent_ns;
	unsigned measured;		/* runs that spent_ns is of */
	bool interrupted;
};

static void show(void *context, const char *text)
{
	struct running *r = context;

	r->now.elapsed_ns = bt_mono_ns() - r->begin_ns;
	r->now.left_ns = r->measured ? r->spent_ns / r->measured *
				       (r->now.total - r->now.position + 1) : BT_UNKNOWN;
	if (r->suite->progress)
		r->suite->progress(r->suite->context, &r->now, text);
}

static bool ask(void *context, const char *question)
{
	const struct bt_lab_suite *suite = ((struct running *)context)->suite;

	return suite->ask && suite->ask(suite->context, question);
}

/* ---- the directory ------------------------------------------------------------------------ */

/* Which QEMU, which kernel: what is asked for elsewhere than in the plan. */
static void put_parts(const struct bt_mode *mode, FILE *out)
{
	const struct {
		const char *name, *path;
	} parts[] = {
		{ "qemu", mode->qemu }, { "kernel", mode->kernel }, { "kdir", mode->kdir },
		{ "module", mode->module }, { "append", mode->append },
		{ "vfio-device", mode->vfio_devices },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(parts); i++) {
		if (parts[i].path)
			fprintf(out, "# %s: %s = %s\n", mode->name, parts[i].name, parts[i].path);
	}
}

static bool named_before(const struct bt_lab_item *items, unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (!strcmp(items[i].mode, items[index].mode))
			return true;
	}
	return false;
}

/* All that results depend on, and must be the same to go on: they are of one kind then. */
static char *plan_text(const struct bt_lab_suite *suite, const struct bt_lab_item *items,
		       unsigned count)
{
	const struct bt_mode *mode;
	struct bt_err ignored;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return bt_xstrdup("");
	fprintf(out, "# seed %llu\n# accel %s\n", (unsigned long long)suite->seed, suite->accel);
	for (unsigned i = 0; i < count; i++) {
		if (!named_before(items, i) &&
		    !bt_modes_find(suite->modes, items[i].mode, &mode, &ignored))
			put_parts(mode, out);
	}
	bt_lab_plan_print(suite->plan, out);
	fclose(out);
	return text;
}

static int check_same(const char *path, const char *text, struct bt_err *err)
{
	char *there;
	ssize_t size = bt_read_file(path, PLAN_LIMIT, &there, err);
	bool same;

	if (size < 0)
		return (int)size;
	same = !strcmp(there, text);
	free(there);
	return same ? 0 : bt_err_set(err, EINVAL, "%s is of another plan, seed, accelerator, QEMU or "
				     "kernel: what is there was asked for otherwise", path);
}

static int open_directory(const struct bt_lab_suite *suite, const struct bt_lab_item *items,
			  unsigned count, struct bt_err *err)
{
	char *path = bt_xasprintf("%s/plan.txt", suite->directory);
	char *text = plan_text(suite, items, count);
	int ret = bt_make_path(suite->directory, 0755, err);

	if (!ret && !access(path, F_OK))
		ret = suite->resume ? check_same(path, text, err) :
		      bt_err_set(err, EEXIST, "%s has results already: --resume goes on with them",
				 suite->directory);
	else if (!ret)
		ret = bt_write_file(path, text, strlen(text), 0644, err);
	free(text);
	free(path);
	return ret;
}

/* Beside what comes now: a result, if of a failure. */
static int put_aside(const char *folder, struct bt_err *err)
{
	char *aside = NULL;
	int ret = 0;

	for (unsigned i = 1; i < 1000; i++) {
		free(aside);
		aside = bt_xasprintf("%s.failed-%u", folder, i);
		if (access(aside, F_OK))
			break;
	}
	if (rename(folder, aside))
		ret = bt_err_set(err, errno, "%s: %s", aside, strerror(errno));
	free(aside);
	return ret;
}

/*
 * Whether the run is to be done; *err where its folder cannot be told. *failed: it is over, and failed.
 */
static bool is_wanted(const struct bt_lab_suite *suite, const char *folder, bool *failed,
		      struct bt_err *err)
{
	struct bt_lab_run *run;
	struct bt_err ignored;

	err->code = 0;
	*failed = false;
	if (access(folder, F_OK))
		return true;
	if (bt_lab_run_read(&run, folder, false, &ignored))
		return !put_aside(folder, err);	/* ours it is not, and not to be lost either */
	*failed = bt_lab_run_failed(run);
	bt_lab_run_free(run);
	return *failed && suite->again && !put_aside(folder, err);
}

/* ---- runs --------------------------------------------------------------------------------- */

static int finish(const struct bt_lab_run *run, const char *part, const char *folder,
		  struct bt_err *err)
{
	int ret = bt_lab_run_write(run, part, err);

	if (!ret && rename(part, folder))
		ret = bt_err_set(err, errno, "%s: %s", folder, strerror(errno));
	return ret;
}

static void run_in(struct running *r, struct bt_lab_item *item, const char *part,
		   const char *folder)
{
	struct bt_lab_options *options = &item->options;
	uint64_t begin_ns = bt_mono_ns();
	struct bt_lab_run *run;
	struct bt_err err;

	options->accel = r->suite->accel;
	options->folder = part;
	options->place = (struct bt_lab_place){ .run = r->now.position, .runs = r->now.total,
						.repetition = item->repetition };
	options->serve = r->suite->serve;
	options->assume_yes = r->suite->assume_yes;
	options->stop_fd = r->suite->stop_fd;
	options->progress = show;
	options->ask = ask;
	options->context = r;
	run = bt_lab_run_once(options);
	run->repetition = item->repetition;
	run->warm_up = item->warm_up;
	snprintf(run->label, sizeof(run->label), "%s", item->label);
	r->interrupted = run->end == BT_LAB_INTERRUPTED;
	/* It stays a part: once there is room again, --resume does it anew. */
	if (!r->interrupted && finish(run, part, folder, &err)) {
		run->end = BT_LAB_NO_SPACE;
		snprintf(run->reason, sizeof(run->reason), "%s", err.text);
	}
	r->now.failed += bt_lab_run_failed(run) && !r->interrupted;
	r->spent_ns += bt_mono_ns() - begin_ns;
	r->measured++;
	if (r->suite->done)
		r->suite->done(r->suite->context, &r->now, run);
	bt_lab_run_free(run);
}

/* What an end in the middle left of it is no result. */
static int do_item(struct running *r, struct bt_lab_item *item, struct bt_err *err)
{
	char *folder = bt_xasprintf("%s/%s", r->suite->directory, item->name);
	char *part = bt_xasprintf("%s.part", folder);
	int ret = bt_modes_find(r->suite->modes, item->mode, &item->options.mode, err);
	bool failed;

	if (!ret)
		ret = bt_mode_complete(item->options.mode, &item->options.size, err);
	r->now.item = item;
	if (!ret && !is_wanted(r->suite, folder, &failed, err)) {
		ret = -err->code;
		r->now.skipped++;
		r->now.failed += failed;
	} else if (!ret) {
		bt_place_remove(part);
		ret = bt_make_path(part, 0755, err);
		if (!ret)
			run_in(r, item, part, folder);
		if (r->interrupted)
			bt_place_remove(part);
	}
	free(part);
	free(folder);
	return ret;
}

/* Before hours are spent on the others. */
static int check_modes(const struct bt_lab_suite *suite, const struct bt_lab_item *items,
		       unsigned count, struct bt_err *err)
{
	int ret = 0;

	for (unsigned i = 0; i < count && !ret; i++) {
		struct bt_lab_options options = items[i].options;

		ret = bt_modes_find(suite->modes, items[i].mode, &options.mode, err);
		if (!ret)
			ret = bt_mode_complete(options.mode, &options.size, err);
		if (!ret)
			ret = bt_lab_check_mode(&options, err);
	}
	return ret;
}

int bt_lab_suite_run(const struct bt_lab_suite *suite, struct bt_err *err)
{
	struct running r = { .suite = suite, .begin_ns = bt_mono_ns() };
	struct bt_lab_item *items = NULL;
	int ret = bt_lab_plan_expand(suite->plan, suite->seed, &items, &r.now.total, err);

	if (!ret)
		ret = check_modes(suite, items, r.now.total, err);
	if (!ret)
		ret = open_directory(suite, items, r.now.total, err);
	for (unsigned i = 0; i < r.now.total && !ret && !r.interrupted; i++) {
		r.now.position = i + 1;
		ret = do_item(&r, &items[i], err);
	}
	free(items);
	if (ret)
		return ret;
	if (r.interrupted)
		return bt_err_set(err, EINTR, "interrupted; --resume goes on in %s", suite->directory);
	if (r.now.failed)
		return bt_err_set(err, EREMOTEIO, "%u of %u runs failed (%s%s)", r.now.failed,
				  r.now.total, suite->directory,
				  r.now.skipped ? "; --again does them once more" : "");
	return 0;
}

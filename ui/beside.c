// SPDX-License-Identifier: GPL-2.0
#include "ui/beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- which it is ------------------------------------------------------------------------- */

/* Source "user", whose pages are allocated by ways of their own. */
static bool is_user(const struct bt_machine *machine)
{
	return !strncmp(machine->source, "user", 4) &&
	       (machine->source[4] == ':' || !machine->source[4]);
}

/* Times of a model, of an emulation and of hardware are not of one kind, nor are those of two ways. */
static int check_kind(const struct bt_machine *first, const struct bt_machine *second,
		      struct bt_err *err)
{
	if (first->reality != second->reality)
		return bt_err_set(err, EINVAL, "the second machine is %s, the first %s: their numbers "
				  "are not to be compared", bt_reality_name[second->reality],
				  bt_reality_name[first->reality]);
	if ((is_user(first) || is_user(second)) && strcmp(first->source, second->source))
		return bt_err_set(err, EINVAL, "the second source is %s, the first %s: what is allocated "
				  "in other ways is not to be compared", second->source, first->source);
	return 0;
}

int ui_beside_check(const struct bt_machine *first, const struct bt_machine *second,
		    struct bt_err *err)
{
	const struct {
		const char *what;
		uint32_t first, second;
	} sizes[] = {
		{ "CPUs", first->cpu_count, second->cpu_count },
		{ "nodes", first->node_count, second->node_count },
		{ "bytes in a page", first->page_bytes, second->page_bytes },
	};

	for (unsigned i = 0; i < BT_ARRAY_SIZE(sizes); i++) {
		if (sizes[i].first != sizes[i].second)
			return bt_err_set(err, EINVAL, "the second machine has %u %s, the first "
					  "%u: only machines of one size can be compared",
					  sizes[i].second, sizes[i].what, sizes[i].first);
	}
	return check_kind(first, second, err);
}

static const char other[] = "other";

/* "6.12.1" of "6.12.1-amd64", "sim:2" of "sim:2,cpus=4"; false: too long for a column. */
static bool shorten(const char *name, char label[UI_BESIDE_LABEL])
{
	size_t length = strcspn(name, "-+,");

	snprintf(label, UI_BESIDE_LABEL, "%.*s", (int)length, name);
	return length && length < UI_BESIDE_LABEL;
}

void ui_beside_name(struct ui_beside *beside, const struct bt_machine *first)
{
	const char *kernel = beside->machine->kernel;
	bool differ = strcmp(kernel, first->kernel) != 0;
	bool named = shorten(first->kernel, beside->first);
	bool labelled;

	snprintf(beside->name, sizeof(beside->name), "%s", differ ? kernel : beside->given);
	labelled = shorten(beside->name, beside->label) && strcmp(beside->label, beside->first);
	if (!labelled)
		snprintf(beside->label, sizeof(beside->label), "%s", other);
	beside->two_kernels = differ && named && labelled;
	if (!beside->two_kernels)
		snprintf(beside->first, sizeof(beside->first), "this");
}

const char *ui_beside_word(const struct ui_beside *beside)
{
	return strcmp(beside->label, other) ? beside->label : beside->name;
}

struct ui_beside *ui_beside_create(struct bt_session *session, const char *given)
{
	struct ui_beside *beside = bt_xcalloc(1, sizeof(*beside));

	beside->session = session;
	beside->given = given;
	beside->due = true;
	bt_point_forget(&beside->nothing);
	beside->nothing.gap = true;
	return beside;
}

static void drop_kept(struct ui_beside *beside)
{
	free(beside->kept);
	beside->kept = NULL;
	beside->kept_number = 0;
}

void ui_beside_free(struct ui_beside *beside)
{
	if (!beside)
		return;
	drop_kept(beside);
	free(beside);
}

/* ---- clocks ------------------------------------------------------------------------------ */

static const struct bt_point *newest_of(const struct bt_session *session)
{
	return bt_history_at(bt_session_history(session), BT_TIER_SAMPLE, 0);
}

static bool samples(const struct bt_session_status *status)
{
	return status->state == BT_SESSION_LIVE || status->state == BT_SESSION_PAUSED;
}

static struct ui_epoch *current(struct ui_beside *beside)
{
	return beside->epoch_count ? &beside->epochs[beside->epoch_count - 1] : NULL;
}

/* A clock that began anew, and not one that was only unheard for a while, begins an epoch. */
static void take_shift(struct ui_beside *beside, const struct bt_point *ours,
		       const struct bt_point *theirs)
{
	int64_t shift_ns = (int64_t)(theirs->mono_ns - ours->mono_ns);
	struct ui_epoch *epoch = current(beside);

	beside->due = false;
	if (epoch && (uint64_t)llabs(shift_ns - epoch->shift_ns) <=
			     2 * (ours->length_ns + theirs->length_ns)) {
		epoch->shift_ns = shift_ns;
		return;
	}
	if (epoch)
		epoch->last = beside->seen[1];
	if (beside->epoch_count == UI_BESIDE_EPOCHS)
		memmove(beside->epochs, beside->epochs + 1,
			--beside->epoch_count * sizeof(*beside->epochs));
	beside->epochs[beside->epoch_count++] = (struct ui_epoch){
		.shift_ns = shift_ns, .last = UINT64_MAX,
		.ours = epoch ? ours->number : 0, .theirs = epoch ? theirs->number : 0,
	};
}

void ui_beside_match(struct ui_beside *beside, const struct bt_session *first)
{
	const struct bt_point *ours = newest_of(first), *theirs = newest_of(beside->session);
	struct bt_session_status status[2];
	struct ui_pace pace = { .restarts = { 0 } };
	bool fresh;

	bt_session_status(first, &status[0]);
	bt_session_status(beside->session, &status[1]);
	pace.restarts[0] = status[0].restarts;
	pace.restarts[1] = status[1].restarts;
	pace.interval_ns = status[0].interval_ns;
	/* By the clock it must have come just now: the next of the second is still to come then. */
	fresh = ours && ours->number != beside->seen[0] &&
		(beside->seen[0] || !pace.interval_ns);
	beside->seen[0] = ours ? ours->number : 0;
	if (!samples(&status[0]) || !samples(&status[1]) ||
	    memcmp(&pace, &beside->pace, sizeof(pace))) {
		beside->pace = pace;
		beside->due = true;
		beside->seen[1] = beside->epoch_count && theirs ? theirs->number : 0;
	}
	if (beside->due && fresh && theirs && theirs->number > beside->seen[1] &&
	    samples(&status[0]) && samples(&status[1]))
		take_shift(beside, ours, theirs);
}

/* ---- what it was ------------------------------------------------------------------------- */

/* The ages of a tier that an epoch holds for: from youngest on, below end. */
struct ages {
	unsigned youngest, end;
};

static struct ages ages_of(const struct ui_beside *beside, const struct ui_epoch *epoch,
			   enum bt_tier tier)
{
	struct ages ages = { .end = bt_history_count(beside->history, tier) };

	if (ages.end && epoch->last != UINT64_MAX)
		ages.youngest = bt_history_age(beside->history, tier, epoch->last);
	if (ages.end && epoch->theirs)
		ages.end = bt_history_age(beside->history, tier, epoch->theirs) + 1;
	return ages;
}

static const struct ui_epoch *epoch_of(const struct ui_beside *beside, const struct bt_point *point)
{
	unsigned i = beside->epoch_count;

	while (i-- > 1 && beside->epochs[i].ours > point->number)
		;
	return beside->epoch_count && beside->epochs[i].ours <= point->number ?
		       &beside->epochs[i] : NULL;
}

/* The oldest of them that ends at ns or after it; the youngest where all end before. */
static unsigned age_of(const struct ui_beside *beside, enum bt_tier tier, struct ages ages,
		       uint64_t ns)
{
	unsigned young = ages.youngest, old = ages.end;

	while (young + 1 < old) {
		unsigned middle = young + (old - young) / 2;

		if (bt_history_at(beside->history, tier, middle)->mono_ns >= ns)
			young = middle;
		else
			old = middle;
	}
	return young;
}

/*
 * By the middle, as the ends of what was sampled together differ a little. A newest one that is
 * less than two steps old may stand for the one that is to come any moment. Returns the age,
 * NOTHING, or EARLIER than all.
 */
enum { NOTHING = -1, EARLIER = -2 };

static long place(const struct ui_beside *beside, enum bt_tier tier, const struct bt_point *point)
{
	const struct ui_epoch *epoch = epoch_of(beside, point);
	const struct bt_point *found;
	uint64_t end_ns, half_ns = point->length_ns / 2;
	struct ages ages;
	unsigned age;

	if (!epoch || !beside->fits || !bt_history_count(beside->history, tier))
		return EARLIER;
	ages = ages_of(beside, epoch, tier);
	end_ns = point->mono_ns + (uint64_t)epoch->shift_ns;
	age = age_of(beside, tier, ages, end_ns - half_ns);
	found = bt_history_at(beside->history, tier, age);
	if (found->mono_ns + 2 * point->length_ns < end_ns)
		return NOTHING;
	if (age + 1 >= ages.end && end_ns + half_ns < found->mono_ns)
		return epoch == beside->epochs ? EARLIER : NOTHING;
	return age;
}

const struct bt_point *ui_beside_at(const struct ui_beside *beside, enum bt_tier tier,
				    const struct bt_point *point)
{
	long age = place(beside, tier, point);

	return age >= 0 ? bt_history_at(beside->history, tier, (unsigned)age) :
	       age == NOTHING ? &beside->nothing : NULL;
}

/* As ui_feed does with the first's point: once for each instant that is gone to. */
static void keep(struct ui_beside *beside, const struct ui_model *model)
{
	long age;

	if (beside->kept_number == model->point->number && beside->kept_tier == model->tier)
		return;
	age = place(beside, model->tier, model->point);
	beside->kept_tier = model->tier;
	beside->kept_number = model->point->number;
	beside->point = age == NOTHING ? &beside->nothing : NULL;
	if (age < 0)
		return;
	if (!beside->kept)
		beside->kept = bt_history_point(beside->history);
	bt_history_merge(beside->history, model->tier, (unsigned)age, (unsigned)age, beside->kept);
	beside->point = beside->kept;
}

void ui_beside_update(struct ui_beside *beside, const struct ui_model *model)
{
	const struct bt_session *session = beside ? beside->session : NULL;

	if (!beside)
		return;
	beside->machine = bt_session_machine(session);
	beside->history = bt_session_history(session);
	beside->live = bt_session_frame(session);
	bt_session_status(session, &beside->status);
	bt_session_measured(session, &beside->measure);
	beside->fits = !ui_beside_check(model->machine, beside->machine, NULL);
	ui_beside_name(beside, model->machine);
	if (!beside->fits) {
		beside->epoch_count = 0;
		beside->due = true;
	}
	if (!beside->fits || !model->point) {
		drop_kept(beside);
		beside->point = NULL;
	} else if (model->frozen) {
		keep(beside, model);
	} else {
		drop_kept(beside);
		beside->point = ui_beside_at(beside, model->tier, model->point);
	}
}

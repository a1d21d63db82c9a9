// SPDX-License-Identifier: GPL-2.0
/* Where to go in a recording, as people say it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "session/session.h"

#define DAY_S 86400u

struct place {
	struct bt_session *session;
	struct bt_replay_status status;
	const char *text;
	uint64_t at_ns;
};

/* "12:34" or "12:34:56": the first such time of day (UTC) from the beginning on. */
static bool by_clock(struct place *p)
{
	unsigned hour, minute, second = 0, from;
	int used = 0, fields = sscanf(p->text, "%2u:%2u%n:%2u%n", &hour, &minute, &used, &second,
				      &used);
	int64_t begin_s = p->status.begin_utc_ns / (int64_t)BT_NS_PER_S;

	if (fields < 2 || p->text[used] || hour > 23 || minute > 59 || second > 59)
		return false;
	from = (unsigned)(begin_s % DAY_S);
	second += 3600 * hour + 60 * minute;
	p->at_ns = (second >= from ? second - from : second + DAY_S - from) * BT_NS_PER_S;
	return true;
}

/* "5m": since the beginning; "+30s", "-30s": from here. */
static bool by_time(struct place *p)
{
	const char *digits = p->text + strspn(p->text, "+-");
	uint64_t ns, now = p->status.position_ns;

	if (digits - p->text > 1 || bt_parse_time_ns(digits, BT_NS_PER_S, &ns))
		return false;
	if (*p->text == '+')
		ns = ns < UINT64_MAX - now ? now + ns : UINT64_MAX;
	else if (*p->text == '-')
		ns = now > ns ? now - ns : 0;
	p->at_ns = ns;
	return true;
}

static bool by_end(struct place *p)
{
	p->at_ns = !strcmp(p->text, "end") ? p->status.length_ns : 0;
	return !strcmp(p->text, "end") || !strcmp(p->text, "begin");
}

/* "mark next", "mark previous", "mark 3", or a part of a mark's text. */
static bool by_mark(struct place *p)
{
	const char *what = p->text + (strncmp(p->text, "mark ", 5) ? 0 : 5);
	uint64_t at_ns, number = 0, now = p->status.position_ns;
	bool found = false, before = !strcmp(what, "previous"), numbered;
	struct bt_event mark;

	numbered = what != p->text && !bt_parse_u64(what, &number);
	for (size_t i = 0; bt_session_replay_mark(p->session, i, &at_ns, &mark); i++) {
		if (before ? at_ns >= now : !strcmp(what, "next") ? at_ns <= now :
		    numbered ? number != i + 1 : !strcasestr(mark.text, what))
			continue;
		p->at_ns = at_ns;
		found = true;
		if (!before)
			break;
	}
	return found;
}

int bt_session_seek_text(struct bt_session *s, const char *text, struct bt_err *err)
{
	static bool (*const forms[])(struct place *) = { by_clock, by_time, by_end, by_mark };
	struct place place = { .session = s, .text = text };

	if (!bt_session_replay(s, &place.status))
		return bt_session_seek(s, 0, err);
	for (unsigned i = 0; *text && i < BT_ARRAY_SIZE(forms); i++) {
		if (forms[i](&place))
			return bt_session_seek(s, place.at_ns, err);
	}
	return bt_err_set(err, EINVAL, "seek %s: 5m (from the beginning), +30s, -30s, 12:34:56 (UTC), "
			  "begin, end, mark N, mark next, mark previous or the text of a mark", text);
}

int bt_session_speed_text(struct bt_session *s, const char *text, struct bt_err *err)
{
	const char *digits = text + (*text == 'x');
	double speed = -1;
	int used = 0;

	if (!strcmp(text, "max"))
		speed = 0;
	else if (sscanf(digits, "%lf%n", &speed, &used) != 1 || digits[used] || speed == 0)
		speed = -1;
	return bt_session_set_speed(s, speed, err);
}

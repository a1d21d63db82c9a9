// SPDX-License-Identifier: GPL-2.0
/* What the header says about the session: that it is recorded, or is a recording. */
#include <unistd.h>

#include "core/param.h"
#include "ui/beside.h"
#include "ui/panel.h"

static void add_replay(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_replay_status *replay = &model->replay;
	char position[UI_TEXT], length[UI_TEXT], speed[UI_TEXT] = "max", seek[32] = "";

	if (replay->speed > 0)
		snprintf(speed, sizeof(speed), "x%g", replay->speed);
	if (replay->seeking)
		snprintf(seek, sizeof(seek), "seeking %u %%, at ", replay->seek_percent);
	ui_row_add(row, 0, UI_ROLE_BADGE, "", " REPLAY %s%s / %s %s ", seek,
		   ui_text_clock(replay->position_ns, position),
		   ui_text_clock(replay->length_ns, length), speed);
	if (replay->left_out)
		ui_row_add(row, 2, UI_ROLE_WARN, "left out", "%zu", replay->left_out);
}

/* Only where there is more than this dashboard. */
static void add_dashboards(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_peer *peer = &model->peer;
	uint64_t own = (uint64_t)getpid();

	if (model->status.state == BT_SESSION_LOST)
		return;
	if (peer->pid != own)
		ui_row_add(row, 3, UI_ROLE_NORMAL, "session of", "pid %llu",
			   (unsigned long long)peer->pid);
	if (peer->dashboards > 1)
		ui_row_add(row, 4, UI_ROLE_NORMAL, "dashboards", "%u", peer->dashboards);
	if (peer->dashboards > 1 || peer->pid != own) {
		if (!peer->controller_pid)
			ui_row_add(row, 2, UI_ROLE_NORMAL, "control", "nobody yet");
		else if (peer->controller_pid == own)
			ui_row_add(row, 2, UI_ROLE_STRONG, "control", "this dashboard");
		else
			ui_row_add(row, 2, UI_ROLE_STRONG, "control", "pid %llu",
				   (unsigned long long)peer->controller_pid);
	}
}

/* The machine that is compared with: what is not as with this one. */
static void add_beside(const struct ui_model *model, struct ui_row *row)
{
	const struct ui_beside *beside = model->beside;
	const struct bt_frame *ours = model->live, *theirs = beside->live;

	if (beside->status.state == BT_SESSION_LOST)
		ui_row_add(row, 0, UI_ROLE_ALARM, "", " %s LOST: %s ", beside->label,
			   beside->status.error.text);
	else if (!beside->fits)
		ui_row_add(row, 0, UI_ROLE_ALARM, "", " %s IS ANOTHER MACHINE NOW ", beside->label);
	else if (beside->status.state == BT_SESSION_ENDED)
		ui_row_add(row, 0, UI_ROLE_ALARM, "", " %s ENDED ", beside->label);
	else if (ours && theirs && (theirs->run != ours->run || theirs->reason > BT_REASON_USER))
		ui_row_add(row, 1, UI_ROLE_WARN, beside->label, "%s%s%s", bt_run_name(theirs->run),
			   theirs->reason > BT_REASON_USER ? ", " : "",
			   theirs->reason > BT_REASON_USER ? bt_reason_text(theirs->reason) : "");
	if (ui_model_other_way(model))
		ui_row_add(row, 1, UI_ROLE_WARN, beside->label, "way %s: not compared", theirs->way);
	if (beside->trouble[0])
		ui_row_add(row, 1, UI_ROLE_BAD, beside->label, "did not take the last change");
	if (beside->machine->reality != model->machine->reality)
		ui_row_add(row, 1, UI_ROLE_BADGE, beside->label, "%s",
			   ui_reality_badge[beside->machine->reality]);
}

void ui_header_session(const struct ui_model *model, struct ui_row *row)
{
	const struct bt_recording *recording = &model->recording;
	char clock[UI_TEXT], size[UI_TEXT];
	uint64_t now = model->status.now_ns;

	if (model->is_replay)
		add_replay(model, row);
	if (model->is_recording)
		ui_row_add(row, 1, UI_ROLE_BADGE, "", " REC %s %s ",
			   ui_text_clock(now > recording->since_ns ? now - recording->since_ns : 0,
					 clock),
			   ui_text_narrow(&model->units, recording->bytes, size));
	else if (recording->error.code)
		ui_row_add(row, 2, UI_ROLE_BAD, "", "recording ended: see the log");
	add_dashboards(model, row);
	if (model->beside)
		add_beside(model, row);
}

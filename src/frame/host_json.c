// SPDX-License-Identifier: GPL-2.0
/* A guest as its host sees it, as JSON. */
#include <errno.h>

#include "frame/frame.h"
#include "frame/frame_schema.h"

#define HOST(member, kind) BT_FIELD(struct bt_frame_host, member, #member, kind)

static const struct bt_field fields[] = {
	HOST(benchmark, BT_FIELD_TEXT), HOST(mode, BT_FIELD_TEXT), HOST(phase, BT_FIELD_TEXT),
	HOST(phase_ns, BT_FIELD_UNSIGNED),
	HOST(run, BT_FIELD_UNSIGNED), HOST(runs, BT_FIELD_UNSIGNED),
	HOST(repetition, BT_FIELD_UNSIGNED),
	HOST(iteration, BT_FIELD_UNSIGNED), HOST(iterations, BT_FIELD_UNSIGNED),
	HOST(rss_bytes, BT_FIELD_UNSIGNED),
	HOST(cpu_user_ns, BT_FIELD_UNSIGNED), HOST(cpu_system_ns, BT_FIELD_UNSIGNED),
	HOST(size_bytes, BT_FIELD_UNSIGNED), HOST(target_bytes, BT_FIELD_UNSIGNED),
};

static const struct bt_field_table table = BT_FIELD_TABLE(fields);

void bt_host_encode(struct bt_json_writer *w, const struct bt_frame_host *host)
{
	if (!host->known)
		return;
	bt_json_object(w, "host");
	bt_fields_encode(w, &table, host);
	bt_json_end_object(w);
}

int bt_host_decode(const struct bt_json *node, struct bt_frame_host *host, struct bt_err *err)
{
	int code = 0;

	bt_frame_forget_host(host);
	if (!node)
		return 0;
	if (node->type != BT_JSON_OBJECT)
		code = bt_err_set(err, EPROTO, "it is no object");
	if (!code)
		code = bt_fields_decode(node, &table, host, err);
	host->known = !code;
	return code ? bt_err_prefix(err, "host") : 0;
}

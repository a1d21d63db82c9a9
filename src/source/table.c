// SPDX-License-Identifier: GPL-2.0
/* The sources of a program that does not bring a table of its own: of the agent, of tests. */
#include "source/source.h"

const struct bt_source_ops *const bt_sources[] = {
	&bt_source_kmod,
	&bt_source_user,
	&bt_source_sim,
	&bt_source_replay,
	&bt_source_remote,
	&bt_source_session,
	NULL
};

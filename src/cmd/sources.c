// SPDX-License-Identifier: GPL-2.0
/* The sources of buddytop: those of the library and guests. */
#include "source/source.h"

const struct bt_source_ops *const bt_sources[] = {
	&bt_source_kmod,
	&bt_source_user,
	&bt_source_vm,
	&bt_source_sim,
	&bt_source_replay,
	&bt_source_remote,
	&bt_source_session,
	&bt_source_guest,
	NULL
};

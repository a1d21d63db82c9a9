// SPDX-License-Identifier: GPL-2.0
/* The sources of buddytop itself. */
#include "source/source.h"

const struct bt_source_ops *const bt_sources[] = {
	&bt_source_sim,
	NULL
};

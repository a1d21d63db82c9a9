// SPDX-License-Identifier: GPL-2.0
#include "user/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

bool bt_has_capability(enum bt_capability capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	return !syscall(SYS_capget, &header, data) &&
	       data[capability / 32].effective & 1u << capability % 32;
}

/* Nobody's name is mapped into it: what counts are the capabilities, all of which one has there. */
int bt_rights_network(struct bt_err *err)
{
	if (bt_has_capability(BT_CAP_NET_RAW) || !unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 0;
	return bt_err_set(err, errno, "no user namespace: %s (user.max_user_namespaces, "
			  "kernel.unprivileged_userns_clone, AppArmor)", strerror(errno));
}

void bt_rights_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

// SPDX-License-Identifier: GPL-2.0
#include "system/leave.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "core/util.h"

void bt_leave_parent(pid_t parent, const char *name)
{
	static const char worst[] = "1000";
	sigset_t none;
	int fd, signal_number;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(BT_EXIT_FAILED);
	prctl(PR_SET_NAME, name);
	setpgid(0, 0);
	for (signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close_range(0, ~0u, 0);
	fd = open("/proc/self/oom_score_adj", O_WRONLY);
	if (fd < 0 || bt_write_all(fd, worst, strlen(worst)))
		_exit(BT_EXIT_IMPOSSIBLE);
	close(fd);
}

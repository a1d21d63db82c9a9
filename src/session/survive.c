// SPDX-License-Identifier: GPL-2.0
/* Staying alive and out of the way under the pressure that the session itself causes. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/mask.h"
#include "session/internal.h"

#define OOM_SCORE_ADJ "-900"

static int lower_oom_score(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = bt_write_all(fd, OOM_SCORE_ADJ, strlen(OOM_SCORE_ADJ));
	close(fd);
	return rc;
}

/*
 * Only root: for others a limit on locked memory would make later allocations fail, which is worse
 * than a page fault.
 */
void bt_session_lock_memory(struct bt_session *s)
{
	int rc = geteuid() ? -EPERM : mlockall(MCL_CURRENT | MCL_FUTURE) ? -errno : 0;

	if (rc)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session", "own memory is not locked: %s",
			       strerror(-rc));
	rc = lower_oom_score();
	if (rc)
		bt_session_log(s, BT_EVENT_NOTE, 0, "session", "own OOM score is not lowered: %s",
			       strerror(-rc));
}

/* The CPUs we may use and the antagonist leaves; all we may use when it takes every one. */
void bt_session_choose_cpus(struct bt_session *s, const struct bt_config *config)
{
	unsigned count = s->machine.cpu_count, chosen = 0;
	size_t size = CPU_ALLOC_SIZE(count);
	cpu_set_t *allowed, *rest;

	if (s->machine.reality != BT_REAL || strcmp(s->ops->name, "kmod"))
		return; /* the antagonist is not on this machine */
	allowed = CPU_ALLOC(count);
	rest = CPU_ALLOC(count);
	if (!allowed || !rest)
		goto out;
	CPU_ZERO_S(size, allowed);
	CPU_ZERO_S(size, rest);
	for (unsigned c = 0; c < count; c++) {
		if (!bt_mask_test(s->machine.allowed_cpus, c))
			continue;
		CPU_SET_S(c, size, allowed);
		if ((config->run == BT_RUN_GO && bt_mask_test(config->cpus, c)) ||
		    (s->shown && !s->shown->cpus[c].online))
			continue;
		CPU_SET_S(c, size, rest);
		chosen++;
	}
	bt_sampler_set_cpus(s->sampler, chosen ? rest : allowed, size);
	sched_setaffinity(0, size, chosen ? rest : allowed);
out:
	CPU_FREE(allowed);
	CPU_FREE(rest);
}

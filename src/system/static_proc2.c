// SPDX-License-Identifier: GPL-2.0
/*
 * For programs that are linked statically: what libproc2's process reader refers to besides what
 * we use of it. Session names come from libsystemd, of which there is no static library. libnuma,
 * which it loads at run time, and user and group names, for which glibc loads others, would bring
 * the target's C library into a program that has its own; these answer that there is none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <sys/types.h>

void *dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

struct passwd *getpwuid(uid_t uid)
{
	(void)uid;
	return NULL;
}

struct group *getgrgid(gid_t gid)
{
	(void)gid;
	return NULL;
}

/* Of sd-login.h, which need not be installed: a text, or an owner, of a process or session. */
#define NO_SESSION(name, of, result) \
	int name(of key, result *value); \
	int name(of key, result *value) \
	{ \
		(void)key; \
		(void)value; \
		return -ENODATA; \
	}

NO_SESSION(sd_pid_get_machine_name, pid_t, char *)
NO_SESSION(sd_pid_get_owner_uid, pid_t, uid_t)
NO_SESSION(sd_pid_get_session, pid_t, char *)
NO_SESSION(sd_pid_get_slice, pid_t, char *)
NO_SESSION(sd_pid_get_unit, pid_t, char *)
NO_SESSION(sd_pid_get_user_unit, pid_t, char *)
NO_SESSION(sd_session_get_seat, const char *, char *)

// SPDX-License-Identifier: GPL-2.0
/* clean: dir. Removes what synth and build left there. Answers: ns. */
#include "work/files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_MAX 16	/* descriptors of a walk */

int bt_work_directory(const struct bt_work_call *call, const char *name, char path[PATH_MAX],
		      struct bt_err *err)
{
	char dir[PATH_MAX];
	int code = bt_work_text(call, "dir", dir, sizeof(dir), err);

	if (code)
		return code;
	if (*dir != '/')
		return bt_err_set(err, EINVAL, "\"dir\": '%s' does not begin with a slash", dir);
	if (snprintf(path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		return bt_err_set(err, ENAMETOOLONG, "\"dir\" is too long");
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path) ? errno : 0;
}

static int remove_all(const char *path, struct bt_err *err)
{
	int code = nftw(path, remove_one, OPEN_MAX, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);

	if (code < 0)
		code = errno;
	return !code || code == ENOENT ? 0 : bt_err_set(err, code, "%s: %s", path, strerror(code));
}

int bt_work_fresh_directory(const struct bt_work_call *call, const char *name, struct bt_err *err)
{
	char path[PATH_MAX];
	int code = bt_work_directory(call, name, path, err), fd;

	if (!code)
		code = remove_all(path, err);
	if (!code)
		code = bt_make_path(path, 0755, err);
	if (code)
		return code;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 ? fd : bt_err_set(err, errno, "%s: %s", path, strerror(errno));
}

int bt_work_clean(struct bt_work_call *call, struct bt_err *err)
{
	static const char *const names[] = { BT_WORK_SYNTH_DIR, BT_WORK_BUILD_DIR };
	uint64_t start_ns = bt_mono_ns();
	int code = 0;

	bt_work_begun(call, start_ns);
	for (unsigned i = 0; i < BT_ARRAY_SIZE(names) && !code; i++) {
		char path[PATH_MAX];

		code = bt_work_directory(call, names[i], path, err);
		if (!code)
			code = remove_all(path, err);
	}
	bt_json_u64(call->answer, "ns", bt_mono_ns() - start_ns);
	return code;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * parameter: module, name, and value, which is written first where it is there. Answers: value, as
 * the kernel says it afterwards, absent where it has no such parameter; refused, why it did not
 * take what was written.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "work/job.h"

#define NAME_SIZE 64u
#define VALUE_SIZE 256u

/* It becomes a part of a path. */
static int take_name(const struct bt_work_call *call, const char *key, char name[NAME_SIZE],
		     struct bt_err *err)
{
	int code = bt_work_text(call, key, name, NAME_SIZE, err);

	if (code || (*name != '.' && !strchr(name, '/')))
		return code;
	return bt_err_set(err, EINVAL, "\"%s\": '%s' is no name", key, name);
}

static int put_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), code;

	if (fd < 0)
		return -errno;
	code = bt_write_all(fd, value, strlen(value));
	close(fd);
	return code;
}

int bt_work_parameter(struct bt_work_call *call, struct bt_err *err)
{
	const char *value = bt_json_get_string(call->request, "value");
	char module[NAME_SIZE], name[NAME_SIZE], path[PATH_MAX], *text;
	int code = take_name(call, "module", module, err);

	if (!code)
		code = take_name(call, "name", name, err);
	if (code)
		return code;
	snprintf(path, sizeof(path), "/sys/module/%s/parameters/%s", module, name);
	if (access(path, F_OK))
		return 0;
	code = value ? put_value(path, value) : 0;
	if (code)
		bt_json_string(call->answer, "refused", strerror(-code));
	if (bt_read_file(path, VALUE_SIZE, &text, err) < 0)
		return -err->code;
	text[strcspn(text, "\n")] = '\0';
	bt_json_string(call->answer, "value", text);
	free(text);
	return 0;
}

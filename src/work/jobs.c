// SPDX-License-Identifier: GPL-2.0
/* The jobs, and what all of them read from a request and tell. */
#include "work/job.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system/available.h"
#include "work/out.h"

#define LEFT_PART 20u	/* the twentieth part of what is available is left alone */

static const struct bt_work_job jobs[] = {
	{ .name = "fill", .run = bt_work_fill },
	{ .name = "touch", .run = bt_work_touch },
	{ .name = "release", .run = bt_work_release },
	{ .name = "write", .run = bt_work_write },
	{ .name = "stream", .run = bt_work_stream },
	{ .name = "ftq", .run = bt_work_ftq },
	{ .name = "synth", .run = bt_work_synth },
	{ .name = "command", .run = bt_work_command },
	{ .name = "build", .run = bt_work_build },
	{ .name = "clean", .run = bt_work_clean },
	{ .name = "mount", .run = bt_work_mount },
	{ .name = "parameter", .run = bt_work_parameter },
	{ .name = "drop_caches", .run = bt_work_drop_caches },
};

const struct bt_work_job *bt_work_job_find(const char *name)
{
	for (unsigned i = 0; i < BT_ARRAY_SIZE(jobs); i++) {
		if (!strcmp(jobs[i].name, name))
			return &jobs[i];
	}
	return NULL;
}

/* ---- telling ------------------------------------------------------------------------------ */

struct bt_json_writer *bt_work_line(struct bt_work_call *call)
{
	bt_json_writer_reset(call->line);
	bt_json_object(call->line, NULL);
	bt_json_u64(call->line, "id", call->id);
	return call->line;
}

void bt_work_send(struct bt_work_call *call)
{
	bt_json_end_object(call->line);
	bt_work_out_put(call->out, call->line, true);
}

void bt_work_begun(struct bt_work_call *call, uint64_t start_ns)
{
	struct bt_json_writer *w = bt_work_line(call);

	bt_json_bool(w, "begun", true);
	bt_json_u64(w, "mono_ns", start_ns);
	bt_work_send(call);
}

/* ---- what is asked for -------------------------------------------------------------------- */

int bt_work_number(const struct bt_work_call *call, const struct bt_work_number *number,
		   uint64_t *value, struct bt_err *err)
{
	const struct bt_json *node = bt_json_get(call->request, number->key);

	*value = number->otherwise;
	if (!node && number->otherwise != BT_UNKNOWN)
		return 0;
	if (!node)
		return bt_err_set(err, EINVAL, "\"%s\" is missing", number->key);
	if (bt_json_as_u64(node, value) && *value >= number->min && *value <= number->max)
		return 0;
	return bt_err_set(err, EINVAL, "\"%s\": %s is not a number from %llu to %llu", number->key,
			  node->string ? node->string : "this",
			  (unsigned long long)number->min, (unsigned long long)number->max);
}

int bt_work_text(const struct bt_work_call *call, const char *key, char *text, size_t size,
		 struct bt_err *err)
{
	const char *value = bt_json_get_string(call->request, key);

	if (!value || !*value)
		return bt_err_set(err, EINVAL, "\"%s\" is missing, a text", key);
	if (strlen(value) >= size)
		return bt_err_set(err, EINVAL, "\"%s\" is longer than %zu bytes", key, size - 1);
	memcpy(text, value, strlen(value) + 1);
	return 0;
}

/* How many are ours; the highest of them, at most BT_WORK_THREADS_MAX, to cpus. */
static unsigned own_cpus(uint16_t *cpus)
{
	size_t size = CPU_ALLOC_SIZE(BT_MAX_CPUS);
	cpu_set_t *allowed = CPU_ALLOC(BT_MAX_CPUS);
	unsigned count = 0;

	CPU_ZERO_S(size, allowed);
	sched_getaffinity(0, size, allowed);
	for (unsigned cpu = BT_MAX_CPUS; cpu-- > 0 && count < BT_WORK_THREADS_MAX;) {
		if (CPU_ISSET_S(cpu, size, allowed))
			cpus[count++] = (uint16_t)cpu;
	}
	CPU_FREE(allowed);
	return count;
}

int bt_work_threads(const struct bt_work_call *call, unsigned *threads, uint16_t *cpus,
		    struct bt_err *err)
{
	static const struct bt_work_number number = { "threads", 1, BT_WORK_THREADS_MAX, 1 };
	unsigned count = own_cpus(cpus);
	uint64_t value;
	int code = bt_work_number(call, &number, &value, err);

	if (code)
		return code;
	if (value > count)
		return bt_err_set(err, EINVAL, "\"threads\": %llu, for %u CPUs: each wants one of "
				  "its own", (unsigned long long)value, count);
	*threads = (unsigned)value;
	return 0;
}

uint64_t bt_work_whole_pages(uint64_t bytes)
{
	return bytes - bytes % (uint64_t)sysconf(_SC_PAGESIZE);
}

int bt_work_pages(const struct bt_work_call *call, unsigned threads, uint64_t *bytes,
		  struct bt_err *err)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	int code = bt_work_number(call, &(struct bt_work_number){
		"bytes", threads * page_bytes, BT_UNKNOWN - 1, BT_UNKNOWN }, bytes, err);

	*bytes = bt_work_whole_pages(*bytes);
	return code;
}

int bt_work_room(uint64_t bytes, struct bt_machine *machine, struct bt_err *err)
{
	struct bt_machine *looked = bt_xcalloc(1, sizeof(*looked));
	uint64_t available = BT_UNKNOWN;
	char asked[16], there[16];
	int code = bt_available_look(looked, &available, err);

	if (!code && machine)
		*machine = *looked;
	free(looked);
	if (code)
		return code;
	if (available == BT_UNKNOWN || bytes <= available - available / LEFT_PART)
		return 0;
	return bt_err_set(err, ENOMEM, "\"bytes\": %s are more than there is: %s available, the "
			  "twentieth part of which is left alone",
			  bt_text_bytes(bytes, asked, sizeof(asked)),
			  bt_text_bytes(available, there, sizeof(there)));
}

/* ---- drop_caches -------------------------------------------------------------------------- */

/* Takes nothing. Written back first: the kernel drops no page that is dirty. */
int bt_work_drop_caches(struct bt_work_call *call, struct bt_err *err)
{
	static const char path[] = "/proc/sys/vm/drop_caches";
	uint64_t start_ns;
	int fd, code;

	sync();
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return bt_err_set(err, errno, "%s: %s", path, strerror(errno));
	start_ns = bt_mono_ns();
	bt_work_begun(call, start_ns);
	code = bt_write_all(fd, "1\n", 2);
	close(fd);
	if (code)
		return bt_err_set(err, -code, "%s: %s", path, strerror(-code));
	bt_json_u64(call->answer, "ns", bt_mono_ns() - start_ns);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Resizing a guest, against a QEMU that is a script. What it says is from the definitions:
 *
 * balloon, query-balloon, BALLOON_CHANGE, MEMORY_DEVICE_SIZE_CHANGE: QEMU 7.2, qapi/machine.json;
 * qom-get, qom-set: qapi/qom.json; the form of answers and errors: docs/interop/qmp-spec.txt.
 *
 * llfree-balloon, query-llfree-balloon: luhsra/hyperalloc-qemu at
 * ab72a8a23569697de36cb6d93b436c96362d8af3, qapi/machine.json ("value" in bytes of what the guest
 * shall have; LLfreeBalloonInfo has "actual" alone, in bytes of what it has). The errors are those
 * of system/llfree-balloon.c there. hw/virtio/virtio-llfree-balloon.c resizes before it answers,
 * sends no event, and where it finds too few free huge pages it stops at what it found.
 *
 * huge-*: the QEMU of that repository speaks balloon and query-balloon with no change; only what a
 * page of the balloon is differs (hw/virtio/virtio-balloon.c).
 */
#include "tests/unit/test.h"

#include <errno.h>
#include <sys/wait.h>

#include "core/util.h"
#include "tests/unit/directory.h"
#include "tests/unit/qmp_peer.h"
#include "vm/resize.h"

#define MIB ((uint64_t)1 << 20)
#define GET_SIZE "{\"execute\":\"qom-get\",\"arguments\":{\"path\":" \
		 "\"/machine/peripheral/memory-device\",\"property\":\"size\"},\"id\":"
#define SET_SIZE "{\"execute\":\"qom-set\",\"arguments\":{\"path\":" \
		 "\"/machine/peripheral/memory-device\",\"property\":\"requested-size\",\"value\":"
#define DONE(id) "{\"return\": {}, \"id\": " #id "}\r\n"
#define HAS(bytes, id) "{\"return\": {\"actual\": " #bytes "}, \"id\": " #id "}\r\n"

static const struct bt_mode_size size = { .cpus = 2, .memory_bytes = 1024 * MIB,
					  .least_bytes = 256 * MIB, .initial_bytes = 1024 * MIB };

struct modes {
	struct bt_modes *all;
	const struct bt_mode *mode;
};

static struct modes mode_of(const char *name)
{
	struct modes modes;
	struct bt_err err;

	assert_int_equal(bt_write_file(in_directory("modes.ini"), "", 0, 0644, &err), 0);
	assert_int_equal(bt_modes_read(&modes.all, in_directory("modes.ini"), &err), 0);
	assert_int_equal(bt_modes_find(modes.all, name, &modes.mode, &err), 0);
	return modes;
}

struct heard {
	unsigned count;
	char event[64];
	uint64_t bytes;
};

static void hear(void *context, const char *event, const struct bt_json *data)
{
	struct heard *heard = context;

	heard->count++;
	snprintf(heard->event, sizeof(heard->event), "%s", event);
	if (!bt_json_get_u64(data, "actual", &heard->bytes))
		bt_json_get_u64(data, "size", &heard->bytes);
}

/* From 1 GiB to what is asked for, by so many questions, to the end of the script. */
static void resize_by(const char *name, uint64_t bytes, unsigned polls, struct bt_resize *resize,
		      struct peer *peer, struct heard *heard)
{
	struct modes modes = mode_of(name);
	struct bt_err err = { 0 };

	*heard = (struct heard){ 0 };
	bt_vm_on_event(&peer->vm, hear, heard);
	assert_int_equal(bt_resize_begin(resize, &peer->vm, modes.mode, &size, bytes, &err), 0);
	assert_int_equal(resize->begin_bytes, 1024 * MIB);
	for (unsigned i = 0; i < polls; i++)
		assert_int_equal(bt_resize_poll(resize, &err), i == polls - 1);
	assert_int_equal(resize->polls, polls);
	assert_true(resize->sent_ns <= resize->answered_ns);
	assert_true(resize->answered_ns <= resize->reached_ns);
	assert_true(resize->sent_ns <= resize->before_ns);
	assert_true(resize->before_ns < resize->reached_ns);
	bt_modes_free(modes.all);
	peer_end(peer);
}

static void balloons_are_asked_and_told(void **state)
{
	static const char *const names[] = { "base-manual", "base-auto", "huge-manual", "huge-auto" };
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", HAS(1073741824, 1) },
		{ "{\"execute\":\"balloon\",\"arguments\":{\"value\":536870912},\"id\":2}", DONE(2) },
		{ "{\"execute\":\"query-balloon\",\"id\":3}", HAS(1073741824, 3) },
		{ "{\"execute\":\"query-balloon\",\"id\":4}",
		  "{\"timestamp\": {\"seconds\": 1267020223, \"microseconds\": 435656}, "
		  "\"event\": \"BALLOON_CHANGE\", \"data\": {\"actual\": 944766976}}\r\n"
		  HAS(944766976, 4) },
		{ "{\"execute\":\"query-balloon\",\"id\":5}", HAS(536870912, 5) },
	};
	struct bt_resize resize;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(names); i++) {
		resize_by(names[i], 512 * MIB, 3, &resize,
			  peer_start(steps, BT_ARRAY_SIZE(steps)), &heard);
		assert_int_equal(resize.target_bytes, 536870912);
		assert_int_equal(bt_resize_moved_bytes(&resize), 536870912);
		/* One for each size, of four questions. */
		assert_int_equal(resize.point_count, 3);
		assert_int_equal(resize.points[0].actual_bytes, 1073741824);
		assert_int_equal(resize.points[0].mono_ns, resize.sent_ns);
		assert_int_equal(resize.points[1].actual_bytes, 944766976);
		assert_int_equal(resize.points[2].actual_bytes, 536870912);
		assert_true(resize.points[1].mono_ns < resize.points[2].mono_ns);
		assert_int_equal(heard.count, 1);
		assert_string_equal(heard.event, "BALLOON_CHANGE");
		assert_int_equal(heard.bytes, 944766976);
		bt_resize_free(&resize);
	}
}

/* A page off is not there yet. */
static void a_page_is_the_measure(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", HAS(1073741824, 1) },
		{ "{\"execute\":\"balloon\",\"arguments\":{\"value\":536870912},\"id\":2}", DONE(2) },
		{ "{\"execute\":\"query-balloon\",\"id\":3}", HAS(536875008, 3) },
		{ "{\"execute\":\"query-balloon\",\"id\":4}", HAS(536866816, 4) },
		{ "{\"execute\":\"query-balloon\",\"id\":5}", HAS(536870912, 5) },
	};
	struct bt_resize resize;
	struct heard heard;

	(void)state;
	resize_by("base-manual", 512 * MIB, 3, &resize, peer_start(steps, BT_ARRAY_SIZE(steps)),
		  &heard);
	bt_resize_free(&resize);
}

/* virtio-mem counts only its own: 768 MiB of the guest's 1024, 256 when it has 512. */
static void virtio_mem_counts_beside(void **state)
{
	static const struct peer_step steps[] = {
		{ GET_SIZE "1}", "{\"return\": 805306368, \"id\": 1}\r\n" },
		{ SET_SIZE "268435456},\"id\":2}", DONE(2) },
		{ GET_SIZE "3}", "{\"return\": 671088640, \"id\": 3}\r\n" },
		{ GET_SIZE "4}",
		  "{\"event\": \"MEMORY_DEVICE_SIZE_CHANGE\", \"data\": {\"id\": \"memory-device\", "
		  "\"size\": 268435456, \"qom-path\": \"/machine/peripheral/memory-device\"}, "
		  "\"timestamp\": {\"seconds\": 1588168529, \"microseconds\": 201316}}\r\n"
		  "{\"return\": 268435456, \"id\": 4}\r\n" },
	};
	struct bt_resize resize;
	struct heard heard;

	(void)state;
	resize_by("virtio-mem", 512 * MIB, 2, &resize, peer_start(steps, BT_ARRAY_SIZE(steps)),
		  &heard);
	assert_int_equal(resize.actual_bytes, 512 * MIB);
	assert_int_equal(bt_resize_moved_bytes(&resize), 512 * MIB);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.bytes, 268435456);
	bt_resize_free(&resize);
}

/* It is done when it answers: what is rounded down there was rounded up before. */
static void llfree_is_asked_and_told(void **state)
{
	static const char *const names[] = { "llfree-manual", "llfree-auto" };
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-llfree-balloon\",\"id\":1}", HAS(1073741824, 1) },
		{ "{\"execute\":\"llfree-balloon\",\"arguments\":{\"value\":526385152},\"id\":2}",
		  DONE(2) },
		{ "{\"execute\":\"query-llfree-balloon\",\"id\":3}", HAS(526385152, 3) },
	};
	struct bt_resize resize;
	struct heard heard;

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(names); i++) {
		resize_by(names[i], 500 * MIB + 1, 1, &resize,
			  peer_start(steps, BT_ARRAY_SIZE(steps)), &heard);
		assert_int_equal(resize.target_bytes, 502 * MIB);
		assert_int_equal(resize.before_ns, resize.sent_ns);
		assert_int_equal(heard.count, 0);
		bt_resize_free(&resize);
	}
}

/* Too few free huge pages: the size stays where it is, and is said as it is. */
static void llfree_may_stop_short(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-llfree-balloon\",\"id\":1}", HAS(1073741824, 1) },
		{ "{\"execute\":\"llfree-balloon\",\"arguments\":{\"value\":268435456},\"id\":2}",
		  DONE(2) },
		{ "{\"execute\":\"query-llfree-balloon\",\"id\":3}", HAS(311427072, 3) },
		{ "{\"execute\":\"query-llfree-balloon\",\"id\":4}", HAS(311427072, 4) },
	};
	struct peer *peer = peer_start(steps, BT_ARRAY_SIZE(steps));
	struct modes modes = mode_of("llfree-manual");
	struct bt_resize resize;
	struct bt_err err;

	(void)state;
	/* Below the least: it is as little as may be asked for. */
	assert_int_equal(bt_resize_begin(&resize, &peer->vm, modes.mode, &size, 0, &err), 0);
	assert_int_equal(bt_resize_poll(&resize, &err), 0);
	assert_int_equal(bt_resize_poll(&resize, &err), 0);
	assert_int_equal(resize.reached_ns, 0);
	assert_int_equal(resize.before_ns, resize.asked_ns);
	assert_int_equal(resize.actual_bytes, 311427072);
	bt_resize_free(&resize);
	bt_modes_free(modes.all);
	peer_end(peer);
}

/* ---- what goes wrong ----------------------------------------------------------------------- */

static void begin_fails(const char *name, const struct peer_step *steps, size_t count, int code,
			const char *text)
{
	struct peer *peer = peer_start(steps, count);
	struct modes modes = mode_of(name);
	struct bt_resize resize;
	struct bt_err err = { 0 };

	assert_int_equal(bt_resize_begin(&resize, &peer->vm, modes.mode, &size, 512 * MIB, &err),
			 code);
	assert_int_equal(err.code, -code);
	assert_non_null(strstr(err.text, text));
	bt_modes_free(modes.all);
	peer_end(peer);
}

static void refusals_are_told(void **state)
{
	static const struct {
		const char *mode, *text;
		struct peer_step steps[2];
		size_t count;
	} cases[] = {
		/* A mode of another QEMU. */
		{ "llfree-manual", "The command query-llfree-balloon has not been found",
		  { { "{\"execute\":\"query-llfree-balloon\",\"id\":1}",
		      "{\"id\": 1, \"error\": {\"class\": \"CommandNotFound\", \"desc\": "
		      "\"The command query-llfree-balloon has not been found\"}}\r\n" } }, 1 },
		{ "llfree-auto", "query-llfree-balloon: No llfree balloon device has been activated",
		  { { "{\"execute\":\"query-llfree-balloon\",\"id\":1}",
		      "{\"id\": 1, \"error\": {\"class\": \"DeviceNotActive\", \"desc\": "
		      "\"No llfree balloon device has been activated\"}}\r\n" } }, 1 },
		{ "huge-manual", "refuses balloon: Parameter 'target' expects a size",
		  { { "{\"execute\":\"query-balloon\",\"id\":1}", HAS(1073741824, 1) },
		    { "{\"execute\":\"balloon\",\"arguments\":{\"value\":536870912},\"id\":2}",
		      "{\"id\": 2, \"error\": {\"class\": \"GenericError\", \"desc\": "
		      "\"Parameter 'target' expects a size\"}}\r\n" } }, 2 },
		{ "virtio-mem", "qom-get: it does not say why",
		  { { GET_SIZE "1}", "{\"id\": 1, \"error\": {}}\r\n" } }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(cases); i++)
		begin_fails(cases[i].mode, cases[i].steps, cases[i].count, -EREMOTEIO, cases[i].text);
}

static void answers_without_a_size_are_no_answers(void **state)
{
	static const char *const answers[] = {
		"{\"return\": {}, \"id\": 1}\r\n",
		"{\"return\": 5, \"id\": 1}\r\n",
		"{\"return\": {\"actual\": \"5\"}, \"id\": 1}\r\n",
		"{\"return\": {\"actual\": -5}, \"id\": 1}\r\n",
		"{\"return\": {\"actual\": 18446744073709551616}, \"id\": 1}\r\n",
	};
	static const char *const device_answers[] = {
		"{\"return\": {}, \"id\": 1}\r\n",
		"{\"return\": -1, \"id\": 1}\r\n",
		/* With what the guest has beside it, more than a number holds. */
		"{\"return\": 18446744073709551615, \"id\": 1}\r\n",
	};
	struct peer_step step = { "{\"execute\":\"query-balloon\",\"id\":1}", NULL };

	(void)state;
	for (size_t i = 0; i < BT_ARRAY_SIZE(answers); i++) {
		step.said = answers[i];
		begin_fails("base-manual", &step, 1, -EPROTO, "query-balloon");
	}
	step.wanted = GET_SIZE "1}";
	for (size_t i = 0; i < BT_ARRAY_SIZE(device_answers); i++) {
		step.said = device_answers[i];
		begin_fails("virtio-mem", &step, 1, -EPROTO, "qom-get");
	}
}

static void a_cut_connection_is_told(void **state)
{
	static const struct peer_step early[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", NULL },
		{ NULL, NULL },
	};
	static const struct peer_step late[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", HAS(1073741824, 1) },
		{ "{\"execute\":\"balloon\",\"arguments\":{\"value\":536870912},\"id\":2}",
		  "{\"return\": {}, \"id\"" },
		{ NULL, NULL },
	};

	(void)state;
	begin_fails("base-manual", early, BT_ARRAY_SIZE(early), -EPIPE, "closed");
	begin_fails("base-manual", late, BT_ARRAY_SIZE(late), -EPIPE, "closed");
}

static void rubbish_is_told(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", "what?\r\n" },
	};
	struct peer *peer = peer_start(steps, BT_ARRAY_SIZE(steps));
	struct modes modes = mode_of("base-manual");
	struct bt_err err = { 0 };
	uint64_t bytes;

	(void)state;
	assert_true(bt_resize_query(&peer->vm, modes.mode, &size, &bytes, &err) < 0);
	assert_int_not_equal(err.code, 0);
	assert_string_not_equal(err.text, "");
	bt_modes_free(modes.all);
	peer_end(peer);
}

/* And what comes too late is nobody's answer. */
static void silence_has_an_end(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", NULL },
		{ "{\"execute\":\"query-status\",\"id\":2}",
		  HAS(1073741824, 1)
		  "{\"return\": {\"status\": \"running\"}, \"id\": 2}\r\n" },
	};
	struct peer *peer = peer_start(steps, BT_ARRAY_SIZE(steps));
	struct bt_vm_answer answer;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_vm_command(&peer->vm, "query-balloon", NULL, NULL, BT_NS_PER_MS, &answer,
				       &err), -ETIMEDOUT);
	assert_string_equal(err.text, "QEMU has not answered query-balloon in 1 ms");
	assert_int_equal(bt_vm_command(&peer->vm, "query-status", NULL, NULL, 60 * BT_NS_PER_S,
				       &answer, &err), 0);
	assert_string_equal(bt_json_get_string(answer.value, "status"), "running");
	peer_end(peer);
}

#define BLOCK_ERROR(action, full) \
	"{\"timestamp\": {\"seconds\": 1265044230, \"microseconds\": 450486}, " \
	"\"event\": \"BLOCK_IO_ERROR\", \"data\": {\"device\": \"ide0-hd1\", " \
	"\"node-name\": \"#block212\", \"operation\": \"write\", \"action\": \"" action "\", " \
	"\"nospace\": " full ", \"reason\": \"No space left on device\"}}\r\n"
#define ANSWER(id) "{\"return\": {\"status\": \"running\"}, \"id\": " #id "}\r\n"

/* QEMU's end says more than that of its connection. */
static void the_end_of_qemu_is_told(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-balloon\",\"id\":1}", NULL },
		{ NULL, NULL },
	};
	struct peer *peer = peer_start(steps, BT_ARRAY_SIZE(steps));
	struct modes modes = mode_of("base-manual");
	struct bt_err err = { 0 };
	siginfo_t ended;
	uint64_t bytes;

	(void)state;
	snprintf(peer->vm.console, sizeof(peer->vm.console), "%s", in_directory("console"));
	peer->vm.pid = fork();
	if (!peer->vm.pid)
		_exit(3);
	assert_int_equal(waitid(P_PID, (id_t)peer->vm.pid, &ended, WEXITED | WNOWAIT), 0);
	assert_int_equal(bt_resize_query(&peer->vm, modes.mode, &size, &bytes, &err), -EIO);
	assert_non_null(strstr(err.text, "QEMU ended (exit 3)"));
	bt_modes_free(modes.all);
	peer_end(peer);
}

/*
 * As QEMU 7.2 says it (qapi/block-core.json, BLOCK_IO_ERROR): with werror=enospc the guest stands
 * still, and would do so for ever. An error of another kind is the guest's own to meet.
 */
static void a_full_disk_of_the_host_is_told(void **state)
{
	static const struct peer_step steps[] = {
		{ "{\"execute\":\"query-status\",\"id\":1}", BLOCK_ERROR("report", "false") ANSWER(1) },
		{ "{\"execute\":\"query-status\",\"id\":2}", BLOCK_ERROR("stop", "true") ANSWER(2) },
	};
	struct peer *peer = peer_start(steps, BT_ARRAY_SIZE(steps));
	struct bt_vm_answer answer;
	struct bt_err err = { 0 };

	(void)state;
	assert_int_equal(bt_vm_command(&peer->vm, "query-status", NULL, NULL, 60 * BT_NS_PER_S,
				       &answer, &err), 0);
	assert_true(bt_vm_alive(&peer->vm, &err));
	assert_int_equal(bt_vm_command(&peer->vm, "query-status", NULL, NULL, 60 * BT_NS_PER_S,
				       &answer, &err), 0);
	assert_false(bt_vm_alive(&peer->vm, &err));
	assert_int_equal(err.code, ENOSPC);
	assert_non_null(strstr(err.text, "the host has no room left"));
	peer_end(peer);
}

static void without_a_connection_nothing_is_asked(void **state)
{
	struct modes modes = mode_of("virtio-mem");
	struct bt_vm vm = { .console_fd = -1 };
	struct bt_err err = { 0 };
	uint64_t bytes;

	(void)state;
	assert_int_equal(bt_resize_query(&vm, modes.mode, &size, &bytes, &err), -EPIPE);
	bt_modes_free(modes.all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(balloons_are_asked_and_told),
		cmocka_unit_test(a_page_is_the_measure),
		cmocka_unit_test(virtio_mem_counts_beside),
		cmocka_unit_test(llfree_is_asked_and_told),
		cmocka_unit_test(llfree_may_stop_short),
		cmocka_unit_test(refusals_are_told),
		cmocka_unit_test(answers_without_a_size_are_no_answers),
		cmocka_unit_test(a_cut_connection_is_told),
		cmocka_unit_test(rubbish_is_told),
		cmocka_unit_test(silence_has_an_end),
		cmocka_unit_test(the_end_of_qemu_is_told),
		cmocka_unit_test(without_a_connection_nothing_is_asked),
		cmocka_unit_test(a_full_disk_of_the_host_is_told),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}

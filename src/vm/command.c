// SPDX-License-Identifier: GPL-2.0
/* QEMU's commands to a guest that runs. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "core/util.h"
#include "vm/state.h"

#define TICK_MS 50

void bt_vm_on_event(struct bt_vm *vm, bt_vm_event *on_event, void *context)
{
	vm->on_event = on_event;
	vm->event_context = context;
}

int bt_vm_qmp_fd(const struct bt_vm *vm)
{
	return vm->qmp ? bt_qmp_fd(vm->qmp) : -1;
}

/* 0: answered; 1: a message of something else; an -errno: refused. */
static int take_answer(struct bt_vm *vm, const struct bt_json *message, const char *name,
		       struct bt_vm_answer *answer, struct bt_err *err)
{
	const char *refusal = bt_json_get_string(bt_json_get_object(message, "error"), "desc");
	uint64_t id;

	if (!bt_json_get_u64(message, "id", &id) || id != vm->last_id) {
		bt_vm_take_message(vm, message);
		return 1;
	}
	answer->received_ns = bt_mono_ns();
	answer->value = bt_json_get(message, "return");
	if (answer->value)
		return 0;
	return bt_err_set(err, EREMOTEIO, "QEMU refuses %s: %s", name,
			  refusal ? refusal : "it does not say why");
}

/* What has arrived already. 1: no answer among it. */
static int receive(struct bt_vm *vm, const char *name, struct bt_vm_answer *answer,
		   struct bt_err *err)
{
	const struct bt_json *message;
	struct bt_err reason;

	while ((message = bt_qmp_receive(vm->qmp, &reason))) {
		int ret = take_answer(vm, message, name, answer, err);

		if (ret <= 0)
			return ret;
	}
	if (!reason.code)
		return 1;
	/* Its end says more than that of the connection. */
	if (bt_vm_alive(vm, err))
		*err = reason;
	return -err->code;
}

int bt_vm_command(struct bt_vm *vm, const char *name, bt_qmp_arguments *arguments,
		  const void *context, uint64_t limit_ns, struct bt_vm_answer *answer,
		  struct bt_err *err)
{
	struct bt_qmp_command command = { name, arguments, context, ++vm->last_id };
	struct pollfd wait = { .fd = bt_vm_qmp_fd(vm), .events = POLLIN };
	int ret;

	if (!vm->qmp)
		return bt_err_set(err, EPIPE, "QEMU's command socket is not connected");
	answer->sent_ns = bt_mono_ns();
	ret = bt_qmp_send(vm->qmp, &command);
	if (ret)
		return bt_err_set(err, -ret, "QEMU takes no command (%s): %s", name,
				  strerror(-ret));
	while ((ret = receive(vm, name, answer, err)) > 0) {
		if (bt_mono_ns() - answer->sent_ns > limit_ns)
			return bt_err_set(err, ETIMEDOUT, "QEMU has not answered %s in %llu ms", name,
					  (unsigned long long)(limit_ns / BT_NS_PER_MS));
		poll(&wait, 1, TICK_MS);
	}
	return ret;
}

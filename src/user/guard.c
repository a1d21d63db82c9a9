// SPDX-License-Identifier: GPL-2.0
#include "user/guard.h"

#include "core/util.h"

/* left: of memory `of`, beside what is held. */
static uint64_t may_hold(uint64_t left, uint64_t of, uint64_t reserve, uint64_t held)
{
	uint64_t floor = of / 100 * BT_USER_FLOOR_PERCENT, all, half;

	if (left == BT_UNKNOWN)
		return BT_UNKNOWN;
	if (reserve > floor)
		floor = reserve;
	all = left + held;
	half = all / 100 * BT_USER_HELD_PERCENT;
	all = all > floor ? all - floor : 0;
	return all < half ? all : half;
}

uint64_t bt_guard_allowed_bytes(const struct bt_guard_look *look)
{
	uint64_t machine = may_hold(look->available_bytes, look->memory_bytes, look->reserve_bytes,
				    look->held_bytes);
	uint64_t group = may_hold(look->group_left_bytes, look->group_bytes, 0, look->held_bytes);
	uint64_t nodes = may_hold(look->nodes_left_bytes, look->nodes_bytes, 0, look->held_bytes);
	uint64_t allowed = machine < group ? machine : group;

	allowed = nodes < allowed ? nodes : allowed;
	return allowed == BT_UNKNOWN ? look->held_bytes : allowed;
}

uint64_t bt_guard_enough_bytes(uint64_t wanted_bytes, uint64_t memory_bytes)
{
	return wanted_bytes / BT_USER_HELD_PERCENT * 100 +
	       memory_bytes / 100 * BT_USER_FLOOR_PERCENT;
}

bool bt_guard_is_pressed(struct bt_guard_pressure *pressure, uint64_t now_ns, uint64_t stalled_us)
{
	bool due = !pressure->readings.count || now_ns - pressure->read_ns >= BT_PRESSURE_TICK_NS;

	if (due) {
		pressure->read_ns = now_ns;
		if (bt_pressure_percent(&pressure->readings, now_ns, stalled_us) >=
		    BT_USER_STOP_PSI_PERCENT)
			pressure->pressed_ns = now_ns;
	}
	return pressure->pressed_ns && now_ns - pressure->pressed_ns < BT_USER_CALM_NS;
}

void bt_guard_look_away(struct bt_guard_pressure *pressure)
{
	pressure->readings.count = 0;
}

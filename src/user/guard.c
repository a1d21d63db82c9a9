// SPDX-License-Identifier: GPL-2.0
#include "user/guard.h"

#include "core/util.h"

uint64_t bt_guard_allowed_bytes(const struct bt_guard_look *look)
{
	uint64_t floor = look->memory_bytes / 100 * BT_USER_FLOOR_PERCENT, all, half;

	if (look->available_bytes == BT_UNKNOWN)
		return look->held_bytes;
	if (look->reserve_bytes > floor)
		floor = look->reserve_bytes;
	all = look->available_bytes + look->held_bytes;
	half = all / 100 * BT_USER_HELD_PERCENT;
	all = all > floor ? all - floor : 0;
	return all < half ? all : half;
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

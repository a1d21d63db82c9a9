/* SPDX-License-Identifier: GPL-2.0 */
/* Rows of the control panel: row 0 is what the workers do, row n is bt_params[n - 1]. */
#ifndef UI_CONTROL_H
#define UI_CONTROL_H

unsigned ui_control_rows(void);

#endif

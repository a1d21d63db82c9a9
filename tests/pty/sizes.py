# SPDX-License-Identifier: GPL-2.0
"""Resizes and small screens."""
import signal

from stand import VIEWS, check, ended, load_on, start, started

SIZES = [(1, 1), (3, 10), (10, 20), (2, 200), (200, 2), (50, 160), (1, 300), (60, 1), (24, 80),
         (5, 33), (12, 76), (11, 75), (120, 250)]


def test_resize_storm():
    terminal = started()
    try:
        load_on(terminal)
        for rows, cols in SIZES * 4:
            terminal.resize(rows, cols)
            terminal.pump(0.01)
        for keys in ("?", "c", "n", "g", "o", ":", "L", "f", "E", "J", *VIEWS):
            terminal.type(keys)
            for rows, cols in SIZES:
                terminal.resize(rows, cols)
                terminal.pump(0.01)
            terminal.key("Esc")
            terminal.pump(0.05)
        terminal.resize(24, 80)
        check(terminal.until_text("load running"), "does not draw any more")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_tiny_starts():
    for rows, cols in ((1, 1), (1, 200), (60, 1), (2, 2), (3, 12), (5, 20)):
        terminal = start(rows, cols, step=True)
        try:
            check(terminal.settle(), f"no rest at {rows}x{cols}")
            check(terminal.status is None, f"ended at {rows}x{cols}")
            terminal.type("q")
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


TESTS = {
    "resize storm": test_resize_storm,
    "tiny starts": test_tiny_starts,
}

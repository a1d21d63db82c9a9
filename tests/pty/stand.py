# SPDX-License-Identifier: GPL-2.0
"""What the tests on a pseudo-terminal have in common: starting the dashboard, and what must hold."""
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))
from terminal import Terminal, environment  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
READY = "Available"


class Problem(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Problem(text)


def start(rows=24, cols=80, source="sim:1", step=False, extra=(), **kwargs):
    argv = [PROGRAM, "--source", source, *(["--step"] if step else ["--interval", "50ms"]), *extra]
    kwargs.setdefault("env", environment())
    return Terminal(argv, rows, cols, **kwargs)


def started(**kwargs):
    terminal = start(**kwargs)
    check(terminal.until_text(READY), f"did not start: {terminal.text().strip()}")
    return terminal


def load_on(terminal):
    check(terminal.until_text("clock 38 ns"), "no first sample")
    terminal.type("w")
    check(terminal.until_text("Start the load?"), "did not ask before the start")
    terminal.type("y")
    check(terminal.until_text("load running"), "the load did not start")


def restored(terminal):
    check(terminal.modes() == terminal.before, "the line modes are not as before")
    check(not terminal.screen.alternate, "the alternate screen was not left")
    check(not terminal.screen.cursor.hidden, "the cursor is hidden")


def ended(terminal, status):
    check(terminal.wait() == status, f"ended with {terminal.status}, not {status}")
    restored(terminal)


def quit_quietly(terminal):
    terminal.type("\x1b")
    terminal.pump(0.2)
    terminal.type("q")
    ended(terminal, ("exit", 0))
    terminal.close()


VIEWS = "1234567"


def drive(terminal, setup=True):
    """Some of everything that is drawn; the set-up screen shows samples of what may not fit."""
    load_on(terminal)
    for keys in (*("E\x1b" if setup else ""), "]", "?", "\x1b", "c", "\x1b", "L", "\x1b", "\t", " ",
                 " ", "D", "]", "D", ":", "\x1b", *VIEWS, "b", "B", "1"):
        terminal.type(keys)
        terminal.pump(0.1)
        terminal.settle(0.2)
    terminal.kill(signal.SIGTERM)
    ended(terminal, ("exit", 0))

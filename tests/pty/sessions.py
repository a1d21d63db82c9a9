# SPDX-License-Identifier: GPL-2.0
"""Several dashboards on one session, and recordings."""
import glob
import os
import signal
import tempfile

from stand import PROGRAM, Terminal, check, ended, environment, load_on, started


def test_two_dashboards():
    """The second one attaches by itself, changes the load, and takes over when the first is killed."""
    with tempfile.TemporaryDirectory() as directory:
        two_dashboards(environment(XDG_RUNTIME_DIR=directory))


def two_dashboards(env):
    first = started(rows=50, cols=160, env=env)
    second = observer = None
    try:
        load_on(first)
        second = Terminal([PROGRAM], 50, 160, env=env)
        check(second.until_text("attached to the session that runs"), "it did not attach")
        check(second.until_text("load running"), "it does not see the load")
        check(first.until_text("dashboards 2"), "the first does not know of the second")
        second.type("]")
        check(first.until_text("order 0 -> 1 (gen 2)"), "the change did not reach the first")
        check(second.until_text("control this dashboard"), "who controls is not said")
        check(first.until_text(f"control pid {second.pid}"), "nor in the first")
        observer = Terminal([PROGRAM, "--read-only"], 50, 160, env=env)
        check(observer.until_text("dashboards 3"), "no third dashboard")
        observer.type("]")
        check(observer.until_text("not possible: opened read-only"), "an observer may change")
        first.kill(signal.SIGKILL)
        first.wait()
        check(second.until_text("the controller is gone, K takes over"), "nobody missed it")
        second.type("K")
        check(second.until_text("this dashboard has taken over"), "it was not taken over")
        check(second.until_text("taken over from pid"), "the header does not say so")
        check(observer.until_text("dashboards 2"), "the observer did not come along")
        second.type("q")
        ended(second, ("exit", 0))
        observer.type("q")
        ended(observer, ("exit", 0))
    finally:
        for terminal in (first, second, observer):
            if terminal:
                terminal.close()


def test_recording():
    """S records, also through a full disk's end; what is written is shown again."""
    with tempfile.TemporaryDirectory() as directory:
        terminal = started(rows=24, cols=120, cwd=directory)
        try:
            terminal.type("S")
            check(terminal.until_text(" REC "), "the header does not say that it records")
            terminal.until(lambda: False, 0.5)
            terminal.kill(signal.SIGKILL)
            terminal.wait()
        finally:
            terminal.close()
        recordings = glob.glob(os.path.join(directory, "*.jsonl"))
        check(len(recordings) == 1, f"not one recording: {recordings}")
        terminal = Terminal([PROGRAM, "replay", recordings[0], "--speed", "max"], 24, 120,
                            env=environment(), cwd=directory)
        try:
            check(terminal.until_text("END, comma goes back"), "it was not played to its end")
            terminal.type(":seek begin\r")
            check(terminal.until_text("REPLAY 00:00"), "it did not go back")
            terminal.type("q")
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


TESTS = {
    "two dashboards": test_two_dashboards,
    "recording": test_recording,
}

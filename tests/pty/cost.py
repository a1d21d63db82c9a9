# SPDX-License-Identifier: GPL-2.0
"""A lost source, silence, and what a refresh may cost."""
import glob
import re
import signal
import tempfile

from stand import PROGRAM, VIEWS, Terminal, check, ended, environment, load_on, started


def test_source_lost():
    terminal = started(source="sim:1,fault=lost@1s", cols=120)
    try:
        check(terminal.until_text("SOURCE LOST"), "a lost source is not shown")
        check(terminal.until(lambda: re.search(r"SOURCE LOST \d+ s: .*, retry \d+", terminal.text())),
              "no reason, no retry")
        terminal.type("w")
        check(terminal.until_text("source is back", 20), "the source did not come back")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_silence():
    """No output without a change."""
    terminal = started(step=True)
    try:
        terminal.settle()
        before = len(terminal.output)
        terminal.until(lambda: False, 1.0)
        check(len(terminal.output) == before, "it writes though nothing has changed")
        terminal.type("q")
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def counters(terminal):
    """Bytes to the terminal, write calls, CPU in ns; sleeps and read calls of the screen's thread."""
    with open(f"/proc/{terminal.pid}/io", encoding="ascii") as file:
        io = dict(line.split(": ") for line in file.read().splitlines())
    spent = 0
    for path in glob.glob(f"/proc/{terminal.pid}/task/*/schedstat"):
        with open(path, encoding="ascii") as file:
            spent += int(file.read().split()[0])
    screen = f"/proc/{terminal.pid}/task/{terminal.pid}"
    with open(f"{screen}/status", encoding="ascii") as file:
        sleeps = int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.M)[1])
    with open(f"{screen}/io", encoding="ascii") as file:
        reads = int(re.search(r"^syscr: (\d+)", file.read(), re.M)[1])
    return len(terminal.output), int(io["syscw"]), spent, sleeps, reads


def used(terminal, seconds):
    """The same, a second."""
    before = counters(terminal)
    terminal.until(lambda: False, seconds)
    return [(b - a) / seconds for a, b in zip(before, counters(terminal))]


SAMPLES = 20    # a second, see start()


def undisturbed(test, **kwargs):
    """Runs test on a dashboard that no other program finds: a client on its socket costs something."""
    with tempfile.TemporaryDirectory() as directory:
        terminal = started(rows=50, cols=160, env=environment(XDG_RUNTIME_DIR=directory), **kwargs)
        try:
            load_on(terminal)
            test(terminal, *([directory] if test == frozen_with_client else []))
            terminal.kill(signal.SIGTERM)
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


def cost_test(source, times):
    """The budget of the default view, and a multiple of it on large machines; others are printed."""
    def measure(terminal):
        terminal.until(lambda: False, 6.0)
        for view in VIEWS:
            terminal.type(view)
            terminal.until(lambda: False, 1.0)
            size, writes, cpu_ns = (n / SAMPLES for n in used(terminal, 3.0)[:3])
            print(f"  {source} view {view}: {size:.0f} bytes, {writes:.1f} write calls, "
                  f"{cpu_ns / 1e6:.2f} ms CPU a refresh, simulation included")
            if view == "1":
                check(size <= 2048 * times, f"{size:.0f} bytes a refresh")
            # One of them wakes the screen's thread and does not go to the terminal.
            check(writes <= 3 * times, f"view {view}: {writes:.1f} writes a refresh")
    return lambda: undisturbed(measure, source=source)


def sanitized():
    with open(PROGRAM, "rb") as file:
        return b"__asan_init" in file.read()


def frozen_sleeps(terminal):
    """
    While the picture is frozen its thread wakes up once a second, though 20 samples come: each
    time it reads what woke it. It should not sleep in between either, as it would in a lock that
    another thread holds; a sanitizer has locks of its own, which say nothing about the program.
    """
    terminal.type(" ")
    check(terminal.until_text("FROZEN"), "not frozen")
    terminal.until(lambda: False, 2.0)
    _, writes, _, sleeps, wakes = used(terminal, 5.0)
    check(0.5 <= wakes <= 1.5, f"{wakes:.1f} wake-ups a second")
    check(sleeps <= 1.5 or sanitized(), f"{sleeps:.1f} sleeps a second")
    check(writes <= 3, f"{writes:.1f} write calls a second")
    check(re.search(r"FROZEN \S+ behind, \d\d+ new", terminal.text()), "does not count what is new")
    terminal.type(" ")
    check(terminal.until(lambda: "FROZEN" not in terminal.text()), "still frozen")


def frozen_with_client(terminal, directory):
    """A client is sent every sample; a frozen picture is still drawn only once a second."""
    client = Terminal([PROGRAM, "--source", "session"], env=environment(XDG_RUNTIME_DIR=directory))
    try:
        check(terminal.until_text("dashboards 2"), "the other dashboard is not shown")
        terminal.type(" ")
        check(terminal.until_text("FROZEN"), "not frozen")
        pictures = set()

        def never():
            found = re.search(r"(\d+) new", terminal.text())
            pictures.add(found and found[1])
            return False
        terminal.until(never, 5.0)
        check(3 <= len(pictures) <= 8, f"{len(pictures)} pictures in 5 s")
        client.kill(signal.SIGTERM)
        ended(client, ("exit", 0))
    finally:
        client.close()


TESTS = {
    "source lost": test_source_lost,
    "silence": test_silence,
    "cost": cost_test("sim:1", 1),
    "cost, 1024 CPUs, 16 nodes": cost_test("sim:1,cpus=1024,nodes=16", 3),
    "frozen sleeps": lambda: undisturbed(frozen_sleeps),
    "frozen, a client": lambda: undisturbed(frozen_with_client),
}

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The dashboard and its terminal: signals, resizes, hang-up, odd terminals, random keys.

    run.py BUDDYTOP [WORD]      runs the tests whose name contains WORD

After every end that can be caught the terminal must be as it was: line modes, main screen,
visible cursor.
"""
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))
from terminal import KEYS, Tally, Terminal, environment  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
READY = "Available"
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;\d+)*m")


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


# ---- signals --------------------------------------------------------------------------------

def signal_test(name, with_load):
    number = getattr(signal, name)
    crash = name in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE")

    def test():
        terminal = started()
        try:
            if with_load:
                load_on(terminal)
            check(terminal.modes() != terminal.before, "the terminal was never taken")
            terminal.kill(number)
            ended(terminal, ("signal", int(number)) if crash else ("exit", 0))
        finally:
            terminal.close()
    return test


def test_two_interrupts():
    terminal = started()
    try:
        load_on(terminal)
        terminal.key("C-c")
        check(terminal.until_text("Quit?"), "^C did not ask")
        terminal.type("n")
        check(terminal.until(lambda: "Quit?" not in terminal.text()), "'n' did not cancel")
        terminal.key("C-c")
        check(terminal.until_text("Quit?"), "^C did not ask again")
        terminal.key("C-c")
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_escape_never_quits():
    terminal = started(step=True)
    try:
        for _ in range(5):
            terminal.key("Esc")
            terminal.settle()
        check(terminal.status is None, "Esc ended the program")
        terminal.type("q")
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_sequences_act_as_a_whole():
    """Nothing of a control sequence, known or not, is taken for a key: '[' would change the order."""
    terminal = started(step=True)
    try:
        terminal.type(":step 3\r~:order 3\r")
        terminal.settle()
        for sequence in ("\x1b[1;2R", "\x1b[[[", "\x1b[27;5;93~", "\x1bOx", "\x1b[?62;4c", "\x1b[93;5u"):
            terminal.type(sequence)
            terminal.settle()
        terminal.type(":step 3\r~L")
        terminal.settle()
        check("order 0 -> 3" in terminal.text(), f"the change is missing: {terminal.text()}")
        check("order 3 -> " not in terminal.text(), "a sequence changed the order")
        terminal.key("Esc")
        terminal.settle()
        for left in ("\x1b[D", "\x1bOD"):
            terminal.type("0" + left)
            check(terminal.until_text("PAST"), f"{left!r} is not the key Left")
        terminal.type("q")
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_suspend():
    terminal = started()
    try:
        load_on(terminal)
        terminal.key("C-z")
        check(terminal.until(lambda: terminal.stops == 1), "^Z did not stop it")
        terminal.pump(0.05)
        restored(terminal)
        time.sleep(0.3)
        terminal.resume()
        check(terminal.until(lambda: terminal.screen.alternate), "the screen did not come back")
        terminal.type("L")
        check(terminal.until_text("suspended for"), "no event tells of it")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_lease_lost_while_suspended():
    """The header and the log say why the load stopped, and that we were away."""
    terminal = started(source="sim:1,fault=lease@3s")
    try:
        load_on(terminal)
        check("lease expired" not in terminal.text(), "the lease ended before the suspension")
        terminal.key("C-z")
        check(terminal.until(lambda: terminal.stops == 1), "^Z did not stop it")
        terminal.resume()
        check(terminal.until(lambda: re.search("load drained +lease expired: no keep-alive",
                                               terminal.screen.display[1])),
              f"the header does not say why: {terminal.screen.display[1]}")
        terminal.type("L")
        for words in ("suspended for", "stopped: lease expired: no keep-alive"):
            check(terminal.until_text(words), f"no event tells '{words}'")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_stop_and_continue():
    terminal = started(step=True)
    try:
        terminal.settle()
        before = terminal.text()
        terminal.kill(signal.SIGSTOP)
        check(terminal.until(lambda: terminal.stops == 1), "did not stop")
        terminal.screen.reset()
        terminal.screen.alternate = True
        terminal.resume()
        check(terminal.until(lambda: terminal.text() == before), "the screen was not repainted")
        terminal.type("q")
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def hang_up_test(ignored):
    def test():
        terminal = started(ignore=(signal.SIGHUP,) if ignored else ())
        try:
            load_on(terminal)
            terminal.hang_up()
            check(terminal.wait(10) == ("exit", 0), f"after hang-up: {terminal.status}")
        finally:
            terminal.close()
    return test


# ---- sizes ----------------------------------------------------------------------------------

SIZES = [(1, 1), (3, 10), (10, 20), (2, 200), (200, 2), (50, 160), (1, 300), (60, 1), (24, 80),
         (5, 33), (12, 76), (11, 75), (120, 250)]


def test_resize_storm():
    terminal = started()
    try:
        load_on(terminal)
        for rows, cols in SIZES * 4:
            terminal.resize(rows, cols)
            terminal.pump(0.01)
        for keys in ("?", "c", "n", "g", "o", ":", "L", "f"):
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
    for rows, cols in ((1, 1), (1, 200), (60, 1), (2, 2), (3, 12)):
        terminal = start(rows, cols, step=True)
        try:
            check(terminal.settle(), f"no rest at {rows}x{cols}")
            check(terminal.status is None, f"ended at {rows}x{cols}")
            terminal.type("q")
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


# ---- terminals ------------------------------------------------------------------------------

def refusal(env, words):
    terminal = start(env=env)
    try:
        check(terminal.wait() == ("exit", 77), f"ended with {terminal.status}")
        text = terminal.output.decode()
        check("\x1b" not in text, "escape sequences before giving up")
        check(len(text.strip().splitlines()) == 1, f"not one line: {text!r}")
        for word in words:
            check(word in text, f"'{word}' is not in {text!r}")
    finally:
        terminal.close()


def test_dumb_terminal():
    refusal(environment(TERM="dumb"), ["TERM=dumb", "buddytop snapshot"])


def test_no_term():
    refusal(environment(TERM=None), ["TERM=", "buddytop snapshot"])


def test_unknown_term():
    refusal(environment(TERM="no-such-terminal"), ["no-such-terminal"])


def test_no_terminal():
    for stdin in (subprocess.DEVNULL, None):
        master, slave = os.openpty()
        done = subprocess.run([PROGRAM, "--source", "sim:1"], capture_output=True, timeout=20,
                              stdin=stdin if stdin is not None else slave, env=environment(),
                              check=False)
        os.close(master)
        os.close(slave)
        check(done.returncode == 77, f"exit code {done.returncode}")
        check(b"terminal" in done.stderr and not done.stdout, f"{done.stderr!r}")


def drive(terminal):
    """Some of everything that is drawn."""
    load_on(terminal)
    for keys in ("]", "?", "\x1b", "c", "\x1b", "L", "\x1b", "\t", " ", " "):
        terminal.type(keys)
        terminal.pump(0.1)
        terminal.settle(0.2)
    terminal.kill(signal.SIGTERM)
    ended(terminal, ("exit", 0))


def test_no_color():
    terminal = started(env=environment(NO_COLOR="1"), rows=50, cols=160)
    try:
        drive(terminal)
        found = COLOUR.search(terminal.output)
        check(not found, f"colour: {found and found.group()!r}")
    finally:
        terminal.close()


def test_themes():
    """NO_COLOR decides the start alone: the key asks for colours, four times for all themes."""
    terminal = started(env=environment(NO_COLOR="1"), rows=50, cols=160)
    try:
        for theme in ("default", "light", "contrast", "monochrome"):
            before = len(terminal.output)
            terminal.type("C")
            check(terminal.until_text(f"theme: {theme}"), f"no theme {theme}")
            terminal.settle()
            coloured = COLOUR.search(terminal.output[before:])
            check(bool(coloured) == (theme != "monochrome"), f"{theme}: colour {coloured}")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def quit_quietly(terminal):
    terminal.type("\x1b")
    terminal.settle()
    terminal.type("q")
    ended(terminal, ("exit", 0))
    terminal.close()


def test_settings():
    """What the set-up screen saves is there the next time; what cannot be saved says so."""
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "buddytop", "config.json")
        env = environment(XDG_CONFIG_HOME=directory)
        terminal = started(env=env, rows=50, cols=160)
        terminal.type("El")
        check(terminal.until_text("for light backgrounds"), "the theme did not change")
        check(not os.path.exists(file), "written without having been asked to")
        terminal.type("S")
        check(terminal.until_text(f"saved: {file}"), "not saved")
        with open(file, encoding="utf-8") as saved:
            # The interval is that of an option, the theme the operator's.
            check(json.load(saved) == {"theme": "light"}, "saved something else")
        quit_quietly(terminal)
        terminal = started(env=env, rows=50, cols=160)
        terminal.type("E")
        check(terminal.until_text("for light backgrounds"), "the theme was forgotten")
        quit_quietly(terminal)
    with tempfile.NamedTemporaryFile() as in_the_way:
        terminal = started(env=environment(XDG_CONFIG_HOME=in_the_way.name), rows=50, cols=160)
        terminal.type("ElS")
        check(terminal.until_text("cannot make directory"), "does not say why it is not saved")
        quit_quietly(terminal)


def test_colour():
    terminal = started(rows=50, cols=160)
    try:
        drive(terminal)
        check(COLOUR.search(terminal.output), "no colour where it is expected")
    finally:
        terminal.close()


def test_ascii_locale():
    terminal = started(env=environment(LC_ALL="C"), rows=50, cols=160)
    try:
        drive(terminal)
        check(max(terminal.output) < 0x80, "bytes beyond ASCII")
    finally:
        terminal.close()


def test_linux_console():
    terminal = started(env=environment(TERM="linux"), rows=50, cols=160)
    try:
        drive(terminal)
        allowed = set(range(0x2500, 0x2580)) | {0x2588, 0x2591, 0x2592}
        other = {c for c in terminal.output.decode() if ord(c) > 0x7f and ord(c) not in allowed}
        check(not other, f"characters the console's fonts lack: {other}")
    finally:
        terminal.close()


def test_other_terminals():
    for term in ("vt100", "screen-256color", "xterm"):
        terminal = started(env=environment(TERM=term))
        try:
            load_on(terminal)
            terminal.type("q")
            check(terminal.until_text("Quit?"), f"{term}: no question")
            terminal.type("y")
            check(terminal.wait() == ("exit", 0), f"{term}: ended with {terminal.status}")
            check(terminal.modes() == terminal.before, f"{term}: line modes")
        finally:
            terminal.close()


# ---- what else can happen --------------------------------------------------------------------

def test_snapshot():
    with tempfile.TemporaryDirectory() as directory:
        terminal = started(cwd=directory, cols=120)
        try:
            load_on(terminal)
            terminal.type("s")
            check(terminal.until_text("snapshot: "), "no path is shown")
            files = os.listdir(directory)
            check(len(files) == 1 and re.fullmatch(r"buddytop-sim-\d{8}T\d{6}Z\.json", files[0]),
                  f"files: {files}")
            check(files[0] in terminal.text(), "another path is shown")
            with open(os.path.join(directory, files[0]), encoding="utf-8") as file:
                document = json.load(file)
            check(document["schema"]["name"] == "buddytop-snapshot", "schema")
            terminal.kill(signal.SIGTERM)
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


def test_snapshot_fails():
    """A directory that takes no file: the reason is shown, the dashboard goes on."""
    with tempfile.TemporaryDirectory() as directory:
        gone = os.path.join(directory, "gone")
        os.mkdir(gone)
        terminal = started(cwd=gone, cols=120)
        try:
            os.rmdir(gone)
            check(terminal.until_text("clock 38 ns"), "no first sample")
            terminal.type("s")
            check(terminal.until_text("No such file or directory"), "no reason is shown")
            terminal.type("q")
            ended(terminal, ("exit", 0))
        finally:
            terminal.close()


def test_source_lost():
    terminal = started(source="sim:1,fault=lost@1s", cols=120)
    try:
        check(terminal.until_text("SOURCE LOST"), "a lost source is not shown")
        check(re.search(r"SOURCE LOST \d+ s: .*, retry \d+", terminal.text()), "no reason, no retry")
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


def refresh_cost(terminal):
    """Bytes, write calls (all threads) and CPU milliseconds per sample over three seconds."""
    def now():
        with open(f"/proc/{terminal.pid}/io", encoding="ascii") as file:
            io = dict(line.split(": ") for line in file.read().splitlines())
        spent = 0
        for path in glob.glob(f"/proc/{terminal.pid}/task/*/schedstat"):
            with open(path, encoding="ascii") as file:
                spent += int(file.read().split()[0])
        return len(terminal.output), int(io["syscw"]), spent
    first = now()
    terminal.until(lambda: False, 3.0)
    return [(b - a) / 60 for a, b in zip(first, now())]


def test_cost():
    terminal = started(rows=50, cols=160)
    try:
        load_on(terminal)
        terminal.until(lambda: False, 6.0)
        size, writes, cpu_ns = refresh_cost(terminal)
        print(f"  160x50: {size:.0f} bytes, {writes:.1f} write calls, {cpu_ns / 1e6:.2f} ms CPU "
              "a refresh, simulation included")
        check(size <= 2048, f"{size:.0f} bytes a refresh")
        # One of them wakes the screen's thread and does not go to the terminal.
        check(writes <= 4, f"{writes:.1f} writes a refresh")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


MONKEY_KEYS = [*"?qwy!][ocang P{}()fs p+-iL1759vC:\t\r\x1bjkhlxtANI0,^=/\x0c\x03\x15", *KEYS.values(),
               ":order 3\r", ":cpus 0-3\r", ":node bind:1\r", ":start\r", ":stop\r", ":keep\r",
               "\xff", "\u20ac", "\x1b[999~"]


def monkey_run(seed, count):
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        while count > 0:
            terminal = start(*chance.choice(SIZES), cwd=directory, source=chance.choice(
                ("sim:1", "sim:2,cpus=64,nodes=4", "sim:3,cpus=3,nodes=3,memonly=2")))
            resumed = 0
            try:
                check(terminal.until(lambda: terminal.screen.alternate), "did not start")
                while count > 0 and terminal.status is None:
                    count -= 1
                    if chance.random() < 0.03:
                        terminal.resize(*chance.choice(SIZES))
                    else:
                        terminal.type(chance.choice(MONKEY_KEYS))
                    terminal.pump(0.002)
                    # Keys are for the dashboard: not while it is stopped, not after its end.
                    if not terminal.screen.alternate:
                        terminal.until(lambda: terminal.stops > resumed or terminal.screen.alternate)
                    if terminal.stops > resumed:
                        resumed = terminal.stops
                        terminal.resume()
                        terminal.until(lambda: terminal.screen.alternate)
                if terminal.status is None:
                    terminal.kill(signal.SIGTERM)
                # A ^C that comes after the dashboard's end finds a program without a screen.
                check(terminal.wait() in (("exit", 0), ("signal", int(signal.SIGINT))),
                      f"ended with {terminal.status}")
                restored(terminal)
            finally:
                if terminal.status is None or terminal.status[1] not in (0, signal.SIGINT):
                    print("  last output:", terminal.output[-400:])
                terminal.close()


def test_monkey():
    for seed in range(4):
        try:
            monkey_run(seed, 500)
        except Problem as problem:
            raise Problem(f"seed {seed}: {problem}") from None


# ---- several dashboards ---------------------------------------------------------------------

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
    **{f"{name}, load {'on' if load else 'off'}": signal_test(name, load)
       for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL",
                    "SIGFPE") for load in (False, True)},
    "SIGINT, load off": signal_test("SIGINT", False),
    "two interrupts": test_two_interrupts,
    "Esc never quits": test_escape_never_quits,
    "sequences act as a whole": test_sequences_act_as_a_whole,
    "suspend and resume": test_suspend,
    "lease lost while suspended": test_lease_lost_while_suspended,
    "SIGSTOP and SIGCONT": test_stop_and_continue,
    "hang-up": hang_up_test(False),
    "hang-up, SIGHUP ignored": hang_up_test(True),
    "resize storm": test_resize_storm,
    "tiny starts": test_tiny_starts,
    "TERM=dumb": test_dumb_terminal,
    "no TERM": test_no_term,
    "unknown TERM": test_unknown_term,
    "no terminal": test_no_terminal,
    "NO_COLOR": test_no_color,
    "themes": test_themes,
    "settings": test_settings,
    "colour": test_colour,
    "LC_ALL=C": test_ascii_locale,
    "TERM=linux": test_linux_console,
    "other terminals": test_other_terminals,
    "snapshot": test_snapshot,
    "snapshot fails": test_snapshot_fails,
    "source lost": test_source_lost,
    "silence": test_silence,
    "cost": test_cost,
    "monkey": test_monkey,
}


def main():
    tally = Tally()
    for name, test in TESTS.items():
        if len(sys.argv) > 2 and sys.argv[2] not in name:
            continue
        try:
            test()
            tally.result(name, [])
        except Problem as problem:
            tally.result(name, [str(problem)])
    tally.end()


main()

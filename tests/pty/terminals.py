# SPDX-License-Identifier: GPL-2.0
"""Kinds of terminals, locales, colours, and what is none of them."""
import os
import re
import select
import signal
import subprocess
import termios

from stand import PROGRAM, check, drive, ended, environment, load_on, start, started

COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-9]|4[0-9]|9[0-7]|10[0-7])(?:;\d+)*m")


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
    refusal(environment(TERM="dumb"), ["TERM=dumb", "--plain"])


def test_no_term():
    refusal(environment(TERM=None), ["TERM=", "--plain"])


def test_unknown_term():
    refusal(environment(TERM="no-such-terminal"), ["no-such-terminal"])


def no_terminal_test(**where):
    """Standard input, output or both are none; where says what they are instead."""
    def test():
        master, slave = os.openpty()
        before = termios.tcgetattr(slave)
        descriptors = {"stdin": slave, "stdout": slave, "stderr": subprocess.PIPE, **where}
        done = subprocess.run([PROGRAM, "--source", "sim:1"], timeout=20, env=environment(),
                              check=False, **descriptors)
        check(done.returncode == 77, f"exit code {done.returncode}")
        check(b"terminal" in done.stderr and len(done.stderr.splitlines()) == 1, f"{done.stderr!r}")
        check(not done.stdout, f"on a pipe: {done.stdout!r}")
        check(not select.select([master], [], [], 0)[0], "something came to the terminal")
        check(termios.tcgetattr(slave) == before, "the line modes have changed")
        os.close(master)
        os.close(slave)
    return test


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
    terminal = started(env=environment(NO_COLOR="1"), rows=50, cols=160, step=True)
    terminal.settle()
    try:
        for theme in ("default", "light", "contrast", "monochrome"):
            before = len(terminal.output)
            terminal.type("C")
            check(terminal.until_text(f"theme: {theme}"), f"no theme {theme}")
            terminal.settle()
            coloured = COLOUR.search(terminal.output[before:])
            check(bool(coloured) == (theme != "monochrome"), f"{theme}: colour {coloured}")
            papers = {cell.bg for row in range(50) for cell in
                      (terminal.screen.buffer[row][col] for col in range(160)) if not cell.reverse}
            check(papers == {"000000" if theme == "contrast" else "default"},
                  f"{theme}: backgrounds {papers}")
        terminal.kill(signal.SIGTERM)
        ended(terminal, ("exit", 0))
    finally:
        terminal.close()


def test_colour():
    terminal = started(rows=50, cols=160)
    try:
        drive(terminal)
        check(COLOUR.search(terminal.output), "no colour where it is expected")
    finally:
        terminal.close()


def ascii_test(**variables):
    def test():
        terminal = started(env=environment(**variables), rows=50, cols=160)
        try:
            drive(terminal)
            check(max(terminal.output) < 0x80, "bytes beyond ASCII")
        finally:
            terminal.close()
    return test


def test_linux_console():
    terminal = started(env=environment(TERM="linux"), rows=50, cols=160)
    try:
        drive(terminal, setup=False)
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


TESTS = {
    "sequences act as a whole": test_sequences_act_as_a_whole,
    "TERM=dumb": test_dumb_terminal,
    "no TERM": test_no_term,
    "unknown TERM": test_unknown_term,
    "stdout is a pipe": no_terminal_test(stdout=subprocess.PIPE),
    "stdin is /dev/null": no_terminal_test(stdin=subprocess.DEVNULL),
    "neither is a terminal": no_terminal_test(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE),
    "NO_COLOR": test_no_color,
    "themes": test_themes,
    "colour": test_colour,
    "LC_ALL=C": ascii_test(LC_ALL="C"),
    "LANG=C": ascii_test(LC_ALL=None, LANG="C"),
    "TERM=linux": test_linux_console,
    "other terminals": test_other_terminals,
}

# SPDX-License-Identifier: GPL-2.0
"""Signals, suspension and hang-up."""
import re
import signal
import time

from stand import check, ended, load_on, restored, started


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


def test_interrupt_before_all_is_read():
    """The kernel keeps some KiB of output that the terminal has not read; ^C must not cost them."""
    terminal = started(rows=50, cols=160)

    def picture():
        return [line for line in terminal.text().splitlines() if "FROZEN" not in line]

    try:
        load_on(terminal)
        terminal.type(" ")
        check(terminal.until_text("FROZEN"), "the space bar did not freeze it")
        terminal.settle()
        terminal.type("\x0c")
        time.sleep(0.3)     # drawn, and all of it still unread
        terminal.key("C-c")
        check(terminal.until_text("Quit?"), "^C did not ask")
        terminal.type("n")
        terminal.settle()
        seen = picture()
        terminal.type("\x0c")
        terminal.settle()
        check(seen == picture(), "what was drawn before ^C is not all there")
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


def suspend_test(stop):
    def test():
        terminal = started()
        try:
            load_on(terminal)
            stop(terminal)
            check(terminal.until(lambda: terminal.stops == 1), "it did not stop")
            terminal.until(lambda: not terminal.screen.alternate)
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
    return test


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


def hang_up_test(ignored=False, keys=""):
    def test():
        terminal = started(ignore=(signal.SIGHUP,) if ignored else ())
        try:
            load_on(terminal)
            terminal.type(keys)
            terminal.pump(0.3)
            terminal.hang_up()
            check(terminal.wait(10) == ("exit", 0), f"after hang-up: {terminal.status}")
        finally:
            terminal.close()
    return test


TESTS = {
    **{f"{name}, load {'on' if load else 'off'}": signal_test(name, load)
       for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL",
                    "SIGFPE") for load in (False, True)},
    "SIGINT, load off": signal_test("SIGINT", False),
    "interrupt before all is read": test_interrupt_before_all_is_read,
    "two interrupts": test_two_interrupts,
    "Esc never quits": test_escape_never_quits,
    "suspend and resume": suspend_test(lambda terminal: terminal.key("C-z")),
    "SIGTSTP and SIGCONT": suspend_test(lambda terminal: terminal.kill(signal.SIGTSTP)),
    "lease lost while suspended": test_lease_lost_while_suspended,
    "SIGSTOP and SIGCONT": test_stop_and_continue,
    "hang-up": hang_up_test(),
    "hang-up, SIGHUP ignored": hang_up_test(ignored=True),
    "hang-up, SIGHUP ignored, frozen": hang_up_test(ignored=True, keys=" "),
    "hang-up, SIGHUP ignored, paused, in a dialog": hang_up_test(ignored=True, keys="pE"),
}

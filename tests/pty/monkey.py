# SPDX-License-Identifier: GPL-2.0
"""Random keys through a real terminal, as whole sequences of bytes; many more are typed in tests/monkey."""
import random
import signal
import tempfile

from sizes import SIZES
from stand import Problem, check, restored, start
from terminal import KEYS

MONKEY_KEYS = [*"?qwy!][ocang P{}()fs p+-iL1759vC:\t\r\x1bjkhlxtANI0,^=/\x0c\x03\x15", *KEYS.values(),
               ":order 3\r", ":cpus 0-3\r", ":node bind:1\r", ":start\r", ":stop\r", ":keep\r",
               "\xff", "\u20ac", "\x1b[999~"]


def monkey_run(seed, count):
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as directory:
        while count > 0:
            # A ^C behind the dashboard's end must not cost its last words, which wait to be read.
            terminal = start(*chance.choice(SIZES), cwd=directory, keep=True, source=chance.choice(
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
                    # A ^Z that was still on its way stops it before it can end.
                    terminal.until(lambda: terminal.status or terminal.stops > resumed, 15)
                    if terminal.stops > resumed:
                        terminal.resume()
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


TESTS = {
    "monkey": test_monkey,
}

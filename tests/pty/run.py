#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The dashboard and its terminal: signals, resizes, hang-up, odd terminals, cost, random keys.

    run.py BUDDYTOP [WORD]      runs the tests whose name contains WORD

After every end that can be caught the terminal must be as it was: line modes, main screen,
visible cursor.
"""
import os
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import cost  # noqa: E402
import files  # noqa: E402
import monkey  # noqa: E402
import parallel  # noqa: E402
import sessions  # noqa: E402
import signals  # noqa: E402
import sizes  # noqa: E402
import stand  # noqa: E402
import terminals  # noqa: E402
from terminal import Tally  # noqa: E402


def job(test):
    def run():
        try:
            test()
        except stand.Problem as problem:
            return [str(problem)]
        return []
    return run


def main():
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    tests = {}
    # The longest first.
    for module in (monkey, cost, signals, sizes, sessions, terminals, files):
        tests.update(module.TESTS)
    tally = Tally()
    parallel.run([(name, job(test)) for name, test in tests.items() if word in name], tally)
    tally.end()


main()

# SPDX-License-Identifier: GPL-2.0
"""How the test programs in Python tell and count what they check."""


class Counts:
    passed = failed = skipped = 0


def report(name, faults):
    """One check: faults is a list of sentences, empty when all is well."""
    if faults:
        Counts.failed += 1
        for fault in faults:
            print(f"FAIL {name}: {fault}")
    else:
        Counts.passed += 1
        print(f"ok {name}")


def skip(name, reason):
    Counts.skipped += 1
    print(f"skip {name}: {reason}")


def equal(name, got, wanted):
    report(name, [] if got == wanted else [f"{got!r}, not {wanted!r}"])


def finish():
    """The line that test.sh reads; returns the exit code."""
    print(f"{Counts.passed} passed, {Counts.failed} failed, {Counts.skipped} skipped")
    return 1 if Counts.failed else 0

# SPDX-License-Identifier: GPL-2.0
"""The guests that a test has started, as /proc knows them."""
from pathlib import Path


def qemus(word):
    """Process numbers, as text, of the QEMUs in whose command line this word stands, a directory of the test's."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"qemu-system" in words[0] and any(word.encode() in item for item in words):
            found.append(path.parent.name)
    return found

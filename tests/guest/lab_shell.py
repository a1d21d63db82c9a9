#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""lab_shell.py BUILD KIT: buddytop lab shell, and lab watch on its guest.

What the dashboard says and does is held against what the guest's own kernel says in the shell."""
import os
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from checks import equal, finish, report
from qemus import qemus
from terminal import Terminal

BUILD, KIT = (os.path.abspath(argument) for argument in sys.argv[1:3])
PROGRAM = BUILD + "/buddytop"
MIB = 1 << 20
MOST = 512
BOOT_S, ANSWER_S = 120, 30
MARK = "done-with-it"


def ask(shell, command):
    """What a command prints in the guest: from the last echo of its line, in which MARK is in two parts, to MARK."""
    begin = len(shell.output)
    echo = f"{MARK[:4]}''{MARK[4:]}"
    shell.type(f"{command}; echo {echo}\n")
    shell.until(lambda: MARK.encode() in shell.output[begin:], ANSWER_S)
    text = shell.output[begin:].decode(errors="replace").replace("\r", "")
    return text.partition(MARK)[0].rpartition(echo)[2].strip()


def allocated(shell):
    """Pages that the guest's kernel ever gave out."""
    return sum(int(count) for count in
               re.findall(r"^pgalloc_\w+ (\d+)", ask(shell, "grep ^pgalloc /proc/vmstat"), re.M))


def test_watch(shell):
    """The dashboard on that guest: the host's view, and the antagonist."""
    watch = Terminal([PROGRAM, "lab", "watch"], rows=50, cols=160)
    try:
        report("watch: it opens on the guest of the shell",
               [] if watch.until_text("attached to the session", ANSWER_S) else [watch.text()])
        before = allocated(shell)
        watch.until(lambda: False, 1)
        quiet = allocated(shell) - before
        watch.type("w")
        watch.until(lambda: False, 1)
        watch.type("y")
        report("watch: w and y start a load", [] if watch.until(
            lambda: re.search(r"2/2", watch.text()), ANSWER_S) else [watch.text()])
        before = allocated(shell)
        watch.until(lambda: False, 1)
        pressed = allocated(shell) - before
        report(f"watch: the guest's kernel gives out {pressed} pages, {quiet} without it",
               [] if pressed > 10000 and pressed > 10 * quiet else [watch.text()])
        watch.type("!")
        watch.until_text("stopped", ANSWER_S)
        before = allocated(shell)
        watch.until(lambda: False, 1)
        report("watch: ! stops it", [] if allocated(shell) - before < pressed / 10 else [watch.text()])
        watch.type("9")
        report("watch: 9 shows it as its host sees it",
               [] if watch.until(lambda: re.search(rf"base-manual(.|\n)*{MOST} MiB", watch.text()), ANSWER_S)
               else [watch.text()])
        watch.type("q")
        equal("watch: q leaves", watch.wait(), ("exit", 0))
    finally:
        watch.close()


def main():
    shell = Terminal([PROGRAM, "lab", "shell", "--memory", f"{MOST}M", "--least", "256M", "--accel", "tcg",
                      "--kernel", KIT, "--yes"])
    try:
        report("shell: a prompt", [] if shell.until_text("exit or ^] ends it", BOOT_S) else [shell.text()])
        equal("shell: of the kernel that was asked for", ask(shell, "uname -r"), os.path.basename(KIT))
        equal("shell: it is root's, in a guest", ask(shell, "id -u; hostname").split()[0], "0")
        kib = re.search(r"MemTotal:\s+(\d+)", ask(shell, "cat /proc/meminfo"))
        report("shell: with the memory that was asked for",
               [] if kib and 0.7 * MOST * MIB < int(kib[1]) * 1024 <= MOST * MIB else [str(kib and kib[0])])
        equal("shell: job control", ask(shell, "sleep 100 & kill %1 && echo killed").split()[-1], "killed")
        test_watch(shell)
        shell.type("exit\n")
        equal("shell: exit ends it", shell.wait(60), ("exit", 0))
        equal("shell: the terminal is as it was", shell.modes(), shell.before)
        equal("shell: and the guest", qemus(RUNTIME), [])
        equal("shell: nothing is left", [str(path) for path in Path(RUNTIME).rglob("*")
                                         if path.is_socket()], [])
    finally:
        shell.close()


with tempfile.TemporaryDirectory() as base:
    RUNTIME = base + "/runtime"
    os.mkdir(RUNTIME, 0o700)
    os.environ.update({"XDG_RUNTIME_DIR": RUNTIME, "XDG_STATE_HOME": base + "/state",
                       "XDG_CONFIG_HOME": base + "/config", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
    main()
sys.exit(finish())

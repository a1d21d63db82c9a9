#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Golden screens: scripted keys on a simulated machine, compared cell by cell.

    run.py BUDDYTOP [SCRIPT...]         UPDATE=1 rewrites the golden files

A script (*.keys, next to this file) has one instruction a line:
    variants 24x80.full ...     rows x columns and glyph set, a run for each
    source SPEC [ARGUMENTS]     default: sim:1; what follows are further options
    arguments ARGUMENTS         instead of that source
    type TEXT                   characters as they are
    key NAME                    Enter, Esc, Up, F8, C-l ...
    step N                      lets N samples pass
    command TEXT                :TEXT and Enter
    again ARGUMENTS             ends the program and starts it anew with these
    host FILE                   gives the recording FILE the host of a lab's run (lab_host.py)
    screen NAME                 compare with golden/SCRIPT.NAME.VARIANT
Time passes by 'step' alone (--step), so every run shows the same. Compared is what a terminal
shows; at the end of a script also what :save-screen writes.
"""
import glob
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(HERE))
import lab_host  # noqa: E402
import parallel  # noqa: E402
from terminal import KEYS, Tally, Terminal, environment  # noqa: E402


def parse(path):
    script = {"variants": ["24x80.full"], "source": "sim:1", "steps": []}
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line or line.startswith("#"):
            continue
        verb, _, rest = line.partition(" ")
        if verb == "variants":
            script[verb] = rest.split()
        elif verb in ("source", "arguments"):
            script[verb] = rest
        else:
            script["steps"].append((verb, rest))
    return script


def saved_is_shown(terminal, directory):
    """What :save-screen writes is what the terminal shows."""
    path = os.path.join(directory, "screen")
    before = terminal.text() + "\n"
    terminal.type(f":save-screen {path}\r")
    if not terminal.until(lambda: os.path.exists(path)):
        return False
    with open(path, encoding="utf-8") as file:
        text = file.read()
    os.unlink(path)
    for drawn, there in zip(text.split('\n'), before.split('\n')):
        if drawn != there:
            print(f'  drawn {drawn}\n  shown {there}')
    return text == before


def compare(path, text, problems):
    if os.environ.get("UPDATE"):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w", encoding="utf-8").write(text)
        return
    try:
        wanted = open(path, encoding="utf-8").read()
    except FileNotFoundError:
        problems.append(f"{os.path.basename(path)} is missing")
        return
    if wanted == text:
        return
    rows = [i for i, (a, b) in enumerate(zip(wanted.split("\n"), text.split("\n"))) if a != b]
    problems.append(f"{os.path.basename(path)} differs in rows {rows}")
    for row in rows[:4]:
        print(f"  row {row}\n  - {wanted.split(chr(10))[row]}\n  + {text.split(chr(10))[row]}")


def quit_program(terminal, problems):
    for _ in range(2):
        terminal.key("C-c")
        terminal.settle()
    if terminal.wait() != ("exit", 0):
        problems.append(f"ended with {terminal.status}: {terminal.text().strip()[-300:]}")
    terminal.close()


def run_script(program, name, script, variant, directory):
    size, glyphs = variant.split(".")
    rows, cols = map(int, size.split("x"))
    locale = "C" if glyphs == "ascii" else "C.UTF-8"

    def start(*arguments):
        return Terminal([program, *arguments, "--step", "--glyphs", glyphs], rows, cols,
                        environment(LC_ALL=locale), directory)

    terminal = start(*script.get("arguments", "--source " + script["source"]).split())
    problems = []
    for verb, rest in script["steps"]:
        if verb == "type":
            terminal.type(rest)
        elif verb == "key":
            terminal.type(KEYS[rest])
        elif verb == "step":
            # Keys wait until the samples have come; this one is bound to nothing.
            terminal.type(f":step {rest}\r~")
        elif verb == "command":
            terminal.type(f":{rest}\r")
        elif verb == "host":
            terminal.settle()
            lab_host.put_into(os.path.join(directory, rest))
        elif verb == "again":
            quit_program(terminal, problems)
            terminal = start(*rest.split())
        elif verb == "screen":
            golden = f"{name}.{rest}.{variant}"
            if not terminal.settle():
                problems.append(f"no rest at '{rest}'")
            compare(os.path.join(HERE, "golden", golden), terminal.text() + "\n", problems)
        else:
            problems.append(f"'{verb}' is no instruction")
        if verb == "key":
            terminal.settle()
    terminal.key("Esc")
    terminal.settle()
    if not saved_is_shown(terminal, directory):
        problems.append("save-screen wrote something else than the terminal showed")
    quit_program(terminal, problems)
    return problems


def job(program, name, script, variant):
    def run():
        with tempfile.TemporaryDirectory() as directory:
            return run_script(program, name, script, variant, directory)
    return run


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    tally = Tally()
    jobs = []
    for path in sorted(glob.glob(os.path.join(HERE, "*.keys"))):
        name = os.path.basename(path)[:-len(".keys")]
        if wanted and name not in wanted:
            continue
        script = parse(path)
        for variant in script["variants"]:
            jobs.append((f"{name} {variant}", job(program, name, script, variant)))
    parallel.run(jobs, tally)
    tally.end()


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""compile_commands.json of a built module, from the commands kbuild left beside its objects.

Usage: compile-commands.py KERNEL_TREE OBJECT_DIRECTORY SOURCE_DIRECTORY
Distributions' header packages lack the kernel's own generator.
"""
import json
import pathlib
import re
import sys


def command_of(path):
    """The compiler's command in a .NAME.o.cmd file, or None when it made no object from C."""
    found = re.match(r"(?:saved)?cmd_\S+ := (.*)", path.read_text().splitlines()[0])
    return found and found.group(1).split(" ; ")[0].replace("$(pound)", "#")


def main():
    tree, objects, sources = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    entries = []
    for path in sorted(objects.glob(".*.o.cmd")):
        name = path.name[1:].removesuffix(".o.cmd") + ".c"
        command = command_of(path)
        if command and (sources / name).exists():
            entries.append({"directory": str(tree), "file": str(sources / name),
                            "command": command.replace(str(objects / name), str(sources / name))})
    if not entries:
        sys.exit("no objects in " + str(objects))
    json.dump(entries, sys.stdout, indent=1)
    print()


main()

# SPDX-License-Identifier: GPL-2.0
"""What the dashboard writes to files."""
import json
import os
import re
import signal
import tempfile

from stand import check, ended, environment, load_on, quit_quietly, started


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
            check(terminal.until_text(files[0]), "another path is shown")
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


TESTS = {
    "settings": test_settings,
    "snapshot": test_snapshot,
    "snapshot fails": test_snapshot_fails,
}

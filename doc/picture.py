#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""doc/picture.py [-r RECORDING] [-o DIRECTORY] BUDDYTOP [ARGUMENT...]

Draws the pictures of the README: replays a recording in a pseudo-terminal and writes a view each as
SVG. A recording that is not there is made first, of a guest (BUDDYTOP --vm --yes ARGUMENT...), in
which is typed for some minutes what an operator would; without -r it is not kept. Letters stay text; graphs and lines are drawn as
shapes, because few fonts have braille and blocks of the width of a letter."""
import argparse
import os
import sys
import tempfile
import time
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from terminal import Terminal, environment  # noqa: E402

# What is waited for, seconds or a text on the screen, and what is typed then. The views that need
# costly details are on the screen towards the end, or they would not be recorded.
GUEST = [
    ("Available memory", ""), (2, "w"), ("Start the load", "y"), (3, ":record {recording}\r"),
    (28, ":order 3\r"), (24, ":order 6\r"), (22, ":mark two CPUs\r:order=0 cpus=0-1\r"),
    (26, ":cpus all\r"), (22, ":mark other nodes\r:node remote\r"),
    (24, ":node=interleave:0-1 gfp=movable\r"),
    (22, ":mark ramp\r:pattern=ramp held=700M node=local gfp=kernel-mayfail\r"), (30, "4"),
    (30, "6"), (20, "2"), (20, "4"), (20, ":pattern=burst order=1 cpus=0-2\r"), (20, "6"),
    (10, "4"), (10, ":mark picture\r"), (20, "S"), (2, ""),
]
TEXT_LIMIT_S = 180

# File, mark, seconds that pass after it, keys that bring the view, title. The latencies are those
# of 10 s a line; in view 3 the blocks come from all nodes in turn.
VIEWS = [
    ("overview", "ramp", 8, "1", "The dashboard of buddytop on a guest"),
    ("latency", "picture", 8, "2ZZ~", "Latency of allocations over time"),
    ("numa", "other nodes", 40, "3", "NUMA nodes and zones"),
    ("fragmentation", "picture", 8, "4", "Free blocks and fragmentation"),
]
ROWS, COLS = 50, 160

CELL_W, CELL_H, FONT = 8.0, 17.0, 13.3
BASELINE, MARGIN = 12.8, 10.0
PAPER, INK = "#15181d", "#d5d8dc"
COLOURS = {
    "default": INK, "black": "#3b4048", "red": "#e06c75", "green": "#98c379", "brown": "#d19a66",
    "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#ffffff",
}
FAMILY = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"


# ---- the screen as SVG ----------------------------------------------------------------------

def number(value):
    """Two decimals at most, and no more characters than it takes."""
    return f"{round(value, 2):g}".replace("0.", ".", 1) if 0 < value < 1 else f"{round(value, 2):g}"


def rect(x, y, width, height):
    return f"M{number(x)} {number(y)}h{number(width)}v{number(height)}h{number(-width)}z"


def braille(char, x, y):
    """Dots 1-8 of U+2800: columns of 1 2 3 7 and 4 5 6 8."""
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    size = 2.2
    return "".join(rect(x + (column + 0.5) * CELL_W / 2 - size / 2,
                        y + (row + 0.5) * CELL_H / 4 - size / 2, size, size)
                   for bit, (column, row) in enumerate(places) if ord(char) - 0x2800 >> bit & 1)


def block(char, x, y, cells=1):
    """U+2581 to U+2588 fill from below, the shades all of a cell."""
    height = CELL_H * (8 if char in SHADES else ord(char) - 0x2580) / 8
    return rect(x, y + CELL_H - height, CELL_W * cells, height)


# How much of the ink a shade lets through.
SHADES = {"░": 0.3, "▒": 0.55, "▓": 0.8}

# Which edges of a cell its middle is joined to: left, right, top, bottom.
LINES = {"┃": "tb", "━": "lr", "─": "lr", "│": "tb", "╭": "rb", "╮": "lb", "╰": "rt", "╯": "lt", "┌": "rb", "┐": "lb",
         "└": "rt", "┘": "lt"}
HEAVY = "┃━"


def line(char, x, y):
    middle_x, middle_y, thick = x + CELL_W / 2, y + CELL_H / 2, 2.5 if char in HEAVY else 1
    half = thick / 2
    parts = {"l": rect(x, middle_y - half, CELL_W / 2 + half, thick),
             "r": rect(middle_x - half, middle_y - half, CELL_W / 2 + half, thick),
             "t": rect(middle_x - half, y, thick, CELL_H / 2 + half),
             "b": rect(middle_x - half, middle_y - half, thick, CELL_H / 2 + half)}
    return "".join(parts[edge] for edge in LINES[char])


def dashes(_, x, y):
    return "".join(rect(x + CELL_W / 2 - 0.5, y + CELL_H * part / 4 + 1, 1, 2)
                   for part in range(4))


def is_block(char):
    return "\u2581" <= char <= "\u2588" or char in SHADES


def shape_of(char):
    """What draws a character that is no letter, but for blocks, which are drawn in runs."""
    if "\u2801" <= char <= "\u28ff":
        return braille
    if char == "\u250a":
        return dashes
    return line if char in LINES else None


def colour(name):
    return COLOURS.get(name, "#" + name)


def style_of(cell):
    ink, paper = colour(cell.fg), PAPER if cell.bg == "default" else colour(cell.bg)
    return (paper, ink) if cell.reverse else (ink, paper)


def is_word_of(cell, first):
    """Whether a cell goes on with the word that begins with first."""
    return cell.data != " " and not shape_of(cell.data) and not is_block(cell.data) and \
        (style_of(cell), cell.bold, cell.underscore) == \
        (style_of(first), first.bold, first.underscore)


class Picture:
    def __init__(self, screen):
        self.screen = screen
        # Paths by what they are filled with, colour and opacity.
        self.papers, self.shapes, self.words = {}, {}, []

    def cell(self, row, col):
        return self.screen.buffer[row][col] if col < self.screen.columns else \
            self.screen.default_char

    def run(self, row, col, same):
        """Columns from col on that are the same."""
        end = col + 1
        while end < self.screen.columns and same(self.cell(row, end)):
            end += 1
        return end - col

    def add(self, paths, fill, path):
        paths[fill] = paths.get(fill, "") + path

    def add_papers(self, row):
        col = 0
        while col < self.screen.columns:
            paper = style_of(self.cell(row, col))[1]
            cells = self.run(row, col, lambda cell: style_of(cell)[1] == paper)
            if paper != PAPER:
                self.add(self.papers, (paper, 1), rect(MARGIN + col * CELL_W,
                                                       MARGIN + row * CELL_H,
                                                       CELL_W * cells, CELL_H))
            col += cells

    def add_word(self, row, col, cells):
        first = self.cell(row, col)
        word = "".join(self.cell(row, col + i).data for i in range(cells))
        extra = ' font-weight="bold"' if first.bold else ""
        extra += ' text-decoration="underline"' if first.underscore else ""
        self.words.append(
            f'<text x="{number(MARGIN + col * CELL_W)}" '
            f'y="{number(MARGIN + row * CELL_H + BASELINE)}" '
            f'textLength="{number(cells * CELL_W)}" fill="{style_of(first)[0]}"{extra}>'
            f'{escape(word)}</text>')

    def add_signs(self, row):
        col = 0
        while col < self.screen.columns:
            cell = self.cell(row, col)
            ink, x, y = style_of(cell)[0], MARGIN + col * CELL_W, MARGIN + row * CELL_H
            shape, cells = shape_of(cell.data), 1
            if is_block(cell.data):
                cells = self.run(row, col, lambda other: (other.data, style_of(other)[0]) ==
                                 (cell.data, ink))
                self.add(self.shapes, (ink, SHADES.get(cell.data, 1)),
                         block(cell.data, x, y, cells))
            elif shape:
                self.add(self.shapes, (ink, 1), shape(cell.data, x, y))
            elif cell.data != " ":
                cells = self.run(row, col, lambda other: is_word_of(other, cell))
                self.add_word(row, col, cells)
            col += cells

    def svg(self, title):
        for row in range(self.screen.lines):
            self.add_papers(row)
            self.add_signs(row)
        width = self.screen.columns * CELL_W + 2 * MARGIN
        height = self.screen.lines * CELL_H + 2 * MARGIN
        paths = [f'<path fill="{ink}"' + (f' opacity="{opacity:g}"' if opacity < 1 else "") +
                 f' d="{d}"/>'
                 for (ink, opacity), d in [*self.papers.items(), *self.shapes.items()]]
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
            f'width="{width:g}" height="{height:g}" font-family="{FAMILY}" font-size="{FONT}">',
            f"<title>{escape(title)}</title>",
            f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>',
            *paths, *self.words, "</svg>", ""])


# ---- the program ----------------------------------------------------------------------------

def wait(terminal, until):
    """Seconds, or a text."""
    if isinstance(until, str):
        return terminal.until_text(until, TEXT_LIMIT_S)
    end = time.monotonic() + until
    terminal.until(lambda: time.monotonic() > end, until + 1)
    return terminal.status is None


def picture_environment():
    """Places of kernels and modules are those of this user, settings are not."""
    places = {name: os.environ[name] for name in os.environ
              if name.startswith(("XDG_", "BUDDYTOP_")) and name != "XDG_CONFIG_HOME"}
    return environment(**places)


def drive(command, steps, values):
    terminal = Terminal(command, ROWS, COLS, picture_environment())
    for until, keys in steps:
        if not wait(terminal, until):
            sys.exit(f"waiting for {until!r}, this was on the screen:\n{terminal.text()}")
        terminal.type(keys.format(**values))
    return terminal


def end(terminal):
    terminal.type("\x03\x03")
    terminal.wait()
    terminal.close()


def record(program, arguments, recording):
    end(drive([program, "--vm", "--yes", *arguments], GUEST, {"recording": recording}))
    if not os.path.exists(recording):
        sys.exit("nothing was recorded")


def draw(program, recording, directory):
    for name, at, play_s, keys, title in VIEWS:
        terminal = drive([program, "replay", recording, "--at", at],
                         [("REPLAY", keys), (play_s, "")], {})
        path = Path(directory) / f"{name}.svg"
        path.write_text(Picture(terminal.screen).svg(title), encoding="utf-8")
        print(f"{path}: {path.stat().st_size} bytes")
        end(terminal)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-r", "--recording", help="file of the recording")
    parser.add_argument("-o", "--output", default="doc", help="directory of the pictures")
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        recording = options.recording or os.path.join(directory, "guest.jsonl")
        if not os.path.exists(recording):
            record(options.program, options.arguments, recording)
        draw(options.program, recording, options.output)


main()

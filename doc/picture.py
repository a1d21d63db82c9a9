#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""doc/picture.py [-o FILE] [--rows N] [--cols N] PROGRAM [ARGUMENT...]

Draws the picture of the README: runs PROGRAM (build/buddytop --vm --yes) in a pseudo-terminal, types
what an operator would, and writes the screen as SVG. Letters stay text; graphs and lines are drawn
as shapes, because few fonts have braille and blocks of the width of a letter."""
import argparse
import os
import sys
import time
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
from terminal import Terminal, environment  # noqa: E402

# What is typed, and what is waited for before: seconds, or a text on the screen.
STEPS = [
    ("Available memory", ""), (2, "w"), ("Start the load", "y"), (8, "]"), (5, "]"), (5, "]"),
    (5, ":cpus 0-2\r"), (5, ":node interleave:0-1\r"), (6, ":cpus all\r"), (5, ":held 600M\r"),
    (1, ":pattern ramp\r"), (1, ":pace 1000\r"), (27, ""),
]
TEXT_LIMIT_S = 180

CELL_W, CELL_H, FONT = 8.0, 17.0, 13.3
BASELINE, MARGIN = 12.8, 10.0
PAPER, INK = "#15181d", "#d5d8dc"
COLOURS = {
    "default": INK, "black": "#3b4048", "red": "#e06c75", "green": "#98c379", "brown": "#d19a66",
    "blue": "#61afef", "magenta": "#c678dd", "cyan": "#56b6c2", "white": "#ffffff",
}
FAMILY = "ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace"


# ---- the screen as SVG ----------------------------------------------------------------------

def rect(x, y, width, height):
    return f"M{x:g} {y:g}h{width:g}v{height:g}h{-width:g}z"


def braille(char, x, y):
    """Dots 1-8 of U+2800: columns of 1 2 3 7 and 4 5 6 8."""
    places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    size = 2.2
    return "".join(rect(round(x + (column + 0.5) * CELL_W / 2 - size / 2, 2),
                        round(y + (row + 0.5) * CELL_H / 4 - size / 2, 2), size, size)
                   for bit, (column, row) in enumerate(places) if ord(char) - 0x2800 >> bit & 1)


def block(char, x, y):
    """U+2581 to U+2588 fill from below."""
    height = CELL_H * (ord(char) - 0x2580) / 8
    return rect(x, round(y + CELL_H - height, 2), CELL_W, round(height, 2))


# Which edges of a cell its middle is joined to: left, right, top, bottom.
LINES = {"─": "lr", "│": "tb", "╭": "rb", "╮": "lb", "╰": "rt", "╯": "lt", "┌": "rb", "┐": "lb",
         "└": "rt", "┘": "lt"}


def line(char, x, y):
    middle_x, middle_y, thick = x + CELL_W / 2, y + CELL_H / 2, 1
    half = thick / 2
    parts = {"l": rect(x, middle_y - half, CELL_W / 2 + half, thick),
             "r": rect(middle_x - half, middle_y - half, CELL_W / 2 + half, thick),
             "t": rect(middle_x - half, y, thick, CELL_H / 2 + half),
             "b": rect(middle_x - half, middle_y - half, thick, CELL_H / 2 + half)}
    return "".join(parts[edge] for edge in LINES[char])


def dashes(_, x, y):
    return "".join(rect(x + CELL_W / 2 - 0.5, round(y + CELL_H * part / 4 + 1, 2), 1, 2)
                   for part in range(4))


def shape_of(char):
    if "\u2801" <= char <= "\u28ff":
        return braille
    if "\u2581" <= char <= "\u2588":
        return block
    if char == "\u250a":
        return dashes
    return line if char in LINES else None


def colour(name):
    return COLOURS.get(name, "#" + name)


def style_of(cell):
    ink, paper = colour(cell.fg), PAPER if cell.bg == "default" else colour(cell.bg)
    return (paper, ink) if cell.reverse else (ink, paper)


class Picture:
    def __init__(self, screen):
        self.screen = screen
        self.papers, self.shapes, self.words = {}, {}, []

    def add_paper(self, row, col, paper):
        if paper != PAPER:
            self.papers[paper] = self.papers.get(paper, "") + rect(
                MARGIN + col * CELL_W, MARGIN + row * CELL_H, CELL_W, CELL_H)

    def add_word(self, row, col, word, ink, cell):
        extra = ' font-weight="bold"' if cell.bold else ""
        extra += ' text-decoration="underline"' if cell.underscore else ""
        self.words.append(
            f'<text x="{MARGIN + col * CELL_W:g}" y="{MARGIN + row * CELL_H + BASELINE:g}" '
            f'textLength="{len(word) * CELL_W:g}" fill="{ink}"{extra}>{escape(word)}</text>')

    def add_row(self, row):
        cells = self.screen.buffer[row]
        word, start, look = "", 0, None
        for col in range(self.screen.columns + 1):
            cell = cells[col] if col < self.screen.columns else self.screen.default_char
            ink, paper = style_of(cell)
            shape = shape_of(cell.data)
            now = (ink, cell.bold, cell.underscore)
            self.add_paper(row, col, paper)
            if word and (shape or cell.data == " " or now != look):
                self.add_word(row, start, word, look[0], cells[start])
                word = ""
            if shape:
                self.shapes[ink] = self.shapes.get(ink, "") + shape(
                    cell.data, MARGIN + col * CELL_W, MARGIN + row * CELL_H)
            elif cell.data != " ":
                start, look = (start, look) if word else (col, now)
                word += cell.data

    def svg(self, title):
        for row in range(self.screen.lines):
            self.add_row(row)
        width = self.screen.columns * CELL_W + 2 * MARGIN
        height = self.screen.lines * CELL_H + 2 * MARGIN
        paths = [f'<path fill="{ink}" d="{d}"/>'
                 for ink, d in [*self.papers.items(), *self.shapes.items()]]
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
    places = {name: os.environ[name] for name in os.environ if name.startswith(("XDG_", "BUDDYTOP_"))}
    return environment(**places)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", default="doc/overview.svg")
    parser.add_argument("--rows", type=int, default=44)
    parser.add_argument("--cols", type=int, default=132)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    terminal = Terminal(options.command, options.rows, options.cols, picture_environment())
    for until, keys in STEPS:
        if not wait(terminal, until):
            sys.exit(f"waiting for {until!r}, this was on the screen:\n{terminal.text()}")
        terminal.type(keys)
    svg = Picture(terminal.screen).svg("The dashboard of buddytop on a guest")
    terminal.type("\x03\x03")
    terminal.wait()
    terminal.close()
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(svg)


main()

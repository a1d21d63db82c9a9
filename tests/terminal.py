# SPDX-License-Identifier: GPL-2.0
"""A program on a pseudo-terminal, as a shell would run it: a job of its own in the foreground."""
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

import pyte

KEYS = {"Enter": "\r", "Esc": "\x1b", "Tab": "\t", "BackTab": "\x1b[Z", "Space": " ",
        "Backspace": "\x7f", "Delete": "\x1b[3~", "Up": "\x1bOA", "Down": "\x1bOB",
        "Right": "\x1bOC", "Left": "\x1bOD", "Home": "\x1bOH", "End": "\x1bOF",
        "PgUp": "\x1b[5~", "PgDn": "\x1b[6~", "F1": "\x1bOP", "F5": "\x1b[15~", "F7": "\x1b[18~",
        "F8": "\x1b[19~", "F9": "\x1b[20~", "F10": "\x1b[21~"}
KEYS.update({"C-" + chr(c): chr(c - 96) for c in range(97, 123)})


def set_size(fd, rows, cols):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))


class Stream(pyte.ByteStream):
    """Knows REP, SU and SD, with which curses saves bytes."""
    csi = {**pyte.ByteStream.csi, "b": "repeat", "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


class Screen(pyte.Screen):
    """Adds what pyte lacks: REP, SU, SD, and whether the alternate screen is on; and that a cursor
    which leaves the last column up or down does not wrap there any more."""

    def __init__(self, cols, rows):
        self.alternate = False
        self.last = " "
        super().__init__(cols, rows)

    def draw(self, data):
        self.last = data[-1:]
        super().draw(data)

    def _unwrap(self):
        self.cursor.x = min(self.cursor.x, self.columns - 1)

    def cursor_to_line(self, line=None):
        self._unwrap()
        super().cursor_to_line(line)

    def cursor_up(self, count=None):
        self._unwrap()
        super().cursor_up(count)

    def cursor_down(self, count=None):
        self._unwrap()
        super().cursor_down(count)

    def repeat(self, count=1):
        super().draw(self.last * count)

    def _scroll(self, row, step, count):
        before, self.cursor.y = self.cursor.y, row
        for _ in range(count or 1):
            step()
        self.cursor.y = before

    def scroll_up(self, count=1):
        self._scroll(self.margins.bottom if self.margins else self.lines - 1, self.index, count)

    def scroll_down(self, count=1):
        self._scroll(self.margins.top if self.margins else 0, self.reverse_index, count)

    def set_mode(self, *modes, **kwargs):
        if kwargs.get("private") and 1049 in modes:
            self.alternate = True
        super().set_mode(*modes, **kwargs)

    def reset_mode(self, *modes, **kwargs):
        if kwargs.get("private") and 1049 in modes:
            self.alternate = False
        super().reset_mode(*modes, **kwargs)


class Terminal:
    """The leader process stands for the shell; status is ("exit", code) or ("signal", number).
    keep: a signal that is typed does not throw away what is not read yet (stty noflsh)."""

    def __init__(self, argv, rows=24, cols=80, env=None, cwd=None, ignore=(), keep=False):
        self.master, self.slave = os.openpty()
        set_size(self.slave, rows, cols)
        if keep:
            modes = termios.tcgetattr(self.slave)
            modes[3] |= termios.NOFLSH
            termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        self.before = termios.tcgetattr(self.slave)
        self.screen = Screen(cols, rows)
        self.stream = Stream(self.screen)
        self.output = b""
        self.status = None
        self.stops = 0
        self.reports, report = os.pipe()
        orders, self.orders = os.pipe()
        self.leader = os.fork()
        if not self.leader:
            os.close(self.master)
            os.close(self.reports)
            os.close(self.orders)
            try:
                lead(self.slave, argv, env, cwd, ignore, report, orders)
            finally:
                os._exit(1)
        os.close(report)
        os.close(orders)
        self.pid = int(self._report().split()[1])

    def _report(self):
        line = b""
        while not line.endswith(b"\n"):
            more = os.read(self.reports, 1)
            if not more:
                raise RuntimeError("the leader is gone")
            line += more
        return line.decode()

    def _open_fds(self):
        return ([self.master] if self.master >= 0 else []) + \
            ([self.reports] if self.status is None else [])

    def pump(self, seconds=0.0):
        """Takes what comes for so long; False when the terminal is closed or the program ended."""
        ready = select.select(self._open_fds(), [], [],
                              seconds)[0]
        if self.master in ready:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                data = b""
            self.output += data
            self.stream.feed(data)
        if self.reports in ready:
            words = self._report().split()
            if words[0] == "stopped":
                self.stops += 1
            else:
                self.status = (words[0], int(words[1]))
        return self.status is None

    def until(self, condition, seconds=10.0):
        """Pumps until condition() holds. False when it did not within the time."""
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                return False
            if self.status is None:
                self.pump(min(left, 0.02))
            else:
                return condition()
        return True

    def until_text(self, text, seconds=10.0):
        return self.until(lambda: text in self.text(), seconds)

    def wait(self, seconds=15.0):
        """The end of the program; None when it does not come."""
        self.until(lambda: self.status is not None, seconds)
        for _ in range(50):
            if self.master < 0 or not select.select([self.master], [], [], 0.2)[0]:
                break
            self.pump()
        return self.status

    def _busy(self):
        """Keys that nobody has read, or a main thread that is not asleep."""
        # Unlike FIONREAD, poll() first waits for what the master wrote to reach this end.
        if select.select([self.slave], [], [], 0)[0]:
            return True
        try:
            with open(f"/proc/{self.pid}/task/{self.pid}/stat", encoding="ascii") as stat:
                return stat.read().rsplit(")", 1)[1].split()[0] != "S"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def settle(self, seconds=20.0):
        """Until all that was typed is read and drawn: idle and silent for longer than curses waits after Esc."""
        quiet = 0
        end = time.monotonic() + seconds
        while quiet < 6 and self.status is None and time.monotonic() < end:
            before = len(self.output)
            self.pump(0.01)
            quiet = 0 if self._busy() or len(self.output) != before else quiet + 1
        return quiet == 6

    def type(self, text):
        os.write(self.master, text.encode())

    def key(self, name):
        self.type(KEYS.get(name, name))

    def resize(self, rows, cols):
        self.screen.resize(rows, cols)
        set_size(self.master, rows, cols)

    def kill(self, number):
        os.kill(self.pid, number)

    def resume(self):
        os.write(self.orders, b"resume\n")

    def hang_up(self):
        os.close(self.master)
        self.master = -1

    def text(self):
        return "\n".join(line.rstrip() for line in self.screen.display)

    def modes(self):
        return termios.tcgetattr(self.slave)

    def close(self):
        """Ends what still runs, this program and its leader only."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
        if self.master >= 0:
            self.hang_up()
        os.close(self.slave)
        os.close(self.orders)
        os.waitpid(self.leader, 0)
        os.close(self.reports)


def lead(slave, argv, env, cwd, ignore, report, orders):
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    for number in (signal.SIGTTOU, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    gate, go = os.pipe()
    pid = os.fork()
    if not pid:
        os.read(gate, 1)
        os.closerange(3, 64)
        for number in (signal.SIGTTOU, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT,
                       signal.SIGTSTP, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN if number in ignore else signal.SIG_DFL)
        if cwd:
            os.chdir(cwd)
        os.execvpe(argv[0], argv, env or os.environ)
    os.setpgid(pid, pid)
    os.tcsetpgrp(slave, pid)
    os.write(report, f"pid {pid}\n".encode())
    os.write(go, b"x")
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFSTOPPED(status):
            os.tcsetpgrp(slave, os.getpgrp())
            os.write(report, b"stopped 0\n")
            if not os.read(orders, 64):
                os.kill(pid, signal.SIGKILL)
                continue
            os.tcsetpgrp(slave, pid)
            os.kill(pid, signal.SIGCONT)
        elif os.WIFSIGNALED(status):
            os.write(report, f"signal {os.WTERMSIG(status)}\n".encode())
            os._exit(0)
        else:
            os.write(report, f"exit {os.WEXITSTATUS(status)}\n".encode())
            os._exit(0)


def environment(**changes):
    """A small, known environment; None removes."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"),
           "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_CONFIG_HOME": "/dev/null"}
    for name in os.environ:
        if name.startswith(("ASAN_", "UBSAN_", "LSAN_", "TSAN_")):
            env[name] = os.environ[name]
    for name, value in changes.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return env


class Tally:
    """Counts results and prints the line that ends a suite."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def result(self, name, problems):
        if problems:
            self.failed += 1
            print(f"FAIL {name}: {'; '.join(problems)}", flush=True)
        else:
            self.passed += 1
            print(f"ok   {name}", flush=True)

    def skip(self, name, reason):
        self.skipped += 1
        print(f"skip {name}: {reason}", flush=True)

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        sys.exit(1 if self.failed else 0)

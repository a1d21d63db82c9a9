# SPDX-License-Identifier: GPL-2.0
"""Programs on pseudo-terminals of their own, and what they use."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

ROWS, COLS = 50, 160


class Usage:
    """What a process has used so far; the difference of two is what it used between them."""

    def __init__(self, cpu_ns, switches, writes, size):
        self.cpu_ns, self.switches, self.writes, self.size = cpu_ns, switches, writes, size

    def since(self, before):
        return Usage({name: self.cpu_ns[name] - before.cpu_ns.get(name, 0) for name in self.cpu_ns},
                     {name: self.switches[name] - before.switches.get(name, 0)
                      for name in self.switches},
                     self.writes - before.writes, self.size - before.size)

    def cpu_ms(self, thread=None):
        return sum(ns for name, ns in self.cpu_ns.items() if thread in (None, name)) / 1e6


class Program:
    """argv on a pseudo-terminal of 160x50."""

    def __init__(self, name, argv, env=None):
        self.name = name
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})})
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.size = 0
        self.text = b""

    def take(self):
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        self.size += len(data)
        self.text = (self.text + data)[-65536:]
        return bool(data)

    def read(self, seconds, until=None):
        """Reads for so long, or until the pattern was printed; returns whether it was."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not pump([self], end):
                break
            if until and re.search(until, self.text):
                return True
        return False

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def usage(self):
        """Of all threads, by name; bytes and write calls of the whole process."""
        cpu, switches = {}, {}
        for task in os.listdir(f"/proc/{self.pid}/task"):
            base = f"/proc/{self.pid}/task/{task}/"
            with open(base + "status", encoding="ascii") as file:
                status = dict(line.split(":", 1) for line in file)
            name = status["Name"].strip()
            with open(base + "schedstat", encoding="ascii") as file:
                cpu[name] = cpu.get(name, 0) + int(file.read().split()[0])
            switches[name] = switches.get(name, 0) + int(status["voluntary_ctxt_switches"])
        with open(f"/proc/{self.pid}/io", encoding="ascii") as file:
            io = dict(line.split(": ") for line in file.read().splitlines())
        return Usage(cpu, switches, int(io["syscw"]), self.size)

    def rss_mib(self):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.read(5)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def pump(programs, end):
    """Takes what programs print until something came or the time is over; False when one ended."""
    ready = select.select([p.fd for p in programs], [], [], max(0, end - time.monotonic()))[0]
    return all([p.take() for p in programs if p.fd in ready])


def read_all(programs, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pump(programs, end)


def measure(programs, seconds, windows):
    """
    What each program uses in each of several windows of time: a list of Usage for each. All of them
    run at once, so that whatever else the machine does hits them alike.
    """
    result = [[] for _ in programs]
    before = [p.usage() for p in programs]
    for _ in range(windows):
        read_all(programs, seconds)
        now = [p.usage() for p in programs]
        for list_, a, b in zip(result, before, now):
            list_.append(b.since(a))
        before = now
    return result

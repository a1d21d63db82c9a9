#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What speed and size are, as one table: run.py BUILD [--no-guest]

Time to the first frame, and what a refresh of the dashboard costs beside top(1) in the same run.
Nothing is asserted but that the frames come: wall times on shared machines vary twofold, so compare
figures only within one run.
"""
import fcntl, os, pty, re, select, signal, struct, sys, termios, time

ROWS, COLS = 50, 160


class Program:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, argv, env=None):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(env or {})})
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.bytes = 0
        self.text = b""

    def read(self, seconds, until=None):
        """Reads for so long, or until the pattern was printed; returns whether it was."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                break
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                break
            if not data:
                break
            self.bytes += len(data)
            self.text = (self.text + data)[-65536:]
            if until and re.search(until, self.text):
                return True
        return False

    def counters(self):
        """CPU in ns and write calls so far, of all threads."""
        cpu = 0
        for task in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{task}/schedstat") as file:
                cpu += int(file.read().split()[0])
        with open(f"/proc/{self.pid}/io") as file:
            io = dict(line.split(": ") for line in file.read().splitlines())
        return cpu, int(io["syscw"]), self.bytes

    def end(self):
        os.kill(self.pid, signal.SIGTERM)
        self.read(5)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def first_frame(name, argv, marker, limit):
    times = []
    for _ in range(3 if limit < 60 else 1):
        program = Program(argv)
        seen = program.read(limit, marker)
        times.append(time.monotonic() - program.started)
        program.end()
        if not seen:
            print(f"{name:34} FAIL: no frame within {limit} s")
            return False
    print(f"{name:34} {min(times):8.2f} s")
    return True


def refresh_cost(name, argv, keys=b"", seconds=15):
    program = Program(argv)
    for key in keys:
        program.read(1)
        os.write(program.fd, bytes([key]))
    program.read(3)
    before = program.counters()
    program.read(seconds)
    after = program.counters()
    program.end()
    cpu, writes, size = [(b - a) / seconds for a, b in zip(before, after)]
    return name, cpu / 1e6, size, writes


def main():
    build = os.path.abspath(sys.argv[1])
    buddytop = build + "/buddytop"
    print(f"time to the first frame at {COLS}x{ROWS} (best of 3; aims: 1 s local, 15 s guest)")
    came = [first_frame("sim", [buddytop, "--source", "sim"], rb"node zone", 20),
            first_frame("remote agent on sim", [buddytop, "--source",
                        f"remote:{build}/buddytop-agent --source sim"], rb"node zone", 20)]
    if "--no-guest" not in sys.argv:
        came.append(first_frame("guest (kernel and module cached)", [buddytop, "--vm", "--yes"],
                                rb"node zone", 180))
    print("\ncost of one refresh a second at 160x50   CPU ms     bytes    writes   CPU against top")
    rows = [refresh_cost("top", ["top", "-d", "1"]),
            refresh_cost("buddytop, sim, idle", [buddytop, "--source", "sim"]),
            refresh_cost("buddytop, sim, load on", [buddytop, "--source", "sim"], b"wy"),
            refresh_cost("the same, 1024 CPUs, 16 nodes",
                         [buddytop, "--source", "sim:1,cpus=1024,nodes=16"], b"wy")]
    for name, cpu, size, writes in rows:
        print(f"{name:38} {cpu:8.2f} {size:9.0f} {writes:9.1f} {cpu / rows[0][1]:10.2f}")
    print(f"{sum(came)} passed, {len(came) - sum(came)} failed, 0 skipped")
    sys.exit(not all(came))


main()

#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What speed and size are, as tables: run.py BUILD [--no-guest] [--quick] [--instructions]

Time to the first frame; what a refresh of the dashboard costs beside htop, btop and top in the same
minute; how that grows with the machine; who wakes up while the picture is frozen; how many pages the
antagonist and findlimit get a second, against plain ways to do the same; how many instructions a pair
of operations has (--instructions: that alone). Aims stand beside the figures. Nothing is asserted but that the frames come, that what is counted is right, and the instructions,
which are a count: wall times on shared machines vary twofold, so compare figures only within one run.
"""
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from program import COLS, ROWS, Program, measure, read_all  # noqa: E402

AIM_BYTES, AIM_WRITES, AIM_LARGE, AIM_EXPONENT = 2048, 3, 3, 1.05
SCREEN, SAMPLER = "buddytop", "bt-sampler"  # names of the threads
VIEWS = ["Overview", "Latency", "NUMA and zones", "Fragmentation", "CPUs", "Reclaim", "Events"]
GROWTH = [(1, 1), (8, 1), (64, 1), (256, 1), (1024, 1), (1024, 2), (1024, 4), (1024, 8), (1024, 16)]


class Bench:
    def __init__(self, build, directory):
        self.build, self.directory = build, directory
        self.buddytop = build + "/buddytop"
        quick = "--quick" in sys.argv
        self.seconds, self.windows = (3, 1) if quick else (4, 3)
        self.memory_rounds = 2 if quick else 5
        self.came = []
        os.makedirs(directory + "/btop")
        with open(directory + "/btop/btop.conf", "w", encoding="ascii") as file:
            file.write("update_ms = 1000\n")

    def start(self, name, argv):
        # Settings of whoever runs this would change what is measured.
        return Program(name, argv, {"HOME": self.directory, "XDG_CONFIG_HOME": self.directory})

    def sim(self, name, keys="", source="sim:1", interval="1s"):
        """The dashboard on a simulated machine, after keys with a pause before each."""
        program = self.start(name, [self.buddytop, "--source", source, "--interval", interval])
        program.keys = keys
        return program

    def usages(self, programs):
        """What they use after their keys and a few seconds to settle, by windows."""
        read_all(programs, 2)
        for i in range(max(len(getattr(p, "keys", "")) for p in programs)):
            for p in programs:
                if i < len(getattr(p, "keys", "")):
                    p.press(p.keys[i])
            read_all(programs, 0.4)
        read_all(programs, 3)
        result = measure(programs, self.seconds, self.windows)
        for p in programs:
            p.rss = p.rss_mib()
            p.end()
        return result

    def per_second(self, usages, value):
        return statistics.median(value(u) / self.seconds for u in usages)

    # ---- time to the first frame --------------------------------------------------------------

    def first_frame(self, name, argv, limit):
        times = []
        for _ in range(3 if limit < 60 else 1):
            program = self.start(name, argv)
            seen = program.read(limit, rb"node zone")
            times.append(time.monotonic() - program.started)
            program.end()
            if not seen:
                print(f"{name:34} FAIL: no frame within {limit} s")
                break
        else:
            print(f"{name:34} {min(times):8.2f} s")
        self.came.append(seen)

    def first_frames(self):
        print(f"time to the first frame at {COLS}x{ROWS} (best of 3; aims: 1 s local, 15 s guest)")
        self.first_frame("sim", [self.buddytop, "--source", "sim"], 20)
        self.first_frame("remote agent on sim", [self.buddytop, "--source",
                         f"remote:{self.build}/buddytop-agent --source sim"], 20)
        if "--no-guest" not in sys.argv:
            self.first_frame("guest (kernel and module cached)", [self.buddytop, "--vm", "--yes"],
                             180)

    # ---- cost of a refresh --------------------------------------------------------------------

    def refresh_row(self, program, usages):
        cpu = self.per_second(usages, lambda u: u.cpu_ms())
        print(f"{program.name:34} {cpu:8.2f} {self.per_second(usages, lambda u: u.size):9.0f} "
              f"{self.per_second(usages, lambda u: u.writes):9.1f} {program.rss:9.1f}")

    def ratio(self, usages, others):
        """Median of the ratios window by window: what disturbed one disturbed the other."""
        return statistics.median(a.cpu_ms() / b.cpu_ms() for a, b in zip(usages, others))

    def refreshes(self):
        print(f"\ncost of one refresh a second at {COLS}x{ROWS}, all threads: median of {self.windows}"
              f" windows of {self.seconds} s,\nall programs at once"
              f"\n{'':34}   CPU ms     bytes    writes   RSS MiB")
        programs = [self.start(name, argv) for name, argv in
                    (("htop", ["htop", "-d", "10"]), ("top", ["top", "-d", "1"]),
                     ("btop", ["btop"])) if shutil.which(argv[0])]
        others = len(programs)
        programs += [self.sim("buddytop, sim, idle"), self.sim("buddytop, sim, load on", "wy")]
        result = self.usages(programs)
        for program, usages in zip(programs, result):
            self.refresh_row(program, usages)
        for program, usages in zip(programs[:others], result):
            aim = {"htop": ", aim <= 0.50", "top": ", aim <= 1.00"}.get(program.name, "")
            print(f"CPU of buddytop against {program.name:10} "
                  f"{self.ratio(result[-1], usages):8.2f}{aim}")
        print(f"aims in the default view: <= {AIM_BYTES} bytes and <= {AIM_WRITES} writes, one of which "
              "wakes the screen's thread")

    def views(self):
        print(f"\nthe same by view, load on{'':9}   CPU ms     bytes    writes   RSS MiB")
        programs = [self.sim(f"{i + 1} {name}", f"wy{i + 1}") for i, name in enumerate(VIEWS)]
        programs += [self.sim(f"{i + 1} {VIEWS[i]}, 1024 CPUs, 16 nodes", f"wy{i + 1}",
                              "sim:1,cpus=1024,nodes=16") for i in (0, 1, 2, 4)]
        for program, usages in zip(programs, self.usages(programs)):
            self.refresh_row(program, usages)

    # ---- growth -------------------------------------------------------------------------------

    def growth(self):
        print("\ngrowth with the machine, load on, by thread: the sampler's is the simulation itself, the"
              "\nscreen's is all the rest: intervals, history, drawing"
              f"\n{'CPUs  nodes':14}  screen ms  sampler ms     bytes    writes   RSS MiB")
        programs = [self.sim(f"{cpus:4} {nodes:6}", "wy", f"sim:1,cpus={cpus},nodes={nodes}")
                    for cpus, nodes in GROWTH]
        screen = []
        for program, usages in zip(programs, self.usages(programs)):
            screen.append(usages)
            print(f"{program.name:14}  {self.per_second(usages, lambda u: u.cpu_ms(SCREEN)):9.2f} "
                  f"{self.per_second(usages, lambda u: u.cpu_ms(SAMPLER)):11.2f} "
                  f"{self.per_second(usages, lambda u: u.size):9.0f} "
                  f"{self.per_second(usages, lambda u: u.writes):9.1f} {program.rss:9.1f}")
        self.exponents(screen)
        growth = statistics.median(a.cpu_ms(SCREEN) / b.cpu_ms(SCREEN)
                                   for a, b in zip(screen[-1], screen[1]))
        print(f"screen of 1024 CPUs and 16 nodes against 8 CPUs: {growth:.2f}; aim: within "
              f"{AIM_LARGE} times the budget above")

    def exponents(self, screen):
        """Of the screen's cost in the number of CPUs and of nodes: least squares of the logarithms."""
        for name, at, which in (("CPUs", 0, lambda row: row[1] == 1),
                                ("nodes, of 1024 CPUs", 1, lambda row: row[0] == 1024)):
            points = [(math.log(row[at]), math.log(self.per_second(u, lambda u: u.cpu_ms(SCREEN))))
                      for row, u in zip(GROWTH, screen) if which(row)]
            slope, _ = statistics.linear_regression(*zip(*points))
            print(f"screen's cost of a frame grows with the power {slope:5.2f} of the {name}; "
                  f"aim <= {AIM_EXPONENT}")

    # ---- frozen -------------------------------------------------------------------------------

    def frozen(self):
        print(f"\nfrozen, load on: wake-ups a second of {'screen':>8} {'sampler':>8}   CPU ms a second")
        programs = [self.sim(f"interval {interval}", "wy ", interval=interval)
                    for interval in ("1s", "200ms", "100ms", "20ms")]
        for program, usages in zip(programs, self.usages(programs)):
            print(f"{program.name:29} {self.per_second(usages, lambda u: u.switches[SCREEN]):8.2f} "
                  f"{self.per_second(usages, lambda u: u.switches[SAMPLER]):8.2f} "
                  f"{self.per_second(usages, lambda u: u.cpu_ms()):8.2f}")
        print("aim: the screen's thread once a second, whatever the interval")

    # ---- pages --------------------------------------------------------------------------------

    def output(self, *argv):
        return subprocess.run(argv, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              check=True).stdout

    def show(self, title, run):
        """The tables of a program; all that it printed when it failed."""
        print("\n" + title, flush=True)
        try:
            print(re.sub(r"(?m)^(ok .*|\d+ passed, .*)\n", "", run()), end="")
            self.came.append(True)
        except subprocess.CalledProcessError as error:
            print(f"FAIL {error}\n{error.stdout}")
            self.came.append(False)

    def kit(self):
        """A kernel, and the directory of the modules built for it, with the one of the tests."""
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        kit = self.output(self.build + "/fetch-kernel", "latest", cache + "/buddytop/kernels")
        kit = kit.splitlines()[-1]
        objects = f"{self.build}/kmod-calls/{os.path.basename(kit)}"
        self.output("make", "-C", self.build, "kmod", f"KDIR={kit}/build", "BT_TEST_CALLS=1",
                    f"kmod_objects={objects}")
        return kit, objects

    def in_guest(self, program, *options):
        """Output of a program in a guest, beside the module of the tests."""
        kit, objects = self.kit()
        return self.output(self.build + "/buddytop-guest-run", "--yes", "--kernel", kit,
                           "--nodes", "2", "--memory", "1G", "--time-limit", "8m",
                           "--module", f"{objects}/buddytop.ko", "--add",
                           f"/modules/buddytop-testcall.ko={objects}/buddytop-testcall.ko",
                           "--add", f"/sbin/guest-extra={program}", *options)

    def instructions(self):
        program = self.build + "/tests/bench/instructions"
        if not os.path.exists(program) or "--no-guest" in sys.argv:
            print("\ninstructions of a pair: skipped, --no-guest or no static programs")
            return
        self.show("instructions of a pair of operations, one CPU",
                  lambda: self.in_guest(program, "--cpus", "1", "--accel", "icount"))

    def reading(self):
        self.show("what a reading of the statistics costs, this machine",
                  lambda: self.output(self.build + "/tests/bench/read"))

    def pages(self):
        program = self.build + "/tests/bench/pages"
        if not os.path.exists(program):
            print("\npages a second: skipped, this build has no static programs")
            return
        if "--no-guest" in sys.argv:
            print("\nkernel pages a second, one guest: skipped, --no-guest")
        else:
            self.show("kernel pages a second, one guest",
                      lambda: self.in_guest(program, "--cpus", "2"))
        self.show("user pages a second, this machine",
                  lambda: self.output(program, "1G", str(self.memory_rounds)))


def main():
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(os.path.abspath(sys.argv[1]), directory)
        bench.instructions()
        if "--instructions" not in sys.argv:
            bench.first_frames()
            bench.refreshes()
            bench.views()
            bench.growth()
            bench.frozen()
            bench.reading()
            bench.pages()
    came = bench.came
    print(f"{sum(came)} passed, {len(came) - sum(came)} failed, 0 skipped")
    sys.exit(not all(came))


main()

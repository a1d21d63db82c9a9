#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The whole way, as an operator goes it: endtoend.py BUILD KIT

Types keys into `buddytop --vm` on a pseudo-terminal, and asks a probe in the guest (tests/guest/
probe.c: a hist trigger on the kernel's own allocation tracepoint, printed to the console once a
second) what the module's workers really did. Then two guests side by side, and a demonstration in one.
"""
import fcntl, glob, json, os, pty, re, select, signal, struct, sys, tempfile, termios, time

import pyte

from qemus import qemus

ROWS, COLS = 50, 160
passed = failed = 0


def check(ok, text):
    global passed, failed
    print(("ok " if ok else "FAIL ") + text, flush=True)
    passed, failed = passed + bool(ok), failed + (not ok)
    return ok


class Dashboard:
    def __init__(self, argv, cwd):
        self.screen = pyte.Screen(COLS, ROWS)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(cwd)
            os.environ.update({"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
            os.execvp(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLS, 0, 0))
        self.code = None

    def run(self, seconds):
        end = time.monotonic() + seconds
        while self.code is None and time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], max(0, min(0.2, end - time.monotonic())))
            try:
                data = os.read(self.fd, 65536) if ready else None
            except OSError:
                data = b""
            if data:
                self.stream.feed(data)
            elif data == b"":
                self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def text(self):
        return "\n".join(self.screen.display)

    def until(self, pattern, limit):
        end = time.monotonic() + limit
        while time.monotonic() < end and self.code is None:
            if re.search(pattern, self.text()):
                return True
            self.run(0.2)
        return bool(re.search(pattern, self.text()))

    def type(self, keys):
        os.write(self.fd, keys.encode())
        self.run(0.5)


class Probe:
    """What the guest's console says the kernel counted: {(order, cpu): hits}, report by report."""

    def __init__(self, state):
        self.pattern = state + "/buddytop/*"

    def reports(self):
        text = ""
        for path in glob.glob(self.pattern):
            with open(path, errors="replace") as file:
                text += file.read()
        return text.split("probe end")[:-1]

    def now(self, dashboard):
        """The first report that begins after this moment."""
        have = len(self.reports())
        end = time.monotonic() + 30
        while len(self.reports()) < have + 2 and time.monotonic() < end:
            dashboard.run(0.2)
        rows = re.findall(r"probe order=(\d+) cpu=(\d+) hits=(\d+)", self.reports()[-1])
        return {(int(o), int(c)): int(h) for o, c, h in rows}

    def growth(self, dashboard):
        before = self.now(dashboard)
        after = self.now(dashboard)
        return {key: hits - before.get(key, 0) for key, hits in after.items()
                if hits > before.get(key, 0)}


def all_gone(state):
    end = time.monotonic() + 10
    while qemus(state) and time.monotonic() < end:
        time.sleep(0.2)
    return not qemus(state)


def give_up(dashboard, state):
    """What is to be seen of a dashboard that did not open, and its end."""
    print(dashboard.text())
    for path in glob.glob(state + "/buddytop/*"):
        with open(path, errors="replace") as file:
            print(f"# {os.path.basename(path)}:\n{file.read()[-4000:]}")
    if dashboard.code is None:
        os.kill(dashboard.pid, signal.SIGKILL)


def opened(build, work, state):
    """A dashboard on a guest; QEMU's TCG may lose a guest in its boot (src/vm/qemu.c), but not two."""
    for _ in range(2):
        # The event is on from the first moment, with one CPU: see there for what may happen later.
        dashboard = Dashboard([build + "/buddytop", "--vm", "--yes", "--cpus", "2", "--nodes", "2",
                               "--append", "trace_event=kmem:mm_page_alloc",
                               "--initrd-add", f"/sbin/guest-extra={build}/tests/guest/probe"], work)
        if dashboard.until(r"EMULATED|accel kvm", 180):
            return dashboard
        give_up(dashboard, state)
        print("note the guest did not come up, it is started once more")
        all_gone(state)
        for path in glob.glob(state + "/buddytop/*"):
            os.unlink(path)
    return None


def drive(build, work):
    state = work + "/state"
    os.environ["XDG_STATE_HOME"] = state
    start = time.monotonic()
    dashboard = opened(build, work, state)
    if not check(dashboard, "the dashboard opens on a guest"):
        return
    print(f"# first frame after {time.monotonic() - start:.1f} s")
    check(qemus(state), "a guest of ours runs")
    probe = Probe(state)
    check(probe.growth(dashboard) == {}, "a module that is loaded does nothing")

    dashboard.type("w")
    dashboard.type("y")
    grown = probe.growth(dashboard)
    check({(0, 0), (0, 1)} <= set(grown), f"w starts the load on both CPUs, order 0: {grown}")

    dashboard.type("]]]")
    check(dashboard.until(r"2/2", 10), "the generation is applied on 2/2 CPUs")
    grown = probe.growth(dashboard)
    check(set(grown) == {(3, 0), (3, 1)}, f"three times ] makes it order 3: {grown}")

    dashboard.type(":cpus 1\r")
    probe.now(dashboard)
    grown = probe.growth(dashboard)
    check(set(grown) == {(3, 1)}, f":cpus 1 leaves CPU 1 alone: {grown}")

    dashboard.type("s")
    dashboard.run(3)
    files = glob.glob(work + "/buddytop-*.json")
    if check(len(files) == 1, f"s writes one snapshot: {files}"):
        with open(files[0]) as file:
            document = json.load(file)
        check(document["schema"]["name"] == "buddytop-snapshot", "it names its schema")
        config = document["frame"]["module"]["config"]
        check(config["order"] == 3 and config["cpus"] == "1", f"and holds the configuration: {config}")

    dashboard.type("!")
    probe.now(dashboard)
    check(probe.growth(dashboard) == {}, "! stops the load")
    dashboard.type("q")
    dashboard.run(15)
    check(dashboard.code == 0, f"q leaves, exit code {dashboard.code}")
    check(all_gone(state), "the guest is gone")
    if failed:
        print(dashboard.text())


SMALL = ["--yes", "--cpus", "1", "--nodes", "1", "--memory", "384M"]


def in_a_guest(build, work, name, arguments):
    """A dashboard with small guests; the probe is in each of them."""
    state = f"{work}/{name}"
    os.environ["XDG_STATE_HOME"] = state
    return state, Dashboard([build + "/buddytop", *arguments, *SMALL, "--initrd-add",
                             f"/sbin/guest-extra={build}/tests/guest/probe"], work)


def drive_two(build, kit, work):
    """Two guests: what the first is told, the kernel of either does."""
    state, dashboard = in_a_guest(build, work, "two", ["--vm", "--kernel", kit, "--against", kit])
    if not check(dashboard.until(r"against", 240), "two guests: the dashboard opens"):
        give_up(dashboard, state)
        return
    check(len(qemus(state)) == 2, f"two guests of ours run: {len(qemus(state))}")
    dashboard.type("w")
    dashboard.type("y")
    dashboard.type(":order=2\r")
    dashboard.run(3)
    probes = [Probe(state) for _ in range(2)]
    for number, path in enumerate(sorted(glob.glob(state + "/buddytop/*"))[:2]):
        probes[number].pattern = path
        grown = probes[number].growth(dashboard)
        check(set(grown) == {(2, 0)}, f"guest {number} allocates order 2: {grown}")
    dashboard.type("B")  # ends the comparison that is on from the beginning
    dashboard.type("B")
    check(dashboard.until(r"Compared with", 20), "B lists the differences")
    dashboard.type("\x1b")
    dashboard.run(1)
    dashboard.type("!")
    dashboard.run(1)
    dashboard.type("q")
    dashboard.run(15)
    check(dashboard.code == 0, f"q leaves, exit code {dashboard.code}")
    if not check(all_gone(state), "both guests are gone"):
        print(dashboard.text())


def demonstrate(build, kit, work):
    """The demonstration goes through two loads, and the kernel has the orders of both in turn."""
    state, dashboard = in_a_guest(build, work, "demo", ["demo", "--load", "steady,churn", "--seconds", "12",
                                                        "--kernel", kit])
    probe = Probe(state)
    for number, name, order in ((1, "steady", 0), (2, "churn", 3)):
        if not check(dashboard.until(f"DEMO {number}/2  {name}", 240), f"demo: {name} has its caption"):
            give_up(dashboard, state)
            return
        grown = probe.growth(dashboard)
        check(set(grown) == {(order, 0)}, f"demo: {name} is order {order}: {grown}")
    check(dashboard.until(r"That was all", 60), "demo: it comes to its end")
    probe.now(dashboard)
    check(probe.growth(dashboard) == {}, "demo: and the load is stopped")
    dashboard.type("q")
    dashboard.run(15)
    check(dashboard.code == 0 and all_gone(state), f"demo: q leaves, exit code {dashboard.code}")


def main():
    build, kit = (os.path.abspath(argument) for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory(prefix="buddytop-endtoend-") as work:
        drive(build, work)
        drive_two(build, kit, work)
        demonstrate(build, kit, work)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    sys.exit(failed != 0)


main()

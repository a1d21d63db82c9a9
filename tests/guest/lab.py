#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""lab.py BUILD KIT [WORD]: the lab in small guests: every benchmark, an end in the middle, faults.

With LAB_LONG=yes (make lab-check) guests are larger, and there are more of modes, iterations, workloads.
What the lab says is held against what others say: /proc of QEMU, the device's protocol, QEMU's own
trace, the plan. Times are not asserted."""
import csv
import ctypes
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from checks import equal, finish, report, skip
from qemus import qemus

BUILD, KIT = (os.path.abspath(argument) for argument in sys.argv[1:3])
WORD = sys.argv[3] if len(sys.argv) > 3 else ""
PROGRAM = BUILD + "/buddytop"
LONG = os.environ.get("LAB_LONG") == "yes"
LIMIT_S = 3600 if LONG else 600
MIB = 1 << 20
MOST, LEAST = (2048, 512) if LONG else (512, 256)
ITERATIONS = 5 if LONG else 1
SMALL = ["--memory", f"{MOST}M", "--least", f"{LEAST}M", "--settle", "500ms", "--accel", "tcg",
         "--kernel", KIT, "--yes", "--quiet"]


def lab(directory, *arguments, small=SMALL):
    return subprocess.run([PROGRAM, "lab", *arguments, *small, "--directory", directory],
                          capture_output=True, text=True, timeout=LIMIT_S,
                          stdin=subprocess.DEVNULL, check=False)


def runs_of(directory):
    """Of all that are finished: name and result.json."""
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(Path(directory).glob("*/result.json"))}


def rows_of(directory, run, table):
    with open(Path(directory, run, table + ".csv"), encoding="ascii") as file:
        return [{key: float(value) if value else None for key, value in row.items()}
                for row in csv.DictReader(file)]


def values(run, key):
    return next((metric["values"] for metric in run["metrics"] if metric["key"] == key), [])


def marks(run, kind):
    return [mark for mark in run["marks"] if mark["kind"] == kind]


def parameter(run, name):
    return next((item["value"] for item in run["parameters"] if item["name"] == name), None)


def children():
    """QEMUs that this program's children have left behind."""
    return qemus(RUNTIME)


def nothing_left(name):
    """No QEMU, no private directory with its sockets; QEMU may take a moment to be reaped."""
    end = time.monotonic() + 5
    while children() and time.monotonic() < end:
        time.sleep(0.1)
    sockets = [str(path) for path in Path(RUNTIME).rglob("*") if path.is_socket()]
    report(f"{name}: nothing is left", [f"QEMU {pid}" for pid in children()] + sockets)


def well(name, done, directory, count):
    found = runs_of(directory)
    faults = [] if done.returncode == 0 else [f"exit {done.returncode}: {done.stderr.strip()[-400:]}"]
    faults += [f"{run}: {result['end']}, {result.get('reason')}"
               for run, result in found.items() if result["end"] != "ok"]
    if len(found) != count:
        faults.append(f"{len(found)} runs, not {count}")
    faults += [f"{run}: not called emulated" for run, result in found.items()
               if result["guest"].get("reality") != "emulated"]
    report(name, faults)
    nothing_left(name)
    return found


# ---- benchmarks ------------------------------------------------------------------------------


def session_of(process):
    """Once the lab's guest is up, a dashboard can attach; None: it never came up."""
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        for path in Path(RUNTIME).rglob("session.sock"):
            return str(path)
        time.sleep(0.1)
    return None


def watched(process, directory):
    """Frames of the first guest, as one who attaches has them."""
    path = directory + ".jsonl"
    if not session_of(process):
        return []
    with subprocess.Popen([PROGRAM, "record", "--source", "session", "--interval", "100ms",
                           "--output", path], stdin=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as recorder:
        while process.poll() is None and recorder.poll() is None:
            if children() == []:
                break
            time.sleep(0.05)
        recorder.send_signal(signal.SIGINT)
    lines = map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())
    return [line["frame"] for line in lines if "frame" in line]


def check_watched(frames):
    hosts = [frame["host"] for frame in frames if "host" in frame]
    report("watched: each frame has the host", [] if hosts and len(hosts) == len(frames) else
           [f"{len(hosts)} of {len(frames)}"])
    equal("watched: of this run", {(host["benchmark"], host["mode"], host["run"], host["runs"])
                                   for host in hosts}, {("inflate", "base-manual", 1, 3)})
    sizes = {host["size_bytes"] for host in hosts if "size_bytes" in host} or {0}
    equal("watched: sizes between the most and the least", [max(sizes), min(sizes)],
          [MOST * MIB, LEAST * MIB])
    equal("watched: what was asked for", {host["target_bytes"] for host in hosts
                                          if "target_bytes" in host}, {MOST * MIB, LEAST * MIB})
    phases = {host["phase"].split()[0] for host in hosts if host["phase"]}
    report("watched: phases", missing_of(phases, {"filling", "shrink", "grow", "touching"}))
    spent = [host["cpu_user_ns"] + host["cpu_system_ns"] for host in hosts]
    report("watched: QEMU's time only grows", [] if spent == sorted(spent) else ["it does not"])


def missing_of(there, wanted):
    return [f"no {word}" for word in sorted(wanted - there)]


def test_inflate(directory):
    modes = ["base-manual", "base-auto", "virtio-mem"]
    with subprocess.Popen([PROGRAM, "lab", "run", "inflate", "--mode", ",".join(modes),
                           "--iterations", str(ITERATIONS), *SMALL, "--directory", directory],
                          stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        check_watched(watched(process, directory))
        done = subprocess.CompletedProcess([], process.wait(LIMIT_S), "", process.stderr.read())
    for name, run in well("inflate", done, directory, 3).items():
        mode = next(mode for mode in modes if f"-{mode}-" in name)
        check_inflate(name, run, mode)
        sizes = [row["size_bytes"] for row in rows_of(directory, name, "resize")]
        equal(f"{name}: it shrinks from the most to the least, and back",
              [max(sizes), min(sizes), sizes[-1]], [MOST * MIB, LEAST * MIB, MOST * MIB])
        times = [row["time_ns"] for row in rows_of(directory, name, "samples")]
        rate = (len(times) - 1) / (times[-1] - times[0]) * 1e9
        report(f"{name}: ten samples a second", [] if rate >= 10 else [f"{rate:.1f}"])
    read_back("inflate", directory)


def check_inflate(name, run, mode):
    keys = ("shrink_bytes", "rss_before_bytes", "rss_after_bytes", "shrink_device_ns", "shrink_ns",
            "fill_bytes")
    iterations = list(zip(*(values(run, key) for key in keys)))
    equal(f"{name}: iterations", len(iterations), ITERATIONS)
    for moved, before, after, device, host, filled in iterations:
        equal(f"{name}: bytes that moved", moved, (MOST - LEAST) * MIB)
        # Where the guest reports its free pages, up to all goes that had been filled.
        fell, most = before - after, max(moved, filled if mode == "base-auto" else 0)
        report(f"{name}: the host has them", [] if 0.9 * moved <= fell <= 1.1 * most else
               [f"resident memory fell by {fell:.0f} bytes, {moved:.0f} moved, {filled:.0f} filled"])
        report(f"{name}: QEMU's trace has it, too", [] if device and
               0.1 * host < device <= 1.01 * host else [f"{device} ns of {host} ns"])


def program(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=LIMIT_S,
                          stdin=subprocess.DEVNULL, check=False)
    return done.returncode, done.stdout, done.stderr


def read_back(name, directory):
    """What was measured is shown, exported, drawn and compared, and said to be emulated wherever it is."""
    code, shown, stderr = program("lab", "show", directory)
    report(f"{name}: lab show", [] if code == 0 and "emulated: no KVM" in shown else [shown + stderr])
    code, text, stderr = program("lab", "export", directory)
    rows = list(csv.DictReader(text.splitlines()))
    report(f"{name}: lab export", [] if code == 0 and rows and
           {(row["reality"], row["accel"]) for row in rows} == {("emulated", "tcg")} else [text[:300] + stderr])
    picture, page = directory + ".svg", directory + ".html"
    code, _, stderr = program("plot", directory, "-o", picture)
    report(f"{name}: plot", [] if code == 0 and "EMULATED" in Path(picture).read_text(encoding="utf-8")
           else [stderr])
    code, _, stderr = program("lab", "report", directory, "-o", page)
    report(f"{name}: report", [] if code == 0 and "EMULATED" in Path(page).read_text(encoding="utf-8")
           else [stderr])
    code, text, stderr = program("compare", directory, directory)
    report(f"{name}: compare with itself", [] if code == 0 and text else [f"exit {code}: {stderr}"])


def test_timeline(directory):
    longer = 3 if LONG else 1  # the guest is larger
    done = lab(directory, "run", "stream", "--mode", "base-manual", "--timeline", f"{28 * longer}s",
               "--array", "4M", "--operation", "copy+triad")
    for name, run in well("stream", done, directory, 1).items():
        rows = rows_of(directory, name, "stream")
        # McCalpin's counting: a copy moves 16 bytes an element, a triad 24; arrays of 4 MiB.
        wrong = {row["bytes"] for row in rows} - {8 * MIB, 12 * MIB}
        report(f"{name}: rows", [] if len(rows) > 10 and not wrong else [f"{len(rows)}, {wrong}"])
        check_timeline(name, run, rows, "end_ns")
    read_back("stream", directory)
    directory += "-ftq"
    done = lab(directory, "run", "ftq", "--mode", "virtio-mem", "--timeline", f"{14 * longer}s",
               "--quantum", "50ms")
    for name, run in well("ftq", done, directory, 1).items():
        rows = rows_of(directory, name, "ftq")
        equal(f"{name}: quanta", len(rows), 280 * longer)
        off = [row for row in rows if row["work"] != row["thread0"] + row["thread1"]]
        report(f"{name}: work is that of all threads", [] if not off else [str(off[0])])
        check_timeline(name, run, rows, "begin_ns")
    read_back("ftq", directory)


def check_timeline(name, run, rows, column):
    """It shrinks and grows while the work goes on."""
    shrink, grow = marks(run, "shrink"), marks(run, "grow")
    equal(f"{name}: resizes", [len(shrink), len(grow)], [1, 1])
    if not shrink or not grow:
        return
    last = max(row[column] for row in rows)
    inside = rows[0][column] < shrink[0]["begin_ns"] < shrink[0]["end_ns"] < \
        grow[0]["begin_ns"] < last
    report(f"{name}: while it works", [] if inside else [f"{shrink} {grow}, work to {last}"])


def test_compiling(directory):
    modes = ["base-manual", "base-auto", "virtio-mem-auto"] if LONG else ["base-auto"]
    done = lab(directory, "run", "compiling", "--mode", ",".join(modes), "--workload",
               "synth" if LONG else "write,synth", "--duration", "60s" if LONG else "8s", "--settle", "2s", "--workload-size", "192M",
               *([] if LONG else ["--reporting-order", "4"]),
               small=[word for word in SMALL if word not in ("--settle", "500ms")])
    for name, run in well("compiling", done, directory, 3 if LONG else 2).items():
        equal(f"{name}: phases", [len(marks(run, kind)) for kind in
                                  ("build", "delay", "clean", "drop")], [1, 3, 1, 1])
        if not LONG:
            # The driver of virtio-balloon would have 9, the order of a pageblock of x86.
            equal(f"{name}: blocks of the order that was asked for are reported",
                  parameter(run, "reporting_order"), "4")
        samples = rows_of(directory, name, "samples")
        build, = marks(run, "build")
        inside = [row["rss_bytes"] for row in samples
                  if build["begin_ns"] <= row["time_ns"] <= build["end_ns"]]
        peak, = values(run, "peak_bytes")
        equal(f"{name}: the peak is the largest sample of the build", peak, max(inside))
        area, = values(run, "footprint_byte_ns")
        between = min(inside) <= area / (build["end_ns"] - build["begin_ns"]) <= max(inside)
        report(f"{name}: the footprint is between least and most", [] if between else [str(area)])
    read_back("compiling", directory)


BUSYBOX = "/bin/busybox"
SOURCE = Path(__file__).resolve().parents[2]


def disk_image(path):
    """A small system in a file: busybox, and nothing else."""
    root = Path(path + "-root")
    (root / "bin").mkdir(parents=True)
    (root / "bin/busybox").write_bytes(Path(BUSYBOX).read_bytes())
    (root / "bin/busybox").chmod(0o755)
    (root / "bin/sh").symlink_to("busybox")
    with open(path, "wb") as file:
        file.truncate(96 * MIB)
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", "-d", root, path], check=True)


def test_command(directory):
    """A command in the user's own disk image, which stays as it is; what it prints is kept, and its status told."""
    image = directory + ".img"
    disk_image(image)
    before = Path(image).read_bytes()
    script = ("echo from $(busybox ls -d /dev/null /proc/self/status /sys/kernel); "
              "busybox dd if=/dev/zero of=/mess bs=1M count=48 2>/dev/null && busybox cat /mess >/dev/null; ")
    arguments = ["run", "compiling", "--mode", "base-auto", "--workload", "command", "--image", image]
    done = lab(directory, *arguments, "--workload-name", "dd", "--command", script + "echo done")
    for name, run in well("command", done, directory, 1).items():
        equal(f"{name}: by the name it was given", [parameter(run, "workload"), parameter(run, "command")],
              ["dd", script + "echo done"])
        equal(f"{name}: what it printed", Path(directory, name, "output-0.log").read_text(encoding="utf-8"),
              "from /dev/null /proc/self/status /sys/kernel\ndone\n")
        cached = [row["cached_bytes"] for row in rows_of(directory, name, "samples")]
        report(f"{name}: what it wrote is in the guest's page cache",
               [] if max(cached) - min(cached) >= 44 * MIB else [f"{min(cached)} to {max(cached)}"])
    report("command: the image is as it was", [] if Path(image).read_bytes() == before else ["it is not"])
    failed("a command that fails", lab(directory + "-failed", *arguments, "--command",
                                       "echo no such header >&2; exit 3"),
           directory + "-failed", "workload-failed", "status 3: no such header")


def test_build(directory):
    """A real build of the tree that ships for it, by a compiler of the distribution."""
    tree = directory + "-tree"
    made = subprocess.run(["sh", SOURCE / "tools/lab-build-tree.sh", tree], capture_output=True, text=True,
                          check=False)
    if made.returncode:
        report("build: the tree", [made.stderr[-400:]])
        return
    done = lab(directory, "run", "compiling", "--mode", "base-auto", "--workload", "build", "--build-tree", tree)
    for name, run in well("build", done, directory, 1).items():
        peak, least = max(values(run, "peak_bytes")), min(row["rss_bytes"] for row in
                                                          rows_of(directory, name, "samples"))
        report(f"{name}: QEMU has more than before", [] if peak > least + 32 * MIB else [f"{least} to {peak}"])


def test_reporting(directory):
    """What no kernel of a distribution has is unavailable: no failure, and no number."""
    done = lab(directory, "run", "inflate", "--mode", "base-auto", "--untouched", "yes",
               "--iterations", "1", "--reporting-delay", "100ms")
    found = list(runs_of(directory).values())
    faults = [] if done.returncode == 0 else [f"exit {done.returncode}: {done.stderr.strip()}"]
    if [run["end"] for run in found] != ["unavailable"]:
        faults.append(f"{[(run['end'], run.get('reason')) for run in found]}")
    else:
        run, = found
        faults += [] if "page_reporting_delay" in run["reason"] else [run["reason"]]
        faults += [f"{key}: {parameter(run, key)}" for key, value in
                   (("reporting_order", "9"), ("reporting_delay_ms", "unavailable"))
                   if parameter(run, key) != value]
    report("a parameter that the guest's kernel has not", faults)
    nothing_left("a parameter that the guest's kernel has not")


def test_multivm(directory):
    done = lab(directory, "run", "multivm", "--mode", "base-auto", "--vms", "3" if LONG else "2", "--stagger", "2s",
               "--workload", "synth", "--duration", "6s", "--workload-size", "128M")
    for name, run in well("multivm", done, directory, 1).items():
        builds = sorted(marks(run, "build"), key=lambda mark: mark["vm"])
        numbers = list(range(3 if LONG else 2))
        equal(f"{name}: a build of each guest", [mark["vm"] for mark in builds], numbers)
        later = builds[1]["begin_ns"] - builds[0]["begin_ns"]
        report(f"{name}: the second begins later", [] if later >= 2e9 else [f"{later} ns"])
        rows = rows_of(directory, name, "samples")
        equal(f"{name}: samples of both", {row["vm"] for row in rows}, set(numbers))
        last = [[row["cpu_user_ns"] for row in rows if row["vm"] == vm][-1] for vm in numbers]
        booted = [[row["cpu_user_ns"] for row in rows if row["vm"] == vm and
                   row["time_ns"] >= builds[0]["begin_ns"]][0] for vm in numbers]
        alone = max(end - begin for end, begin in zip(last, booted))
        user, = values(run, "cpu_user_ns")
        report(f"{name}: the time of all QEMUs", [] if alone < user <= sum(last) else
               [f"{user:.0f} ns, the samples have {booted} and at last {last}"])
    read_back("multivm", directory)


# ---- an end in the middle --------------------------------------------------------------------

PLAN = "[inflate]\nmode = base-manual, virtio-mem\nmemory = 512M\nleast = 256M\n" \
       "untouched = yes\nsettle = 100ms\niterations = 1\nrepetitions = 1\n"


def suite_command(directory, *more):
    plan = Path(directory + ".ini")
    plan.write_text(PLAN, encoding="ascii")
    return [PROGRAM, "lab", "suite", str(plan), "--accel", "tcg", "--kernel", KIT, "--yes", "--quiet",
            "--directory", directory, *more]


def test_resume(directory):
    process = subprocess.Popen(suite_command(directory), stdin=subprocess.DEVNULL)
    end = time.monotonic() + LIMIT_S
    while not (runs_of(directory) and list(Path(directory).glob("*.part/qemu*"))) and \
            not (runs_of(directory) and children()) and time.monotonic() < end:
        time.sleep(0.05)
    process.kill()
    process.wait()
    first = runs_of(directory)
    equal("killed half-way: one run is finished", len(first), 1)
    nothing_left("killed half-way")
    name, = first or [""]
    stamp = Path(directory, name, "result.json").stat().st_mtime_ns if name else 0
    refused = subprocess.run(suite_command(directory), capture_output=True, text=True,
                             stdin=subprocess.DEVNULL, check=False)
    report("a directory with results is not written over", [] if refused.returncode and
           "--resume" in refused.stderr else [refused.stderr])
    done = subprocess.run(suite_command(directory, "--resume"), timeout=LIMIT_S, check=False,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)
    well("resumed", done, directory, 2)
    equal("resumed: what was finished is as it was",
          Path(directory, name, "result.json").stat().st_mtime_ns, stamp)
    equal("resumed: the same set of runs", sorted(runs_of(directory)),
          ["inflate-base-manual-touched=no-r01", "inflate-virtio-mem-touched=no-r01"])
    equal("resumed: no half of a run is left", list(Path(directory).glob("*.part")), [])


# ---- faults ----------------------------------------------------------------------------------


def failed(name, done, directory, end, word):
    found = list(runs_of(directory).values())
    faults = [] if done.returncode == 1 else [f"exit {done.returncode}: {done.stderr.strip()}"]
    if [run["end"] for run in found] != [end]:
        faults.append(f"{[(run['end'], run.get('reason')) for run in found]}, not {end}")
    elif word not in found[0]["reason"]:
        faults.append(f"'{found[0]['reason']}' does not say '{word}'")
    report(name, faults)
    code, shown, stderr = program("lab", "show", directory)
    report(f"{name}: lab show tells of it", [] if code == 0 and end in shown else [shown + stderr])
    nothing_left(name)


UNTOUCHED = ["run", "inflate", "--mode", "base-manual", "--untouched", "yes", "--iterations", "1"]


def test_faults(directory):
    huge = ["--memory", "900G", *SMALL[2:]]
    failed("less memory than asked for", lab(directory + "-memory", *UNTOUCHED, small=huge),
           directory + "-memory", "host-memory", "available")
    again = lab(directory + "-memory", *UNTOUCHED, "--resume", small=huge)
    report("resumed: a failure stays one", [] if again.returncode == 1 and "--again" in again.stderr else
           [f"exit {again.returncode}: {again.stderr}"])
    other = lab(directory + "-memory", *UNTOUCHED, "--resume", "--append", "quiet", small=huge)
    report("resumed: otherwise than it was begun", [] if other.returncode == 2 and
           "another plan" in other.stderr else [f"exit {other.returncode}: {other.stderr}"])
    other = lab(directory + "-memory", *UNTOUCHED, "--resume",
                small=[word if word != "tcg" else "auto" for word in huge])
    report("resumed: by another accelerator", [] if other.returncode == 2 and
           "accelerator" in other.stderr else [f"exit {other.returncode}: {other.stderr}"])
    failed("the guest panics", lab(directory + "-panic", *UNTOUCHED, "--append", "init=/nothing "
                                   "rdinit=/nothing"),
           directory + "-panic", "guest-panic", "panic")
    papers = {path.name for path in Path(directory + "-panic").glob("*/*-0.*")}
    report("the guest panics: its console and QEMU's command line are kept",
           missing_of(papers, {"console-0.log", "qemu-0.txt"}))
    failed("a boot that hangs", lab(directory + "-boot", *UNTOUCHED, "--boot-limit", "1s"),
           directory + "-boot", "not-booted", "did not boot")
    failed("a size that is never reached",
           lab(directory + "-target", *UNTOUCHED, "--resize-limit", "1s", "--memory", "1G",
               "--least", "256M", small=SMALL[4:]),
           directory + "-target", "target-not-reached", "did not come to")


def test_no_room(directory):
    """The results have no room: said, and the end of that run."""
    if os.geteuid():
        skip("no room for results", "only root mounts a small file system")
        return
    os.mkdir(directory)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", directory], check=True)
    try:
        loud = [word for word in SMALL if word != "--quiet"]
        done = lab(directory, *UNTOUCHED, small=loud)
        report("no room for results", [] if done.returncode == 1 and
               "results-not-written" in done.stdout and "No space left" in done.stdout else
               [f"exit {done.returncode}: {done.stdout} {done.stderr}"])
        equal("no room for results: none is finished", runs_of(directory), {})
    finally:
        subprocess.run(["umount", directory], check=True)
    nothing_left("no room for results")


def test_no_kvm(directory):
    """KVM that is not there, or opens and never boots a guest, as on some machines."""
    started = time.monotonic()
    done = lab(directory, *UNTOUCHED, "--boot-limit", "20s",
               small=[word if word != "tcg" else "kvm" for word in SMALL])
    ends = [run["end"] for run in runs_of(directory).values()]
    if ends == ["ok"]:
        skip("no KVM", "this machine has one")
        return
    report("no KVM", [] if done.returncode == 1 and ends in (["not-booted"], ["qemu-ended"]) and
           time.monotonic() - started < 60 else [f"exit {done.returncode}, {ends}: {done.stderr}"])
    nothing_left("no KVM")


def resident(pid):
    status = Path("/proc", pid, "status").read_text(encoding="ascii")
    return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M)[1]) << 10


def listening(pids):
    """Sockets of the network that these processes have: none, of whatever kind and state."""
    inodes = set()
    for kind in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6"):
        path = Path("/proc/net", kind)
        if path.exists():
            inodes |= {line.split()[9] for line in path.read_text(encoding="ascii").splitlines()[1:]}
    found = []
    for pid in pids:
        for path in Path(f"/proc/{pid}/fd").iterdir():
            try:
                name = os.readlink(path)
            except OSError:
                continue
            if name.startswith("socket:[") and name[8:-1] in inodes:
                found.append(f"{pid}: {name}")
    return found


def check_host(process):
    """A guest that rests: what one who attaches sees of QEMU is what the kernel says of it."""
    session_of(process)
    pid, = children()
    with socket.socket(socket.AF_INET) as seen:
        seen.bind(("127.0.0.1", 0))
        seen.listen()
        report("a socket of the network would be seen", [] if listening([os.getpid()]) else ["it is not"])
    report("nothing listens on a network port", listening([pid, process.pid]))
    host, end = {}, time.monotonic() + 60
    # The first frames come before the device was asked.
    while "size_bytes" not in host and time.monotonic() < end:
        low = resident(pid)
        seen = subprocess.run([PROGRAM, "snapshot", "--source", "session"], capture_output=True,
                              text=True, timeout=LIMIT_S, check=False)
        if seen.returncode:
            report("attached: a snapshot", [seen.stderr])
            return
        host = json.loads(seen.stdout)["frame"].get("host", {})
        high = resident(pid)
    report("attached: QEMU's memory is VmRSS", [] if low - 16 * MIB <= host.get("rss_bytes", 0) <=
           high + 16 * MIB else [f"{host}, not {low} to {high}"])
    equal("attached: the size by the device", host.get("size_bytes"), MOST * MIB)
    equal("attached: nothing was asked for", host.get("target_bytes"), None)
    equal("attached: the phase", host.get("phase"), "resting")


def test_killed(directory):
    process = subprocess.Popen([PROGRAM, "lab", *UNTOUCHED, *SMALL, "--settle", "60s",
                                "--directory", directory], stdin=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + LIMIT_S
    booted = Path(directory, "inflate-base-manual-touched=no-r01.part", "trace-0.log")
    while not (booted.exists() and children()) and time.monotonic() < end:
        time.sleep(0.05)
    check_host(process)
    for pid in children():
        os.kill(int(pid), signal.SIGKILL)
    _, stderr = process.communicate(timeout=60)
    done = subprocess.CompletedProcess([], process.returncode, "", stderr)
    failed("QEMU is killed", done, directory, "qemu-ended", "signal 9")


def qmp_of(pid):
    """Descriptor of QEMU's end of the stream, by its command line; None: it has none."""
    words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    return next((int(word.split("fd=")[1]) for word in words if word.startswith("socket,id=qmp,")), None)


def cut(pid, descriptor):
    """Shuts another process's socket down, which does not notice who did it. False: not allowed."""
    pidfd = os.pidfd_open(pid)
    copy = ctypes.CDLL(None).syscall(438, pidfd, descriptor, 0)  # pidfd_getfd
    os.close(pidfd)
    if copy < 0:
        return False
    with socket.socket(fileno=copy) as there:
        there.shutdown(socket.SHUT_RDWR)
    return True


def test_qmp_cut(directory):
    """QMP is cut while QEMU lives: the end of that run, and of no other."""
    name = "QMP is cut"
    if not LONG:
        return
    process = subprocess.Popen([PROGRAM, "lab", *UNTOUCHED, "--mode", "base-manual,virtio-mem",
                                *SMALL, "--settle", "5s", "--directory", directory],
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + LIMIT_S
    while not (list(Path(directory).glob("*.part/trace-0.log")) and children() and
               b"virtio" in next(Path(directory).glob("*.part/trace-0.log")).read_bytes()) and \
            process.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(2)
    qemu = next(map(int, children()), 0)
    descriptor = qmp_of(qemu) if qemu else None
    done = descriptor is not None and cut(qemu, descriptor)
    _, stderr = process.communicate(timeout=LIMIT_S)
    if descriptor is not None and not done:
        skip(name, "this user may not reach into another process")
        return
    found = sorted(runs_of(directory).values(), key=lambda run: run["begin_utc_ns"])
    report(name, [] if process.returncode == 1 and [run["end"] for run in found] ==
           ["qmp-lost", "ok"] and any(word in found[0]["reason"] for word in
                                    ("QEMU closed the connection", "QEMU takes no command")) else
           [f"exit {process.returncode}, {[(run['end'], run['reason']) for run in found]}: {stderr}"])
    nothing_left(name)


# ---- a kernel of one's own -------------------------------------------------------------------

ARCHIVE = Path("/usr/src/linux-source-6.1.tar.xz")
BUILD_LIMIT_S = 3 * 3600


def build_mode(directory, *more):
    return subprocess.run(["nice", PROGRAM, "lab", "build", "tiny", "--like", "base-auto", "--config",
                           "tinyconfig", "--linux-src", directory + "/linux", "--dir", directory + "/o",
                           "--yes", *more], capture_output=True, text=True, timeout=BUILD_LIMIT_S,
                          stdin=subprocess.DEVNULL, check=False)


def unpack(directory):
    os.makedirs(directory + "/linux")
    subprocess.run(["tar", "-xJf", ARCHIVE, "-C", directory + "/linux", "--strip-components=1"],
                   check=True)


def test_own(directory):
    if not ARCHIVE.exists():
        skip("a kernel of one's own", f"no {ARCHIVE} (package linux-source-6.1)")
        return
    unpack(directory)
    before = sorted(str(path) for path in Path(directory, "linux").rglob("*"))
    done = build_mode(directory)
    report("a kernel of one's own is built", [] if done.returncode == 0 else [done.stderr[-800:]])
    equal("nothing is written into the checkout",
          sorted(str(path) for path in Path(directory, "linux").rglob("*")), before)
    started = time.monotonic()
    again = build_mode(directory)
    took = time.monotonic() - started
    report("nothing is left to do", [] if "Nothing to do." in again.stdout else [again.stdout])
    print(f"that was seen in {took:.2f} s", flush=True)
    image = Path(directory, "o/kernel/arch/x86/boot/bzImage").stat().st_mtime_ns
    without = [word for word in SMALL if word not in ("--kernel", KIT, "--yes")]
    done = lab(directory + "-run", "run", "inflate", "--mode", "tiny", "--iterations", "1", small=without)
    for run in well("inflate with it", done, directory + "-run", 1).values():
        report("the guest is the one that was built", [] if
               run["guest"]["kernel"].startswith("6.1.") and "-amd64" not in run["guest"]["kernel"]
               else [run["guest"]["kernel"]])
    equal("and it stays as it is", Path(directory, "o/kernel/arch/x86/boot/bzImage").stat().st_mtime_ns,
          image)


TESTS = {"inflate": test_inflate, "timeline": test_timeline, "compiling": test_compiling, "command": test_command,
         "reporting": test_reporting, "multivm": test_multivm, "resume": test_resume, "faults": test_faults,
         "killed": test_killed, "cut": test_qmp_cut, "no room": test_no_room, "no kvm": test_no_kvm}
if LONG:
    TESTS |= {"build": test_build, "own": test_own}

with tempfile.TemporaryDirectory() as base:
    RUNTIME = base + "/runtime"
    os.mkdir(RUNTIME, 0o700)
    os.environ["XDG_RUNTIME_DIR"] = RUNTIME
    os.environ["XDG_STATE_HOME"] = base + "/state"
    os.environ["XDG_CONFIG_HOME"] = base + "/config"
    for word, test in TESTS.items():
        if WORD in word:
            started = time.monotonic()
            test(f"{base}/{word}")
            print(f"{word}: {time.monotonic() - started:.0f} s", flush=True)
sys.exit(finish())

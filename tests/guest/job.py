#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""job.py BUILD KIT: the whole job of page_alloc_bench in a guest of two nodes, by `buddytop bench`.

One boot: orders 0 and 4 as page_alloc_bench does them, then a load that holds a fifth of memory, so
that the machine itself says what the second probe must miss. The documents are checked key by key."""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from checks import equal, finish, report, skip

BUILD, KIT = (os.path.abspath(argument) for argument in sys.argv[1:3])
PROGRAM = BUILD + "/buddytop"
LIMIT_S = 420
HELD = 0.2

PLAN = f"""
[global]
repetitions = 3
settle = 200ms
warmup = 300ms
seconds = 500ms

[job]
order = 0,4
repetitions = 2

[hold]
order = 2
pattern = hold
held = {HELD:.0%}
"""

# Free pages that the OOM killer cannot reach move its threshold from run to run (buddytop.7 MEASURING).
SETTINGS = """#!/bin/busybox sh
echo 1000 >/proc/sys/vm/percpu_pagelist_high_fraction
echo 0 >/proc/sys/vm/watermark_boost_factor
exec /bin/busybox sleep 3600
"""

PAB_KEYS = ("idle_available_bytes", "antagonized_available_bytes", "kernel_page_allocs",
            "kernel_alloc_failures", "kernel_page_allocs_remote", "kernel_page_alloc_latencies_ns",
            "kernel_page_free_latencies_ns")


def bench(directory, *arguments):
    return subprocess.run([PROGRAM, "bench", *arguments], cwd=directory, capture_output=True,
                          text=True, timeout=LIMIT_S, stdin=subprocess.DEVNULL, check=False)


def measure(directory, busybox):
    Path(directory, "job.ini").write_text(PLAN, encoding="ascii")
    script = Path(directory, "settings")
    script.write_text(SETTINGS, encoding="ascii")
    script.chmod(0o755)
    done = bench(directory, "job.ini", "--vm", "--yes", "--kernel", KIT, "--cpus", "2", "--nodes", "2",
                 "--memory", "1G", "--initrd-add", f"/bin/busybox={busybox}",
                 "--initrd-add", f"/sbin/guest-extra={script}", "-o", "job.json")
    report("the job ends well", [] if done.returncode == 0 else [f"exit {done.returncode}"])
    print(done.stdout, done.stderr, sep="\n", flush=True)
    return json.loads(Path(directory, "job.json").read_text(encoding="utf-8"))


def values(run, key):
    return [r["metrics"][key] for r in run["repetitions"] if r["counted"]]


def check_machine(result):
    machine = result["machine"]
    equal("the guest has two CPUs and two nodes",
          (machine["cpu_count"], machine["node_count"], machine["memory_nodes"]), (2, 2, "0-1"))
    report("the machine is told of", [f"{key} is missing" for key in
           ("kernel", "command_line", "cpu_model", "microcode", "smt", "thp", "memory_bytes",
            "module_version", "abi_version") if not machine.get(key)])
    report("it says how real it is", [] if machine["reality"] == "emulated" and
           any("emulated" in text for text in result["warnings"]) or machine["accel"] == "kvm"
           else ["neither emulated nor KVM"])
    report("load before it", [] if result["load1_before"] >= 0 else ["unknown"])
    report("it is complete", [] if not result["partial"] and result["start_utc_ns"] <
           result["end_utc_ns"] else ["partial, or no time"])


def near(got, wanted):
    """Counters of a frame are read one after the other while the workers go on."""
    return abs(got - wanted) <= wanted / 500 + 64


def faults_of(repetition, order):
    """What is wrong with one repetition; the expectations come from what the kernel counts."""
    faults = [] if repetition["counted"] else [repetition["flaw"] or "cut short"]
    phases = repetition["phases"]
    for name in ("idle", "antagonized"):
        probe = phases[name]["probe"]
        if probe["end"] != "oom-kill":
            faults.append(f"{name}: the probe ended by {probe['end']}")
        if probe["cgroup"] != "own":
            faults.append(f"{name}: the probe had no cgroup of its own")
    if repetition["oom_kills"] != 2:
        faults.append(f"{repetition['oom_kills']} processes were killed, there were two probes")
    for name in ("load", "antagonized"):
        counts = phases[name]["counts"]
        if not near(counts["alloc_pages"], counts["alloc_blocks"] << order):
            faults.append(f"{name}: {counts['alloc_pages']} pages in {counts['alloc_blocks']} blocks")
        timed = sum(phases[name]["alloc_buckets"][1::2])
        if not near(timed + counts["preempted"], counts["alloc_blocks"]):
            faults.append(f"{name}: {timed} of {counts['alloc_blocks']} were timed")
    # The kernel's own count of pages, of all allocations in the machine, is no smaller.
    load, length_s = phases["load"], phases["load"]["length_ns"] / 1e9
    if load["counts"]["alloc_pages"] / length_s > load["metrics"]["pgalloc_per_s"] * 1.01:
        faults.append("more pages than the kernel counts")
    return faults


def check_job(result):
    for run in result["runs"][:2]:
        order = run["config"]["order"]
        faults = [fault for r in run["repetitions"] for fault in faults_of(r, order)]
        config = run["config"]
        if (config["guard"], config["gfp"], config["reserve_bytes"]) != ("bench", "kernel", 0):
            faults.append(f"guard {config['guard']}, class {config['gfp']}")
        if config["cpus"] != "0-1":
            faults.append(f"ran on CPUs {config['cpus']}")
        report(f"order {order}: every repetition counts and adds up", faults)
        report(f"order {order}: it was steady, or that is said",
               [f"repetition {r['number']}" for r in run["repetitions"]
                if not r["steady"] and not any("steady" in w for w in r["warnings"])])


def check_held(result):
    """A fifth of MemTotal is held: by as much, within a tenth, the second probe gets less."""
    run = result["runs"][2]
    want = HELD * result["machine"]["memory_bytes"]
    idle, pressed = (statistics.median(values(run, key)) for key in
                     ("idle_available_bytes", "antagonized_available_bytes"))
    lower = idle - pressed
    print(f"held {want / 2**20:.1f} MiB, antagonized {lower / 2**20:.1f} MiB lower "
          f"({lower / want - 1:+.1%})")
    report("what is held is missing from the antagonized figure, within 10 %",
           [] if abs(lower - want) <= want / 10 else [f"{lower} bytes lower, {want:.0f} held"])
    report("no guard gave it back",
           [f"repetition {r['number']}: {r['flaw']}" for r in run["repetitions"] if r["flaw"]])
    held = values(run, "held_bytes")
    report("the module held it", [f"{bytes_} held" for bytes_ in held
                                  if not 0.98 * want <= bytes_ <= want])


def check_pab(directory, result):
    done = bench(directory, "--resume", "job.json", "--format=pab", "-o", "pab.json", "--quiet")
    equal("the same as page_alloc_bench writes it", done.returncode, 0)
    pab = json.loads(Path(directory, "pab.json").read_text(encoding="utf-8"))
    faults = []
    for run in result["runs"]:
        order = run["config"]["order"]
        for key in PAB_KEYS:
            numbers = pab.get(f"{key}_order{order}", [])
            never = key == "kernel_page_free_latencies_ns" and run["config"]["pattern"] == "hold"
            if not (numbers or never) or any(type(number) is not int or number < 0 for number in numbers):
                faults.append(f"{key}_order{order} is no array of integers")
            if "latencies" not in key and len(numbers) != len(run["repetitions"]):
                faults.append(f"{key}_order{order} has {len(numbers)} elements")
        for key in ("idle_available_bytes", "antagonized_available_bytes"):
            if pab[f"{key}_order{order}"] != values(run, key):
                faults.append(f"{key}_order{order} differs from the result")
        if f"buddytop_latency_samples_drawn_from_histogram_order{order}" not in pab:
            faults.append(f"order {order}: it does not say that samples are drawn")
    faults += [f"{key} is no array" for key, value in pab.items() if not isinstance(value, list)]
    report("page_alloc_bench's document, key by key", faults)
    if result["machine"]["reality"] == "emulated":
        equal("and it says emulated", pab.get("buddytop_machine_is_emulated"), [1])


def main():
    busybox = shutil.which("busybox")
    if not busybox:
        skip("the job", "busybox is not installed")
        sys.exit(finish())
    with tempfile.TemporaryDirectory() as directory:
        result = measure(directory, busybox)
        check_machine(result)
        check_job(result)
        check_held(result)
        check_pab(directory, result)
    sys.exit(finish())


main()

# SPDX-License-Identifier: GPL-2.0
"""The host of a guest in a lab's run, put into a recording of a simulated machine: known values."""
import json

MIB = 1 << 20
S = 10 ** 9

# Second in which it begins, what is done, iteration, size that is asked for (MiB).
PHASES = [(0, "resting", None, None), (4, "filling 830 MiB of the guest", 1, None),
          (12, "shrink to 256 MiB", 1, 256), (24, "resting", 1, 256),
          (30, "grow to 1.00 GiB", 1, 1024), (36, "resting", 1, 1024),
          (40, "filling 830 MiB of the guest", 1, 1024), (48, "touching it again", 1, 1024),
          (52, "shrink to 256 MiB", 2, 256)]
# Second and MiB; straight lines between. The second shrink is half-way when the recording ends.
SIZE = [(0, 1024), (12, 1024), (24, 256), (30, 256), (36, 1024), (52, 1024), (64, 256)]
RSS = [(0, 210), (4, 210), (12, 1080), (24, 312), (40, 312), (48, 1080), (52, 1080), (64, 312)]
CPU_S = [(0, 9), (4, 10), (12, 24), (40, 38), (52, 60), (64, 70)]
IN_KERNEL = 0.25


def at(line, second):
    for (begin, low), (end, high) in zip(line, line[1:]):
        if begin <= second <= end:
            return low + (high - low) * (second - begin) / (end - begin)
    return line[-1][1]


def host(second):
    begin, phase, iteration, target = [row for row in PHASES if row[0] <= second][-1]
    cpu_ns = round(at(CPU_S, second) * S)
    section = {"benchmark": "inflate", "mode": "virtio-mem", "phase": phase,
               "phase_ns": round((second - begin) * S), "run": 3, "runs": 12, "repetition": 1,
               "iterations": 3, "rss_bytes": round(at(RSS, second) * MIB),
               "cpu_user_ns": round(cpu_ns * (1 - IN_KERNEL)),
               "cpu_system_ns": round(cpu_ns * IN_KERNEL),
               "size_bytes": round(at(SIZE, second) * MIB)}
    if iteration:
        section["iteration"] = iteration
    if target:
        section["target_bytes"] = target * MIB
    return section


def put_into(path):
    """Into each frame; and a mark of the lab's where a phase begins."""
    lines, first, number, begun = [], None, 100, 0
    for line in open(path, encoding="utf-8"):
        document = json.loads(line)
        frame = document.get("frame")
        if frame:
            first = first or frame["mono_ns"]
            second = (frame["mono_ns"] - first) / S
            frame["host"] = host(second)
            while begun < len(PHASES) and PHASES[begun][0] <= second:
                number += 1
                lines.append({"event": {"number": number, "kind": "mark", "who": "lab",
                                        "text": PHASES[begun][1], "utc_ns": frame["utc_ns"],
                                        "mono_ns": frame["mono_ns"]}})
                begun += 1
        lines.append(document)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in lines)

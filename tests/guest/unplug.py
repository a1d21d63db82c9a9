#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""unplug.py BUILD KIT: memory of a virtio-mem device, which the host takes without a word.

While the antagonist holds all of it, the request is not met; once the load has stopped, it is.
PATIENCE, WATCH, EXTRA_MIB, APPEND and MODULE of the environment are what they are to guest.sh."""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from checks import Counts, finish, report, skip

BUILD, KIT = (os.path.abspath(argument) for argument in sys.argv[1:3])
DRIVER = Path(KIT, "modules/virtio_mem.ko")
PATIENCE = int(os.environ.get("PATIENCE") or 1)
PLUGGED = 256 << 20
DEVICE = "/machine/peripheral/spare"


class Qmp:
    """One command after the other; events are skipped."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rw", encoding="utf-8")
        self.lines.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.lines.flush()
        while True:
            answer = json.loads(self.lines.readline())
            if "return" in answer or "error" in answer:
                return answer.get("return")

    def request(self, size):
        self.ask("qom-set", path=DEVICE, property="requested-size", value=size)

    def size(self):
        return self.ask("qom-get", path=DEVICE, property="size")

    def reaches(self, size, limit_s):
        """The device's size after at most so long, or as soon as it has come down (up) to `size`."""
        end = time.monotonic() + limit_s
        while self.size() != size and time.monotonic() < end:
            time.sleep(0.05)
        return self.size()


def added():
    """What the guest gets besides: the program, the one that watches it, the driver, the module."""
    program = f"{BUILD}/tests/guest/unplug"
    words = ["--add", f"/sbin/guest-extra={program}"]
    if os.environ.get("WATCH"):
        words = ["--add", f"/sbin/guest-extra={BUILD}/tests/guest/watch", "--add", f"/sbin/watched={program}"]
    if DRIVER.exists():
        words += ["--add", f"/modules/virtio_mem.ko={DRIVER}"]
    if os.environ.get("MODULE"):
        words += ["--module", os.environ["MODULE"]]
    return words


def start(qmp_path):
    memory = 1024 + int(os.environ.get("EXTRA_MIB") or 0)
    command = [BUILD + "/buddytop-guest-run", "--yes", "--kernel", KIT, "--cpus", "2", "--nodes", "2",
               "--memory", f"{memory}M", "--time-limit", f"{6 * PATIENCE}m", "--boot-limit", f"{2 * PATIENCE}m",
               "--append", "loglevel=7 memhp_default_state=online_movable "
               f"BUDDYTOP_PATIENCE={PATIENCE} {os.environ.get('APPEND') or ''}"] + added()
    for argument in (
            "-m", "slots=2,maxmem=4G", "-qmp", f"unix:{qmp_path},server=on,wait=off",
            "-object", "memory-backend-memfd,id=spare-memory,size=512M,share=on,reserve=off",
            "-device", "virtio-mem-pci,id=spare,memdev=spare-memory,node=1,requested-size=0"):
        command.append(f"--qemu-arg={argument}")
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def on_ready(qmp):
    qmp.request(PLUGGED)
    got = qmp.reaches(PLUGGED, 20 * PATIENCE)
    report("256 MiB are plugged", [] if got == PLUGGED else [f"{got} bytes"])


def on_held(qmp):
    qmp.request(0)
    got = qmp.reaches(0, 5)
    report("held memory is not unplugged",
           [] if got >= PLUGGED * 9 // 10 else [f"{got} bytes of {PLUGGED} are left"])


def on_released(qmp):
    # By itself the driver tries again after a minute; a new request makes it try now.
    qmp.request(2 << 20)
    qmp.request(0)
    got = qmp.reaches(0, 20 * PATIENCE)
    report("it is once the load has stopped", [] if got == 0 else [f"{got} bytes are left"])


def follow(guest, qmp_path):
    """Does what each of the guest's lines asks for, and adds up what it counted."""
    steps = {"ready": on_ready, "held": on_held, "released": on_released}
    qmp = None
    for line in guest.stdout:
        print(line, end="", flush=True)
        words = line.split()
        if line.strip() in steps:
            qmp = qmp or Qmp(qmp_path)
            steps.pop(line.strip())(qmp)
        elif words[1:2] == ["passed,"]:
            Counts.passed += int(words[0])
            Counts.failed += int(words[2])
    report("the guest went through it all", [f"it never said {step}" for step in steps])


def main():
    built_in = "CONFIG_VIRTIO_MEM=y" in Path(KIT, "config").read_text(encoding="utf-8").splitlines()
    if not built_in and not DRIVER.exists():
        skip("unplug", "the kernel's kit has no virtio_mem")
        sys.exit(finish())
    with tempfile.TemporaryDirectory() as directory:
        qmp_path = directory + "/qmp"
        guest = start(qmp_path)
        try:
            follow(guest, qmp_path)
        finally:
            guest.terminate()
            guest.wait()
    sys.exit(finish())


main()

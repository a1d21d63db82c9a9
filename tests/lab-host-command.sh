#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop lab doctor, prepare, restore and vfio: what they print and refuse. Nothing of this machine
# is changed: what is set and bound is tried on trees of files, in tests/unit.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1
XDG_STATE_HOME=$dir/state
export XDG_STATE_HOME
record=$XDG_STATE_HOME/buddytop/lab-host.json

# lab CODE ARGUMENT...
lab()
{
	code=$1
	shift
	run "$code" "$program" lab "$@"
}

# refuse CODE PATTERN NAME ARGUMENT...: one line that says why, nothing else.
refuse()
{
	code=$1
	pattern=$2
	name=$3
	shift 3
	lab "$code" "$@" && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -q -- "$pattern" err
	verdict "refused: $name"
}

# ---- the frame -----------------------------------------------------------------------------------

lab 0 --help && grep -q '^  doctor  ' out && grep -q '^  vfio  ' out
verdict 'help lists the commands'
lab 0 vfio --help && grep -q '^Usage: buddytop lab vfio \[OPTION...\] list | bind' out &&
	grep -q -- '--modprobe' out && ! grep -q '^Sources:' out
verdict "help of one, with its own options"
run 0 "$program" --dump-options && grep -q '^command	lab doctor	' out &&
	grep -q '^option	lab prepare	keep	' out
verdict 'the manual gets them'
refuse 2 'one of its commands is needed' 'no command'
refuse 2 'lab nonsense: no such command (see buddytop lab --help)' 'another command' nonsense
refuse 2 'no such option' 'an option of another one' doctor --force

# ---- doctor ----------------------------------------------------------------------------------------

if command -v qemu-system-x86_64 >/dev/null; then
	lab 0 doctor --json --results "$dir" && json out <<'END'
import os, shutil
assert d["schema"] == {"name": "buddytop-lab-doctor", "version": 1} and d["possible"]
of = {check["what"]: check for check in d["checks"]}
assert len(of) == len(d["checks"]) == 21
for check in d["checks"]:
    assert check["state"] in ("ok", "warn", "no") and check["found"] and check["why"], check
assert of["QEMU"]["state"] == "ok" and "QEMU emulator version" in of["QEMU"]["found"]
assert (of["gnuplot"]["state"] == "ok") == bool(shutil.which("gnuplot"))
assert of["CPUs"]["found"].startswith(f"{len(os.sched_getaffinity(0))} ")
assert os.path.exists("/dev/kvm") or of["KVM"]["state"] == "no"
groups = len(os.listdir("/sys/kernel/iommu_groups")) if os.path.exists("/sys/kernel/iommu_groups") else 0
assert (of["IOMMU"]["state"] == "ok") == bool(groups)
swap = [line for line in open("/proc/meminfo") if line.startswith("SwapTotal:")][0].split()[1]
assert (of["swap"]["found"] == "none") == (swap == "0")
END
	verdict 'the doctor, against the machine'
	lab 0 doctor && [ "$(LC_ALL=C awk 'length > 80' out)" = '' ] && grep -q '^ok    QEMU  ' out &&
		tail -n 1 out | grep -q 'not possible: the lab can run here$' && [ ! -s err ]
	verdict 'as text, no line above 80 columns'
else
	skipped=$((skipped + 2))
fi
lab 77 doctor --qemu "$dir/none" && grep -q "^no    QEMU          $dir/none is not there" out &&
	grep -q 'the lab cannot run here' err
verdict 'no lab without QEMU'
printf '#!/bin/sh\nexec sleep 60\n' >slow && chmod +x slow
lab 77 doctor --qemu "$dir/slow" && grep -q '^no    QEMU .*given up' out
verdict 'a QEMU that does not answer'
refuse 2 'nothing it takes' 'an operand of the doctor' doctor x

# ---- prepare, restore --------------------------------------------------------------------------------

"$program" lab prepare --dry-run >out 2>err
status=$?
for name in smt turbo governor min-frequency thp thp-defrag numa-balancing ksm; do
	grep -q "^$name  *" out || status=9
done
# 1: there is nothing that this user may set.
case $status in 0 | 1) ;; *) false ;; esac && [ ! -e "$record" ]
verdict 'a dry run names every setting, and leaves no record'
"$program" lab prepare --dry-run --keep smt,thp >out 2>err
! grep -q '^smt \|^thp ' out && grep -q '^turbo' out
verdict 'what is kept is not even looked at'
if "$program" lab prepare --dry-run </dev/null 2>&1 | grep -q ' -> '; then
	run 1 "$program" lab prepare && grep -q 'not agreed to (--yes agrees)' err &&
		[ ! -e "$record" ]
	verdict 'without a yes nothing is set'
else
	skipped=$((skipped + 1))
fi
refuse 2 "'warp' is no setting (smt, turbo" 'another setting' prepare --keep smt,warp
refuse 1 'nothing was prepared' 'nothing to restore' restore
refuse 2 'exclude each other' 'force and forget' restore --force --forget

# put BOOT_ID SETTING...: a record.
put()
{
	boot=$1
	shift
	printf '{"schema":{"name":"buddytop-lab-host","version":1},"boot_id":"%s","settings":[%s]}\n' \
		"$boot" "$*" >"$record"
}

thp=/sys/kernel/mm/transparent_hugepage/enabled
setting='{"setting":"thp","path":"'$thp'","was":"always","set":"never"}'
put 00000000-0000-4000-8000-000000000000 "$setting"
lab 0 restore && grep -q '^The machine was booted since' out && [ ! -e "$record" ]
verdict 'a record of an earlier boot'
put "$(cat /proc/sys/kernel/random/boot_id)" '{"setting":"thp","path":"/etc/motd","was":"x","set":"y"}'
lab 2 restore && grep -q 'is none that lab prepare makes' err && [ -e "$record" ]
verdict 'a record with a file that is no setting'
if [ -r "$thp" ]; then
	now=$(sed -n 's/.*\[\(.*\)\].*/\1/p' "$thp")
	put "$(cat /proc/sys/kernel/random/boot_id)" \
		'{"setting":"thp","path":"'$thp'","was":"other","set":"another"}'
	lab 1 restore && grep -q "^thp  *$now, changed by others: it was other" out &&
		grep -q '1 setting was changed by others since' err && [ -e "$record" ]
	verdict 'what others changed stays'
	lab 0 restore --forget && [ ! -e "$record" ] && grep -q "\[$now\]" "$thp"
	verdict 'and is forgotten'
else
	skipped=$((skipped + 2))
fi

# ---- vfio --------------------------------------------------------------------------------------------

lab 0 vfio list --json && json out <<'END'
import os
groups = "/sys/kernel/iommu_groups"
wanted = {(name, int(group)) for group in (os.listdir(groups) if os.path.exists(groups) else [])
          for name in os.listdir(f"{groups}/{group}/devices") if os.path.exists(f"/sys/bus/pci/devices/{name}")}
assert {(x["bdf"], x["group"]) for x in d["devices"]} == wanted
END
verdict 'devices, against sysfs'
refuse 2 'one of list, bind, unbind is needed' 'no action' vfio
refuse 2 'takes a device' 'no device' vfio bind
refuse 2 'takes nothing else' 'too much' vfio list 7
refuse 2 'neither a device' 'a name' vfio bind eth0
refuse 77 '' 'a group that is not there' vfio bind 2147483647
refuse 1 'has bound no such device' 'nothing to give back' vfio unbind

finish

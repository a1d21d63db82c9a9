#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   tests/guest/vm.sh BUILD KIT
#
# The life of a guest, with real QEMU and the kernel of KIT (a directory made by fetch-kernel): what
# is in it, how it ends, and that nothing outlives its starter. Ends with the counts.
set -uo pipefail
build=$(cd "$1" && pwd)
kit=$(cd "$2" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export XDG_STATE_HOME=$tmp/state XDG_RUNTIME_DIR=$tmp/run
mkdir "$tmp/run"
passed=0 failed=0
busybox=$(command -v busybox) || {
	echo "skip: busybox is not installed"
	echo "0 passed, 0 failed, 1 skipped"
	exit 77
}

# result TEXT CONDITION...: the condition is a command; the last output is shown when it fails.
result() {
	local text=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL $text"
		sed 's/^/    /' "$tmp/out" "$tmp/err"
	fi
}

# guest SCRIPT ARGUMENT...: runs SCRIPT in a guest; output and errors go to $tmp, the code to $code.
guest() {
	printf '#!/bin/busybox sh\nPATH=/bin\n%s\n' "$1" >"$tmp/script"
	chmod +x "$tmp/script"
	shift
	"$build/buddytop-guest-run" --kernel "$kit" --yes --time-limit 60s \
		--add "/bin/busybox=$busybox" --add "/sbin/guest-extra=$tmp/script" "$@" \
		>"$tmp/out" 2>"$tmp/err"
	code=$?
}

is() {
	[ "$1" = "$2" ] || { echo "    is '$1', not '$2'"; return 1; }
}

says() {
	grep -q -- "$2" "$tmp/$1"
}

# Processes of ours that still run QEMU.
guests_left() {
	pgrep -f "$tmp/run/[b]uddytop-vm-" || true
}

# Waits at most 3 s for a condition.
soon() {
	for _ in $(seq 30); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

none_left() {
	[ -z "$(guests_left)" ]
}

# shellcheck disable=SC2016 # for the guest's shell
topology='for n in 0 1 2; do
	cd /sys/devices/system/node/node$n
	echo "node$n cpus $(busybox cat cpulist)"
	busybox awk "/MemTotal/ { print \$2, int((\$4 + 20480) / 102400) }" meminfo
done
echo "name $(busybox hostname)"
# A second after the boot the kernel trusts the counter; until then it is called tsc-early.
for i in 1 2 3 4 5; do
	busybox grep -q early /sys/devices/system/clocksource/clocksource0/current_clocksource || break
	busybox sleep 1
done
echo "clock $(busybox cat /sys/devices/system/clocksource/clocksource0/current_clocksource)"
echo "module $(busybox cat /sys/module/buddytop/parameters/max_held_pct)"
for d in /proc/stat /sys/kernel/debug/bdi /sys/kernel/tracing/events /dev/buddytop \
	/sys/fs/cgroup/cgroup.procs; do
	busybox test -e $d || echo "missing $d"
done
echo "oom $(busybox cat /proc/self/oom_score_adj) $(busybox cat /proc/1/oom_score_adj)"
echo "param $(busybox grep -c guest.test=1 /proc/cmdline)"
exit 7'
start=$EPOCHREALTIME
guest "$topology" --nodes 3 --cpus 2 --memory 1200M --append guest.test=1 --max-held-pct 77 \
	--verbose
echo "boot to the end of the first program: $(bc <<<"$EPOCHREALTIME - $start") s;" \
	"$(sed -n 's/, console.*//p' "$tmp/err")"
result "the program's exit code comes back" is "$code" 7
result "two nodes have one CPU each" says out '^node1 cpus 1$'
result "the third has memory only" says out '^node2 cpus $'
result "memory is spread evenly" is "$(grep -c '^[012] [34]$' "$tmp/out")" 3
result "the guest has its name" says out '^name buddytop-guest$'
result "the clock is the fast one" says out '^clock tsc$'
result "the module is loaded with its limit" says out '^module 77$'
result "file systems and device are there" is "$(grep -c missing "$tmp/out")" 0
result "init is protected, its programs are not" says out '^oom 0 -1000$'
result "the command line is extended" says out '^param 1$'
result "no guest is left" soon none_left

guest 'echo c >/proc/sysrq-trigger; busybox sleep 60'
result "a panic while running fails" is "$code" 1
result "and is quoted" says err 'Kernel panic - not syncing: sysrq triggered crash'
result "with the console's path" test -s "$(sed -n 's/.*(console: \(.*\))$/\1/p' "$tmp/err")"

guest true --append 'rdinit=/nonexistent root=/dev/nonexistent'
result "a panic at boot is quoted" says err 'Kernel panic - not syncing: VFS: Unable to mount root'

# shellcheck disable=SC2016
guest 'kill $(busybox pidof buddytop-agent); busybox sleep 60' --agent
result "an agent that ends is noticed" says err 'the agent in the guest ended'

guest 'busybox sleep 60' --time-limit 20s
result "the time limit ends the run" says err 'guest-extra is not done in 20 s'
result "and the guest" soon none_left

head -c 1000000 /dev/zero >"$tmp/broken"
guest true --kernel "$tmp/broken" --module "$tmp/broken" --time-limit 10s
result "a broken image fails" is "$code" 1
result "no guest is left of it" soon none_left

# A guest in the background that does nothing, booted.
start_victim() {
	printf '#!/bin/busybox sh\n/bin/busybox sleep 60\n' >"$tmp/script"
	"$build/buddytop-guest-run" --kernel "$kit" --yes --verbose --add "/bin/busybox=$busybox" \
		--add "/sbin/guest-extra=$tmp/script" >"$tmp/out" 2>"$tmp/err" &
	victim=$!
	for _ in $(seq 300); do
		says err '^booted' && break
		sleep 0.1
	done
}

start_victim
# shellcheck disable=SC2046 # numbers
kill -KILL $(guests_left)
wait "$victim"
result "QEMU killed while running fails" is "$?" 1
result "and is told" says err 'QEMU ended (killed by signal 9'

# The program is killed while its guest runs: no handler of ours can run.
start_victim
result "the guest of the victim runs" test -n "$(guests_left)"
kill -KILL "$victim"
wait "$victim" 2>/dev/null
result "kill -9 of its starter ends the guest" soon none_left
result "its private directory was 0700" is "$(stat -c %a "$tmp"/run/buddytop-vm-*)" 700
guest 'exit 3'
result "the next run works" is "$code" 3
result "and removes what was left" is "$(ls "$tmp/run")" ''

"$build/buddytop" snapshot --source vm --kernel "$kit" --yes >"$tmp/out" 2>"$tmp/err"
result "a snapshot of a guest" is "$?" 0
result "says that it is emulated or names KVM" \
	grep -qE '"reality": "emulated"|"accel": "kvm"' "$tmp/out"
result "and leaves no guest" soon none_left

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

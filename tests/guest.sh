#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   tests/guest.sh BUILD KIT [SCENARIO...]
#
# The real module in a guest with the kernel of KIT (a directory made by fetch-kernel): first its ABI
# and the fuzz of it, memory that the host takes away, then every parameter and every fault through the
# agent, in two nodes and what there is to say of twelve. Five boots; ends with the counts.
#
# BT_FUZZ_CALLS, BT_FUZZ_SEED, BT_FUZZ_LIMIT: see tests/guest/fuzz.c; fewer calls for slower kernels.
set -euo pipefail
build=$(cd "$1" && pwd)
kit=$2
shift 2
release=$(basename "$kit")
delay_ns=200000	# scenario "known delay" expects this
delayed=$build/kmod-delay/$release
passed=0 failed=0 skipped=0

# The test build of the module, whose timed section takes a known time longer.
mkdir -p "$delayed"
make -C "$build" kmod KDIR="$kit/build" BT_TEST_DELAY_NS=$delay_ns kmod_objects="$delayed" \
	>"$delayed/log" 2>&1 || { cat "$delayed/log"; exit 1; }

# add_up NAME COMMAND...: runs it and adds up what it counted.
add_up() {
	local name=$1 output counts
	shift
	output=$("$@" 2>&1 | tee >(cat >&2)) || true
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' <<<"$output" | tail -n 1) || true
	[ -n "$counts" ] || { echo "FAIL $name: it did not end"; counts="0 1 0"; }
	read -r -a counts <<<"${counts//[!0-9 ]/}"
	passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
}

# boot PROGRAM ARGUMENT...: runs it as the guest's only job.
boot() {
	local program=$1
	shift
	add_up "$(basename "$program")" "$build/buddytop-guest-run" --yes --kernel "$kit" --cpus 2 \
		--nodes 2 --memory 1G --time-limit 8m --append loglevel=7 \
		--add "/sbin/guest-extra=$program" "$@"
}

if [ $# -eq 0 ]; then
	boot "$build/tests/guest/abi"
	fuzz=
	for name in calls seed limit; do
		value=BT_FUZZ_${name^^}
		fuzz+=${!value:+ fuzz.$name=${!value}}
	done
	boot "$build/tests/guest/fuzz" --append "loglevel=7$fuzz"
	add_up unplug "$(dirname "$0")/guest/unplug.py" "$build" "$kit"
fi
printf '%s\n' "$@" | sed '/^$/d' >"$delayed/scenarios"
# The remote source starts its command with a shell.
scenarios() {
	boot "$build/tests/guest/scenarios" --add "/bin/sh=$(command -v busybox)" \
		--add "/bin/buddytop-agent=$build/buddytop-agent" \
		--add "/modules/buddytop-delay.ko=$delayed/buddytop.ko" \
		--add "/etc/scenarios=$delayed/scenarios" "$@"
}
scenarios
if [ ! -s "$delayed/scenarios" ] || grep -q '^many nodes' "$delayed/scenarios"; then
	scenarios --nodes 12 --memory 1152M
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

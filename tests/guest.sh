#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   tests/guest.sh BUILD KIT [SCENARIO...]
#
# The real module in a guest with the kernel of KIT (a directory made by fetch-kernel): first its ABI,
# then every parameter and every fault through the agent, in two nodes and what there is to say of
# twelve, and what the clock has to do with in a kernel that distrusts its counter. Four boots; ends with the counts.
set -euo pipefail
patience=${PATIENCE:-1} watch=${WATCH:-} extra_mib=${EXTRA_MIB:-0} append=${APPEND:-} module=${MODULE:-}
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

counts_of() {
	grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' <<<"$1" | tail -n 1 || true
}

# How a guest ends that QEMU's TCG has lost (src/vm/qemu.c), and nothing else.
lost='the guest did not boot in .*|died: [^;]*int3: 0000 \[#1\].*'

# add_up NAME COMMAND...: runs it and adds up what it counted; a guest that was lost is told, and tried again once.
add_up() {
	local name=$1 output counts why
	shift
	output=$("$@" 2>&1 | tee >(cat >&2)) || true
	counts=$(counts_of "$output")
	if [ -z "$counts" ] && why=$(grep -oE "$lost" <<<"$output"); then
		echo "note $name: QEMU lost the guest, it is started once more: $why"
		output=$("$@" 2>&1 | tee >(cat >&2)) || true
		counts=$(counts_of "$output")
	fi
	[ -n "$counts" ] || { echo "FAIL $name: it did not end"; counts="0 1 0"; }
	read -r -a counts <<<"${counts//[!0-9 ]/}"
	passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
}

# The oracles' tracepoints are there from the first moment on, with one CPU: QEMU's TCG may not survive
# that a kernel rewrites its code while another CPU runs it (src/vm/qemu.c).
traced=trace_event=kmem:mm_page_alloc,kmem:mm_page_free

# boot PROGRAM MEMORY_MIB ARGUMENT...: runs it as the guest's only job. Every program of these tests
# that is a guest's comes by here; `more` is added to the kernel's command line.
boot() {
	local program=$1 memory=$2 job=(--add "/sbin/guest-extra=$1")
	shift 2
	[ -z "$watch" ] || job=(--add "/sbin/guest-extra=$build/tests/guest/watch"
		--add "/sbin/watched=$program")
	[ -z "$module" ] || job+=(--module "$module")
	add_up "$(basename "$program")" "$build/buddytop-guest-run" --yes --kernel "$kit" --cpus 2 \
		--nodes 2 --memory $((memory + extra_mib))M --time-limit $((20 * patience))m \
		--boot-limit $((2 * patience))m \
		--append "loglevel=7 $traced BUDDYTOP_PATIENCE=$patience ${more-} $append" "${job[@]}" "$@"
}

if [ $# -eq 0 ]; then
	boot "$build/tests/guest/abi" 1024
	fuzz=
	for name in calls seed limit; do
		value=BT_FUZZ_${name^^}
		fuzz+=${!value:+ fuzz.$name=${!value}}
	done
	more=$fuzz boot "$build/tests/guest/fuzz" 1024
	add_up unplug "$(dirname "$0")/guest/unplug.py" "$build" "$kit"
fi
printf '%s\n' "$@" | sed '/^$/d' >"$delayed/scenarios"
# The remote source starts its command with a shell.
scenarios() {
	local memory=$1
	shift
	boot "$build/tests/guest/scenarios" "$memory" --add "/bin/sh=$(command -v busybox)" \
		--add "/bin/buddytop-agent=$build/buddytop-agent" \
		--add "/modules/buddytop-delay.ko=$delayed/buddytop.ko" \
		--add "/etc/scenarios=$delayed/scenarios" "$@"
}
scenarios 1024
if [ ! -s "$delayed/scenarios" ] || grep -q '^many nodes' "$delayed/scenarios"; then
	# What a kernel with checks takes, it takes of each node.
	scenarios $((1152 + 3 * extra_mib)) --nodes 12
fi
# A kernel that distrusts the counter: the other clock, and the same latencies.
if [ ! -s "$delayed/scenarios" ] || grep -q '^clock' "$delayed/scenarios"; then
	printf '%s\n' clock sample 'known delay' >"$delayed/scenarios"
	more=tsc=unstable scenarios 1024
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

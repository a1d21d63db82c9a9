#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   tests/debug-kernel-check.sh BUILD [SCENARIO...]
#
# The module on a kernel that looks for its faults (tools/debug-kernel.sh): KASAN, UBSAN, lockdep,
# DEBUG_ATOMIC_SLEEP, DEBUG_VM, DEBUG_LIST, kmemleak, page_owner, failing page allocations. First a
# build of the module with known faults, each of which has to be reported; then the module itself, by
# all of tests/guest.sh. A single report, in the guest or on its console, is a failure.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
shift
out=$build/debug-kernel
complaints=$out/complaints
# Inlined KASAN and lockdep make a guest several times slower.
export PATIENCE=${PATIENCE:-6}
# KASAN's shadow is an eighth of the memory, page_owner's notes and the quarantine are some more.
export EXTRA_MIB=256
export APPEND='page_owner=on kmemleak=on kasan_multi_shot log_buf_len=4M'
passed=0 failed=0 skipped=0

say() {
	printf 'debug-kernel-check: %s\n' "$*" >&2
}

# verdict GOOD TEXT
verdict() {
	if [ "$1" = yes ]; then
		echo "ok $2"
		passed=$((passed + 1))
	else
		echo "FAIL $2"
		failed=$((failed + 1))
	fi
}

# The module for that kernel in DIR, its own code under UBSAN too; not a word of warning.
build_module() {
	local dir=$1
	shift
	mkdir -p "$dir"
	make -C "$build" kmod KDIR="$kit/build" kmod_objects="$dir" W=1 UBSAN_SANITIZE=y "$@" \
		>"$dir/log" 2>&1 || { cat "$dir/log"; exit 1; }
	! grep -E 'warning:|WARNING' "$dir/log"
}

# console_of NAME: guests keep their consoles in a directory of their own.
console_of() {
	export XDG_STATE_HOME=$out/$1
	rm -rf "$XDG_STATE_HOME"
	mkdir -p "$XDG_STATE_HOME"
}

# Without what tests/guest/oracle.c takes for no complaint, either.
consoles() {
	grep -hvF 'page dumped because: unmovable page' "$XDG_STATE_HOME"/buddytop/console-*.log
}

# ---- every tool reports -----------------------------------------------------------------------

# The fault, and what its tool says of it. A bad page or a list out of order ends lockdep, a BUG its
# task: lock-order comes first and unlock last.
readonly faults='lock-order	possible circular locking dependency
freed-page	BUG: KASAN: use-after-free
bounds	BUG: KASAN: slab-out-of-bounds
shift	UBSAN: shift-out-of-bounds
sleep	BUG: sleeping function called from invalid context
bad-page	BUG: Bad page state
list	list_del corruption
refcount	refcount_t:
leak	unreferenced object
lost-page	Page allocated via order 3
unlock	VM_BUG_ON_FOLIO(!folio_test_locked'

fault_program() {
	cat <<-END
		#!/bin/sh
		for fault in $(cut -f 1 <<<"$faults" | tr '\n' ' '); do
			echo \$fault >/sys/module/buddytop/parameters/test_fault || exit 1
		done
		echo "1 passed, 0 failed, 0 skipped"
	END
}

# What watch must have failed: the log, lockdep, kmemleak, page_owner.
check_tools() {
	local fault text
	console_of faults
	say "one boot with a module that has every fault"
	build_module "$out/kmod-faults" BT_TEST_FAULTS=1 || { echo "FAIL it builds with faults"; exit 1; }
	fault_program >"$out/fault-program"
	chmod +x "$out/fault-program"
	"$build/buddytop-guest-run" --yes --kernel "$kit" --module "$out/kmod-faults/buddytop.ko" \
		--memory $((1024 + EXTRA_MIB))M --time-limit $((5 * PATIENCE))m \
		--boot-limit $((2 * PATIENCE))m --append "loglevel=7 $APPEND" \
		--add "/bin/sh=$(command -v busybox)" --add "/sbin/watched=$out/fault-program" \
		--add "/sbin/guest-extra=$build/tests/guest/watch" >"$out/faults.log" 2>&1 || true
	while IFS=$'\t' read -r fault text; do
		verdict "$(grep -qF "$text" "$out/faults.log" && echo yes)" \
			"fault $fault is reported: $text"
	done <<<"$faults"
	for text in 'kmemleak has nothing to report' 'lockdep is still at work' \
		'the module has left no page behind' \
		"the kernel's log is clean at the end"; do
		verdict "$(grep -q "^FAIL watch: $text" "$out/faults.log" && echo yes)" \
			"and fails the check: $text"
	done
	verdict "$(grep -q '^ok watch: the kernel boots without a complaint' "$out/faults.log" && echo yes)" \
		"the kernel itself has no complaint"
	verdict "$(consoles | grep -qFf "$complaints" && echo yes)" "the console has them, too"
	[ "$failed" = 0 ] || cat "$out/faults.log"
}

# ---- the module -------------------------------------------------------------------------------

check_module() {
	local counts found
	console_of state
	verdict "$(build_module "$out/kmod" >&2 && echo yes)" "the module builds without a warning, W=1"
	say "the guest tests: six boots, each of $((8 * PATIENCE)) minutes at most"
	WATCH=1 MODULE=$out/kmod/buddytop.ko "$here/tests/guest.sh" "$build" "$kit" "$@" \
		>"$out/guest.log" 2>&1 || true
	grep -E '^(FAIL|skip|#  *kernel)' "$out/guest.log" || true
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$out/guest.log" | tail -n 1) || true
	[ -n "$counts" ] || { tail -n 20 "$out/guest.log"; counts="0 1 0"; }
	read -r -a counts <<<"${counts//[!0-9 ]/}"
	passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
	found=$(consoles | grep -cFf "$complaints") || true
	verdict "$([ "$found" = 0 ] && echo yes)" "the consoles have $found reports"
	[ "$found" = 0 ] || consoles | grep -FA 30 -f "$complaints" | head -n 200
}

kit=$("$here/tools/debug-kernel.sh" "${XDG_CACHE_HOME:-$HOME/.cache}/buddytop/kernels")
mkdir -p "$out"
sed -n 's/^"\(.*\)",$/\1/p' "$here/tests/guest/complaints.def" >"$complaints"
export BUDDYTOP_KMOD_DIR=$here/kmod
say "kernel $(basename "$kit"); logs and consoles are in $out"
check_tools
check_module "$@"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The module's gates: it builds without a word against every kernel tree given, with gcc and clang,
# W=1 and sparse; checkpatch and the rules of the house have nothing to say.
# Usage: kmod-style.sh KDIR... ; BUILD is a configured build tree (default: build), CHECKPATCH the
# script (default: the one of an installed linux-source package).
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build}
# What the tests build into the module or beside it.
test_sources="$(echo "$top"/tests/bench/test[cp]*.[ch]) $top/tests/guest/fault.c"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/buddytop/checkpatch
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

ok() { echo "ok $1"; passed=$((passed + 1)); }
skip() { echo "skip $1: $2"; skipped=$((skipped + 1)); }
fail() { echo "FAIL $1"; sed 's/^/  /' "$log"; failed=$((failed + 1)); }

# gate NAME COMMAND...: passes when the command succeeds and its output has no warning.
gate() {
	name=$1
	shift
	if "$@" >"$log" 2>&1 && ! grep -E '(warning|error):|WARNING|ERROR' "$log"; then
		ok "$name"
	else
		fail "$name"
	fi
}

# silent NAME COMMAND...: passes when the command prints nothing.
silent() {
	name=$1
	shift
	"$@" >"$log" 2>&1
	if [ -s "$log" ]; then fail "$name"; else ok "$name"; fi
}

module() { make -C "$build" kmod "$@"; }

gates_of_tree() {
	gate "$1: gcc, W=1" module "KDIR=$1" W=1
	if command -v sparse >/dev/null; then
		gate "$1: sparse" module "KDIR=$1" W=1 C=2 BT_TEST_CALLS=1 \
			BT_TEST_FAULTS=1
	else
		skip "$1: sparse" "sparse is not installed"
	fi
	if command -v clang >/dev/null && command -v ld.lld >/dev/null; then
		gate "$1: clang, W=1" module "KDIR=$1" W=1 LLVM=1
	else
		skip "$1: clang" "clang or lld is not installed"
	fi
	gate "$1: a delay, calls and faults for tests" module "KDIR=$1" W=1 \
		BT_TEST_DELAY_NS=20000 BT_TEST_CALLS=1 BT_TEST_FAULTS=1
	gate "$1: compile_commands.json" compile_commands "$1"
}

# Every source is named, and the compiler takes the command as it stands.
compile_commands() {
	make -C "$build" kmod/compile_commands.json KDIR="$1" &&
		python3 - "$build/kmod/compile_commands.json" <<-'END'
			import json, subprocess, sys
			entries = json.load(open(sys.argv[1]))
			assert len(entries) == 17, [entry["file"] for entry in entries]
			for entry in entries:
			    subprocess.run(entry["command"] + " -fsyntax-only", shell=True, check=True,
			                   cwd=entry["directory"])
		END
}

find_checkpatch() {
	archive=$(find /usr/src -maxdepth 1 -name 'linux-source-*.tar.xz' | sort -V | head -n 1)
	if [ -z "${CHECKPATCH:-}" ] && [ ! -e "$cache/checkpatch.pl" ] && [ -n "$archive" ]; then
		mkdir -p "$cache"
		tar -xJf "$archive" -C "$cache" --strip-components=2 --wildcards \
			'*/scripts/checkpatch.pl' '*/scripts/spelling.txt' \
			'*/scripts/const_structs.checkpatch'
	fi
	checkpatch=${CHECKPATCH:-$cache/checkpatch.pl}
	[ -e "$checkpatch" ]
}

checkpatch_says() {
	# shellcheck disable=SC2086 # a list of words
	perl "$checkpatch" --no-tree --strict --max-line-length=100 --terse --no-summary -f \
		"$top"/kmod/*.[ch] $test_sources
}

versions_outside_compat() {
	# shellcheck disable=SC2086 # a list of words
	grep -nE 'KERNEL_VERSION|LINUX_VERSION_CODE|ANT_HAVE_|ANT_LACKS_' \
		"$top"/kmod/*.[ch] $test_sources | grep -v '/compat\.h:'
}

long_files() {
	wc -l "$top"/kmod/*.[ch] | awk '$1 > 300 && $2 != "total"'
}

abi_alone() {
	for language in 'c -std=c99' 'c -std=gnu11' 'c++ -std=c++17'; do
		# shellcheck disable=SC2086 # two words
		echo '#include "kmod/buddytop_uapi.h"' |
			gcc -Wall -Wextra -Wpedantic -Wno-long-long -I"$top" -fsyntax-only -x $language -
	done
}

for tree in "$@"; do
	if [ -e "$tree/include/generated/utsrelease.h" ]; then
		gates_of_tree "$tree"
	else
		skip "$tree" "not a configured kernel tree"
	fi
done
if find_checkpatch; then
	silent "checkpatch --strict" checkpatch_says
else
	skip "checkpatch --strict" "no linux-source package is installed"
fi
silent "kernel versions are asked for in compat.h alone" versions_outside_compat
silent "no file above 300 lines" long_files
silent "the ABI stands alone in C99, C11 and C++17" abi_alone
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]

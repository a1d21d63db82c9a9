#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   ./test.sh [--no-install] [--kernels LIST | --all-kernels] [SUITE...]
#
# The same set-up as run.sh, then every test, or the named suites. The module is built for the kernels
# of LIST (6.1,6.12,6.1-rt; only 6.1 without it) and tried in a guest of each. Each suite ends in a line
# "N passed, N failed, N skipped" and its minutes; at the end all failures once more, and the sums in the
# last line. Logs: build/test/.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"
build=$here/build
logs=$build/test
install=yes
passed=0 failed=0 skipped=0 failures=

suites=(style docs unit clang asan tsan monkey screen screenasan kmod vm job guest61 guest612 guestrt
	lab endtoend fuzz report distcheck instructions bench)
kernels=(6.1)
declare -A guest_suites=([6.1]=guest61 [6.12]=guest612 [6.1-rt]=guestrt)

# Sum of the numbers that a sed expression takes out of the unit programs' logs in DIR.
count_of() {
	cat "$1"/tests/unit/*.log | sed -n "s/^\\[$2\\] \\([0-9]*\\) test.*/\\1/p" |
		awk '{ n += $1 } END { print n + 0 }'
}

# `make check` in DIR, counted case by case by cmocka's own lines; a program that ends badly is one
# failure, whatever it counted.
# More arguments are for make: TESTS=... runs some only.
check_counts() {
	local dir=$1 bad=0 found=0 result
	shift
	# Results of an earlier run would hide programs that no longer build.
	rm -f "$dir"/tests/*.{trs,log} "$dir"/tests/*/*.{trs,log}
	make -C "$dir" check -j2 "$@" || true
	for result in "$dir"/tests/*.trs "$dir"/tests/*/*.trs; do
		[ -e "$result" ] || continue # no scripts among what ran
		found=$((found + 1))
		grep -qE '^:test-result: (PASS|SKIP)' "$result" && continue
		bad=$((bad + 1))
		cat "${result%.trs}.log"
	done
	[ "$found" != 0 ] || bad=1
	echo "$(count_of "$dir" '  PASSED  ') passed, $bad failed, $(count_of "$dir" '  SKIPPED ') skipped"
}

# A configuration of its own, in build/NAME: sub_build NAME CONFIGURE_ARG...
sub_build() {
	local name=$1
	shift
	build_tree "$here" "$build/$name" --enable-werror "$@"
}

suite_style() {
	if shellcheck -x "$here"/*.sh "$here"/tools/*.sh "$here"/.ci/run "$here"/src/vm/*.sh \
		"$here"/tests/*.sh "$here"/tests/*/*.sh; then
		echo "1 passed, 0 failed, 0 skipped"
	else
		echo "0 passed, 1 failed, 0 skipped"
	fi
}

suite_docs() {
	"$here/tests/docs-check.py" "$build"
}

suite_unit() {
	check_counts "$build"
}

suite_clang() {
	# The programs: what scripts do with the program is the same by either compiler.
	# shellcheck disable=SC2016 # for make
	sub_build clang CC=clang && check_counts "$build/clang" TESTS='$(check_PROGRAMS)'
}

suite_asan() {
	sub_build asan --enable-sanitizers=address,undefined && check_counts "$build/asan"
}

# Adds up the lines "N passed, N failed, N skipped" of what is read, and passes the rest on to the log.
sum_counts() {
	tee -a /dev/stderr | awk '/^[0-9]+ passed, / { p += $1; f += $3; s += $5 }
		END { print p + 0 " passed, " f + 0 " failed, " s + 0 " skipped" }'
}

# monkeys DIR KEYS SEED... [live|user]: one run of that many random keys for each seed.
monkeys() {
	local dir=$1 keys=$2 passed=0 failed=0 seed how=()
	shift 2
	[[ ${*: -1} != [a-z]* ]] || { how=("${@: -1}") && set -- "${@:1:$#-1}"; }
	make -C "$dir" tests/monkey/monkey || return
	for seed in "$@"; do
		if "$dir/tests/monkey/monkey" "$keys" "$seed" "${how[@]}"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
		fi
	done
	echo "$passed passed, $failed failed, 0 skipped"
}

# What runs threads: the others have nothing to race with, and are not even built. The workers of source
# user are threads of a child, forked by a sampler's thread when it opens the source anew; they end by a
# signal, so that a report has to be the end of them to be noticed.
suite_tsan() {
	local programs=() TSAN_OPTIONS=die_after_fork=0:halt_on_error=1
	export TSAN_OPTIONS
	mapfile -t programs < <(printf 'tests/unit/test_%s\n' ring session link relax remote replay attach \
		write lab_board user user_load)
	sub_build tsan --enable-sanitizers=thread && {
		check_counts "$build/tsan" check_PROGRAMS="${programs[*]}" \
			TESTS="${programs[*]} tests/ctl.sh"
		monkeys "$build/tsan" 5000 1 2 live
	} | sum_counts
}

# Three seeds that stay and one of the day; "seed=N ./test.sh monkey" runs that one again.
suite_monkey() {
	sub_build asan --enable-sanitizers=address,undefined && {
		monkeys "$build/asan" 10000 1 2 3 "${seed:-$RANDOM}"
		monkeys "$build/asan" 2000 5 user
	} | sum_counts
}

# Golden screens, and the terminal itself: screens PROGRAM.
screens() {
	{
		"$here/tests/screen/run.py" "$1"
		"$here/tests/pty/run.py" "$1"
	} | sum_counts
}

suite_screen() {
	screens "$build/buddytop"
}

# The dashboard keeps the standard error from the screen, so the reports go to files.
suite_screenasan() {
	local ASAN_OPTIONS=log_path=$logs/asan-report UBSAN_OPTIONS=log_path=$logs/ubsan-report
	export ASAN_OPTIONS UBSAN_OPTIONS
	sub_build asan --enable-sanitizers=address,undefined && screens "$build/asan/buddytop"
}

# The kernel of a series with its build tree, unpacked into the cache and never installed.
kernel_kit() {
	"$here/src/vm/fetch-kernel.sh" "$1" "${XDG_CACHE_HOME:-$HOME/.cache}/buddytop/kernels"
}

suite_kmod() {
	local kernel kit trees=()
	for kernel in "${kernels[@]}"; do
		kit=$(kernel_kit "$kernel") || return
		trees+=("$kit/build")
	done
	BUILD=$build "$here/tests/kmod-style.sh" "${trees[@]}"
}

guest_suite() {
	local kit
	kit=$(kernel_kit "$1") && BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/guest.sh" "$build" "$kit"
}

suite_vm() {
	local kit
	kit=$(kernel_kit 6.1) && BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/guest/vm.sh" "$build" "$kit"
}

suite_job() {
	local kit
	kit=$(kernel_kit 6.1) && BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/guest/job.py" "$build" "$kit"
}

suite_guest61() {
	guest_suite 6.1
}

# The whole fuzz is of the first kernel.
suite_guest612() {
	BT_FUZZ_CALLS=${BT_FUZZ_CALLS:-200000} guest_suite 6.12
}

suite_guestrt() {
	BT_FUZZ_CALLS=${BT_FUZZ_CALLS:-200000} guest_suite 6.1-rt
}

suite_lab() {
	local kit
	kit=$(kernel_kit 6.1) && {
		BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/guest/lab.py" "$build" "$kit"
		BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/guest/lab_shell.py" "$build" "$kit"
	} | sum_counts
}

suite_endtoend() {
	local kit
	kit=$(kernel_kit latest) && BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/endtoend.py" "$build" "$kit"
}

# Pictures by gnuplot, and pages in a browser.
suite_report() {
	make -C "$build" tests/report/fixture tests/report/lab && "$here/tests/report/run.py" "$build"
}

# Mutated documents from a seed of the day, and each fuzz target for a moment.
suite_fuzz() {
	local seed=$RANDOM
	echo "20000 documents from seed $seed"
	{
		sub_build asan --enable-sanitizers=address,undefined &&
			make -C "$build/asan" tests/fuzz/fuzz_frame &&
			"$build/asan/tests/fuzz/fuzz_frame" 20000 "$seed" &&
			echo "1 passed, 0 failed, 0 skipped" || echo "0 passed, 1 failed, 0 skipped"
		make -C "$build" fuzz SECONDS=3 ||
			echo "0 passed, 1 failed, 0 skipped"
	} | sum_counts
}

suite_distcheck() {
	if make -C "$build" -j2 distcheck; then
		echo "1 passed, 0 failed, 0 skipped"
	else
		echo "0 passed, 1 failed, 0 skipped"
	fi
}

suite_instructions() {
	kernel_kit latest &&
		BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/bench/run.py" "$build" --instructions
}

# Figures to be quoted come from a run by hand; on CI's machine, which is shared, it only has to work.
suite_bench() {
	kernel_kit latest &&
		BUDDYTOP_KMOD_DIR=$here/kmod "$here/tests/bench/run.py" "$build" ${BENCH_QUICK:+--quick}
}

# The lines that say so, cmocka's among them, or that there is none.
failures_of() {
	grep -E '^(FAIL|not ok|\[  FAILED  \] [a-z]|the suite )|FAILED: ' "$1" | sort -u | head -n 20 | grep . ||
		echo "failed, see its log"
}

run_suite() {
	local name=$1 log=$logs/$1.log start=$SECONDS code=0 last counts
	say "== $name"
	# Appended to, as more than one process writes to it at once.
	: >"$log"
	"suite_$name" >>"$log" 2>&1 || code=$?
	last=$(grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' "$log" | tail -n 1)
	if [ -z "$last" ]; then
		echo "the suite $name ended without a count" >>"$log"
		last="0 passed, 1 failed, 0 skipped"
	fi
	read -r -a counts <<<"${last//[!0-9 ]/}"
	if [ "$code" != 0 ] && [ "${counts[1]}" = 0 ]; then
		echo "the suite $name counted no failure, yet ended with code $code" >>"$log"
		counts[1]=1
		last="${counts[0]} passed, 1 failed, ${counts[2]} skipped"
	fi
	passed=$((passed + counts[0])) failed=$((failed + counts[1])) skipped=$((skipped + counts[2]))
	grep -iE '^(skip|FAIL|not ok|note)' "$log" | head -n 40
	[ "${counts[1]}" = 0 ] || failures+=$(failures_of "$log" | sed "s/^/$name: /")$'\n'
	case $name in bench | instructions) cat "$log" ;; esac
	[ "${counts[1]}" = 0 ] || tail -n 60 "$log"
	printf '%s: %s (%d.%d minutes)\n' "$name" "$last" \
		$(((SECONDS - start) / 60)) $(((SECONDS - start) % 60 / 6))
}

# Without names: all suites, but for the guests of kernels that are not asked for.
default_suites() {
	local name kernel
	for name in "${suites[@]}"; do
		for kernel in "${!guest_suites[@]}"; do
			[ "${guest_suites[$kernel]}" = "$name" ] || continue
			[[ " ${kernels[*]} " = *" $kernel "* ]] || continue 2
		done
		echo "$name"
	done
}

while [[ ${1-} = --* ]]; do
	case $1 in
	--no-install) install=no ;;
	--all-kernels) kernels=("${!guest_suites[@]}") ;;
	--kernels)
		IFS=, read -r -a kernels <<<"${2-}"
		shift
		;;
	*) die 2 "no option '$1'; there are: --no-install --kernels --all-kernels" ;;
	esac
	shift
done
[ "${#kernels[@]}" -gt 0 ] || die 2 "--kernels needs some of: ${!guest_suites[*]}"
for name in "${kernels[@]}"; do
	[ -n "${guest_suites[$name]-}" ] || die 2 "no kernel '$name'; there are: ${!guest_suites[*]}"
done
for name in "$@"; do
	declare -F "suite_$name" >/dev/null || die 2 "no suite '$name'; there are: ${suites[*]}"
done
ensure_packages "$install" "${build_packages[@]}" "${guest_packages[@]}" "${test_packages[@]}"
mkdir -p "$logs"
say "building buddytop in $build"
build_tree "$here" "$build" --enable-werror
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- $(default_suites)
for name in "$@"; do
	run_suite "$name"
done
[ -z "$failures" ] || printf '== what failed\n%s' "$failures"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   run.sh SOURCE BUILD SECONDS TARGET...
#
# What `make fuzz` does: builds the fuzz targets with clang's libFuzzer, ASan and UBSan in BUILD and
# runs each for so many seconds, one after the other, from its corpus in SOURCE and what earlier
# runs added to it in BUILD. A line for each target; fails on a crash, a leak, an input that takes
# above 10 s. The input that did it stays in BUILD/NAME.crash/, the log is BUILD/NAME.log.
set -euo pipefail
source=$1 build=$2 seconds=$3
shift 3
passed=0 failed=0
clang=${CLANG:-clang}
# Most of the time goes into fresh memory when all that was freed is kept: what an input frees is far
# below this.
export ASAN_OPTIONS=quarantine_size_mb=8:${ASAN_OPTIONS-}

# Everything that a reader does not want to see goes into a log: quietly LOG COMMAND...
quietly() {
	local log=$1
	shift
	"$@" >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		echo "fuzz: '$*' failed; the whole log is $log" >&2
		exit 1
	}
}

check_compiler() {
	local probe=$build/probe
	command -v "$clang" >/dev/null || {
		echo "fuzz: there is no $clang: install Debian's packages clang and" \
			"libclang-rt-14-dev, or name another, as in 'CLANG=clang-16 make fuzz'" >&2
		exit 77
	}
	echo 'int LLVMFuzzerTestOneInput(const char *data, long size) { return !data && size; }' \
		>"$probe.c"
	"$clang" -fsanitize=fuzzer,address,undefined -o "$probe" "$probe.c" 2>"$probe.log" || {
		cat "$probe.log" >&2
		echo "fuzz: this $clang has no libFuzzer: install its compiler-rt" \
			"(Debian 12: libclang-rt-14-dev)" >&2
		exit 77
	}
	rm "$probe" "$probe.c" "$probe.log"
}

build_targets() {
	local programs=("${@/#/tests/fuzz/fuzz_}")
	[ -f "$build/Makefile" ] || (cd "$build" && quietly configure.log "$source/configure" \
		CC="$clang" --enable-sanitizers=fuzzer-no-link,address,undefined)
	quietly "$build/make.log" make -C "$build" -j"$(nproc)" FUZZ_ENGINE=-fsanitize=fuzzer \
		"${programs[@]}"
}

# The number behind a name of libFuzzer's last statistics, of the target's log.
stat_of() {
	sed -n "s/^stat::$2: *//p" "$build/$1.log" | tail -n 1
}

run_target() {
	local name=$1 corpus=$source/tests/fuzz/corpus/$1 dict=$source/tests/fuzz/dict/$1.dict
	local code=0 options=()
	[ -d "$corpus" ] || {
		echo "fuzz: $name has no corpus, $corpus" >&2
		return 1
	}
	[ ! -f "$dict" ] || options=(-dict="$dict")
	mkdir -p "$build/corpus/$name" "$build/$name.crash"
	"$build/tests/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$build/$name.crash/" "${options[@]}" \
		"$build/corpus/$name" "$corpus" >"$build/$name.log" 2>&1 || code=$?
	# Lines "#1234 REDUCE cov: 567 ft: 890 corp: ...": what of the program was reached.
	printf '%-10s %9s runs, %6s/s, %5s edges%s\n' "$name" \
		"$(stat_of "$name" number_of_executed_units)" \
		"$(stat_of "$name" average_exec_per_sec)" \
		"$(sed -n 's/^#.* cov: \([0-9]*\) .*/\1/p' "$build/$name.log" | tail -n 1)" \
		"$([ "$code" = 0 ] || echo ", FAILED: $build/$name.log")"
	[ "$code" = 0 ] || tail -n 40 "$build/$name.log" >&2
	return "$code"
}

mkdir -p "$build"
check_compiler
build_targets "$@"
for target in "$@"; do
	if run_target "$target"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop compare: exit codes, refusals and the forms of its output.
set -u
program=${BUDDYTOP:-./buddytop}
case $program in /*) ;; *) program=$PWD/$program ;; esac
data=$(cd "${srcdir:-.}/tests/unit/data/compare" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
XDG_RUNTIME_DIR=$dir
export XDG_RUNTIME_DIR
session=
passed=0
failed=0
cd "$dir" || exit 1

finish()
{
	[ -n "$session" ] && kill "$session" 2>/dev/null && wait "$session"
	rm -rf "$dir"
}
trap finish EXIT

# check NAME CODE PATTERN ARGUMENT...: the exit code of compare, and a line of its output or error.
check()
{
	name=$1 code=$2 pattern=$3
	shift 3
	"$program" compare "$@" >out 2>err </dev/null
	got=$?
	if [ "$got" = "$code" ] && cat out err | grep -q -e "$pattern"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: exit %s (not %s), output without "%s":\n' "$name" "$got" "$code" \
			"$pattern"
		cat out err
	fi
}

# that NAME COMMAND...: the command succeeds.
that()
{
	name=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $name"
		cat out err
	fi
}

# pab FILE VALUES: a document of page_alloc_bench with one array besides some that do not change.
pab()
{
	printf '{"idle_available_bytes_order0":[1000,1001,1002,1003,1004],' >"$1"
	printf '"kernel_alloc_failures_order0":[0,0,0,0,0],' >>"$1"
	printf '"antagonized_available_bytes_order0":[%s]}\n' "$2" >>"$1"
}
pab a.json 800,801,802,803,804
pab worse.json 720,722,724,726,728
pab few.json 700,701,702

check 'nothing to compare' 2 'two to 26 documents'
check 'one document' 2 'two to 26 documents' a.json
check 'two forms' 2 'only one of them' --json --csv a.json worse.json
check 'no percentage' 2 "noise: 'much' is not a number" --noise much a.json worse.json
check 'negative' 2 'is not a number from 0' --fail-on-regression=-1 a.json worse.json
check 'not finite' 2 'is not a number' --noise inf a.json worse.json
check 'confidence of everything' 2 'from 50 to 99.99' --confidence 100 a.json worse.json
check 'no such metric' 2 "no metric 'speed'" --metric speed a.json worse.json
check 'empty metric' 2 'a key is missing' --metric ,speed a.json worse.json
check 'no such file' 1 'No such file' a.json absent.json
echo 'no JSON' >odd.json
check 'no JSON' 1 'odd.json is no result, recording' a.json odd.json

# 802 to 724 is less by 9.7 %, p = 2 / C(10, 5) = 0.008.
check 'worse' 0 '^available antagonized .* -9\.7 % .* 0\.008  less (worse)$' a.json worse.json
check 'better' 0 'more (better)$' worse.json a.json
check 'the same' 0 '3 comparisons: 0 better, 0 worse, .* 3 no difference' a.json a.json
check 'of three documents' 0 '^order=0  (A, C)$' a.json a.json worse.json
check 'quiet' 0 'less (worse)$' --quiet a.json worse.json
that 'quiet lists nothing else' sh -c '! grep -q "available idle" out'
check 'one metric' 0 '^1 comparisons: 0 better, 0 worse' --metric idle_available_bytes a.json worse.json
check 'metrics' 0 '^2 comparisons' --metric idle_available_bytes,alloc_failures a.json worse.json
check 'noise' 0 '3 no difference shown' --noise 10 a.json worse.json
check 'alpha' 0 ' 3 too few' --alpha 0.005 --metric idle_available_bytes \
	--metric alloc_failures,antagonized_available_bytes a.json worse.json
check 'seed' 0 'seed 7' --seed 7 a.json worse.json

check 'regression' 3 'buddytop: 1 of 3 are worse by 9.7 % or more' --fail-on-regression 9.7 a.json worse.json
that 'regression is printed all the same' grep -q 'less (worse)$' out
check 'smaller than asked for' 0 '0 worse by 9.8 % or more' --fail-on-regression 9.8 a.json worse.json
check 'an improvement' 0 '1 better' --fail-on-regression 1 worse.json a.json
check 'in one of several' 3 'in worse.json' --fail-on-regression 5 a.json a.json worse.json
check 'too few to fail' 0 'no regression could have been found' --fail-on-regression 1 \
	--metric antagonized_available_bytes few.json few.json

{
	sed 's/_order0/_order4/g; s/}$/,/' a.json
	sed 's/^{//' a.json
} >both.json
check 'missing configuration' 1 '1 configurations of both.json are missing' --fail-on-regression 5 both.json a.json
that 'how much could not be told' grep -q '^buddytop: 3 of 6 could not be tested or are missing$' err
check 'missing, but nobody asked' 0 'Only A has: order=4' both.json a.json
check 'worse and missing' 3 'worse by 5' --fail-on-regression 5 both.json worse.json
check 'json' 3 '"name": "buddytop-comparison"' --json --fail-on-regression 5 a.json worse.json
that 'json says it' grep -q '"regression": true' out
check 'csv' 0 '^worse.json,order=0,antagonized_available_bytes,5,802,801,803,5,724,722,726,-78,' --csv \
	a.json worse.json
that 'a line for each and the titles' test "$(wc -l <out)" = 4
check 'markdown' 0 '^### order=0$' --markdown a.json worse.json
check 'into a file' 3 'worse by 5' --fail-on-regression 5 -o report.txt a.json worse.json
that 'nothing on standard output' test ! -s out
that 'the file' grep -q 'less (worse)$' report.txt
check 'a file that cannot be' 1 'absent/report' -o absent/report a.json worse.json
cp a.json same.json
ln same.json other.json
check 'into one of the documents' 2 'that is the document same.json' -o other.json a.json same.json
that 'which stays' cmp -s a.json same.json
that 'a full device' sh -c "! '$program' compare a.json worse.json >/dev/full 2>err &&
	grep -q 'cannot write' err"

sed 's/^{/{"buddytop_machine_is_simulated":[1],/' a.json >simulated.json
check 'simulated against nobody knows what' 1 'kind of machine: without a mark, simulated' a.json simulated.json
check 'both simulated' 0 'SIMULATED.*: A, B' simulated.json simulated.json
check 'an original document' 0 'too few runs to tell' "$data/pab.json" "$data/pab.json"

# Recordings: of a machine with two CPUs, and of one with four.
record()
{
	"$program" ctl start --source "sim:1,cpus=$1" --interval 20ms >log 2>&1 &
	session=$!
	for _ in $(seq 100); do
		grep -q 'running' log && break
		sleep 0.05
	done
	"$program" record --source session --interval 20ms --frames 25 -o "$2" >>log 2>&1 || cat log
	kill -INT "$session"
	wait "$session"
	session=
}
record 2 two.jsonl
record 4 four.jsonl
check 'recordings' 0 'recording of sim' two.jsonl two.jsonl
check 'of another machine' 1 'not comparable.*number of CPUs: 2, 4' two.jsonl four.jsonl
that 'nothing of it is printed' test ! -s out
check 'by force' 0 '^NOT COMPARABLE, compared by force:$' --force two.jsonl four.jsonl
that 'the reason is printed' grep -q '^- A, B: other number of CPUs: 2, 4$' out
check 'by force, in JSON' 0 '"comparable": false' --force --json two.jsonl four.jsonl
check 'of unlike documents' 1 'nothing is known of machine and plan of' two.jsonl a.json
check 'of documents without a common number' 1 'is in both documents' --force two.jsonl "$data/pab.json"

# Results: of one plan, done twice, and of another.
bench()
{
	file=$1
	shift
	"$program" bench --source sim:1,cpus=2 --interval 20ms --yes -q --alloc-orders 0 --set settle=20ms \
		--set warmup=40ms --set seconds=60ms --set steady=0 --set probe=no -o "$file" "$@" >log 2>&1 ||
		cat log
}
bench before.json --iterations 4 --seed 1
bench after.json --iterations 5 --seed 2
bench pattern.json --iterations 4 --set pattern=steady
check 'results' 0 '^allocs  *[0-9.]*M/s .* 4/5 ' before.json after.json
that 'their kind' grep -q '^A  before.json: result of sim, kernel' out
check 'of another plan' 1 "other plan: .*'pattern=steady'" before.json pattern.json
check 'of another plan by force' 0 "^- A, B: other plan: .*'pattern=steady'" --force before.json pattern.json
check 'a result and a recording' 1 'a result and a recording are not measured' before.json two.jsonl

echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]

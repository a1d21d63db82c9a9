#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop --plain, --batch and record: lines, ends and exit codes, on a simulated machine.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1

sim='--source sim:1,cpus=2 --interval 50ms'

# shellcheck disable=SC2086
{
run 0 "$program" $sim --batch --json -n 3 && [ "$(wc -l <out)" = 3 ] &&
	python3 - <<'END'
import json
lines = [json.loads(line) for line in open("out")]
for before, now in zip(lines, lines[1:]):
    assert now["mono_ns"] - before["mono_ns"] == now["length_ns"] == 50_000_000
for line in lines:
    assert line["schema"] == {"name": "buddytop-batch", "version": 1}
    assert line["metrics"]["allocs_per_s"] == 0, "nothing runs"
    assert "alloc_p99_ns" not in line["metrics"], "unknown is absent"
    assert line["metrics"]["available_bytes"] > 1 << 30
END
verdict 'a JSON object for each interval'
run 0 "$program" $sim --batch --json -n 2 --set order=2 --set cpus=0-1 --start --yes &&
	python3 - <<'END'
import json
line = [json.loads(line) for line in open("out")][-1]
assert line["run"] == "running" and line["generation"] == 1
ratio = line["metrics"]["pages_per_s"] / line["metrics"]["allocs_per_s"]
assert ratio == 4, "a block of order 2 has 4 pages"
END
verdict 'the load of the command line'
run 0 "$program" $sim --batch -n 2 && [ "$(wc -l <out)" = 3 ] &&
	[ "$(awk -F '\t' '{ print NF }' out | sort -u | wc -l)" = 1 ] && head -1 out | grep -q '^utc	'
verdict 'columns under their names'
run 2 "$program" $sim --batch --start && grep -q 'yes' err
verdict 'no start without a yes'
run 2 "$program" $sim --plain --start --yes --read-only
verdict 'no start that is read-only'
run 2 "$program" $sim --plain --batch
verdict 'plain or batch'
run 2 "$program" $sim --plain --against sim:2,cpus=2 && grep -q 'only on the screen' err
verdict 'lines are of one machine'
run 2 "$program" $sim --batch --set order=99
verdict 'a value that no machine takes'
run 0 "$program" $sim --plain -n 2 && grep -q '^available: 1[0-9.]* GiB$' out &&
	[ "$(grep -c '^available: ' out)" = 2 ] && grep -q '^alloc p99: unknown$' out
verdict 'labelled lines'
! LC_ALL=C grep -q "$(printf '\033')" out
verdict 'no escape sequence'
run 0 "$program" $sim --plain -n 10 --changes 300 --set order=1 --start --yes &&
	[ "$(grep -c '^page faults: ' out)" = 1 ] && grep -q 'event: applied, by module' out
verdict 'only what changes, and events'
run 0 "$program" --source sim:1,cpus=2,fault=fail@1s:1000 --interval 200ms --plain -n 8 --changes 300 \
	--start --yes && grep -q 'event: failure, by module: [0-9]* allocations failed' out
verdict 'failures are announced'
for signal in INT TERM; do
	timeout --preserve-status -s $signal 1 "$program" $sim --plain >out 2>err
	verdict "SIG$signal ends it well"
done
timeout 10 "$program" $sim --batch 2>err | head -n 2 >out
[ "$(wc -l <out)" = 2 ]
verdict 'nobody reads any more'

run 0 "$program" record $sim --frames 12 -o a.jsonl && [ "$(grep -c '^{"frame"' a.jsonl)" = 12 ]
verdict 'record counts frames'
run 1 "$program" record $sim --frames 1 -o a.jsonl && grep -q 'exists' err
verdict 'record overwrites nothing'
run 0 "$program" record $sim --seconds 1 && ls buddytop-sim-*.jsonl >/dev/null
verdict 'record for a time, under a name of its own'
timeout --preserve-status -s INT 1 "$program" record $sim -o b.jsonl 2>err
verdict 'record ends at SIGINT'
tail -c 1 b.jsonl | od -c | grep -q '\\n'
verdict 'record ends with a whole line'
(ulimit -f 64; run 1 "$program" record $sim -o c.jsonl) && grep -q 'too large' err
verdict 'record says that the disk is full'
run 0 "$program" --source replay:a.jsonl --interval 50ms --batch --json && [ "$(wc -l <out)" = 11 ]
verdict 'a recording as lines: an interval between each two frames'
run 2 "$program" replay
verdict 'replay wants a file'
}

finish

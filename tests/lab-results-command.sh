#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop lab show, export, plot, report, on runs written by hand from what buddytop.5 says of them
# and buddytop lab watch, shell: what they refuse. Guests are booted elsewhere.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1

# lab CODE ARGUMENT...
lab()
{
	code=$1
	shift
	run "$code" "$program" lab "$@"
}

# Runs as folders. Of inflate in base-manual two repetitions of three iterations, each of 1 GiB that
# shrinks in 1, 2, 4 s, then 8, 16, 32 s; of virtio-mem one, which failed; a warm-up that is not
# counted; and of stream one with its table.
python3 - <<'END'
import json, os
GIB, S = 1 << 30, 10**9
MACHINE = {"source": "lab", "reality": "real", "source_note": "", "host": "test-host",
           "kernel": "6.1.0-host", "kernel_version": "#1", "arch": "x86_64", "cpu_model": "A CPU",
           "command_line": "quiet", "module_version": "", "accel": "", "thp": "always",
           "governor": "", "smt": "", "microcode": "", "abi_version": 0, "page_bytes": 4096,
           "max_order": 10, "cpu_count": 2, "node_count": 1, "memory_bytes": 8 * GIB,
           "max_held_bytes": 0, "features": [], "memory_nodes": "0", "possible_cpus": "0-1",
           "allowed_cpus": "0-1", "cpu_node": [0, 0], "cpu_core": [0, 1], "distance": [[10]]}

def put(name, benchmark, mode, shrink=(), tables=(), **other):
    document = {
        "schema": {"name": "buddytop-lab", "version": 1},
        "program": {"name": "buddytop", "version": "0.1.0"},
        "benchmark": benchmark, "mode": mode, "label": "", "repetition": 1, "warm_up": False,
        "seed": 1, "begin_utc_ns": 1795910400 * S, "end_utc_ns": 1795910460 * S, "end": "ok",
        "reason": "", "accel": "tcg", "reality": "emulated", "unproven": False,
        "qemu_version": "QEMU emulator version 7.2.22", "qemu_sha256": "ab" * 32,
        "kernel_sha256": "cd" * 32, "module_sha256": "ef" * 32, "warning_count": 0,
        "host": MACHINE, "guest": dict(MACHINE, source="vm", reality="emulated", accel="tcg",
                                       host="buddytop-guest", kernel="6.1.0-guest"),
        "parameters": [{"name": "memory_bytes", "value": str(2 * GIB)}],
        "metrics": [{"key": "shrink_ns", "values": [s * S for s in shrink]},
                    {"key": "shrink_bytes", "values": [GIB] * len(shrink)}] if shrink else [],
        "tables": list(tables), "marks": []}
    document.update(other)
    os.makedirs(f"runs/{name}")
    json.dump(document, open(f"runs/{name}/result.json", "w"))

put("a", "inflate", "base-manual", (1, 2, 4))
put("b", "inflate", "base-manual", (8, 16, 32), repetition=2, warning_count=1, parameters=[
    {"name": "noise", "value": "load was 9 <b>before</b>"}])
put("c", "inflate", "virtio-mem", end="guest-panic", reason="the kernel <i>died</i> of it")
put("d", "inflate", "base-manual", (1000, 1000), repetition=3, warm_up=True)
put("e", "multivm", "llfree-auto", unproven=True,
    metrics=[{"key": "peak_bytes", "values": [3 * GIB]}])
put("../study/a", "compiling", "base-auto", end="unavailable", label="reporting-delay=100ms",
    reason="reporting-delay: the guest has none")
put("../study/b", "compiling", "base-auto", label="reporting-order=9",
    metrics=[{"key": "peak_bytes", "values": [3 * GIB]}])
os.makedirs("none/below")
END

# Of 1024, 512, 256, 128, 64, 32 MiB/s: median (256 + 128) / 2, mean 2016 / 6, deviation 379.57 (by
# Python: statistics.stdev); t of 5 degrees of freedom is 2.5706 in any table, so that the interval
# of the mean is 336 -+ 2.5706 * 379.57 / sqrt(6), or -62.3 to 734.3.
lab 0 show runs && grep -q '^shrink speed  *6  *192 MiB/s .* 336 MiB/s  *0 B/s to 734 MiB/s$' out
verdict 'median, mean and interval, by hand'
grep -q '^inflate base-manual: 3 runs, 1 to warm up; emulated: no KVM$' out &&
	grep -q '^inflate virtio-mem: 1 run, 1 FAILED; emulated' out &&
	grep -q '^multivm llfree-auto: 1 run; emulated: no KVM, and never run against the real' out &&
	grep -q '^peak  *1  *3.00 GiB  *-  *3.00 GiB  *-$' out
verdict 'emulated, unproven, failed and warm-ups are told; one value has no interval'
grep -q '^inflate virtio-mem r01: guest-panic: the kernel <i>died</i> of it$' out &&
	grep -q '^inflate base-manual r02: load was 9 <b>before</b>$' out &&
	grep -q 'percentile bootstrap, .* Student' out && ! grep -q '^shrunk by' out
verdict 'reasons, disturbances, and which intervals they are'
lab 0 show --all runs/a && grep -q '^shrunk by  *3  *1.00 GiB' out && ! grep -q FAILED out
verdict 'one folder, every metric'

lab 0 show study && grep -q '^Unavailable:$' out && ! grep -q FAILED out && ! grep -q '^Failed' out &&
	grep -q '^compiling base-auto reporting-delay=100ms: 1 run, 1 unavailable; emulated' out &&
	grep -q '^compiling base-auto reporting-delay=100ms r01: reporting-delay: the guest has none$' out &&
	lab 0 export study && grep -q '^compiling,base-auto,reporting-delay=100ms,1,,unavailable,,,emulated,tcg,no$' out
verdict 'what is unavailable is told, and no failure'

lab 0 export runs && cp out x.csv && lab 0 export runs -o y.csv && [ ! -s out ] && cmp x.csv y.csv &&
	python3 - <<'END'
import csv
rows = list(csv.DictReader(open("x.csv", newline="")))
assert list(rows[0]) == ("benchmark mode label repetition iteration metric unit value "
                         "reality accel unproven").split()
assert {(r["mode"], r["reality"], r["unproven"]) for r in rows} == {
    ("base-manual", "emulated", "no"), ("llfree-auto", "emulated", "yes")}, rows
speeds = [(r["repetition"], r["iteration"], float(r["value"])) for r in rows
          if r["metric"] == "shrink_bytes_per_s"]
assert speeds == [(str(1 + i // 3), str(1 + i % 3), (1 << 30) / (1 << i)) for i in range(6)], speeds
assert {r["mode"] for r in rows} == {"base-manual", "llfree-auto"}
assert next(r for r in rows if r["metric"] == "peak_bytes")["value"] == str(3 << 30)
END
verdict 'CSV, to a file too: every iteration that counts, and no other'

if command -v gnuplot >/dev/null; then
	cp -r runs drawn && lab 0 plot drawn && [ "$(cat out)" = 'Picture: drawn/plot.svg' ] &&
		grep -q 'How fast memory leaves' drawn/plot.svg && ! grep -q published drawn/plot.svg &&
		lab 0 plot runs --kind inflate --published -o p.svg && grep -q 'published' p.svg &&
		lab 0 show drawn
	verdict 'a picture, by its name and without one'
	pictures=1
else
	skipped=$((skipped + 1))
	pictures=0
fi
lab 0 report runs -o r.html --published && python3 - "$pictures" <<'END'
import html.parser, re, sys
page = open("r.html", encoding="utf-8").read()
assert ("data:image/svg+xml;base64," in page) == (sys.argv[1] == "1")
for text in ("EMULATED: 5 of 5 runs", "UNPROVEN: 1 of 5", "FAILED: 1 of 5 runs",
             "guest-panic: the kernel &lt;i&gt;died&lt;/i&gt; of it", "load was 9 &lt;b&gt;before",
             "ab" * 32, "cd" * 32, "ef" * 32, "6.1.0-guest", "6.1.0-host", "192 MiB/s",
             "0 B/s to 734 MiB/s", "memory_bytes=2147483648", "EuroSys", ">974 MiB/s<"):
    assert text in page, text
assert not re.search(r"<(script|b|i)\b|(src|href)=\"(?!data:|#)", page)

class Balanced(html.parser.HTMLParser):
    stack = []
    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img"):
            self.stack.append(tag)
    def handle_endtag(self, tag):
        assert self.stack.pop() == tag, tag
balanced = Balanced()
balanced.feed(page)
assert balanced.stack == []
END
verdict 'the page: doubts, failures, hashes, numbers; nothing of others is markup'

# refuse CODE PATTERN NAME ARGUMENT...: one line that says why, nothing else.
refuse()
{
	wanted=$1
	pattern=$2
	name=$3
	shift 3
	lab "$wanted" "$@" && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -q -- "$pattern" err
	verdict "refused: $name"
}

refuse 2 'one folder' 'nothing to show' show
refuse 2 'one folder' 'two to show' show runs runs
refuse 1 'no finished run' 'an empty folder' show none
refuse 1 'no finished run' 'an empty folder to export' export none
refuse 2 '-o FILE' 'a report to nowhere' report runs
refuse 2 'would be replaced' 'a page over a document' report runs/a/result.json -o runs/a/result.json
refuse 2 'no such picture' 'no kind' plot runs --kind x -o x.svg
refuse 2 'no such option' 'what only results have' plot runs --metric x -o x.svg
echo '{' >runs/a/result.json
refuse 1 'runs/a/result.json' 'a damaged run' show runs

refuse 1 'no lab of this user has a guest up' 'a watch where there is no session' watch
refuse 2 'nothing it takes' 'an operand of watch' watch x
refuse 1 'no session that could be watched' 'a process that is no lab' watch --pid $$
refuse 1 'no such process' 'no process' watch --pid 4194305
"$program" ctl start --source sim:1,cpus=2 >log 2>&1 &
session=$!
for _ in $(seq 200); do
	[ -S "$dir/buddytop/session.sock" ] && "$program" ctl get >/dev/null 2>&1 && break
	sleep 0.05
done
refuse 1 "(pid $session) is of sim:1,cpus=2, not of a lab" 'a session that is no lab' watch
refuse 1 "(pid $session) is of sim" 'the same by its process' watch --pid "$session"
kill $session
wait $session

refuse 2 'neither a terminal nor a pipe' 'a shell with a file for a terminal' shell --busybox "$(
	command -v busybox || echo /bin/true)"
refuse 77 'package busybox-static' 'a shell without busybox' shell --busybox "$dir/nothing"
refuse 77 'a static one is needed' 'a busybox with libraries' shell --busybox "$(command -v python3)"
refuse 2 'nothing it takes' 'an operand of shell' shell x

finish

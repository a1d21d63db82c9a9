#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop bench on a simulated machine: options, documents, guards that fired, ends and resuming.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
plans=$(cd "${srcdir:-.}" && pwd)/plans
cd "$dir" || exit 1


sim='--source sim:1,cpus=4,nodes=2,memory=512M --interval 20ms'
short='--set settle=0 --set warmup=40ms --set steady=0 --set seconds=100ms'
bare='--set settle=0 --set warmup=0 --set steady=0 --set probe=no'
long="$bare --set seconds=600ms"

# until_session STATE: what bench in the background drives has come so far.
until_session() {
	for _ in $(seq 400); do
		"$program" snapshot --source session 2>/dev/null | grep -q "\"state\": *\"$1" && return
		sleep 0.05
	done
	echo "in vain: $1"
}

# shellcheck disable=SC2086
{
bench 0 $sim $short --alloc-orders 0,4 --iterations 1 --format=pab --output-path pab.json --quiet &&
	[ ! -s out ] && [ ! -s err ] && json pab.json <<'END'
keys = ["idle_available_bytes", "antagonized_available_bytes", "kernel_page_allocs",
        "kernel_alloc_failures", "kernel_page_allocs_remote", "kernel_page_alloc_latencies_ns",
        "kernel_page_free_latencies_ns"]
for order in (0, 4):
    for key in keys:
        values = d[f"{key}_order{order}"]
        assert all(type(v) is int and v >= 0 for v in values), key
        assert "latencies" in key or len(values) == 1, (key, values)
    total = d[f"buddytop_latency_samples_drawn_from_histogram_order{order}"]
    for name, n in zip(("alloc", "free"), total):
        assert len(d[f"kernel_page_{name}_latencies_ns_order{order}"]) == min(n, 50000)
    assert sum(d[f"kernel_page_allocs_order{order}"]) >= total[0] > 0
    assert all(100 << 20 < v < 512 << 20 for v in d[f"idle_available_bytes_order{order}"])
assert all(isinstance(v, list) for v in d.values()), "arrays only, as its readers expect"
assert d["buddytop_machine_is_simulated"] == [1] and "buddytop_result_is_partial" not in d
END
verdict 'the document of page_alloc_bench, by its options'
bench 0 $sim $short --alloc-orders 1 --iterations 2 --latencies=false --format=pab -o a.json \
	--set probe=no &&
	json a.json <<'END'
assert not [key for key in d if "latenc" in key] and len(d["kernel_page_allocs_order1"]) == 2
END
verdict 'without latencies'

bench 0 $sim $short --iterations 2 -o r.json --set 'node=local remote' --set cpus=1 --set probe=no &&
	grep -q 'order=4 node=remote: 2 of 2 repetitions counted' out &&
	grep -q '^8/8 order=4 node=remote #2: allocs [0-9.]*M/s, p99 ' err &&
	[ "$(LC_ALL=C awk 'length > 80' out)" = '' ] && json r.json <<'END'
assert d["schema"] == {"name": "buddytop-result", "version": 1} and not d["partial"]
assert [r["label"] for r in d["runs"]] == [f"order={o} node={n}" for o in (0, 4)
                                           for n in ("local", "remote")]
assert "order = " not in d["plan"]["text"].split("[override]")[1]
positions = []
for run in d["runs"]:
    assert run["config"]["cpus"] == "0" and run["config"]["guard"] == "bench"
    assert run["config"]["gfp"] == "kernel" and run["config"]["reserve_bytes"] == 0
    assert len(run["repetitions"]) == 2
    for r in run["repetitions"]:
        positions.append(r["position"])
        assert r["complete"] and r["counted"] and r["flaw"] == ""
        assert list(r["phases"]) == ["warmup", "load"]
        load = r["phases"]["load"]
        pairs = load["alloc_buckets"]
        assert sum(pairs[1::2]) + load["counts"]["preempted"] >= load["counts"]["alloc_blocks"] > 0
        assert load["counts"]["alloc_pages"] == load["counts"]["alloc_blocks"] << run["config"]["order"]
        remote = r["metrics"]["remote_ratio"]
        assert remote == (1 if "remote" in run["label"] else 0), remote
        for name, phase in r["phases"].items():
            parts = [s for s in r["samples"] if s["phase"] == name]
            assert sum(s["length_ns"] for s in parts) == phase["length_ns"], name
            assert sum(sum(s["alloc_bins"][1::2]) for s in parts) == phase["counts"]["alloc_blocks"]
        assert all(a["at_ns"] < b["at_ns"] for a, b in zip(r["samples"], r["samples"][1:]))
assert sorted(positions) == list(range(1, 9)), "every one has its place"
assert [r["repetitions"][0]["position"] for r in d["runs"]] == [1, 2, 3, 4], "in turn"
assert d["warnings"][0].startswith("simulated")
END
verdict 'a result: runs, phases, histograms, samples'
bench 0 --resume r.json -o again.json --source remote:false --csv && cmp r.json again.json &&
	grep -q '8 repetitions are there already, nothing is left to do' err &&
	[ "$(wc -l <out)" = 9 ] && head -n 1 out | grep -q '^run,repetition,.*alloc_p999_ns' &&
	python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out", newline="")))
assert len(rows) == 8 and all(float(r["allocs_per_s"]) > 0 for r in rows)
assert all(r["counted"] == "yes" and r["flaw"] == "" for r in rows)
END
verdict 'CSV of what was there; nothing was left to do'
bench 0 --resume r.json --markdown &&
	grep -q '^| allocs | [0-9.]*M/s | ' out
verdict 'Markdown'
bench 0 $sim $short --iterations 1 --alloc-orders 0 --limit-bytes 64M --json && json out <<'END'
r = d["runs"][0]["repetitions"][0]
phases = r["phases"]
assert list(phases) == ["idle", "warmup", "load", "antagonized"]
assert r["metrics"]["idle_available_bytes"] == 64 << 20
assert {s["phase"] for s in r["samples"]} >= {"idle", "load", "antagonized"}
for name in ("idle", "antagonized"):
    assert phases[name]["probe"]["reached_bytes"] == 64 << 20
END
verdict 'JSON on standard output; a probe with a limit'

# Interrupted in the first run's second repetition; then the rest.
"$program" bench $sim $short --set probe=no --iterations 100 -o part.json --alloc-orders 0 >out 2>err &
bench=$!
for _ in $(seq 200); do
	grep -q '^2/100' err && break
	sleep 0.1
done
kill -INT $bench
wait $bench
[ "$?" = 1 ] && grep -q 'interrupted: what was measured is marked partial, in part.json' err &&
	grep -q 'PARTIAL (interrupted)' out && json part.json <<'END'
assert d["partial"] and d["partial_reason"] == "interrupted"
done = d["runs"][0]["repetitions"]
assert 1 < len(done) < 100 and not done[-1]["complete"] and not done[-1]["counted"]
assert all(r["complete"] for r in done[:-1])
END
verdict 'interrupted: it is written, and marked'
cp part.json before.json
python3 - <<'END'
import json
d = json.load(open("part.json"))
n = len(d["runs"][0]["repetitions"])
d["plan"]["text"] = d["plan"]["text"].replace("repetitions = 100", f"repetitions = {n + 1}")
json.dump(d, open("part.json", "w"))
END
bench 0 --resume part.json $sim && grep -q 'repetitions are there already' err &&
	python3 - <<'END'
import json
before, now = (json.load(open(name))["runs"][0]["repetitions"] for name in ("before.json", "part.json"))
assert len(now) == len(before) + 1 and all(r["complete"] for r in now)
assert now[:len(before) - 1] == before[:-1], "what was there stays as it was"
assert [r["number"] for r in now] == list(range(1, len(now) + 1))
assert not json.load(open("part.json"))["partial"]
END
verdict 'resumed: what was cut short is done again'
# Whose blocks came without the module: a way is known of each repetition alone.
python3 - <<'END'
import json
d = json.load(open("before.json"))
n = len(d["runs"][0]["repetitions"])
d["plan"]["text"] = d["plan"]["text"].replace("repetitions = 100", f"repetitions = {n}")
for repetition in d["runs"][0]["repetitions"]:
    repetition["way"] = "pbuf"
json.dump(d, open("way.json", "w"))
END
bench 0 --resume way.json $sim && json way.json <<'END'
*before, last = d["runs"][0]["repetitions"]
assert all(r["counted"] for r in before) and not last["counted"]
assert last["flaw"] == "blocks came by the module, not by pbuf as in those before", last["flaw"]
END
verdict 'resumed: what is allocated another way does not count'
bench 2 --resume before.json --source sim:1,cpus=2,memory=512M && grep -q 'another machine (number of CPUs)' err
verdict 'not on another machine'
bench 1 $sim $short --alloc-orders 0 --iterations 100 --timeout-s 1 -o t.json && grep -q 'the time limit is over' err &&
	json t.json <<'END'
assert d["partial"] and d["partial_reason"] == "the time limit of 1 s is over"
END
verdict 'a time limit'
bench 1 --source sim:1,memory=512M,fault=lost@1s --interval 20ms $short --iterations 100 -o l.json &&
	grep -q 'source lost' err && json l.json <<'END'
assert d["partial"] and "lost" in d["partial_reason"] and d["runs"][0]["repetitions"]
END
verdict 'a source that is lost'

# What fired is said, and does not count.
bench 0 --source sim:1,memory=512M,fault=lease@300ms --interval 20ms $long --iterations 2 \
	--alloc-orders 0 -o f.json && grep -q 'NOT COUNTED: guard: the lease expired' err &&
	grep -q '^pab: 1 of 2 repetitions counted' out &&
	grep -q 'not counted: .*: guard: the lease expired' out && json f.json <<'END'
flaws = [r["flaw"] for r in d["runs"][0]["repetitions"]]
assert flaws == ["guard: the lease expired", ""], flaws
assert [r["counted"] for r in d["runs"][0]["repetitions"]] == [f == "" for f in flaws]
END
verdict 'a lease that expires spoils its repetition alone'
bench 1 --source sim:1,memory=512M,fault=oom@300ms --interval 20ms $long --iterations 1 \
	--alloc-orders 0 --set guard=safe --set reserve=1M --json && json out <<'END'
assert d["runs"][0]["repetitions"][0]["flaw"] == "guard: the OOM notifier took the load away"
END
verdict 'guard safe at the end of memory'
bench 1 --source sim:1,memory=512M,fault=oom@300ms --interval 20ms $long --iterations 1 \
	--alloc-orders 0 --json && json out <<'END'
r = d["runs"][0]["repetitions"][0]
assert r["flaw"] == "processes besides the probes that the OOM killer ended: 1", r["flaw"]
assert sum(p.get("oom_notifications", 0) for p in r["phases"].values()) == 1
END
verdict 'guard bench does nothing at the end of memory; whoever was killed is told'
bench 1 --source sim:1,memory=512M,cpus=4,fault=offline@300ms:2 --interval 20ms $long --iterations 1 \
	--alloc-orders 0 --json && json out <<'END'
assert "CPUs went" in d["runs"][0]["repetitions"][0]["flaw"]
END
verdict 'a CPU that goes off line'
bench 0 $sim --iterations 1 --alloc-orders 0 --set pattern=ramp --set pace=1000 --set held=64M \
	--set steady=1s --set warmup=0 --set seconds=50ms --set settle=0 --set probe=no --json && json out <<'END'
r = d["runs"][0]["repetitions"][0]
assert r["counted"] and not r["steady"] and "steady_after_ns" not in r
assert [w for w in r["warnings"] if w.startswith("no steady state within 1.0 s: what it holds")]
END
verdict 'no steady state: it counts, and says so'

# Somebody else at the controls, while a probe of two seconds runs, or a load of five.
"$program" bench $sim $short --alloc-orders 0 --iterations 1 -o idle.json >out 2>err &
bench=$!
until_session ''
sleep 0.5
"$program" ctl set order=3 >/dev/null 2>&1 && "$program" ctl start >/dev/null 2>&1
wait $bench
json idle.json <<'END'
r = d["runs"][0]["repetitions"][0]
assert r["flaw"] == "somebody else changed the config" and not r["counted"], r["flaw"]
assert list(r["phases"]) == ["idle"] and r["phases"]["idle"]["probe"]["state"] == "running"
END
verdict 'a load of somebody else under the idle probe'
"$program" bench $sim $bare --set seconds=3s --alloc-orders 0 --iterations 2 -o other.json >out 2>err &
bench=$!
until_session running
sleep 0.3
"$program" ctl set pace=1000 >/dev/null 2>&1
wait $bench
json other.json <<'END'
first, second = d["runs"][0]["repetitions"]
assert first["flaw"] == "somebody else changed the config" and second["counted"]
assert first["phases"]["load"]["length_ns"] < 2.5e9 < second["phases"]["load"]["length_ns"]
END
verdict 'a change by somebody else ends the repetition at once, and that alone'
"$program" bench $sim $bare --set seconds=3s --alloc-orders 0 --iterations 2 -o stop.json >out 2>err &
bench=$!
until_session running
"$program" ctl stop >/dev/null 2>&1
wait $bench
[ "$?" = 1 ] && grep -q 'marked partial' err && json stop.json <<'END'
assert d["partial"] and d["partial_reason"] == "the load was stopped by somebody else"
assert len(d["runs"][0]["repetitions"]) == 1
END
verdict 'a stop by somebody else ends it all'
"$program" bench $sim $short --alloc-orders 0 --iterations 1 -o probe.json >out 2>err &
bench=$!
until_session running
sleep 1
kill -INT $bench
wait $bench
[ "$?" = 1 ] && json probe.json <<'END'
r = d["runs"][0]["repetitions"][0]
assert not r["complete"] and r["phases"]["idle"]["probe"]["state"] == "done"
assert r["phases"]["antagonized"]["probe"]["state"] == "running"
assert "probe" not in r["phases"]["load"] and not r["phases"]["antagonized"]["complete"]
END
verdict 'interrupted in the second probe: what the first one got is there'

bench 0 $sim $short --set 'cpus=1,4,8' --alloc-orders 0 --iterations 1 --set probe=no --json && json out <<'END'
assert [r.get("left_out", "") != "" for r in d["runs"]] == [False, False, True]
assert "8" in d["runs"][2]["left_out"] and not d["partial"]
END
verdict 'a sweep that goes further than the machine'
bench 2 $sim --set cpus=64 && grep -q 'cpus' err
verdict 'nothing that the machine can do'
for plan in "$plans"/*.ini; do
	BUDDYTOP_PLANS=$plans bench 0 "$(basename "$plan" .ini)" --dry-run && grep -q 'runs, .* repetitions' out
	verdict "dry run of $plan"
done
bench 0 --dry-run --alloc-orders 0-10 --set 'cpus=1,2' && [ "$(grep -c '^order=' out)" = 22 ]
verdict 'a dry run lists the matrix'

# Nothing is begun without a yes, nothing with a wrong option.
python3 -c "
import json, sys
d = json.load(open('r.json')); d['runs'][0]['label'] = 'other'; json.dump(d, open('odd.json', 'w'))"
bench 2 --resume odd.json $sim && grep -q 'other runs' err
verdict 'a result whose plan gives other runs'
bench 1 --resume pab.json $sim && grep -q 'no result of buddytop bench' err
verdict 'a document of another kind'
bench 2 $sim --iterations 0 && grep -q 'repetitions' err
verdict 'no repetition'
bench 2 $sim --alloc-orders 0,99 && grep -q 'order' err
verdict 'no such order'
bench 2 $sim --latencies=maybe && grep -q 'neither true nor false' err
verdict 'neither true nor false'
bench 2 $sim --format=pab && grep -q -- '--output-path' err
verdict 'a format of no file'
bench 2 $sim --format=pab -o x.json --set 'node=local remote' && grep -q 'two runs of order' err
verdict 'two runs of an order have no place in that format'
bench 2 $sim --json --csv && grep -q 'exclude' err
verdict 'two ways to print'
bench 2 $sim --resume r.json --iterations 3 && grep -q 'no option of one' err
verdict 'a plan beside the one in the file'
bench 1 $sim $short --set probe=no --iterations 1 --alloc-orders 0 -o /nonexistent/x.json && grep -q '/nonexistent' err
verdict 'a file that cannot be written'
bench 1 nonesuch && grep -q 'no plan' err
verdict 'a plan that is not there'
}

finish

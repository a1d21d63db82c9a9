#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop kbench on a simulated machine: what is printed, documents, refusals, ends.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1

sim='--source sim:3,cpus=4,nodes=2,memory=1G --interval 20ms'

# kbench CODE ARGUMENT...
kbench()
{
	code=$1
	shift
	# shellcheck disable=SC2086
	run "$code" "$program" kbench $sim "$@"
}

# The columns of linux-alloc-bench, of whose users the scripts are.
kbench 0 bulk --iterations 3 --allocs 100 --orders 0,2 --threads 1,4 --csv && python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out")))
assert list(rows[0]) == ("order,x,iteration,allocs,get_min,get_avg,get_max,"
                         "put_min,put_avg,put_max").split(",")
assert [(r["order"], r["x"], r["iteration"]) for r in rows] == [
    (o, x, i) for o in "02" for x in "14" for i in "012"]
for r in rows:
    assert r["allocs"] == "100"
    for op in ("get", "put"):
        low, mean, high = (int(r[f"{op}_{n}"]) for n in ("min", "avg", "max"))
        assert 0 < low <= mean <= high, r
        assert r["x"] != "1" or low == high, r
END
verdict 'bulk: a line for each order, number of threads and iteration'
kbench 0 repeat --iterations 2 --allocs 50 --csv && python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out")))
assert len(rows) == 2
assert all(r[f"get_{n}"] == r[f"put_{n}"] for r in rows for n in ("min", "avg", "max"))
END
verdict 'repeat: a pair, in both columns'
kbench 0 rand --iterations 2 --threads 2 --csv && python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out")))
assert len(rows) == 2
assert all(r[f"get_{n}"] == r[f"put_{n}"] for r in rows for n in ("min", "avg", "max"))
END
verdict 'rand: the frees, in both columns, as there'
kbench 0 frag --iterations 4 --percent 25 --csv && python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out")))
assert list(rows[0]) == "order,threads,iter,allocs,small,huge".split(",")
assert [r["iter"] for r in rows] == list("0123")
for r in rows:
    assert r["threads"] == "4" and r["allocs"] == "25", r
    assert 0 < int(r["small"]) < (1 << 30) // 4096 and 0 <= int(r["huge"]) * 512 <= int(r["small"])
END
verdict 'frag: free pages and free frames of 2 MiB'

# A single operation is in a histogram unless it was preempted.
kbench 0 bulk --iterations 3 --allocs 200 --threads 2 -o bulk.json --json && cmp -s out out &&
	json bulk.json <<'END'
assert d["schema"] == {"name": "buddytop-kbench", "version": 1}
assert d["complete"] and d["flaw"] == "" and d["machine"]["reality"] == "simulated"
plan, group = d["plan"], d["groups"][0]
assert plan["benchmark"] == "bulk" and plan["orders"] == [0] and plan["threads"] == [2]
assert plan["config"]["gfp"] == "movable" and "node" not in plan
assert group["cpus"] == "0-1" and group["allocs_blocks"] == 200
for op in ("get", "put"):
    counted = sum(group[f"{op}_buckets"][1::2])
    assert counted == sum(r[op]["count"] for r in d["rows"])
    assert counted + sum(r["preempted"] for r in d["rows"]) >= 3 * 200 * 2 >= counted
    for r in d["rows"]:
        assert r[op]["p50_ns"] <= r[op]["p99_ns"] <= r[op]["max_edge_ns"]
assert [r["iteration"] for r in d["rows"]] == [0, 1, 2] and not any(r["failures"] for r in d["rows"])
assert json.load(open("out")) == d
END
verdict 'the document'
kbench 0 bulk --iterations 2 --node 1 --threads 1,2 --json && json out <<'END'
assert d["plan"]["node"] == 1
assert all(set(g["cpus"]) & set("01") == set() for g in d["groups"]), d["groups"]
END
verdict 'a node: its CPUs alone'
kbench 0 bulk --iterations 2 --on-cpus 1,3 --threads 2 --json && json out <<'END'
assert d["groups"][0]["cpus"] == "1,3"
END
verdict 'CPUs to choose from'
kbench 0 bulk --iterations 2 --orders 0,3 && grep -q '^on .*simulated' out &&
	[ "$(grep -c '^ *[03] ' out)" = 2 ] && ! grep -q 'NOT COMPLETE' out
verdict 'the table'
kbench 0 bulk --iterations 2 --quiet && [ ! -s out ] && [ ! -s err ]
verdict 'quiet'

# ---- refusals, before anything was done ---------------------------------------------------------
refused()
{
	text=$1
	shift
	kbench 2 "$@" && [ ! -s out ] && grep -q -- "$text" err
	verdict "refused: $*"
}
refused 'bulk, repeat, rand or frag'
refused 'none of bulk' churn
refused 'exclude each other' bulk --csv --json
refused 'only frag' bulk --percent 10
refused 'max_held_pct' bulk --allocs 10000000
refused '5 threads need' bulk --threads 5
refused 'of node 0' bulk --threads 3 --node 0
refused "node: '7'" bulk --node 7
refused 'orders' bulk --orders 99
refused "allocs: '0'" bulk --allocs 0
refused "seed: 'x'" bulk --seed x
refused 'decides that by itself' bulk --set order=3
refused 'gfp' bulk --set gfp=often

# ---- ends ---------------------------------------------------------------------------------------
# shellcheck disable=SC2086
! timeout -s INT 2 "$program" kbench $sim bulk --iterations 50000 --json -o cut.json >out 2>err &&
	grep -q interrupted err && json cut.json <<'END'
assert not d["complete"] and d["flaw"] == "interrupted" and 0 < len(d["rows"]) < 50000
END
verdict 'interrupted: what there is, marked'
finish

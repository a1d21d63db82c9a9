#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Named loads by command: the list, a file of one's own, and --load, on a simulated machine.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1
XDG_CONFIG_HOME=$dir/config
export XDG_CONFIG_HOME
mkdir -p config/buddytop
ini=config/buddytop/loads.ini
sim='--source sim:1,cpus=2,nodes=2,memory=2G --interval 50ms'

# shellcheck disable=SC2086
{
run 0 "$program" loads && grep -q '^fragment  *Memory is filled' out &&
	grep -q '^ *needs 2 nodes with memory$' out && ! grep -q 'from /' out
verdict 'the list says what each is for'
run 2 "$program" loads fragment && grep -q "'fragment': takes no operands" err
verdict 'the list takes no operands'

printf '[mine]\nlike = fragment\nshows = Mine.\nheld = 10%%\n\n[steady]\npace = 5\n' >$ini
run 0 "$program" loads --json && json out <<'END'
assert d["schema"] == {"name": "buddytop-loads", "version": 1}
loads = {load["name"]: load for load in d["loads"]}
mine, fragment, steady = loads["mine"], loads["fragment"], loads["steady"]
assert mine["shows"] == "Mine." and mine["look"] == fragment["look"] and mine["view"] == 4
assert "held=10%" in mine["settings"] and "batch=16384" in mine["settings"]
assert "pace=5" in steady["settings"]
assert mine["file"] == steady["file"] and mine["file"].endswith("/buddytop/loads.ini")
assert fragment["file"] is None and fragment["needs_nodes"] == 0
assert loads["numa-spill"]["needs_nodes"] == 2
assert len(d["loads"]) == len(loads)
END
verdict 'a file adds and changes'

# 10 % of 2 GiB are what the default holds, too: no change to tell of.
run 0 "$program" $sim --plain -n 2 --changes 9999 --load mine --yes &&
	grep -q 'control, by load mine: batch 64 -> 16384$' out &&
	grep -q 'control, by load mine: start$' out &&
	grep -q 'note, by load mine: mine: Mine.$' out &&
	grep -q 'note, by load mine: View 4: ' out && ! grep -q 'load mine: held' out
verdict '--load starts it and says what it shows'
# On a busy machine some samples pass before it is sent.
timeout 60 "$program" $sim --batch --json --load churn --set order=2 --yes 2>err |
	grep -m 1 '"run":"running"' >out && python3 - <<'END'
import json
line = json.loads(open("out").readline())
assert line["generation"] == 1, "one change"
assert line["metrics"]["pages_per_s"] / line["metrics"]["allocs_per_s"] == 4, "of order 2"
END
verdict 'what is set by hand wins, in the same generation'
run 0 "$program" record $sim --load churn --yes --frames 60 -o r.jsonl &&
	grep -q '"who":"load churn"' r.jsonl && grep -q '"run":"running"' r.jsonl
verdict 'record records a load'
run 0 "$program" --source replay:r.jsonl --batch --json && grep -q '"run":"running"' out
verdict 'and a replay has it'

run 2 "$program" $sim --plain --load churn && grep -q -- '--yes agrees' err
verdict 'no load without a yes'
run 2 "$program" record $sim --load churn && grep -q -- '--yes agrees' err && ! ls buddytop-*.jsonl 2>/dev/null
verdict 'record starts none without a yes'
run 2 "$program" $sim --plain --load churn --yes --read-only
verdict 'no load that is read-only'
run 2 "$program" $sim --plain --load chur --yes && grep -q 'none of this name (there are steady, .*, mine)' err
verdict 'a name that there is not'
run 77 "$program" --source sim:1,nodes=1 --plain --load numa-spill --yes &&
	grep -q 'it takes 2 nodes with memory, this machine has 1' err
verdict 'a machine of one node has nowhere to spill to'

# ---- measured -----------------------------------------------------------------------------------
few='--set settle=0 --set warmup=40ms --set steady=0 --set seconds=60ms --set probe=no --iterations 1'
bench 0 $sim $few --load churn --json && json out <<'END'
assert d["plan"]["name"] == "load churn"
assert "[churn]" in d["plan"]["text"] and "# Order 3, freed in any order" in d["plan"]["text"]
(run,) = d["runs"]
assert run["section"] == run["label"] == "churn"
want = {"order": 3, "pattern": "burst", "free_order": "random", "batch_blocks": 512, "guard": "bench",
        "gfp": "kernel-mayfail", "reserve_bytes": 0, "cpus": "0-1"}
assert {key: run["config"][key] for key in want} == want, run["config"]
END
verdict 'bench --load: the document names the load, and has its parameters'
bench 0 $sim $few --load churn --alloc-orders 1 --set batch=9 --set held=32M --json && json out <<'END'
config = d["runs"][0]["config"]
assert (config["order"], config["batch_blocks"], config["held_bytes"]) == (1, 9, 32 << 20), config
assert config["free_order"] == "random"
END
verdict 'bench --load: options win over the load'
bench 0 --load steady,mine --alloc-orders 0,2 --dry-run &&
	[ "$(grep -c '^\(steady\|mine\): order=[02] ' out)" = 4 ]
verdict 'bench --load: several are a section each, and options sweep'
bench 0 $sim $few --load churn,mine --set held=32M -q -o loads.json && bench 0 --resume loads.json -q
verdict 'bench --load: its result is complete'
printf '[mine]\nlike = churn\nheld = 95%%\n' >$ini
bench 2 $sim --load mine && grep -q 'held=95%: the limit (max_held_pct of the module) is .*, 90%' err
verdict 'bench --load: no less is measured than its name says'
rm $ini
bench 0 --resume loads.json -q
verdict 'bench --load: a result knows its loads without the file'
bench 2 --load churn $sim plan.ini && grep -q -- '--load: the named loads are the plan' err
verdict 'bench --load: no plan beside it'
bench 2 --load churn --resume loads.json && grep -q 'no option of one beside it' err
verdict 'bench --load: not while resuming'
bench 2 --load churn,chur --dry-run && grep -q 'load chur: there is none' err
verdict 'bench --load: a name that there is not'
bench 2 --load oom-edge --dry-run && grep -q 'keeps to its guard' err
verdict 'bench --load: one that lives by a guard'
bench 0 --load oom-edge --set guard=bench --dry-run
verdict 'bench --load: unless it is told which'
bench 77 --source sim:1,nodes=1 --yes --load numa-spill && grep -q 'it takes 2 nodes' err
verdict 'bench --load: a machine that cannot do it'

printf '[mine]\nshows = Mine.\n\norder = 99\n' >$ini
run 2 "$program" loads && grep -q "buddytop: $dir/$ini:4: order=99: out of range" err &&
	[ "$(wc -l <err)" = 1 ]
verdict 'a file that is wrong is said with its line'
run 2 "$program" $sim --plain --load steady --yes && grep -q "$ini:4: " err
verdict 'and is not passed over'
run 0 "$program" $sim --plain -n 1
verdict 'who asks for no load does not hear of it'
}

finish

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

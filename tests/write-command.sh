#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop write: what it prints, what it refuses, and its end.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1

# write CODE ARGUMENT...
write()
{
	code=$1
	shift
	run "$code" "$program" write "$@"
}

# All CPUs that this shell may use, as a list and as a number.
cpus=$(sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)
count=$(nproc)
first=${cpus%%[,-]*}

write 0 --memory 8M --threads 1 --iterations 3 --private --json && json out <<END
import os
assert d["schema"] == {"name": "buddytop-write", "version": 1} and not d["partial"]
machine = d["machine"]
assert machine["source"] == "user" and machine["kernel"] == os.uname().release
assert machine["reality"] == ("emulated" if machine["accel"] == "tcg" else "real")
assert d["settings"]["memory_bytes"] == 8 << 20 and d["settings"]["private"]
assert not d["settings"]["huge"] and "seed" not in d["settings"]
run, = d["runs"]
pages = (8 << 20) // machine["page_bytes"]
assert run["thread_count"] == 1 and len(run["iterations"]) == 3
for iteration in run["iterations"]:
    thread, = iteration["threads"]
    assert thread["cpu"] == $first and thread["pages"] == pages
    assert pages <= thread["minor_faults"] <= pages + 64, thread
    assert iteration["fault_rss_bytes"] == 8 << 20 and iteration["drop_rss_bytes"] == 0
values = sorted(i["threads"][0]["fault_ns"] / pages for i in run["iterations"])
of = {phase["phase"]: phase for phase in run["page_ns"]}
assert list(of) == ["map", "fault", "drop", "unmap"]
fault = of["fault"]
assert fault["count"] == 3 and abs(fault["p50"] - values[1]) < 1e-6 * values[1]
assert abs(fault["min"] - values[0]) < 1e-6 * values[0]
assert abs(fault["p90"] - (values[1] + 0.8 * (values[2] - values[1]))) < 1e-6 * values[2]
assert d["start_utc_ns"] < d["end_utc_ns"]
END
verdict 'the document, against its own times and the counts of faults'

write 0 -m8M -t1 -i2 --private --csv && python3 - <<'END'
import csv
rows = list(csv.DictReader(open("out", newline="")))
assert list(rows[0])[:11] == "x,iteration,mem,map,amin,aavg,amax,fmin,favg,fmax,unmap".split(",")
assert [(r["x"], r["iteration"], r["mem"]) for r in rows] == [("1", "0", "0.0078125"), ("1", "1", "0.0078125")]
for r in rows:
    assert all(value.isdigit() for key, value in r.items() if key != "mem"), r
    assert r["amin"] == r["aavg"] == r["amax"]
    assert int(r["aavg"]) == int(r["aavg_page_ns"]) * int(r["pages"]) // 10**6 or \
        int(r["aavg"]) == (int(r["aavg_page_ns"]) + 1) * int(r["pages"]) // 10**6
END
verdict 'CSV: columns, and that ms and ns a page are of one time'
write 0 -m 8M -t 1 -i 1 --private --original && [ "$(wc -l <out)" = 2 ] &&
	head -n 1 out | grep -qx 'map,amin,aavg,amax,fmin,favg,fmax,unmap' &&
	tail -n 1 out | grep -qxE '([0-9]+,){7}[0-9]+'
verdict 'the columns of the original alone'
write 0 -m 8M && grep -q "^threads=$count: 5 of 5 iterations" out && grep -q '^fault ' out &&
	grep -q '^Huge pages: advised against, given for 0.0 % (' out && grep -q "^8.00 MiB, shared, on " out &&
	[ "$(LC_ALL=C awk 'length > 80' out)" = '' ] && grep -q "^5/5 threads=$count #5: fault " err
verdict 'the table'
write 0 -m 8M -q && [ ! -s out ] && [ ! -s err ]
verdict 'quiet'
write 0 -m 8M -t 1 -i 1 --populate --private --rand --seed 3 --json && json out <<'END'
assert d["settings"]["populate"] and d["settings"]["seed"] == 3
assert d["runs"][0]["iterations"][0]["threads"][0]["minor_faults"] <= 64
END
verdict 'populated: no faults are left'
thp=$(sed -n 's/.*\[\(.*\)\].*/\1/p' /sys/kernel/mm/transparent_hugepage/enabled 2>/dev/null)
if [ -n "$thp" ]; then
	write 0 -m 16M -t 1 -i 1 --huge --private --json && THP=$thp json out <<'END'
import os
assert d["machine"]["thp"] == os.environ["THP"]
i = d["runs"][0]["iterations"][0]
assert i["huge_bytes"] <= 16 << 20 and i["fault_rss_bytes"] == 16 << 20
assert os.environ["THP"] != "never" or i["huge_bytes"] == 0
small = ((16 << 20) - i["huge_bytes"]) // d["machine"]["page_bytes"]
faults = small + i["huge_bytes"] // d["settings"]["huge_page_bytes"]
assert faults <= i["threads"][0]["minor_faults"] <= faults + 64, i
END
	verdict 'huge pages: what was given is what the faults say'
else
	skipped=$((skipped + 1))
fi
if [ "$count" -gt 1 ]; then
	write 0 -m 8M -t 1,2 -i 1 --json && json out <<'END'
assert [r["thread_count"] for r in d["runs"]] == [1, 2]
threads = d["runs"][1]["iterations"][0]["threads"]
assert threads[0]["cpu"] != threads[1]["cpu"] and threads[0]["pages"] == threads[1]["pages"]
END
	verdict 'one thread, then two'
	run 2 taskset -c "$first" "$program" write -m 8M --cpus "$cpus" &&
		grep -q 'off line, or outside of the CPUs' err
	verdict 'a CPU outside of our own'
else
	skipped=$((skipped + 2))
fi

# refuse PATTERN NAME ARGUMENT...: one line that says why, nothing else.
refuse()
{
	pattern=$1
	name=$2
	shift 2
	write 2 "$@" && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] && grep -q -- "$pattern" err
	verdict "refused: $name"
}

refuse 'more than there is: .* available, of which .* are left alone' 'a thousand TiB' -m 1024000
refuse "more than there is" 'what the machine has' \
	-m "$(awk '/MemTotal/ { print $2 "K" }' /proc/meminfo)"
refuse '4.00 KiB at least' 'no page' -m 100B -t 1
refuse "for $count CPUs" 'more threads than CPUs' -m 8M -t "1,$((count + 1))"
refuse "'0' is not a number above 0" 'no thread' -t 0
refuse 'a number above 0' 'an empty number' -t 1,
refuse 'not a size' 'no size' -m x
refuse 'from 1 to 10000' 'no iteration' -i 0
refuse 'exclude each other' 'both kinds of mapping' --private --shared
refuse 'exclude each other' 'two forms' --json --csv
refuse 'nothing it takes' 'an operand' 8M
refuse 'no such option' 'a source, which it has none of' --source sim
refuse '--cpus' 'a CPU that there is not' --cpus 99999

# end SIGNAL ARGUMENT...: in the midst of many iterations.
end()
{
	"$program" write -m 8M -t 1 -i 10000 --private "$2" >out 2>err &
	writer=$!
	for _ in $(seq 200); do
		grep -q '^2/10000' err && break
		sleep 0.05
	done
	kill "-$1" $writer
	wait $writer
	[ "$?" = 1 ] && grep -q 'interrupted: what was measured is marked partial' err
}

end INT --json && json out <<'END'
assert d["partial"] and d["partial_reason"] == "interrupted"
assert 2 <= len(d["runs"][0]["iterations"]) < 10000
END
verdict 'interrupted: the rows so far, marked'
end TERM --huge && grep -q 'PARTIAL (interrupted)' out && grep -q '^fault  *[0-9]' out
verdict 'terminated: the table says so'

finish

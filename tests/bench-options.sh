#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop bench: options as users of page_alloc_bench write them, where results are written to, what
# is said of those that do not count, and the question before it all.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
agent=$(dirname "$program")/buddytop-agent
cd "$dir" || exit 1

# refused TEXT ARGUMENT...: as wrong usage, in one line that has the text.
refused()
{
	text=$1
	shift
	bench 2 "$@" && [ "$(wc -l <err)" = 1 ] && grep -qF -e "$text" err
	verdict "refused: $*"
}

sim='--source sim:1,cpus=2,memory=512M --interval 20ms'
short='--set settle=0 --set warmup=40ms --set steady=0 --set seconds=60ms'
one='--iterations 1 --alloc-orders 0'
dry=$short' --set probe=no'	# no probe: the simulated one takes two seconds

# shellcheck disable=SC2086
{
# ---- options ----------------------------------------------------------------------------------
bench 0 -alloc-orders 0,4 -iterations=3 -dry-run && [ "$(grep -c '^order=[04]  *3 ' out)" = 2 ]
verdict 'long options with one dash'
bench 0 $sim $dry $one --latencies --json && grep -q '"latencies": true' out
verdict '--latencies without a value'
for word in 0 f F false False FALSE; do
	bench 0 -latencies=$word --dry-run
	verdict "-latencies=$word"
done
bench 0 $sim $dry $one -latencies=F --json && grep -q '"latencies": false' out &&
	! grep -q 'alloc_p99_ns' out
verdict '-latencies=F leaves them out'
refused "--latencies: 'maybe' is neither true nor false" --latencies=maybe
refused 'no such option' -alloc-order 3
refused 'no such option' --no-such
bench 0 --help && grep -q -- '--latencies\[=true|false\]' out
verdict 'help says that the value may be left out'

refused '--findlimit-mmap-size-gib: ' --findlimit-mmap-size-gib 0
refused '--iterations: ' --iterations 0
refused '--alloc-orders: ' --alloc-orders 0,99
refused '--stop-at-psi: ' --stop-at-psi 101
refused "--set: no key is called 'warm-up'; is 'warmup' meant?" --set warm-up=1
refused "--set: '[x]' is not KEY=VALUE" --set '[x]'
refused "--set: '=1' is not KEY=VALUE" --set =1
refused 'is not KEY=VALUE' --set 'seed=1
[x]'
refused '--set: seed is given by --seed already' --seed 1 --set seed=2
bench 0 --set ' cpus = 1, 2 ' --dry-run && [ "$(grep -c ' cpus=[12] ' out)" = 4 ]
verdict 'blanks in a setting'
bench 0 $sim $dry $one --timeout-s 18446744074 --quiet
verdict 'a time limit of centuries is not over at once'

# ---- probes that end early --------------------------------------------------------------------
bench 0 $sim $short $one --findlimit-mmap-size-gib 1 --stop-at-psi 10 --format=pab -o b.json --json &&
	mv out probed.json && json probed.json <<'END'
phases = d["runs"][0]["repetitions"][0]["phases"]
probes = [phases[name]["probe"] for name in ("idle", "antagonized")]
bounded = [p["end"] for p in probes].count("pressure")
assert bounded and all(p["reached_bytes"] > 0 for p in probes)
assert json.load(open("b.json"))["buddytop_probe_was_bounded_order0"] == [bounded]
END
verdict 'mappings of 1 GiB; probes that pressure ends are counted'

# repeat COUNT FORM: what is printed of as many repetitions as that one.
repeat()
{
	python3 - "$1" <<'END'
import copy, json, sys
d = json.load(open("probed.json"))
run, n = d["runs"][0], int(sys.argv[1])
run["repetitions"] = [copy.deepcopy(run["repetitions"][0]) for _ in range(n)]
for i, r in enumerate(run["repetitions"]):
    r["number"] = r["position"] = i + 1
run["wanted"] = n
d["plan"]["text"] = d["plan"]["text"].replace("repetitions = 1", f"repetitions = {n}")
json.dump(d, open("repeated.json", "w"))
END
	bench 0 --resume repeated.json --source remote:false ${2-}
}
repeat 3 && grep -q '[0-9] %$' out && ! grep -q '[0-9] % \[' out && repeat 4 && grep -q '[0-9] % \[' out
verdict 'an interval of confidence needs four values on each side'
repeat 1 && grep -q 'probes* ended at their limit or by pressure,$' out &&
	repeat 1 --markdown && grep -q '^- .* probes* ended at their limit or by pressure,$' out
verdict 'it is said of bounded probes'
bench 0 $sim $dry --iterations 1 --alloc-orders 0,14 --format=pab -o left.json --markdown &&
	grep -q '^- left out: .*order=14' out && json left.json <<'END'
assert d["buddytop_orders_left_out"] == [14] and len(d["kernel_page_allocs_order0"]) == 1
END
verdict 'an order that the machine cannot do'

# ---- where it is written to -------------------------------------------------------------------
mkfifo fifo
cat fifo >from-fifo &
reader=$!
bench 0 $sim $dry --iterations 3 --alloc-orders 0 -o fifo && wait $reader && [ -p fifo ] &&
	json from-fifo <<'END'
assert len(d["runs"][0]["repetitions"]) == 3 and not d["partial"]
END
verdict 'a FIFO gets the whole document, once'
# Never those in /dev: should this fail, the whole machine would feel it.
if mknod null c 1 3 2>err; then
	bench 0 $sim $dry $one -o null && [ -c null ]
	verdict 'a device stays one'
else
	skipped=$((skipped + 1))
	echo "skipped: a device: it takes root to make one"
fi
ln -s /proc/self/fd/1 stdout
ln -s target.json link.json
echo old >target.json
bench 0 $sim $dry $one -o link.json && [ -L link.json ] && grep -q '"partial":false.*}$' target.json
verdict 'the target of a link is replaced'
"$program" bench $sim $dry $one -o stdout --quiet 2>err | cat >out && grep -q '"partial":false.*}$' out
verdict 'standard output as a file, into a pipe'
bench 0 $sim $dry $one -o stdout --quiet && grep -q '"partial":false.*}$' out
verdict 'standard output as a file, into a file'
bench 0 $sim $dry $one -o r.json --json && [ "$(wc -l <r.json)" = 0 ] &&
	[ $((3 * $(wc -c <r.json))) -lt $((2 * $(wc -c <out))) ] && cmp -s out r.json;
[ "$?" = 1 ] && python3 -c "import json; assert json.load(open('out')) == json.load(open('r.json'))"
verdict 'the file is compact, standard output is not; they say the same'
bench 1 --source remote:false $one -o /nonexistent/x.json && grep -q '/nonexistent/x.json' err &&
	[ "$(wc -l <err)" = 1 ]
verdict 'a file that cannot be written is refused before the machine is opened'
bench 1 --source remote:false $one -o . && grep -q 'Is a directory' err && [ "$(wc -l <err)" = 1 ]
verdict 'a directory is no file'

# ---- going on with it -------------------------------------------------------------------------
# r.json with one repetition more to do, and a copy for each member of a machine that was another.
python3 - <<'END'
import json
d = json.load(open("r.json"))
d["plan"]["text"] = d["plan"]["text"].replace("repetitions = 1", "repetitions = 2")
d["runs"][0]["wanted"] = 2
json.dump(d, open("more.json", "w"))
others = {"source": "vm", "reality": "emulated", "accel": "tcg", "thp": "elsewhere",
          "command_line": "nokaslr", "module_version": "0.0.1", "abi_version": 77}
for member, value in others.items():
    json.dump({**d, "machine": {**d["machine"], member: value}}, open(member + ".json", "w"))
END
refused 'another machine (kind of source)' $sim --quiet --resume source.json
refused 'another machine (real, emulated or simulated)' $sim --quiet --resume reality.json
refused 'another machine (hypervisor or accelerator)' $sim --quiet --resume accel.json
refused 'another machine (transparent huge pages)' $sim --quiet --resume thp.json
refused 'another machine (command line of the kernel)' $sim --quiet --resume command_line.json
refused 'another machine (version of the module)' $sim --quiet --resume module_version.json
refused 'another machine (ABI version of the module)' $sim --quiet --resume abi_version.json
bench 0 $sim --resume more.json && grep -q '^2/2 ' err
verdict 'resumed on the same machine'

# ---- what does not count ----------------------------------------------------------------------
long='--set settle=0 --set warmup=0 --set steady=0 --set seconds=400ms --set probe=no'
bench 1 --source sim:1,memory=512M,fault=lease@200ms --interval 20ms $long $one -o flawed.json &&
	grep -q "^buddytop: no repetition of 'pab' counts: guard: the lease expired" err &&
	json flawed.json <<'END'
assert not d["partial"] and not d["runs"][0]["repetitions"][0]["counted"]
END
verdict 'nothing of a run counts: status 1, and it is written'

# Interrupted in the load: what the first probe found is there.
"$program" bench $sim --set settle=0 --set warmup=0 --set steady=0 --set seconds=60s $one \
	--limit-bytes 64M --format=pab -o part.json >out 2>err &
bench=$!
for _ in $(seq 100); do
	"$program" snapshot --source session 2>/dev/null | grep -q '"state": *"running"' && break
	sleep 0.1
done
sleep 0.5
kill -INT $bench
wait $bench
[ "$?" = 1 ] && grep -q 'repetition 1: not complete; available idle 64.0 MiB' out &&
	json part.json <<'END'
assert d["idle_available_bytes_order0"] == [64 << 20], d
assert d["antagonized_available_bytes_order0"] == [] and d["kernel_page_allocs_order0"] == []
assert d["buddytop_result_is_partial"] == [1]
END
verdict 'interrupted in the load: the first probe counts'

# ---- the question -----------------------------------------------------------------------------
# An agent whose simulated machine says that it is real.
cat >agent.sh <<END
#!/bin/sh
"$agent" --source sim:1,cpus=2,memory=512M | sed -u 's/"reality":"simulated"/"reality":"real"/'
END
chmod +x agent.sh
if [ -x "$agent" ] && sed -u q </dev/null; then
	real="--source remote:$dir/agent.sh --interval 20ms"
	bench 1 $real $dry $one -o none.json && grep -q 'with no guard: --yes agrees' err && [ ! -e none.json ]
	verdict 'nothing is begun without a yes'
	bench 0 $real $dry $one -o some.json --yes && [ -s some.json ]
	verdict '--yes agrees'
	for answer in n y; do
		rm -f asked.json
		timeout 60 python3 - "$answer" "$program" bench $real $dry $one -o asked.json >out 2>err <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[2], sys.argv[2:])
text = b""
answered = False
while True:
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    text += got
    if b"[y/N]" in text and not answered:
        os.write(fd, sys.argv[1].encode() + b"\n")
        answered = True
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(text.decode(), status)
there = os.path.exists("asked.json")
assert answered and (status, there) == ((0, True) if sys.argv[1] == "y" else (1, False))
END
		verdict "the question is asked on a terminal, the answer is $answer"
	done
else
	skipped=$((skipped + 1))
	echo "skipped: the question: no buddytop-agent beside the program"
fi
}

finish

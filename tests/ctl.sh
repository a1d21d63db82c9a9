#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop ctl and snapshot against a real session on a simulated machine: values, refusals, exit codes.
set -u
program=./buddytop
dir=$(mktemp -d) || exit 1
XDG_RUNTIME_DIR=$dir
export XDG_RUNTIME_DIR
session=
passed=0
failed=0
skipped=0

finish()
{
	[ -n "$session" ] && kill "$session" 2>/dev/null && wait "$session"
	rm -rf "$dir"
}
trap finish EXIT

# check NAME CODE PATTERN COMMAND...: the exit code, and a line of the output that has the pattern.
check()
{
	name=$1 code=$2 pattern=$3
	shift 3
	output=$("$@" 2>&1 </dev/null)
	got=$?
	if [ "$got" = "$code" ] && printf '%s\n' "$output" | grep -q -e "$pattern"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED: %s: exit %s (not %s), output without "%s":\n%s\n' "$name" "$got" "$code" \
			"$pattern" "$output"
	fi
}

# wait_for PATTERN [LOG]
wait_for()
{
	for _ in $(seq 400); do
		grep -q "$1" "$dir/${2-log}" 2>/dev/null && return 0
		sleep 0.05
	done
	echo "in vain: $1"
	cat "$dir/${2-log}"
	return 1
}

check version 0 '^buddytop [0-9.]* (ABI 3)$' $program --version
check help 0 'Usage: buddytop' $program --help
check 'help of a command' 0 'NAME=VALUE' $program ctl --help
check 'dump of options' 0 '^option	ctl\|^command	ctl' $program --dump-options
check 'unknown command' 2 'no such command' $program frobnicate
check 'unknown option' 2 'no such option' $program snapshot --frobnicate
check 'option without its value' 2 'value is missing' $program snapshot --source
check 'bad interval' 2 'not a time' $program snapshot --source sim --interval soon
for value in 0 0s 5ms 19ms 61s; do
	check "interval $value" 2 'not between' $program snapshot --source sim --interval "$value"
	check "interval $value of ctl" 2 'not between' $program ctl get --interval="$value"
done
check 'shortest interval' 0 'SIMULATED' $program ctl get --source sim --interval 20ms
check 'longest interval' 0 'SIMULATED' $program ctl get --source sim --interval 60s
check 'no source' 2 'source is needed' $program snapshot
check 'unknown source' 2 'no such kind' $program snapshot --source cray
check 'guest setting without a guest' 2 'only a guest' $program snapshot --source sim --cpus 2
check 'contradiction' 2 'contradict' $program snapshot --source sim --vm
check 'operand too many' 2 'no operands' $program snapshot --source sim now

check 'no session' 1 'no session' $program ctl get
check 'no action' 2 ': ctl: one of get' $program ctl
check 'no load' 2 'ctl load: NAME is missing' $program ctl load
check 'no such load' 2 'load chur: there is none of this name (there are steady' $program ctl load chur
check 'a load and no session' 1 'no session' $program ctl load churn
check 'unknown action' 2 'one of get' $program ctl explode
check 'nothing to set' 2 'NAME=VALUE' $program ctl set
for value in order=99 order=-1 order=x cpus=3-1 cpus=0- cpus=99999 cpus=1,,2 gfp=dma pattern=zigzag \
	batch=0 pace=fast held=much held=1 held=4095 guard=none node=bind: lease=1 frequency=3 order; do
	check "refused without a session: $value" 2 "${value%%=*}\|CPU\|node" $program ctl set "$value"
done
check 'get of none without a session' 2 'no such parameter' $program ctl get frequency
check 'the limit of the ABI is told as such' 2 '0 to 15 (by the ABI' $program ctl set order=77
check 'a page and no session' 1 'no session' $program ctl set held=4096
check 'set on a source' 2 'running session' $program ctl set order=1 --source sim
check 'get on a source' 0 'SIMULATED, drained' $program ctl get --source sim
if [ -e /dev/buddytop ]; then
	echo 'skipped: the module is loaded here, so its absence cannot be tested'
	skipped=$((skipped + 1))
else
	check 'no module' 77 'module is not loaded' $program ctl get --source kmod
	check 'done without' 0 'without the module, because /dev/buddytop is not there' \
		$program --batch --intervals 1 --interval 100ms --read-only
fi
check 'only watching' 0 '^guard=safe' $program ctl get --source user:none
check 'not while watching' 1 'watching alone (user:none)' \
	$program ctl start --source user:none --interval 100ms
check 'unknown way' 2 "'tunnel' is no way to allocate (pipe+packet" $program ctl get --source user:tunnel
check 'load without the module' 0 'changed: gfp=kernel, as way pipe has it' $program ctl start \
	order=0 held=8M pace=1000 gfp=atomic limit=1s --source user:pipe --interval 100ms
check 'a step needs the module' 77 'steps of a microbenchmark need the module' \
	$program kbench bulk --source user:pipe --allocs 16 --iterations 1 --yes

$program ctl start order=2 --source sim:7,cpus=64,nodes=2 --interval 100ms >"$dir/log" 2>&1 &
session=$!
wait_for 'applied on 64/64' || failed=$((failed + 1))
wait_for 'SIMULATED running' || failed=$((failed + 1))
check get 0 '^order=2$' $program ctl get
check 'get of one' 0 '^cpus=0-63$' $program ctl get cpus
check 'get of none' 2 'no such parameter' $program ctl get frequency
check set 0 '^generation 2 applied on 64/64 CPUs$' $program ctl set order=5 cpus=0-31
check 'get what was set' 0 '^order=5$' $program ctl get
check 'what this machine does not have' 2 'order' $program ctl set order=11
check 'node that is not there' 2 'highest is 1' $program ctl set node=bind:7
check 'refused as a whole' 0 '^order=5$' $program ctl get order
check 'too little for a block on each' 2 'held' $program ctl set held=4K order=9
check 'a load and what is no value' 2 'order=99' $program ctl load churn order=99
check 'a named load' 0 '^generation 3 applied on 32/32 CPUs$\|^generation 3 applied on 64/64 CPUs$' \
	$program ctl load churn
check 'it is all of the load' 0 '^batch=512$' $program ctl get
check 'CPUs stay' 0 '^cpus=0-31$' $program ctl get
# ctl has its answer before the session has written its log: both are waited for.
wait_for 'load churn: churn: Order 3, freed in any order' || failed=$((failed + 1))
check 'the log says which' 0 'load churn: order 5 -> 3' cat "$dir/log"
check 'what is given with it wins' 0 '^generation 4 applied' $program ctl load churn order=2 batch=7
check 'it has won' 0 '^order=2$' $program ctl get
check 'for each of them' 0 '^batch=7$' $program ctl get
check 'stop' 0 '^generation 5 applied' $program ctl stop
check 'is stopped' 0 'SIMULATED, drained, generation 5' $program ctl get
check 'start again' 0 '^generation 6 applied' $program ctl start pattern=steady
check 'a load that may not have all names the bound' 0 \
	': no more is allowed here (max_held_pct of the module)$' $program ctl load oom-edge
check 'and so does the log' 0 '' wait_for ': no more is allowed here (max_held_pct of the module)$'
$program ctl start --source sim >"$dir/log2" 2>&1 &
second=$!
check 'a second session has no socket' 0 '' wait_for 'another session' log2
kill -INT "$second"
wait "$second"
check 'and ends when it is told to' 0 '' test $? = 0
kill -INT "$session"
wait "$session"
check 'interrupted is done' 0 '' test $? = 0
session=
check 'its socket is gone' 1 'no session' $program ctl get
check 'time limit ends it' 0 'time limit' $program ctl start limit=1s --source sim --interval 100ms
check 'a load with a source of its own' 0 'load churn: churn: Order 3, freed' \
	$program ctl load churn limit=1s --source sim:1,cpus=2 --interval 100ms
check 'whose bound is named' 0 ': no more is allowed here (max_held_pct of the module)$' \
	$program ctl load oom-edge limit=1s --source sim:7 --interval 100ms
check 'which that machine cannot do' 77 'it takes 2 nodes with memory' \
	$program ctl load numa-spill --source sim:1,nodes=1
check 'stopped by the guard' 1 'has stopped' $program ctl start --source sim:1,fault=oom@1s --interval 100ms
check 'lost source' 1 'fault=lost' $program ctl start --source sim:1,fault=lost@1s --interval 100ms
check snapshot 0 '"name": "buddytop-snapshot"' $program snapshot --source sim
check 'snapshot says so' 0 '"reality": "simulated"' $program snapshot --source sim
# Without a runtime directory an ordinary user has /tmp; what another has put there is refused.
as_nobody()
{
	setpriv --reuid=54321 --regid=54321 --clear-groups env -u XDG_RUNTIME_DIR "$@"
}
private=/tmp/buddytop-54321
if [ "$(id -u)" != 0 ] || ! as_nobody $program --version >/dev/null 2>&1; then
	echo 'skipped: only root can try another user, who must be able to run this build'
	skipped=$((skipped + 1))
else
	rm -rf "$private"
	check 'no session of another user' 1 "$private.*takes sudo" as_nobody $program ctl get
	rm "$dir/log"
	setpriv --reuid=54321 --regid=54321 --clear-groups env -u XDG_RUNTIME_DIR \
		$program ctl start --source sim --interval 100ms >"$dir/log" 2>&1 &
	session=$!
	wait_for 'SIMULATED running' || failed=$((failed + 1))
	check 'session of another user' 0 'SIMULATED, running' as_nobody $program ctl get
	check 'its directory is private' 0 '^700 54321$' stat -c '%a %u' "$private"
	kill -INT "$session"
	wait "$session"
	session=
	rm -rf "$private"
	mkdir -m 700 "$private"
	check 'directory of somebody else' 1 'not a private directory' as_nobody $program ctl get
	rm -rf "$private"
fi

# ended NAME SIGNAL COMMAND: a snapshot of remote:COMMAND that gets the signal leaves no sleep.
ended()
{
	$program snapshot --source "remote:$3" >"$dir/log" 2>&1 &
	victim=$!
	for _ in $(seq 100); do
		pgrep -fx 'sleep 4711[0]' >/dev/null && break
		sleep 0.05
	done
	check "$1: the command runs" 0 '' pgrep -fx 'sleep 4711[0]'
	kill "-$2" "$victim"
	wait "$victim" 2>/dev/null
	for _ in $(seq 40); do
		pgrep -fx 'sleep 4711[0]' >/dev/null || break
		sleep 0.05
	done
	check "$1: the command is gone" 1 '' pgrep -fx 'sleep 4711[0]'
}
ended 'terminated snapshot' TERM 'sleep 47110; true'
check 'terminated snapshot says so' 0 'given up' cat "$dir/log"
ended 'killed snapshot' KILL 'exec sleep 47110'

check 'snapshot to a full device' 1 'cannot write' sh -c "$program snapshot --source sim >/dev/full"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

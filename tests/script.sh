# SPDX-License-Identifier: GPL-2.0
# Set-up shared by the scripts that try the program (sourced): a directory of its own that is gone
# afterwards, no session of anybody else's, and counts.
# shellcheck shell=sh
program=${BUDDYTOP:-./buddytop}
case $program in /*) ;; *) program=$PWD/$program ;; esac
dir=$(mktemp -d) || exit 1
XDG_RUNTIME_DIR=$dir
LC_ALL=C
export XDG_RUNTIME_DIR LC_ALL
passed=0
failed=0
skipped=0
trap 'rm -rf "$dir"' EXIT

# verdict NAME: by the status of the command before.
verdict()
{
	if [ "$?" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED: $1"
		tail -n 5 out err
	fi
}

# run CODE COMMAND...: into the files out and err.
run()
{
	code=$1
	shift
	timeout 60 "$@" >out 2>err </dev/null
	got=$?
	[ "$got" = "$code" ] || { echo "exit $got, not $code"; false; }
}

# bench CODE ARGUMENT...: the same of buddytop bench.
bench()
{
	code=$1
	shift
	run "$code" "$program" bench "$@"
}

# json FILE: the assertions on standard input, about the document d.
json()
{
	python3 -c "
import json, sys
d = json.load(open('$1'))
exec(sys.stdin.read())"
}

# The counts, and the status of the script.
finish()
{
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" = 0 ]
}

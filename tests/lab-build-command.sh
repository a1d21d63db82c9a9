#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# buddytop lab build: what it prints and refuses. Nothing is built; tests/unit/test_lab_build.c has the
# steps, tests/guest/lab.py a kernel.
set -u
# shellcheck source=tests/script.sh
. "$(dirname "$0")/script.sh"
cd "$dir" || exit 1
XDG_CACHE_HOME=$dir/cache
XDG_CONFIG_HOME=$dir/config
export XDG_CACHE_HOME XDG_CONFIG_HOME

# refuse CODE PATTERN NAME ARGUMENT...: one line that says why, nothing else.
refuse()
{
	code=$1
	pattern=$2
	name=$3
	shift 3
	run "$code" "$program" lab build "$@" && [ ! -s out ] && [ "$(wc -l <err)" = 1 ] &&
		grep -q -- "$pattern" err
	verdict "refused: $name"
}

run 0 "$program" lab build --help && grep -q -- '--linux-src DIR' out && grep -q -- '--dry-run' out
verdict 'help'
refuse 2 'one mode is needed' 'no mode'
refuse 2 'one mode is needed' 'two modes' base-auto base-manual
refuse 2 'nothing to build' 'no sources' base-auto
refuse 2 '--like MODE' 'a mode that is not there' mine --linux-src /nowhere
refuse 2 'at most 4096' 'too many jobs' base-auto --jobs 5000 --linux-src /nowhere
refuse 77 '/nowhere' 'a directory that is not there' base-auto --linux-src /nowhere
mkdir empty && refuse 77 'no tree of Linux' 'an empty one' base-auto --linux-src empty
refuse 77 'no tree of QEMU' 'an empty one of QEMU' base-auto --qemu-src empty
refuse 77 'alone: --qemu-src (hyperalloc-qemu) missing' 'half of what a mode needs' \
	llfree-auto --linux-src empty
mkdir -p linux/arch/x86 && printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 3\nEXTRAVERSION =\n' \
	>linux/Makefile && : >linux/Kconfig && : >linux/arch/x86/Kconfig
if run 0 "$program" lab build base-auto --linux-src linux --dry-run; then
	grep -q 'Linux 6.1.3' out && grep -q 'building the kernel  *to do' out &&
		[ ! -e "$XDG_CONFIG_HOME/buddytop/modes.ini" ]
	verdict 'a dry run tells, and does nothing'
	run 1 "$program" lab build base-auto --linux-src linux && grep -q -- '--yes agrees' err && [ ! -e "$XDG_CACHE_HOME/buddytop/lab-build/base-auto" ]
	verdict 'without a yes nothing is done'
else
	grep -q 'apt-get install' err
	verdict 'what is missing here is named'
fi
finish

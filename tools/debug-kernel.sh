#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
#   tools/debug-kernel.sh [--plan] DIR
#
# Makes a kernel that looks for faults, for guests: out of the distribution's linux-source package and
# debug-kernel.config, as a kit in DIR of the layout that fetch-kernel documents. Printed on stdout is
# the kit's path alone. The package is unpacked into DIR and never installed. What an interrupted run
# has built is used by the next one; the kit appears as a whole, and is made once for a configuration.
# KEEP=1 leaves the built tree in DIR/.debug-kernel, for another configuration takes less time there.

set -u

here=$(cd "$(dirname "$0")" && pwd)
readonly SERIES=6.1 KIT_VERSION=2
readonly CONFIG="$here/debug-kernel.config"
readonly EXIT_IMPOSSIBLE=77
# Of two idle CPUs; a kernel with a few more drivers took so long.
readonly MINUTES=13
readonly WORK_GB=3

say() {
	printf 'debug-kernel: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

impossible() {
	say "$*"
	exit "$EXIT_IMPOSSIBLE"
}

# need TOOL[:PACKAGE]...: all that is missing is named at once.
need() {
	missing=
	for tool in "$@"; do
		command -v "${tool%:*}" >/dev/null 2>&1 || missing="$missing ${tool#*:}"
	done
	[ -e /usr/include/libelf.h ] || missing="$missing libelf-dev"
	[ -z "$missing" ] || impossible "a kernel cannot be built here: apt-get install$missing"
}

# The kit that was made by this configuration, if there is one.
find_kit() {
	for found in "$dir"/*-buddytop-debug; do
		if [ "$(cat "$found/complete" 2>/dev/null)" = "$KIT_VERSION" ] &&
			cmp -s "$found/recipe" "$CONFIG"; then
			printf '%s\n' "$found"
			return
		fi
	done
}

plan_text() {
	printf '%s\n' "builds linux-source-$SERIES with KASAN, lockdep, kmemleak and more in $dir:" \
		"  up to 139 MB to download, $WORK_GB GB while it builds, 150 MB afterwards;" \
		"  some $MINUTES minutes of two CPUs. It may be interrupted and goes on where it was."
}

# ---- the source -------------------------------------------------------------------------------

# The archive of an installed package, or else of one that is downloaded.
source_archive() {
	archive=/usr/src/linux-source-$SERIES.tar.xz
	[ ! -e "$archive" ] || return 0
	{ command -v apt-get && command -v dpkg-deb; } >/dev/null ||
		impossible "no apt-get here, and no $archive"
	archive=$work/linux-source-$SERIES.tar.xz
	[ ! -e "$archive" ] || return 0
	sandbox=
	[ "$(id -u)" != 0 ] || sandbox='-o APT::Sandbox::User=root'
	# shellcheck disable=SC2086 # a list of words
	(cd "$work" && apt-get -q $sandbox download "linux-source-$SERIES" >&2) ||
		die "could not download linux-source-$SERIES; is there a network, a recent apt-get update?"
	{ dpkg-deb --fsys-tarfile "$work"/linux-source-*.deb |
		tar -xO "./usr/src/linux-source-$SERIES.tar.xz" >"$archive.part" &&
		mv "$archive.part" "$archive"; } || die "could not unpack linux-source-$SERIES"
	rm -f "$work"/linux-source-*.deb
}

unpack() {
	[ ! -d "$work/tree" ] || return 0
	source_archive
	say "unpacking the source"
	rm -rf "$work/tree.part"
	{ mkdir "$work/tree.part" &&
		tar -xJf "$archive" -C "$work/tree.part" --strip-components=1 &&
		mv "$work/tree.part" "$work/tree"; } || die "could not unpack $archive"
}

# ---- the build --------------------------------------------------------------------------------

tree_make() {
	make -s -C "$work/tree" "$@" >&2
}

# Every line of the configuration came true: another name in another version would be lost silently.
check_config() {
	lost=$(grep -E '^(# )?CONFIG_' "$CONFIG" | while read -r line; do
		name=$(printf '%s\n' "$line" | sed 's/^# //; s/[ =].*//')
		case $line in
		'# '*) ! grep -q "^$name=" "$work/tree/.config" || echo "$name" ;;
		*) grep -qxF "$line" "$work/tree/.config" || echo "$name" ;;
		esac
	done)
	# shellcheck disable=SC2086 # in one line
	[ -z "$lost" ] || die "not as $CONFIG wants it:" $lost
}

configure() {
	! cmp -s "$work/recipe" "$CONFIG" || return 0
	say "configuring"
	{ tree_make x86_64_defconfig &&
		(cd "$work/tree" && scripts/kconfig/merge_config.sh -m .config "$CONFIG" >/dev/null) &&
		tree_make olddefconfig; } || die "could not configure the kernel"
	check_config
	cp "$CONFIG" "$work/recipe" || exit 1
}

# Counts the files that make speaks of, and keeps all it says in the log.
progress() {
	tee "$work/build.log" | {
		files=0
		while read -r word _; do
			case $word in
			CC | AS | HOSTCC) files=$((files + 1)) ;;
			*) continue ;;
			esac
			[ $((files % 100)) -ne 0 ] || say "$files files are compiled"
		done
	}
}

build() {
	say "building; make's words are in $work/build.log"
	{ make -C "$work/tree" -j"${JOBS:-$(nproc)}" bzImage modules 2>&1 && echo built; } | progress
	if [ "$(tail -n 1 "$work/build.log")" != built ]; then
		grep -E -B2 -A5 'error:|\*\*\*' "$work/build.log" | head -n 40 >&2
		die "the build failed; the whole log is $work/build.log"
	fi
}

# ---- the kit ----------------------------------------------------------------------------------

# What modules are built with: makefiles, headers, the programs of the build, and no object of it.
copy_tree() {
	(
		cd "$work/tree" || exit 1
		{
			printf '%s\n' .config Makefile Module.symvers arch/x86/Makefile*
			find include scripts arch/x86/include ! -type d ! -name '*.o' ! -name '*.cmd'
			find tools/objtool/objtool tools/bpf -maxdepth 0 ! -type d
			find arch/x86 -maxdepth 2 -name 'Kbuild*' -o -maxdepth 1 -name 'Makefile*'
			echo scripts/module.lds
		} | sort -u | tar -c -T - | tar -x -C "$part/build"
	)
}

# The image is compressed, which QEMU boots under any name: PVH enters a vmlinux in C code (of
# arch/x86/platform/pvh) before KASAN has the shadow that its checks read, and ends in a triple fault.
make_kit() {
	release=$(make -s -C "$work/tree" kernelrelease) || die "the kernel has no release"
	kit=$dir/$release
	part=$dir/.$release.part
	rm -rf "$part"
	{ mkdir -p "$part/build" "$part/modules" && : >"$part/modules.load" &&
		copy_tree && cp "$work/tree/arch/x86/boot/bzImage" "$part/vmlinux" &&
		cp "$work/tree/.config" "$part/config" && cp "$CONFIG" "$part/recipe" &&
		echo "$KIT_VERSION" >"$part/complete" && sync -f "$part" && rm -rf "$kit" &&
		mv "$part" "$kit"; } || die "could not make $kit"
	[ -n "${KEEP-}" ] || rm -rf "$work"
}

# ---- what is asked ----------------------------------------------------------------------------

plan=
if [ "${1-}" = --plan ]; then
	plan=yes
	shift
fi
case ${1-} in
'' | -* | *[[:space:]]*) die "usage: tools/debug-kernel.sh [--plan] DIR, a name without blanks" ;;
/*) dir=$1 ;;
*) dir=$PWD/$1 ;;
esac

kit=$(find_kit)
if [ -n "$kit" ]; then
	printf '%s\n' "$kit"
	exit
fi
plan_text >&2
[ -z "$plan" ] || exit 0
need make gcc flex bison bc tar xz:xz-utils flock:util-linux
work=$dir/.debug-kernel
mkdir -p "$work" || exit 1
exec 9>"$dir/.debug-kernel.lock"
flock -n 9 || {
	say "waiting for another one at work in $work"
	flock 9
}
kit=$(find_kit)
if [ -z "$kit" ]; then
	mkdir -p "$work"
	unpack
	configure
	build
	make_kit
fi
printf '%s\n' "$kit"

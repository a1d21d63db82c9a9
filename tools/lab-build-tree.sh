#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
#   tools/lab-build-tree.sh [--plan] OUT
#
# Makes what the job `build` needs in a guest of the lab: OUT, a directory with everything where the
# guest has it.
#	usr/bin/tcc, usr/lib/.../tcc	the compiler, with its own headers
#	lib64, lib/...			the C library it is linked with
#	usr/include			the headers of the C library that the tree includes, no others
#	usr/src/buddytop		the tree: those C files of ours that it compiles, include/ beside them
# The packages (tcc, libc6, libc6-dev, linux-libc-dev) are downloaded by apt-get into the cache and
# unpacked there, never installed; those already there are used again. OUT appears as a whole.

set -u

here=$(cd "$(dirname "$0")/.." && pwd)
readonly EXIT_USAGE=2 EXIT_IMPOSSIBLE=77
readonly PACKAGES='tcc libc6 libc6-dev linux-libc-dev'
readonly LIBRARIES='libc.so.6 libm.so.6 libpthread.so.0 libdl.so.2'
readonly LOADER=lib64/ld-linux-x86-64.so.2 MULTIARCH=x86_64-linux-gnu

say() {
	printf 'lab-build-tree: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

impossible() {
	say "$*"
	exit "$EXIT_IMPOSSIBLE"
}

usage() {
	echo 'usage: tools/lab-build-tree.sh [--plan] OUT' >&2
	exit "$EXIT_USAGE"
}

# ---- packages ---------------------------------------------------------------------------------

download() {
	sandbox=
	[ "$(id -u)" != 0 ] || sandbox='-o APT::Sandbox::User=root'
	for package in $PACKAGES; do
		[ -z "$(find "$cache" -name "${package}_*.deb")" ] || continue
		# shellcheck disable=SC2086 # a list of words
		(cd "$cache" && apt-get -q $sandbox download "$package" >&2) ||
			die "could not download $package; is there a network, a recent apt-get update?"
	done
}

unpack() {
	for package in $PACKAGES; do
		dpkg-deb -x "$cache/${package}"_*.deb "$work/all" || die "could not unpack $package"
	done
}

# ---- the compiler -----------------------------------------------------------------------------

# Links are followed: an initramfs is made of files.
copy() {
	if ! mkdir -p "$work/out/$(dirname "$1")" || ! cp -L "$work/all/$1" "$work/out/$1"; then
		die "$1 is missing"
	fi
}

copy_compiler() {
	copy usr/bin/tcc
	copy $LOADER
	for library in $LIBRARIES; do
		copy "lib/$MULTIARCH/$library"
	done
	for file in "$work/all/usr/lib/$MULTIARCH/tcc/include"/*; do
		copy "usr/lib/$MULTIARCH/tcc/include/${file##*/}"
	done
}

# As the guest runs it (src/work/build.c), but for where headers are.
compile() {
	(cd "$tree" && "$work/out/$LOADER" --library-path "$work/out/lib/$MULTIARCH" "$work/out/usr/bin/tcc" \
		-c -w -D_GNU_SOURCE -Iinclude -nostdinc -I"$work/all/usr/lib/$MULTIARCH/tcc/include" \
		-I"$work/all/usr/include/$MULTIARCH" -I"$work/all/usr/include" \
		-MD -MF "$work/needs" -o "$work/object" "$1" 2>/dev/null)
}

# ---- the tree ---------------------------------------------------------------------------------

copy_sources() {
	mkdir -p "$tree/include/kmod"
	cp "$here"/kmod/*.h "$tree/include/kmod/"
	for part in "$here"/src/*/; do
		part=$(basename "$part")
		mkdir -p "$tree/include/$part"
		for file in "$here/src/$part"/*.h; do
			[ ! -e "$file" ] || cp "$file" "$tree/include/$part/"
		done
		for file in "$here/src/$part"/*.c; do
			cp "$file" "$tree/$part-${file##*/}"
		done
	done
}

# Of the C library only what is needed, as a guest has all of this in memory.
copy_headers() {
	tr ' ' '\n' <"$work/needs" | sed -n "s,^$work/all/\(usr/include/.*\),\1,p" | sort -u |
		while read -r header; do
			[ -e "$work/out/$header" ] || copy "$header"
		done
}

make_tree() {
	tree=$work/out/usr/src/buddytop
	copy_sources
	for file in "$tree"/*.c; do
		if compile "${file##*/}"; then
			copy_headers
		else
			rm "$file"
		fi
	done
	count=$(find "$tree" -name '*.c' | wc -l)
	[ "$count" -gt 0 ] || die 'tcc compiles none of our files'
}

main() {
	only_plan=
	if [ "${1-}" = --plan ]; then
		only_plan=yes
		shift
	fi
	[ $# = 1 ] || usage
	cache=${XDG_CACHE_HOME:-$HOME/.cache}/buddytop/build-tree
	if [ "$only_plan" ]; then
		printf '%s\n' "downloads $PACKAGES (up to 8 MB) into $cache," \
			"where that is not done yet, and makes $1, 7 MB; nothing is installed"
		exit 0
	fi
	for tool in apt-get dpkg-deb; do
		command -v "$tool" >/dev/null || impossible "$tool is missing"
	done
	[ "$(uname -m)" = x86_64 ] || impossible 'it is for guests of x86_64'
	[ ! -e "$1" ] || die "$1 is there already"
	mkdir -p "$cache" "$(dirname "$1")" || exit 1
	work=$(mktemp -d "$(cd "$(dirname "$1")" && pwd)/lab-build-tree.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
	trap 'exit 1' INT TERM HUP
	download
	unpack
	copy_compiler
	make_tree
	mv "$work/out" "$1" || exit 1
	say "$1: $count C files, $(du -sm "$1" | cut -f1) MB"
}

main "$@"

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes a kernel kit for a guest: DIR/RELEASE/ with
#	vmlinux		the uncompressed kernel, for QEMU's PVH boot
#	config		its configuration
#	modules/*.ko	the modules a guest needs to reach its virtio-serial port, uncompressed
#	modules.load	their names in the order in which to load them (empty: all built in)
#	modules.spare	the same and those that only guests with more devices load: the lab's, tests'
#	build/		the tree to build modules against: make -C DIR/RELEASE/build M=...
#	complete	written last: the kit's layout version
# The packages are downloaded and unpacked into DIR and never installed, so the machine's own /boot
# and /lib/modules stay as they are. A kit appears as a whole (rename); packages already downloaded
# are used again. The path of the kit is the only thing printed on stdout.

set -u

readonly KIT_VERSION=2
readonly WANTED_MODULES='virtio_pci virtio_console'
# ext4 asks for crc32c by a name that nothing in the module itself tells.
readonly SPARE_MODULES='virtio_mem virtio_balloon virtio_blk crc32c_generic ext4'
# What stands between version and flavour in a release: 6.1.0-56-amd64, 6.12.117+deb12-amd64.
readonly REVISION='([-+][0-9a-z~]+)?'
readonly EXIT_USAGE=2 EXIT_IMPOSSIBLE=77

usage() {
	cat >&2 <<'END'
usage: fetch-kernel [--plan] RELEASE|SERIES|latest DIR
       fetch-kernel --cached RELEASE|SERIES|latest DIR
       fetch-kernel --installed RELEASE DIR
RELEASE is one kernel (6.1.0-56-amd64), SERIES the newest of the archive's (6.12; 6.1-rt with
PREEMPT_RT), latest the distribution's default. --plan only says what would be downloaded; --cached
never downloads; --installed makes a kit of the kernel that is installed on this machine.
END
	exit "$EXIT_USAGE"
}

say() {
	printf 'fetch-kernel: %s\n' "$*" >&2
}

die() {
	say "$*"
	exit 1
}

impossible() {
	say "$*"
	exit "$EXIT_IMPOSSIBLE"
}

need() {
	for tool in "$@"; do
		command -v "$tool" >/dev/null 2>&1 || impossible "$tool is missing"
	done
}

# ---- which kernel -----------------------------------------------------------------------------

is_complete() {
	[ "$(cat "$1/complete" 2>/dev/null)" = "$KIT_VERSION" ] && [ -s "$1/vmlinux" ] &&
		[ -f "$1/modules.spare" ] && [ -f "$1/build/Makefile" ]
}

is_release() {
	case $1 in
	*-rt) return 1 ;;
	*-*) return 0 ;;
	esac
	return 1
}

# flavour_of SERIES: what releases of it end in, as a pattern; the ordinary one has neither -rt- nor
# -cloud-.
flavour_of() {
	case $1 in
	*-rt) printf '%s\n' "$REVISION-rt-amd64" ;;
	*) printf '%s\n' "$REVISION-amd64" ;;
	esac
}

# The release that the distribution's default kernel package stands for.
archive_default() {
	apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/^ *Depends: linux-image-\([0-9].*\)$/\1/p' | head -n 1
}

archive_newest() {
	series=$(printf '%s\n' "${1%-rt}" | sed 's/\./\\./g')
	pattern="^linux-image-$series\\.[0-9]+$(flavour_of "$1")\$"
	apt-cache search --names-only "$pattern" 2>/dev/null |
		sed -n 's/^linux-image-\([^ ]*\) .*/\1/p' | sort -V | tail -n 1
}

archive_release() {
	if [ "$1" = latest ]; then
		archive_default
	elif is_release "$1"; then
		printf '%s\n' "$1"
	else
		archive_newest "$1"
	fi
}

# cached_kit RELEASE|SERIES|latest: the newest complete kit in DIR that answers to it; for latest,
# the one that was fetched as the default goes before newer ones.
cached_kit() {
	if [ "$1" = latest ] && is_complete "$dir/default"; then
		readlink -f "$dir/default"
		return
	fi
	pattern="${1%-rt}.*" flavour="/[0-9.]+$(flavour_of "$1")\$"
	[ "$1" != latest ] || pattern='[0-9]*'
	! is_release "$1" || { pattern=$1 && flavour=-; }
	for found in "$dir"/$pattern; do
		! is_complete "$found" || printf '%s\n' "$found"
	done | grep -E "$flavour" | sort -V | tail -n 1
}

# ---- unpacking --------------------------------------------------------------------------------

# header_number FILE OFFSET SIZE: a little-endian number of the image's setup header.
header_number() {
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

decompressor() {
	case $1 in
	fd377a58*) echo 'xz -dc' ;;
	28b52ffd*) echo 'zstd -qdc' ;;
	02214c18*) echo 'lz4 -qdc' ;;
	1f8b*) echo 'gzip -dc' ;;
	esac
}

# extract_vmlinux IMAGE OUT. The offsets are those of the x86 boot protocol (Documentation/arch/x86/
# boot.rst): setup_sects 0x1f1, payload_offset 0x248, payload_length 0x24c. But for gzip, whose own
# trailer has it, the last four bytes of the payload are its uncompressed size.
extract_vmlinux() {
	image=$1 out=$2
	[ "$(od -An -c -j 514 -N 4 "$image" | tr -d ' ')" = HdrS ] || die "$image is not a bzImage"
	sectors=$(header_number "$image" 497 1)
	payload=$(($(header_number "$image" 584 4) + (sectors + 1) * 512))
	length=$(header_number "$image" 588 4)
	unpack=$(decompressor "$(od -An -t x1 -j "$payload" -N 4 "$image" | tr -d ' ')")
	[ -n "$unpack" ] || die "$image is compressed in a way this script does not know"
	need "${unpack%% *}"
	[ "$unpack" = 'gzip -dc' ] || length=$((length - 4))
	tail -c "+$((payload + 1))" "$image" | head -c "$length" | $unpack >"$out" ||
		die "could not unpack $image"
	[ "$(od -An -c -j 1 -N 3 "$out" | tr -d ' ')" = ELF ] || die "$image holds no ELF kernel"
}

# depends_of MODULE: names, as its information section has them.
depends_of() {
	tr '\0' '\n' <"$1" | sed -n 's/^depends=//p' | tr ',' ' '
}

# module_file TREE NAME: its path, empty where it is built in or does not exist.
module_file() {
	pattern=$(printf '%s\n' "$2" | sed 's/[_-]/[_-]/g')
	find "$1/kernel" -name "$pattern.ko*" 2>/dev/null | head -n 1
}

# add_module TREE NAME: NAME and before it all it depends on, into $part/modules and modules.load.
# No variable but the parameters survives the recursion.
add_module() {
	! grep -qx "$2.ko" "$part/modules.load" || return 0
	file=$(module_file "$1" "$2")
	if [ -z "$file" ]; then
		pattern=$(printf '%s\n' "$2" | sed 's/[_-]/[_-]/g')
		grep -q "/$pattern\\.ko\$" "$1/modules.builtin" || die "no module $2 in $1"
		return 0
	fi
	case $file in
	*.xz) xz -dc "$file" ;;
	*.zst) zstd -qdc "$file" ;;
	*.gz) gzip -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$part/modules/$2.ko" || die "could not unpack $file"
	for needed in $(depends_of "$part/modules/$2.ko"); do
		add_module "$1" "$needed"
	done
	echo "$2.ko" >>"$part/modules.load" || exit 1
}

add_modules() {
	mkdir -p "$part/modules" && : >"$part/modules.load" || exit 1
	for wanted in $WANTED_MODULES; do
		add_module "$1" "$wanted"
	done
	cp "$part/modules.load" "$part/modules.kept" || exit 1
	for spare in $SPARE_MODULES; do
		[ -z "$(module_file "$1" "$spare")" ] || add_module "$1" "$spare"
	done
	mv "$part/modules.load" "$part/modules.spare" &&
		mv "$part/modules.kept" "$part/modules.load" || exit 1
}

finish_kit() {
	{ echo "$KIT_VERSION" >"$part/complete" && sync -f "$part" && rm -rf "$kit" &&
		mv "$part" "$kit"; } || die "could not finish $kit"
	printf '%s\n' "$kit"
}

# ---- a kit of the installed kernel ------------------------------------------------------------

installed_kit() {
	modules=/lib/modules/$1 kit=$dir/installed-$1
	image=/boot/vmlinuz-$1
	[ -e "$image" ] || image=$modules/vmlinuz
	[ -e "$image" ] || impossible "no image of kernel $1 in /boot"
	[ -r "$image" ] || impossible "$image is not readable"
	[ -f "$modules/modules.builtin" ] || impossible "no modules of kernel $1 in $modules"
	[ -f "$modules/build/Makefile" ] ||
		impossible "no headers of kernel $1; install linux-headers-$1"
	start_kit "installed-$1"
	if is_complete "$kit" && [ -z "$(find "$image" -newer "$kit/vmlinux")" ]; then
		printf '%s\n' "$kit"
		return
	fi
	extract_vmlinux "$image" "$part/vmlinux"
	cp "$modules/build/.config" "$part/config" && ln -s "$modules/build" "$part/build" || exit 1
	add_modules "$modules"
	finish_kit
}

# ---- a kit of packages ------------------------------------------------------------------------

# The image, the headers, and what the headers include: the common part and the build programs.
packages_of() {
	echo "linux-image-$1 linux-headers-$1"
	apt-cache depends "linux-headers-$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-headers-.*-common.*\|linux-kbuild-.*\)$/\1/p'
}

plan_text() {
	# shellcheck disable=SC2086 # a list of names
	apt-cache show --no-all-versions $packages | awk -v release="$1" -v dir="$dir" '
		/^Size:/ { size += $2; count++ }
		END { printf "%s: %d packages, %.0f MB, unpacked into %s\n", release, count,
			size / 1e6, dir }'
}

download() {
	sandbox=
	[ "$(id -u)" != 0 ] || sandbox='-o APT::Sandbox::User=root'
	# shellcheck disable=SC2086 # lists of words
	(cd "$debs" && apt-get -q $sandbox download $packages >&2)
}

unpack_debs() {
	for deb in "$debs"/linux-headers-*.deb "$debs"/linux-kbuild-*.deb; do
		dpkg-deb -x "$deb" "$part" || die "could not unpack $deb"
	done
	for deb in "$debs"/linux-image-*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$part" --wildcards './boot/*' \
			'./*lib/modules/*/modules.builtin' './*lib/modules/*virtio*' ||
			die "could not unpack $deb"
		# What a guest can do without may not be in the package.
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$part" --wildcards \
			'./*lib/modules/*/kernel/fs/*' './*lib/modules/*crc*' 2>/dev/null || :
	done
}

# The tree's makefile includes the common one by its absolute path once installed. The vmlinux in
# there serves only the modules' type information, which would need one more program to build.
relocate_tree() {
	tree=usr/src/linux-headers-$1
	common=$(sed -n 's|^include .*/\(linux-headers-[^/]*\)/Makefile$|\1|p' \
		"$part/$tree/Makefile")
	[ -d "$part/usr/src/${common:-none}" ] || die "unexpected layout of $tree"
	# shellcheck disable=SC2016 # for make
	printf 'include $(dir $(realpath $(lastword $(MAKEFILE_LIST))))../%s/Makefile\n' "$common" \
		>"$part/$tree/Makefile" || exit 1
	rm -f "$part/$tree/vmlinux"
	ln -s "$tree" "$part/build" || exit 1
}

make_kit() {
	unpack_debs
	relocate_tree "$1"
	extract_vmlinux "$part/boot/vmlinuz-$1" "$part/vmlinux"
	mv "$part/boot/config-$1" "$part/config" || exit 1
	modules=$part/lib/modules/$1
	[ -d "$modules" ] || modules=$part/usr/lib/modules/$1
	add_modules "$modules"
	rm -rf "${part:?}/boot" "$modules" "${part:?}/usr/share"
	finish_kit
	rm -rf "$debs"
}

# One maker at a time; what an interrupted one left is removed, but for whole packages.
start_kit() {
	part=$dir/.$1.part
	mkdir -p "$dir" || exit 1
	exec 9>"$dir/.lock"
	flock -n 9 || {
		say "waiting for another one at work in $dir"
		flock 9
	}
	rm -rf "$part"
	mkdir "$part" || exit 1
	trap 'rm -rf "$part"' EXIT
	trap 'exit 1' HUP INT TERM
}

fetched_kit() {
	kit=$dir/$1
	start_kit "$1"
	if is_complete "$kit"; then
		printf '%s\n' "$kit"
		return
	fi
	packages=$(packages_of "$1")
	debs=$dir/.$1.debs
	mkdir -p "$debs" || exit 1
	say "downloading $(plan_text "$1")"
	download || return 1
	make_kit "$1"
}

# ---- what is asked ----------------------------------------------------------------------------

mode=fetch
case ${1-} in
--plan | --cached | --installed) mode=${1#--}; shift ;;
-*) usage ;;
esac
[ $# -eq 2 ] || usage
case $1 in
'' | *[!0-9A-Za-z.+~_-]* | -* | .*) usage ;;
esac
case $2 in
'') usage ;;
*[[:space:]]*) die "$2: kbuild cannot work in a directory with blanks in its name" ;;
/*) dir=$2 ;;
*) dir=$PWD/$2 ;;
esac

if [ "$mode" = installed ]; then
	installed_kit "$1"
	exit
fi

cached=$(cached_kit "$1")
if [ "$mode" = cached ] || { is_release "$1" && [ -n "$cached" ]; }; then
	[ -n "$cached" ] || impossible "no kernel $1 in $dir"
	printf '%s\n' "$cached"
	exit
fi

need apt-get apt-cache dpkg-deb tar flock
release=$(archive_release "$1")
if [ -n "$release" ] && apt-cache show "linux-image-$release" >/dev/null 2>&1; then
	if [ "$mode" = plan ]; then
		packages=$(packages_of "$release")
		plan_text "$release"
		exit
	fi
	if fetched_kit "$release"; then
		[ "$1" != latest ] || ln -sfn "$release" "$dir/default"
		exit
	fi
	say "could not download linux-image-$release; is there a network, a recent apt-get update?"
else
	say "the package lists of this machine have no kernel $1; try apt-get update"
fi
[ "$mode" = fetch ] && [ -n "$cached" ] || exit 1
say "using $cached"
printf '%s\n' "$cached"

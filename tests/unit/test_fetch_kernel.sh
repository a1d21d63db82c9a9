#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# fetch-kernel against a small archive made here: packages as the distribution's are laid out, their
# images with each compression that kernels use, and stand-ins for apt that serve them.
set -u

script=$(cd "${srcdir:-.}" && pwd)/src/vm/fetch-kernel.sh
for tool in dpkg-deb xz zstd gzip make; do
	command -v "$tool" >/dev/null || { echo "skip: $tool is not installed"; exit 77; }
done
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/bin" "$tmp/archive" "$tmp/tree"
kernels=$tmp/kernels
passed=0 failed=0

# check TEXT COMMAND...
check() {
	text=$1
	shift
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $text"
	fi
}

is_equal() {
	[ "$1" = "$2" ] || { echo "is '$1', not '$2'"; return 1; }
}

# little_endian NUMBER: four bytes.
little_endian() {
	for shift in 0 8 16 24; do
		# shellcheck disable=SC2059 # an octal escape
		printf "\\$(printf '%03o' $(($1 >> shift & 255)))"
	done
}

# boot_image COMPRESS OUT: two sectors of setup, 16 bytes, the payload, and 8 bytes behind it.
boot_image() {
	$1 <"$tmp/elf" >"$tmp/payload"
	[ "$1" = 'gzip -c' ] || little_endian "$(wc -c <"$tmp/elf")" >>"$tmp/payload"
	{
		head -c 497 /dev/zero
		printf '\001'
		head -c 16 /dev/zero
		printf HdrS
		head -c 66 /dev/zero
		little_endian 16
		little_endian "$(wc -c <"$tmp/payload")"
		head -c 432 /dev/zero
		head -c 16 /dev/zero
		cat "$tmp/payload"
		printf 'trailing'
	} >"$2"
}

# package NAME: what lies in $tmp/tree becomes a .deb of the archive.
package() {
	mkdir -p "$tmp/tree/DEBIAN"
	printf '%s\n' "Package: $1" 'Version: 1' 'Architecture: all' 'Maintainer: t <t@t>' \
		'Description: t' >"$tmp/tree/DEBIAN/control"
	dpkg-deb -Znone --build "$tmp/tree" "$tmp/archive/$1_1_all.deb" >/dev/null
	rm -rf "$tmp/tree"
}

# kernel RELEASE COMPRESS
kernel() {
	modules=$tmp/tree/lib/modules/$1
	virtio=$modules/kernel/drivers/virtio
	mkdir -p "$tmp/tree/boot" "$virtio" "$modules/kernel/net"
	boot_image "$2" "$tmp/tree/boot/vmlinuz-$1"
	echo "CONFIG_$1" >"$tmp/tree/boot/config-$1"
	echo kernel/drivers/char/virtio_console.ko >"$modules/modules.builtin"
	printf 'x\0depends=virtio_ring,virtio\0y' | xz >"$virtio/virtio_pci.ko.xz"
	printf 'x\0depends=virtio_ring\0y' >"$virtio/virtio.ko"
	printf 'x\0depends=virtio\0y' >"$virtio/virtio_mem.ko"
	printf 'x\0depends=\0y' >"$virtio/virtio_ring.ko"
	echo other >"$modules/kernel/net/other.ko"
	package "linux-image-$1"
	mkdir -p "$tmp/tree/usr/src/linux-headers-$1"
	echo "include /usr/src/linux-headers-$1-common/Makefile" \
		>"$tmp/tree/usr/src/linux-headers-$1/Makefile"
	package "linux-headers-$1"
	mkdir -p "$tmp/tree/usr/src/linux-headers-$1-common"
	printf 'all:\n\t@echo common %s\n' "$1" \
		>"$tmp/tree/usr/src/linux-headers-$1-common/Makefile"
	package "linux-headers-$1-common"
}

stand_ins() {
	cat >"$tmp/bin/apt-cache" <<'END'
#!/bin/sh
cd "$ARCHIVE" || exit 1
case $1 in
depends)
	case $2 in
	linux-image-amd64) echo "  Depends: linux-image-9.1.0-10-amd64" ;;
	*) printf '  Depends: %s\n' "$2-common" linux-kbuild-9.1 linux-compiler-gcc-12-x86 ;;
	esac ;;
search) ls | sed 's/_.*/ - text/' | grep -E "${3%\$} " ;;
show)
	shift
	[ "$1" != --no-all-versions ] || shift
	for name; do
		[ -e "$name"_1_all.deb ] || exit 100
		printf 'Package: %s\nSize: 2500000\n' "$name"
	done ;;
esac
END
	cat >"$tmp/bin/apt-get" <<'END'
#!/bin/sh
echo "$*" >>"$ARCHIVE/../downloads"
while [ "$1" != download ]; do shift; done
shift
for name; do
	[ ! -e "$ARCHIVE/../offline" ] || exit 100
	cp "$ARCHIVE/$name"_1_all.deb . || exit 100
	[ ! -e "$ARCHIVE/../breaks" ] || exit 100
done
END
	chmod +x "$tmp"/bin/*
}

fetch() {
	ARCHIVE=$tmp/archive PATH=$tmp/bin:$PATH sh "$script" "$@" 2>>"$tmp/log"
}

downloads() {
	wc -l <"$tmp/downloads"
}

printf '\177ELF kernel of a test, %500s' end >"$tmp/elf"
: >"$tmp/downloads"
kernel 9.1.0-9-amd64 'gzip -c'
kernel 9.1.0-10-amd64 'xz -c --check=crc32'
kernel 9.1.0-9-rt-amd64 'gzip -c'
kernel 9.1.0-10-rt-amd64 'zstd -qc'
kernel 9.12.7+deb12-amd64 'zstd -qc'
mkdir -p "$tmp/tree/usr/lib/linux-kbuild-9.1"
package linux-kbuild-9.1
stand_ins

check 'the plan names kernel, count and size' is_equal "$(fetch --plan latest "$kernels")" \
	"9.1.0-10-amd64: 4 packages, 10 MB, unpacked into $kernels"
check 'a plan downloads nothing' is_equal "$(downloads)" 0
check 'nothing is cached yet' is_equal "$(fetch --cached latest "$kernels"; echo $?)" 77

touch "$tmp/breaks"
check 'a broken download fails' is_equal "$(fetch latest "$kernels"; echo $?)" 1
check 'and leaves no kit' is_equal "$(ls "$kernels")" ''
rm "$tmp/breaks"

kit=$(fetch latest "$kernels")
check 'latest is what the default package stands for' is_equal "$kit" "$kernels/9.1.0-10-amd64"
check 'the kernel is unpacked (xz)' cmp "$kit/vmlinux" "$tmp/elf"
check 'modules come after what they depend on, built-in ones not at all' is_equal \
	"$(tr '\n' ' ' <"$kit/modules.load")" 'virtio_ring.ko virtio.ko virtio_pci.ko '
check 'what only tests load is there, and is not loaded' is_equal \
	"$(tail -n 1 "$kit/modules.spare") $(find "$kit/modules" -name 'virtio_mem*' -printf %f)" \
	'virtio_mem.ko virtio_mem.ko'
check 'modules are uncompressed' grep -q depends=virtio_ring,virtio "$kit/modules/virtio_pci.ko"
check 'other modules are left out' is_equal "$(find "$kit" -name 'other*')" ''
check 'the tree includes the common part where it lies' is_equal \
	"$(env -u MAKEFLAGS -u MAKELEVEL make -s -C "$kit/build")" 'common 9.1.0-10-amd64'
check 'packages are not kept' is_equal "$(find "$kernels" -name '*.deb')" ''
check 'the configuration is there' is_equal "$(cat "$kit/config")" CONFIG_9.1.0-10-amd64

count=$(downloads)
check 'a complete kit is used again' is_equal "$(fetch 9.1.0-10-amd64 "$kernels")" "$kit"
check 'by its series too' is_equal "$(fetch 9.1 "$kernels")" "$kit"
check 'without a download' is_equal "$(downloads)" "$count"

kit=$(fetch 9.1.0-10-rt-amd64 "$kernels")
check 'another flavour by its name (zstd)' cmp "$kit/vmlinux" "$tmp/elf"
check 'a series is never another flavour' is_equal "$(fetch --cached 9.1 "$kernels")" \
	"$kernels/9.1.0-10-amd64"
check 'a series of that flavour is its newest (cached)' is_equal \
	"$(fetch --cached 9.1-rt "$kernels")" "$kit"
rm -rf "$kit"
check 'and is fetched' is_equal "$(fetch 9.1-rt "$kernels")" "$kit"
check 'a series that lacks the flavour fails' is_equal "$(fetch 9.12-rt "$kernels"; echo $?)" 1
kit=$(fetch 9.1.0-9-amd64 "$kernels")
check 'an older one by its name (gzip)' cmp "$kit/vmlinux" "$tmp/elf"
check 'a series is its newest ordinary kernel' is_equal "$(fetch --cached 9.1 "$kernels")" \
	"$kernels/9.1.0-10-amd64"
kit=$(fetch 9.12 "$kernels")
check '9.1 and 9.12 are two series' is_equal "$kit" "$kernels/9.12.7+deb12-amd64"
check 'the default goes before a newer one' is_equal "$(fetch --cached latest "$kernels")" \
	"$kernels/9.1.0-10-amd64"

touch "$tmp/offline"
rm "$kernels/9.12.7+deb12-amd64/complete"
check 'without a network an incomplete kit is none' is_equal \
	"$(fetch 9.12 "$kernels"; echo $?)" 1
check 'a complete one is enough' is_equal "$(fetch latest "$kernels"; echo $?)" \
	"$kernels/9.1.0-10-amd64
0"
check 'an unknown kernel fails' is_equal "$(fetch 7.7 "$kernels"; echo $?)" 1
check 'an unknown installed one is impossible' is_equal \
	"$(fetch --installed 9.1.0-10-amd64 "$kernels"; echo $?)" 77
for words in '' 'latest' "../x $kernels" "-x $kernels" "latest $kernels more"; do
	# shellcheck disable=SC2086 # a list of words
	check "usage: '$words'" is_equal "$(fetch $words; echo $?)" 2
done

[ "$failed" = 0 ] || cat "$tmp/log"
echo "[  PASSED  ] $passed test(s)."
[ "$failed" = 0 ]

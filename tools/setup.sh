# SPDX-License-Identifier: GPL-2.0
# Set-up shared by run.sh and test.sh (sourced): packages and the out-of-tree build.
# shellcheck shell=bash disable=SC2034

# What a build and a guest need, and what the tests need besides. Debian package names.
build_packages=(gcc make autoconf automake pkg-config libc6-dev libncurses-dev libnuma-dev
	libproc2-dev libyajl-dev libinih-dev)
guest_packages=(qemu-system-x86 xz-utils zstd libelf1 binutils e2fsprogs)
test_packages=(clang lld libclang-rt-14-dev libcmocka-dev sparse shellcheck mandoc cpio busybox-static python3
	python3-pyte perl linux-source-6.1 htop btop gnuplot-nox chromium)

# say TEXT...: progress for the person in front, never into a document on stdout.
say() {
	printf '%s\n' "$*" >&2
}

# die CODE TEXT...
die() {
	local code=$1
	shift
	say "$0: $*"
	exit "$code"
}

missing_packages() {
	local name
	for name in "$@"; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] ||
			printf '%s\n' "$name"
	done
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# ensure_packages ALLOWED NAME...: installs what is missing, saying so; ALLOWED=no refuses (77).
ensure_packages() {
	local allowed=$1 missing
	shift
	command -v dpkg-query >/dev/null ||
		die 77 "this machine has no dpkg; install by hand what these Debian packages hold: $*"
	mapfile -t missing < <(missing_packages "$@")
	[ "${#missing[@]}" -gt 0 ] || return 0
	[ "$allowed" = yes ] ||
		die 77 "missing packages: ${missing[*]} (--no-install was given; apt-get install them)"
	say "installing from the distribution's packages: ${missing[*]}"
	if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends "${missing[@]}" >/dev/null 2>&1; then
		as_root apt-get update -qq >&2 || die 1 "apt-get update failed; is there a network?"
		as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
			--no-install-recommends "${missing[@]}" >&2 ||
			die 1 "apt-get could not install: ${missing[*]}"
	fi
}

# build_tree SOURCE BUILD [CONFIGURE_ARG...]: configures once, then makes; quiet unless it fails.
build_tree() {
	local source=$1 build=$2 log=$2/build.log
	shift 2
	mkdir -p "$build"
	{
		[ -x "$source/configure" ] && [ ! "$source/configure.ac" -nt "$source/configure" ] ||
			(cd "$source" && autoreconf -fi) &&
			{ [ -f "$build/Makefile" ] || (cd "$build" && "$source/configure" "$@"); } &&
			make -C "$build" -j"$(nproc)"
	} >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		die 1 "the build failed; the whole log is $log"
	}
}

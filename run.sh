#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
#
#   ./run.sh [--no-install] [BUDDYTOP ARGUMENT...]
#
# Installs what is missing from the distribution's packages (sudo only for that and for the
# module), builds out of tree in build/, and opens the dashboard: on this machine's own kernel
# where modules can be loaded (the module is built, loaded, and unloaded at the end), else, also
# when the kernel refuses this one, in a QEMU guest. Typing this command is the yes to all of that; --no-install refuses installations.
# With arguments that choose a source or a subcommand, those are run instead, and no module is loaded.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/setup.sh
. "$here/tools/setup.sh"
build=$here/build
install=yes

if [ "${1-}" = --no-install ]; then
	install=no
	shift
fi

# Why the running kernel cannot take the module; empty where it can.
no_modules() {
	[ -e /proc/modules ] || { echo "this kernel was built without modules"; return; }
	[ "$(cat /proc/sys/kernel/modules_disabled 2>/dev/null || echo 1)" = 0 ] ||
		{ echo "loading modules is disabled (kernel.modules_disabled)"; return; }
	(( 0x$(awk '/^CapBnd/ { print $2 }' /proc/self/status) >> 16 & 1 )) ||
		{ echo "nobody in here may load modules (CAP_SYS_MODULE is taken away)"; return; }
	! grep -qw nomodule /proc/cmdline || { echo "the kernel was booted with nomodule"; return; }
	! grep -q '\[\(integrity\|confidentiality\)\]' /sys/kernel/security/lockdown 2>/dev/null ||
		{ echo "the kernel is locked down to signed modules (lockdown)"; return; }
	[ -d "/lib/modules/$(uname -r)/build" ] ||
		[ -n "$(apt-cache policy "linux-headers-$(uname -r)" 2>/dev/null)" ] ||
		echo "there are no headers of kernel $(uname -r)"
}

unload() {
	say "unloading the module"
	as_root rmmod buddytop || say "the module is still in use: end its users, then: rmmod buddytop"
}

build_module() {
	local release
	release=$(uname -r)
	[ -d "/lib/modules/$release/build" ] ||
		ensure_packages "$install" "linux-headers-$release"
	say "building the module for $release"
	make -C "$build" kmod KDIR="/lib/modules/$release/build" >"$build/kmod.log" 2>&1 || {
		tail -n 20 "$build/kmod.log" >&2
		die 1 "the module did not build; the whole log is $build/kmod.log"
	}
}

# Prints why the kernel refused the module (unsigned, a policy, no permission); empty when it is in.
load_module() {
	local complaint
	say "loading the module (it does nothing until w is pressed; it is unloaded at the end)"
	complaint=$(as_root insmod "$build/kmod/buddytop.ko" 2>&1) ||
		echo "the module was refused (${complaint##*: })"
}

ensure_packages "$install" "${build_packages[@]}"
say "building buddytop in $build"
build_tree "$here" "$build"
export BUDDYTOP_KMOD_DIR=$here/kmod

if [ $# -gt 0 ]; then
	case " $* " in
	*" --vm "* | *" vm "* | *"=vm"*) ensure_packages "$install" "${guest_packages[@]}" ;;
	esac
	exec "$build/buddytop" "$@"
fi
if [ -e /dev/buddytop ]; then
	say "the module is loaded already: using it as it is"
	as_root "$build/buddytop" --source kmod
	exit
fi
reason=$(no_modules)
if [ -z "$reason" ]; then
	build_module
	reason=$(load_module)
fi
if [ -z "$reason" ]; then
	trap unload EXIT
	as_root "$build/buddytop" --source kmod
	exit
fi
say "$reason: the module runs in a QEMU guest instead"
ensure_packages "$install" "${guest_packages[@]}"
exec "$build/buddytop" --vm --yes

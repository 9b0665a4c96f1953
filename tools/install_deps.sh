#!/bin/sh
# Installs, by apt, what is missing of the named sets, and prints the names of what it installed.
#
#	tools/install_deps.sh [--list] build|test|ci...
#
# This is the one list of packages. A machine without apt, or a user who may not install, gets a
# line on stderr and goes on: the build then says what it cannot do without.

# clang, llvm and bpftool make the eBPF engine; without them the ptrace engine alone is built.
build='gcc libc6-dev meson ninja-build pkg-config python3 libpcre2-dev libzstd-dev libxxhash-dev libsqlite3-dev
clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev'

# cmocka: unit tests; strace: the oracle; multilib: 32-bit programs; the rest are traced.
test='libcmocka-dev strace gcc-multilib libc6-dev-i386 make git procps redis-server redis-tools nginx-light wrk
jq python3-jsonschema time sqlite3 tmux'

# the first two: formatting and fuzzing; the rest are traced by the slow oracles only
ci='clang-format libclang-rt-dev
curl openssh-client postgresql nodejs systemd udev
libpython3.11-testsuite busybox bc dc cpio patch bzip2 xz-utils perl util-linux bsdextrautils iproute2
golang-go rustc default-jdk-headless gdb ltrace'

list=
if [ "$1" = --list ]; then
	list=1
	shift
fi
wanted=
for set in "$@"; do
	case $set in
	build) wanted="$wanted $build" ;;
	test) wanted="$wanted $test" ;;
	ci) wanted="$wanted $ci" ;;
	*)
		echo "usage: install_deps.sh [--list] build|test|ci..." >&2
		exit 2
		;;
	esac
done
if [ -n "$list" ]; then
	echo $wanted
	exit
fi

command -v dpkg-query >/dev/null || exit 0

# one process for all names: a few milliseconds when nothing is missing
present=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
	sed -n 's/^installed //p')
missing=
for name in $wanted; do
	case "
$present
" in
	*"
$name
"*) ;;
	*) missing="$missing $name" ;;
	esac
done
[ -z "$missing" ] && exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root=sudo
	if ! command -v sudo >/dev/null; then
		echo "missing packages, to be installed by root: apt-get install$missing" >&2
		exit 0
	fi
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
made_policy=
cleanup()
{
	rm -f "$log"
	[ -z "$made_policy" ] || $as_root rm -f "$policy"
}
trap cleanup EXIT

# redis and nginx come with services; tests start their own instances on their own ports
if [ ! -e $policy ]; then
	printf '#!/bin/sh\nexit 101\n' | $as_root tee $policy >/dev/null &&
		$as_root chmod 755 $policy && made_policy=1
fi

install_missing()
{
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		install $missing </dev/null >"$log" 2>&1
}

echo "installing$missing" >&2
if ! install_missing; then
	$as_root apt-get -q update </dev/null >"$log" 2>&1
	if ! install_missing; then
		tail -n 20 "$log" >&2
		echo "could not install$missing" >&2
		exit 0
	fi
fi
echo $missing
